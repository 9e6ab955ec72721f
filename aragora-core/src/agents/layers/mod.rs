//! Behaviour around any agent, a foreign one too: `Arc<dyn Agent>` in, `Arc<dyn Agent>` out.
//!
//! Those that guard a [`Target`](super::Target) are also plain values, usable around any future: see [`Policy`].

mod breaker;
mod concurrency;
mod decisions;
mod hedge;
mod policy;
mod rate_limit;
mod retry;
mod timeout;

use std::fmt;
use std::sync::Arc;

pub use breaker::Breaker;
pub use concurrency::Concurrency;
pub use decisions::{Again, Decision, Decisions, Verdict};
pub use hedge::{Hedge, HedgeAfter};
pub use policy::{Call, Policy};
pub use rate_limit::RateLimit;
pub use retry::{Retry, RetrySettings};
pub use timeout::{TimeLimit, TimeLimits};

use super::agent::Agent;
use super::request::AgentRequest;
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
    let texts = request.messages_for(me).map(|message| message.text.len()).chain([request.system.len()]);
    // 3.5 bytes make a token; a message has four of its own, and a request sixteen.
    let input: usize = texts.map(|bytes| (bytes * 2).div_ceil(7) + 4).sum();
    let output = request.sampling.max_output_tokens.unwrap_or(match request.sampling.effort {
        Some(_) => 16_384,
        None => 4_096,
    });
    (input as u64 + 16, u64::from(output))
}
