//! A protocol in the host's language. The engine calls it on a thread that may wait; the thread answers the host's
//! questions about the transcript while it does, so that nothing is copied and nothing outlives the call.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::calls::{Call, ToThread};
use super::documents::ProtocolDocument;
use super::parts::failure;
use super::question::about;
use super::seats::Participant;
use crate::debate::{OptionView, Transcript};
use crate::error::{Error, ErrorKind, Result};
use crate::protocols::{AskStep, Checkpoint, DebateProtocol, Draft, ProtocolInfo, Step};
use crate::telemetry::Telemetry;

/// How long one call may take.
const LIMIT: Duration = Duration::from_secs(5);

/// A protocol in the host's language.
#[derive(Debug)]
pub(super) struct ForeignProtocol {
    pub(super) document: ProtocolDocument,
    pub(super) participant: Arc<Participant>,
    pub(super) telemetry: Telemetry,
}

impl ForeignProtocol {
    fn has(&self, member: &str) -> bool {
        self.document.members.iter().any(|name| name == member)
    }

    fn call<T: DeserializeOwned>(
        &self,
        method: &'static str,
        t: &Transcript,
        winner: Option<&OptionView>,
    ) -> Result<T> {
        let host = self.participant.host();
        let (to, heard) = channel();
        let mut call = Call::thread(host, &self.telemetry, "protocol", to)?;
        let mut data = json!({
            "debate": t.debate(), "round": t.round(), "next_seq": t.next_seq(), "messages": t.messages().len(),
        });
        if let (Some(winner), Value::Object(members)) = (winner, &mut data) {
            members.insert("winner".to_owned(), json!(winner));
        }
        call.post(self.participant.number(), method, data.to_string());
        let name = &self.document.name;
        let failed = |reason: String| Error::new(ErrorKind::ProtocolFailed, reason);
        let until = Instant::now() + LIMIT;
        loop {
            match heard.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(ToThread::Question(question, answer)) => drop(answer.send(about(t, &question))),
                Ok(ToThread::Said(Ok(json))) => {
                    call.ended("ok");
                    return serde_json::from_str(&json).map_err(|error| {
                        failed(format!("protocol {name:?} answered {method} with something else: {error}"))
                    });
                }
                Ok(ToThread::Said(Err(json))) => {
                    call.ended("failed");
                    return Err(failure(&json, ErrorKind::ProtocolFailed, call.id, host));
                }
                Err(RecvTimeoutError::Timeout) => {
                    return Err(failed(format!(
                        "protocol {name:?} did not answer {method} in {} ms",
                        LIMIT.as_millis()
                    )));
                }
                Err(RecvTimeoutError::Disconnected) => return Err(failed(format!("protocol {name:?} is gone"))),
            }
        }
    }
}

impl DebateProtocol for ForeignProtocol {
    fn describe(&self) -> ProtocolInfo {
        let d = &self.document;
        let info = ProtocolInfo::new(&d.name, &d.version).with_params(d.params.clone());
        let info = info.with_seats(d.min_seats, d.max_seats);
        match d.planned_calls {
            Some(p) => info.with_planned_calls(move |seats, rounds| {
                let per_round = p.per_seat_round.saturating_mul(seats).saturating_mul(rounds);
                p.constant.saturating_add(p.per_seat.saturating_mul(seats)).saturating_add(per_round)
            }),
            None => info,
        }
    }

    fn next(&self, transcript: &Transcript) -> Result<Step> {
        self.call("protocol.next", transcript, None)
    }

    fn decide(&self, transcript: &Transcript) -> Result<Draft> {
        if self.has("decide") { self.call("protocol.decide", transcript, None) } else { Ok(Draft::newest(transcript)) }
    }

    fn checkpoint(&self, transcript: &Transcript) -> Result<Option<Checkpoint>> {
        if self.has("checkpoint") { self.call("protocol.checkpoint", transcript, None) } else { Ok(None) }
    }

    fn closing(&self, transcript: &Transcript, winner: &OptionView) -> Result<Option<AskStep>> {
        if self.has("closing") { self.call("protocol.closing", transcript, Some(winner)) } else { Ok(None) }
    }

    fn blocking(&self) -> bool {
        true
    }
}
