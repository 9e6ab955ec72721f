use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::decisions::{Decisions, Verdict};
use super::policy::{Call, Policy};
use crate::agents::notice::{BreakerState, Notice};
use crate::agents::output::Output;
use crate::agents::target::{Met, Target, Turned};
use crate::error::{Error, ErrorKind, Result};

/// What is said to those who meet a probe: it may end at any moment.
const PROBE: Duration = Duration::from_secs(1);

/// Leaves a target alone that failed too often: `circuit_open` without any I/O, with the time left as hint and the
/// code of the failure that opened it as `opened_by`. After a while one probe is let through and decides.
///
/// When it opens and for how long are settings of the target ([`BreakerSettings`](crate::agents::BreakerSettings)),
/// because the circuit is the target's: failures seen by different agents add up. Outcomes that never reached the
/// target, or that the caller broke off, say nothing about it.
#[derive(Clone, Debug)]
pub struct Breaker {
    target: Arc<Target>,
    decisions: Arc<Decisions>,
}

impl Breaker {
    /// The breaker of this target.
    pub fn new(target: &Arc<Target>) -> Self {
        Self { target: Arc::clone(target), decisions: Arc::default() }
    }

    /// The same, counting what this table counts.
    #[must_use]
    pub fn with_decisions(mut self, decisions: Arc<Decisions>) -> Self {
        self.decisions = decisions;
        self
    }

    fn refused(&self, left: Option<Duration>, opened_by: Option<ErrorKind>) -> Error {
        let error = Error::new(ErrorKind::CircuitOpen, format!("the circuit of {} is open", self.target.id()))
            .with("target", self.target.id())
            .retry_after_of(left.unwrap_or(PROBE));
        match opened_by {
            Some(kind) => error.with("opened_by", kind.code()),
            None => error,
        }
    }
}

impl Policy for Breaker {
    fn name(&self) -> &'static str {
        "breaker"
    }

    fn target(&self) -> &Arc<Target> {
        &self.target
    }

    fn repeats(&self) -> bool {
        false
    }

    async fn run<T, F, Fut>(&self, call: Call, work: F) -> Result<T>
    where
        T: Send,
        F: Fn(Call) -> Fut + Send + Sync,
        Fut: Future<Output = Result<T>> + Send,
    {
        call.ready(&*self.target.parts().clock)?;
        let probe = match self.target.meet() {
            Met::Pass => false,
            Met::Probe { first } => {
                if first {
                    self.tell(&call.output, Turned { state: BreakerState::HalfOpen, failures: 0 });
                }
                true
            }
            Met::Refused { left, opened_by } => return Err(self.refused(left, opened_by)),
        };
        let mut passage = Passage { target: &self.target, probe };
        let output = call.output.clone();
        let outcome = work(call).await;
        if let Some(turned) = passage.end(self.decisions.verdict(&outcome)) {
            self.tell(&output, turned);
        }
        outcome
    }
}

impl Breaker {
    fn tell(&self, output: &Output, turned: Turned) {
        let Turned { state, failures } = turned;
        output.notice(&Notice::Breaker { target: self.target.id().clone(), state, failures });
    }
}

/// A call that passed. A probe that is dropped leaves its slot to the next caller.
struct Passage<'a> {
    target: &'a Target,
    probe: bool,
}

impl Passage<'_> {
    fn end(&mut self, verdict: Verdict) -> Option<Turned> {
        if std::mem::take(&mut self.probe) { self.target.probed(verdict) } else { self.target.passed(verdict) }
    }
}

impl Drop for Passage<'_> {
    fn drop(&mut self) {
        if self.probe {
            self.target.probed(Verdict::None);
        }
    }
}
