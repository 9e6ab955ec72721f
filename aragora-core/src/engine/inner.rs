//! What all debates of one engine share.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::Notify;

use super::live::{Control, Live};
use super::permits::Permits;
use super::timed::timed;
use crate::agents::{Agents, Embedder, HashEmbedder, SemanticComparator};
use crate::config::Config;
use crate::consensus::RuleSet;
use crate::debate::{Comparator, Decision, Equivalence, ProtocolRef, StopCause, Transcript};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{DebateId, OrgId};
use crate::protocols::{DebateProtocol, Registry};
use crate::storage::Storage;
use crate::telemetry::{Counter, Gauge, Histogram, Parts, names};

/// Bounds and times of an engine. The defaults are the documented ones.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct EngineConfig {
    /// Debates that run at the same time, default 1,024.
    pub max_debates: usize,
    /// Debates that wait for admission, default 10,000; more are `queue_full`.
    pub max_queued: usize,
    /// Turns asked at the same time over all debates, default 512.
    pub turn_permits: usize,
    /// Events buffered per subscriber, default 10,000 (`ARAGORA_EVENT_BUFFER_SIZE`).
    pub event_buffer: usize,
    /// How long an agent that ignores its deadline is waited for, default 250 ms.
    pub overtime: Duration,
    /// How long a cancelled agent gets to stop by itself, default 2 s.
    pub cancel_grace: Duration,
    /// How long a call of a blocking protocol may take, default 5 s; then the debate ends as `protocol_failed`.
    pub protocol_limit: Duration,
    /// How long a debate stays ours without a sign of life, default 60 s.
    pub lease: Duration,
    /// Permits demo and scripted seats, default yes; production says no unless it is told otherwise.
    pub allow_demo: bool,
    /// Names this engine in leases; default the process id and a random part.
    pub owner: Option<String>,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            max_debates: 1_024,
            max_queued: 10_000,
            turn_permits: 512,
            event_buffer: 10_000,
            overtime: Duration::from_millis(250),
            cancel_grace: Duration::from_secs(2),
            protocol_limit: Duration::from_secs(5),
            lease: Duration::from_secs(60),
            allow_demo: true,
            owner: None,
        }
    }
}

impl EngineConfig {
    /// The defaults with what a configuration says.
    pub fn of(config: &Config) -> Self {
        Self {
            event_buffer: config.events.buffer_size,
            allow_demo: !config.env.is_production() || config.agents.allow_demo,
            ..Self::default()
        }
    }
}

/// What runs now; all zero when nothing does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    /// Debates with a running task.
    pub debates: usize,
    /// Debates that wait for admission.
    pub queued: usize,
    /// Turns with a running task.
    pub turns: usize,
    /// Turn permits in use.
    pub permits: usize,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) parts: Parts,
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) config: EngineConfig,
    pub(crate) owner: String,
    pub(crate) registry: Registry,
    pub(crate) rules: RuleSet,
    pub(crate) agents: Agents,
    pub(crate) permits: Arc<Permits>,
    /// Admission of whole debates, as fair between tenants as the permits of single turns.
    pub(crate) admission: Arc<Permits>,
    pub(crate) metrics: Metrics,
    closing: AtomicBool,
    stopping: AtomicBool,
    stopped: AtomicUsize,
    debates: AtomicUsize,
    queued: AtomicUsize,
    turns: AtomicUsize,
    idle: Notify,
    running: Mutex<HashMap<(OrgId, DebateId), Weak<Live>>>,
}

#[derive(Debug)]
pub(crate) struct Metrics {
    pub(crate) started: Counter,
    pub(crate) failed: [Counter; 2],
    pub(crate) active: Gauge,
    pub(crate) queue_wait: Histogram,
    pub(crate) calls: [Counter; 4],
}

impl Inner {
    /// Who says whether answers mean the same, by the vectors of this embedder.
    pub(super) fn semantic(&self, embedder: &str, min: f64) -> Result<Arc<dyn Comparator>> {
        let embedder = match embedder {
            Equivalence::HASH => Arc::new(HashEmbedder::new()) as Arc<dyn Embedder>,
            model => self.agents.embedder(model)?,
        };
        Ok(Arc::new(SemanticComparator::new(embedder, min, self.parts.clock.clone())?))
    }

