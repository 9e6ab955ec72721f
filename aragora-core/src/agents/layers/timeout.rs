use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::policy::{Call, Policy};
use crate::agents::conduct::late;
use crate::agents::output::{Delta, TokenSink};
use crate::agents::target::Target;
use crate::clock::{Clock, Deadline};
use crate::error::{Error, ErrorKind, Result};

/// Bounds one attempt: `timeout` with the phase `total`, `headers` or `idle` when it takes too long, and
/// `deadline_exceeded` at the caller's own deadline if that is earlier. The work is dropped, which closes its
/// connection.
///
/// Adapters measure headers and bytes themselves; around an agent of the host the first piece and the pauses between
/// pieces can be bounded here instead.
#[derive(Clone, Debug)]
pub struct TimeLimit {
    target: Arc<Target>,
    limits: TimeLimits,
}

/// How long one attempt may take.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct TimeLimits {
    /// Altogether, default 240 s.
    pub total: Duration,
    /// Until the first piece where somebody listens, default unbounded.
    pub first_piece: Option<Duration>,
    /// Between two pieces where somebody listens, default unbounded.
    pub idle: Option<Duration>,
}

impl Default for TimeLimits {
    fn default() -> Self {
        Self { total: Duration::from_secs(240), first_piece: None, idle: None }
    }
}

impl TimeLimit {
    /// 240 s in all.
    pub fn new(target: &Arc<Target>) -> Self {
        Self { target: Arc::clone(target), limits: TimeLimits::default() }
    }

    /// The same with these limits.
    #[must_use]
    pub fn with_limits(mut self, limits: TimeLimits) -> Self {
        self.limits = limits;
        self
    }
}

impl Policy for TimeLimit {
    fn name(&self) -> &'static str {
        "timeout"
    }

    fn target(&self) -> &Arc<Target> {
        &self.target
    }

    fn repeats(&self) -> bool {
        false
    }

    async fn run<T, F, Fut>(&self, mut call: Call, work: F) -> Result<T>
    where
        T: Send,
        F: Fn(Call) -> Fut + Send + Sync,
        Fut: Future<Output = Result<T>> + Send,
    {
        let clock = &self.target.parts().clock;
        call.ready(&**clock)?;
        let watch = Watch { began: clock.monotonic(), limits: &self.limits, deadline: call.deadline };
        let pulse = Arc::new(Pulse { clock: Arc::clone(clock), last: AtomicU64::new(NEVER) });
        let streams = call.output.wants_text() && (self.limits.first_piece.is_some() || self.limits.idle.is_some());
        if streams {
            call.output = call.output.observed(Arc::clone(&pulse) as Arc<dyn TokenSink>);
        }
        let mut work = pin!(work(call));
        loop {
            let (at, phase) = watch.next(pulse.last().filter(|_| streams), streams);
            tokio::select! {
                biased;
                // What is there at the very instant of the limit counts.
                done = &mut work => return done,
                () = clock.sleep_until(at) => {}
            }
            // Pieces that came meanwhile moved the limit.
            if watch.next(pulse.last().filter(|_| streams), streams) == (at, phase) {
                return Err(if phase == DEADLINE { late() } else { too_slow(phase) });
            }
        }
    }
}

const DEADLINE: &str = "deadline";

fn too_slow(phase: &str) -> Error {
    Error::new(ErrorKind::Timeout, format!("the attempt exceeded its limit for {phase}")).with("phase", phase)
}

struct Watch<'a> {
    began: Duration,
    limits: &'a TimeLimits,
    deadline: Option<Deadline>,
}

impl Watch<'_> {
    // The instant that ends the attempt, as far as is known now, and what it is about.
    fn next(&self, last: Option<Duration>, streams: bool) -> (Duration, &'static str) {
        let total = self.began.saturating_add(self.limits.total);
        let quiet = match (last, self.limits.first_piece, self.limits.idle) {
            (None, Some(first), _) if streams => Some((self.began.saturating_add(first), "headers")),
            (Some(last), _, Some(idle)) => Some((last.saturating_add(idle), "idle")),
            _ => None,
        };
        let deadline = self.deadline.map(|deadline| (deadline.monotonic(), DEADLINE));
        // The caller's own limit is named where two end at once.
        [deadline, quiet].into_iter().flatten().fold((total, "total"), |first, other| {
            if other.0 < first.0 || (other.0 == first.0 && other.1 == DEADLINE) { other } else { first }
        })
    }
}

const NEVER: u64 = u64::MAX;

/// When the last piece came.
#[derive(Debug)]
struct Pulse {
    clock: Arc<dyn Clock>,
    last: AtomicU64,
}

impl Pulse {
    fn last(&self) -> Option<Duration> {
        Some(self.last.load(Ordering::Relaxed)).filter(|last| *last != NEVER).map(Duration::from_nanos)
    }
}

impl TokenSink for Pulse {
    fn push(&self, _seq: u64, _delta: Delta) {
        let nanos = u64::try_from(self.clock.monotonic().as_nanos()).unwrap_or(NEVER - 1);
        self.last.store(nanos, Ordering::Relaxed);
    }
}
