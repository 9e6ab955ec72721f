//! What a debate returns.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answer::Answer;
use super::ballot::{Ballot, VoteStatus};
use super::message::words;
use super::rule::{RuleConfig, Tally, Weight};
use super::usage::UsageTotals;
use crate::ids::{AgentId, DebateId, MessageId, OptionId};

/// The version of the decision document.
pub const DECISION_SCHEMA: u32 = 1;

/// The answer of a debate, who stands behind it, who dissents and why, and what it cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The version of this document, [`DECISION_SCHEMA`].
    pub schema: u32,
    /// The debate.
    pub debate: DebateId,
    /// The answer; there iff the outcome is `Decided` (or `NotSought` with one group).
    pub answer: Option<Answer>,
    /// The front runner of an undecided debate. Never a decision.
    pub leading: Option<Answer>,
    /// What the rule found.
    pub outcome: Outcome,
    /// Why the debate ended; exactly one cause.
    pub stop: Stop,
    /// Outcome, share and confidence in one word.
    pub verdict: Verdict,
    /// PASS, CONDITIONAL or FAIL.
    pub gate: Gate,
    /// Whether a limit ended it before the protocol did.
    pub partial: bool,
    /// The rule that was used.
    pub rule: RuleUsed,
    /// What was counted.
    pub tally: Tally,
    /// Every eligible seat's vote, in roster order.
    pub votes: Vec<VoteRecord>,
    /// Voters of the winner. With the next five lists a partition of the eligible seats.
    pub supporters: Vec<AgentId>,
    /// Every other cast vote.
    pub dissenters: Vec<AgentId>,
    /// Explicit abstentions.
    pub abstained: Vec<AgentId>,
    /// Replies that are no ballot.
    pub invalid: Vec<AgentId>,
    /// Failed or late turns.
    pub failed: Vec<AgentId>,
    /// Never asked, or cancelled before they answered.
    pub not_asked: Vec<AgentId>,
    /// Every minority view, named.
    pub dissent: Vec<Dissent>,
    /// How sure, and by which method.
    pub confidence: Confidence,
    /// What is open.
    pub conditions: Vec<Condition>,
    /// What a plain vote over the first answers would have decided.
    pub vote_only: VoteOnly,
    /// The claims the disagreement hangs on.
    pub cruxes: Vec<Crux>,
    /// Convergence per round.
    pub convergence: Vec<Convergence>,
    /// Challenges and guidance that were given.
    pub interventions: Vec<Intervention>,
    /// Each seat's share in the result, where the protocol measures it.
    pub contribution: BTreeMap<AgentId, f64>,
    /// Signs of bias in the voting.
    pub bias: BiasReport,
    /// How different the voters are.
    pub diversity: Diversity,
    /// A protocol's own report.
    pub report: Option<Report>,
    /// Tokens and money.
    pub usage: DecisionUsage,
    /// Calls made and saved.
    pub calls: Calls,
    /// Rounds played.
    pub rounds_used: u32,
}

/// What the rule found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// One option won.
    Decided,
    /// These options are tied.
    Tie(Vec<OptionId>),
    /// Votes were counted and nobody passed the test.
    NotReached,
    /// Too few took part.
    NoQuorum,
    /// Nobody cast a vote.
    NoEvidence,
    /// The rule seeks no decision.
    NotSought,
}

impl Outcome {
    /// The word for metrics and logs.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Decided => "decided",
            Self::Tie(_) => "tie",
            Self::NotReached => "not_reached",
            Self::NoQuorum => "no_quorum",
            Self::NoEvidence => "no_evidence",
            Self::NotSought => "not_sought",
        }
    }
}

words! {
    /// Why a debate ended.
    StopCause {
        /// The caller, a shutdown or a revoked permission.
        Cancelled = "cancelled",
        /// No usable reply at all.
        AllFailed = "all_failed",
        /// A person ended it.
        Human = "human",
        /// A limit on calls, tokens or cost.
        Budget = "budget",
        /// Time is up.
        Deadline = "deadline",
        /// A judge or moderator ended it.
        Judge = "judge",
        /// Agreement of positions.
        Consensus = "consensus",
        /// All independent first answers agree.
        Gate = "gate",
        /// Enough seats say they are ready.
        Readiness = "readiness",
        /// The distribution of positions stopped moving.
        Stability = "stability",
        /// Everybody repeats a different answer.
        Stalemate = "stalemate",
        /// Too few usable seats remain.
        QuorumLost = "quorum_lost",
        /// The last allowed round was played.
        MaxRounds = "max_rounds",
        /// The protocol's schedule is done.
        Completed = "completed",
    }

    /// Outcome, exact share and confidence in one word.
    Verdict {
        /// Decided, no dissent, confidence >= .8, nothing open.
        Approved = "approved",
        /// Decided otherwise.
        ApprovedWithConditions = "approved_with_conditions",
        /// Not decided, the leader has at least 2/5.
        NeedsReview = "needs_review",
        /// Not decided.
        Rejected = "rejected",
        /// No usable reply.
        NoEvidence = "no_evidence",
    }

    /// The gate of a receipt.
    Gate {
        /// Decided, confidence >= .7, no unacknowledged dissent of severity >= .6.
        Pass = "PASS",
        /// Decided otherwise.
        Conditional = "CONDITIONAL",
        /// Not decided.
        Fail = "FAIL",
    }

    /// Why a verdict carries a condition.
    ConditionKind {
        /// Somebody dissents.
        Dissent = "dissent",
        /// A challenge was not met.
        UnresolvedIntervention = "unresolved_intervention",
        /// A severe critique of the winner was followed by no revision.
        SevereCritique = "severe_critique",
        /// A judge decided differently in the other order.
        JudgeInconsistent = "judge_inconsistent",
    }
}

