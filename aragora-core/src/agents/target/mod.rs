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

use tokio::sync::futures::Notified;

use super::agent::TargetId;
use super::layers::Verdict;
use super::notice::BreakerState;
use super::providers::{Learnt, Reading, rate_headers};
use crate::error::{ErrorKind, Result};
use crate::http::Headers;
use crate::telemetry::Parts;

use allowance::Allowance;
use circuit::Circuit;
pub(crate) use circuit::{Met, Turned};
use gate::Gate;
pub(crate) use gate::{Place, Queued};
use pace::Pace;
pub(crate) use pace::{Asked, Need, Turn};
pub use registry::{TargetKey, Targets};
pub use settings::{BreakerSettings, TargetOverrides, TargetSettings};
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

impl crate::telemetry::Followed for Target {
    /// What its breaker lets through, as the gauge of breakers has it.
    fn reading(&self) -> f64 {
        f64::from(self.breaker_state() as u8)
    }
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
        self.circuit.configure(&settings.breaker);
        *current = settings;
        Ok(())
    }

    /// What its breaker lets through now.
    pub fn breaker_state(&self) -> BreakerState {
        self.circuit.state(self.parts.clock.monotonic())
    }

    /// Takes in the rate-limit header fields of a response, successful or not. Our adapters do so; an agent of the
    /// host may, with the name of the provider that answered.
    pub fn observe(&self, provider: &str, headers: &Headers) {
        let at = self.parts.clock.now();
        let readings: Vec<Reading> = rate_headers::read(provider, headers, at);
        if !readings.is_empty() {
            self.pace.state_limits(readings, self.parts.clock.monotonic(), at);
        }
    }

    pub(crate) fn learnt(&self) -> Learnt {
        self.learnt.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds to what is known; two calls may learn different things at once.
    pub(crate) fn learn(&self, learnt: Learnt) {
        self.learnt.lock().unwrap_or_else(PoisonError::into_inner).merge(learnt);
    }

    /// What a call meets at its circuit.
    pub(crate) fn meet(&self) -> Met {
        self.circuit.meet(|| self.parts.clock.monotonic())
    }

    /// How a call ended that had passed; returns a change of the circuit.
    pub(crate) fn passed(&self, verdict: Verdict) -> Option<Turned> {
        self.circuit.passed(|| self.settings(), verdict, || self.parts.clock.monotonic())
    }

    /// How the probe ended; returns a change of the circuit.
    pub(crate) fn probed(&self, verdict: Verdict) -> Option<Turned> {
        self.circuit.probed(&self.settings().breaker, verdict, || self.parts.clock.monotonic())
    }

    /// Lets a call through, queues it, or says that its time would come too late. `latest` is asked only of a call
    /// that has to wait.
    pub(crate) fn ask_turn(&self, need: Need, latest: impl FnOnce(Duration) -> Duration) -> Asked {
        self.pace.ask(need, self.parts.clock.monotonic(), latest)
    }

    /// Where a queued call stands.
    pub(crate) fn turn(&self, ticket: u64, need: Need) -> Turn {
        self.pace.turn(ticket, need, self.parts.clock.monotonic())
    }

    /// Leaves the queue.
    pub(crate) fn leave_turn(&self, ticket: u64) {
        self.pace.leave(ticket);
    }

    /// Completes when somebody's turn may have moved.
    pub(crate) fn turns_moved(&self) -> Notified<'_> {
        self.pace.moved.notified()
    }

    /// Takes a charge back.
    pub(crate) fn refund(&self, need: Need) {
        self.pace.refund(need);
    }

    /// Puts what was used in the place of what was charged, in tokens.
    pub(crate) fn correct_charge(&self, charged: u64, used: u64) {
        self.pace.correct(charged, used);
    }

    /// Sends nothing for this long.
    pub(crate) fn pause(&self, wait: Duration) {
        self.pace.pause(self.parts.clock.monotonic().saturating_add(wait));
    }

    /// A place in flight, if one is free and nobody waits.
    pub(crate) fn try_enter(&self) -> Option<Place> {
        self.gate.try_enter()
    }

    /// A place in the queue for one, unless it is full.
    pub(crate) fn queue(&self) -> Option<Queued<'_>> {
        self.gate.queue(self.settings().queue as usize)
    }

    /// Waits for a place in flight.
    pub(crate) async fn enter(&self) -> Option<Place> {
        self.gate.enter().await
    }

    /// A first attempt begins, which earns a fifth of a repeat.
    pub(crate) fn earn_repeat(&self) {
        self.allowance.earn();
    }

    /// One repeat of the allowance, unless there is none left.
    pub(crate) fn take_repeat(&self) -> bool {
        self.allowance.take()
    }

    /// A repeat that was taken and did not begin.
    pub(crate) fn give_repeat_back(&self) {
        self.allowance.give_back();
    }

    /// A call in flight was answered just now.
    pub(crate) fn answered(&self, now: Duration, latency: Duration) {
        let missed = latency > self.settings().service_target;
        self.window().answered(now, self.parts.clock.now(), latency, missed);
    }

    /// A call in flight failed just now.
    pub(crate) fn failed(&self, now: Duration, latency: Duration, kind: ErrorKind) {
        let at = self.parts.clock.now();
        self.window().failed(now, at, latency, kind);
    }

    /// The p95 of its answers in the last 300 s, if there were enough of them to tell.
    pub(crate) fn p95(&self) -> Option<Duration> {
        self.window().p95(self.parts.clock.monotonic())
    }

    /// The median of its answers in the last 300 s.
    pub(crate) fn median(&self) -> Option<Duration> {
        self.window().tally(self.parts.clock.monotonic()).p50
    }

    /// A random part of this span, evenly; the whole of it if there are no random bytes.
    pub(crate) fn uniform(&self, span: Duration) -> Duration {
        let mut bytes = [0; 4];
        match self.parts.entropy.fill(&mut bytes) {
            Ok(()) => span.mul_f64(f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)),
            Err(_) => span,
        }
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
