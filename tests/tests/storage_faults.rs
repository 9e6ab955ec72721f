//! The fault decorator fails as planned, and what a caller can conclude from each failure holds.

use std::sync::Arc;
use std::time::Duration;

use aragora_core::clock::ManualClock;
use aragora_core::storage::{Address, Batch, Control, MemoryStorage, Op, Precondition, Storage, TableName};
use aragora_core::testing::storage::{Call, CountingStorage, Fault, FaultStorage, Moment, frame, key, tenant};
use aragora_core::{Error, ErrorKind};
use futures_util::FutureExt as _;

fn faulty() -> (Arc<FaultStorage>, Arc<dyn Storage>, ManualClock) {
    let clock = ManualClock::default();
    let memory = Arc::new(MemoryStorage::new(Arc::new(clock.clone())));
    let faults = Arc::new(FaultStorage::new(memory, Arc::new(clock.clone())));
    (faults.clone(), faults, clock)
}

fn at(name: &str) -> Address {
    Address::new(tenant(), TableName::new("faults").unwrap(), key(name))
}

#[tokio::test]
async fn the_planned_call_fails_before_or_after_its_effect() {
    let (faults, store, _) = faulty();
    faults.plan(Fault::Fail { call: Call::Apply, nth: 2, moment: Moment::Before });
    faults.plan(Fault::Fail { call: Call::Apply, nth: 3, moment: Moment::After });
    store.put(at("1"), frame("v")).await.unwrap();
    let before = store.put(at("2"), frame("v")).await.unwrap_err();
    assert_eq!((before.kind(), before.context()["outcome"].as_str()), (ErrorKind::Unavailable, "not_applied"));
    let after = store.put(at("3"), frame("v")).await.unwrap_err();
    assert_eq!((after.kind(), after.context()["outcome"].as_str()), (ErrorKind::Unavailable, "unknown"));
    store.put(at("4"), frame("v")).await.unwrap();
    let found = store.get_many(["1", "2", "3", "4"].map(at).to_vec()).await.unwrap();
    assert_eq!(found.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false, true, true]);
}

#[tokio::test]
async fn a_cut_store_answers_nothing_until_it_heals() {
    let (faults, store, _) = faulty();
    faults.plan(Fault::Cut { call: Call::Any, nth: 2 });
    store.put(at("1"), frame("v")).await.unwrap();
    for _ in 0..3 {
        assert_eq!(store.get(at("1")).await.unwrap_err().kind(), ErrorKind::Unavailable);
        assert_eq!(store.control(Control::Probe).await.unwrap_err().kind(), ErrorKind::Unavailable);
    }
    faults.heal();
    assert!(store.get(at("1")).await.unwrap().is_some());
}

#[tokio::test]
async fn a_given_error_is_reported_for_its_calls_only() {
    let (faults, store, _) = faulty();
    let full = Error::new(ErrorKind::StorageFull, "the disk is full");
    faults.plan(Fault::FailWith { call: Call::Write, nth: 1, error: full.clone() });
    assert!(store.get(at("1")).await.unwrap().is_none());
    assert_eq!(store.put(at("1"), frame("v")).await.unwrap_err(), full);
    store.put(at("1"), frame("v")).await.unwrap();
}

#[tokio::test]
async fn a_delayed_call_waits_by_the_clock() {
    let (faults, store, clock) = faulty();
    faults.plan(Fault::Delay { call: Call::GetMany, by: Duration::from_secs(5) });
    store.put(at("1"), frame("v")).await.unwrap();
    let mut read = Box::pin(store.get(at("1")));
    assert!(read.as_mut().now_or_never().is_none());
    clock.advance(Duration::from_secs(5));
    assert!(read.await.unwrap().is_some());
}

#[tokio::test]
async fn calls_are_counted_whether_they_succeed_or_not() {
    let counting = Arc::new(CountingStorage::new(Arc::new(MemoryStorage::new(Arc::new(ManualClock::default())))));
    let store: Arc<dyn Storage> = counting.clone();
    let op = |name: &str| Op::Delete { at: at(name), expect: Precondition::Present };
    store.apply(Batch::of([op("1"), op("2")])).await.unwrap_err();
    store.put(at("1"), frame("v")).await.unwrap();
    store.get(at("1")).await.unwrap();
    store.control(Control::Flush).await.unwrap();
    let counts = counting.counts();
    assert_eq!((counts.applies, counts.ops, counts.gets, counts.controls, counts.scans), (2, 3, 1, 1, 0));
}
