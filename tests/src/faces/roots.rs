//! The types a host builds and the types it is given. Whatever they are made of follows.

use aragora_core::agents::{HumanReply, PendingTurn, Sampling};
use aragora_core::debate::{
    AnswerFormat, CastVote, DebateOptions, Decision, Edit, ErrorInfo, Event, Limits, Persona, Question, Reputation,
    RiskTier, RoundView, RuleConfig, SeatView, Spent, StepView, Tally, TranscriptMessage, TurnView, VoteView,
};
use aragora_core::engine::{DebatePage, DebateSummary, EventClass};
use aragora_core::protocols::{Critique, Dynamic, Sequential, Simultaneous, VoteOnlyProtocol};
use schemars::{JsonSchema, SchemaGenerator};

type Add = fn(&mut SchemaGenerator);

fn add<T: JsonSchema>(generator: &mut SchemaGenerator) {
    generator.subschema_for::<T>();
}

macro_rules! roots {
    ($($type:ty,)+) => {
        &[$((stringify!($type), add::<$type> as Add),)+]
    };
}

/// What a host builds.
pub(super) const INPUTS: &[(&str, Add)] = roots![
    AnswerFormat,
    CastVote,
    Critique,
    DebateOptions,
    Dynamic,
    Edit,
    HumanReply,
    Limits,
    Persona,
    Question,
    Reputation,
    RiskTier,
    RuleConfig,
    Sequential,
    Simultaneous,
    VoteOnlyProtocol,
];

/// What a host is given.
pub(super) const OUTPUTS: &[(&str, Add)] = roots![
    DebatePage,
    DebateSummary,
    Decision,
    ErrorInfo,
    Event,
    EventClass,
    PendingTurn,
    RoundView,
    Sampling,
    SeatView,
    Spent,
    StepView,
    Tally,
    TranscriptMessage,
    TurnView,
    VoteView,
];
