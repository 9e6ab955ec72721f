//! A protocol whose panics are failures: a host's protocol must not take the debate's task with it, because whoever
//! waits for the result would then wait for ever.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::debate::{OptionView, Transcript};
use crate::engine::turn::panic_text;
use crate::error::{Error, ErrorKind, Result};
use crate::protocols::{AskStep, Checkpoint, DebateProtocol, Draft, ProtocolInfo, Step};

#[derive(Debug)]
pub(super) struct Contained(pub(super) Arc<dyn DebateProtocol>);

impl DebateProtocol for Contained {
    fn describe(&self) -> ProtocolInfo {
        self.0.describe()
    }

    fn next(&self, transcript: &Transcript) -> Result<Step> {
        contain("next", || self.0.next(transcript))
    }

    fn decide(&self, transcript: &Transcript) -> Result<Draft> {
        contain("decide", || self.0.decide(transcript))
    }

    fn checkpoint(&self, transcript: &Transcript) -> Result<Option<Checkpoint>> {
        contain("checkpoint", || self.0.checkpoint(transcript))
    }

    fn closing(&self, transcript: &Transcript, winner: &OptionView) -> Result<Option<AskStep>> {
        contain("closing", || self.0.closing(transcript, winner))
    }

    fn blocking(&self) -> bool {
        self.0.blocking()
    }
}

// Protocols are pure and the transcript is only read, so nothing half-changed can be seen after a panic.
fn contain<T>(what: &str, call: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| {
        let reason = format!("the protocol panicked in {what}: {}", panic_text(panic.as_ref()));
        Err(Error::new(ErrorKind::ProtocolFailed, reason))
    })
}
