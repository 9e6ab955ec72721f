//! Stores that outlive an engine.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aragora_core::clock::ManualClock;
use aragora_core::entropy::SystemEntropy;
use aragora_core::storage::{Control, MemoryStorage, Storage, open};
use aragora_core::telemetry::Parts;
use aragora_core::testing::storage::StorageFactory;
use aragora_core::{Error, ErrorKind, Result};
use async_trait::async_trait;

use crate::file_store::FileStorage;

/// Stores in memory; an engine that dies leaves its store to the next one.
#[derive(Debug)]
pub struct MemoryStores(pub ManualClock);

#[async_trait]
impl StorageFactory for MemoryStores {
    async fn fresh(&self) -> Result<Arc<dyn Storage>> {
        Ok(Arc::new(MemoryStorage::new(Arc::new(self.0.clone()))))
    }

    async fn reopen(&self, _: Arc<dyn Storage>) -> Result<Option<Arc<dyn Storage>>> {
        Ok(None)
    }

    async fn pass(&self, time: Duration) {
        self.0.advance(time);
    }
}

/// Stores in files of a directory that is gone with this value.
#[derive(Debug)]
pub struct FileStores {
    clock: ManualClock,
    root: std::path::PathBuf,
    latest: AtomicU32,
}

impl FileStores {
    /// Stores below this directory.
    pub fn new(root: &std::path::Path, clock: ManualClock) -> Self {
        Self { clock, root: root.to_owned(), latest: AtomicU32::new(0) }
    }

    async fn open(&self, number: u32) -> Result<Arc<dyn Storage>> {
        let directory = self.root.join(number.to_string());
        Ok(Arc::new(FileStorage::open(&directory, Arc::new(self.clock.clone())).await?))
    }
}

#[async_trait]
impl StorageFactory for FileStores {
    async fn fresh(&self) -> Result<Arc<dyn Storage>> {
        self.open(self.latest.fetch_add(1, Ordering::SeqCst) + 1).await
    }

    async fn reopen(&self, _: Arc<dyn Storage>) -> Result<Option<Arc<dyn Storage>>> {
        self.open(self.latest.load(Ordering::SeqCst)).await.map(Some)
    }

    async fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }
}

/// Stores a URI names, in directories below one.
#[derive(Debug)]
pub struct DirectoryStores {
    scheme: &'static str,
    options: &'static str,
    clock: ManualClock,
    root: std::path::PathBuf,
    latest: AtomicU32,
}

impl DirectoryStores {
    /// Stores of this scheme, `redb` or `sled`, below this directory.
    pub fn new(scheme: &'static str, root: &std::path::Path, clock: ManualClock) -> Self {
        Self { scheme, options: "", clock, root: root.to_owned(), latest: AtomicU32::new(0) }
    }

    /// The same, opened with these options, e.g. `?journal=on`.
    #[must_use]
    pub fn with(mut self, options: &'static str) -> Self {
        self.options = options;
        self
    }

    async fn open(&self, number: u32) -> Result<Arc<dyn Storage>> {
        let parts = Parts::new(Arc::new(self.clock.clone()), Arc::new(SystemEntropy));
        let directory = self.root.join(number.to_string());
        open(&format!("{}:{}{}", self.scheme, directory.display(), self.options), &parts).await
    }
}

#[async_trait]
impl StorageFactory for DirectoryStores {
    async fn fresh(&self) -> Result<Arc<dyn Storage>> {
        self.open(self.latest.fetch_add(1, Ordering::SeqCst) + 1).await
    }

    async fn reopen(&self, _: Arc<dyn Storage>) -> Result<Option<Arc<dyn Storage>>> {
        self.open(self.latest.load(Ordering::SeqCst)).await.map(Some)
    }

    async fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }
}

/// Closes a store and opens its contents again, where contents outlive the store.
pub async fn reopened(factory: &dyn StorageFactory, store: Arc<dyn Storage>) -> Result<Arc<dyn Storage>> {
    if !store.capability().durable {
        return Ok(store);
    }
    store.control(Control::Close).await?;
    let missing = || Error::new(ErrorKind::Internal, "a durable store did not open again");
    factory.reopen(store).await?.ok_or_else(missing)
}
