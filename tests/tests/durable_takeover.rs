//! Who may resume what, and what a changed protocol, a broken one and a shutdown in the middle lead to.

use std::sync::Arc;
use std::time::Duration;

use aragora_core::clock::ManualClock;
use aragora_core::debate::{Event, Transcript};
use aragora_core::engine::{Activity, Engine, ResumeBuilder, ShutdownReport};
use aragora_core::entropy::SystemEntropy;
use aragora_core::protocols::{Checkpoint, Critique, DebateProtocol, Draft, ProtocolInfo, Step};
use aragora_core::storage::{MemoryStorage, Storage};
use aragora_core::telemetry::Parts;
use aragora_core::{Error, ErrorKind, Result};
use aragora_tests::durable::cases::{DEBATE, critique_3x3};
use aragora_tests::durable::gate::YieldStorage;
use aragora_tests::durable::seats::{Desk, Manner};
use aragora_tests::durable::steps::{assert_at_rest, settle, ticks};
use aragora_tests::durable::{debate_id, engine, runtime, tenant};
use aragora_tests::replay::assert_replays;

fn store() -> (Arc<dyn Storage>, ManualClock) {
    let clock = ManualClock::default();
    let memory = Arc::new(MemoryStorage::new(Arc::new(clock.clone())));
    (Arc::new(YieldStorage(memory)), clock)
}

/// Where a protocol goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wrong {
    NextPanics,
    DecidePanics,
    CheckpointPanics,
    NextFails,
    AsksForMore,
    OtherPrompt,
}

/// The critique protocol, changed or broken from its second step on.
#[derive(Debug)]
struct Broken(Critique, Wrong);

impl Broken {
    fn late(t: &Transcript) -> bool {
        !t.steps().is_empty()
    }
}

impl DebateProtocol for Broken {
    fn describe(&self) -> ProtocolInfo {
        self.0.describe()
    }

    fn next(&self, t: &Transcript) -> Result<Step> {
        let mut step = self.0.next(t)?;
        match self.1 {
            Wrong::NextPanics if Self::late(t) => panic!("the protocol's author forgot something"),
            Wrong::NextFails if Self::late(t) => return Err(Error::new(ErrorKind::Internal, "no idea what to ask")),
            Wrong::AsksForMore => {
                if let Step::Ask(asked) = &mut step {
                    asked.asks.iter_mut().for_each(|ask| ask.max_output_tokens += 1);
                }
            }
            Wrong::OtherPrompt => {
                if let Step::Ask(asked) = &mut step {
                    asked.asks.iter_mut().for_each(|ask| ask.prompt.system = "Answer otherwise.".into());
                }
            }
            _ => {}
        }
        Ok(step)
    }

    fn decide(&self, t: &Transcript) -> Result<Draft> {
        assert!(self.1 != Wrong::DecidePanics, "the protocol's author cannot decide");
        self.0.decide(t)
    }

    fn checkpoint(&self, t: &Transcript) -> Result<Option<Checkpoint>> {
        assert!(self.1 != Wrong::CheckpointPanics, "the protocol's author cannot count");
        self.0.checkpoint(t)
    }
}

fn with_protocol(store: &Arc<dyn Storage>, clock: &ManualClock, protocol: Broken) -> Engine {
    let parts = Parts::new(Arc::new(clock.clone()), Arc::new(SystemEntropy));
    Engine::builder().parts(parts).storage(store.clone()).protocol(Arc::new(protocol)).build().unwrap()
}

/// Starts the debate, runs it a little, and stops its engine.
async fn stopped(store: &Arc<dyn Storage>, clock: &ManualClock, polls: usize) {
    let first = engine(store, clock);
    let case = critique_3x3().with_manner(Manner::Yields);
    let handle = case.builder(&first, &Desk::new(), clock).start().await.unwrap();
    ticks(polls).await;
    let report = first.shutdown(Duration::ZERO).await;
    assert_eq!(report, ShutdownReport { finished: 0, stopped: 1 });
    assert_eq!(handle.result().await.unwrap_err().kind(), ErrorKind::Unavailable);
}

