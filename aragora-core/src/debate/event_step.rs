//! How a step is planned and how it ends.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::expect::Expect;
use super::message::{Role, words};
use super::rule::RuleConfig;
use crate::ids::{AgentId, Digest, MessageId, MicroUsd, OptionId, TurnId};

/// When a step ends.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Join {
    /// When every turn has ended.
    #[default]
    All,
    /// When this many usable replies are in and the grace for stragglers is over.
    Quorum {
        /// Usable replies.
        min: u32,
        /// How long stragglers get.
        #[serde(default)]
        grace: Grace,
    },
    /// As soon as the rule decides over the replies so far; checked after every reply.
    Consensus(RuleConfig),
    /// With the first usable reply.
    First,
}

/// How long stragglers get once a quorum is in: the longer of a fixed time and a share of the time elapsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Grace {
    /// Fixed time, default 250 ms.
    pub at_least_ms: u64,
    /// Share of the time elapsed in the step in thousandths, default 500.
    pub elapsed_thousandths: u32,
}

impl Default for Grace {
    fn default() -> Self {
        Self { at_least_ms: 250, elapsed_thousandths: 500 }
    }
}

words! {
    /// Whether the turns of a step run at once.
    Order default Parallel {
        /// All at once, up to `max_parallel`.
        Parallel = "parallel",
        /// Each waits for the one before.
        Sequential = "sequential",
    }

    /// Why a turn was given up or never started.
    GiveUp {
        /// The threshold was reached without it.
        Consensus = "consensus",
        /// Enough others had answered.
        Quorum = "quorum",
        /// Time was up.
        Deadline = "deadline",
        /// A limit would be passed.
        Budget = "budget",
        /// A hedge answered first.
        HedgeLost = "hedge_lost",
        /// The process that ran it stopped.
        OwnerLost = "owner_lost",
        /// The seat had failed too often.
        Benched = "benched",
        /// The debate was cancelled.
        DebateCancelled = "debate_cancelled",
        /// A person took it.
        Human = "human",
    }

    /// What a person said.
    HumanInputKind {
        /// A message to all.
        Message = "message",
        /// Guidance for the next round.
        Guidance = "guidance",
        /// A vote.
        UserVote = "user_vote",
        /// An answer that resolves the debate.
        Answer = "answer",
    }

    /// When a rule counted.
    CheckScope {
        /// After the independent first answers.
        Gate = "gate",
        /// After one reply.
        Reply = "reply",
        /// At the end of a round.
        Round = "round",
        /// For the decision.
        Final = "final",
    }

    /// Which figure an analysis holds.
    AnalysisKind {
        /// Agreement, stability and position.
        Convergence = "convergence",
        /// Evidence quality.
        Evidence = "evidence",
        /// Gaps and contradictions between proposals.
        Cross = "cross",
        /// Claims and relations.
        Claims = "claims",
        /// Cruxes.
        Cruxes = "cruxes",
        /// Contribution of each seat.
        Contribution = "contribution",
        /// Signs of bias.
        Bias = "bias",
        /// Diversity of the seats.
        Diversity = "diversity",
        /// The stability test.
        Stability = "stability",
        /// Verdicts of a comparator with I/O, so that grouping needs no call when folding.
        Equivalence = "equivalence",
    }

    /// Why a step ended.
    StepWhy {
        /// Every turn ended.
        All = "all",
        /// A quorum was in.
        Quorum = "quorum",
        /// The threshold was reached.
        Consensus = "consensus",
        /// Time was up.
        Deadline = "deadline",
        /// A limit stopped it.
        Budget = "budget",
        /// The debate was cancelled.
        Cancelled = "cancelled",
    }
}

/// One planned turn of a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PlannedAsk {
    /// The turn.
    pub turn: TurnId,
    /// The seat.
    pub seat: AgentId,
    /// Its part in this turn.
    pub role: Role,
    /// Digest of the whole request, so that a resume can tell whether it would ask the same.
    pub prompt_digest: Digest,
    /// The messages shown, in the order shown.
    pub shown: Vec<MessageId>,
    /// Labels of this voter where they differ by voter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<BTreeMap<String, OptionId>>,
    /// What must be returned.
    pub expect: Expect,
    /// Output limit.
    pub max_output_tokens: u32,
    /// Time limit.
    pub deadline_ms: u64,
    /// What is set aside for it.
    pub reserve: Reserve,
}

/// Tokens and money set aside for a turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reserve {
    /// Estimated input tokens, bytes / 3 rounded up.
    pub tokens_in: u64,
    /// Output limit.
    pub tokens_out: u64,
    /// Quoted cost; absent if the model has no price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub micros: Option<MicroUsd>,
}

/// How close the seats were at the end of a round: the three figures of [`Convergence`](super::Convergence).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RoundConvergence {
    /// Mean similarity of the newest texts over pairs of seats.
    pub agreement: f64,
    /// Lowest similarity of a seat's newest text to its previous one.
    pub stability: f64,
    /// Weight of the largest answer group over the weight of all positions.
    pub position: f64,
}
