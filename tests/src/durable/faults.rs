//! The store fails at every append, once or for good, with and without its effect.

use std::sync::Arc;

use aragora_core::clock::ManualClock;
use aragora_core::engine::{Activity, ResumeBuilder};
use aragora_core::storage::Storage;
use aragora_core::testing::storage::{Call, Fault, FaultStorage, Moment, StorageFactory};
use aragora_core::{DebateId, ErrorKind};

use super::cases::{DEBATE, DebateCase};
use super::crash::{LEASE, decided, reference};
use super::log::{assert_asked_once, assert_same, undisturbed};
use super::seats::Desk;
use super::steps::{settle, ticks};
use super::{debate_id, engine, runtime, tenant};
use crate::replay::assert_replays_once;

/// In how many ways an append can fail.
pub const WAYS: usize = 3;

/// Every way the n-th append can fail.
fn failures(nth: u64) -> [Fault; WAYS] {
    [
        Fault::Fail { call: Call::Apply, nth, moment: Moment::Before },
        Fault::Fail { call: Call::Apply, nth, moment: Moment::After },
        Fault::Cut { call: Call::Any, nth },
    ]
}

/// A failed append stops the debate as `unavailable`, nothing goes on in memory, and it can be resumed; an append of
/// unknown outcome is settled by reading, and the debate goes on as if nothing happened.
///
/// # Panics
///
/// If not.
pub fn fails_at_every_append(factory: &dyn StorageFactory, clock: &ManualClock, case: &DebateCase) {
    for way in 0..WAYS {
        fails_in_one_way(factory, clock, case, way);
    }
}

/// The same for one of the [`WAYS`], where every store costs the making of files.
///
/// # Panics
///
/// If not.
#[allow(clippy::expect_used)]
pub fn fails_in_one_way(factory: &dyn StorageFactory, clock: &ManualClock, case: &DebateCase, way: usize) {
    let reference = reference(factory, clock, case);
    for nth in 1..=reference.appends {
        for fault in failures(nth).into_iter().skip(way).take(1) {
            let context = format!("{}, {fault:?}", case.name);
            let desk = Desk::new();
            runtime().block_on(async {
                let inner = factory.fresh().await.expect("a fresh store opens");
                let faults = Arc::new(FaultStorage::new(inner, Arc::new(clock.clone())));
                let store: Arc<dyn Storage> = faults.clone();
                let engine = engine(&store, clock);
                faults.plan(fault.clone());
                let started = case.builder(&engine, &desk, clock).start().await;
                let ended = match started {
                    Ok(handle) => handle.result().await.map(drop),
                    Err(error) => Err(error),
                };
                let settled = matches!(fault, Fault::Fail { moment: Moment::After, .. });
                if !settled {
                    let error = ended.expect_err(&context);
                    assert_eq!(error.kind(), ErrorKind::Unavailable, "{context}: {error}");
                }
                let calls = desk.calls();
                ticks(50).await;
                assert_eq!(desk.calls(), calls, "{context}: nothing goes on in memory");
                assert_eq!(engine.activity(), Activity::default(), "{context}");
                assert_eq!(desk.in_flight(), 0, "{context}");
                settle(clock).await;
                faults.heal();
                factory.pass(LEASE).await;
                let found = engine.get(&tenant(), &id()).await;
                if found.is_err() {
                    let handle = case.builder(&engine, &desk, clock).start().await.expect(&context);
                    drop(handle.result().await);
                } else if !settled {
                    let resume = case.seats(&desk, clock).into_iter().fold(engine.resume(id()), ResumeBuilder::seat);
                    drop(resume.start().await.expect(&context).result().await);
                }
                let log = engine.log(&tenant(), &id()).await.expect("the log can be read");
                if case.racing {
                    assert_eq!(decided(&log), decided(&reference.log), "{context}");
                } else {
                    assert_same(&undisturbed(&log), &undisturbed(&reference.log), &context);
                }
                assert_asked_once(&desk.asked(), &log, &context);
                assert_replays_once(&engine, &log);
            });
        }
    }
}

fn id() -> DebateId {
    debate_id(DEBATE)
}