    pub(crate) fn new(
        parts: Parts,
        storage: Arc<dyn Storage>,
        config: EngineConfig,
        owner: String,
        registry: Registry,
        rules: RuleSet,
        agents: Agents,
    ) -> Self {
        let t = &parts.telemetry;
        let metrics = Metrics {
            started: t.counter(&names::DEBATES_TOTAL, &[]),
            failed: [t.counter(&names::DEBATES_FAILED, &[]), t.counter(&names::DEBATES_FAILED_TOTAL, &[])],
            active: t.gauge(&names::DEBATES_ACTIVE, &[]),
            queue_wait: t.histogram(&names::ENGINE_QUEUE_WAIT_SECONDS, &[]),
            calls: ["made", "saved", "hedged", "cancelled"].map(|kind| t.counter(&names::DEBATE_CALLS_TOTAL, &[kind])),
        };
        Self {
            permits: Permits::new(config.turn_permits.max(1)),
            admission: Permits::new(config.max_debates.max(1)),
            parts,
            storage,
            config,
            owner,
            registry,
            rules,
            agents,
            metrics,
            closing: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
            stopped: AtomicUsize::new(0),
            debates: AtomicUsize::new(0),
            queued: AtomicUsize::new(0),
            turns: AtomicUsize::new(0),
            idle: Notify::new(),
            running: Mutex::default(),
        }
    }

    pub(crate) fn activity(&self) -> Activity {
        Activity {
            debates: self.debates.load(Ordering::Acquire),
            queued: self.queued.load(Ordering::Acquire),
            turns: self.turns.load(Ordering::Acquire),
            permits: self.permits.total() - self.permits.free(),
        }
    }

    pub(crate) fn count_turn(self: &Arc<Self>) -> Counted {
        Counted::new(self, |inner| &inner.turns)
    }

    /// Lets a debate in, before anything of it is written. `closed` once a shutdown began, `queue_full` if too many
    /// wait.
    pub(crate) fn admit(self: &Arc<Self>) -> Result<Admitted> {
        self.metrics.active.add(1.0);
        // Counted before the flag is read: a shutdown that this debate misses waits for it.
        let debate = Counted::new(self, |inner| &inner.debates);
        self.open_for_business()?;
        if self.admission.free() == 0 && self.queued.load(Ordering::Acquire) >= self.config.max_queued {
            let (run, wait) = (self.config.max_debates, self.config.max_queued);
            let reason = format!("{run} debates run and {wait} wait for admission");
            return Err(Error::new(ErrorKind::QueueFull, reason).retry_after_of(Duration::from_secs(1)));
        }
        Ok(Admitted { debate, queued: Counted::new(self, |inner| &inner.queued) })
    }

    /// The protocol a log names, as this engine runs it.
    pub(crate) fn protocol_of(&self, reference: &ProtocolRef) -> Result<Arc<dyn DebateProtocol>> {
        Ok(timed(self.registry.build(reference)?, self.config.protocol_limit))
    }

    /// `closed` once a shutdown began.
    pub(crate) fn open_for_business(&self) -> Result<()> {
        if self.closing.load(Ordering::SeqCst) {
            return Err(Error::new(ErrorKind::Closed, "the engine was shut down; open a new one"));
        }
        Ok(())
    }

    /// Admits nothing any more.
    pub(crate) fn close(&self) {
        self.closing.store(true, Ordering::SeqCst);
    }

    /// Stops every debate at its last record, those included that begin this very moment.
    pub(crate) fn stop_all(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        let all: Vec<Arc<Live>> = self.running().values().filter_map(Weak::upgrade).collect();
        for live in all {
            live.tell(Control::Stop);
        }
    }

    /// Notes a debate that a shutdown stopped.
    pub(crate) fn note_stopped(&self) {
        self.stopped.fetch_add(1, Ordering::AcqRel);
    }

    /// Debates that shutdowns stopped so far.
    pub(crate) fn stopped(&self) -> usize {
        self.stopped.load(Ordering::Acquire)
    }

