use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::{BoxFuture, Clock, Timestamp};

/// A clock that stands still until [`ManualClock::advance`] is called. Clones share the same time.
#[derive(Clone)]
pub struct ManualClock(Arc<Mutex<State>>);

struct State {
    start: Timestamp,
    elapsed: Duration,
    sleepers: Vec<(Duration, oneshot::Sender<()>)>,
}

impl ManualClock {
    /// A clock that shows this time until advanced.
    pub fn new(start: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(State { start, elapsed: Duration::ZERO, sleepers: Vec::new() })))
    }

    /// Moves time forward and wakes every sleeper whose instant has come, earliest first.
    pub fn advance(&self, by: Duration) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.elapsed += by;
        let now = state.elapsed;
        let (mut due, waiting): (Vec<_>, Vec<_>) = state.sleepers.drain(..).partition(|(at, _)| *at <= now);
        state.sleepers = waiting;
        drop(state);
        due.sort_by_key(|(at, _)| *at);
        for (_, wake) in due {
            let _ = wake.send(());
        }
    }

    /// Jumps to the earliest instant somebody sleeps for; `false` if nobody sleeps.
    pub fn advance_to_next(&self) -> bool {
        let next = {
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            state.sleepers.retain(|(_, wake)| !wake.is_closed());
            let now = state.elapsed;
            state.sleepers.iter().map(|(at, _)| at.saturating_sub(now)).min()
        };
        next.inspect(|wait| self.advance(*wait)).is_some()
    }

    /// How many sleeps are waiting and have not been dropped.
    pub fn sleepers(&self) -> usize {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.sleepers.iter().filter(|(_, wake)| !wake.is_closed()).count()
    }
}

impl Default for ManualClock {
    /// Starts at 2026-01-01T00:00:00Z.
    fn default() -> Self {
        Self::new(Timestamp::from_millis(1_767_225_600_000))
    }
}

impl fmt::Debug for ManualClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ManualClock({})", self.now())
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.start.plus(state.elapsed)
    }

    fn monotonic(&self) -> Duration {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).elapsed
    }

    fn sleep_until(&self, monotonic: Duration) -> BoxFuture<'static, ()> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.elapsed >= monotonic {
            return Box::pin(std::future::ready(()));
        }
        let (wake, woken) = oneshot::channel();
        state.sleepers.push((monotonic, wake));
        Box::pin(async move {
            let _ = woken.await;
        })
    }
}
