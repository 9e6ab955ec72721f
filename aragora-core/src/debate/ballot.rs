//! Ballots as they are counted, and the shape a voter is asked for.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::fixed::Fixed6;
use super::message::words;
use crate::ids::{AgentId, OptionId};

/// What one voter said. Nothing unparsable, refused, failed or late is ever a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Ballot {
    /// One option.
    Choice(OptionId),
    /// Options best first; an inner list holds options tied with each other. Unlisted options tie for last.
    Ranking(Vec<Vec<OptionId>>),
    /// The approved options; empty approves nobody and is not an abstention.
    Approval(BTreeSet<OptionId>),
    /// A score per option.
    Scores(BTreeMap<OptionId, Fixed6>),
    /// Points per option.
    Points(BTreeMap<OptionId, u32>),
    /// The voter takes part in the quorum and chooses nothing.
    Abstain {
        /// The stated reason, possibly empty.
        reason: String,
    },
    /// Not a ballot; counted nowhere.
    Invalid {
        /// The text that was read, cut at 1,000 characters.
        raw: String,
        /// Why it is none.
        why: InvalidWhy,
    },
}

words! {
    /// Why a reply is not a ballot.
    InvalidWhy {
        /// Nothing in it is a ballot.
        NoBallot = "no_ballot",
        /// A label that was not offered.
        UnknownLabel = "unknown_label",
        /// Two different choices at once.
        Conflicting = "conflicting",
        /// In no form that is agreed.
        Malformed = "malformed",
        /// A number outside the declared range.
        OutOfRange = "out_of_range",
        /// One option twice.
        Duplicate = "duplicate",
        /// The participant refused, or a filter stopped it.
        Refused = "refused",
        /// Cut off before the ballot was complete.
        Truncated = "truncated",
    }

    /// What became of an eligible seat in the deciding vote. Only `cast` counts.
    VoteStatus {
        /// A valid ballot.
        Cast = "cast",
        /// An explicit abstention.
        Abstain = "abstain",
        /// A reply that is no ballot.
        Invalid = "invalid",
        /// The turn failed.
        Failed = "failed",
        /// The turn ran out of time.
        TimedOut = "timed_out",
        /// Never asked, or cancelled before it answered.
        NotAsked = "not_asked",
    }

    /// Whether a vote for one's own answer counts.
    SelfVote {
        /// In full; the default for choices, since forbidding it forces a lone dissenter to join the majority.
        Count = "count",
        /// Not at all; the default for rankings, scores and points.
        Exclude = "exclude",
        /// At half weight.
        Half = "half",
    }
}

/// The kind of ballot a rule counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BallotKind {
    /// One option.
    Choice,
    /// An order of the options.
    Ranking,
    /// A set of options.
    Approval,
    /// A number per option inside this range.
    Scores {
        /// Lowest allowed score.
        lo: Fixed6,
        /// Highest allowed score.
        hi: Fixed6,
    },
    /// Whole points per option.
    Points {
        /// The most points together, default 10.
        total: u32,
    },
    /// A judge's verdict: an option or a tie, with probabilities.
    Verdict,
}

/// A label shown to a voter and the option it stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// What is shown: a capital letter without I and O, two of them beyond 24 options.
    pub label: String,
    /// What it stands for.
    pub option: OptionId,
}

/// The ballot one voter is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BallotShape {
    /// Which kind.
    pub kind: BallotKind,
    /// The labels on offer, in the order shown.
    pub labels: Vec<Label>,
    /// Whether abstaining is offered.
    pub may_abstain: bool,
    /// Whether a confidence is asked for.
    pub confidence: bool,
    /// Whether a reason is asked for.
    pub reason: bool,
}

/// One eligible seat's vote as a rule sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CastVote {
    /// Who voted.
    pub voter: AgentId,
    /// What became of the vote; rules count `cast` only.
    pub status: VoteStatus,
    /// The ballot, also when it is an abstention or invalid. Absent if there was no reply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ballot: Option<Ballot>,
    /// Stated confidence, 0..=1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// Whether the choice is the voter's own answer and nobody else's.
    #[serde(default)]
    pub self_vote: bool,
    /// Order of arrival in the debate.
    #[serde(default)]
    pub arrival: u32,
    /// Intensity 1..=10 of a host user's vote; such a voter is no seat, never counts towards the quorum, and
    /// weighs .5 times 1 -> .5, 5 -> 1, 10 -> 2, linear between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_intensity: Option<u8>,
}
