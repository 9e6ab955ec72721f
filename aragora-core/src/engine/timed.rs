//! Protocols of other languages may wait for a thread that never answers; a debate may not.

use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use crate::debate::{OptionView, Transcript};
use crate::error::{Error, ErrorKind, Result};
use crate::protocols::{AskStep, Checkpoint, DebateProtocol, Draft, ProtocolInfo, Step};

/// A blocking protocol whose calls are given up after a while. The call goes on in a thread of its own, on a copy of
/// the transcript, and what it answers then is nobody's.
#[derive(Debug)]
struct Timed {
    protocol: Arc<dyn DebateProtocol>,
    limit: Duration,
}

/// The protocol itself unless it may block.
pub(super) fn timed(protocol: Arc<dyn DebateProtocol>, limit: Duration) -> Arc<dyn DebateProtocol> {
    if protocol.blocking() { Arc::new(Timed { protocol, limit }) } else { protocol }
}

impl Timed {
    fn call<T: Send + 'static>(
        &self,
        what: &'static str,
        transcript: &Transcript,
        work: impl FnOnce(&dyn DebateProtocol, &Transcript) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (protocol, transcript) = (self.protocol.clone(), transcript.clone());
        let (answer, answered) = mpsc::sync_channel(1);
        let run = move || {
            let result = work(protocol.as_ref(), &transcript);
            // Let go of first: the machine writes on where it is when nobody shares it.
            drop(transcript);
            drop(answer.send(result));
        };
        let failed = |reason: String| Error::new(ErrorKind::ProtocolFailed, reason);
        std::thread::Builder::new()
            .name("aragora-protocol".to_owned())
            .spawn(run)
            .map_err(|error| failed(format!("no thread could be started for the protocol: {error}")))?;
        match answered.recv_timeout(self.limit) {
            Ok(result) => result,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                Err(failed(format!("the protocol did not answer {what} in {} ms", self.limit.as_millis())))
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => Err(failed(format!("the protocol panicked in {what}"))),
        }
    }
}

impl DebateProtocol for Timed {
    fn describe(&self) -> ProtocolInfo {
        self.protocol.describe()
    }

    fn next(&self, transcript: &Transcript) -> Result<Step> {
        self.call("next", transcript, |protocol, transcript| protocol.next(transcript))
    }

    fn decide(&self, transcript: &Transcript) -> Result<Draft> {
        self.call("decide", transcript, |protocol, transcript| protocol.decide(transcript))
    }

    fn checkpoint(&self, transcript: &Transcript) -> Result<Option<Checkpoint>> {
        self.call("checkpoint", transcript, |protocol, transcript| protocol.checkpoint(transcript))
    }

    fn closing(&self, transcript: &Transcript, winner: &OptionView) -> Result<Option<AskStep>> {
        let winner = winner.clone();
        self.call("closing", transcript, move |protocol, transcript| protocol.closing(transcript, &winner))
    }

    fn blocking(&self) -> bool {
        true
    }
}
