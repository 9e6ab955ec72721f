//! An engine on a clock that only the stage moves, and debates played to their end on it.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use aragora_core::agents::{ScriptEnd, ScriptedAgent};
use aragora_core::clock::ManualClock;
use aragora_core::debate::{Decision, Event, Phase, Record, StopEvent};
use aragora_core::engine::{DebateBuilder, DebateHandle, Engine, EngineConfig};
use aragora_core::entropy::SystemEntropy;
use aragora_core::ids::OrgId;
use aragora_core::telemetry::Parts;
use aragora_core::{AgentId, Question, Result};

use crate::agents::agent_id;

/// How often the other tasks get a turn before the stage believes that all of them wait for time. A debate's longest
/// chain of wake-ups between two waits is far shorter.
const TURNS: usize = 400;

/// An engine over memory on a manual clock.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Time moves only here.
    pub clock: ManualClock,
    /// The engine.
    pub engine: Engine,
}

/// A debate that ended.
#[derive(Debug)]
pub struct Played {
    /// What the handle returned.
    pub result: Result<Decision>,
    /// The whole log.
    pub log: Vec<Record>,
}

impl Default for Stage {
    fn default() -> Self {
        Self::new()
    }
}

impl Stage {
    /// An engine with the documented bounds.
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// An engine with other bounds.
    ///
    /// # Panics
    ///
    /// If the machine gives no random bytes.
    #[allow(clippy::expect_used)]
    pub fn with(change: impl FnOnce(&mut EngineConfig)) -> Self {
        let clock = ManualClock::default();
        let mut config = EngineConfig::default();
        change(&mut config);
        let parts = Parts::new(Arc::new(clock.clone()), Arc::new(SystemEntropy));
        let engine = Engine::builder().parts(parts).config(config).build().expect("an engine over memory");
        Self { clock, engine }
    }

    /// A debate with seed 7.
    pub fn debate(&self, question: &str) -> DebateBuilder {
        self.engine.debate(Question::new(question)).seed(7)
    }

    /// A scripted seat on the stage's clock that repeats its last step.
    pub fn seat(&self, id: &str) -> ScriptedAgent {
        ScriptedAgent::new(agent_id(id)).with_clock(Arc::new(self.clock.clone())).at_end(ScriptEnd::Repeat)
    }

    /// Starts a debate and plays it to its end.
    ///
    /// # Panics
    ///
    /// If it cannot be started.
    #[allow(clippy::expect_used)]
    pub async fn play(&self, debate: DebateBuilder) -> Played {
        let handle = debate.start().await.expect("a valid debate");
        self.finish(&handle).await
    }

    /// Plays a running debate to its end.
    pub async fn finish(&self, handle: &DebateHandle) -> Played {
        let result = self.until(handle.result()).await;
        Played { result, log: self.log(handle).await }
    }

    /// The log of a debate of the default organisation.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[allow(clippy::expect_used)]
    pub async fn log(&self, handle: &DebateHandle) -> Vec<Record> {
        let tenant = OrgId::new("default").expect("a word is an organisation");
        self.engine.log(&tenant, handle.id()).await.expect("a stored log")
    }

    /// Waits for something; whenever everybody else waits for time, time moves to the next instant somebody waits for.
    ///
    /// # Panics
    ///
    /// If nobody waits for time either: it would never happen.
    pub async fn until<F: Future>(&self, what: F) -> F::Output {
        let mut what = pin!(what);
        loop {
            for _ in 0..TURNS {
                let ready = std::future::poll_fn(|cx| Poll::Ready(what.as_mut().poll(cx))).await;
                if let Poll::Ready(done) = ready {
                    return done;
                }
                tokio::task::yield_now().await;
            }
            assert!(self.clock.advance_to_next(), "nothing moves any more");
        }
    }

    /// Lets everything happen that can happen without time passing.
    pub async fn settle(&self) {
        for _ in 0..TURNS {
            tokio::task::yield_now().await;
        }
    }

    /// Lets this much time pass, and everything happen that follows from it.
    pub async fn pass(&self, time: Duration) {
        self.settle().await;
        self.clock.advance(time);
        self.settle().await;
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
        self.result.as_ref().expect("a decision")
    }

    /// The names of all events, in order.
    pub fn names(&self) -> Vec<&'static str> {
        self.log.iter().map(|record| record.event.name()).collect()
    }

    /// The codes of all warnings, in order.
    pub fn warnings(&self) -> Vec<&str> {
        let code = |record| match record {
            &Record { event: Event::Warning(ref body), .. } => Some(body.code.as_str()),
            _ => None,
        };
        self.log.iter().filter_map(code).collect()
    }

    /// Every stop; a debate has one.
    pub fn stops(&self) -> Vec<&StopEvent> {
        let stop = |record| match record {
            &Record { event: Event::Stop(ref body), .. } => Some(body.as_ref()),
            _ => None,
        };
        self.log.iter().filter_map(stop).collect()
    }

    /// How many turns were handed to agents, by phase.
    pub fn asked(&self) -> BTreeMap<Phase, usize> {
        let mut phases = BTreeMap::new();
        let mut now = None;
        for record in &self.log {
            match &record.event {
                Event::StepStart(body) => now = Some(body.phase),
                Event::TurnStart(_) => {
                    if let Some(phase) = now {
                        *phases.entry(phase).or_default() += 1;
                    }
                }
                _ => {}
            }
        }
        phases
    }
}

/// Ids in order.
pub fn ids(names: &[&str]) -> Vec<AgentId> {
    names.iter().map(|name| agent_id(name)).collect()
}
