//! Participants: one turn of one participant is one call of [`Agent::respond`]. A model, a person, a function, a
//! script and a recording all look the same to the engine.

mod agent;
mod agents_builder;
mod ballot_reply;
mod budget;
mod conduct;
mod demo;
mod digests;
mod embed;
mod function;
mod handle;
mod human;
pub mod layers;
mod measure;
mod notice;
mod output;
mod partial;
mod parts;
mod prices;
mod provider_report;
pub mod providers;
mod recorded;
mod reply;
mod request;
mod roster;
mod scripted;
mod stand_ins;
mod target;
mod tokens;

pub use agent::{Agent, AgentProfile, StructuredMode, TargetId};
pub use agents_builder::AgentsBuilder;
pub use ballot_reply::BallotReply;
pub(crate) use budget::DebateAccounts;
pub use budget::{
    Budget, BudgetBook, BudgetDocument, BudgetOf, BudgetScope, BudgetUsage, Period, Quote, Reservation, Settled,
    Unpriced,
};
pub(crate) use budget::{estimated, price};
pub use conduct::MAX_REPLY_BYTES;
#[cfg(feature = "foreign")]
pub(crate) use conduct::{cancelled, late, ready, sized};
pub use demo::{DemoAgent, DemoStyle};
pub(crate) use digests::{Asked, Digests};
#[cfg(feature = "model2vec")]
pub use embed::Model2VecEmbedder;
pub use embed::{
    CallContext, EmbedTask, Embedder, EmbeddingSpace, Embeddings, HashEmbedder, SemanticComparator, cosine,
};
pub use function::FnAgent;
pub use handle::Agents;
pub use human::{
    HumanAgent, HumanDesk, HumanEvent, HumanReply, PendingPage, PendingQuery, PendingTurn, SeenMessage, TurnState,
};
pub(crate) use measure::Measure;
pub use notice::{BreakerState, BudgetNotice, Notice};
pub use output::{Delta, Output, TokenSink};
pub use partial::PartialReply;
pub use parts::AgentParts;
#[cfg(feature = "prices")]
pub use prices::BundledPrices;
pub use prices::{NoPrices, PriceBook, PriceQuery, PriceRow, PriceTable, Prices};
pub use provider_report::{ProviderReport, ProviderStatus};
pub use recorded::{Cassette, RecordedAgent, Recorder};
pub use reply::{AgentReply, Attempt, Latency, ToolCall, Warning};
pub use request::{AgentRequest, Effort, PromptCache, Sampling};
pub use roster::{Roster, RosterBuilder, Seat};
pub use scripted::{ScriptEnd, ScriptStep, ScriptedAgent};
pub use stand_ins::StandIns;
pub use target::{
    BreakerSettings, BreakerSnapshot, LastError, RateLimitSnapshot, StatedLimit, Target, TargetHealth, TargetKey,
    TargetOverrides, TargetSettings, Targets,
};
pub use tokens::{ByteCounter, TokenCounter};

use crate::storage::{TableDef, TableRecord};

/// The tables of this room.
pub(crate) const TABLES: [TableDef; 4] = {
    let [cached, epoch] = layers::CACHE_TABLES;
    [budget::TABLE, cached, epoch, <PendingTurn as TableRecord>::DEF]
};

pub use crate::debate::{
    AgentKind, AttemptOutcome, Author, CostSource, Expect, JsonShape, Message, Persona, Phase, Refusal, Role, Served,
    Stance, StopReason, Usage, Visibility,
};
