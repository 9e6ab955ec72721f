use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::debate::Transcript;
use crate::engine::turn::panic_text;
use crate::error::{Error, ErrorKind, Result};
use crate::protocols::{Checkpoint, DebateProtocol, Draft, ProtocolInfo, Step};

/// A protocol whose panics are `protocol_failed`: a broken one ends its debate and nothing else.
#[derive(Debug)]
pub(super) struct Guarded(pub(super) Arc<dyn DebateProtocol>);

impl DebateProtocol for Guarded {
    fn describe(&self) -> ProtocolInfo {
        self.0.describe()
    }

    fn next(&self, transcript: &Transcript) -> Result<Step> {
        guard(|| self.0.next(transcript))
    }

    fn decide(&self, transcript: &Transcript) -> Result<Draft> {
        guard(|| self.0.decide(transcript))
    }

    fn checkpoint(&self, transcript: &Transcript) -> Result<Option<Checkpoint>> {
        guard(|| self.0.checkpoint(transcript))
    }

    fn blocking(&self) -> bool {
        self.0.blocking()
    }
}

fn guard<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let reason = format!("the protocol panicked: {}", panic_text(panic.as_ref()));
        Err(Error::new(ErrorKind::ProtocolFailed, reason))
    })
}
