use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::debate::answer::ExtractedAnswer;
use crate::debate::ballot::{Ballot, VoteStatus};
use crate::debate::error_info::ErrorInfo;
use crate::debate::event_step::{Join, Order, PlannedAsk, StepWhy};
use crate::debate::message::{Author, MessageKind, Phase, Stance, Visibility, words};
use crate::debate::usage::{Refusal, StopReason};
use crate::ids::{AgentId, MessageId, TurnId};

words! {
    /// Where a turn stands.
    TurnState {
        /// Planned, not started.
        Planned = "planned",
        /// Handed to its agent.
        Running = "running",
        /// Ended with a reply.
        Answered = "answered",
        /// Ended without a usable reply.
        Failed = "failed",
        /// Given up while it ran.
        Cancelled = "cancelled",
        /// Never started.
        Skipped = "skipped",
    }
}

/// One turn of one seat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TurnView {
    /// The turn.
    pub id: TurnId,
    /// The seat.
    pub seat: AgentId,
    /// What was asked for.
    pub phase: Phase,
    /// The round.
    pub round: u32,
    /// The step.
    pub step: u32,
    /// Where it stands.
    pub state: TurnState,
    /// Why it failed.
    pub error: Option<ErrorInfo>,
    /// Its message.
    pub message: Option<MessageId>,
    /// Attempts of the newest asking.
    pub attempts: u32,
    /// Whether it was handed to its agent at least once.
    pub asked_before: bool,
    /// Tokens its attempts used, input and output together.
    pub tokens: u64,
    /// Known cost of its attempts in micro-dollars.
    pub micros: u64,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StepView {
    /// Its number, from 0.
    pub step: u32,
    /// The round.
    pub round: u32,
    /// What it asks for.
    pub phase: Phase,
    /// When it ends.
    pub join: Join,
    /// All at once or one after the other.
    pub order: Order,
    /// Usable replies it needs.
    pub min: u32,
    /// The step whose failed turns it repeats.
    pub retry_of: Option<u32>,
    /// The planned turns.
    pub asks: Vec<PlannedAsk>,
    /// Turns with a reply, in order of arrival.
    pub arrived: Vec<TurnId>,
    /// Why it ended; absent while it is open.
    pub end: Option<StepWhy>,
    /// When it began, in ms since 1970.
    #[cfg_attr(feature = "schema", schemars(with = "crate::clock::Timestamp"))]
    pub began: i64,
}

/// One round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RoundView {
    /// Its number, from 1.
    pub round: u32,
    /// Whose words each seat sees.
    pub sees: BTreeMap<AgentId, Vec<AgentId>>,
    /// Cognitive roles.
    pub roles: BTreeMap<AgentId, String>,
    /// Stances.
    pub stances: BTreeMap<AgentId, Stance>,
}

/// Something that was said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TranscriptMessage {
    /// Its id.
    pub id: MessageId,
    /// Who said it.
    pub author: Author,
    /// The seat, if it was one.
    pub seat: Option<AgentId>,
    /// The turn, if it was one.
    pub turn: Option<TurnId>,
    /// The step it arrived in.
    pub step: Option<u32>,
    /// What was asked for.
    pub phase: Option<Phase>,
    /// What it is.
    pub kind: MessageKind,
    /// The round.
    pub round: u32,
    /// The whole text, unchanged.
    pub text: Arc<str>,
    /// Who may see it.
    pub visibility: Visibility,
    /// The structured value.
    pub structured: Option<Value>,
    /// Why the reply ended.
    pub stop: StopReason,
    /// A refusal.
    pub refusal: Option<Refusal>,
    /// The answer found in it.
    pub answer: Option<ExtractedAnswer>,
    /// Stated confidence.
    pub confidence: Option<f64>,
    /// Whether the seat wants to go on.
    pub go_on: Option<bool>,
    /// Whether the seat is ready to decide.
    pub ready: Option<bool>,
    /// Order of arrival in its step.
    pub arrival: u32,
    /// Whether a fork replaced the text.
    pub edited: bool,
}

impl TranscriptMessage {
    /// Whether the reply was refused or filtered.
    pub fn refused(&self) -> bool {
        self.refusal.is_some() || matches!(self.stop, StopReason::Refusal | StopReason::ContentFilter)
    }
}

/// A recorded vote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VoteView {
    /// The step it was given in; absent for a host user's vote.
    pub step: Option<u32>,
    /// The round.
    pub round: u32,
    /// Who.
    pub voter: String,
    /// What became of it.
    pub status: VoteStatus,
    /// The ballot.
    pub ballot: Option<Ballot>,
    /// Stated confidence.
    pub confidence: Option<f64>,
    /// Stated reason.
    pub reason: Option<String>,
    /// Whether it was for the own answer and nobody else's.
    pub self_vote: bool,
    /// Order of arrival.
    pub arrival: u32,
    /// Intensity of a host user's vote.
    pub user_intensity: Option<u8>,
}

words! {
    /// What counts as the votes.
    Ballots {
        /// The recorded ballots of the newest vote.
        Cast = "cast",
        /// The newest positions.
        Positions = "positions",
        /// The positions given in the current round. A seat that has not answered in it yet has no vote, whatever it
        /// said before.
        Round = "round",
    }
}

/// How a debate ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Terminal {
    /// With a decision document.
    Finished,
    /// Without any usable reply, or by a broken protocol.
    Failed(ErrorInfo),
    /// Cancelled.
    Cancelled {
        /// By whom.
        by: String,
        /// Why.
        reason: String,
    },
}
