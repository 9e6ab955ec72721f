//! What happens around a turn besides its text: what layers tell whoever watches.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::agent::TargetId;

/// Something a layer did or met while a turn was answered. Goes out through [`Output::notice`](super::Output::notice)
/// and reaches the debate's stream as a live event. Ids, codes and times only; never a text, never a key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum Notice {
    /// An attempt failed; another one, or none, follows.
    Failed {
        /// Which attempt of this target, from 1.
        attempt: u32,
        /// The error's code.
        code: &'static str,
    },
    /// The same target is asked again after a pause.
    Retry {
        /// The attempt that follows, from 2.
        attempt: u32,
        /// Code of the error that makes it necessary.
        code: &'static str,
        /// The pause.
        delay: Duration,
    },
    /// Another target is asked.
    Fallback {
        /// Who failed.
        from: TargetId,
        /// Who is asked now.
        to: TargetId,
        /// Code of the failure.
        code: &'static str,
    },
    /// The call waits for its place under a rate limit.
    RateLimitWait {
        /// The provider whose limit it is.
        provider: String,
        /// For how long at most.
        wait: Duration,
    },
    /// The breaker of a target changed.
    Breaker {
        /// Whose.
        target: TargetId,
        /// What it is now.
        state: BreakerState,
        /// Failures that counted when it changed.
        failures: u32,
    },
    /// A budget reached a share of its limit; once per share and period.
    Budget(BudgetNotice),
}

/// A budget that reached a share of its limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct BudgetNotice {
    /// Which budget, e.g. `tenant/day`.
    pub scope: String,
    /// The share in percent: 50, 75, 90 or 100.
    pub percent: u8,
    /// Spent and set aside, in micro-dollars.
    pub spent: u64,
    /// The limit, in micro-dollars.
    pub limit: u64,
}

/// What a circuit breaker lets through. The numbers are those of the gauge `aragora_circuit_breaker_state`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BreakerState {
    /// Everything.
    #[default]
    Closed = 0,
    /// One probe.
    HalfOpen = 1,
    /// Nothing.
    Open = 2,
}

impl BreakerState {
    /// `closed`, `half_open` or `open`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::HalfOpen => "half_open",
            Self::Open => "open",
        }
    }
}
