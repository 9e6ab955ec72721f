//! PostgreSQL is stopped in the middle of commits. It runs alone, for nobody else's server may be stopped.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aragora_core::ErrorKind;
use aragora_core::storage::{Address, Batch, Op, Precondition, Storage, TableName};
use aragora_core::testing::storage::{StorageFactory, frame, key, tenant, text};
use aragora_tests::servers::{PostgresStores, address};

fn at(name: &str) -> Address {
    Address::new(tenant(), TableName::new("suite").unwrap(), key(name))
}

/// Writes a pair again and again, each time over what it wrote before. What stays open is settled by reading.
async fn write(store: Arc<dyn Storage>, writer: usize, stop: Arc<AtomicBool>) -> (u64, u64, u64) {
    let names = [format!("a{writer}"), format!("b{writer}")];
    let (mut acknowledged, mut unknown, mut settled) = (0, 0, 0);
    let mut before: Option<Vec<_>> = None;
    let mut number = 0_u64;
    while !stop.load(Ordering::SeqCst) || unknown == 0 && number < 50 {
        number += 1;
        let ops: Vec<Op> = names
            .iter()
            .enumerate()
            .map(|(index, name)| {
                let expect = before
                    .as_ref()
                    .map_or(Precondition::Absent, |revisions: &Vec<_>| Precondition::Revision(revisions[index]));
                Op::Put { at: at(name), frame: frame(&number.to_string()), ttl: None, expect }
            })
            .collect();
        match store.apply(Batch::of(ops)).await {
            Ok(commit) => {
                acknowledged += 1;
                before = Some(commit.revisions.into_iter().flatten().collect());
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Unavailable, "{error:?}");
                let open = error.context().get("outcome").map(String::as_str);
                let found = loop {
                    match store.get_many(names.iter().map(|name| at(name)).collect()).await {
                        Ok(found) => break found,
                        Err(error) => assert_eq!(error.kind(), ErrorKind::Unavailable, "{error:?}"),
                    }
                };
                let texts: Vec<_> =
                    found.iter().map(|entry| entry.as_ref().map(|entry| text(entry).unwrap())).collect();
                assert_eq!(texts[0], texts[1], "half a batch");
                let revisions: Option<Vec<_>> =
                    found.iter().map(|entry| entry.as_ref().map(|entry| entry.revision)).collect();
                let applied = texts[0] == Some(number.to_string());
                match open {
                    Some("unknown") => {
                        unknown += 1;
                        settled += u64::from(applied || revisions == before);
                    }
                    Some("not_applied") => assert!(!applied, "it says that nothing was applied"),
                    other => panic!("{other:?}"),
                }
                assert!(applied || revisions == before, "what was acknowledged is gone, or somebody else wrote");
                before = revisions;
            }
        }
    }
    (acknowledged, unknown, settled)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_restarts_in_the_middle_of_commits_loses_nothing() {
    let Some(address) = address("ARAGORA_TEST_POSTGRES") else { return };
    let Some(restart) = aragora_tests::servers::address("ARAGORA_TEST_POSTGRES_RESTART") else { return };
    let stores = PostgresStores::new(&address, "").unwrap();
    let store = stores.fresh().await.unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..6).map(|writer| tokio::spawn(write(store.clone(), writer, stop.clone()))).collect();
    for _ in 0..3 {
        let line = restart.clone();
        let done = tokio::task::spawn_blocking(move || Command::new("sh").args(["-c", &line]).status().unwrap());
        assert!(done.await.unwrap().success());
        // The store works again before the next blow.
        while store.put(at("between"), frame("v")).await.is_err() {}
    }
    stop.store(true, Ordering::SeqCst);
    let (mut acknowledged, mut unknown) = (0, 0);
    for writer in writers {
        let (done, open, settled) = writer.await.unwrap();
        assert_eq!(open, settled);
        acknowledged += done;
        unknown += open;
    }
    assert!(acknowledged > 0 && unknown > 0, "{acknowledged} acknowledged, {unknown} open: no commit was hit");
}
