//! The types a host builds and the types it is given. Whatever they are made of follows.

use std::borrow::Cow;

use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use aragora_core::agents::layers::{LayersDocument, ReplyCacheDocument};
use aragora_core::agents::{
    BreakerSnapshot, BudgetDocument, BudgetOf, HumanReply, Period, PriceRow, PriceTable, ProviderReport,
    RateLimitSnapshot, TargetHealth, Unpriced,
};
use aragora_core::debate::{
    AnswerFormat, Author, Ballot, BallotKind, BallotShape, CastVote, ContextPolicy, DebateOptions, Decision, Document,
    Edit, Equivalence, ErrorInfo, Event, Expect, Extractor, GatePolicy, Join, Limits, OptionSpec, OptionView,
    ParsedBallot, ParsedCritique, Persona, Position, Question, QuorumRule, Reputation, RiskTier, Role, RoundView,
    RuleConfig, RuleKind, SeatView, Signals, Spent, StepView, StopReason, TieBreak, Topology, TranscriptMessage,
    TurnView, Visibility, VoteView,
};
use aragora_core::engine::{Check, DebatePage, ReplayReport, ShutdownReport};
use aragora_core::foreign::{
    BackupVerifyDocument, BudgetUsageDocument, EventDocument, KeyAgeDocument, KeyCensusDocument, LiveEvent,
    PendingTurns, ProtocolDocument, ReencryptProgressDocument, ReencryptReportDocument, ReplyDocument, RequestDocument,
    RestoreDocument, SeatDocument, SigningDocument,
};
use aragora_core::protocols::{
    AskOrder, AskStep, Checkpoint, Critique, Draft, Dynamic, Sequential, Simultaneous, Step, VoteOnlyProtocol,
};
use aragora_core::storage::backup::{BackupFacts, DrillReport, PrunePlan, RetentionPreset};

/// Puts a type's schema into a generator and says under which name.
pub(super) type Add = fn(&mut SchemaGenerator) -> String;

/// A type that a host builds.
pub(super) struct Input {
    pub(super) add: Add,
    /// Reads a document and writes it again.
    pub(super) through: fn(&Value) -> Result<Value, String>,
    name: fn() -> Cow<'static, str>,
}

impl Input {
    pub(super) fn name(&self) -> Cow<'static, str> {
        (self.name)()
    }
}

fn add<T: JsonSchema>(generator: &mut SchemaGenerator) -> String {
    generator.subschema_for::<T>();
    T::schema_name().into_owned()
}

fn through<T: DeserializeOwned + Serialize>(document: &Value) -> Result<Value, String> {
    let value: T = serde_json::from_value(document.clone()).map_err(|error| error.to_string())?;
    serde_json::to_value(value).map_err(|error| error.to_string())
}

// The core reads these documents and never writes one.
fn read<T: DeserializeOwned>(document: &Value) -> Result<Value, String> {
    serde_json::from_value::<T>(document.clone()).map_err(|error| error.to_string())?;
    Ok(document.clone())
}

macro_rules! inputs {
    ($($through:ident: $($type:ty,)+;)+) => {
        &[$($(Input { add: add::<$type>, through: $through::<$type>, name: <$type>::schema_name },)+)+]
    };
}

macro_rules! outputs {
    ($($type:ty,)+) => {
        &[$(add::<$type>,)+]
    };
}

/// What a host builds.
pub(super) const INPUTS: &[Input] = inputs![
    through:
    AnswerFormat,
    AskOrder,
    AskStep,
    Author,
    Ballot,
    BallotKind,
    BallotShape,
    BudgetDocument,
    BudgetOf,
    CastVote,
    Check,
    Checkpoint,
    ContextPolicy,
    Critique,
    DebateOptions,
    Document,
    Draft,
    Dynamic,
    Edit,
    Equivalence,
    Expect,
    Extractor,
    GatePolicy,
    HumanReply,
    Join,
    LayersDocument,
    Limits,
    OptionSpec,
    Period,
    Persona,
    PriceRow,
    PriceTable,
    Question,
    QuorumRule,
    ReplyCacheDocument,
    ReplyDocument,
    Reputation,
    RetentionPreset,
    RiskTier,
    Role,
    RuleConfig,
    RuleKind,
    Sequential,
    Simultaneous,
    Step,
    StopReason,
    TieBreak,
    Topology,
    Unpriced,
    Visibility,
    VoteOnlyProtocol,
    ;
    read:
    ProtocolDocument,
    SeatDocument,;
];

/// What a host is given.
pub(super) const OUTPUTS: &[Add] = outputs![
    BackupFacts,
    BackupVerifyDocument,
    BreakerSnapshot,
    BudgetUsageDocument,
    DebatePage,
    Decision,
    DrillReport,
    ErrorInfo,
    Event,
    EventDocument,
    KeyAgeDocument,
    KeyCensusDocument,
    LiveEvent,
    OptionView,
    ParsedBallot,
    ParsedCritique,
    PendingTurns,
    Position,
    ProviderReport,
    PrunePlan,
    RateLimitSnapshot,
    ReencryptProgressDocument,
    ReencryptReportDocument,
    ReplayReport,
    RequestDocument,
    RestoreDocument,
    RoundView,
    SeatView,
    ShutdownReport,
    Signals,
    SigningDocument<'static>,
    Spent,
    StepView,
    TargetHealth,
    TranscriptMessage,
    TurnView,
    VoteView,
];
