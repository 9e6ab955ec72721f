//! Durability, cancellation and replay of debates, as functions of a store: every backend runs the same ones.

pub mod cases;
pub mod crash;
pub mod faults;
pub mod gate;
pub mod kill;
pub mod log;
pub mod notes;
pub mod owners;
pub mod rivals;
pub mod seats;
pub mod spending;
pub mod steps;
pub mod stores;

use std::sync::Arc;

use aragora_core::DebateId;
use aragora_core::clock::ManualClock;
use aragora_core::engine::Engine;
use aragora_core::entropy::SystemEntropy;
use aragora_core::ids::OrgId;
use aragora_core::storage::Storage;
use aragora_core::telemetry::Parts;
use tokio::runtime::Runtime;

/// The organisation of every debate here.
#[allow(clippy::expect_used)]
pub fn tenant() -> OrgId {
    OrgId::new("default").expect("the default organisation has a valid id")
}

/// A debate id that is known to be one.
#[allow(clippy::expect_used)]
pub fn debate_id(text: &str) -> DebateId {
    DebateId::new(text).expect("the test names a valid debate id")
}

/// An engine over this store and clock.
#[allow(clippy::expect_used)]
pub fn engine(store: &Arc<dyn Storage>, clock: &ManualClock) -> Engine {
    let parts = Parts::new(Arc::new(clock.clone()), Arc::new(SystemEntropy));
    Engine::builder().parts(parts).storage(store.clone()).build().expect("an engine over a store starts")
}

/// One thread, no I/O driver and no timer: the manual clock is the only time.
#[allow(clippy::expect_used)]
pub fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime without drivers starts")
}
