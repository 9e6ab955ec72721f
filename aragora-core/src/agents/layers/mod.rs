//! Behaviour around any agent, a foreign one too: `Arc<dyn Agent>` in, `Arc<dyn Agent>` out.

mod decisions;

use std::fmt;
use std::sync::Arc;

pub(crate) use decisions::stayed_here;
pub use decisions::{Again, Decision, Decisions, Verdict};

use super::agent::Agent;

/// Wraps an agent. State that several agents share lives in their [`Target`](super::Target), not in the wrapper.
pub trait Layer: fmt::Debug + Send + Sync {
    /// Its name in [`Stack::describe`], e.g. `retry`.
    fn name(&self) -> &'static str;

    /// The agent with this behaviour around it.
    fn wrap(&self, inner: Arc<dyn Agent>) -> Arc<dyn Agent>;
}
