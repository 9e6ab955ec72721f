//! Crash images of redb: at every sync of a scripted run, whatever became of the writes after it, the store opens with
//! whole groups only and with every acknowledged one. And what a failing disk leaves behind.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use aragora_core::clock::ManualClock;
use aragora_core::storage::{
    Batch, Control, ControlReport, Durability, KeyRange, Op, PageRequest, Precondition, Storage, TableName,
};
use aragora_core::testing::storage::{frame, redb_over, tenant, text};
use aragora_core::{ErrorKind, Result};
use aragora_tests::crash_disk::{CrashDisk, DiskEvent, DiskFault, Unsynced, image};
use aragora_tests::embedded::{at, parts, value};

type Rows = BTreeMap<String, String>;

async fn over(disk: &CrashDisk) -> Result<Arc<dyn Storage>> {
    redb_over(disk.medium(), &parts(&ManualClock::default())).await
}

async fn rows(store: &Arc<dyn Storage>) -> Rows {
    let all = KeyRange::all(tenant(), TableName::new("kept").unwrap());
    let page = store.scan(all, PageRequest::first(1_000)).await.unwrap();
    page.entries.iter().map(|entry| (entry.address.key.decode().unwrap(), text(entry).unwrap())).collect()
}

/// A run: every state it went through, and when each became the acknowledged one.
struct Script {
    events: Vec<DiskEvent>,
    states: Vec<Rows>,
    acknowledged: Vec<usize>,
    // When the opening of the empty store had ended.
    opened: usize,
}

impl Script {
    async fn run(groups: usize) -> Self {
        let disk = CrashDisk::default();
        let store = over(&disk).await.unwrap();
        let opened = disk.moment();
        let (mut states, mut acknowledged) = (vec![Rows::new()], vec![opened]);
        for group in 0..groups {
            let mut next: Rows = states.last().unwrap().clone();
            let mut batch = Batch::default();
            for row in 0..3 {
                let (name, text) =
                    (format!("{}", (group + row * 5) % 9), format!("{group}/{row}").repeat(1 + group * 40 % 900));
                batch.put(at(&name), frame(&text), Precondition::Any);
                next.insert(name, text);
            }
            if group % 3 == 2 {
                let name = format!("{}", (group + 3) % 9);
                batch.delete(at(&name), Precondition::Any);
                next.remove(&name);
            }
            store.apply(batch).await.unwrap();
            states.push(next);
            acknowledged.push(disk.moment());
        }
        // The closing is part of the run.
        store.control(Control::Close).await.unwrap();
        Self { events: disk.events(), states, acknowledged, opened }
    }

    /// Opens an image of a crash before event `until`.
    async fn check(&self, image: Vec<u8>, until: usize, context: &str) {
        let least = self.acknowledged.iter().filter(|moment| **moment <= until).count().saturating_sub(1);
        let disk = CrashDisk::of(image);
        let store = match over(&disk).await {
            Ok(store) => store,
            Err(error) => panic!("{context}: {error:?}"),
        };
        let found = rows(&store).await;
        let state = self.states.iter().rposition(|state| *state == found);
        assert!(state.is_some(), "{context}: half a group: {:?}", found.keys());
        assert!(state >= Some(least), "{context}: group {state:?} is there, {least} was acknowledged");
        let verified = store.control(Control::Verify).await.unwrap();
        assert!(
            matches!(&verified, ControlReport::Verified { corrupt, .. } if corrupt.is_empty()),
            "{context}: {verified:?}"
        );
        store.put(at("next"), frame("goes on")).await.unwrap();
        store.control(Control::Close).await.unwrap();
        let again = over(&disk).await.unwrap();
        assert_eq!(value(&again, "next").await.unwrap().as_deref(), Some("goes on"), "{context}");
    }
}

fn syncs(events: &[DiskEvent]) -> Vec<usize> {
    let numbered = events.iter().enumerate();
    numbered.filter(|(_, event)| matches!(event, DiskEvent::Sync)).map(|(at, _)| at).collect()
}

