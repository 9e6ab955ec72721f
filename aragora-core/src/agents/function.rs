use std::fmt;
use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;

use super::agent::{Agent, AgentProfile};
use super::conduct::conduct;
use super::output::Output;
use super::reply::AgentReply;
use super::request::AgentRequest;
use crate::clock::{BoxFuture, Clock, SystemClock};
use crate::debate::AgentKind;
use crate::error::Result;
use crate::ids::AgentId;

type Function = dyn Fn(AgentRequest, Output) -> BoxFuture<'static, Result<AgentReply>> + Send + Sync;

/// A participant that is a function of the host.
///
/// ```
/// use aragora_core::agents::{Agent, FnAgent};
/// use aragora_core::ids::AgentId;
///
/// # fn main() -> aragora_core::Result<()> {
/// let oracle = FnAgent::new(AgentId::new("oracle")?, |request, _output| async move {
///     Ok(format!("Final answer: {}", request.messages.len()))
/// });
/// assert_eq!(oracle.profile().id.as_str(), "oracle");
/// # Ok(())
/// # }
/// ```
///
/// The function sees the messages that are visible to it. It is dropped when the request's token is cancelled or its deadline
/// passes, and a panic in it is `agent_failed`.
#[derive(Clone)]
pub struct FnAgent {
    profile: AgentProfile,
    clock: Arc<dyn Clock>,
    function: Arc<Function>,
}

impl FnAgent {
    /// A participant that answers what the function returns: a text or a whole [`AgentReply`].
    pub fn new<F, Fut, R>(id: AgentId, function: F) -> Self
    where
        F: Fn(AgentRequest, Output) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R>> + Send + 'static,
        R: Into<AgentReply>,
    {
        let function = Arc::new(function);
        Self {
            profile: AgentProfile::new(id, AgentKind::Function),
            clock: Arc::new(SystemClock::new()),
            function: Arc::new(move |request, output| {
                let function = Arc::clone(&function);
                // Called inside the future, so that a panic before the first await is contained too.
                Box::pin(async move { function(request, output).await.map(Into::into) })
            }),
        }
    }

    /// Measures deadlines on this clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Shows another profile, e.g. with a family for diversity; its id stays.
    #[must_use]
    pub fn with_profile(mut self, profile: AgentProfile) -> Self {
        self.profile = AgentProfile { id: self.profile.id, ..profile };
        self
    }
}

impl fmt::Debug for FnAgent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FnAgent({})", self.profile.id)
    }
}

#[async_trait]
impl Agent for FnAgent {
    fn profile(&self) -> AgentProfile {
        self.profile.clone()
    }

    async fn respond(&self, request: AgentRequest, output: Output) -> Result<AgentReply> {
        let work = (self.function)(request.clone().visible_to(&self.profile.id), output);
        conduct(&*self.clock, &self.profile.id, &request, work).await
    }
}
