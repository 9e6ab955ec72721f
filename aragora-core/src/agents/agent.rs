use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::output::Output;
use super::reply::AgentReply;
use super::request::AgentRequest;
use super::target::Target;
use crate::debate::AgentKind;
use crate::error::Result;
use crate::ids::AgentId;

/// Whoever answers a turn: a model, a person, a function, a script or a recording.
///
/// The contract, each line a check of `testing::agent_suite`:
/// 1. A message that is not visible to the agent ([`AgentRequest::messages_for`]) reaches no body, digest, log or
///    cache key.
/// 2. Exactly one of `Ok` and `Err`. Work stops when the future is dropped; no task outlives it. After the
///    request's token is cancelled our agents return `cancelled` within 100 ms; a foreign one is dropped after 2 s.
/// 3. A deadline in the past is `deadline_exceeded` without any I/O, and nothing sleeps past it.
/// 4. Reply text is valid UTF-8 of at most 4 MiB.
/// 5. Concurrent calls are independent. A panic becomes `agent_failed`.
/// 6. The same request id twice may be asked twice; agents do not deduplicate.
#[async_trait]
pub trait Agent: fmt::Debug + Send + Sync + 'static {
    /// Who this is: pure, constant for the agent's life, read once.
    fn profile(&self) -> AgentProfile;

    /// Answers one turn. Streamed text and attempts go to `output`, which never blocks.
    async fn respond(&self, request: AgentRequest, output: Output) -> Result<AgentReply>;

    /// What it shares with every agent of the same endpoint, model and credential: breaker, limits, latencies. Only
    /// agents behind a provider have one; a layer passes its inner agent's on.
    fn target(&self) -> Option<Arc<Target>> {
        None
    }
}

/// Who an agent is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentProfile {
    /// Its id, unique in a roster ignoring ASCII case.
    pub id: AgentId,
    /// What kind answers.
    pub kind: AgentKind,
    /// Provider, e.g. `openai`; empty if there is none.
    pub provider: String,
    /// Model as asked for; empty if there is none.
    pub model: String,
    /// Model lineage, e.g. `claude`; empty means undisclosed.
    pub family: String,
    /// Version of the agent.
    pub version: String,
    /// Whether it can be held to a schema.
    pub structured: StructuredMode,
    /// Whether it streams text while it works.
    pub streams: bool,
    /// Its endpoints: the primary, then fallbacks.
    pub targets: Vec<TargetId>,
    /// The model's window in tokens, prompt and output together; absent if unknown.
    pub context_tokens: Option<u64>,
    /// Whether its calls cost nothing, e.g. on a server of one's own.
    pub free: bool,
}

impl AgentProfile {
    /// A profile with this id and kind and nothing else known.
    pub fn new(id: AgentId, kind: AgentKind) -> Self {
        Self {
            id,
            kind,
            provider: String::new(),
            model: String::new(),
            family: String::new(),
            version: String::new(),
            structured: StructuredMode::Instructed,
            streams: false,
            targets: Vec::new(),
            context_tokens: None,
            free: false,
        }
    }
}

/// Whether an agent can be held to a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StructuredMode {
    /// The provider enforces it.
    Native,
    /// The prompt asks for it.
    Instructed,
    /// Neither; ballots are read from text.
    None,
}

/// An endpoint, model and credential that share breaker and limits, e.g. `openai/gpt-5`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TargetId(Arc<str>);

impl TargetId {
    /// A target with this name.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TargetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