#[tokio::test]
async fn the_image_of_a_crash_at_any_sync_holds_whole_groups_and_all_acknowledged_ones() {
    let script = Script::run(12).await;
    // A directory names its files once they are made, and makes them anew before.
    let mut syncs = syncs(&script.events);
    let made = syncs.iter().filter(|sync| **sync < script.opened).count();
    syncs.drain(..made.saturating_sub(1));
    assert!(syncs.len() >= 12, "every group is synced, and there were {} syncs", syncs.len());
    let mut checked = 0;
    for (nth, synced) in syncs.iter().enumerate() {
        let until = syncs.get(nth + 1).copied().unwrap_or(script.events.len());
        let mut ways = vec![Unsynced::Lost, Unsynced::Kept];
        ways.extend((0..6).map(|seed| Unsynced::Some(seed + 100 * nth as u64)));
        for way in ways {
            let bytes = image(&script.events, synced + 1, until, way);
            script.check(bytes, until, &format!("sync {nth}, {way:?}")).await;
            checked += 1;
        }
        // The last write before the crash, cut at each sector's edge.
        let last = (*synced + 1..until).rev().find(|at| matches!(script.events[*at], DiskEvent::Write(..)));
        if let Some(last) = last
            && let DiskEvent::Write(_, data) = &script.events[last]
        {
            for sectors in 0..=(data.len() / 512).min(9) {
                let bytes = image(&script.events, synced + 1, last + 1, Unsynced::Torn(sectors));
                script.check(bytes, last + 1, &format!("sync {nth}, torn after {sectors} sectors")).await;
                checked += 1;
            }
        }
    }
    println!("{checked} images of {} syncs", syncs.len());
}

#[tokio::test]
async fn relaxed_writes_are_lost_only_together_with_all_after_them() {
    let disk = CrashDisk::default();
    let store = over(&disk).await.unwrap();
    store.put(at("a"), frame("1")).await.unwrap();
    let before = disk.events().len();
    let mut states = vec![rows(&store).await];
    for n in 0..5 {
        let mut batch = Batch::of([Op::Put {
            at: at(&n.to_string()),
            frame: frame("relaxed"),
            ttl: None,
            expect: Precondition::Any,
        }]);
        batch.durability = Durability::Relaxed;
        store.apply(batch).await.unwrap();
        states.push(rows(&store).await);
    }
    let unsynced = disk.events();
    let lost = over(&CrashDisk::of(image(&unsynced, before, before, Unsynced::Lost))).await.unwrap();
    assert_eq!(rows(&lost).await, states[0]);
    store.control(Control::Flush).await.unwrap();
    let events = disk.events();
    let last = *syncs(&events).last().unwrap();
    let kept = over(&CrashDisk::of(image(&events, last + 1, last + 1, Unsynced::Lost))).await.unwrap();
    assert_eq!(rows(&kept).await, states[5], "a flush makes them stay");
}

#[tokio::test]
async fn a_failed_write_or_sync_poisons_the_store_and_reading_goes_on() {
    for (fault, after) in [
        (DiskFault::Syncs(io::ErrorKind::Other), 0),
        (DiskFault::Syncs(io::ErrorKind::Other), 1),
        (DiskFault::Writes(io::ErrorKind::Other), 0),
        (DiskFault::Writes(io::ErrorKind::Other), 2),
    ] {
        let context = format!("{fault:?} after {after}");
        let disk = CrashDisk::default();
        let store = over(&disk).await.unwrap();
        store.put(at("a"), frame("kept")).await.unwrap();
        disk.fail(fault, after);
        let first = store.put(at("b"), frame("unknown")).await.unwrap_err();
        assert_eq!(
            (first.kind(), first.context()["outcome"].as_str()),
            (ErrorKind::StorePoisoned, "unknown"),
            "{context}"
        );
        disk.fail(DiskFault::None, 0);
        let second = store.put(at("c"), frame("refused")).await.unwrap_err();
        assert_eq!(
            (second.kind(), second.context()["outcome"].as_str(), second.retryable()),
            (ErrorKind::StorePoisoned, "not_applied", false),
            "{context}: a disk that works again proves nothing"
        );
        assert_eq!(store.control(Control::Flush).await.unwrap_err().kind(), ErrorKind::StorePoisoned);
        assert_eq!(store.control(Control::Probe).await.unwrap_err().kind(), ErrorKind::StorePoisoned);
        assert_eq!(value(&store, "a").await.unwrap().as_deref(), Some("kept"), "{context}: reading goes on");
        assert_eq!(value(&store, "c").await.unwrap(), None);
        store.control(Control::Close).await.unwrap();
        let again = over(&disk).await.unwrap();
        assert_eq!(value(&again, "a").await.unwrap().as_deref(), Some("kept"), "{context}");
        again.put(at("d"), frame("writable again")).await.unwrap();
    }
}

