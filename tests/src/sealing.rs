//! Keys, readings and handles for tests of what is encrypted and of whom it belongs to.

use std::sync::Arc;
use std::time::Duration;

use aragora_core::Result;
use aragora_core::ids::OrgId;
use aragora_core::storage::{
    Address, Batch, Capability, ClaimTarget, Commit, Control, ControlReport, Entry, KeyRange, Lease, LeaseClaim,
    PageRequest, ScanPage, Space, Storage, Tenanted, Watch,
};
use async_trait::async_trait;

/// A key as in `ARAGORA_ENCRYPTION_KEY`.
pub const KEY_1: &str = "5f0e6ac26b41a7b0f1d2c3b4a5968778695a4b3c2d1e0f00112233445566aa01";
/// Another.
pub const KEY_2: &str = "c4d1f9a07e3b5c2d8f6e4a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c02";
/// A third.
pub const KEY_3: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f90123456789abcdeffedcba9876543203";

/// Bytes as lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A store in which each tenant is reached through a handle of its own, so that the suite, which writes to two tenants
/// and the system space, runs over handles confined to one.
#[derive(Debug)]
pub struct EachTenant {
    whole: Arc<dyn Storage>,
    handles: Vec<(Space, Arc<dyn Storage>)>,
}

impl EachTenant {
    /// Handles for the suite's tenants over one store, each wrapped further.
    pub fn new(whole: Arc<dyn Storage>, wrap: impl Fn(Tenanted) -> Arc<dyn Storage>) -> Self {
        let handle = |name: &str| {
            let tenant = OrgId::new(name).expect("a tenant's name");
            (Space::Tenant(tenant.clone()), wrap(Tenanted::new(whole.clone(), tenant)))
        };
        Self { handles: vec![handle("acme"), handle("other")], whole }
    }

    fn of<'a>(&self, spaces: impl Iterator<Item = &'a Space>) -> &Arc<dyn Storage> {
        let mut spaces = spaces.peekable();
        let Some(first) = spaces.peek().copied() else { return &self.whole };
        let handle = self.handles.iter().find(|(space, _)| space == first);
        handle.filter(|_| spaces.all(|space| space == first)).map_or(&self.whole, |(_, handle)| handle)
    }
}

#[async_trait]
impl Storage for EachTenant {
    fn capability(&self) -> Capability {
        self.handles[0].1.capability()
    }

    async fn get_many(&self, at: Vec<Address>) -> Result<Vec<Option<Entry>>> {
        self.of(at.iter().map(|at| &at.space)).get_many(at).await
    }

    async fn scan(&self, range: KeyRange, page: PageRequest) -> Result<ScanPage> {
        self.of(std::iter::once(&range.space)).scan(range, page).await
    }

    async fn apply(&self, batch: Batch) -> Result<Commit> {
        self.of(batch.ops.iter().map(|op| &op.address().space)).apply(batch).await
    }

    async fn claim(&self, claim: LeaseClaim) -> Result<Vec<Lease>> {
        let space = match &claim.target {
            ClaimTarget::Name(at) => &at.space,
            ClaimTarget::Ready { range, .. } => &range.space,
        };
        self.of(std::iter::once(space)).claim(claim).await
    }

    async fn renew(&self, lease: Lease, ttl: Option<Duration>) -> Result<Lease> {
        self.of(std::iter::once(&lease.at.space)).renew(lease, ttl).await
    }

    async fn watch(&self, range: KeyRange) -> Result<Watch> {
        self.of(std::iter::once(&range.space)).watch(range).await
    }

    async fn control(&self, control: Control) -> Result<ControlReport> {
        match control {
            Control::Flush | Control::Probe | Control::Close => self.handles[0].1.control(control).await,
            _ => self.whole.control(control).await,
        }
    }
}
