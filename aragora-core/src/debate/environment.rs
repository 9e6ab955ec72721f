//! The frame of one debate: question, limits, tier and tenant.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::fixed::Seed;
use super::question::Question;
use crate::error::Violations;
use crate::ids::{MicroUsd, OrgId, WorkspaceId};

/// Everything about a debate that is fixed before the first turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// What is to be decided.
    pub question: Question,
    /// How much may be used.
    pub limits: Limits,
    /// How much agreement the matter needs; overrides a weaker rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<RiskTier>,
    /// The organisation it belongs to.
    pub tenant: OrgId,
    /// The workspace inside the organisation.
    pub workspace: WorkspaceId,
    /// A word for ratings and search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// At most 32 words of the host.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The seed of every shuffle and tie break.
    pub seed: Seed,
}

/// How much agreement a matter needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(into = "u8", try_from = "u8")]
pub enum RiskTier {
    /// Supermajority plus human approval.
    One,
    /// Majority plus a judge.
    Two,
    /// Majority.
    Three,
}

impl From<RiskTier> for u8 {
    fn from(tier: RiskTier) -> Self {
        match tier {
            RiskTier::One => 1,
            RiskTier::Two => 2,
            RiskTier::Three => 3,
        }
    }
}

impl TryFrom<u8> for RiskTier {
    type Error = String;
    fn try_from(tier: u8) -> Result<Self, String> {
        match tier {
            1 => Ok(Self::One),
            2 => Ok(Self::Two),
            3 => Ok(Self::Three),
            other => Err(format!("risk tier {other}, expected 1, 2 or 3")),
        }
    }
}

/// Bounds of one debate. Absent limits are unlimited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Rounds, 1..=50, default 2.
    pub rounds: u32,
    /// The whole debate, 1 s..=24 h, default 900 s.
    #[serde(rename = "deadline_ms", with = "millis")]
    #[cfg_attr(feature = "schema", schemars(with = "u64"))]
    pub deadline: Duration,
    /// One turn, default 60 s.
    #[serde(rename = "turn_timeout_ms", with = "millis")]
    #[cfg_attr(feature = "schema", schemars(with = "u64"))]
    pub turn_timeout: Duration,
    /// Calls to agents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calls: Option<u64>,
    /// Input tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u64>,
    /// Output tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u64>,
    /// Money, in micro-dollars.
    #[serde(rename = "cost_micros", skip_serializing_if = "Option::is_none")]
    pub cost: Option<MicroUsd>,
    /// Output tokens of one turn, default 2,048.
    pub max_output_tokens: u32,
    /// Calls of this debate at the same time, default 16.
    pub max_parallel: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rounds: 2,
            deadline: Duration::from_secs(900),
            turn_timeout: Duration::from_secs(60),
            calls: None,
            input_tokens: None,
            output_tokens: None,
            cost: None,
            max_output_tokens: 2_048,
            max_parallel: 16,
        }
    }
}

impl Limits {
    /// Every field outside its documented range.
    pub fn violations(&self) -> Violations {
        let mut v = Violations::new();
        v.check((1..=50).contains(&self.rounds), "/rounds", format!("{} rounds, expected 1 to 50", self.rounds));
        let day = Duration::from_secs(86_400);
        let second = Duration::from_secs(1);
        v.check(
            (second..=day).contains(&self.deadline),
            "/deadline_ms",
            format!("{} ms, expected 1 s to 24 h", self.deadline.as_millis()),
        );
        let turn = self.turn_timeout;
        v.check(
            !turn.is_zero() && turn <= day,
            "/turn_timeout_ms",
            format!("{} ms, expected 1 ms to 24 h", turn.as_millis()),
        );
        v.check(
            self.max_output_tokens > 0,
            "/max_output_tokens",
            "0 tokens leave no room for an answer, expected at least 1",
        );
        v.check(self.max_parallel > 0, "/max_parallel", "0 calls at a time would never start, expected at least 1");
        v
    }
}

impl Environment {
    /// Every field outside its documented form.
    pub fn violations(&self) -> Violations {
        let mut v = Violations::new();
        v.nest("/question", self.question.violations());
        v.nest("/limits", self.limits.violations());
        v.check(self.tags.len() <= 32, "/tags", format!("{} tags, at most 32 are allowed", self.tags.len()));
        v
    }
}

/// Durations as integer milliseconds.
pub(crate) mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(value: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(value.as_millis()).unwrap_or(u64::MAX))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}
