//! What every agent of ours does around its own work, so that the contract of [`Agent`](super::Agent) holds once.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;

use super::reply::AgentReply;
use super::request::AgentRequest;
use crate::clock::{CancelToken, Clock, Deadline};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::AgentId;

/// The largest text a reply may have, in bytes.
pub const MAX_REPLY_BYTES: usize = 4 << 20;

/// Validates, then runs the work until it ends, the token is cancelled or the deadline passes, whichever is first.
/// A panic of the work is `agent_failed`; a text over 4 MiB is `reply_too_large`.
pub(crate) async fn conduct<F>(clock: &dyn Clock, me: &AgentId, request: &AgentRequest, work: F) -> Result<AgentReply>
where
    F: Future<Output = Result<AgentReply>>,
{
    ready(clock, me, request)?;
    within(clock, request, contained(work)).await.and_then(sized)
}

/// Works until it ends, the request's token is cancelled or its deadline passes, whichever is first.
pub(crate) async fn within<T, F>(clock: &dyn Clock, request: &AgentRequest, work: F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    bounded(clock, &request.cancel, request.deadline, work).await
}

/// Works until it ends, the token is cancelled or the deadline passes, whichever is first.
pub(crate) async fn bounded<T, F>(
    clock: &dyn Clock,
    cancel: &CancelToken,
    deadline: Option<Deadline>,
    work: F,
) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let deadline = async {
        match deadline {
            Some(deadline) => clock.sleep_until(deadline.monotonic()).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(cancelled()),
        // An answer that is there at the very instant of the deadline counts.
        outcome = work => outcome,
        () = deadline => Err(late()),
    }
}

/// Whether there is anything to begin: the request is valid, nobody cancelled it, and there is time left.
pub(crate) fn ready(clock: &dyn Clock, me: &AgentId, request: &AgentRequest) -> Result<()> {
    request.validate(me)?;
    in_time(clock, &request.cancel, request.deadline)
}

/// `cancelled` or `deadline_exceeded` if there is nothing to begin.
pub(crate) fn in_time(clock: &dyn Clock, cancel: &CancelToken, deadline: Option<Deadline>) -> Result<()> {
    if cancel.is_cancelled() {
        return Err(cancelled());
    }
    if deadline.is_some_and(|deadline| deadline.passed(clock)) {
        return Err(late());
    }
    Ok(())
}

pub(crate) fn cancelled() -> Error {
    Error::new(ErrorKind::Cancelled, "the call was cancelled")
}

pub(crate) fn late() -> Error {
    Error::new(ErrorKind::DeadlineExceeded, "the deadline of the call has passed")
}

/// The outcome of the work, a panic included.
pub(crate) async fn contained<F>(work: F) -> Result<AgentReply>
where
    F: Future<Output = Result<AgentReply>>,
{
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(outcome) => outcome,
        Err(panic) => Err(Error::new(ErrorKind::AgentFailed, "the agent panicked").caused_by(panic_text(&*panic))),
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without a text").to_owned()
}

/// The reply, unless its text is over 4 MiB.
pub(crate) fn sized(reply: AgentReply) -> Result<AgentReply> {
    let bytes = reply.text.len();
    if bytes <= MAX_REPLY_BYTES {
        return Ok(reply);
    }
    Err(Error::new(
        ErrorKind::ReplyTooLarge,
        format!("a reply of {bytes} bytes, at most {MAX_REPLY_BYTES} are allowed"),
    ))
}
