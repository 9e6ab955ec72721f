//! A participant that says what a script says.

mod step;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

pub use step::{ScriptEnd, ScriptStep};

use super::agent::{Agent, AgentProfile};
use super::ballot_reply::{BallotReply, json_reply};
use super::conduct::conduct;
use super::output::Output;
use super::partial::PartialReply;
use super::reply::AgentReply;
use super::request::AgentRequest;
use crate::clock::{Clock, Deadline, SystemClock};
use crate::debate::{AgentKind, Expect, Phase};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::AgentId;

/// A participant that answers one step of a script per call, in the order of the calls.
///
/// ```
/// use aragora_core::ErrorKind;
/// use aragora_core::agents::ScriptedAgent;
/// use aragora_core::debate::Phase;
/// use aragora_core::ids::AgentId;
///
/// # fn main() -> aragora_core::Result<()> {
/// let flaky = ScriptedAgent::new(AgentId::new("flaky")?)
///     .fail(ErrorKind::Overloaded)
///     .reply("Final answer: 42")
///     .on(Phase::Vote, "CHOICE: A");
/// # Ok(())
/// # }
/// ```
///
/// Steps given by [`ScriptedAgent::on`] serve calls of that phase only; a phase with steps of its own never takes
/// one of the others. A step is taken when the call begins, so two calls at once get two steps. Clones share the
/// script and the record of requests.
#[derive(Clone, Debug)]
pub struct ScriptedAgent {
    profile: AgentProfile,
    clock: Arc<dyn Clock>,
    end: ScriptEnd,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    common: Track,
    phases: BTreeMap<Phase, Track>,
    requests: Vec<AgentRequest>,
}

#[derive(Debug, Default)]
struct Track {
    steps: Vec<ScriptStep>,
    next: usize,
}

impl ScriptedAgent {
    /// A participant without any step yet.
    pub fn new(id: AgentId) -> Self {
        let profile = AgentProfile { provider: "scripted".into(), ..AgentProfile::new(id, AgentKind::Scripted) };
        Self { profile, clock: Arc::new(SystemClock::new()), end: ScriptEnd::Error, state: Arc::default() }
    }

    /// Adds a step.
    #[must_use]
    pub fn step(self, step: impl Into<ScriptStep>) -> Self {
        self.lock().common.steps.push(step.into());
        self
    }

    /// Adds a step for calls of this phase.
    #[must_use]
    pub fn on(self, phase: Phase, step: impl Into<ScriptStep>) -> Self {
        self.lock().phases.entry(phase).or_default().steps.push(step.into());
        self
    }

    /// Answers this text or reply.
    #[must_use]
    pub fn reply(self, reply: impl Into<AgentReply>) -> Self {
        self.step(ScriptStep::reply(reply))
    }

    /// Answers this JSON value.
    #[must_use]
    pub fn json(self, value: Value) -> Self {
        self.step(ScriptStep::Json(value))
    }

    /// Answers this ballot, written with the labels of the request.
    #[must_use]
    pub fn ballot(self, ballot: impl Into<BallotReply>) -> Self {
        self.step(ScriptStep::Ballot(ballot.into()))
    }

    /// Fails with this kind of error.
    #[must_use]
    pub fn fail(self, kind: ErrorKind) -> Self {
        self.step(ScriptStep::fail(kind))
    }

    /// Waits on the clock before the step that follows this one.
    #[must_use]
    pub fn delay(self, wait: Duration) -> Self {
        self.step(ScriptStep::Delay(wait))
    }

    /// Says nothing until cancelled.
    #[must_use]
    pub fn hang(self) -> Self {
        self.step(ScriptStep::Hang)
    }

    /// Streams these pieces; together they are the reply.
    #[must_use]
    pub fn stream<P: Into<String>>(self, pieces: impl IntoIterator<Item = P>) -> Self {
        self.step(ScriptStep::stream(pieces))
    }

    /// Streams these pieces, then fails; what was streamed is attached as a [`PartialReply`].
    #[must_use]
    pub fn stream_then_fail<P: Into<String>>(self, pieces: impl IntoIterator<Item = P>, kind: ErrorKind) -> Self {
        self.step(ScriptStep::stream_then_fail(pieces, kind))
    }

    /// Does what this function makes of the request.
    #[must_use]
    pub fn by(self, choose: impl Fn(&AgentRequest) -> ScriptStep + Send + Sync + 'static) -> Self {
        self.step(ScriptStep::by(choose))
    }

    /// What happens when no step is left; [`ScriptEnd::Error`] unless set.
    #[must_use]
    pub fn at_end(mut self, end: ScriptEnd) -> Self {
        self.end = end;
        self
    }

