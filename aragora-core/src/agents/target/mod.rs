//! What agents of one endpoint, model and credential share: breaker, limits, retry budget, latency.

mod allowance;
mod bucket;
mod circuit;
mod gate;
mod pace;
mod registry;
mod settings;
mod snapshot;
mod window;
mod word;

// The word is model-checked in the test crate, with loom's atomics under this name.
mod atomic {
    pub(super) use std::sync::atomic::{AtomicU64, Ordering};
}

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use super::agent::TargetId;
use super::notice::BreakerState;
use super::providers::{Learnt, Reading, rate_headers};
use crate::error::Result;
use crate::http::Headers;
use crate::telemetry::Parts;

use allowance::Allowance;
pub(crate) use circuit::{Met, Turned};
use circuit::Circuit;
use gate::Gate;
pub(crate) use gate::Place;
pub(crate) use pace::{Need, Turn};
use pace::Pace;
pub use registry::{TargetKey, Targets};
pub use settings::{BreakerSettings, TargetSettings};
pub use snapshot::{BreakerSnapshot, LastError, RateLimitSnapshot, StatedLimit, TargetHealth};
use window::Window;

/// One endpoint, model and credential, shared by every agent of an instance that uses the three. In memory only: a
/// restart begins closed and unpaced.
#[derive(Debug)]
pub struct Target {
    id: TargetId,
    provider: String,
    origin: String,
    parts: Parts,
    settings: RwLock<Arc<TargetSettings>>,
    learnt: Mutex<Learnt>,
    circuit: Circuit,
    pace: Pace,
    gate: Arc<Gate>,
    allowance: Allowance,
    window: Mutex<Window>,
}

impl Target {
    /// A target of its own, closed and unpaced, with the defaults for the provider before the slash of its name.
    pub fn new(id: TargetId, parts: Parts) -> Arc<Self> {
        let provider = id.as_str().split('/').next().unwrap_or_default().to_owned();
        Self::at(id, &provider, "", parts)
    }

    fn at(id: TargetId, provider: &str, origin: &str, parts: Parts) -> Arc<Self> {
        let settings = TargetSettings::of(provider);
        let now = parts.clock.monotonic();
        Arc::new(Self {
            id,
            provider: provider.to_owned(),
            origin: origin.to_owned(),
            learnt: Mutex::default(),
            circuit: Circuit::closed(),
            pace: Pace::new(&settings, now),
            gate: Gate::new(settings.in_flight as usize),
            allowance: Allowance::full(),
            window: Mutex::default(),
            settings: RwLock::new(Arc::new(settings)),
            parts,
        })
    }

    /// Its name.
    pub fn id(&self) -> &TargetId {
        &self.id
    }

    /// Who runs it, e.g. `openai`.
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// Clock, entropy and metrics it lives by.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// What it may be asked.
    pub fn settings(&self) -> Arc<TargetSettings> {
        Arc::clone(&self.settings.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes what it may be asked, for all of its agents from now on. Calls in flight are not touched.
    /// `invalid_config` lists every field outside its range.
    pub fn configure(&self, settings: TargetSettings) -> Result<()> {
        let settings = Arc::new(settings.checked()?);
        let mut current = self.settings.write().unwrap_or_else(PoisonError::into_inner);
        self.pace.limit_to(&current, &settings, self.parts.clock.monotonic());
        self.gate.limit_to(settings.in_flight as usize);
        *current = settings;
        Ok(())
    }

    /// What its breaker lets through now.
    pub fn breaker_state(&self) -> BreakerState {
        self.circuit.state(self.parts.clock.monotonic())
    }

    /// Takes in the rate-limit header fields of a response, successful or not.
    pub(crate) fn observe(&self, provider: &str, headers: &Headers) {
        let at = self.parts.clock.now();
        let readings: Vec<Reading> = rate_headers::read(provider, headers, at);
        if !readings.is_empty() {
            self.pace.state_limits(readings, self.parts.clock.monotonic(), at);
        }
    }

    pub(crate) fn learnt(&self) -> Learnt {
        self.learnt.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn learn(&self, learnt: Learnt) {
        *self.learnt.lock().unwrap_or_else(PoisonError::into_inner) = learnt;
    }

    /// The p95 of its answers in the last 300 s, if there were enough of them to tell.
    pub(crate) fn p95(&self) -> Option<Duration> {
        self.window().p95(self.parts.clock.monotonic())
    }

    /// Nobody uses it and its circuit is closed: forgetting it loses nothing.
    fn is_idle(&self) -> bool {
        let busy = self.gate.in_flight() + self.gate.queued() + self.pace.queued();
        busy == 0 && self.breaker_state() == BreakerState::Closed
    }

    fn window(&self) -> MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
