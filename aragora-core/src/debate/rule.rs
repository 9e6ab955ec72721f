//! The data of consensus: which rule, and what it counted. The rules themselves are in `consensus/`.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ballot::SelfVote;
use super::decision::Outcome;
use super::fixed::Fixed6;
use super::message::words;
use crate::ids::{AgentId, OptionId};

/// A weight in millionths: weight 1 is 1,000,000 units. Sums are exact and do not depend on their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Weight(pub u128);

impl Weight {
    /// Weight 1.
    pub const ONE: Self = Self(1_000_000);

    /// The weight nearest to a finite number >= 0.
    pub fn from_f64(value: f64) -> Option<Self> {
        Fixed6::from_f64(value).filter(|fixed| fixed.0 >= 0).map(|fixed| Self(fixed.0 as u128))
    }

    /// As a number, 1.0 for weight 1.
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

impl Serialize for Weight {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer
            .serialize_u64(u64::try_from(self.0).map_err(|_| serde::ser::Error::custom("a weight beyond 64 bits"))?)
    }
}

impl<'de> Deserialize<'de> for Weight {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u64::deserialize(deserializer).map(|units| Self(units.into()))
    }
}

impl std::ops::Add for Weight {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::iter::Sum for Weight {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self(0), |a, b| a + b)
    }
}

/// An exact share `a/b`, written `"2/3"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Share {
    num: u32,
    den: u32,
}

impl Share {
    /// One half.
    pub const HALF: Self = Self { num: 1, den: 2 };
    /// Two thirds.
    pub const TWO_THIRDS: Self = Self { num: 2, den: 3 };
    /// Everything.
    pub const WHOLE: Self = Self { num: 1, den: 1 };

    /// `num/den` with 0 <= num <= den and den > 0.
    pub fn new(num: u32, den: u32) -> Option<Self> {
        (den > 0 && num <= den).then_some(Self { num, den })
    }

    /// The numerator.
    pub fn num(self) -> u32 {
        self.num
    }

    /// The denominator.
    pub fn den(self) -> u32 {
        self.den
    }

    /// Whether `part` is more than this share of `whole`, cross-multiplied in integers.
    pub fn exceeded_by(self, part: Weight, whole: Weight) -> bool {
        part.0.saturating_mul(self.den.into()) > whole.0.saturating_mul(self.num.into())
    }

    /// Whether `part` is at least this share of `whole`.
    pub fn reached_by(self, part: Weight, whole: Weight) -> bool {
        part.0.saturating_mul(self.den.into()) >= whole.0.saturating_mul(self.num.into())
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.num, self.den)
    }
}

impl Serialize for Share {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let parsed = text.split_once('/').and_then(|(a, b)| Self::new(a.parse().ok()?, b.parse().ok()?));
        parsed.ok_or_else(|| serde::de::Error::custom("a share is written a/b with 0 <= a <= b and b > 0"))
    }
}

/// A decision rule with its common settings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct RuleConfig {
    /// Which rule.
    pub rule: RuleKind,
    /// How many must take part.
    pub quorum: QuorumRule,
    /// What happens when several options are first.
    pub ties: TieBreak,
    /// Whose weight is the whole.
    pub basis: Basis,
    /// Whether votes for one's own answer count; absent means the default of the ballot kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub self_vote: Option<SelfVote>,
}

impl From<RuleKind> for RuleConfig {
    fn from(rule: RuleKind) -> Self {
        Self { rule, ..Self::default() }
    }
}

/// The decision rules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "name", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum RuleKind {
    /// Greatest weight above 0.
    Plurality,
    /// More than half of the counted weight; the default.
    #[default]
    Majority,
    /// At least this share of the counted weight, default 2/3.
    Supermajority {
        /// The share.
        #[serde(default = "two_thirds")]
        share: Share,
    },
    /// A share of the basis, strictly or not.
    Threshold {
        /// The share.
        share: Share,
        /// Whether the share must be exceeded.
        #[serde(default)]
        strict: bool,
    },
    /// Votes > floor(share * n), n = seats active in the round.
    CountAboveFloor {
        /// The share, default 2/3.
        #[serde(default = "two_thirds")]
        share: Share,
    },
    /// Every eligible seat cast for one option.
    Unanimity {
        /// Whether abstentions do not block.
        #[serde(default)]
        ignore_abstain: bool,
    },
    /// Votes weighted by stated confidence.
    ConfidenceWeighted {
        /// The curve from confidence to weight.
        #[serde(default)]
        curve: ConfidenceCurve,
    },
    /// Votes weighted by rating and calibration, read once at start.
    ReputationWeighted,
    /// The first rule that decides.
    Hybrid {
        /// In order of preference.
        rules: Vec<RuleKind>,
    },
    /// No decision is sought; all positions are returned.
    None,
    /// A rule of the host, registered with the engine by name.
    Custom {
        /// The registered name.
        rule: String,
    },
}

