//! Every decorator, and all of them together, keeps every line of the storage contract.

use std::sync::Arc;
use std::time::Duration;

use aragora_core::Result;
use aragora_core::clock::ManualClock;
use aragora_core::crypto::Keyring;
use aragora_core::storage::{EncryptionState, MemoryStorage, Observed, Sealed, Storage};
use aragora_core::telemetry::Parts;
use aragora_core::testing::storage::{StorageFactory, run_all};
use aragora_tests::durable::stores::DirectoryStores;
use aragora_tests::sealing::{EachTenant, KEY_1};
use async_trait::async_trait;

type Wrap = fn(Arc<dyn Storage>, &Parts) -> Arc<dyn Storage>;

struct Decorated {
    clock: ManualClock,
    wrap: Wrap,
}

#[async_trait]
impl StorageFactory for Decorated {
    async fn fresh(&self) -> Result<Arc<dyn Storage>> {
        let parts = Parts::system().with_clock(self.clock.clone());
        Ok((self.wrap)(Arc::new(MemoryStorage::new(parts.clock.clone())), &parts))
    }

    async fn reopen(&self, _: Arc<dyn Storage>) -> Result<Option<Arc<dyn Storage>>> {
        Ok(None)
    }

    async fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }
}

async fn keeps_the_contract(wrap: Wrap) {
    run_all(&Decorated { clock: ManualClock::default(), wrap }).await;
}

fn seal(inner: Arc<dyn Storage>, parts: &Parts, unlisted: EncryptionState) -> Arc<dyn Storage> {
    Arc::new(Sealed::new(inner, Keyring::from_hex_list(KEY_1).unwrap(), parts).unlisted(unlisted))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sealed() {
    keeps_the_contract(|memory, parts| seal(memory, parts, EncryptionState::Strict)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sealed_while_migrating() {
    keeps_the_contract(|memory, parts| seal(memory, parts, EncryptionState::Migrating)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sealed_before_anything_is_encrypted() {
    keeps_the_contract(|memory, parts| seal(memory, parts, EncryptionState::Plain)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tenanted() {
    keeps_the_contract(|memory, _| Arc::new(EachTenant::new(memory, |handle| Arc::new(handle)))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn observed() {
    keeps_the_contract(|memory, parts| Arc::new(Observed::new(memory, parts))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn observed_over_tenanted_over_sealed() {
    keeps_the_contract(|memory, parts| {
        let sealed = seal(memory, parts, EncryptionState::Strict);
        Arc::new(EachTenant::new(sealed, |handle| Arc::new(Observed::new(Arc::new(handle), parts))))
    })
    .await;
}

/// The whole stack over stores that outlive it.
struct OnDisk {
    stores: DirectoryStores,
    parts: Parts,
}

impl OnDisk {
    fn stack(&self, store: Arc<dyn Storage>) -> Arc<dyn Storage> {
        let sealed = seal(store, &self.parts, EncryptionState::Strict);
        let observed = |handle| Arc::new(Observed::new(Arc::new(handle), &self.parts)) as Arc<dyn Storage>;
        Arc::new(EachTenant::new(sealed, observed))
    }
}

#[async_trait]
impl StorageFactory for OnDisk {
    async fn fresh(&self) -> Result<Arc<dyn Storage>> {
        Ok(self.stack(self.stores.fresh().await?))
    }

    async fn reopen(&self, closed: Arc<dyn Storage>) -> Result<Option<Arc<dyn Storage>>> {
        Ok(self.stores.reopen(closed).await?.map(|store| self.stack(store)))
    }

    async fn pass(&self, time: Duration) {
        self.stores.pass(time).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_whole_stack_over_redb() {
    let root = tempfile::tempdir().unwrap();
    let clock = ManualClock::default();
    let parts = Parts::system().with_clock(clock.clone());
    run_all(&OnDisk { stores: DirectoryStores::new("redb", root.path(), clock), parts }).await;
}
