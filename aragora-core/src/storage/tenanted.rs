//! One space and no other: the handle that the stores above receive.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::address::{Address, KeyRange, Space};
use super::backup::Copyable;
use super::batch::{Batch, Commit, Op, not_applied};
use super::control::{Control, ControlReport};
use super::lease::{ClaimTarget, Lease, LeaseClaim};
use super::scan::{Entry, PageRequest, ScanPage};
use super::watch::Watch;
use super::{Capability, Storage};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::OrgId;

/// A store confined to one tenant. Whatever names another space is `permission_denied` before anything is read or
/// written, and so is upkeep that would count the rows of others: `Usage`, `Sweep`, `Verify` and `Compact`.
#[derive(Debug)]
pub struct Tenanted {
    inner: Arc<dyn Storage>,
    space: Space,
}

impl Tenanted {
    /// The store as this tenant may see it.
    pub fn new(inner: Arc<dyn Storage>, tenant: OrgId) -> Self {
        Self { inner, space: Space::Tenant(tenant) }
    }

    fn admit(&self, space: &Space) -> Result<()> {
        if *space == self.space {
            return Ok(());
        }
        // Not whose it is: the handle may be in hands that should not know.
        Err(Error::new(ErrorKind::PermissionDenied, "this handle reaches one tenant's data, and this is not it"))
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Storage for Tenanted {
    fn capability(&self) -> Capability {
        self.inner.capability()
    }

    fn copyable(self: Arc<Self>) -> Option<Arc<dyn Copyable>> {
        // A copy holds the rows of every tenant.
        None
    }

    async fn get_many(&self, at: Vec<Address>) -> Result<Vec<Option<Entry>>> {
        at.iter().try_for_each(|at| self.admit(&at.space))?;
        self.inner.get_many(at).await
    }

    async fn scan(&self, range: KeyRange, page: PageRequest) -> Result<ScanPage> {
        self.admit(&range.space)?;
        self.inner.scan(range, page).await
    }

    async fn apply(&self, batch: Batch) -> Result<Commit> {
        batch.ops.iter().map(Op::address).try_for_each(|at| self.admit(&at.space)).map_err(not_applied)?;
        self.inner.apply(batch).await
    }

    async fn claim(&self, claim: LeaseClaim) -> Result<Vec<Lease>> {
        let space = match &claim.target {
            ClaimTarget::Name(at) => &at.space,
            ClaimTarget::Ready { range, .. } => &range.space,
        };
        self.admit(space).map_err(not_applied)?;
        self.inner.claim(claim).await
    }

    async fn renew(&self, lease: Lease, ttl: Option<Duration>) -> Result<Lease> {
        self.admit(&lease.at.space).map_err(not_applied)?;
        self.inner.renew(lease, ttl).await
    }

    async fn watch(&self, range: KeyRange) -> Result<Watch> {
        self.admit(&range.space)?;
        self.inner.watch(range).await
    }

    async fn control(&self, control: Control) -> Result<ControlReport> {
        match control {
            Control::Usage | Control::Sweep | Control::Verify | Control::Compact => {
                let reason = format!("{control:?} concerns every tenant and is not done through the handle of one");
                Err(Error::new(ErrorKind::PermissionDenied, reason))
            }
            Control::Flush | Control::Probe | Control::Close => self.inner.control(control).await,
        }
    }
}
