use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::consensus::{self, RuleSet};
use crate::debate::{
    AnalysisKind, Ballots, CheckScope, ContextReduced, Expect, Join, OptionView, Order, Phase, Prompt, Report, Role,
    RuleConfig, Stop, StopCause, Tally, Transcript,
};
use crate::error::Result;
use crate::ids::{AgentId, MessageId, OptionId, TurnId};

/// What the engine does next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Ask these seats.
    Ask(AskStep),
    /// Compute these figures and record them.
    Analyse(Vec<AnalysisKind>),
    /// Wait for a person.
    Pause(Pause),
    /// End the debate.
    Finish(Stop),
}

impl Step {
    /// Ends the debate because the protocol's schedule is done.
    pub fn finish() -> Self {
        Self::Finish(Stop::new(StopCause::Completed, 0, "the protocol's schedule is done"))
    }
}

/// One set of turns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AskStep {
    /// What is asked for.
    pub phase: Phase,
    /// The round, the current one or the next.
    pub round: u32,
    /// The turns.
    pub asks: Vec<Ask>,
    /// All at once or one after the other.
    pub order: Order,
    /// When the step ends.
    pub join: Join,
    /// Usable replies it needs; never more than there are asks.
    pub min: u32,
}

/// One turn to ask.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// The turn.
    pub turn: TurnId,
    /// The seat.
    pub seat: AgentId,
    /// Its part in this turn.
    pub role: Role,
    /// What it is asked.
    pub prompt: Prompt,
    /// The messages shown, in the order shown.
    pub shown: Vec<MessageId>,
    /// Labels of this voter, where they differ by voter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<BTreeMap<String, OptionId>>,
    /// What must be returned.
    pub expect: Expect,
    /// Output limit.
    pub max_output_tokens: u32,
    /// Time limit; absent means the debate's turn timeout.
    #[serde(rename = "deadline_ms", default, with = "maybe_millis", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<u64>"))]
    pub deadline: Option<Duration>,
    /// What was left out of the prompt to make it fit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reduced: Vec<ContextReduced>,
    /// Whether the prompt still does not fit the model's window; the turn then fails without a call.
    #[serde(default)]
    pub too_long: bool,
    /// Notes about the prompt, recorded as warnings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Cow<'static, str>>,
}

/// A point at which a person is waited for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// Its id, unique in the debate.
    pub id: String,
    /// What triggered it.
    pub trigger: String,
    /// Positions, issues and tally for the person.
    pub snapshot: Value,
    /// Escalation level 1..=3.
    pub level: u8,
    /// How long to wait; then the debate goes on.
    #[serde(rename = "wait_ms", with = "crate::debate::millis")]
    #[cfg_attr(feature = "schema", schemars(with = "u64"))]
    pub wait: Duration,
}

/// What to count after a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// When it is: a gate, one reply, or the end of a round.
    pub scope: CheckScope,
    /// What counts as the votes.
    pub ballots: Ballots,
    /// The electorate, where it is not every eligible seat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seats: Option<Vec<AgentId>>,
    /// The rule to check; absent means the debate's `stop_when` (or the gate's own rule).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleConfig>,
}

/// What is counted for the decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// What counts as the votes.
    pub ballots: Ballots,
    /// The rule.
    pub rule: RuleConfig,
    /// The electorate, where it is not every eligible seat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seats: Option<Vec<AgentId>>,
    /// A synthesis of the winner, stored beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub synthesis: Option<MessageId>,
    /// Each seat's share in the result.
    #[serde(default)]
    pub contribution: BTreeMap<AgentId, f64>,
    /// The protocol's own report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
    /// Notes about how it came about, recorded as warnings unless they were before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Cow<'static, str>>,
}

impl Draft {
    /// The deciding rule over the ballots of this round's vote, or over the newest positions.
    pub fn newest(transcript: &Transcript) -> Self {
        let ballots = if transcript.cast_votes().is_some() { Ballots::Cast } else { Ballots::Positions };
        Self {
            ballots,
            rule: transcript.rule().clone(),
            seats: None,
            synthesis: None,
            contribution: BTreeMap::new(),
            report: None,
            notes: Vec::new(),
        }
    }
}

type PlannedCalls = Arc<dyn Fn(u64, u64) -> u64 + Send + Sync>;
type EstimateInput = Arc<dyn Fn(Estimate) -> u64 + Send + Sync>;

/// Name, version, parameters and needs of a protocol.
#[derive(Clone)]
pub struct ProtocolInfo {
    /// The registered name.
    pub name: String,
    /// Its version; part of the config digest.
    pub version: String,
    /// Its parameters, enough to build it again.
    pub params: Value,
    /// Voting seats it needs at least.
    pub min_seats: usize,
    /// Voting seats it takes at most.
    pub max_seats: usize,
    planned_calls: PlannedCalls,
    estimate: Option<EstimateInput>,
}

