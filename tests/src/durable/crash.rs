//! The process dies before and after every append, and another engine goes on.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aragora_core::clock::ManualClock;
use aragora_core::debate::{Decision, Event, Record};
use aragora_core::engine::DebateState;
use aragora_core::storage::Storage;
use aragora_core::testing::storage::{CountingStorage, Moment, StorageFactory};
use aragora_core::{ErrorKind, Result};

use super::cases::{DEBATE, DebateCase};
use super::gate::GateStorage;
use super::log::{assert_asked_once, assert_same, undisturbed};
use super::seats::Desk;
use super::stores::reopened;
use super::{debate_id, engine, runtime, tenant};
use crate::replay::assert_replays_once;

/// Longer than a lease: what a dead engine held is free again.
pub const LEASE: Duration = Duration::from_secs(61);

/// A debate nobody disturbed, and the appends it took.
#[derive(Debug)]
pub struct Reference {
    /// Its log.
    pub log: Vec<Record>,
    /// Its appends.
    pub appends: u64,
}

/// Runs a case in peace.
///
/// # Panics
///
/// If it does not end or does not replay.
#[allow(clippy::expect_used)]
pub fn reference(factory: &dyn StorageFactory, clock: &ManualClock, case: &DebateCase) -> Reference {
    runtime().block_on(async {
        let counting = Arc::new(CountingStorage::new(factory.fresh().await.expect("a fresh store opens")));
        let store: Arc<dyn Storage> = counting.clone();
        let engine = engine(&store, clock);
        let desk = Desk::new();
        let handle = case.builder(&engine, &desk, clock).start().await.expect("the case starts");
        // How it ends is the case's own matter.
        drop(handle.result().await);
        let log = engine.log(&tenant(), handle.id()).await.expect("its log can be read");
        assert_replays_once(&engine, &log);
        assert_asked_once(&desk.asked(), &log, case.name);
        Reference { log, appends: counting.counts().applies }
    })
}

/// Kills the debate before and after each of its appends; each time the next engine ends it as if nothing happened.
///
/// # Panics
///
/// If anything recorded is lost, asked again or decided otherwise.
pub fn dies_at_every_append(factory: &dyn StorageFactory, clock: &ManualClock, case: &DebateCase) {
    let reference = reference(factory, clock, case);
    for nth in 1..=reference.appends {
        for moment in [Moment::Before, Moment::After] {
            let context = format!("{}, killed {moment:?} append {nth} of {}", case.name, reference.appends);
            let desk = Desk::new();
            let store = killed(factory, clock, case, &desk, nth, moment);
            let before = read(&store, clock, &context);
            let (store, log) = goes_on(factory, clock, case, &desk, store, &context);
            let kept: Vec<_> = log.iter().take(before.len()).cloned().collect();
            assert_eq!(kept, before, "{context}: what was recorded stays as it was");
            if case.racing {
                assert_eq!(decided(&log), decided(&reference.log), "{context}");
            } else {
                assert_same(&undisturbed(&log), &undisturbed(&reference.log), &context);
            }
            assert_asked_once(&desk.asked(), &log, &context);
            assert_replays_once(&engine(&store, clock), &log);
        }
    }
}

#[allow(clippy::expect_used)]
fn killed(
    factory: &dyn StorageFactory,
    clock: &ManualClock,
    case: &DebateCase,
    desk: &Arc<Desk>,
    nth: u64,
    moment: Moment,
) -> Arc<dyn Storage> {
    let life = runtime();
    let store = life.block_on(factory.fresh()).expect("a fresh store opens");
    let gate = GateStorage::new(store.clone(), nth, moment);
    life.block_on(async {
        let gated: Arc<dyn Storage> = gate.clone();
        let engine = engine(&gated, clock);
        let run = async {
            let handle = case.builder(&engine, desk, clock).start().await?;
            handle.result().await
        };
        tokio::select! {
            biased;
            () = gate.reached() => {}
            ended = run => assert!(ended.is_err(), "the debate ended before append {nth}: {ended:?}"),
        }
    });
    drop(life);
    assert_eq!(desk.in_flight(), 0, "nothing survives its runtime");
    store
}

