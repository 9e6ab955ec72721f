//! Everything that can happen in a debate. The log is the debate: every state is a fold over these events.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answer::ExtractedAnswer;
use super::ballot::{Ballot, VoteStatus};
use super::decision::{Decision, Outcome, Stop};
use super::environment::{Limits, RiskTier};
use super::expect::Expect;
use super::fixed::Seed;
use super::message::{MessageKind, Phase, Role, Stance, words};
use super::options::DebateOptions;
use super::question::Question;
use super::rule::{RuleConfig, Tally, Weight};
use super::seat::SeatView;
use super::usage::{AttemptOutcome, CostSource, Refusal, Served, StopReason, Usage};
use crate::error::{Error, ErrorKind};
use crate::ids::{AgentId, DebateId, Digest, MessageId, MicroUsd, OptionId, OrgId, RequestId, TurnId, WorkspaceId};

macro_rules! events {
    ($($(#[doc = $doc:literal])+ $variant:ident($body:ident) = $word:literal { $($(#[doc = $fdoc:literal])+ $(#[serde($($attr:tt)*)])? $field:ident: $ty:ty,)* })+) => {
        /// One event of the log, tagged by `type`. Closed: an unknown type is refused, never skipped.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "type")]
        #[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
        pub enum Event { $($(#[doc = $doc])+ #[serde(rename = $word)] $variant(Box<$body>),)+ }

        impl Event {
            /// The names of all types, in the order of the specification.
            pub const TYPES: &'static [&'static str] = &[$($word,)+];

            /// The `type` of this event.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant(_) => $word,)+ }
            }
        }

        $(
            $(#[doc = $doc])+
            #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
            #[serde(deny_unknown_fields)]
            pub struct $body { $($(#[doc = $fdoc])+ $(#[serde($($attr)*)])? pub $field: $ty,)* }

            impl From<$body> for Event {
                fn from(body: $body) -> Self {
                    Self::$variant(Box::new(body))
                }
            }
        )+
    };
}

events! {
    /// The debate began; everything fixed before the first turn.
    DebateStart(DebateStart) = "debate_start" {
        /// The debate.
        debate: DebateId,
        /// Where it was forked from.
        #[serde(default, skip_serializing_if = "Option::is_none")] parent: Option<Parent>,
        /// Version of the library that wrote the log.
        library: String,
        /// What is to be decided.
        question: Question,
        /// Limits, tier and tenant.
        environment: Frame,
        /// The seats in order.
        roster: Vec<SeatView>,
        /// The protocol.
        protocol: ProtocolRef,
        /// The decision rule.
        rule: RuleConfig,
        /// The rule that ends the debate early; absent: none.
        #[serde(default, skip_serializing_if = "Option::is_none")] stop_when: Option<RuleConfig>,
        /// The stopping rules that are on.
        stops: Vec<String>,
        /// Who sees whom.
        topology: Topology,
        /// The remaining options.
        options: DebateOptions,
        /// The seed, given or drawn.
        seed: Seed,
        /// Digest of protocol, parameters, templates, options and roster.
        config_digest: Digest,
    }
    /// Another owner took over after a stop.
    DebateResumed(DebateResumed) = "debate_resumed" {
        /// The first seq it wrote.
        from_seq: u64,
        /// Turns that were started and not ended.
        lost_turns: Vec<TurnId>,
        /// Whether a changed configuration was accepted.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")] config_changed: bool,
    }
    /// A round began.
    RoundStart(RoundStart) = "round_start" {
        /// Cognitive roles by seat.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")] roles: BTreeMap<AgentId, String>,
        /// Stances by seat.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")] stances: BTreeMap<AgentId, Stance>,
        /// Whose words each seat sees in this round.
        sees: BTreeMap<AgentId, Vec<AgentId>>,
    }
    /// A step was planned; its turns may start.
    StepStart(StepStart) = "step_start" {
        /// Number of the step, from 0.
        step: u32,
        /// What is asked for.
        phase: Phase,
        /// When the step ends.
        join: Join,
        /// All at once or one after the other.
        order: Order,
        /// Usable replies that are needed.
        min: u32,
        /// The step whose failed turns it repeats.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_of: Option<u32>,
        /// Who is asked what.
        asks: Vec<PlannedAsk>,
    }
    /// A turn was handed to its agent.
    TurnStart(TurnStart) = "turn_start" {
        /// The turn.
        turn: TurnId,
        /// The seat.
        seat: AgentId,
        /// The idempotency key it is asked under.
        request_id: RequestId,
    }
    /// One attempt reached the wire, or ended before.
    AgentAttempt(AgentAttempt) = "agent_attempt" {
        /// The turn.
        turn: TurnId,
        /// Number of the attempt, from 1.
        n: u32,
        /// The endpoint and model.
        target: String,
        /// How it ended.
        outcome: AttemptOutcome,
        /// Tokens.
        #[serde(default, skip_serializing_if = "Option::is_none")] usage: Option<Usage>,
        /// Cost, absent if unknown.
        #[serde(default, skip_serializing_if = "Option::is_none")] cost_micros: Option<MicroUsd>,
        /// Where the cost comes from.
        cost_source: CostSource,
        /// How long it took.
        latency_ms: u64,
        /// Whether it was a hedge.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")] hedge: bool,
        /// What went wrong.
        #[serde(default, skip_serializing_if = "Option::is_none")] error: Option<ErrorInfo>,
    }
    /// A usable or refused reply.
    AgentMessage(AgentMessage) = "agent_message" {
        /// The turn.
        turn: TurnId,
        /// The seat.
        seat: AgentId,
        /// What was asked for.
        phase: Phase,
        /// What it is.
        kind: MessageKind,
        /// Its id.
        message: MessageId,
        /// The whole text, unchanged.
        text: Arc<str>,
        /// The structured value, if there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")] structured: Option<Value>,
        /// Why it ended.
        stop: StopReason,
        /// A refusal, which is an outcome and no error.
        #[serde(default, skip_serializing_if = "Option::is_none")] refusal: Option<Refusal>,
        /// Provider.
        #[serde(default, skip_serializing_if = "String::is_empty")] provider: String,
        /// Model as it answered.
        #[serde(default, skip_serializing_if = "String::is_empty")] model: String,
        /// How the reply came to be.
        served: Served,
        /// Tokens of all attempts of the turn.
        #[serde(default, skip_serializing_if = "Option::is_none")] usage: Option<Usage>,
        /// Cost of the turn, absent if unknown.
        #[serde(default, skip_serializing_if = "Option::is_none")] cost_micros: Option<MicroUsd>,
        /// Order of arrival in its step, from 0.
        arrival: u32,
        /// The answer found in it.
        #[serde(default, skip_serializing_if = "Option::is_none")] answer: Option<ExtractedAnswer>,
        /// Stated confidence 0..=1.
        #[serde(default, skip_serializing_if = "Option::is_none")] confidence: Option<f64>,
        /// Whether the seat wants to go on.
        #[serde(default, rename = "continue", skip_serializing_if = "Option::is_none")] go_on: Option<bool>,
        /// Whether the seat is ready to decide; from structured output only.
        #[serde(default, skip_serializing_if = "Option::is_none")] ready: Option<bool>,
    }
    /// One critic's view of one target.
    Critique(CritiqueEvent) = "critique" {
        /// The turn it was given in.
        turn: TurnId,
        /// Who.
        critic: AgentId,
        /// Of whom.
        target: AgentId,
        /// The message it was given in.
        message: MessageId,
        /// Problems.
        issues: Vec<String>,
        /// Suggestions.
        suggestions: Vec<String>,
        /// 0..=10.
        #[serde(default, skip_serializing_if = "Option::is_none")] severity: Option<f64>,
        /// Why.
        reasoning: String,
    }
    /// One seat's ballot.
    Vote(VoteEvent) = "vote" {
        /// The turn; absent for a host user's vote and for positions that count as votes.
        #[serde(default, skip_serializing_if = "Option::is_none")] turn: Option<TurnId>,
        /// Who.
        voter: AgentId,
        /// What became of it.
        status: VoteStatus,
        /// The ballot; absent if there was no reply.
        #[serde(default, skip_serializing_if = "Option::is_none")] ballot: Option<Ballot>,
        /// Stated confidence.
        #[serde(default, skip_serializing_if = "Option::is_none")] confidence: Option<f64>,
        /// The seat's weight.
        weight: Weight,
        /// The stated reason.
        #[serde(default, skip_serializing_if = "Option::is_none")] reason: Option<String>,
        /// Whether it was for the own answer and nobody else's.
        self_vote: bool,
        /// Intensity 1..=10 of a host user's vote.
        #[serde(default, skip_serializing_if = "Option::is_none")] user_intensity: Option<u8>,
    }
    /// A turn ended without a usable reply.
    TurnFailed(TurnFailed) = "turn_failed" {
        /// The turn.
        turn: TurnId,
        /// The seat.
        seat: AgentId,
        /// Why.
        error: ErrorInfo,
        /// What had arrived.
        #[serde(default, skip_serializing_if = "Option::is_none")] partial_text: Option<Arc<str>>,
    }
    /// A turn was given up while it ran.
    TurnCancelled(TurnCancelled) = "turn_cancelled" {
        /// The turn.
        turn: TurnId,
        /// The seat.
        seat: AgentId,
        /// Why.
        why: GiveUp,
    }
    /// A planned turn was never started.
    TurnSkipped(TurnSkipped) = "turn_skipped" {
        /// The turn.
        turn: TurnId,
        /// The seat.
        seat: AgentId,
        /// Why.
        why: GiveUp,
    }
    /// A seat failed so often that it is asked no more.
    SeatBenched(SeatBenched) = "seat_benched" {
        /// The seat.
        seat: AgentId,
        /// Failures in a row.
        after_failures: u32,
    }
    /// A prompt was shortened, visibly.
    ContextReduced(ContextReduced) = "context_reduced" {
        /// The turn whose prompt it was.
        turn: TurnId,
        /// How.
        method: String,
        /// The messages left out.
        dropped: Vec<MessageId>,
        /// What stands in their place.
        #[serde(default, skip_serializing_if = "Option::is_none")] summary: Option<String>,
    }
    /// Knowledge was given to the participants.
    KnowledgeInjected(KnowledgeInjected) = "knowledge_injected" {
        /// The items shown.
        items: Vec<Value>,
        /// Their text as it stands in the prompts.
        text: Arc<str>,
    }
    /// Knowledge was asked for and could not be had.
    KnowledgeDegraded(KnowledgeDegraded) = "knowledge_degraded" {
        /// What went wrong.
        error: ErrorInfo,
    }
    /// A person said something that is nobody's turn.
    HumanInput(HumanInput) = "human_input" {
        /// Who.
        by: String,
        /// What.
        kind: HumanInputKind,
        /// The text, or the option of a vote.
        text: Arc<str>,
        /// Intensity 1..=10 of a vote.
        #[serde(default, skip_serializing_if = "Option::is_none")] intensity: Option<u8>,
    }
    /// A rule counted.
    ConsensusCheck(ConsensusCheck) = "consensus_check" {
        /// When.
        scope: CheckScope,
        /// The rule that ends the debate early, or the deciding rule.
        rule: RuleConfig,
        /// What was counted.
        tally: Tally,
        /// What it found.
        outcome: Outcome,
    }
    /// A figure about the debate.
    Analysis(AnalysisEvent) = "analysis" {
        /// Which.
        kind: AnalysisKind,
        /// The result with its inputs and version.
        value: Value,
    }
    /// Agreement without evidence.
    HollowConsensus(HollowConsensus) = "hollow_consensus" {
        /// Similarity of the texts.
        similarity: f64,
        /// Mean evidence quality.
        quality: f64,
        /// 0..=1.
        severity: f64,
        /// Whether it counts as hollow.
        detected: bool,
    }
    /// The library challenged the participants.
    TricksterIntervention(TricksterIntervention) = "trickster_intervention" {
        /// Which challenge.
        kind: String,
        /// To whom.
        targets: Vec<AgentId>,
        /// Its text.
        text: Arc<str>,
        /// What each target lacks.
        gaps: BTreeMap<AgentId, Vec<String>>,
        /// 0..=1.
        priority: f64,
    }
    /// The debate waits for a person.
    Breakpoint(BreakpointEvent) = "breakpoint" {
        /// Its id.
        id: String,
        /// What triggered it.
        trigger: String,
        /// Positions, issues and tally.
        snapshot: Value,
        /// Escalation level 1..=3.
        level: u8,
        /// How long it waits.
        deadline_ms: u64,
    }
    /// A person answered a breakpoint, or time ran out.
    BreakpointResolved(BreakpointResolved) = "breakpoint_resolved" {
        /// Its id.
        id: String,
        /// continue, resolve, redirect or abort.
        action: String,
        /// Guidance for the next round.
        #[serde(default, skip_serializing_if = "Option::is_none")] guidance: Option<String>,
        /// Who.
        #[serde(default, skip_serializing_if = "Option::is_none")] by: Option<String>,
        /// Whether nobody answered in time.
        timed_out: bool,
    }
    /// A share of a limit is used.
    BudgetAlert(BudgetAlert) = "budget_alert" {
        /// Which limit.
        scope: String,
        /// 50, 75, 90 or 100.
        percent: u8,
        /// What is spent.
        spent: u64,
        /// The limit.
        limit: u64,
    }
    /// Something a reader should know that changed nothing.
    Warning(WarningEvent) = "warning" {
        /// A stable code.
        code: String,
        /// The turn it concerns.
        #[serde(default, skip_serializing_if = "Option::is_none")] turn: Option<TurnId>,
        /// More about it.
        detail: String,
    }
    /// What a fork changed.
    ForkEdit(ForkEdit) = "fork_edit" {
        /// The edit.
        edit: Edit,
    }
    /// A step ended.
    StepEnd(StepEnd) = "step_end" {
        /// Number of the step.
        step: u32,
        /// Why it ended.
        why: StepWhy,
        /// Turns with a reply, in order of arrival.
        arrived: Vec<TurnId>,
    }
    /// A round ended.
    RoundEnd(RoundEnd) = "round_end" {
        /// How close the seats are.
        convergence: RoundConvergence,
        /// The option with the greatest weight.
        #[serde(default, skip_serializing_if = "Option::is_none")] leader: Option<OptionId>,
        /// The leader's answer; labels change from round to round.
        #[serde(default, skip_serializing_if = "Option::is_none")] leader_value: Option<Arc<str>>,
        /// Its share.
        #[serde(default, skip_serializing_if = "Option::is_none")] share: Option<f64>,
    }
    /// Why the debate ends; exactly one per debate.
    Stop(StopEvent) = "stop" {
        /// The cause.
        cause: super::decision::StopCause,
        /// The numbers.
        detail: String,
    }
    /// The result.
    Decision(DecisionEvent) = "decision" {
        /// The whole decision.
        decision: Decision,
    }
    /// The debate ended with a decision document.
    DebateEnd(DebateEnd) = "debate_end" {
        /// `finished`.
        status: String,
        /// SHA-256 of the decision's canonical JSON.
        #[serde(default, skip_serializing_if = "Option::is_none")] decision_digest: Option<Digest>,
    }
    /// The debate ended without any usable reply, or by a broken protocol.
    DebateFailed(DebateFailed) = "debate_failed" {
        /// Why.
        error: ErrorInfo,
    }
    /// The debate was cancelled.
    DebateCancelled(DebateCancelled) = "debate_cancelled" {
        /// By whom.
        by: String,
        /// Why.
        reason: String,
    }
}

/// Where a debate was forked from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parent {
    /// The parent.
    pub debate: DebateId,
    /// The last record taken over.
    pub seq: u64,
}

/// The environment without the question, which stands beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frame {
    /// Bounds.
    pub limits: Limits,
    /// Risk tier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<RiskTier>,
    /// The organisation.
    pub tenant: OrgId,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// A word for ratings and search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Words of the host.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

/// A protocol by name, with what is needed to build it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtocolRef {
    /// The registered name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its parameters.
    #[serde(default)]
    pub params: Value,
    /// The most calls it can make with this roster.
    pub planned_calls: u64,
}

/// Who sees whom.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum Topology {
    /// Everybody sees everybody.
    #[default]
    AllToAll,
    /// The neighbours in roster order; only the one before if directed.
    Ring {
        /// Whether only the seat before is seen.
        #[serde(default)]
        directed: bool,
    },
    /// Spokes see the hub, the hub sees all.
    Star {
        /// Roster index of the hub.
        hub: u32,
    },
    /// max(1, ceil((1 - sparsity)(n - 1))) others, anew each round.
    Sparse {
        /// 0..1, default .5.
        #[serde(default = "half")]
        sparsity: f64,
    },
    /// One other, another in each round.
    RoundRobin,
    /// Row i lists whom seat i sees.
    Custom {
        /// n x n.
        matrix: Vec<Vec<bool>>,
    },
}

fn half() -> f64 {
    0.5
}

/// When a step ends.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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
        grace: Grace,
    },
    /// As soon as the rule decides over the replies so far; checked after every reply.
    Consensus(RuleConfig),
    /// With the first usable reply.
    First,
}

/// How long stragglers get once a quorum is in: the longer of a fixed time and a share of the time elapsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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

/// The three figures of `spec` 5.1 as a round's end keeps them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoundConvergence {
    /// Mean similarity of the newest texts over pairs of seats.
    pub agreement: f64,
    /// Lowest similarity of a seat's newest text to its previous one.
    pub stability: f64,
    /// Weight of the largest answer group over the weight of all positions.
    pub position: f64,
}

/// An error as the log keeps it: no cause and no context, which may hold private text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorInfo {
    /// The kind's stable name.
    pub code: String,
    /// One sentence.
    pub reason: String,
    /// Whether repeating could have helped.
    pub retryable: bool,
    /// How long to wait before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl From<&Error> for ErrorInfo {
    fn from(error: &Error) -> Self {
        Self {
            code: error.code().to_owned(),
            reason: error.reason().to_owned(),
            retryable: error.retryable(),
            retry_after_ms: error.retry_after().map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
        }
    }
}

