//! Processes that want the same debate, by real clocks: one runs it, the others wait for its lease to lapse.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aragora_core::agents::{Agent, AgentProfile, AgentReply, AgentRequest, Output};
use aragora_core::clock::SystemClock;
use aragora_core::engine::{DebateHandle, DebateState, Engine, EngineConfig, ResumeBuilder};
use aragora_core::storage::{Control, Storage, open};
use aragora_core::telemetry::Parts;
use aragora_core::{Error, ErrorKind, Result};
use async_trait::async_trait;

use super::cases::{DEBATE, DebateCase, critique_3x3};
use super::notes::Notes;
use super::seats::{CountedSeat, Desk, Manner};
use super::{debate_id, tenant};
use crate::agents::agent_id;

/// How long an owner that is gone keeps its debate.
pub const LEASE: Duration = Duration::from_secs(2);
/// Between two attempts to get the debate.
const AGAIN: Duration = Duration::from_millis(50);
/// How long an answer takes.
const THOUGHT: Duration = Duration::from_millis(150);
const PATIENCE: Duration = Duration::from_secs(90);

/// A participant that takes its time.
#[derive(Debug)]
struct Slow(CountedSeat);

#[async_trait]
impl Agent for Slow {
    fn profile(&self) -> AgentProfile {
        self.0.profile()
    }

    async fn respond(&self, request: AgentRequest, output: Output) -> Result<AgentReply> {
        let answer = self.0.respond(request, output).await;
        tokio::time::sleep(THOUGHT).await;
        answer
    }
}

/// The debate they want.
pub fn case() -> DebateCase {
    critique_3x3()
}

fn seats(desk: &Arc<Desk>) -> impl Iterator<Item = Slow> + use<> {
    let seats = ["a", "b", "c"]
        .map(|id| Slow(CountedSeat::new(agent_id(id), Manner::Ready, desk, Arc::new(SystemClock::new()))));
    seats.into_iter()
}

/// An engine that is not patient with owners who are gone.
pub fn engine_of(store: &Arc<dyn Storage>) -> Result<Engine> {
    let mut config = EngineConfig::default();
    config.lease = LEASE;
    Engine::builder().parts(Parts::system()).storage(store.clone()).config(config).build()
}

/// One of them. Arguments: the URI of the store, the file of notes, a name. Says `runs` when it got the debate, `ask`
/// before it asks anybody, and at the end `ended`, `lost` if somebody else took the debate over, or `over` if it never
/// got it.
pub fn main(arguments: impl IntoIterator<Item = String>) -> Result<()> {
    let mut arguments = arguments.into_iter();
    let usage = || Error::new(ErrorKind::InvalidRequest, "expected a store, a file and a name");
    let uri = arguments.next().ok_or_else(usage)?;
    let notes = Arc::new(Notes::open(&PathBuf::from(arguments.next().ok_or_else(usage)?))?);
    let name = arguments.next().ok_or_else(usage)?;
    let driven = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    driven.map_err(|error| Error::new(ErrorKind::Unavailable, error.to_string()))?.block_on(async {
        let store = opened(&uri).await?;
        let engine = engine_of(&store)?;
        let (asks, asker) = (notes.clone(), name.clone());
        let desk = Desk::telling(move |request| asks.write(&format!("{asker} ask {request}")));
        let end = match begun(&engine, &desk).await? {
            None => "over",
            Some(handle) => {
                notes.write(&format!("{name} runs"));
                match handle.result().await {
                    Ok(_) => "ended",
                    Err(error) if error.kind() == ErrorKind::LeaseLost => "lost",
                    Err(error) => return Err(error),
                }
            }
        };
        notes.write(&format!("{name} {end}"));
        store.control(Control::Close).await.map(drop)
    })
}

async fn opened(uri: &str) -> Result<Arc<dyn Storage>> {
    let began = Instant::now();
    loop {
        match open(uri, &Parts::system()).await {
            Err(error) if error.retryable() && began.elapsed() < PATIENCE => tokio::time::sleep(AGAIN).await,
            opened => return opened,
        }
    }
}

async fn begun(engine: &Engine, desk: &Arc<Desk>) -> Result<Option<DebateHandle>> {
    let (id, began) = (debate_id(DEBATE), Instant::now());
    loop {
        let started = match engine.get(&tenant(), &id).await {
            Ok(header) if header.state == DebateState::Running => {
                seats(desk).fold(engine.resume(id.clone()), ResumeBuilder::seat).start().await
            }
            Ok(_) => return Ok(None),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let case = case();
                let debate = engine.debate(aragora_core::debate::Question::new("Which one?")).id(id.clone()).seed(7);
                let debate = debate.protocol_arc(case.protocol.clone()).rounds(case.rounds).options(case.options);
                seats(desk).fold(debate, aragora_core::engine::DebateBuilder::seat).start().await
            }
            Err(error) => Err(error),
        };
        match started {
            // Somebody else was quicker.
            Err(error) if error.kind() == ErrorKind::Conflict && began.elapsed() < PATIENCE => {
                tokio::time::sleep(AGAIN).await;
            }
            started => return started.map(Some),
        }
    }
}
