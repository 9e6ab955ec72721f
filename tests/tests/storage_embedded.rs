//! What stores in directories do beyond the contract: the change journal, upkeep, the queue, killed processes.

use std::io::{BufRead as _, Write as _};
use std::process::{Command, Stdio};
use std::sync::Arc;

use aragora_core::ErrorKind;
use aragora_core::clock::ManualClock;
use aragora_core::storage::{
    Batch, Control, ControlReport, Durability, EmbeddedStorage, KeyRange, Op, PageRequest, Precondition, Storage,
    TableName, open,
};
use aragora_core::testing::storage::{frame, redb_over, tenant, text};
use aragora_tests::crash_disk::{CrashDisk, DiskFault};
use aragora_tests::embedded::{BACKENDS, Dice, at, opened, parts, value};
use futures_util::FutureExt as _;

fn put(name: &str, text: &str) -> Op {
    Op::Put { at: at(name), frame: frame(text), ttl: None, expect: Precondition::Any }
}

#[tokio::test]
async fn the_journal_names_what_each_group_changed_and_can_be_cut() {
    for backend in BACKENDS {
        let root = tempfile::tempdir().unwrap();
        let parts = parts(&ManualClock::default());
        let uri = |options: &str| format!("{backend}:{}{options}", root.path().display());
        let store = EmbeddedStorage::open(&uri("?journal=on"), &parts).await.unwrap();
        assert!(store.capability().journal);
        store.apply(Batch::of([put("a", "1"), put("b", "1")])).await.unwrap();
        let mut batch = Batch::of([put("a", "2")]);
        batch.delete(at("b"), Precondition::Any);
        store.apply(batch).await.unwrap();
        store
            .apply(Batch::of([put("c", "1"), Op::Check { at: at("x"), expect: Precondition::Present }]))
            .await
            .unwrap_err();
        let rows = store.journal(0, 10).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [1, 2]);
        assert!(rows.iter().all(|row| row.changed == [at("a"), at("b")]), "{rows:?}");
        assert_eq!(store.journal(1, 10).await.unwrap(), rows[1..]);
        assert!(store.cut_journal(1).await.unwrap());
        assert_eq!(store.journal(0, 10).await.unwrap(), rows[1..]);
        store.control(Control::Close).await.unwrap();
        let store = EmbeddedStorage::open(&uri("?journal=on"), &parts).await.unwrap();
        assert_eq!(store.journal(0, 10).await.unwrap(), rows[1..], "it is kept with the records");
        store.apply(Batch::of([put("d", "1")])).await.unwrap();
        assert_eq!(store.journal(2, 10).await.unwrap()[0].number, 3);
        store.control(Control::Close).await.unwrap();
        let store = EmbeddedStorage::open(&uri(""), &parts).await.unwrap();
        assert!(!store.capability().journal);
        assert_eq!(store.journal(0, 10).await.unwrap_err().kind(), ErrorKind::NotConfigured);
        store.control(Control::Close).await.unwrap();
    }
    let refused = EmbeddedStorage::open("memory:", &parts(&ManualClock::default())).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidConfig);
}

#[tokio::test]
async fn compacting_keeps_every_row_and_the_store_goes_on() {
    for backend in BACKENDS {
        let root = tempfile::tempdir().unwrap();
        let store = opened(backend, root.path(), "").await.unwrap();
        for n in 0..300 {
            store.put(at(&(n % 30).to_string()), frame(&format!("{n}:{}", "x".repeat(3_000)))).await.unwrap();
        }
        assert_eq!(store.control(Control::Compact).await.unwrap(), ControlReport::Done);
        for n in 270..300 {
            let expected = format!("{n}:{}", "x".repeat(3_000));
            assert_eq!(value(&store, &(n % 30).to_string()).await.unwrap(), Some(expected), "{backend}");
        }
        store.put(at("after"), frame("v")).await.unwrap();
        store.control(Control::Close).await.unwrap();
        let store = opened(backend, root.path(), "").await.unwrap();
        assert_eq!(value(&store, "after").await.unwrap().as_deref(), Some("v"), "{backend}");
        let Ok(ControlReport::Verified { checked: 31, corrupt }) = store.control(Control::Verify).await else {
            panic!("{backend}: 31 rows are checked");
        };
        assert!(corrupt.is_empty(), "{backend}: {corrupt:?}");
        let Ok(ControlReport::Probed(report)) = store.control(Control::Probe).await else { panic!("{backend}") };
        assert!(report.notes.is_empty(), "{backend}: {:?}", report.notes);
        std::fs::create_dir(root.path().join("store-9")).unwrap();
        let Ok(ControlReport::Probed(report)) = store.control(Control::Probe).await else { panic!("{backend}") };
        assert!(report.notes.iter().any(|note| note.contains("store-9")), "{:?}", report.notes);
        store.control(Control::Close).await.unwrap();
    }
}

