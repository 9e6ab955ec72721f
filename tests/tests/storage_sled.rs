//! The second store on disk keeps every line of the storage contract.

use aragora_core::clock::ManualClock;
use aragora_core::testing::storage::run_all;
use aragora_tests::durable::stores::DirectoryStores;
use aragora_tests::embedded::scratch;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sled_keeps_the_storage_contract() {
    let root = scratch();
    run_all(&DirectoryStores::new("sled", root.path(), ManualClock::default())).await;
}
