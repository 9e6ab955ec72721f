use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use super::reply::AgentReply;
use crate::error::Error;

/// What had arrived when a reply broke off, attached to its error as the cause.
///
/// It is a cause and not a context entry because errors are logged and replies are not.
#[derive(Clone, Debug)]
pub struct PartialReply {
    reply: Arc<AgentReply>,
    cause: Option<Arc<dyn StdError + Send + Sync>>,
}

impl PartialReply {
    /// Attaches what had arrived. The cause the error had before becomes the cause of this one.
    pub fn attach(error: Error, reply: AgentReply) -> Error {
        let cause = error.cause();
        error.caused_by(Self { reply: Arc::new(reply), cause })
    }

    /// What had arrived before this error, if anything is attached.
    pub fn of(error: &Error) -> Option<Arc<AgentReply>> {
        let cause = error.cause()?;
        cause.downcast_ref::<Self>().map(|partial| Arc::clone(&partial.reply))
    }
}

impl fmt::Display for PartialReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes of the reply had arrived", self.reply.text.len())
    }
}

impl StdError for PartialReply {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}
