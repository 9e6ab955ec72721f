//! The options of a debate beside question, roster, protocol, rule and limits.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::event_step::Join;
use super::fixed::Fixed6;
use super::message::words;
use super::rule::{RuleConfig, RuleKind, Share};
use super::topology::Topology;
use crate::error::Violations;

/// How a debate is run. Every field has the documented default; as a document, unknown fields are refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct DebateOptions {
    /// The first round in which early stops may end the debate, default 1.
    pub min_rounds: u32,
    /// The rule that ends the debate early once the deciding rule decides too; default supermajority 2/3.
    pub stop_when: Option<RuleConfig>,
    /// Stop after independent first answers that agree, default unanimous.
    pub gate: GatePolicy,
    /// When parallel steps end, default all.
    pub join: Join,
    /// Failed turns in a row after which a seat is asked no more, default 2.
    pub bench_after: u32,
    /// Usable replies a step needs, default 2 (all if fewer are asked).
    pub step_min: u32,
    /// Who sees whom, default everybody.
    pub topology: Topology,
    /// Whether participants appear by name, default anonymous.
    pub identity: Identity,
    /// Whether each voter gets labels of its own, default off.
    pub relabel: Relabel,
    /// What to do with a prompt that does not fit, default nothing.
    pub context_policy: Vec<ContextPolicy>,
    /// Start one seat per model and wait for its first token, default off.
    pub warm_first: bool,
    /// Cognitive roles, default off.
    pub roles: RolePolicy,
    /// Stances, default off.
    pub stances: StancePolicy,
    /// 0..=100 adds one sentence about how far to seek agreement, default none.
    pub agreement: Option<u8>,
    /// Whether a stop by repetition without agreement is on, default on.
    pub stalemate: bool,
    /// Whether the stability test is on, default off.
    pub stability: bool,
    /// Whether the readiness stop is on, default off.
    pub readiness: bool,
    /// Whether a failed seat's earlier answer still counts as its position, default drop.
    pub stale: StalePolicy,
    /// Whether a seat may judge and debate, default no.
    pub judges_may_debate: bool,
    /// How confidence in the decision is found.
    pub confidence: ConfidenceMethod,
    /// Templates that replace the library's own, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub templates: BTreeMap<String, String>,
}

impl Default for DebateOptions {
    fn default() -> Self {
        Self {
            min_rounds: 1,
            stop_when: Some(RuleKind::Supermajority { share: Share::TWO_THIRDS }.into()),
            gate: GatePolicy::Default,
            join: Join::All,
            bench_after: 2,
            step_min: 2,
            topology: Topology::AllToAll,
            identity: Identity::Anonymous,
            relabel: Relabel::Off,
            context_policy: Vec::new(),
            warm_first: false,
            roles: RolePolicy::Off,
            stances: StancePolicy::Off,
            agreement: None,
            stalemate: true,
            stability: false,
            readiness: false,
            stale: StalePolicy::Drop,
            judges_may_debate: false,
            confidence: ConfidenceMethod::SupportShare,
            templates: BTreeMap::new(),
        }
    }
}

impl DebateOptions {
    /// Every field outside its documented range, for so many debating seats.
    pub fn violations(&self, seats: usize) -> Violations {
        let mut v = Violations::new();
        v.check(self.min_rounds >= 1, "/min_rounds", "0, expected at least 1");
        v.check(self.bench_after >= 1, "/bench_after", "0, expected at least 1");
        v.check(self.step_min >= 1, "/step_min", "0, expected at least 1");
        v.check(self.agreement.is_none_or(|a| a <= 100), "/agreement", "expected 0 to 100");
        if let Join::Quorum { min, .. } = self.join {
            v.check(min >= 1 && min as usize <= seats, "/join/quorum/min", format!("{min} of {seats} seats"));
        }
        match &self.topology {
            Topology::Star { hub } => {
                v.check((*hub as usize) < seats, "/topology/hub", format!("seat {hub}, the roster has {seats}"))
            }
            Topology::Sparse { sparsity } => v.check(
                (0.0..1.0).contains(sparsity),
                "/topology/sparsity",
                format!("{sparsity}, expected 0 to below 1"),
            ),
            Topology::Custom { matrix } => v.check(
                matrix.len() == seats && matrix.iter().all(|row| row.len() == seats),
                "/topology/matrix",
                format!("expected {seats} x {seats}"),
            ),
            _ => {}
        }
        for (i, policy) in self.context_policy.iter().enumerate() {
            let at = format!("/context_policy/{i}");
            match policy {
                ContextPolicy::Window { rounds } => v.check(*rounds >= 1, at, "0 rounds, expected at least 1"),
                ContextPolicy::Summarise { .. } => {
                    v.add(at, "summarise is not available in this version, expected last_round or window");
                }
                ContextPolicy::LastRound => {}
            }
        }
        if let GatePolicy::Confidence { min } = self.gate {
            v.check((0..=1_000_000).contains(&min.0), "/gate/min", format!("{min}, expected 0 to 1"));
        }
        v
    }
}

/// When agreeing first answers end the debate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "name", rename_all = "snake_case", deny_unknown_fields)]
pub enum GatePolicy {
    /// What the protocol has: unanimous for `critique` and `roundtable`, off for the others.
    #[default]
    Default,
    /// Every eligible seat gave an answer of one group.
    Unanimous,
    /// As unanimous, and every confidence is at least this.
    Confidence {
        /// 0..=1 in millionths.
        min: Fixed6,
    },
    /// Never.
    Off,
}

words! {
    /// How participants appear to each other.
    Identity {
        /// As Agent-1..n by a seeded shuffle, stable over the debate.
        Anonymous = "anonymous",
        /// By their ids.
        Named = "named",
    }

    /// Whether voters share labels.
    Relabel {
        /// All voters see the same labels.
        Off = "off",
        /// Each voter gets an own mapping, recorded with the step.
        PerVoter = "per_voter",
    }

    /// Cognitive roles.
    RolePolicy {
        /// None.
        Off = "off",
        /// Analyst, Skeptic, Lateral Thinker, Synthesizer by (seat + round) mod 4.
        Rotate = "rotate",
    }

    /// Stances.
    StancePolicy {
        /// None.
        Off = "off",
        /// Affirmative, negative, neutral by (seat + round) mod 3.
        Rotate = "rotate",
    }

    /// What becomes of the earlier answer of a seat that failed in the last round.
    StalePolicy {
        /// The seat has no position.
        Drop = "drop",
        /// It counts.
        Count = "count",
    }

    /// How confidence in the decision is found.
    ConfidenceMethod {
        /// Winner weight over counted weight; the default.
        SupportShare = "support_share",
        /// Mean stated confidence of the supporters.
        MeanSupporter = "mean_supporter",
    }
}

/// What may be left out of a prompt that does not fit, in order of preference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "name", rename_all = "snake_case", deny_unknown_fields)]
pub enum ContextPolicy {
    /// Everything before the last round.
    LastRound,
    /// Everything before the last rounds.
    Window {
        /// Rounds kept.
        rounds: u32,
    },
    /// What is left out is summarised by an extra recorded turn of this seat.
    Summarise {
        /// Who summarises.
        seat: crate::ids::AgentId,
        /// How long the summary may be.
        max_tokens: u32,
    },
}