/// Why a debate ended, with the numbers that triggered it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Stop {
    /// The cause.
    pub cause: StopCause,
    /// The round it was found in.
    pub round: u32,
    /// The numbers behind it, for people.
    pub detail: String,
}

impl Stop {
    /// A stop with its cause, round and numbers.
    pub fn new(cause: StopCause, round: u32, detail: impl Into<String>) -> Self {
        Self { cause, round, detail: detail.into() }
    }
}

/// The rule that was used, and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RuleUsed {
    /// The rule's name; of a hybrid, the member that decided.
    pub name: String,
    /// Its settings.
    pub config: RuleConfig,
}

/// One eligible seat's vote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VoteRecord {
    /// Who.
    pub voter: AgentId,
    /// What became of it.
    pub status: VoteStatus,
    /// The ballot, if there was a reply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ballot: Option<Ballot>,
    /// Stated confidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// The weight it counted with; 0 unless cast.
    pub weight: Weight,
    /// The stated reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether it was for the own answer and nobody else's.
    pub self_vote: bool,
    /// The round it was given in; 0 if never asked.
    pub round: u32,
}

/// A minority view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Dissent {
    /// Who.
    pub seat: AgentId,
    /// What the seat stands for instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub option: Option<OptionId>,
    /// Why, as stated with the vote or in critiques of the winner.
    pub reasons: Vec<String>,
    /// The seat's own answer.
    pub view: Arc<str>,
    /// 0..=1: highest critique of the winner / 10, else confidence / 2, else .25.
    pub severity: f64,
    /// Whether a supporter answered it later.
    pub acknowledged: bool,
    /// The answer to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rebuttal: Option<MessageId>,
    /// Where the view was given.
    pub messages: Vec<MessageId>,
}

/// How sure, and how that was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Confidence {
    /// 0..=1; 0 with method `none` when nothing was decided.
    pub value: f64,
    /// `support_share`, `mean_supporter`, `calibrated`, `judge_probability` or `none`.
    pub method: String,
    /// The numbers it was computed from.
    pub inputs: BTreeMap<String, f64>,
}

/// Something open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Why.
    pub kind: ConditionKind,
    /// Whom it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seat: Option<AgentId>,
    /// What is open.
    pub detail: String,
}

/// Plurality over the first independent answers, with the same equivalence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VoteOnly {
    /// What it would have decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// The outcome of that vote.
    pub outcome: Outcome,
    /// What was counted.
    pub tally: Tally,
    /// Whether it is the decision's answer.
    pub same_as_decision: bool,
    /// Whether every eligible seat had been asked; an early stop may leave some out.
    pub complete: bool,
    /// Calls the first answers took.
    pub calls: u64,
    /// Tokens they used.
    pub tokens: u64,
    /// What they cost, where known.
    pub micros: u64,
}

/// A claim the disagreement hangs on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Crux {
    /// The claim's id.
    pub id: String,
    /// The claim.
    pub statement: String,
    /// 0..=1.
    pub score: f64,
    /// Who contests it.
    pub contesters: Vec<AgentId>,
    /// Who supports it.
    pub supporters: Vec<AgentId>,
    /// What would settle it.
    pub strategy: String,
}

/// How close the seats are after a round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Convergence {
    /// The round.
    pub round: u32,
    /// Mean similarity of the newest texts over pairs of seats. A signal; never consensus.
    pub agreement: f64,
    /// Lowest similarity of a seat's newest text to its previous one.
    pub stability: f64,
    /// Weight of the largest answer group over the weight of all positions.
    pub position: f64,
}

/// A challenge or guidance that was given during the debate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Intervention {
    /// What kind.
    pub kind: String,
    /// When.
    pub round: u32,
    /// To whom.
    pub targets: Vec<AgentId>,
    /// Its text.
    pub text: String,
    /// Whether it was met.
    pub resolved: bool,
}

/// Signs of bias in the voting. Lexical and positional figures, not proof.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BiasReport {
    /// How often each position shown was chosen.
    pub chosen_by_position: Vec<u32>,
    /// p of a chi-square test of those counts against equal chances; absent below 5 votes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position_p: Option<f64>,
    /// Votes for the own answer and nobody else's.
    pub self_votes: u32,
    /// Mean characters of the winner's texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub winner_chars: Option<f64>,
    /// Mean characters of the other texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loser_chars: Option<f64>,
}

/// How different the voting seats are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Diversity {
    /// Model families among the voting seats; undisclosed ones count as one.
    pub families: BTreeMap<String, u32>,
    /// Providers among the voting seats.
    pub providers: BTreeMap<String, u32>,
    /// 1 / sum of squared family shares.
    pub effective: f64,
    /// The largest family's share.
    pub largest_share: f64,
}

/// A protocol's own report, by kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Which report.
    pub kind: String,
    /// Its content.
    pub value: Value,
}

/// Tokens and money of a debate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DecisionUsage {
    /// All calls together, failed attempts and lost hedges included.
    pub total: UsageTotals,
    /// By seat.
    pub by_seat: BTreeMap<AgentId, UsageTotals>,
    /// What a fork took over from its parent; not part of the total.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inherited: Option<UsageTotals>,
}

/// Calls made and saved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Calls {
    /// Turns that were asked.
    pub made: u64,
    /// Of these, failed.
    pub failed: u64,
    /// Extra attempts by hedging.
    pub hedged: u64,
    /// The protocol's maximum.
    pub planned: u64,
    /// planned - made.
    pub saved: u64,
}