fn resume(engine: &Engine, desk: &Arc<Desk>, clock: &ManualClock) -> ResumeBuilder {
    let seats = critique_3x3().seats(desk, clock);
    seats.into_iter().fold(engine.resume(debate_id(DEBATE)), ResumeBuilder::seat)
}

#[test]
fn a_changed_protocol_is_nondeterministic_and_nothing_is_asked_or_written() {
    for wrong in [Wrong::AsksForMore, Wrong::OtherPrompt] {
        for polls in [4, 10, 25] {
            runtime().block_on(async {
                let (store, clock) = store();
                stopped(&store, &clock, polls).await;
                let before = engine(&store, &clock).log(&tenant(), &debate_id(DEBATE)).await.unwrap();
                assert!(before.iter().any(|record| matches!(record.event, Event::StepStart(_))));
                let changed = with_protocol(&store, &clock, Broken(Critique::default(), wrong));
                let desk = Desk::new();
                let refused = resume(&changed, &desk, &clock).start().await.unwrap_err();
                assert_eq!(refused.kind(), ErrorKind::Nondeterministic, "{wrong:?}: {refused}");
                assert!(refused.context().contains_key("seq") && refused.context().contains_key("field"));
                assert_eq!(desk.calls(), 0);
                assert_at_rest(&changed, &desk, &clock, "refused");
                let right = engine(&store, &clock);
                assert_eq!(right.log(&tenant(), &debate_id(DEBATE)).await.unwrap(), before);
                let handle = resume(&right, &desk, &clock).start().await.unwrap();
                handle.result().await.unwrap();
                assert_replays(&right, &right.log(&tenant(), &debate_id(DEBATE)).await.unwrap());
            });
        }
    }
}

#[test]
fn a_protocol_that_panics_or_fails_ends_its_debate_as_protocol_failed() {
    for wrong in [Wrong::NextPanics, Wrong::NextFails, Wrong::DecidePanics, Wrong::CheckpointPanics] {
        runtime().block_on(async {
            let (store, clock) = store();
            let engine = with_protocol(&store, &clock, Broken(Critique::default(), wrong));
            let desk = Desk::new();
            let case = critique_3x3();
            let debate = case.builder(&engine, &desk, &clock);
            let handle = debate.protocol(Broken(Critique::default(), wrong)).start().await.unwrap();
            let error = handle.result().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ProtocolFailed, "{wrong:?}: {error}");
            let log = engine.log(&tenant(), handle.id()).await.unwrap();
            assert!(matches!(log.last().unwrap().event, Event::DebateFailed(_)), "{wrong:?}");
            assert_replays(&engine, &log);
            settle(&clock).await;
            assert_at_rest(&engine, &desk, &clock, "a broken protocol");
        });
    }
}

#[test]
fn a_debate_that_runs_here_ended_or_never_was_cannot_be_resumed() {
    runtime().block_on(async {
        let (store, clock) = store();
        let (first, second) = (engine(&store, &clock), engine(&store, &clock));
        let desk = Desk::new();
        assert_eq!(resume(&first, &desk, &clock).start().await.unwrap_err().kind(), ErrorKind::NotFound);
        let hanging = critique_3x3().with_manner(Manner::Hangs);
        let handle = hanging.builder(&first, &desk, &clock).start().await.unwrap();
        ticks(20).await;
        assert_eq!(resume(&first, &desk, &clock).start().await.unwrap_err().kind(), ErrorKind::InvalidState);
        let held = resume(&second, &desk, &clock).start().await.unwrap_err();
        assert_eq!((held.kind(), held.retryable()), (ErrorKind::Conflict, true));
        handle.cancel("enough");
        handle.result().await.unwrap_err();
        for engine in [&first, &second] {
            assert_eq!(resume(engine, &desk, &clock).start().await.unwrap_err().kind(), ErrorKind::InvalidState);
            assert_eq!(engine.activity(), Activity::default());
        }
    });
}

