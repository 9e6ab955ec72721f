//! What a turn used.

use serde::{Deserialize, Serialize};

use super::message::words;
use crate::ids::MicroUsd;

/// Tokens of one call, as reported. Derived differences saturate at 0 because some vendors break the rules
/// `reasoning <= output_total` and `cache_read + cache_write <= input_total`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// Input tokens, cached ones included.
    pub input_total: u64,
    /// Output tokens, reasoning included.
    pub output_total: u64,
    /// Input tokens read from a cache.
    #[serde(default)]
    pub cache_read: u64,
    /// Input tokens written to a cache.
    #[serde(default)]
    pub cache_write: u64,
    /// Output tokens spent on reasoning.
    #[serde(default)]
    pub reasoning: u64,
}

impl Usage {
    /// The sum, saturating.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            input_total: self.input_total.saturating_add(other.input_total),
            output_total: self.output_total.saturating_add(other.output_total),
            cache_read: self.cache_read.saturating_add(other.cache_read),
            cache_write: self.cache_write.saturating_add(other.cache_write),
            reasoning: self.reasoning.saturating_add(other.reasoning),
        }
    }
}

/// Where a cost comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CostSource {
    /// The provider said so.
    Provider,
    /// A price list of this version.
    PriceBook(String),
    /// Estimated from sizes.
    Estimate,
    /// It costs nothing.
    Free,
    /// Nobody knows; the cost is absent, not zero.
    #[default]
    Unknown,
}

/// Why a reply ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// The participant was done.
    #[default]
    End,
    /// The output limit cut it off.
    Length,
    /// A stop string was met.
    StopSequence,
    /// It asks for tool calls, which the core never runs.
    ToolCalls,
    /// It refused.
    Refusal,
    /// A filter stopped it.
    ContentFilter,
    /// The provider paused the turn.
    Pause,
    /// Something this version has no word for.
    Other(String),
}

/// A refusal, which is a recorded outcome and not an error.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// What was said.
    pub text: String,
    /// The provider's category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
}

/// How a reply came to be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Served {
    /// Asked for and answered now.
    #[default]
    Live,
    /// From a reply cache.
    Cache,
    /// From a recording.
    Recorded,
    /// Another target answered.
    Fallback {
        /// The target that failed.
        from: String,
    },
}

/// Tokens and money of a debate or a seat.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UsageTotals {
    /// Input tokens, cached ones included.
    pub input: u64,
    /// Output tokens, reasoning included.
    pub output: u64,
    /// Input tokens read from a cache.
    pub cache_read: u64,
    /// Input tokens written to a cache.
    pub cache_write: u64,
    /// Output tokens spent on reasoning.
    pub reasoning: u64,
    /// Known cost in micro-dollars.
    pub micros: MicroUsd,
    /// Whether the cost of every call is known.
    pub complete: bool,
}

impl UsageTotals {
    /// Nothing used yet, and nothing unknown.
    pub fn zero() -> Self {
        Self { complete: true, ..Self::default() }
    }

    /// Adds one attempt; unknown cost makes the total incomplete instead of counting as zero.
    pub fn add(&mut self, usage: Option<Usage>, cost: Option<MicroUsd>) {
        let u = usage.unwrap_or_default();
        self.input = self.input.saturating_add(u.input_total);
        self.output = self.output.saturating_add(u.output_total);
        self.cache_read = self.cache_read.saturating_add(u.cache_read);
        self.cache_write = self.cache_write.saturating_add(u.cache_write);
        self.reasoning = self.reasoning.saturating_add(u.reasoning);
        match cost {
            Some(cost) => self.micros = self.micros.plus(cost),
            None => self.complete = false,
        }
    }
}

words! {
    /// How an attempt ended.
    AttemptOutcome {
        /// With a reply.
        Ok = "ok",
        /// With an error.
        Failed = "failed",
        /// It was cancelled or dropped.
        Cancelled = "cancelled",
    }
}
