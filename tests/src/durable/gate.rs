//! A store at whose n-th append the world ends, and one that lets others run at every call.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aragora_core::Result;
use aragora_core::clock::CancelToken;
use aragora_core::storage::{
    Address, Batch, Capability, Commit, Control, ControlReport, Entry, KeyRange, Lease, LeaseClaim, PageRequest,
    ScanPage, Storage, Watch,
};
use aragora_core::testing::storage::Moment;
use async_trait::async_trait;

/// Never comes back from its n-th append. Whoever waits for [`GateStorage::reached`] then drops the runtime, which
/// is what a kill looks like from inside: no destructor of the engine gets to write anything.
#[derive(Debug)]
pub struct GateStorage {
    inner: Arc<dyn Storage>,
    nth: u64,
    moment: Moment,
    applies: AtomicU64,
    reached: CancelToken,
}

impl GateStorage {
    /// Stops before or after the effect of this append, counted from 1.
    pub fn new(inner: Arc<dyn Storage>, nth: u64, moment: Moment) -> Arc<Self> {
        Arc::new(Self { inner, nth, moment, applies: AtomicU64::new(0), reached: CancelToken::new() })
    }

    /// Completes at the append.
    pub async fn reached(&self) {
        self.reached.cancelled().await;
    }

    async fn gate(&self, here: bool) {
        if here {
            self.reached.cancel();
            std::future::pending::<()>().await;
        }
    }
}

#[async_trait]
impl Storage for GateStorage {
    fn capability(&self) -> Capability {
        self.inner.capability()
    }

    async fn get_many(&self, at: Vec<Address>) -> Result<Vec<Option<Entry>>> {
        self.inner.get_many(at).await
    }

    async fn scan(&self, range: KeyRange, page: PageRequest) -> Result<ScanPage> {
        self.inner.scan(range, page).await
    }

    async fn apply(&self, batch: Batch) -> Result<Commit> {
        let here = self.applies.fetch_add(1, Ordering::SeqCst) + 1 == self.nth;
        self.gate(here && self.moment == Moment::Before).await;
        let done = self.inner.apply(batch).await;
        self.gate(here && self.moment == Moment::After).await;
        done
    }

    async fn claim(&self, claim: LeaseClaim) -> Result<Vec<Lease>> {
        self.inner.claim(claim).await
    }

    async fn renew(&self, lease: Lease, ttl: Option<Duration>) -> Result<Lease> {
        self.inner.renew(lease, ttl).await
    }

    async fn watch(&self, range: KeyRange) -> Result<Watch> {
        self.inner.watch(range).await
    }

    async fn control(&self, control: Control) -> Result<ControlReport> {
        self.inner.control(control).await
    }
}

/// Gives way before and after each call, so that a debate over it can be interrupted at every one of them.
#[derive(Debug)]
pub struct YieldStorage(pub Arc<dyn Storage>);

async fn around<T>(call: impl Future<Output = T>) -> T {
    tokio::task::yield_now().await;
    let done = call.await;
    tokio::task::yield_now().await;
    done
}

#[async_trait]
impl Storage for YieldStorage {
    fn capability(&self) -> Capability {
        self.0.capability()
    }

    async fn get_many(&self, at: Vec<Address>) -> Result<Vec<Option<Entry>>> {
        around(self.0.get_many(at)).await
    }

    async fn scan(&self, range: KeyRange, page: PageRequest) -> Result<ScanPage> {
        around(self.0.scan(range, page)).await
    }

    async fn apply(&self, batch: Batch) -> Result<Commit> {
        around(self.0.apply(batch)).await
    }

    async fn claim(&self, claim: LeaseClaim) -> Result<Vec<Lease>> {
        around(self.0.claim(claim)).await
    }

    async fn renew(&self, lease: Lease, ttl: Option<Duration>) -> Result<Lease> {
        around(self.0.renew(lease, ttl)).await
    }

    async fn watch(&self, range: KeyRange) -> Result<Watch> {
        around(self.0.watch(range)).await
    }

    async fn control(&self, control: Control) -> Result<ControlReport> {
        around(self.0.control(control)).await
    }
}