    pub(crate) fn live(&self, tenant: &OrgId, debate: &DebateId) -> Option<Arc<Live>> {
        self.running().get(&(tenant.clone(), debate.clone())).and_then(Weak::upgrade).filter(|live| !live.has_ended())
    }

    pub(crate) fn enter(&self, live: &Arc<Live>) {
        let key = (live.source().tenant.clone(), live.debate().clone());
        self.running().insert(key, Arc::downgrade(live));
        if self.stopping.load(Ordering::SeqCst) {
            live.tell(Control::Stop);
        }
    }

    pub(crate) fn leave(&self, live: &Live) {
        self.running().remove(&(live.source().tenant.clone(), live.debate().clone()));
    }

    /// Completes once no debate runs.
    pub(crate) async fn until_idle(&self) {
        loop {
            let idle = self.idle.notified();
            tokio::pin!(idle);
            idle.as_mut().enable();
            if self.debates.load(Ordering::SeqCst) == 0 {
                return;
            }
            idle.await;
        }
    }

    fn running(&self) -> std::sync::MutexGuard<'_, HashMap<(OrgId, DebateId), Weak<Live>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a debate that ended.
    pub(crate) fn observe_end(&self, t: &Transcript, decision: Option<&Decision>) {
        let telemetry = &self.parts.telemetry;
        // A debate that its protocol broke has no cause to stop, and is a failed one all the same.
        if let Some(stop) = t.stop() {
            telemetry.counter(&names::DEBATE_STOPS_TOTAL, &[stop.cause.as_str()]).increment();
        }
        match t.stop() {
            Some(stop) if decision.is_some() || stop.cause == StopCause::Cancelled => {
                for def in [&names::DEBATES_COMPLETED, &names::DEBATES_COMPLETED_TOTAL] {
                    telemetry.counter(def, &[stop.cause.as_str()]).increment();
                }
            }
            _ => self.metrics.failed.iter().for_each(Counter::increment),
        }
        let protocol = t.start().protocol.name.as_str();
        let elapsed = self.parts.clock.now().as_millis().saturating_sub(t.started().as_millis());
        telemetry.histogram(&names::DEBATE_DURATION_SECONDS, &[protocol]).observe(elapsed.max(0) as f64 / 1_000.0);
        telemetry.histogram(&names::DEBATE_ROUNDS, &[protocol]).observe(f64::from(t.round()));
        let spent = t.spent();
        let cancelled = t.turns().filter(|turn| turn.state == crate::debate::TurnState::Cancelled).count() as u64;
        let saved = decision.map_or(0, |decision| decision.calls.saved);
        for (counter, count) in self.metrics.calls.iter().zip([spent.calls, saved, spent.hedged, cancelled]) {
            counter.add(count);
        }
        if let Some(decision) = decision {
            telemetry.counter(&names::DEBATE_OUTCOMES_TOTAL, &[decision.outcome.as_str()]).increment();
            for vote in &decision.votes {
                telemetry.counter(&names::VOTES_TOTAL, &[vote.status.as_str()]).increment();
            }
        }
    }
}

/// A debate that was let in.
#[derive(Debug)]
pub(crate) struct Admitted {
    /// The debate, until its task is gone.
    pub(crate) debate: Counted,
    /// Its place in the queue, until it has a permit.
    pub(crate) queued: Counted,
}

/// One of something, as long as it lives.
#[derive(Debug)]
pub(crate) struct Counted {
    inner: Arc<Inner>,
    of: fn(&Inner) -> &AtomicUsize,
}

impl Counted {
    fn new(inner: &Arc<Inner>, of: fn(&Inner) -> &AtomicUsize) -> Self {
        of(inner).fetch_add(1, Ordering::SeqCst);
        Self { inner: inner.clone(), of }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let left = (self.of)(&self.inner).fetch_sub(1, Ordering::AcqRel) - 1;
        if std::ptr::eq((self.of)(&self.inner), &raw const self.inner.debates) {
            self.inner.metrics.active.add(-1.0);
            if left == 0 {
                self.inner.idle.notify_waiters();
            }
        }
    }
}
