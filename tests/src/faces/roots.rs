//! The types a host builds and the types it is given. Whatever they are made of follows.

use schemars::{JsonSchema, SchemaGenerator};

use aragora_core::agents::HumanReply;
use aragora_core::debate::{
    AnswerFormat, BallotShape, CastVote, DebateOptions, Decision, Edit, ErrorInfo, Event, Limits, OptionView,
    ParsedBallot, ParsedCritique, Persona, Position, Question, Reputation, RiskTier, RoundView, RuleConfig, SeatView,
    Signals, Spent, StepView, TranscriptMessage, TurnView, VoteView,
};
use aragora_core::engine::{Check, DebatePage, ReplayReport};
use aragora_core::foreign::{
    EventDocument, LiveEvent, PendingTurns, ProtocolDocument, ReplyDocument, RequestDocument, SeatDocument,
};
use aragora_core::protocols::{Checkpoint, Critique, Draft, Dynamic, Sequential, Simultaneous, Step, VoteOnlyProtocol};

/// A root: puts its schema into a generator and says under which name.
pub(super) type Add = fn(&mut SchemaGenerator) -> String;

fn add<T: JsonSchema>(generator: &mut SchemaGenerator) -> String {
    generator.subschema_for::<T>();
    T::schema_name().into_owned()
}

macro_rules! roots {
    ($($type:ty,)+) => {
        &[$(add::<$type>,)+]
    };
}

/// What a host builds.
pub(super) const INPUTS: &[Add] = roots![
    AnswerFormat,
    BallotShape,
    CastVote,
    Check,
    Checkpoint,
    Critique,
    DebateOptions,
    Draft,
    Dynamic,
    Edit,
    HumanReply,
    Limits,
    Persona,
    ProtocolDocument,
    Question,
    ReplyDocument,
    Reputation,
    RiskTier,
    RuleConfig,
    SeatDocument,
    Sequential,
    Simultaneous,
    Step,
    VoteOnlyProtocol,
];

/// What a host is given.
pub(super) const OUTPUTS: &[Add] = roots![
    DebatePage,
    Decision,
    ErrorInfo,
    Event,
    EventDocument,
    LiveEvent,
    OptionView,
    ParsedBallot,
    ParsedCritique,
    PendingTurns,
    Position,
    ReplayReport,
    RequestDocument,
    RoundView,
    SeatView,
    Signals,
    Spent,
    StepView,
    TranscriptMessage,
    TurnView,
    VoteView,
];