impl ErrorInfo {
    /// The error again, without cause and context. An unknown code of a newer version becomes `internal`.
    pub fn to_error(&self) -> Error {
        let kind = ErrorKind::from_code(&self.code).unwrap_or(ErrorKind::Internal);
        let error = Error::new(kind, self.reason.clone());
        match self.retry_after_ms {
            Some(wait) => error.retry_after_of(std::time::Duration::from_millis(wait)).retryable_if(self.retryable),
            None => error.retryable_if(self.retryable),
        }
    }
}

/// What a fork changes before it goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum Edit {
    /// Another text under the same id, marked as edited.
    ReplaceMessage {
        /// The message.
        message: MessageId,
        /// Its new text.
        text: Arc<str>,
    },
    /// A person's word to all.
    InsertHuman {
        /// Who.
        by: String,
        /// The text.
        text: Arc<str>,
    },
    /// The seat takes part no more.
    DropSeat {
        /// The seat.
        seat: AgentId,
    },
    /// A seat that was not there; the fork's roster must hold its agent.
    AddSeat {
        /// The seat.
        seat: SeatView,
    },
    /// Another decision rule.
    SetRule {
        /// The rule.
        rule: RuleConfig,
    },
    /// Other limits.
    SetLimits {
        /// The limits.
        limits: Limits,
    },
    /// Another belief of a judge or seat.
    SetBelief {
        /// The seat.
        seat: AgentId,
        /// Probabilities by option.
        belief: BTreeMap<OptionId, f64>,
    },
}

impl From<Stop> for StopEvent {
    fn from(stop: Stop) -> Self {
        Self { cause: stop.cause, detail: stop.detail }
    }
}
