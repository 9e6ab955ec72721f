//! Participants: one turn of one participant is one call of [`Agent::respond`]. A model, a person, a function, a
//! script and a recording all look the same to the engine.

mod agent;
mod output;
mod reply;
mod request;
mod roster;

pub use agent::{Agent, AgentProfile, StructuredMode, TargetId};
pub use output::{Delta, Output, TokenSink};
pub use reply::{AgentReply, Attempt, Latency, ToolCall, Warning};
pub use request::{AgentRequest, Effort, PromptCache, Sampling};
pub use roster::{Roster, RosterBuilder, Seat};

pub use crate::debate::{
    AgentKind, AttemptOutcome, Author, CostSource, Expect, JsonShape, Message, Persona, Phase, Refusal, Role, Served,
    Stance, StopReason, Usage, Visibility,
};
