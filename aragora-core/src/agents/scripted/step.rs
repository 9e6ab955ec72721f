use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::agents::ballot_reply::BallotReply;
use crate::agents::reply::AgentReply;
use crate::agents::request::AgentRequest;
use crate::error::{Error, ErrorKind};

/// One step of a script.
#[derive(Clone)]
pub enum ScriptStep {
    /// Answers this.
    Reply(Box<AgentReply>),
    /// Answers this JSON value, as structured value and as text.
    Json(Value),
    /// Answers this ballot; `script_exhausted` if the request asks for none.
    Ballot(BallotReply),
    /// Fails.
    Fail(Error),
    /// Waits on the clock, then goes on with the next step.
    Delay(Duration),
    /// Says nothing until cancelled.
    Hang,
    /// Streams the pieces, then answers their concatenation or fails.
    Stream {
        /// The pieces.
        pieces: Vec<String>,
        /// The failure after the last piece, if any.
        error: Option<Error>,
    },
    /// Does what the function makes of the request.
    By(Arc<dyn Fn(&AgentRequest) -> ScriptStep + Send + Sync>),
}

impl ScriptStep {
    /// Answers this text or reply.
    pub fn reply(reply: impl Into<AgentReply>) -> Self {
        Self::Reply(Box::new(reply.into()))
    }

    /// Fails with this kind of error.
    pub fn fail(kind: ErrorKind) -> Self {
        Self::Fail(Error::new(kind, "the script says so"))
    }

    /// Answers this ballot.
    pub fn ballot(ballot: impl Into<BallotReply>) -> Self {
        Self::Ballot(ballot.into())
    }

    /// Streams these pieces.
    pub fn stream<P: Into<String>>(pieces: impl IntoIterator<Item = P>) -> Self {
        Self::Stream { pieces: pieces.into_iter().map(Into::into).collect(), error: None }
    }

    /// Streams these pieces, then fails.
    pub fn stream_then_fail<P: Into<String>>(pieces: impl IntoIterator<Item = P>, kind: ErrorKind) -> Self {
        let pieces = pieces.into_iter().map(Into::into).collect();
        Self::Stream { pieces, error: Some(Error::new(kind, "the script says so")) }
    }

    /// Does what this function makes of the request.
    pub fn by(choose: impl Fn(&AgentRequest) -> Self + Send + Sync + 'static) -> Self {
        Self::By(Arc::new(choose))
    }
}

impl<R: Into<AgentReply>> From<R> for ScriptStep {
    fn from(reply: R) -> Self {
        Self::reply(reply)
    }
}

impl From<Error> for ScriptStep {
    fn from(error: Error) -> Self {
        Self::Fail(error)
    }
}

impl fmt::Debug for ScriptStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reply(reply) => f.debug_tuple("Reply").field(&reply.text).finish(),
            Self::Json(value) => f.debug_tuple("Json").field(value).finish(),
            Self::Ballot(ballot) => f.debug_tuple("Ballot").field(ballot).finish(),
            Self::Fail(error) => f.debug_tuple("Fail").field(&error.code()).finish(),
            Self::Delay(wait) => f.debug_tuple("Delay").field(wait).finish(),
            Self::Hang => f.write_str("Hang"),
            Self::Stream { pieces, error } => {
                f.debug_struct("Stream").field("pieces", pieces).field("error", &error.is_some()).finish()
            }
            Self::By(_) => f.write_str("By(..)"),
        }
    }
}

/// What a script does when no step is left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScriptEnd {
    /// Fails with `script_exhausted`.
    #[default]
    Error,
    /// Repeats the last step.
    Repeat,
    /// Begins again.
    Cycle,
}
