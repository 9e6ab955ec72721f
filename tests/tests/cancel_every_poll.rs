//! A debate is cancelled, dropped or shut down after every possible number of polls, and nothing of it remains.

use std::sync::Arc;
use std::time::Duration;

use aragora_core::clock::ManualClock;
use aragora_core::debate::Terminal;
use aragora_core::engine::{DebateHandle, Engine, ResumeBuilder};
use aragora_core::storage::{MemoryStorage, Storage};
use aragora_core::{ErrorKind, Result};
use aragora_tests::durable::cases::{DEBATE, DebateCase, critique_3x3};
use aragora_tests::durable::gate::YieldStorage;
use aragora_tests::durable::seats::{Desk, Manner};
use aragora_tests::durable::steps::{assert_at_rest, assert_folds, polled, settle, ticks};
use aragora_tests::durable::{debate_id, engine, runtime, tenant};
use aragora_tests::replay::assert_replays_once;

/// One debate on a store that gives way at every call.
struct World {
    engine: Engine,
    clock: ManualClock,
    desk: Arc<Desk>,
    case: DebateCase,
    /// Whether what is left is replayed too, which takes longer than the debate.
    replays: bool,
}

impl World {
    fn new(manner: Manner) -> Self {
        let clock = ManualClock::default();
        let memory: Arc<dyn Storage> = Arc::new(MemoryStorage::new(Arc::new(clock.clone())));
        let store: Arc<dyn Storage> = Arc::new(YieldStorage(memory));
        let case = critique_3x3().with_manner(manner);
        Self { engine: engine(&store, &clock), clock, desk: Desk::new(), case, replays: true }
    }

    fn start(&self) -> impl Future<Output = Result<DebateHandle>> + use<> {
        self.case.builder(&self.engine, &self.desk, &self.clock).start()
    }

    fn resume(&self) -> impl Future<Output = Result<DebateHandle>> + use<> {
        let resume = self.engine.resume(debate_id(DEBATE));
        self.case.seats(&self.desk, &self.clock).into_iter().fold(resume, ResumeBuilder::seat).start()
    }

    /// Everything is gone, and what is in the log is whole and replays. How the debate ended, if it was begun.
    async fn rest(&self, context: &str) -> Option<Terminal> {
        settle(&self.clock).await;
        assert_at_rest(&self.engine, &self.desk, &self.clock, context);
        let log = match self.engine.log(&tenant(), &debate_id(DEBATE)).await {
            Err(error) if error.kind() == ErrorKind::NotFound => return None,
            log => log.unwrap(),
        };
        let terminal = assert_folds(&log, context).terminal().cloned();
        if terminal.is_some() && self.replays {
            assert_replays_once(&self.engine, &log);
        }
        terminal
    }
}

/// Runs `act` in a new world for 0, 1, 2, .. polls until it says that the debate ended by itself; how often it did not.
fn sweep(manner: Manner, mut act: impl AsyncFnMut(&World, usize, &str) -> bool) -> usize {
    for polls in 0..2_000 {
        let world = World { replays: polls % 16 == 0, ..World::new(manner) };
        let context = format!("{manner:?} after {polls} polls");
        let ended = runtime().block_on(act(&world, polls, &context));
        if ended {
            return polls;
        }
        // Agents that say nothing end nothing: past the first step every further poll is the same.
        if polls == 60 && matches!(manner, Manner::Hangs | Manner::Deaf) {
            return polls;
        }
    }
    panic!("{manner:?}: the debate never ended by itself");
}

const MANNERS: [Manner; 5] = [Manner::Ready, Manner::Yields, Manner::Hangs, Manner::Panics, Manner::Deaf];

fn was_cancelled(end: Option<&Terminal>) -> bool {
    matches!(end, Some(Terminal::Cancelled { .. }))
}

#[test]
fn cancel_after_any_poll_ends_the_debate_and_leaves_nothing() {
    for manner in MANNERS {
        let cancelled = sweep(manner, async |world, polls, context| {
            let handle = world.start().await.unwrap();
            ticks(polls).await;
            let over = handle.is_finished();
            handle.cancel("enough");
            handle.cancel("twice is no more");
            settle(&world.clock).await;
            let result = handle.result().await;
            let end = world.rest(context).await;
            match result {
                Err(error) if error.kind() == ErrorKind::Cancelled => {
                    assert!(was_cancelled(end.as_ref()), "{context}: {end:?}");
                    assert!(error.context().contains_key("decision"), "{context}: the decision as it stood");
                }
                other => assert!(!was_cancelled(end.as_ref()), "{context}: {other:?}, {end:?}"),
            }
            over
        });
        assert!(cancelled > 5, "{manner:?}: only {cancelled} polls");
    }
}

#[test]
fn dropping_the_handle_after_any_poll_cancels_the_debate() {
    for manner in MANNERS {
        sweep(manner, async |world, polls, context| {
            let handle = world.start().await.unwrap();
            let events = handle.events(0);
            ticks(polls).await;
            let over = handle.is_finished();
            drop(handle);
            let end = world.rest(context).await;
            assert!(end.is_some(), "{context}: a debate without handles ends");
            assert!(over || was_cancelled(end.as_ref()) || manner != Manner::Hangs, "{context}: {end:?}");
            drop(events);
            over
        });
    }
}

