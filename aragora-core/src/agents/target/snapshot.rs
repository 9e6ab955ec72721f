//! What a host shows of its targets: plain documents.

use std::time::Duration;

use serde::Serialize;

use super::Target;
use super::window::WINDOW;
use crate::agents::notice::BreakerState;
use crate::clock::Timestamp;

/// How a target does.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct TargetHealth {
    /// Provider and model, e.g. `openai/gpt-5.4`.
    pub target: String,
    /// Scheme, host and port; empty if it has none.
    pub origin: String,
    /// The breaker's state.
    pub state: BreakerState,
    /// Whether a call would be let through or be the probe.
    pub available: bool,
    /// When it last answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_success: Option<Timestamp>,
    /// When it last failed, and how.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<LastError>,
    /// Length of the window the numbers below are about, in seconds.
    pub window_seconds: u64,
    /// Calls that ended.
    pub calls: u64,
    /// Of those, failed.
    pub errors: u64,
    /// Answers slower than the service target.
    pub missed: u64,
    /// Median of the answers, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50_ms: Option<u64>,
    /// 95th percentile of the answers, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p95_ms: Option<u64>,
    /// Calls in flight.
    pub in_flight: u64,
    /// Calls that wait for a place or for a rate limit.
    pub queued: u64,
    /// What the provider last said about its limits.
    pub stated: Vec<StatedLimit>,
}

/// The last failure of a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct LastError {
    /// The error's code.
    pub code: String,
    /// When.
    pub at: Timestamp,
}

/// The breaker of a target.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct BreakerSnapshot {
    /// Provider and model.
    pub target: String,
    /// Scheme, host and port; empty if it has none.
    pub origin: String,
    /// Its state.
    pub state: BreakerState,
    /// Failures in the window.
    pub failures: u32,
    /// Failures that open it.
    pub threshold: u32,
    /// The window, in milliseconds.
    pub window_ms: u64,
    /// How often it has opened.
    pub openings: u64,
    /// When it opened, unless it is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<Timestamp>,
    /// Code of the failure that opened it, unless it is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_by: Option<String>,
    /// Time until a probe is let through, in milliseconds; 0 unless it is open.
    pub retry_after_ms: u64,
}

/// The rate limits of a target.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct RateLimitSnapshot {
    /// Provider and model.
    pub target: String,
    /// Scheme, host and port; empty if it has none.
    pub origin: String,
    /// Our limit of requests per minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<u32>,
    /// Our limit of tokens per minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_per_minute: Option<u32>,
    /// Our limit of calls in flight.
    pub most_in_flight: u32,
    /// Calls in flight.
    pub in_flight: u64,
    /// Calls that wait for a place or for a rate limit.
    pub queued: u64,
    /// For how long nothing is sent, in milliseconds.
    pub paused_ms: u64,
    /// Repeats that are left of at most ten.
    pub retries_left: f64,
    /// What the provider last said about its limits.
    pub stated: Vec<StatedLimit>,
    /// When it said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stated_at: Option<Timestamp>,
}

/// A limit as the provider stated it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct StatedLimit {
    /// Its name in the header fields, e.g. `requests` or `input-tokens`.
    pub name: String,
    /// The limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// What was left of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining: Option<u64>,
    /// Time until it is whole again, in milliseconds; absent if unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset_ms: Option<u64>,
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl Target {
    /// How it does.
    pub fn health(&self) -> TargetHealth {
        let now = self.parts.clock.monotonic();
        let state = self.breaker_state();
        let (tally, last_success, last_error) = {
            let mut window = self.window();
            (window.tally(now), window.last_success, window.last_error)
        };
        TargetHealth {
            target: self.id.to_string(),
            origin: self.origin.clone(),
            state,
            available: state != BreakerState::Open,
            last_success,
            last_error: last_error.map(|(kind, at)| LastError { code: kind.code().to_owned(), at }),
            window_seconds: WINDOW.as_secs(),
            calls: tally.calls,
            errors: tally.errors,
            missed: tally.missed,
            p50_ms: tally.p50.map(millis),
            p95_ms: tally.p95.map(millis),
            in_flight: self.gate.in_flight() as u64,
            queued: self.queued(),
            stated: self.stated(now).0,
        }
    }

    /// Its circuit breaker.
    pub fn breaker(&self) -> BreakerSnapshot {
        let clock = &self.parts.clock;
        let now = clock.monotonic();
        let settings = self.settings();
        let seen = self.circuit.seen(&settings.breaker, now);
        let opened = (seen.state != BreakerState::Closed).then_some(seen.opened_at).flatten();
        let ago =
            |at: Duration| Timestamp::from_millis(clock.now().as_millis() - millis(now.saturating_sub(at)) as i64);
        BreakerSnapshot {
            target: self.id.to_string(),
            origin: self.origin.clone(),
            state: seen.state,
            failures: seen.failures,
            threshold: settings.breaker.failures,
            window_ms: millis(settings.breaker.window),
            openings: seen.openings,
            opened_at: opened.map(ago),
            opened_by: opened.and(seen.opened_by).map(|kind| kind.code().to_owned()),
            retry_after_ms: millis(seen.left),
        }
    }

    /// Its rate limits.
    pub fn rate_limits(&self) -> RateLimitSnapshot {
        let now = self.parts.clock.monotonic();
        let settings = self.settings();
        let (stated, paused, stated_at) = self.stated(now);
        RateLimitSnapshot {
            target: self.id.to_string(),
            origin: self.origin.clone(),
            requests_per_minute: settings.requests_per_minute,
            tokens_per_minute: settings.tokens_per_minute,
            most_in_flight: settings.in_flight,
            in_flight: self.gate.in_flight() as u64,
            queued: self.queued(),
            paused_ms: millis(paused),
            retries_left: self.allowance.left(),
            stated,
            stated_at,
        }
    }

    fn queued(&self) -> u64 {
        (self.gate.queued() + self.pace.queued()) as u64
    }

    fn stated(&self, now: Duration) -> (Vec<StatedLimit>, Duration, Option<Timestamp>) {
        let (paused, stated, at) = self.pace.seen(now);
        let shown = stated.into_iter().map(|stated| StatedLimit {
            name: stated.reading.name.to_owned(),
            limit: stated.reading.limit,
            remaining: stated.reading.remaining,
            reset_ms: stated.reading.reset.map(|_| millis(stated.left(now))),
        });
        (shown.collect(), paused, at)
    }
}
