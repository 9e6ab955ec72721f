//! Behaviour around any agent, a foreign one too: `Arc<dyn Agent>` in, `Arc<dyn Agent>` out.
//!
//! Those that guard a [`Target`](super::Target) are also plain values, usable around any future: see [`Policy`].

mod breaker;
mod budget;
mod cache;
mod concurrency;
mod decisions;
mod document;
mod embedding;
mod fallback;
#[cfg(feature = "testing")]
mod fault;
mod hedge;
mod policy;
mod rate_limit;
mod retry;
mod shape;
mod stack;
mod timeout;
mod trace;

use std::fmt;
use std::sync::Arc;

pub use breaker::Breaker;
pub use budget::Budgets;
pub(crate) use cache::TABLES as CACHE_TABLES;
pub use cache::{ReplyCache, ReplyCacheDocument};
pub use concurrency::Concurrency;
pub use decisions::{Again, Decision, Decisions, Verdict};
pub use document::LayersDocument;
pub use embedding::GuardedEmbedder;
pub use fallback::Fallback;
#[cfg(feature = "testing")]
pub use fault::{Fault, Faults};
pub use hedge::{Hedge, HedgeAfter};
pub use policy::{Call, Policy};
pub use rate_limit::RateLimit;
pub use retry::{Retry, RetrySettings};
pub use shape::Shape;
pub use stack::{Stack, StackConfig};
pub use timeout::{TimeLimit, TimeLimits};
pub use trace::Trace;

use super::agent::{Agent, AgentProfile, TargetId};
use super::request::AgentRequest;
use super::tokens::ByteCounter;
use crate::ids::AgentId;

/// Wraps an agent. State that several agents share lives in their [`Target`](super::Target), not in the wrapper.
pub trait Layer: fmt::Debug + Send + Sync {
    /// Its name in [`Stack::describe`], e.g. `retry`.
    fn name(&self) -> &'static str;

    /// The agent with this behaviour around it.
    fn wrap(&self, inner: Arc<dyn Agent>) -> Arc<dyn Agent>;
}

/// Estimated tokens of the prompt, and the most the answer may have.
fn tokens_of(request: &AgentRequest, me: &AgentId) -> (u64, u64) {
    (ByteCounter::raw(me, request), u64::from(request.max_output()))
}

/// The endpoint a call of this agent is booked under.
pub(super) fn target_of(profile: &AgentProfile) -> TargetId {
    match profile.targets.first() {
        Some(target) => target.clone(),
        // As the registry names the target of an agent without a provider.
        None if profile.provider.is_empty() => TargetId::new(format!("agent/{}", profile.id)),
        None => TargetId::new(format!("{}/{}", profile.provider, profile.model)),
    }
}
