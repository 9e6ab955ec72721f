use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::policy::{Call, Policy};
use crate::agents::agent::Agent;
use crate::agents::notice::Notice;
use crate::agents::output::{Delta, Output, TokenSink};
use crate::agents::target::Target;
use crate::error::{Error, Result};

/// Sends a second copy of a call that takes long, to the same target or to another agent. The first to show text or
/// to answer wins; the other is dropped, and recorded where it was sent. At most one copy per call, paid from the
/// allowance that repeats share, and none once text was shown that cannot be taken back.
#[derive(Clone, Debug)]
pub struct Hedge {
    target: Arc<Target>,
    after: HedgeAfter,
    second: Option<Arc<dyn Agent>>,
}

/// When the second copy is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum HedgeAfter {
    /// After this long.
    Delay(Duration),
    /// After the 95th percentile of the target's answers in the last 300 s; not at all while there are fewer than 20.
    P95,
}

impl Hedge {
    /// A second copy to the same target.
    pub fn new(target: &Arc<Target>, after: HedgeAfter) -> Self {
        Self { target: Arc::clone(target), after, second: None }
    }

    /// The same with the copy sent to this agent instead; as a layer only. Its reply says from whom it took over.
    #[must_use]
    pub fn to(mut self, second: Arc<dyn Agent>) -> Self {
        self.second = Some(second);
        self
    }
}

impl Policy for Hedge {
    fn name(&self) -> &'static str {
        "hedge"
    }

    fn target(&self) -> &Arc<Target> {
        &self.target
    }

    fn second(&self) -> Option<&Arc<dyn Agent>> {
        self.second.as_ref()
    }

    async fn run<T, F, Fut>(&self, call: Call, work: F) -> Result<T>
    where
        T: Send,
        F: Fn(Call) -> Fut + Send + Sync,
        Fut: Future<Output = Result<T>> + Send,
    {
        let clock = &*self.target.parts().clock;
        call.ready(clock)?;
        let delay = match self.after {
            HedgeAfter::Delay(delay) => Some(delay),
            HedgeAfter::P95 => self.target.p95(),
        };
        let Some(delay) = delay.filter(|_| call.output.may_restart()) else { return work(call).await };
        let until = clock.monotonic().saturating_add(delay);
        let race = Arc::new(Race::default());
        // Boxed, because the loser is dropped before the winner ends.
        let mut first = Some(Box::pin(work(race.entry(&call, Copy::First))));
        let mut second = None;
        let mut waits = true;
        let mut failed: [Option<Error>; 2] = [None, None];
        loop {
            let (copy, outcome) = tokio::select! {
                biased;
                outcome = ended(&mut first) => (Copy::First, outcome),
                outcome = ended(&mut second) => (Copy::Second, outcome),
                () = race.decided.notified() => {
                    match race.winner() {
                        Some(Copy::First) => second = None,
                        Some(Copy::Second) => first = None,
                        None => {}
                    }
                    waits = false;
                    continue;
                }
                () = clock.sleep_until(until), if waits => {
                    waits = false;
                    if self.target.take_repeat() {
                        second = Some(Box::pin(work(race.entry(&call, Copy::Second))));
                    }
                    continue;
                }
            };
            let error = match outcome {
                Ok(done) if race.claim(copy) => return Ok(done),
                // The other has shown text at this very moment.
                Ok(_) => None,
                Err(error) => Some(error),
            };
            let other_runs = match copy {
                Copy::First => second.is_some(),
                Copy::Second => first.is_some(),
            };
            // Whoever has shown text is the call; and without the other there is nobody left to wait for.
            match copy {
                Copy::First => first = None,
                Copy::Second => second = None,
            }
            match error {
                Some(error) if race.winner() == Some(copy) => return Err(error),
                error => failed[copy as usize] = error,
            }
            if !other_runs {
                let [first, second] = failed;
                return Err(first.or(second).unwrap_or_else(|| Error::internal("a hedge ended without an outcome")));
            }
        }
    }
}

// Never, for one that does not run.
async fn ended<Fut: Future + Unpin>(copy: &mut Option<Fut>) -> Fut::Output {
    match copy {
        Some(copy) => copy.await,
        None => std::future::pending().await,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Copy {
    First = 0,
    Second = 1,
}

/// Who of the two has shown text first.
#[derive(Debug, Default)]
struct Race {
    winner: Mutex<Option<Copy>>,
    decided: Notify,
}

impl Race {
    fn entry(self: &Arc<Self>, call: &Call, copy: Copy) -> Call {
        let lane = Lane { race: Arc::clone(self), copy, output: call.output.clone(), held: Mutex::default() };
        let mut call = call.clone();
        call.hedge = copy == Copy::Second;
        call.output = call.output.copy(Arc::new(lane), call.hedge);
        call
    }

    fn winner(&self) -> Option<Copy> {
        *self.winner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn claim(&self, copy: Copy) -> bool {
        let mut winner = self.winner.lock().unwrap_or_else(PoisonError::into_inner);
        if winner.is_none() {
            self.decided.notify_one();
        }
        *winner.get_or_insert(copy) == copy
    }
}

/// What one of the two shows: nothing until it has won, then everything.
#[derive(Debug)]
struct Lane {
    race: Arc<Race>,
    copy: Copy,
    output: Output,
    // Thinking from before it has won.
    held: Mutex<String>,
}

impl Lane {
    fn release(&self) {
        let held = std::mem::take(&mut *self.held.lock().unwrap_or_else(PoisonError::into_inner));
        self.output.reasoning(&held);
    }
}

impl TokenSink for Lane {
    fn push(&self, _seq: u64, delta: Delta) {
        match delta {
            Delta::Text(piece) => {
                if self.race.claim(self.copy) {
                    self.release();
                    self.output.text(&piece);
                }
            }
            Delta::Reasoning(piece) => match self.race.winner() {
                Some(winner) if winner == self.copy => self.output.reasoning(&piece),
                Some(_) => {}
                None => self.held.lock().unwrap_or_else(PoisonError::into_inner).push_str(&piece),
            },
            Delta::Reset => {
                if self.race.winner() == Some(self.copy) {
                    self.output.reset();
                }
            }
        }
    }

    fn notice(&self, notice: &Notice) {
        self.output.notice(notice);
    }
}
