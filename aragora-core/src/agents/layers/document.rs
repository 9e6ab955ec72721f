//! What the layers around named models do, as a document.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{HedgeAfter, ReplyCacheDocument, RetrySettings, StackConfig, TimeLimits};
use crate::agents::budget::BudgetDocument;
use crate::agents::stand_ins::StandIns;
use crate::agents::target::TargetOverrides;
use crate::error::{ErrorKind, Result, Violations};

/// What the layers around named models do. What is absent keeps its default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Layers"))]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct LayersDocument {
    /// No layers at all: every failure reaches the debate at once, and nobody stands in.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub bare: bool,
    /// Models that stand in for one whose provider fails, in this order; empty: nobody. Default OpenRouter where its key
    /// is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Vec<String>>,
    /// Requests to repair an unusable answer, default 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repairs: Option<u32>,
    /// How often the same target is asked again, default 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retries: Option<u32>,
    /// The longest first pause before it is, default 0.5 s; doubled for each further one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_first_ms: Option<u64>,
    /// The longest such pause, default 8 s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_longest_ms: Option<u64>,
    /// When a second copy of a slow call is sent, default never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hedge_after_ms: Option<u64>,
    /// How long one attempt may take, default 240 s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt_limit_ms: Option<u64>,
    /// Requests per minute and target, default no limit of ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<u32>,
    /// Tokens per minute and target, prompt and output together, default no limit of ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_per_minute: Option<u32>,
    /// The longest anybody waits for a rate limit, default 60 s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longest_wait_ms: Option<u64>,
    /// Calls of a target in flight, default 8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_flight: Option<u32>,
    /// Calls that may wait for one of those to end, default 256.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<u32>,
    /// Failures within the window that open a target's breaker, default 3, for OpenRouter 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub breaker_failures: Option<u32>,
    /// That window, default 60 s, for OpenRouter 120 s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub breaker_window_ms: Option<u64>,
    /// How long a breaker stays open before one probe is let through, default 60 s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub breaker_open_for_ms: Option<u64>,
    /// What calls may cost, default as much as they like. A call is booked on all budgets it belongs to, or is refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub budgets: Vec<BudgetDocument>,
    /// Keeps replies, default no.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<ReplyCacheDocument>,
}

impl LayersDocument {
    /// `invalid_config` with everything that is wrong with it.
    pub fn validate(&self) -> Result<()> {
        let mut v = Violations::new();
        v.nest("/budgets", BudgetDocument::violations(&self.budgets));
        if let Some(cache) = &self.cache {
            v.nest("/cache", cache.violations());
        }
        v.check(!self.bare || self.budgets.is_empty(), "/budgets", "without layers nobody keeps them; leave out bare");
        v.check(!self.bare || self.cache.is_none(), "/cache", "without layers nothing is kept; leave out bare");
        v.into_result(ErrorKind::InvalidConfig)
    }

    /// Who stands in for a model.
    pub fn stand_ins(&self) -> StandIns {
        match &self.fallback {
            None => StandIns::Auto,
            Some(models) if models.is_empty() => StandIns::Off,
            Some(models) => StandIns::Models(models.iter().map(Into::into).collect()),
        }
    }
}

impl From<&LayersDocument> for StackConfig {
    fn from(document: &LayersDocument) -> Self {
        let default = Self::default();
        let or = |ms: Option<u64>, default: Duration| ms.map_or(default, Duration::from_millis);
        let retry = RetrySettings {
            most: document.retries.unwrap_or(default.retry.most),
            first: or(document.retry_first_ms, default.retry.first),
            longest: or(document.retry_longest_ms, default.retry.longest),
            ..default.retry
        };
        let target = TargetOverrides {
            requests_per_minute: document.requests_per_minute,
            tokens_per_minute: document.tokens_per_minute,
            longest_wait: document.longest_wait_ms.map(Duration::from_millis),
            in_flight: document.in_flight,
            queue: document.queue,
            breaker_failures: document.breaker_failures,
            breaker_window: document.breaker_window_ms.map(Duration::from_millis),
            breaker_open_for: document.breaker_open_for_ms.map(Duration::from_millis),
        };
        Self {
            repairs: document.repairs.unwrap_or(default.repairs),
            retry,
            hedge: document.hedge_after_ms.map(|ms| HedgeAfter::Delay(Duration::from_millis(ms))),
            time: TimeLimits { total: or(document.attempt_limit_ms, default.time.total), ..default.time },
            target,
            ..default
        }
    }
}
