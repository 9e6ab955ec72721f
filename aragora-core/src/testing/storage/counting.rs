use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;

use crate::error::Result;
use crate::storage::backup::Copyable;
use crate::storage::{
    Address, Batch, Capability, Commit, Control, ControlReport, Entry, KeyRange, Lease, LeaseClaim, PageRequest,
    ScanPage, Storage, Watch,
};

/// Counts the calls of a store.
#[derive(Debug)]
pub struct CountingStorage {
    inner: Arc<dyn Storage>,
    counts: [AtomicU64; 8],
}

/// How often each method was called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StorageCounts {
    /// `get_many`.
    pub gets: u64,
    /// `scan`.
    pub scans: u64,
    /// `apply`.
    pub applies: u64,
    /// Operations of all batches.
    pub ops: u64,
    /// `claim`.
    pub claims: u64,
    /// `renew`.
    pub renewals: u64,
    /// `watch`.
    pub watches: u64,
    /// `control`.
    pub controls: u64,
}

impl CountingStorage {
    /// Counts from zero.
    pub fn new(inner: Arc<dyn Storage>) -> Self {
        Self { inner, counts: Default::default() }
    }

    /// What was counted, refused calls included.
    pub fn counts(&self) -> StorageCounts {
        let [gets, scans, applies, ops, claims, renewals, watches, controls] =
            self.counts.each_ref().map(|count| count.load(Ordering::Relaxed));
        StorageCounts { gets, scans, applies, ops, claims, renewals, watches, controls }
    }

    fn count(&self, index: usize, more: usize) {
        if let Some(count) = self.counts.get(index) {
            count.fetch_add(more as u64, Ordering::Relaxed);
        }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Storage for CountingStorage {
    fn capability(&self) -> Capability {
        self.inner.capability()
    }

    fn copyable(self: Arc<Self>) -> Option<Arc<dyn Copyable>> {
        // What is copied does not pass here.
        None
    }

    async fn get_many(&self, at: Vec<Address>) -> Result<Vec<Option<Entry>>> {
        self.count(0, 1);
        self.inner.get_many(at).await
    }

    async fn scan(&self, range: KeyRange, page: PageRequest) -> Result<ScanPage> {
        self.count(1, 1);
        self.inner.scan(range, page).await
    }

    async fn apply(&self, batch: Batch) -> Result<Commit> {
        self.count(2, 1);
        self.count(3, batch.ops.len());
        self.inner.apply(batch).await
    }

    async fn claim(&self, claim: LeaseClaim) -> Result<Vec<Lease>> {
        self.count(4, 1);
        self.inner.claim(claim).await
    }

    async fn renew(&self, lease: Lease, ttl: Option<Duration>) -> Result<Lease> {
        self.count(5, 1);
        self.inner.renew(lease, ttl).await
    }

    async fn watch(&self, range: KeyRange) -> Result<Watch> {
        self.count(6, 1);
        self.inner.watch(range).await
    }

    async fn control(&self, control: Control) -> Result<ControlReport> {
        self.count(7, 1);
        self.inner.control(control).await
    }
}