    /// Waits and measures deadlines on this clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Shows another profile, e.g. with a family for diversity; id and kind stay.
    #[must_use]
    pub fn with_profile(mut self, profile: AgentProfile) -> Self {
        self.profile = AgentProfile { id: self.profile.id, kind: AgentKind::Scripted, ..profile };
        self
    }

    /// Every valid request so far, in order, with the messages that were visible.
    pub fn requests(&self) -> Vec<AgentRequest> {
        self.lock().requests.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // Delays and the step they lead to are taken together, so that concurrent calls cannot split them.
    fn take(&self, request: &AgentRequest) -> Result<VecDeque<ScriptStep>> {
        let mut state = self.lock();
        state.requests.push(request.clone());
        let state = &mut *state;
        let track = state.phases.get_mut(&request.phase).unwrap_or(&mut state.common);
        let mut taken = VecDeque::new();
        loop {
            if track.next >= track.steps.len() {
                match self.end {
                    _ if track.steps.is_empty() => {}
                    // A delay alone is a step that answers nothing: going round again would never end.
                    _ if track.steps.iter().all(|step| matches!(step, ScriptStep::Delay(_))) => {}
                    ScriptEnd::Repeat => track.next = track.last_whole_step(),
                    ScriptEnd::Cycle => track.next = 0,
                    ScriptEnd::Error => {}
                }
            }
            let Some(step) = track.steps.get(track.next) else {
                return Err(Error::new(
                    ErrorKind::ScriptExhausted,
                    format!(
                        "the script of {:?} has no step for call {}",
                        self.profile.id.as_str(),
                        state.requests.len()
                    ),
                )
                .with("phase", request.phase));
            };
            track.next += 1;
            taken.push_back(step.clone());
            if !matches!(step, ScriptStep::Delay(_)) {
                return Ok(taken);
            }
        }
    }

    async fn play(&self, request: &AgentRequest, output: &Output) -> Result<AgentReply> {
        let started = self.clock.monotonic();
        let mut steps = self.take(request)?;
        // A function may return another function; a script that never gets to an answer is its author's mistake.
        let mut hops = 0;
        let mut reply = loop {
            let Some(step) = steps.pop_front() else {
                return Err(Error::new(ErrorKind::ScriptExhausted, "the step leads to no answer"));
            };
            match step {
                ScriptStep::Reply(reply) => break *reply,
                ScriptStep::Json(value) => break json_reply(value),
                ScriptStep::Ballot(ballot) => match &request.expect {
                    Expect::Ballot(shape) => break ballot.to_reply(shape),
                    _ => {
                        return Err(Error::new(
                            ErrorKind::ScriptExhausted,
                            "the next step is a ballot, but this request asks for none",
                        ));
                    }
                },
                ScriptStep::Fail(error) => return Err(error),
                ScriptStep::Delay(wait) => {
                    self.clock.sleep_until(Deadline::after(&*self.clock, wait).monotonic()).await;
                }
                ScriptStep::Hang => std::future::pending().await,
                ScriptStep::Stream { pieces, error } => {
                    for piece in &pieces {
                        output.text(piece);
                    }
                    let reply = AgentReply::text(pieces.concat());
                    match error {
                        Some(error) => return Err(PartialReply::attach(error, reply)),
                        None => break reply,
                    }
                }
                ScriptStep::By(choose) if hops < 16 => {
                    hops += 1;
                    steps.push_front(choose(request));
                }
                ScriptStep::By(_) => {}
            }
        };
        if reply.latency.total.is_zero() {
            reply.latency.total = self.clock.monotonic().saturating_sub(started);
        }
        if reply.provider.is_empty() {
            reply.provider.clone_from(&self.profile.provider);
        }
        if reply.model.is_empty() {
            reply.model.clone_from(&self.profile.model);
        }
        Ok(reply)
    }
}

impl Track {
    // The last step that answers, with the delays before it.
    fn last_whole_step(&self) -> usize {
        let is_delay = |step: &ScriptStep| matches!(step, ScriptStep::Delay(_));
        let last = self.steps.iter().rposition(|step| !is_delay(step)).unwrap_or(0);
        let before = self.steps.iter().take(last).rev().take_while(|step| is_delay(step)).count();
        last - before
    }
}

#[async_trait]
impl Agent for ScriptedAgent {
    fn profile(&self) -> AgentProfile {
        self.profile.clone()
    }

    async fn respond(&self, request: AgentRequest, output: Output) -> Result<AgentReply> {
        let request = request.visible_to(&self.profile.id);
        conduct(&*self.clock, &self.profile.id, &request, self.play(&request, &output)).await
    }
}
