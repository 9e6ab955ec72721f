use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::agent::TargetId;
use crate::clock::Timestamp;
use crate::debate::{AttemptOutcome, CostSource, Refusal, Served, StopReason, Usage};
use crate::ids::MicroUsd;

/// What a participant answered. A refusal or a filtered answer is a reply, never an error.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgentReply {
    /// The whole text.
    pub text: String,
    /// The structured value, where the provider returned one.
    pub structured: Option<Value>,
    /// What the model thought, if it is shown; never sent back.
    pub reasoning: Option<String>,
    /// Tool calls, decoded and never run.
    pub tool_calls: Vec<ToolCall>,
    /// A refusal.
    pub refusal: Option<Refusal>,
    /// Why it ended.
    pub stop: StopReason,
    /// The provider's own word for it.
    pub stop_raw: Option<String>,
    /// Tokens.
    pub usage: Option<Usage>,
    /// Cost; unknown is `None`, never 0.
    pub cost: Option<MicroUsd>,
    /// Where the cost comes from.
    pub cost_source: CostSource,
    /// Provider.
    pub provider: String,
    /// Model as it answered, else as it was asked for.
    pub model: String,
    /// The provider's id of the response.
    pub response_id: Option<String>,
    /// The provider's id of the request, from a header.
    pub request_id: Option<String>,
    /// How long it took.
    pub latency: Latency,
    /// How it came to be.
    pub served: Served,
    /// Every attempt that reached the wire.
    pub attempts: Vec<Attempt>,
    /// What a reader should know.
    pub warnings: Vec<Warning>,
}

impl AgentReply {
    /// A complete reply with this text and nothing else known.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

impl<T: Into<String>> From<T> for AgentReply {
    fn from(text: T) -> Self {
        Self::text(text)
    }
}

/// A tool call a model asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ToolCall {
    /// The provider's id.
    pub id: String,
    /// The tool.
    pub name: String,
    /// The arguments, if they are JSON.
    pub arguments: Option<Value>,
    /// The arguments as they came.
    pub raw: String,
}

/// How long a reply took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    /// From the call to the reply.
    pub total: Duration,
    /// To the first piece of text.
    pub first_token: Option<Duration>,
    /// Waiting for permits and pacing.
    pub queued: Duration,
}

/// One attempt at one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The endpoint and model.
    pub target: TargetId,
    /// When it began.
    pub started: Timestamp,
    /// How it ended.
    pub outcome: AttemptOutcome,
    /// The error's code, if it failed.
    pub code: Option<String>,
    /// Tokens.
    pub usage: Option<Usage>,
    /// Cost; unknown is `None`.
    pub cost: Option<MicroUsd>,
    /// Where the cost comes from.
    pub cost_source: CostSource,
    /// The provider's id of the request.
    pub request_id: Option<String>,
    /// How long it took.
    pub latency: Duration,
    /// Whether it was a hedge.
    pub hedge: bool,
}

/// Something about a reply that a reader should know and that changed nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ReplyWarning"))]
#[serde(deny_unknown_fields)]
pub struct Warning {
    /// A stable code.
    pub code: String,
    /// More about it.
    pub detail: String,
}
