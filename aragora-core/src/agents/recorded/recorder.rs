use std::fmt;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use super::Take;
use super::cassette;
use crate::agents::agent::{Agent, AgentProfile};
use crate::agents::output::{Delta, Output, TokenSink};
use crate::agents::reply::AgentReply;
use crate::agents::request::AgentRequest;
use crate::clock::{Clock, SystemClock};
use crate::error::{Error, ErrorKind, Result};

/// Writes down every finished call of an agent, for [`RecordedAgent::from_cassette`](super::RecordedAgent::from_cassette).
///
/// One JSON line per finished call is written and flushed before the answer is given out. No header, key or
/// metadata is written, and of the prompt only its digest. A dropped call is not finished and leaves no line.
/// A line that cannot be written fails the call with `unavailable`: a recording with holes would be noticed too late.
pub struct Recorder {
    agent: Arc<dyn Agent>,
    profile: AgentProfile,
    clock: Arc<dyn Clock>,
    writer: Arc<Mutex<dyn Write + Send>>,
}

impl Recorder {
    /// Records this agent's calls.
    pub fn wrap(agent: Arc<dyn Agent>, writer: impl Write + Send + 'static) -> Self {
        Self::wrap_shared(agent, Arc::new(Mutex::new(writer)))
    }

    /// Records into a writer that several recorders share, so that one cassette holds a whole debate.
    pub fn wrap_shared(agent: Arc<dyn Agent>, writer: Arc<Mutex<dyn Write + Send>>) -> Self {
        Self { profile: agent.profile(), agent, clock: Arc::new(SystemClock::new()), writer }
    }

    /// Times streamed pieces on this clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    fn write(&self, take: &Take) -> Result<()> {
        let line = cassette::write(&self.profile.id, take)?;
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        writer.write_all(&line).and_then(|()| writer.flush()).map_err(|error| {
            Error::new(ErrorKind::Unavailable, "the call could not be recorded")
                .with("outcome", "unknown")
                .caused_by(error)
        })
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("agent", &self.agent).finish_non_exhaustive()
    }
}

#[async_trait]
impl Agent for Recorder {
    fn profile(&self) -> AgentProfile {
        self.profile.clone()
    }

    async fn respond(&self, request: AgentRequest, output: Output) -> Result<AgentReply> {
        // A request that cannot be digested cannot be asked either; the agent says what is wrong with it.
        let Ok(digest) = request.digest(&self.profile.id) else {
            return self.agent.respond(request, output).await;
        };
        let tap =
            Arc::new(Tap { clock: Arc::clone(&self.clock), start: self.clock.monotonic(), heard: Mutex::default() });
        let id = request.id.clone();
        let outcome = self.agent.respond(request, output.observed(Arc::clone(&tap) as Arc<dyn TokenSink>)).await;
        let deltas = std::mem::take(&mut *tap.heard.lock().unwrap_or_else(PoisonError::into_inner));
        let take = Take { request: id, digest: Some(digest), deltas, outcome };
        self.write(&take)?;
        take.outcome
    }
}

/// Notes the text since the last reset, with the time of each piece.
#[derive(Debug)]
struct Tap {
    clock: Arc<dyn Clock>,
    start: Duration,
    heard: Mutex<Vec<(Duration, String)>>,
}

impl TokenSink for Tap {
    fn push(&self, _seq: u64, delta: Delta) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        match delta {
            Delta::Text(piece) => heard.push((self.clock.monotonic().saturating_sub(self.start), piece)),
            Delta::Reset => heard.clear(),
            Delta::Reasoning(_) => {}
        }
    }
}
