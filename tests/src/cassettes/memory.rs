use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use aragora_core::agents::{AgentParts, AgentReply, Attempt, Output, PartialReply};
use aragora_core::clock::ManualClock;
use aragora_core::http::{Body, Headers, HttpRequest, HttpResponse, Transport};
use aragora_core::telemetry::Parts;
use aragora_core::{Error, ErrorKind, Result};
use async_trait::async_trait;
use futures_util::stream;

use super::ask::{Adapter, agent, asked};
use super::exchange::{Exchange, Recorded};
use crate::agents::Heard;

/// A transport without a network: every request gets the same response, its body in the pieces it was given in.
#[derive(Clone)]
pub struct Playback {
    status: u16,
    headers: Headers,
    pieces: Arc<Vec<Vec<u8>>>,
    broken: bool,
    sent: Arc<Mutex<Vec<HttpRequest>>>,
}

impl Playback {
    /// Answers with a recorded response, its body in one piece.
    pub fn of(response: &Recorded) -> Self {
        let mut headers = Headers::new();
        response.headers.iter().for_each(|(name, value)| headers.append(name, value));
        Self {
            status: response.status,
            headers,
            pieces: Arc::new(vec![response.body.clone()]),
            broken: response.cut,
            sent: Arc::default(),
        }
    }

    /// The body in these pieces instead.
    #[must_use]
    pub fn in_pieces(mut self, pieces: Vec<Vec<u8>>) -> Self {
        self.pieces = Arc::new(pieces);
        self
    }

    /// Whether the connection breaks behind the last piece.
    #[must_use]
    pub fn broken(mut self, broken: bool) -> Self {
        self.broken = broken;
        self
    }

    /// What was sent so far.
    pub fn sent(&self) -> Vec<HttpRequest> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for Playback {
    /// Shows nothing of the response: what it echoes is not ours to show.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Playback").field("status", &self.status).finish_non_exhaustive()
    }
}

#[async_trait]
impl Transport for Playback {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(request);
        let pieces: Vec<Result<_>> =
            self.pieces.iter().filter(|piece| !piece.is_empty()).map(|piece| Ok(piece.clone().into())).collect();
        let end = self.broken.then(|| Err(Error::new(ErrorKind::Transport, "the connection broke")));
        let body = Body::stream(stream::iter(pieces.into_iter().chain(end)));
        Ok(HttpResponse { status: self.status, headers: self.headers.clone(), body })
    }
}

/// What came of a call that never had to wait.
#[derive(Debug)]
pub struct Played {
    /// What the agent returned.
    pub outcome: Result<AgentReply>,
    /// The attempts it recorded.
    pub attempts: Vec<Attempt>,
    /// What was shown while it streamed, and after the outermost layer has shown the rest.
    pub shown: String,
}

impl Played {
    /// Everything that must not depend on how the bytes were cut: the reply, or the error with what had arrived.
    pub fn fingerprint(&self) -> String {
        let content = |reply: &AgentReply| {
            let AgentReply { text, structured, reasoning, tool_calls, refusal, stop, stop_raw, usage, cost, .. } =
                reply;
            let warnings: Vec<&str> = reply.warnings.iter().map(|warning| warning.code.as_str()).collect();
            format!(
                "{text:?} {structured:?} {reasoning:?} {tool_calls:?} {refusal:?} {stop:?} {stop_raw:?} {usage:?} {cost:?} \
                 {:?} {:?} {warnings:?}",
                reply.model, reply.response_id
            )
        };
        match &self.outcome {
            Ok(reply) => content(reply),
            Err(error) => {
                let partial = PartialReply::of(error).map(|partial| content(&partial));
                format!("{} {:?} {partial:?}", error.code(), error.retry_after())
            }
        }
    }
}

/// Asks the agent of an exchange over a playback, on a clock that stands still. Such a call is ready as often as it is
/// polled, so that no runtime is needed.
pub fn play(exchange: &Exchange, playback: Playback, streamed: bool) -> Result<Played> {
    let Adapter::Turn(wire) = Adapter::of(&exchange.api) else {
        return Err(Error::new(ErrorKind::Unsupported, format!("{} is no turn", exchange.api)));
    };
    let parts = AgentParts::new(Parts::system().with_clock(ManualClock::default()), Arc::new(playback));
    let agent = agent(exchange, wire, "http://localhost/replayed", streamed, &parts)?;
    let heard = Heard::new();
    let output = if streamed { Output::resettable(heard.clone()) } else { Output::none() };
    let outcome = ready(agent.respond(asked(exchange), output.clone()))?;
    if let Ok(reply) = &outcome {
        output.finish(reply);
    }
    Ok(Played { outcome, attempts: output.attempts(), shown: heard.text() })
}

/// How often a future that waits for nothing may ask to be polled again.
const POLLS: usize = 1_000_000;

fn ready<T>(future: impl Future<Output = T>) -> Result<T> {
    let mut future = std::pin::pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..POLLS {
        if let Poll::Ready(done) = future.as_mut().poll(&mut context) {
            return Ok(done);
        }
    }
    Err(Error::new(ErrorKind::Internal, "a call that has nothing to wait for does not end"))
}
