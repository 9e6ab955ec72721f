//! Protocols that may block, as those of other languages do: their calls run on the blocking pool and are given up.

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use aragora_core::agents::ScriptedAgent;
use aragora_core::debate::{Phase, Transcript};
use aragora_core::engine::{Engine, EngineConfig};
use aragora_core::protocols::{DebateProtocol, ProtocolInfo, Step};
use aragora_core::{AgentId, ErrorKind, Question, Result};

/// Answers its second call only once the test lets it.
#[derive(Debug)]
struct Waits(Mutex<mpsc::Receiver<()>>);

impl DebateProtocol for Waits {
    fn describe(&self) -> ProtocolInfo {
        ProtocolInfo::new("waits", "1")
    }

    fn next(&self, transcript: &Transcript) -> Result<Step> {
        if transcript.round() == 0 {
            return transcript.ask(Phase::Answer, "Answer.", None);
        }
        drop(self.0.lock().map(|gate| gate.recv()));
        Ok(Step::finish())
    }

    fn blocking(&self) -> bool {
        true
    }
}

fn engine(limit: Duration) -> Engine {
    let mut config = EngineConfig::default();
    config.protocol_limit = limit;
    Engine::builder().config(config).build().unwrap()
}

async fn debate(engine: &Engine, gate: mpsc::Receiver<()>) -> Result<aragora_core::Decision> {
    let seat = |id: &str| ScriptedAgent::new(AgentId::new(id).unwrap()).reply("FINAL ANSWER: yes");
    let debate = engine.debate(Question::new("Ship?")).seat(seat("a")).seat(seat("b"));
    debate.protocol_arc(Arc::new(Waits(Mutex::new(gate)))).start().await?.result().await
}

#[tokio::test]
async fn a_blocking_protocol_that_never_answers_ends_its_debate() {
    let engine = engine(Duration::from_millis(50));
    let (release, gate) = mpsc::channel();
    let error = debate(&engine, gate).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ProtocolFailed);
    assert!(error.reason().contains("did not answer next in 50 ms"), "{error}");
    assert_eq!(engine.activity(), Default::default());
    drop(release);
}

#[tokio::test]
async fn a_blocking_protocol_that_answers_in_time_decides() {
    let engine = engine(Duration::from_secs(60));
    let (release, gate) = mpsc::channel();
    // Debug builds ask every step twice; a closed gate answers every later call.
    drop(release);
    let decision = debate(&engine, gate).await.unwrap();
    assert_eq!(decision.answer.unwrap().value.as_ref(), "yes");
}

/// Panics when it is described.
#[derive(Debug)]
struct Nameless;

impl DebateProtocol for Nameless {
    fn describe(&self) -> ProtocolInfo {
        panic!("no name")
    }

    fn next(&self, _: &Transcript) -> Result<Step> {
        Ok(Step::finish())
    }
}

#[tokio::test]
async fn a_protocol_that_panics_when_described_is_an_error_of_start() {
    let engine = engine(Duration::from_secs(5));
    let seat = |id: &str| ScriptedAgent::new(AgentId::new(id).unwrap()).reply("yes");
    let started =
        engine.debate(Question::new("Ship?")).seat(seat("a")).seat(seat("b")).protocol(Nameless).start().await;
    assert_eq!(started.unwrap_err().kind(), ErrorKind::ProtocolFailed);
}
