use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::decisions::{Again, Decisions};
use super::policy::{Call, Policy};
use crate::agents::notice::Notice;
use crate::agents::target::Target;
use crate::error::{Error, Result};

/// Asks the same target again after a failure that may pass.
///
/// The pause doubles from 0.5 s to 8 s and is cut by up to half at random; where the provider says how long to wait,
/// that long and up to a tenth (at most 1 s) more. Repeats of all agents of the target share an allowance: ten at
/// first and at most, a fifth earned by every first attempt. A failure is returned at once when the provider asks for
/// more than 60 s, when the pause would end past the deadline, when the allowance is used up, and when text was shown
/// that cannot be taken back.
#[derive(Clone, Debug)]
pub struct Retry {
    target: Arc<Target>,
    decisions: Arc<Decisions>,
    settings: RetrySettings,
}

/// How often and after which pauses the same target is asked again.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct RetrySettings {
    /// Repeats of one call, default 2.
    pub most: u32,
    /// The longest first pause, default 0.5 s.
    pub first: Duration,
    /// The longest pause, default 8 s.
    pub longest: Duration,
    /// The longest wait a provider may ask for, default 60 s.
    pub longest_hint: Duration,
}

impl Default for RetrySettings {
    fn default() -> Self {
        Self {
            most: 2,
            first: Duration::from_millis(500),
            longest: Duration::from_secs(8),
            longest_hint: Duration::from_secs(60),
        }
    }
}

impl Retry {
    /// Two repeats on this target.
    pub fn new(target: &Arc<Target>) -> Self {
        Self { target: Arc::clone(target), decisions: Arc::default(), settings: RetrySettings::default() }
    }

    /// The same with these numbers.
    #[must_use]
    pub fn with_settings(mut self, settings: RetrySettings) -> Self {
        self.settings = settings;
        self
    }

    /// The same, repeating what this table repeats.
    #[must_use]
    pub fn with_decisions(mut self, decisions: Arc<Decisions>) -> Self {
        self.decisions = decisions;
        self
    }

    // How long to pause before the next attempt, or `None` to give up.
    fn pause(&self, error: &Error, repeats: u32, once: &mut bool, call: &Call) -> Option<Duration> {
        let allowed = match self.decisions.again(error) {
            Again::Yes => true,
            Again::Once => !std::mem::replace(once, true),
            Again::No | Again::Repair => false,
        };
        if !allowed || repeats >= self.settings.most || !call.output.may_restart() {
            return None;
        }
        let (shortest, longest) = match error.retry_after() {
            Some(hint) if hint > self.settings.longest_hint => return None,
            Some(hint) => (hint, hint.saturating_add((hint / 10).min(Duration::from_secs(1)))),
            None => {
                let doubled = self.settings.first.saturating_mul(1 << repeats.min(16));
                let pause = doubled.min(self.settings.longest);
                (pause / 2, pause)
            }
        };
        Some(shortest.saturating_add(self.target.uniform(longest.saturating_sub(shortest))))
    }
}

impl Policy for Retry {
    fn name(&self) -> &'static str {
        "retry"
    }

    fn target(&self) -> &Arc<Target> {
        &self.target
    }

    async fn run<T, F, Fut>(&self, mut call: Call, work: F) -> Result<T>
    where
        T: Send,
        F: Fn(Call) -> Fut + Send + Sync,
        Fut: Future<Output = Result<T>> + Send,
    {
        let clock = &*self.target.parts().clock;
        call.ready(clock)?;
        self.target.earn_repeat();
        let mut once = false;
        for repeats in 0.. {
            call.attempt = repeats + 1;
            let error = match work(call.clone()).await {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            let code = error.code();
            call.output.notice(&Notice::Failed { attempt: call.attempt, code });
            let Some(delay) = self.pause(&error, repeats, &mut once, &call) else { return Err(error) };
            let until = clock.monotonic().saturating_add(delay);
            if call.deadline.is_some_and(|deadline| deadline.monotonic() <= until) {
                return Err(error);
            }
            let Some(repeat) = Repeat::take(&self.target) else { return Err(error) };
            call.output.notice(&Notice::Retry { attempt: call.attempt + 1, code, delay });
            call.wait_for(clock, clock.sleep_until(until)).await?;
            repeat.begins();
            // Not before the pause: what was shown stays if nothing follows.
            call.output.reset();
        }
        Err(Error::internal("a retry ended without an outcome"))
    }
}

/// A repeat taken from the target's allowance, given back if it does not begin.
struct Repeat<'a>(Option<&'a Target>);

impl<'a> Repeat<'a> {
    fn take(target: &'a Target) -> Option<Self> {
        target.take_repeat().then(|| Self(Some(target)))
    }

    fn begins(mut self) {
        self.0 = None;
    }
}

impl Drop for Repeat<'_> {
    fn drop(&mut self) {
        if let Some(target) = self.0 {
            target.give_repeat_back();
        }
    }
}
