//! Whole debates with scripted seats on a clock that stands still, for suites about protocols.

use std::sync::Arc;

use aragora_core::agents::{AgentReply, AgentRequest, ScriptEnd, ScriptStep, ScriptedAgent, Seat};
use aragora_core::clock::ManualClock;
use aragora_core::debate::{Decision, Event, PlannedAsk, Record, StopCause, Transcript};
use aragora_core::engine::{DebateBuilder, Engine};
use aragora_core::ids::{AgentId, DebateId};
use aragora_core::telemetry::Parts;
use aragora_core::{Aragora, Error, ErrorKind, Question, Result};

/// A debate in preparation: everything about it is fixed, so two runs write the same log.
#[derive(Debug)]
pub struct Rehearsal {
    aragora: Aragora,
    agents: Vec<ScriptedAgent>,
    builder: DebateBuilder,
}

/// A debate that was played.
#[derive(Debug)]
pub struct Played {
    /// How it ended.
    pub result: Result<Decision>,
    /// Everything recorded.
    pub log: Vec<Record>,
    agents: Vec<ScriptedAgent>,
}

/// What a seat does when it is asked.
pub fn says(text: impl Into<AgentReply>) -> ScriptStep {
    ScriptStep::reply(text)
}

/// A failed turn that is worth no second try.
pub fn fails() -> ScriptStep {
    ScriptStep::fail(ErrorKind::Blocked)
}

impl Rehearsal {
    /// A debate `deb_rehearsal` with seed 7 and no seats.
    ///
    /// # Panics
    ///
    /// If the engine cannot be built.
    #[allow(clippy::expect_used)]
    pub fn new(question: impl Into<Question>) -> Self {
        let parts = Parts::system().with_clock(ManualClock::default());
        let engine = Engine::builder().parts(parts).build().expect("an engine in memory can be built");
        let aragora = Aragora::with_engine(engine);
        let id = DebateId::new("deb_rehearsal").expect("the id is one");
        let builder = aragora.debate(question).seed(7).id(id);
        Self { aragora, agents: Vec::new(), builder }
    }

    /// Adds a voting seat that answers by this function.
    #[must_use]
    pub fn seat(self, id: &str, answer: impl Fn(&AgentRequest) -> ScriptStep + Send + Sync + 'static) -> Self {
        self.seat_as(id, answer, |agent| Seat::new(Arc::new(agent)))
    }

    /// As [`Self::seat`], with an agent or seat of its own making.
    #[must_use]
    pub fn seat_as(
        mut self,
        id: &str,
        answer: impl Fn(&AgentRequest) -> ScriptStep + Send + Sync + 'static,
        seat: impl FnOnce(ScriptedAgent) -> Seat,
    ) -> Self {
        let agent = ScriptedAgent::new(crate::agents::agent_id(id)).by(answer).at_end(ScriptEnd::Repeat);
        self.agents.push(agent.clone());
        self.builder = self.builder.seat(seat(agent));
        self
    }

    /// Changes the debate's other settings.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(DebateBuilder) -> DebateBuilder) -> Self {
        self.builder = change(self.builder);
        self
    }

    /// Plays it to its end. An error means that it could not begin.
    pub async fn play(self) -> Result<Played> {
        let handle = self.builder.start().await?;
        let result = handle.result().await;
        let tenant = "default".try_into()?;
        let log = self.aragora.debates().log(&tenant, handle.id()).await?;
        let strict = self.aragora.debates().replay(&log, aragora_core::engine::Check::Strict);
        // Protocols of the host are unknown to the registry; every other log must replay to the same bytes.
        match strict {
            Ok(report) if !report.matches => {
                return Err(Error::internal(format!("the log does not replay: {:?}", report.difference)));
            }
            Err(error) if error.kind() != ErrorKind::NotConfigured => return Err(error),
            _ => {}
        }
        Ok(Played { result, log, agents: self.agents })
    }
}

impl Played {
    /// The decision.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[allow(clippy::expect_used)]
    pub fn decision(&self) -> &Decision {
        self.result.as_ref().expect("the debate ends with a decision")
    }

    /// Why it ended. Looks at the log, where there must be exactly one stop.
    ///
    /// # Panics
    ///
    /// If there is not exactly one.
    pub fn cause(&self) -> StopCause {
        let stops = self.log.iter().filter_map(|record| match &record.event {
            Event::Stop(stop) => Some(stop.cause),
            _ => None,
        });
        let stops: Vec<StopCause> = stops.collect();
        assert_eq!(stops.len(), 1, "exactly one stop is recorded");
        stops[0]
    }

    /// What a seat was asked, in order.
    ///
    /// # Panics
    ///
    /// If there is no such seat.
    pub fn asked(&self, seat: &str) -> Vec<AgentRequest> {
        let agent = self.agents.iter().find(|agent| id_of(agent).as_str() == seat);
        agent.map(ScriptedAgent::requests).unwrap_or_default()
    }

    /// Everything that was asked.
    pub fn requests(&self) -> Vec<AgentRequest> {
        self.agents.iter().flat_map(ScriptedAgent::requests).collect()
    }

    /// The plan of a turn.
    ///
    /// # Panics
    ///
    /// If there is no such turn.
    #[allow(clippy::expect_used)]
    pub fn plan(&self, turn: &str) -> &PlannedAsk {
        let asks = self.log.iter().filter_map(|record| match &record.event {
            Event::StepStart(step) => Some(&step.asks),
            _ => None,
        });
        asks.flatten().find(|ask| ask.turn.as_str() == turn).expect("the turn was planned")
    }

    /// Codes of the warnings, in order.
    pub fn warnings(&self) -> Vec<&str> {
        let codes = self.log.iter().filter_map(|record| match &record.event {
            Event::Warning(warning) => Some(warning.code.as_str()),
            _ => None,
        });
        codes.collect()
    }

    /// The log, folded.
    ///
    /// # Panics
    ///
    /// If it contradicts itself.
    #[allow(clippy::expect_used)]
    pub fn transcript(&self) -> Transcript {
        Transcript::fold(&self.log).expect("a log folds")
    }
}

fn id_of(agent: &ScriptedAgent) -> AgentId {
    use aragora_core::agents::Agent as _;
    agent.profile().id
}

/// A prompt as its bytes go out, layer by layer: S0, S1, S2, S3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layers {
    /// S0 to S2, what seats share.
    pub shared: String,
    /// S3.
    pub own: String,
    /// Cache points.
    pub cache_points: usize,
}

impl Layers {
    /// The layers of a request in the library's own layout.
    pub fn of(request: &AgentRequest) -> Self {
        let (mut shared, mut own) = (request.system.clone(), String::new());
        for message in &request.messages {
            let layer = if message.id.as_str() == "s3" { &mut own } else { &mut shared };
            layer.push_str(&message.text);
        }
        let cache_points = request.messages.iter().filter(|message| message.cache_point).count();
        Self { shared, own, cache_points }
    }

    /// Bytes of the whole prompt.
    pub fn bytes(&self) -> usize {
        self.shared.len() + self.own.len()
    }
}