impl ProtocolInfo {
    /// A protocol of 2 to 64 voting seats without parameters and with no bound on its calls given yet.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            params: Value::Null,
            min_seats: 2,
            max_seats: 64,
            planned_calls: Arc::new(|_, _| u64::MAX),
            estimate: None,
        }
    }

    /// Sets the parameters.
    #[must_use]
    pub fn with_params(mut self, params: Value) -> Self {
        self.params = params;
        self
    }

    /// Sets how many voting seats it takes.
    #[must_use]
    pub fn with_seats(mut self, min: usize, max: usize) -> Self {
        (self.min_seats, self.max_seats) = (min, max);
        self
    }

    /// Sets the most calls it makes, from debating seats and rounds.
    #[must_use]
    pub fn with_planned_calls(mut self, calls: impl Fn(u64, u64) -> u64 + Send + Sync + 'static) -> Self {
        self.planned_calls = Arc::new(calls);
        self
    }

    /// Sets the formula for the input of a whole debate.
    #[must_use]
    pub fn with_estimate(mut self, estimate: impl Fn(Estimate) -> u64 + Send + Sync + 'static) -> Self {
        self.estimate = Some(Arc::new(estimate));
        self
    }

    /// The most calls with this many debating seats and rounds.
    pub fn planned_calls(&self, seats: u64, rounds: u64) -> u64 {
        (self.planned_calls)(seats, rounds)
    }

    /// The input of a whole debate in the unit of the sizes given, where the protocol has a formula.
    pub fn estimate(&self, sizes: Estimate) -> Option<u64> {
        self.estimate.as_ref().map(|estimate| estimate(sizes))
    }
}

impl fmt::Debug for ProtocolInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.name, self.version, self.params)
    }
}

/// Sizes for estimating a debate's input, all in one unit (bytes or tokens).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// The question with its context.
    pub question: u64,
    /// A reply.
    pub answer: u64,
    /// The instruction of a later round.
    pub instruction: u64,
    /// Seats.
    pub seats: u64,
    /// Peers each seat sees.
    pub peers: u64,
    /// Rounds.
    pub rounds: u64,
}

mod maybe_millis {
    use std::time::Duration;

    use serde::{Deserialize as _, Deserializer, Serializer};

    // The signature is serde's.
    #[allow(clippy::ref_option)]
    pub(super) fn serialize<S: Serializer>(value: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => crate::debate::millis::serialize(value, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<u64>::deserialize(deserializer)?.map(Duration::from_millis))
    }
}

impl Transcript {
    /// Counts the newest positions with a rule, without recording anything. Rules of the host are known to the
    /// engine only; use [`DebateProtocol::checkpoint`](super::DebateProtocol::checkpoint) for them.
    pub fn check(&self, rule: &RuleConfig) -> Result<Tally> {
        Ok(self.count(rule, Ballots::Positions, None, None, &RuleSet::default())?.1)
    }

    /// Counts positions or ballots with a rule over the whole electorate or some seats of it.
    pub(crate) fn count(
        &self,
        rule: &RuleConfig,
        ballots: Ballots,
        seats: Option<&[AgentId]>,
        active: Option<u32>,
        rules: &RuleSet,
    ) -> Result<Count> {
        let positions = self.positions();
        let options = self.options_of(&positions);
        let votes = match (ballots, self.cast_votes()) {
            (Ballots::Cast, Some(votes)) => votes,
            // The options stay those of all newest positions, so that a label means the same all through a round.
            (Ballots::Round, _) => {
                self.position_votes(&self.round_positions(), &options).into_iter().chain(self.user_votes()).collect()
            }
            _ => self.position_votes(&positions, &options).into_iter().chain(self.user_votes()).collect(),
        };
        let within = |id: &AgentId| seats.is_none_or(|seats| seats.contains(id));
        let votes: Vec<_> =
            votes.into_iter().filter(|vote| vote.user_intensity.is_some() || within(&vote.voter)).collect();
        let electorate = consensus::Electorate {
            seats: self.eligible().filter(|seat| within(&seat.id)).map(consensus::Voter::from).collect(),
            options: options.iter().map(consensus::Candidate::from).collect(),
            seed: self.start().seed,
            active,
        };
        let tally = consensus::tally(rule, &electorate, &votes, rules)?;
        Ok(Count(options, tally, votes))
    }
}

/// Options, tally and the votes that were counted.
#[derive(Clone, Debug)]
pub(crate) struct Count(pub(crate) Vec<OptionView>, pub(crate) Tally, pub(crate) Vec<crate::debate::CastVote>);
