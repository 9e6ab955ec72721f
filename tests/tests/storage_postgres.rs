//! PostgreSQL keeps every line of the storage contract, in each of the ways it can be opened.

use aragora_core::testing::storage::run_all;
use aragora_tests::servers::{PostgresStores, address};

async fn suite(options: &str) {
    let Some(address) = address("ARAGORA_TEST_POSTGRES") else { return };
    run_all(&PostgresStores::new(&address, options).unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgres_keeps_the_storage_contract() {
    suite("").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgres_with_signals_and_journal_keeps_the_storage_contract() {
    suite("aragora.signals=suite&aragora.journal=on").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgres_behind_a_pooler_keeps_the_storage_contract() {
    suite("aragora.pooler=transaction").await;
}
