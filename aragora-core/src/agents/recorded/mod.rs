//! A participant that says again what was recorded, and the recorder that writes it down.

mod cassette;
mod recorder;

use std::collections::{BTreeMap, VecDeque};
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

pub use cassette::Cassette;
pub(super) use cassette::Reply as KeptReply;
pub use recorder::Recorder;

use super::agent::{Agent, AgentProfile};
use super::conduct::conduct;
use super::output::Output;
use super::reply::{AgentReply, Warning};
use super::request::AgentRequest;
use crate::clock::{Clock, SystemClock};
use crate::debate::{AgentKind, Served, Transcript};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{AgentId, Digest, RequestId};

/// One recorded call.
#[derive(Clone, Debug)]
pub(super) struct Take {
    request: RequestId,
    digest: Option<Digest>,
    deltas: Vec<(Duration, String)>,
    outcome: Result<AgentReply>,
}

/// A participant that replays recorded replies: no network, no cost, nothing invented.
///
/// A request is matched by its id, else by its digest (the first unused of equal digests), else, only with
/// [`RecordedAgent::order_only`], by order. An id that was recorded several times replays them in order and then
/// stays with the last. A miss is `recording_missing`; it never goes live unless built with
/// [`RecordedAgent::or_else`].
#[derive(Clone, Debug)]
pub struct RecordedAgent {
    profile: AgentProfile,
    clock: Arc<dyn Clock>,
    takes: Arc<[Take]>,
    ids: Arc<BTreeMap<RequestId, Vec<usize>>>,
    used: Arc<Mutex<Vec<bool>>>,
    in_order: bool,
    gaps: bool,
    live: Option<Arc<dyn Agent>>,
    warnings: Vec<Warning>,
}

impl RecordedAgent {
    /// The single participant of a cassette, as [`Recorder`] writes it. A cassette of several participants is
    /// `invalid_request`: read it with [`Cassette::read`] and take each one by its id.
    pub fn from_cassette(reader: impl Read) -> Result<Self> {
        let cassette = Cassette::read(reader)?;
        let names: Vec<String> = cassette.agents().map(ToString::to_string).collect();
        match cassette.agents().next().cloned() {
            Some(only) if names.len() == 1 => cassette.agent(&only),
            Some(_) => Err(Error::new(
                ErrorKind::InvalidRequest,
                format!("the cassette holds several agents ({}), expected one", names.join(", ")),
            )),
            None => Err(Error::new(ErrorKind::InvalidRequest, "the cassette holds no call")),
        }
    }

    /// A participant with these outcomes by request id; the profile's kind becomes recorded.
    pub fn from_replies(
        profile: AgentProfile,
        replies: impl IntoIterator<Item = (RequestId, Result<AgentReply>)>,
    ) -> Self {
        let take = |(request, outcome)| Take { request, digest: None, deltas: Vec::new(), outcome };
        Self::new(profile, replies.into_iter().map(take).collect(), Vec::new())
    }

    /// A participant that answers as this seat of a recorded debate did: the same turns of the same debate by request
    /// id, equal requests of another debate by digest.
    pub fn from_transcript(transcript: &Transcript, seat: &AgentId) -> Self {
        let view = transcript.start().roster.iter().find(|view| view.id == *seat);
        let profile = AgentProfile {
            provider: view.map(|view| view.provider.clone()).unwrap_or_default(),
            model: view.map(|view| view.model.clone()).unwrap_or_default(),
            family: view.map(|view| view.family.clone()).unwrap_or_default(),
            ..AgentProfile::new(seat.clone(), AgentKind::Recorded)
        };
        let asks = || transcript.steps().iter().flat_map(|step| &step.asks);
        let takes = transcript.turns().filter(|turn| turn.seat == *seat).filter_map(|turn| {
            let outcome = match (turn.message.as_ref().and_then(|id| transcript.message(id)), &turn.error) {
                (Some(message), _) => Ok(AgentReply {
                    structured: message.structured.clone(),
                    refusal: message.refusal.clone(),
                    stop: message.stop.clone(),
                    provider: profile.provider.clone(),
                    model: profile.model.clone(),
                    served: Served::Recorded,
                    ..AgentReply::text(message.text.to_string())
                }),
                (None, Some(error)) => Err(error.to_error()),
                (None, None) => return None,
            };
            let digest = asks().find(|ask| ask.turn == turn.id).map(|ask| ask.prompt_digest);
            Some(Take { request: RequestId::of(transcript.debate(), &turn.id), digest, deltas: Vec::new(), outcome })
        });
        let takes = takes.collect();
        Self::new(profile, takes, Vec::new())
    }

