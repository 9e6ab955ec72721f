//! The debates of the process that is killed, so that the test can run them undisturbed.

use std::sync::Arc;

use aragora_core::clock::ManualClock;
use aragora_core::engine::{DebateBuilder, Engine, ResumeBuilder};

use super::cases::{DebateCase, cases};
use super::debate_id;
use super::seats::Desk;

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