#[allow(clippy::expect_used)]
fn read(store: &Arc<dyn Storage>, clock: &ManualClock, context: &str) -> Vec<Record> {
    match runtime().block_on(engine(store, clock).log(&tenant(), &debate_id(DEBATE))) {
        Ok(log) => log,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::NotFound, "{context}: {error}");
            Vec::new()
        }
    }
}

/// The next engine takes over what is there; the store and the whole log afterwards.
#[allow(clippy::expect_used)]
fn goes_on(
    factory: &dyn StorageFactory,
    clock: &ManualClock,
    case: &DebateCase,
    desk: &Arc<Desk>,
    store: Arc<dyn Storage>,
    context: &str,
) -> (Arc<dyn Storage>, Vec<Record>) {
    let life = runtime();
    let store = life.block_on(async {
        factory.pass(LEASE).await;
        reopened(factory, store).await.expect("the store opens again")
    });
    let log = life.block_on(async {
        let engine = engine(&store, clock);
        let found = engine.get(&tenant(), &debate_id(DEBATE)).await;
        let resume = || {
            let resume = engine.resume(debate_id(DEBATE));
            case.seats(desk, clock).into_iter().fold(resume, aragora_core::engine::ResumeBuilder::seat).start()
        };
        match found {
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::NotFound, "{context}");
                assert_eq!(resume().await.expect_err("there is nothing to resume").kind(), ErrorKind::NotFound);
                let handle = case.builder(&engine, desk, clock).start().await.expect("it starts anew");
                drop(handle.result().await);
            }
            Ok(header) if header.state == DebateState::Running => {
                let handle = resume().await.expect(context);
                drop(handle.result().await);
            }
            Ok(_) => {
                let refused = resume().await.expect_err("an ended debate is not resumed");
                assert_eq!(refused.kind(), ErrorKind::InvalidState, "{context}");
            }
        }
        assert_eq!(engine.activity(), aragora_core::engine::Activity::default(), "{context}");
        engine.log(&tenant(), &debate_id(DEBATE)).await.expect("the log can be read")
    });
    (store, log)
}

/// Outcome and answer, or how else it ended.
pub fn decided(log: &[Record]) -> BTreeMap<&'static str, String> {
    let show = |decision: &Decision| format!("{:?} {:?}", decision.outcome, decision.answer.as_ref().map(|a| &a.text));
    let mut found = BTreeMap::new();
    for record in log {
        match &record.event {
            Event::Decision(body) => drop(found.insert("decision", show(&body.decision))),
            Event::DebateEnd(_) | Event::DebateFailed(_) | Event::DebateCancelled(_) => {
                found.insert("end", record.event.name().to_owned());
            }
            _ => {}
        }
    }
    found
}

/// Cancels a debate whose turns all run, killing it before and after that append: before, it goes on; after, it has
/// ended.
///
/// # Panics
///
/// If it is neither.
#[allow(clippy::expect_used)]
pub fn dies_while_cancelling(factory: &dyn StorageFactory, clock: &ManualClock, case: &DebateCase) {
    let hanging = case.clone().with_manner(super::seats::Manner::Hangs);
    for moment in [Moment::Before, Moment::After] {
        let context = format!("{}, killed {moment:?} the cancellation", case.name);
        let desk = Desk::new();
        let life = runtime();
        let store = life.block_on(factory.fresh()).expect("a fresh store opens");
        // 1: the start. 2: the first step. 3: the cancellation.
        let gate = GateStorage::new(store.clone(), 3, moment);
        let opened: Result<()> = life.block_on(async {
            let gated: Arc<dyn Storage> = gate.clone();
            let handle = hanging.builder(&engine(&gated, clock), &desk, clock).start().await?;
            while desk.in_flight() == 0 {
                tokio::task::yield_now().await;
            }
            handle.cancel("no longer needed");
            gate.reached().await;
            Ok(())
        });
        opened.expect("the case starts");
        drop(life);
        let (store, log) = goes_on(factory, clock, case, &desk, store, &context);
        let cancelled = decided(&log).get("end").is_some_and(|end| end == "debate_cancelled");
        assert_eq!(cancelled, moment == Moment::After, "{context}");
        assert_asked_once(&desk.asked(), &log, &context);
        assert_replays_once(&engine(&store, clock), &log);
    }
}