#[test]
fn dropping_start_after_any_poll_leaves_no_half_begun_debate() {
    for manner in MANNERS {
        sweep(manner, async |world, polls, context| {
            let started = {
                let start = std::pin::pin!(world.start());
                polled(start, polls).await
            };
            let done = started.is_some();
            drop(started);
            let end = world.rest(context).await;
            // Its task runs by itself: with the first poll the debate begins, and ends without its handle.
            assert_eq!(end.is_some(), polls > 0, "{context}");
            done
        });
    }
}

#[test]
fn dropping_resume_after_any_poll_leaves_nothing() {
    for manner in MANNERS {
        sweep(manner, async |world, polls, context| {
            let handle = world.start().await.unwrap();
            ticks(20).await;
            let stop = world.engine.shutdown(Duration::ZERO);
            let mut stop = std::pin::pin!(stop);
            while polled(stop.as_mut(), 60).await.is_none() {
                world.clock.advance_to_next();
            }
            drop(handle);
            let again = World { engine: engine(world.engine.storage(), &world.clock), ..World::new(manner) };
            let again = World { clock: world.clock.clone(), replays: world.replays, ..again };
            let resumed = {
                let resume = std::pin::pin!(again.resume());
                polled(resume, polls).await
            };
            let done = resumed.is_some();
            drop(resumed);
            let end = again.rest(context).await;
            assert!(polls == 0 || end.is_some(), "{context}: a resumed debate without handles ends");
            done
        });
    }
}

#[test]
fn dropping_fork_after_any_poll_leaves_nothing() {
    for manner in MANNERS {
        sweep(manner, async |world, polls, context| {
            let parent = world.start().await.unwrap();
            ticks(20).await;
            parent.cancel("the parent has said enough");
            settle(&world.clock).await;
            let at = world.engine.log(&tenant(), parent.id()).await.unwrap().len() as u64;
            let child = debate_id("deb_child");
            let fork = world.engine.fork(debate_id(DEBATE), (at / 2).min(3)).id(child.clone());
            let fork = world
                .case
                .seats(&world.desk, &world.clock)
                .into_iter()
                .fold(fork, aragora_core::engine::ForkBuilder::seat);
            let forked = {
                let start = std::pin::pin!(fork.start());
                polled(start, polls).await
            };
            let done = forked.is_some();
            drop(forked);
            world.rest(context).await;
            let log = world.engine.log(&tenant(), &child).await;
            assert_eq!(log.is_ok(), polls > 0, "{context}");
            if let Ok(log) = log {
                assert!(assert_folds(&log, context).terminal().is_some(), "{context}");
                assert_replays_once(&world.engine, &log);
            }
            done
        });
    }
}

#[test]
fn dropping_readers_after_any_poll_changes_nothing() {
    for manner in [Manner::Ready, Manner::Yields, Manner::Panics] {
        let mut whole = None;
        sweep(manner, async |world, polls, context| {
            let handle = world.start().await.unwrap();
            let mut events = handle.events(0);
            polled(std::pin::pin!(events.next()), polls).await;
            drop(events);
            polled(std::pin::pin!(handle.result()), polls).await;
            let over = handle.is_finished();
            // Before time moves on: it is in the log.
            drop(handle.result().await);
            world.rest(context).await;
            let log = world.engine.log(&tenant(), &debate_id(DEBATE)).await.unwrap();
            let lines: Vec<_> = log.iter().map(|record| record.to_line().unwrap()).collect();
            assert_eq!(*whole.get_or_insert(lines.clone()), lines, "{context}: readers leave no trace");
            over
        });
    }
}

#[test]
fn shutdown_after_any_poll_stops_at_a_record_from_which_another_engine_goes_on() {
    for manner in MANNERS {
        sweep(manner, async |world, polls, context| {
            let handle = world.start().await.unwrap();
            ticks(polls).await;
            let over = handle.is_finished();
            {
                let mut half = std::pin::pin!(world.engine.shutdown(Duration::from_secs(30)));
                polled(half.as_mut(), polls % 5).await;
            }
            let mut shutdown = std::pin::pin!(world.engine.shutdown(Duration::ZERO));
            let report = loop {
                if let Some(report) = polled(shutdown.as_mut(), 60).await {
                    break report;
                }
                world.clock.advance_to_next();
            };
            let refused = world.start().await.unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Closed, "{context}");
            assert_eq!(world.resume().await.unwrap_err().kind(), ErrorKind::Closed, "{context}");
            let stopped = handle.result().await.err().filter(|error| error.kind() == ErrorKind::Unavailable);
            assert_eq!(report.stopped, usize::from(stopped.is_some()), "{context}");
            drop(handle);
            let end = world.rest(context).await;
            assert_eq!(end.is_none(), stopped.is_some(), "{context}: stopped debates wait, others have ended");
            if stopped.is_some() && polls % 6 == 0 {
                let next = World {
                    engine: engine(world.engine.storage(), &world.clock),
                    clock: world.clock.clone(),
                    desk: Desk::new(),
                    case: critique_3x3(),
                    replays: world.replays,
                };
                let handle = next.resume().await.expect(context);
                handle.result().await.expect(context);
                assert_eq!(next.rest(context).await, Some(Terminal::Finished), "{context}");
            }
            over
        });
    }
}
