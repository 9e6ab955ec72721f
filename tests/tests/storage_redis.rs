//! Redis keeps every line of the storage contract.

use aragora_core::testing::storage::run_all;
use aragora_tests::servers::{RedisStores, address};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn redis_keeps_the_storage_contract() {
    let Some(address) = address("ARAGORA_TEST_REDIS") else { return };
    run_all(&RedisStores::new(&address)).await;
}
