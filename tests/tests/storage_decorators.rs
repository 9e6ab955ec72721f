//! Every decorator, and all of them together, keeps every line of the storage contract over every backend.

use std::sync::Arc;

use aragora_core::clock::ManualClock;
use aragora_core::storage::{EncryptionState, Storage};
use aragora_core::telemetry::Parts;
use aragora_core::testing::storage::run_all;
use aragora_tests::decorated::{Decorated, Wrap, observed, seal, sealed, stack, tenanted};
use aragora_tests::durable::stores::{DirectoryStores, MemoryStores};
use aragora_tests::embedded::scratch;

async fn over_memory(wrap: Wrap) {
    let clock = ManualClock::default();
    let parts = Parts::system().with_clock(clock.clone());
    run_all(&Decorated { stores: MemoryStores(clock), parts, wrap }).await;
}

async fn on_disk(scheme: &'static str, wrap: Wrap) {
    let root = scratch();
    let clock = ManualClock::default();
    let parts = Parts::system().with_clock(clock.clone());
    run_all(&Decorated { stores: DirectoryStores::new(scheme, root.path(), clock), parts, wrap }).await;
}

#[cfg(feature = "servers")]
async fn over_postgres(wrap: Wrap) {
    use aragora_tests::servers::{PostgresStores, address};
    let Some(address) = address("ARAGORA_TEST_POSTGRES") else { return };
    let stores = PostgresStores::new(&address, "").unwrap();
    run_all(&Decorated { stores, parts: Parts::system(), wrap }).await;
}

#[cfg(feature = "servers")]
async fn over_redis(wrap: Wrap) {
    use aragora_tests::servers::{RedisStores, address};
    let Some(address) = address("ARAGORA_TEST_REDIS") else { return };
    // What the sealed layer says of itself must not be lost; these tests ask for it on a server that syncs.
    let stores = RedisStores::new(&address).with("aragora.only_copy=allow");
    run_all(&Decorated { stores, parts: Parts::system(), wrap }).await;
}

fn migrating(inner: Arc<dyn Storage>, parts: &Parts) -> Arc<dyn Storage> {
    seal(inner, parts, EncryptionState::Migrating)
}

fn unencrypted(inner: Arc<dyn Storage>, parts: &Parts) -> Arc<dyn Storage> {
    seal(inner, parts, EncryptionState::Plain)
}

macro_rules! keep_the_contract {
    ($($name:ident: $run:expr;)+) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn $name() {
            $run.await;
        })+
    };
}

keep_the_contract! {
    sealed_over_memory: over_memory(sealed);
    sealed_while_migrating_over_memory: over_memory(migrating);
    sealed_before_anything_is_encrypted_over_memory: over_memory(unencrypted);
    tenanted_over_memory: over_memory(tenanted);
    observed_over_memory: over_memory(observed);
    observed_over_tenanted_over_sealed_over_memory: over_memory(stack);
    sealed_over_redb: on_disk("redb", sealed);
    tenanted_over_redb: on_disk("redb", tenanted);
    observed_over_redb: on_disk("redb", observed);
    observed_over_tenanted_over_sealed_over_redb: on_disk("redb", stack);
}

#[cfg(feature = "sled")]
keep_the_contract! {
    sealed_over_sled: on_disk("sled", sealed);
    tenanted_over_sled: on_disk("sled", tenanted);
    observed_over_sled: on_disk("sled", observed);
    observed_over_tenanted_over_sealed_over_sled: on_disk("sled", stack);
}

#[cfg(feature = "servers")]
keep_the_contract! {
    sealed_over_postgres: over_postgres(sealed);
    tenanted_over_postgres: over_postgres(tenanted);
    observed_over_postgres: over_postgres(observed);
    observed_over_tenanted_over_sealed_over_postgres: over_postgres(stack);
    sealed_over_redis: over_redis(sealed);
    tenanted_over_redis: over_redis(tenanted);
    observed_over_redis: over_redis(observed);
    observed_over_tenanted_over_sealed_over_redis: over_redis(stack);
}
