//! Agents behind an OpenAI-compatible chat-completions endpoint.

mod builder;
mod call;
mod decode;
mod dialect;
mod encode;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use secrecy::SecretString;
use serde_json::{Map, Value};
use url::Url;

pub use builder::OpenAiChatBuilder;
pub(in crate::agents) use builder::default_transport;
pub use dialect::Dialect;

use self::encode::Learnt;
use super::config::StreamMode;
use super::exchange::Timeouts;
use crate::agents::agent::{Agent, AgentProfile, TargetId};
use crate::agents::conduct::conduct;
use crate::agents::output::Output;
use crate::agents::reply::AgentReply;
use crate::agents::request::AgentRequest;
use crate::clock::Clock;
use crate::error::Result;
use crate::http::{Headers, Transport};
use crate::ids::AgentId;

/// A model behind an OpenAI-compatible chat-completions endpoint.
///
/// ```
/// use aragora_core::agents::Agent;
/// use aragora_core::agents::providers::{Dialect, OpenAiChatAgent};
/// use aragora_core::ids::AgentId;
///
/// # fn main() -> aragora_core::Result<()> {
/// let agent = OpenAiChatAgent::builder(AgentId::new("fast")?, "gpt-5.4-mini")
///     .dialect(Dialect::OPENAI)
///     .api_key("sk-..")
///     .build()?;
/// assert_eq!(agent.profile().provider, "openai");
/// # Ok(())
/// # }
/// ```
///
/// Every request is stateless and carries no tools. Tool calls of a model are decoded and never run. A knob that a
/// model refuses by name is left out from then on, with a warning in the reply; at most twice per call.
#[derive(Clone)]
pub struct OpenAiChatAgent {
    profile: AgentProfile,
    target: TargetId,
    dialect: Dialect,
    url: Url,
    key: Option<SecretString>,
    headers: Headers,
    extra: Map<String, Value>,
    stream: StreamMode,
    timeouts: Timeouts,
    free: bool,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    learnt: Arc<Mutex<Learnt>>,
}

impl OpenAiChatAgent {
    /// Begins an agent of this model at a compatible server; [`OpenAiChatBuilder::dialect`] names the vendor.
    pub fn builder(id: AgentId, model: impl Into<String>) -> OpenAiChatBuilder {
        OpenAiChatBuilder::new(id, model.into())
    }

    fn learnt(&self) -> Learnt {
        self.learnt.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn learn(&self, learnt: Learnt) {
        *self.learnt.lock().unwrap_or_else(PoisonError::into_inner) = learnt;
    }
}

impl fmt::Debug for OpenAiChatAgent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAiChatAgent")
            .field("id", &self.profile.id)
            .field("target", &self.target)
            .field("url", &self.url.as_str())
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Agent for OpenAiChatAgent {
    fn profile(&self) -> AgentProfile {
        self.profile.clone()
    }

    async fn respond(&self, request: AgentRequest, output: Output) -> Result<AgentReply> {
        let request = request.visible_to(&self.profile.id);
        conduct(&*self.clock, &self.profile.id, &request, self.ask(&request, &output)).await
    }
}
