//! The agent of a recording and what it is asked.

use std::sync::Arc;

use aragora_core::agents::providers::{
    ApiKey, Credentials, FnCredentials, ProviderConfig, ProviderId, StreamMode, Wire, open,
};
use aragora_core::agents::{Agent, AgentParts, AgentRequest, Author, Expect, JsonShape, Visibility};
use aragora_core::config::Secret;
use aragora_core::http::Headers;
use aragora_core::{Error, ErrorKind};

use super::exchange::Exchange;
use crate::agents::{agent_id, message, request};

/// The credential of every replay. It is in one header and nowhere else.
pub const CANARY_KEY: &str = "canary-key-0123456789";
/// The text of a message the agent may not see.
pub const CANARY_HIDDEN: &str = "canary-hidden-message";
pub(super) const CANARY_METADATA: &str = "canary-metadata";
/// The texts the agent may see.
pub(super) const VISIBLE: [&str; 3] = ["Is water wet?", "It is.", "It is not."];
/// The model asked for. No recording answers with it, so that the answer's own name is seen to be read.
pub(super) const MODEL: &str = "asked-model";

/// How an exchange is replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adapter {
    /// As a turn, over this wire.
    Turn(Wire),
    /// As an embedding of texts.
    Embeddings,
    /// As a list of models.
    Models,
    /// As a count of tokens.
    CountTokens,
    /// As a turn over a client that is best effort.
    Genai,
    /// Not at all.
    Unknown,
}

impl Adapter {
    /// The adapter for a kind of call.
    pub fn of(api: &str) -> Self {
        match api {
            "messages" => Self::Turn(Wire::Messages),
            "chat" => Self::Turn(Wire::Chat),
            "responses" => Self::Turn(Wire::Responses),
            "generate" => Self::Turn(Wire::Gemini),
            "interactions" => Self::Turn(Wire::GeminiInteractions),
            "embeddings" => Self::Embeddings,
            "models" => Self::Models,
            "count_tokens" => Self::CountTokens,
            "converse" | "converse-stream" | "ollama-chat" => Self::Genai,
            _ => Self::Unknown,
        }
    }
}

/// The bare agent of a recording, with targets of its own.
pub fn agent(
    exchange: &Exchange,
    wire: Wire,
    base: &str,
    streamed: bool,
    parts: &AgentParts,
) -> Result<Arc<dyn Agent>, Error> {
    let mut config = config(exchange, Some(wire), base)?;
    config.stream = if streamed { StreamMode::Always } else { StreamMode::Never };
    open(&config, credentials(exchange), parts)
}

/// What the adapter of a recording is opened with; without a wire the provider's own.
pub(super) fn config(exchange: &Exchange, wire: Option<Wire>, base: &str) -> Result<ProviderConfig, Error> {
    let mut config = ProviderConfig::new(ProviderId::try_from(provider_of(exchange))?, MODEL);
    config.id = Some(agent_id("replayed"));
    config.wire = wire;
    config.base_url = Some(base.to_owned());
    if let Some(caps) = exchange.expected.pointer("/ask/caps") {
        let caps = serde_json::from_value(caps.clone());
        config.caps = Some(caps.map_err(|error| Error::new(ErrorKind::InvalidRequest, error.to_string()))?);
    }
    Ok(config)
}

/// The provider whose adapter reads an exchange. One that is not known speaks like any other compatible server, and so
/// does Google's compatible root.
fn provider_of(exchange: &Exchange) -> String {
    let is_compatible_root = exchange.api == "chat" && matches!(exchange.provider.as_str(), "gemini" | "vertex");
    match ProviderId::try_from(exchange.provider.clone()) {
        Ok(provider) if !is_compatible_root => provider.to_string(),
        _ => "compatible".to_owned(),
    }
}

/// A key; where a host signs in by itself, its hook.
pub(super) fn credentials(exchange: &Exchange) -> Arc<dyn Credentials> {
    if exchange.provider != "vertex" {
        return Arc::new(ApiKey(Secret::from(CANARY_KEY)));
    }
    Arc::new(FnCredentials::new(|_, _| async {
        let mut headers = Headers::new();
        headers.secret("authorization", format!("Bearer {CANARY_KEY}"));
        Ok(headers)
    }))
}

/// What every agent of a recording is asked: a conversation in which it spoke before, a message it may not see, and
/// what the reading says was asked beside it.
pub fn asked(exchange: &Exchange) -> AgentRequest {
    let mut asked = request("deb/r1.answer.0", VISIBLE[0]);
    let mut hidden = message(Author::Human("boss".into()), CANARY_HIDDEN);
    hidden.visibility = Visibility::Only([agent_id("other")].into());
    asked.messages.push(message(Author::Agent(agent_id("replayed")), VISIBLE[1]));
    asked.messages.push(hidden);
    asked.messages.push(message(Author::Agent(agent_id("rival")), VISIBLE[2]));
    asked.metadata.insert(CANARY_METADATA.into(), CANARY_METADATA.into());
    if let Some(schema) = exchange.expected.pointer("/ask/schema") {
        let shape = JsonShape { name: "claim".into(), schema: schema.clone().into(), strict: true };
        asked.expect = Expect::Json(shape);
    }
    asked
}
