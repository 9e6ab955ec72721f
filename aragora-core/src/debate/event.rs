//! Everything that can happen in a debate. The log is the debate: every state is a fold over these events.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answer::ExtractedAnswer;
use super::ballot::{Ballot, VoteStatus};
use super::decision::{Decision, Outcome, Stop};
use super::edit::Edit;
use super::error_info::ErrorInfo;
use super::event_start::{Frame, Parent, ProtocolRef};
use super::event_step::{
    AnalysisKind, CheckScope, GiveUp, HumanInputKind, Join, Order, PlannedAsk, RoundConvergence, StepWhy,
};
use super::fixed::Seed;
use super::message::{MessageKind, Phase, Stance};
use super::options::DebateOptions;
use super::question::Question;
use super::rule::{RuleConfig, Tally, Weight};
use super::seat::SeatView;
use super::topology::Topology;
use super::usage::{AttemptOutcome, CostSource, Refusal, Served, StopReason, Usage};
use crate::ids::{AgentId, DebateId, Digest, MessageId, MicroUsd, OptionId, RequestId, TurnId};

macro_rules! events {
    ($($(#[doc = $doc:literal])+ $variant:ident($body:ident) = $word:literal { $($(#[doc = $fdoc:literal])+ $(#[serde($($attr:tt)*)])? $field:ident: $ty:ty,)* })+) => {
        /// One event of the log, tagged by `type`. Closed: an unknown type is refused, never skipped.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "LoggedEvent"))]
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
            #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

impl From<Stop> for StopEvent {
    fn from(stop: Stop) -> Self {
        Self { cause: stop.cause, detail: stop.detail }
    }
}