    pub(super) fn new(profile: AgentProfile, takes: Vec<Take>, warnings: Vec<Warning>) -> Self {
        let mut ids: BTreeMap<RequestId, Vec<usize>> = BTreeMap::new();
        for (at, take) in takes.iter().enumerate() {
            ids.entry(take.request.clone()).or_default().push(at);
        }
        Self {
            profile: AgentProfile { kind: AgentKind::Recorded, targets: Vec::new(), ..profile },
            clock: Arc::new(SystemClock::new()),
            used: Arc::new(Mutex::new(vec![false; takes.len()])),
            takes: takes.into(),
            ids: Arc::new(ids),
            in_order: false,
            gaps: false,
            live: None,
            warnings,
        }
    }

    /// Answers requests that match neither id nor digest with the next unused recording.
    #[must_use]
    pub fn order_only(mut self) -> Self {
        self.in_order = true;
        self
    }

    /// Asks this agent where nothing is recorded.
    #[must_use]
    pub fn or_else(mut self, agent: Arc<dyn Agent>) -> Self {
        self.live = Some(agent);
        self
    }

    /// Replays streamed text with the gaps it was recorded with, instead of at once.
    #[must_use]
    pub fn with_gaps(mut self) -> Self {
        self.gaps = true;
        self
    }

    /// Waits and measures deadlines on this clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Shows this profile; id and kind stay.
    #[must_use]
    pub fn with_profile(mut self, profile: AgentProfile) -> Self {
        self.profile = AgentProfile { id: self.profile.id, kind: AgentKind::Recorded, targets: Vec::new(), ..profile };
        self
    }

    /// How many calls are recorded.
    pub fn len(&self) -> usize {
        self.takes.len()
    }

    /// Whether nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.takes.is_empty()
    }

    /// What was odd about the recording, e.g. a torn last line.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    fn find(&self, request: &AgentRequest, digest: &Digest) -> Option<&Take> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let is_free = |at: &usize| used.get(*at) == Some(&false);
        let by_id = self.ids.get(&request.id).and_then(|all| all.iter().copied().find(is_free).or(all.last().copied()));
        let free = || (0..self.takes.len()).filter(is_free);
        let by_digest = || free().find(|at| self.takes.get(*at).is_some_and(|take| take.digest == Some(*digest)));
        let in_order = || free().next().filter(|_| self.in_order);
        let at = by_id.or_else(by_digest).or_else(in_order)?;
        if let Some(mark) = used.get_mut(at) {
            *mark = true;
        }
        self.takes.get(at)
    }

    async fn replay(&self, request: &AgentRequest, output: &Output) -> Result<AgentReply> {
        let digest = request.digest(&self.profile.id)?;
        let Some(take) = self.find(request, &digest) else {
            let missing = format!("agent {:?} has no recorded reply for request {:?}", self.profile.id, request.id);
            return Err(Error::new(ErrorKind::RecordingMissing, missing).with("digest", digest));
        };
        let mut pieces: VecDeque<&(Duration, String)> = take.deltas.iter().collect();
        let start = self.clock.monotonic();
        while let Some((at, piece)) = pieces.pop_front() {
            if self.gaps {
                self.clock.sleep_until(start.saturating_add(*at)).await;
            }
            output.text(piece);
        }
        let reply = take.outcome.clone()?;
        Ok(AgentReply { served: Served::Recorded, attempts: Vec::new(), ..reply })
    }
}

#[async_trait]
impl Agent for RecordedAgent {
    fn profile(&self) -> AgentProfile {
        self.profile.clone()
    }

    async fn respond(&self, request: AgentRequest, output: Output) -> Result<AgentReply> {
        let me: &AgentId = &self.profile.id;
        let outcome = conduct(&*self.clock, me, &request, self.replay(&request, &output)).await;
        match (&self.live, outcome) {
            (Some(live), Err(error)) if error.kind() == ErrorKind::RecordingMissing => {
                live.respond(request, output).await
            }
            (_, outcome) => outcome,
        }
    }
}