#[tokio::test]
async fn a_clock_that_steps_back_is_noted_and_brings_nothing_back() {
    for backend in BACKENDS {
        let root = tempfile::tempdir().unwrap();
        let uri = format!("{backend}:{}", root.path().display());
        let (early, late) = (ManualClock::default(), ManualClock::default());
        late.advance(std::time::Duration::from_secs(3_600));
        let store = open(&uri, &parts(&late)).await.unwrap();
        store.put_for(at("short"), frame("v"), std::time::Duration::from_secs(1)).await.unwrap();
        late.advance(std::time::Duration::from_secs(2));
        assert!(matches!(store.control(Control::Sweep).await, Ok(ControlReport::Swept { removed: 1, more: false })));
        store.control(Control::Close).await.unwrap();
        let store = open(&uri, &parts(&early)).await.unwrap();
        assert_eq!(value(&store, "short").await.unwrap(), None);
        let Ok(ControlReport::Probed(report)) = store.control(Control::Probe).await else { panic!("{backend}") };
        assert!(report.notes.iter().any(|note| note.contains("clock")), "{:?}", report.notes);
        store.control(Control::Close).await.unwrap();
    }
}

#[tokio::test]
async fn a_batch_waits_thirty_seconds_for_room_in_the_queue_and_not_longer() {
    let clock = ManualClock::default();
    let disk = CrashDisk::default();
    let store = redb_over(disk.medium(), &parts(&clock)).await.unwrap();
    disk.hold(true);
    let waiting: Vec<_> = (0..1_600)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move { store.apply(Batch::of([put(&n.to_string(), "v")])).await })
        })
        .collect();
    // Until those that found no room sleep.
    while clock.sleepers() < 300 {
        tokio::task::yield_now().await;
    }
    clock.advance(std::time::Duration::from_secs(30));
    // Nothing is written meanwhile, so whoever has an answer was refused.
    while waiting.iter().filter(|task| task.is_finished()).count() < 300 {
        tokio::task::yield_now().await;
    }
    disk.hold(false);
    let (mut applied, mut refused) = (0, 0);
    for done in waiting {
        match done.await.unwrap() {
            Ok(_) => applied += 1,
            Err(error) => {
                assert_eq!(
                    (error.kind(), error.context()["outcome"].as_str()),
                    (ErrorKind::Unavailable, "not_applied")
                );
                refused += 1;
            }
        }
    }
    assert!(applied >= 1_024 && refused >= 300, "{applied} applied, {refused} refused");
    let all = KeyRange::all(tenant(), TableName::new("kept").unwrap());
    let page = store.scan(all.clone(), PageRequest::first(1_000)).await.unwrap();
    let rest = store.scan(all, PageRequest::first(1_000).after(page.next.unwrap())).await.unwrap();
    assert_eq!(page.entries.len() + rest.entries.len(), applied, "what was refused is not there");
}

