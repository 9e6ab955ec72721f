//! Processes that run debates and are killed: the life of one, the killing, and what is left to be checked.

pub mod child;
pub mod rounds;

use std::path::Path;
use std::sync::Arc;

use aragora_core::Result;
use aragora_core::clock::ManualClock;
use aragora_core::engine::{DebateBuilder, Engine, EngineConfig, ResumeBuilder};
use aragora_core::entropy::SystemEntropy;
use aragora_core::storage::{ClockSource, Storage, open};
use aragora_core::telemetry::Parts;

use super::cases::{DebateCase, cases};
use super::debate_id;
use super::seats::Desk;
use crate::file_store::FileStorage;

/// Debates at the same time in one process.
pub const DEBATES: usize = 3;

/// What the debate of this number is about.
pub fn case(number: usize) -> DebateCase {
    let wanted = ["critique, defaults", "sequential", "one seat fails"];
    let name = wanted.get(number % wanted.len()).copied().unwrap_or_default();
    cases().into_iter().find(|case| case.name == name).unwrap_or_else(super::cases::critique_3x3)
}

/// The debate of this number, ready to be started.
pub fn builder(engine: &Engine, number: usize, desk: &Arc<Desk>, clock: &ManualClock) -> DebateBuilder {
    let day = std::time::Duration::from_secs(86_400);
    case(number).builder(engine, desk, clock).deadline(day).id(debate_id(&format!("deb_{number}")))
}

/// The debate of this number, ready to be resumed.
pub fn resume(engine: &Engine, number: usize, desk: &Arc<Desk>, clock: &ManualClock) -> ResumeBuilder {
    let resume = engine.resume(debate_id(&format!("deb_{number}")));
    case(number).seats(desk, clock).into_iter().fold(resume, ResumeBuilder::seat)
}

/// Opens the store of a URI, or with `file:<directory>` the one of this crate.
pub async fn store_of(uri: &str, clock: &ManualClock) -> Result<Arc<dyn Storage>> {
    if let Some(directory) = uri.strip_prefix("file:") {
        return Ok(Arc::new(FileStorage::open(Path::new(directory), Arc::new(clock.clone())).await?));
    }
    open(uri, &Parts::new(Arc::new(clock.clone()), Arc::new(SystemEntropy))).await
}

/// An engine for one life. Where a server tells the time its leases are short, because a killed owner keeps its own in
/// real time.
pub fn engine_of(store: &Arc<dyn Storage>, clock: &ManualClock) -> Result<Engine> {
    let mut config = EngineConfig::default();
    if store.capability().clock == ClockSource::Server {
        config.lease = std::time::Duration::from_secs(1);
    }
    let parts = Parts::new(Arc::new(clock.clone()), Arc::new(SystemEntropy));
    Engine::builder().parts(parts).storage(store.clone()).config(config).build()
}
