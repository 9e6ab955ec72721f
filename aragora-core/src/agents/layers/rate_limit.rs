use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::decisions::stayed_here;
use super::policy::{Call, Policy};
use crate::agents::conduct::cancelled;
use crate::agents::notice::Notice;
use crate::agents::target::{Asked, Need, Target, Turn};
use crate::error::{Error, ErrorKind, Result};

/// Holds calls back until the target may be asked: by our own limits per minute, by what the provider's header
/// fields say is left, and by the pause a 429 asks for, which holds for all agents of the target. First come, first
/// served.
///
/// A call is charged its estimated prompt and the most its answer may have, and what it really used once that is
/// known; one that was not sent is charged nothing. Where the wait would be longer than the target's `longest_wait`
/// or end past the deadline, it is `rate_limited` at once, with `retry_after` and `local` = `true`.
#[derive(Clone, Debug)]
pub struct RateLimit {
    target: Arc<Target>,
}

impl RateLimit {
    /// The pace of this target.
    pub fn new(target: &Arc<Target>) -> Self {
        Self { target: Arc::clone(target) }
    }

    fn too_long(&self, wait: Duration) -> Error {
        let reason = format!("{} may not be asked for another {} ms", self.target.id(), wait.as_millis());
        let error = Error::new(ErrorKind::RateLimited, reason).with("local", true).with("target", self.target.id());
        error.retry_after_of(wait)
    }

    // Returns once the call may be sent and is charged.
    async fn admit(&self, call: &Call, need: Need) -> Result<()> {
        let (target, clock) = (&*self.target, &*self.target.parts().clock);
        let latest = |now: Duration| {
            let patience = now.saturating_add(target.settings().longest_wait);
            // At the deadline itself it is too late.
            let before = |at: Duration| at.saturating_sub(Duration::from_nanos(1));
            call.deadline.map_or(patience, |deadline| patience.min(before(deadline.monotonic())))
        };
        let (ticket, latest) = match target.ask_turn(need, latest) {
            Asked::Now => return Ok(()),
            Asked::TooLate { wait } => return Err(self.too_long(wait)),
            Asked::Queued { ticket, wait, latest } => {
                call.output.notice(&Notice::RateLimitWait { provider: target.provider().to_owned(), wait });
                (ticket, latest)
            }
        };
        let began = clock.monotonic();
        let mut place = Waiting { target, ticket: Some(ticket) };
        loop {
            let mut moved = pin!(target.turns_moved());
            // Before looking, so that no move between looking and waiting is missed.
            moved.as_mut().enable();
            let now = clock.monotonic();
            let wake = match target.turn(ticket, need) {
                Turn::Now => {
                    place.ticket = None;
                    call.has_waited(now.saturating_sub(began));
                    return Ok(());
                }
                Turn::Later { at, .. } if at > latest || now > latest => {
                    return Err(self.too_long(at.saturating_sub(now)));
                }
                Turn::Later { at, first: true } => at,
                // Woken by the one before.
                Turn::Later { .. } => latest.saturating_add(Duration::from_nanos(1)),
            };
            tokio::select! {
                biased;
                () = call.cancel.cancelled() => return Err(cancelled()),
                () = moved => {}
                () = clock.sleep_until(wake) => {}
            }
        }
    }
}

impl Policy for RateLimit {
    fn name(&self) -> &'static str {
        "rate_limit"
    }

    fn target(&self) -> &Arc<Target> {
        &self.target
    }

    fn counts_tokens(&self) -> bool {
        true
    }

    fn repeats(&self) -> bool {
        false
    }

    async fn run<T, F, Fut>(&self, mut call: Call, work: F) -> Result<T>
    where
        T: Send,
        F: Fn(Call) -> Fut + Send + Sync,
        Fut: Future<Output = Result<T>> + Send,
    {
        call.ready(&*self.target.parts().clock)?;
        let need = call.need();
        self.admit(&call, need).await?;
        let sent = Arc::new(AtomicBool::new(false));
        call = call.uncounted();
        call.output = call.output.flagged(Arc::clone(&sent));
        let mut charge = Charge { target: &self.target, need, sent, kept: false };
        let outcome = work(call.clone()).await;
        match &outcome {
            Ok(_) => charge.keep(call.tokens_used()),
            Err(error) => {
                if !stayed_here(error) {
                    charge.keep(None);
                }
                if let Some(pause) = asked_pause(error) {
                    self.target.pause(pause);
                }
            }
        }
        outcome
    }
}

// A 429 with a hint speaks to everybody who uses the credential.
fn asked_pause(error: &Error) -> Option<Duration> {
    let says_429 = error.context().get("http_status").is_some_and(|status| status == "429");
    let limited = error.kind() == ErrorKind::RateLimited || (error.kind() == ErrorKind::Overloaded && says_429);
    error.retry_after().filter(|_| limited && !stayed_here(error))
}

/// A place in the queue, left when dropped.
struct Waiting<'a> {
    target: &'a Target,
    ticket: Option<u64>,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.target.leave_turn(ticket);
        }
    }
}

/// What a call was charged, given back if it ends unsent.
struct Charge<'a> {
    target: &'a Target,
    need: Need,
    sent: Arc<AtomicBool>,
    kept: bool,
}

impl Charge<'_> {
    fn keep(&mut self, used: Option<u64>) {
        self.kept = true;
        if let Some(used) = used {
            self.target.correct_charge(self.need.tokens(), used);
        }
    }
}

impl Drop for Charge<'_> {
    fn drop(&mut self) {
        if !self.kept && !self.sent.load(Ordering::Relaxed) {
            self.target.refund(self.need);
        }
    }
}