#[tokio::test]
async fn a_failed_read_is_the_failure_of_that_call_only() {
    let disk = CrashDisk::default();
    let store = over(&disk).await.unwrap();
    store.put(at("a"), frame(&"kept".repeat(100))).await.unwrap();
    store.control(Control::Close).await.unwrap();
    // Nothing in the cache yet.
    let store = over(&disk).await.unwrap();
    disk.fail(DiskFault::Reads(io::ErrorKind::Other), 0);
    let failed = store.get(at("a")).await;
    disk.fail(DiskFault::None, 0);
    if let Err(error) = failed {
        assert!(matches!(error.kind(), ErrorKind::Unavailable | ErrorKind::StorePoisoned), "{error:?}");
    }
    assert_eq!(value(&store, "a").await.unwrap(), Some("kept".repeat(100)));
    store.put(at("b"), frame("v")).await.unwrap();
}

#[tokio::test]
async fn no_space_is_no_poison_and_nothing_of_the_batch_is_there() {
    for after in 0..6 {
        let disk = CrashDisk::default();
        let store = over(&disk).await.unwrap();
        store.put(at("a"), frame("kept")).await.unwrap();
        disk.fail(DiskFault::Writes(io::ErrorKind::StorageFull), after);
        let refused = store.put(at("b"), frame(&"x".repeat(5_000))).await;
        disk.fail(DiskFault::None, 0);
        match refused {
            // So few writes that none failed.
            Ok(_) => assert_eq!(value(&store, "b").await.unwrap(), Some("x".repeat(5_000)), "after {after}"),
            Err(error) if error.kind() == ErrorKind::StorageFull => {
                assert_eq!(error.context()["outcome"], "not_applied", "after {after}");
                assert_eq!(value(&store, "b").await.unwrap(), None, "after {after}");
                store.put(at("c"), frame("space is back")).await.unwrap();
                assert_eq!(value(&store, "c").await.unwrap().as_deref(), Some("space is back"), "after {after}");
            }
            // The disk had no room even to open the file again.
            Err(error) => {
                assert_eq!(
                    (error.kind(), error.context()["outcome"].as_str()),
                    (ErrorKind::StorePoisoned, "unknown"),
                    "after {after}: {error:?}"
                );
            }
        }
        assert_eq!(value(&store, "a").await.unwrap().as_deref(), Some("kept"), "after {after}");
    }
}

#[tokio::test]
async fn many_waiting_writers_share_the_syncs() {
    let disk = CrashDisk::default();
    let store = over(&disk).await.unwrap();
    let before = syncs(&disk.events()).len();
    let alone = {
        store.put(at("alone"), frame("v")).await.unwrap();
        syncs(&disk.events()).len() - before
    };
    let before = syncs(&disk.events()).len();
    let writers = (0..200).map(|n| {
        let store = store.clone();
        async move { store.put(at(&n.to_string()), frame("v")).await }
    });
    let done = futures_util::future::join_all(writers).await;
    assert!(done.iter().all(std::result::Result::is_ok));
    let together = syncs(&disk.events()).len() - before;
    assert!(together <= alone * 20, "200 writers at once took {together} syncs, one takes {alone}");
    tokio::time::timeout(Duration::from_secs(30), store.control(Control::Close)).await.unwrap().unwrap();
}