#[tokio::test]
async fn a_dropped_write_that_was_queued_is_done_whole() {
    let disk = CrashDisk::default();
    let store = redb_over(disk.medium(), &parts(&ManualClock::default())).await.unwrap();
    disk.hold(true);
    let first = tokio::spawn({
        let store = store.clone();
        async move { store.apply(Batch::of([put("first", "v")])).await }
    });
    let mut dropped = Box::pin(store.apply(Batch::of([put("a", "v"), put("b", "v")])));
    assert!(dropped.as_mut().now_or_never().is_none());
    drop(dropped);
    disk.hold(false);
    first.await.unwrap().unwrap();
    store.control(Control::Flush).await.unwrap();
    let found = store.get_many(vec![at("a"), at("b")]).await.unwrap();
    assert_eq!(found.iter().flatten().count(), 2);
    disk.fail(DiskFault::None, 0);
}

/// The child of the next test: several writers, batches of two rows, some relaxed; says what was acknowledged.
#[test]
fn a_child_that_writes_until_it_is_killed() {
    let Ok(uri) = std::env::var("ARAGORA_TEST_KILL_STORE") else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    runtime.block_on(async {
        let store = open(&uri, &parts(&ManualClock::default())).await.unwrap();
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let store = store.clone();
                tokio::spawn(async move {
                    for number in 0_u64.. {
                        let pad = "x".repeat((number * 37 % 900) as usize);
                        let pair = ["a", "b"].map(|name| put(&format!("{name}{writer}"), &format!("{number} {pad}")));
                        let mut batch = Batch::of(pair);
                        if number % 5 == 4 {
                            batch.durability = Durability::Relaxed;
                        }
                        let relaxed = batch.durability == Durability::Relaxed;
                        store.apply(batch).await.unwrap();
                        if !relaxed {
                            let mut out = std::io::stdout().lock();
                            writeln!(out, "acknowledged {writer} {number}").unwrap();
                            out.flush().unwrap();
                        }
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
    });
}

async fn survives_kills(backend: &str) {
    let rounds = std::env::var("ARAGORA_KILL_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(10_u64);
    let root = tempfile::tempdir().unwrap();
    for round in 0..rounds {
        let mut dice = Dice::new(round);
        let uri = format!("{backend}:{}", root.path().join((round / 5).to_string()).display());
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "a_child_that_writes_until_it_is_killed", "--nocapture"])
            .env("ARAGORA_TEST_KILL_STORE", &uri)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let after = 1 + dice.next(120);
        let mut last = [None; 4];
        let lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
        for (count, line) in (1..).zip(lines) {
            let line = line.unwrap();
            let Some((_, words)) = line.split_once("acknowledged ") else { continue };
            let (writer, number) = words.split_once(' ').unwrap();
            last[writer.parse::<usize>().unwrap()] = Some(number.parse::<u64>().unwrap());
            if count >= after {
                // Again and again until it is gone is fine.
                let _ = child.kill();
            }
        }
        child.wait().unwrap();
        let store: Arc<dyn Storage> = open(&uri, &parts(&ManualClock::default())).await.unwrap();
        for (writer, last) in last.iter().enumerate() {
            let context = format!("{backend}, round {round}, writer {writer}");
            let pair = store.get_many(vec![at(&format!("a{writer}")), at(&format!("b{writer}"))]).await.unwrap();
            let texts: Vec<Option<String>> =
                pair.iter().map(|entry| entry.as_ref().map(|e| text(e).unwrap())).collect();
            assert_eq!(texts[0], texts[1], "{context}: batches are whole");
            if let Some(last) = last {
                let kept: u64 = texts[0].as_ref().unwrap().split(' ').next().unwrap().parse().unwrap();
                // A relaxed batch and one in flight may follow.
                assert!(kept >= *last && kept <= last + 2, "{context}: {kept} is there, {last} was acknowledged");
            }
        }
        store.control(Control::Close).await.unwrap();
    }
}

#[tokio::test]
async fn nothing_redb_acknowledged_is_lost_when_the_process_is_killed() {
    survives_kills("redb").await;
}

#[cfg(feature = "sled")]
#[tokio::test]
async fn nothing_sled_acknowledged_is_lost_when_the_process_is_killed() {
    survives_kills("sled").await;
}
