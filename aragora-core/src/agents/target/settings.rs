use std::time::Duration;

use crate::error::{Error, ErrorKind, Result, Violations};

/// What a target may be asked, and when it is left alone. Every number belongs to the target, so it holds for all of
/// its agents together.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct TargetSettings {
    /// When the circuit opens.
    pub breaker: BreakerSettings,
    /// Requests per minute; absent: no limit of ours.
    pub requests_per_minute: Option<u32>,
    /// Tokens per minute, prompt and output together; absent: no limit of ours.
    pub tokens_per_minute: Option<u32>,
    /// The longest anybody waits for a rate limit, default 60 s; a longer wait is `rate_limited` at once.
    pub longest_wait: Duration,
    /// Calls in flight, default 8, at least 1.
    pub in_flight: u32,
    /// Calls that may wait for one of those to end, default 256.
    pub queue: u32,
    /// A reply slower than this counts as missed, default 30 s, 45 s for OpenRouter. It ends no call.
    pub service_target: Duration,
}

/// When the circuit of a target opens and how long it stays open.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct BreakerSettings {
    /// Failures within the window that open it, default 3, 5 for OpenRouter; 1 to 1,000.
    pub failures: u32,
    /// The window, default 60 s, 120 s for OpenRouter.
    pub window: Duration,
    /// The least share of failures among the outcomes of the window, 0 to 1, default 0: their number alone decides.
    pub min_failure_ratio: f64,
    /// How long it stays open before one probe is let through, default 60 s.
    pub open_for: Duration,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self { failures: 3, window: Duration::from_secs(60), min_failure_ratio: 0.0, open_for: Duration::from_secs(60) }
    }
}

impl Default for TargetSettings {
    fn default() -> Self {
        Self {
            breaker: BreakerSettings::default(),
            requests_per_minute: None,
            tokens_per_minute: None,
            longest_wait: Duration::from_secs(60),
            in_flight: 8,
            queue: 256,
            service_target: Duration::from_secs(30),
        }
    }
}

impl TargetSettings {
    /// The defaults for this provider.
    pub fn of(provider: &str) -> Self {
        if provider != "openrouter" {
            return Self::default();
        }
        // A relay: one bad upstream of many is no reason to leave it alone, and it answers later.
        let breaker = BreakerSettings { failures: 5, window: Duration::from_secs(120), ..BreakerSettings::default() };
        Self { breaker, service_target: Duration::from_secs(45), ..Self::default() }
    }

    /// Every field outside its documented range.
    pub fn violations(&self) -> Violations {
        let mut v = Violations::new();
        let ratio = self.breaker.min_failure_ratio;
        v.check((1..=1_000).contains(&self.breaker.failures), "/breaker/failures", "expected 1 to 1000");
        v.check(!self.breaker.window.is_zero(), "/breaker/window", "0, expected some time");
        v.check(!self.breaker.open_for.is_zero(), "/breaker/open_for", "0, expected some time");
        v.check((0.0..=1.0).contains(&ratio), "/breaker/min_failure_ratio", format!("{ratio}, expected 0 to 1"));
        v.check(self.requests_per_minute != Some(0), "/requests_per_minute", "0, expected at least 1");
        v.check(self.tokens_per_minute != Some(0), "/tokens_per_minute", "0, expected at least 1");
        v.check((1..=65_536).contains(&self.in_flight), "/in_flight", "expected 1 to 65536");
        v
    }

    pub(super) fn checked(self) -> Result<Self, Error> {
        self.violations().into_result(ErrorKind::InvalidConfig)?;
        Ok(self)
    }
}

/// What a host changes of every target's settings; the rest stays what its provider's defaults say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TargetOverrides {
    /// [`TargetSettings::requests_per_minute`].
    pub requests_per_minute: Option<u32>,
    /// [`TargetSettings::tokens_per_minute`].
    pub tokens_per_minute: Option<u32>,
    /// [`TargetSettings::longest_wait`].
    pub longest_wait: Option<Duration>,
    /// [`TargetSettings::in_flight`].
    pub in_flight: Option<u32>,
    /// [`TargetSettings::queue`].
    pub queue: Option<u32>,
    /// [`BreakerSettings::failures`].
    pub breaker_failures: Option<u32>,
    /// [`BreakerSettings::window`].
    pub breaker_window: Option<Duration>,
    /// [`BreakerSettings::open_for`].
    pub breaker_open_for: Option<Duration>,
}

impl TargetOverrides {
    /// Whether anything is changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The settings of a target of this provider.
    pub fn of(&self, provider: &str) -> TargetSettings {
        let own = TargetSettings::of(provider);
        let breaker = BreakerSettings {
            failures: self.breaker_failures.unwrap_or(own.breaker.failures),
            window: self.breaker_window.unwrap_or(own.breaker.window),
            open_for: self.breaker_open_for.unwrap_or(own.breaker.open_for),
            ..own.breaker
        };
        TargetSettings {
            breaker,
            requests_per_minute: self.requests_per_minute.or(own.requests_per_minute),
            tokens_per_minute: self.tokens_per_minute.or(own.tokens_per_minute),
            longest_wait: self.longest_wait.unwrap_or(own.longest_wait),
            in_flight: self.in_flight.unwrap_or(own.in_flight),
            queue: self.queue.unwrap_or(own.queue),
            ..own
        }
    }
}