impl RuleKind {
    /// The rule's name as it is written in configurations and tallies; a host's rule has its registered name.
    pub fn name(&self) -> &str {
        match self {
            Self::Plurality => "plurality",
            Self::Majority => "majority",
            Self::Supermajority { .. } => "supermajority",
            Self::Threshold { .. } => "threshold",
            Self::CountAboveFloor { .. } => "count_above_floor",
            Self::Unanimity { .. } => "unanimity",
            Self::ConfidenceWeighted { .. } => "confidence_weighted",
            Self::ReputationWeighted => "reputation_weighted",
            Self::Hybrid { .. } => "hybrid",
            Self::None => "none",
            Self::Custom { rule } => rule,
        }
    }
}

fn two_thirds() -> Share {
    Share::TWO_THIRDS
}

words! {
    /// From stated confidence to weight.
    ConfidenceCurve default Reconcile {
        /// 1 -> 1; >= .9 -> .8; >= .8 -> .5; > .6 -> .3; else .1 (ReConcile, arXiv:2309.13007).
        Reconcile = "reconcile",
        /// The confidence itself.
        Linear = "linear",
    }

    /// Whose weight is the whole of a share.
    Basis default Counted {
        /// The weight of cast votes; the default.
        Counted = "counted",
        /// The weight of all eligible seats.
        Electorate = "electorate",
    }
}

/// How many eligible seats must cast or abstain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum QuorumRule {
    /// max(min(2, eligible), ceil(eligible / 2)).
    #[default]
    Half,
    /// This many.
    Count(u32),
    /// This share, rounded up.
    Fraction(Share),
}

/// What happens when several options are first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TieBreak {
    /// A tie stays a tie.
    #[default]
    None,
    /// The option that was voted for first.
    FirstSeen,
    /// The option with the earliest supporter in roster order.
    Roster,
    /// By the debate's seed.
    Seeded,
    /// One more turn of this seat decides.
    Seat(AgentId),
}

/// What a rule counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// The rule's name; of a hybrid, the member that decided.
    pub rule: String,
    /// One row per option, in the order of the options.
    pub rows: Vec<Row>,
    /// Weight of the votes that counted.
    pub counted: Weight,
    /// Weight of all eligible seats.
    pub electorate: Weight,
    /// Who had to take part, and who did.
    pub quorum: Quorum,
    /// The test the leader had to pass, if the rule has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<Test>,
    /// The options that are first: one if decided, several if tied, else none.
    pub winners: Vec<OptionId>,
    /// What follows from it.
    pub outcome: Outcome,
    /// How a tie was broken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tie_break: Option<TieUse>,
    /// What the rule did, line by line, where that is not plain from the rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trace: Vec<TraceLine>,
}

/// What one option got.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The option.
    pub option: OptionId,
    /// Votes of seats.
    pub votes: u32,
    /// Weight of the votes, those of host users included.
    pub weight: Weight,
    /// Figures of the rule, and the share of host users in the weight: `user_votes`, `user_weight`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<Value>,
}

/// Who had to take part, and who did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Quorum {
    /// Eligible seats.
    pub eligible: u32,
    /// How many had to cast or abstain.
    pub needed: u32,
    /// How many did.
    pub present: u32,
    /// Whether that suffices.
    pub met: bool,
}

/// The test the leader had to pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// `>` or `>=`.
    pub op: String,
    /// The share.
    pub share: Share,
    /// Whose weight is the whole.
    pub basis: Basis,
    /// What the leader has; rules that count heads count each as weight 1.
    pub part: Weight,
    /// What it is a share of.
    pub whole: Weight,
    /// Whether the leader passed. Stays false when a casting vote decided an exact half.
    pub passed: bool,
}

/// How a tie was broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TieUse {
    /// The options that were tied.
    pub tied: Vec<OptionId>,
    /// What decided.
    pub by: TieBreak,
    /// The option that was taken.
    pub chosen: OptionId,
}

/// One line of a rule's account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TraceLine {
    /// The rule or stage.
    pub stage: String,
    /// What it found.
    pub note: String,
}
