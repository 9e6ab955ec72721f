//! One recorded debate: who sits in it, what they said, and a run of it through the engine.

use std::sync::{Arc, Mutex, PoisonError};

use aragora_core::agents::{Agent, AgentKind, AgentProfile, AgentReply, AgentRequest, Output, RecordedAgent, Seat};
use aragora_core::clock::{Clock, ManualClock};
use aragora_core::debate::{AnswerFormat, DebateOptions, Decision, GatePolicy, Limits, Question, Record, Transcript};
use aragora_core::engine::{Check, Engine};
use aragora_core::entropy::SystemEntropy;
use aragora_core::ids::{AgentId, DebateId, OrgId, RequestId};
use aragora_core::protocols::Dynamic;
use aragora_core::storage::{MemoryStorage, Storage};
use aragora_core::telemetry::Parts;
use aragora_core::{ErrorKind, Result};
use async_trait::async_trait;

/// A participant and its recorded replies by turn id.
#[derive(Clone, Debug)]
pub(super) struct RecordedSeat {
    pub(super) id: AgentId,
    /// Whether it only ranks, without a vote.
    pub(super) ranks: bool,
    pub(super) replies: Vec<(String, String)>,
}

/// A debate as it was recorded.
#[derive(Clone, Debug)]
pub(super) struct Recorded {
    pub(super) id: DebateId,
    pub(super) question: String,
    pub(super) format: AnswerFormat,
    pub(super) seats: Vec<RecordedSeat>,
    pub(super) protocol: Dynamic,
    pub(super) rounds: u32,
    /// The first round in which agreement ends the debate.
    pub(super) min_rounds: u32,
}

/// What a run of it left behind.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) decision: Decision,
    pub(super) transcript: Transcript,
    pub(super) log: Vec<Record>,
    /// Whether the log, replayed strictly, is the same byte for byte.
    pub(super) strict: bool,
    /// What the agents were asked, in order.
    pub(super) asked: Vec<AgentRequest>,
}

impl Run {
    /// Whether a reply was needed that is not in the record.
    pub(super) fn needs_more(&self) -> bool {
        self.transcript.errors().any(|(_, error)| error.code == ErrorKind::RecordingMissing.code())
    }
}

/// The tenant debates belong to by default.
pub(super) fn tenant() -> Result<OrgId> {
    OrgId::new("default")
}

/// An engine on this store whose clock stands still, so that logs do not depend on the machine.
pub(super) fn engine(storage: Arc<dyn Storage>, clock: &ManualClock) -> Result<Engine> {
    let parts = Parts::new(Arc::new(clock.clone()), Arc::new(SystemEntropy));
    Engine::builder().parts(parts).storage(storage).build()
}

impl Recorded {
    /// Runs the debate, reads its log back, and replays that log strictly.
    pub(super) async fn run(&self) -> Result<Run> {
        let clock = ManualClock::default();
        let engine = engine(Arc::new(MemoryStorage::new(Arc::new(clock.clone()))), &clock)?;
        let heard = Heard::default();
        let decision = self.start(&engine, &clock, &heard).await?;
        let log = engine.log(&tenant()?, &self.id).await?;
        let strict = engine.replay(&log, Check::Strict)?.matches;
        let transcript = Transcript::fold(&log)?;
        Ok(Run { decision, transcript, log, strict, asked: heard.requests() })
    }

    /// Runs the debate in this engine to its end.
    pub(super) async fn start(&self, engine: &Engine, clock: &ManualClock, heard: &Heard) -> Result<Decision> {
        let question = Question { format: self.format.clone(), ..Question::new(self.question.as_str()) };
        // The published runs stop by their own rule only.
        let options = DebateOptions {
            min_rounds: self.min_rounds,
            stop_when: None,
            gate: GatePolicy::Off,
            bench_after: u32::MAX,
            step_min: 1,
            stalemate: false,
            ..DebateOptions::default()
        };
        let mut debate = engine
            .debate(question)
            .id(self.id.clone())
            .protocol(self.protocol.clone())
            .limits(Limits { rounds: self.rounds, ..Limits::default() })
            .options(options)
            .seed(0);
        for seat in self.seats(clock, heard) {
            debate = debate.seat(seat);
        }
        debate.start().await?.result().await
    }

    /// The seats, answering from the record and noting what they are asked.
    pub(super) fn seats(&self, clock: &ManualClock, heard: &Heard) -> Vec<Seat> {
        let seat = |seat: &RecordedSeat| {
            let request = |turn: &str| RequestId::new(format!("{}/{turn}", self.id));
            let replies = seat.replies.iter().map(|(turn, text)| (request(turn), Ok(AgentReply::text(text.as_str()))));
            let clock: Arc<dyn Clock> = Arc::new(clock.clone());
            let profile = AgentProfile::new(seat.id.clone(), AgentKind::Recorded);
            let recorded = RecordedAgent::from_replies(profile, replies).with_clock(clock);
            let listening = Seat::new(Arc::new(Listening { recorded, heard: heard.clone() }));
            if seat.ranks { listening.as_judge() } else { listening }
        };
        self.seats.iter().map(seat).collect()
    }
}

/// Everything the agents of a debate were asked.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard(Arc<Mutex<Vec<AgentRequest>>>);

impl Heard {
    pub(super) fn requests(&self) -> Vec<AgentRequest> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[derive(Debug)]
struct Listening {
    recorded: RecordedAgent,
    heard: Heard,
}

#[async_trait]
impl Agent for Listening {
    fn profile(&self) -> AgentProfile {
        self.recorded.profile()
    }

    async fn respond(&self, request: AgentRequest, output: Output) -> Result<AgentReply> {
        self.heard.0.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
        self.recorded.respond(request, output).await
    }
}