#[test]
fn a_resume_names_every_seat_that_has_no_agent() {
    runtime().block_on(async {
        let (store, clock) = store();
        stopped(&store, &clock, 10).await;
        let next = engine(&store, &clock);
        let refused = next.resume(debate_id(DEBATE)).start().await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidRequest);
        let text = format!("{refused:?}");
        assert!(["/seats/0", "/seats/1", "/seats/2"].iter().all(|seat| text.contains(seat)), "{text}");
        let desk = Desk::new();
        resume(&next, &desk, &clock).start().await.expect("the lease was given back").result().await.unwrap();
    });
}

#[test]
fn a_debate_passed_on_by_many_engines_ends_as_if_it_had_one() {
    runtime().block_on(async {
        let (store, clock) = store();
        stopped(&store, &clock, 8).await;
        let desk = Desk::new();
        for polls in [3, 5, 7, 9, 11] {
            let next = engine(&store, &clock);
            let case = critique_3x3().with_manner(Manner::Yields);
            let builder = case.seats(&desk, &clock).into_iter();
            let handle = builder.fold(next.resume(debate_id(DEBATE)), ResumeBuilder::seat).start().await.unwrap();
            ticks(polls).await;
            next.shutdown(Duration::ZERO).await;
            assert_eq!(handle.result().await.unwrap_err().kind(), ErrorKind::Unavailable);
        }
        let last = engine(&store, &clock);
        let decision = resume(&last, &desk, &clock).start().await.unwrap().result().await.unwrap();
        let log = last.log(&tenant(), &debate_id(DEBATE)).await.unwrap();
        assert_replays(&last, &log);
        let resumes = log.iter().filter(|record| matches!(record.event, Event::DebateResumed(_))).count();
        assert_eq!(resumes, 6);
        let header = last.get(&tenant(), &debate_id(DEBATE)).await.unwrap();
        assert_eq!(header.calls, decision.calls.made, "a turn asked again is one call");
        let alone: Arc<dyn Storage> = Arc::new(MemoryStorage::new(Arc::new(clock.clone())));
        let alone = engine(&alone, &clock);
        let case = critique_3x3();
        let undisturbed = case.builder(&alone, &Desk::new(), &clock).start().await.unwrap().result().await.unwrap();
        assert_eq!(decision, undisturbed);
    });
}

#[test]
fn a_debate_that_begins_during_a_shutdown_is_refused_or_stopped_with_the_others() {
    for polls in 0..30 {
        runtime().block_on(async {
            let (store, clock) = store();
            let engine = engine(&store, &clock);
            let desk = Desk::new();
            let case = critique_3x3().with_manner(Manner::Hangs);
            let starting = tokio::spawn(case.builder(&engine, &desk, &clock).start());
            ticks(polls).await;
            let report = {
                let mut shutdown = std::pin::pin!(engine.shutdown(Duration::ZERO));
                loop {
                    match aragora_tests::durable::steps::polled(shutdown.as_mut(), 60).await {
                        Some(report) => break report,
                        None => assert!(clock.advance_to_next(), "the shutdown waits for nothing"),
                    }
                }
            };
            assert_eq!(engine.activity(), Activity::default(), "after {polls} polls");
            match starting.await.unwrap() {
                Ok(handle) => {
                    assert_eq!(report.stopped, 1, "after {polls} polls");
                    assert_eq!(handle.result().await.unwrap_err().kind(), ErrorKind::Unavailable);
                }
                Err(refused) => assert_eq!(refused.kind(), ErrorKind::Closed, "after {polls} polls"),
            }
            settle(&clock).await;
            assert_at_rest(&engine, &desk, &clock, "after the shutdown");
        });
    }
}
