//! The reference store and the decorators keep every line of the storage contract.

use std::sync::Arc;
use std::time::Duration;

use aragora_core::Result;
use aragora_core::clock::ManualClock;
use aragora_core::storage::{MemoryStorage, Storage};
use aragora_core::testing::storage::{CountingStorage, FaultStorage, StorageFactory, run_all};
use async_trait::async_trait;

type Wrap = fn(Arc<dyn Storage>, &ManualClock) -> Arc<dyn Storage>;

struct Memory {
    clock: ManualClock,
    wrap: Wrap,
}

impl Memory {
    fn wrapped(wrap: Wrap) -> Self {
        Self { clock: ManualClock::default(), wrap }
    }
}

#[async_trait]
impl StorageFactory for Memory {
    async fn fresh(&self) -> Result<Arc<dyn Storage>> {
        Ok((self.wrap)(Arc::new(MemoryStorage::new(Arc::new(self.clock.clone()))), &self.clock))
    }

    async fn reopen(&self, _: Arc<dyn Storage>) -> Result<Option<Arc<dyn Storage>>> {
        Ok(None)
    }

    async fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn memory_keeps_the_storage_contract() {
    run_all(&Memory::wrapped(|memory, _| memory)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_counting_decorator_keeps_the_storage_contract() {
    run_all(&Memory::wrapped(|memory, _| Arc::new(CountingStorage::new(memory)))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_fault_decorator_without_faults_keeps_the_storage_contract() {
    run_all(&Memory::wrapped(|memory, clock| Arc::new(FaultStorage::new(memory, Arc::new(clock.clone()))))).await;
}
