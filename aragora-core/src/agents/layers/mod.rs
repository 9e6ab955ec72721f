//! Behaviour around any agent, a foreign one too: `Arc<dyn Agent>` in, `Arc<dyn Agent>` out.

mod shape;
mod trace;

use std::fmt;
use std::sync::Arc;

pub use shape::Shape;
pub use trace::Trace;

use super::agent::Agent;

/// Wraps an agent. State that several agents share lives in their [`Target`](super::Target), not in the wrapper.
pub trait Layer: fmt::Debug + Send + Sync {
    /// Its name in [`Stack::describe`], e.g. `retry`.
    fn name(&self) -> &'static str;

    /// The agent with this behaviour around it.
    fn wrap(&self, inner: Arc<dyn Agent>) -> Arc<dyn Agent>;
}

/// The endpoint a call of this agent is booked under.
pub(super) fn target_of(profile: &AgentProfile) -> TargetId {
    match profile.targets.first() {
        Some(target) => target.clone(),
        None if profile.provider.is_empty() => TargetId::new(profile.id.as_str()),
        None => TargetId::new(format!("{}/{}", profile.provider, profile.model)),
    }
}
