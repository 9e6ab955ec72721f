//! Two engines and one debate.

use std::sync::Arc;

use aragora_core::ErrorKind;
use aragora_core::clock::ManualClock;
use aragora_core::engine::{DebateHandle, Engine, ResumeBuilder};
use aragora_core::storage::Storage;
use aragora_core::testing::storage::StorageFactory;

use super::cases::{DEBATE, DebateCase};
use super::crash::LEASE;
use super::log::assert_asked_once;
use super::seats::{Desk, Manner};
use super::steps::ticks;
use super::{debate_id, engine, runtime, tenant};
use crate::replay::assert_replays_once;

async fn resumed(
    engine: &Engine,
    case: &DebateCase,
    desk: &Arc<Desk>,
    clock: &ManualClock,
) -> aragora_core::Result<DebateHandle> {
    case.seats(desk, clock).into_iter().fold(engine.resume(debate_id(DEBATE)), ResumeBuilder::seat).start().await
}

/// The first engine sleeps through its lease after every possible number of polls; the second takes over and ends the
/// debate or is in the middle of it; the first wakes up, gets `lease_lost` and asks nobody.
///
/// # Panics
///
/// If it does anything else.
#[allow(clippy::expect_used)]
pub fn the_loser_stops(factory: &dyn StorageFactory, clock: &ManualClock, case: &DebateCase) {
    let mut taken = 0;
    for polls in 1..40 {
        for second_ends in [true, false] {
            let context = format!("{}, asleep after {polls} polls, second ends: {second_ends}", case.name);
            let (first_life, second_life) = (runtime(), runtime());
            let store: Arc<dyn Storage> = first_life.block_on(factory.fresh()).expect("a fresh store opens");
            let (first_desk, second_desk) = (Desk::new(), Desk::new());
            let first = engine(&store, clock);
            let yielding = case.clone().with_manner(Manner::Yields);
            let handle = first_life.block_on(async {
                let handle = yielding.builder(&first, &first_desk, clock).start().await.expect("the case starts");
                ticks(polls).await;
                handle
            });
            let before = first_desk.calls();
            let manner = if second_ends { Manner::Ready } else { Manner::Hangs };
            let second = engine(&store, clock);
            let second_case = case.clone().with_manner(manner);
            second_life.block_on(async {
                if handle.is_finished() {
                    return;
                }
                let early = resumed(&second, &second_case, &second_desk, clock).await.expect_err("it is owned");
                assert_eq!((early.kind(), early.retryable()), (ErrorKind::Conflict, true), "{context}");
            });
            if handle.is_finished() {
                return assert!(taken > 0, "the debate ended before it could be taken over");
            }
            factory_pass(&second_life, factory);
            let second_handle = second_life.block_on(async {
                let handle = resumed(&second, &second_case, &second_desk, clock).await.expect(&context);
                if second_ends {
                    handle.result().await.expect(&context);
                } else {
                    ticks(20).await;
                }
                handle
            });
            let lost = first_life.block_on(handle.result()).expect_err(&context);
            assert_eq!(lost.kind(), ErrorKind::LeaseLost, "{context}: {lost}");
            assert_eq!(first_desk.calls(), before, "{context}: the loser asks nobody");
            assert_eq!(first_desk.in_flight(), 0, "{context}");
            second_life.block_on(async {
                if !second_ends {
                    second_handle.cancel("enough");
                    assert_eq!(second_handle.result().await.expect_err(&context).kind(), ErrorKind::Cancelled);
                }
                let log = second.log(&tenant(), &debate_id(DEBATE)).await.expect("the log can be read");
                let mut asked = first_desk.asked();
                for (id, times) in second_desk.asked() {
                    *asked.entry(id).or_default() += times;
                }
                assert_asked_once(&asked, &log, &context);
                assert_replays_once(&second, &log);
            });
            taken += 1;
        }
    }
}

fn factory_pass(life: &tokio::runtime::Runtime, factory: &dyn StorageFactory) {
    life.block_on(factory.pass(LEASE));
}
