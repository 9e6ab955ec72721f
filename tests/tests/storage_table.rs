//! Typed tables: exact round trips, indexes in the record's batch, lazy upgrades, damage that is never a wrong value.

use std::sync::Arc;
use std::time::Duration;

use aragora_core::clock::{Clock, ManualClock};
use aragora_core::ids::{DebateId, OrgId};
use aragora_core::storage::{
    Address, Batch, Codec, Desc, IndexDef, KeyBytes, MemoryStorage, OnCorrupt, PageRequest, Precondition, Replaces,
    ScanOrder, Space, SpaceKind, Storage, Table, TableDef, TableName, TableRecord, check_definitions, draft,
    draft_json,
};
use aragora_core::telemetry::{Parts, names};
use aragora_core::testing::storage::Hurried;
use aragora_core::{ErrorKind, Result};
use futures_util::TryStreamExt as _;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct LogRow {
    debate: DebateId,
    seq: u64,
    line: String,
}

impl TableRecord for LogRow {
    type Key = (DebateId, u64);
    const DEF: TableDef = TableDef::tenant("test_log", 1);

    fn key(&self) -> Self::Key {
        (self.debate.clone(), self.seq)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Job {
    id: String,
    state: String,
    tags: Vec<String>,
    due: u64,
}

impl TableRecord for Job {
    type Key = String;
    const DEF: TableDef = TableDef {
        indexes: &[
            IndexDef { name: "state", table: "test_job_state" },
            IndexDef { name: "tag", table: "test_job_tag" },
        ],
        ..TableDef::tenant("test_job", 3)
    };

    fn key(&self) -> String {
        self.id.clone()
    }

    fn index(&self, name: &str) -> Vec<KeyBytes> {
        match name {
            "state" => vec![KeyBytes::of(&(self.state.clone(), Desc(self.due)))],
            _ => self.tags.iter().map(KeyBytes::of).collect(),
        }
    }

    fn upgrade(from: u16, mut old: Value) -> Result<Value> {
        match from {
            1 => old["tags"] = json!([]),
            _ => old["due"] = json!(0),
        }
        Ok(old)
    }
}

fn acme() -> Space {
    Space::Tenant(OrgId::new("acme").unwrap())
}

fn memory() -> (Arc<dyn Storage>, ManualClock) {
    let clock = ManualClock::default();
    (Arc::new(MemoryStorage::new(Arc::new(clock.clone()))), clock)
}

fn row(debate: &str, seq: u64) -> LogRow {
    LogRow { debate: DebateId::new(debate).unwrap(), seq, line: format!("{debate}/{seq}") }
}

fn job(id: &str, state: &str, tags: &[&str], due: u64) -> Job {
    Job { id: id.into(), state: state.into(), tags: tags.iter().map(|tag| (*tag).to_owned()).collect(), due }
}

fn ids(jobs: &[aragora_core::storage::Versioned<Job>]) -> Vec<&str> {
    jobs.iter().map(|job| job.value.id.as_str()).collect()
}

#[tokio::test]
async fn a_log_is_appended_under_conditions_and_read_in_order() {
    let (store, _) = memory();
    let log: Table<LogRow> = Table::new(store.clone(), acme());
    for debate in ["d-1", "d-10", "d-2"] {
        let mut batch = Batch::default();
        for seq in (0..300).rev() {
            log.stage_put(&mut batch, &row(debate, seq), Replaces::Nothing).unwrap();
        }
        store.apply(batch).await.unwrap();
    }
    let mut again = Batch::default();
    log.stage_put(&mut again, &row("d-1", 300), Replaces::Nothing).unwrap();
    log.stage_put(&mut again, &row("d-1", 299), Replaces::Nothing).unwrap();
    assert_eq!(store.apply(again).await.unwrap_err().kind(), ErrorKind::Conflict, "a seq is written once");
    assert_eq!(log.get(&row("d-1", 300).key()).await.unwrap(), None);

    let own = log.prefix(&DebateId::new("d-1").unwrap());
    let rows: Vec<_> = log.scan_all(own, ScanOrder::Ascending).map_ok(|row| row.value).try_collect().await.unwrap();
    assert_eq!(rows, (0..300).map(|seq| row("d-1", seq)).collect::<Vec<_>>());
    let (from, to) = (row("d-1", 297).key(), row("d-1", u64::MAX).key());
    let tail = log.range(std::ops::Bound::Excluded(&from), std::ops::Bound::Included(&to));
    assert_eq!(log.collect(tail).await.unwrap().len(), 2);
    let page = log.scan(log.all(), PageRequest::first(2).descending()).await.unwrap();
    assert_eq!(page.records.iter().map(|row| row.value.line.as_str()).collect::<Vec<_>>(), ["d-2/299", "d-2/298"]);
    assert!(page.next.is_some());
}

#[tokio::test]
async fn records_are_read_changed_taken_and_expire() {
    let (store, clock) = memory();
    let log: Table<LogRow> = Table::new(store, acme());
    let first = row("d", 1);
    let revision = log.put_if_absent(&first).await.unwrap().unwrap();
    assert_eq!(log.put_if_absent(&row("d", 1)).await.unwrap(), None);
    let found = log.get(&first.key()).await.unwrap().unwrap();
    assert_eq!((&found.value, found.revision, found.expires_at), (&first, revision, None));
    let many = log.get_many([&row("d", 9).key(), &first.key()]).await.unwrap();
    assert!(many[0].is_none() && many[1].is_some());
    let longer = |row: Option<LogRow>| Ok(row.map(|row| LogRow { line: row.line + "!", ..row }));
    assert_eq!(log.update(&first.key(), longer).await.unwrap().unwrap().line, "d/1!");
    assert_eq!(log.update(&row("d", 2).key(), longer).await.unwrap(), None);
    let moved = log.update(&first.key(), |_| Ok(Some(row("d", 5)))).await;
    assert_eq!(moved.unwrap_err().kind(), ErrorKind::InvalidRequest);
    assert_eq!(log.take(&first.key()).await.unwrap().unwrap().value.line, "d/1!");
    assert_eq!(log.take(&first.key()).await.unwrap(), None);
    log.put_for(&first, Duration::from_secs(1)).await.unwrap();
    let until = log.get(&first.key()).await.unwrap().unwrap().expires_at;
    assert_eq!(until, Some(clock.now().plus(Duration::from_secs(1))));
    clock.advance(Duration::from_secs(1));
    assert_eq!(log.get(&first.key()).await.unwrap(), None);
    log.put(&first).await.unwrap();
    log.delete(&first.key()).await.unwrap();
    assert_eq!(log.get(&first.key()).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_updates_of_an_indexed_record_leave_sound_indexes() {
    let (store, clock) = memory();
    let parts = Parts::system().with_clock(Hurried(clock));
    let jobs: Table<Job> = Table::new(store, acme()).with_parts(&parts);
    jobs.put(&job("j", "new", &["0"], 0)).await.unwrap();
    let tasks: Vec<_> = (0..8)
        .map(|writer: u64| {
            let jobs = jobs.clone();
            tokio::spawn(async move {
                let mut done = 0;
                for _ in 0..5 {
                    let result = jobs
                        .update(&"j".to_owned(), |job| {
                            Ok(job.map(|job| Job {
                                due: job.due + 1,
                                state: format!("s{writer}"),
                                tags: vec![job.due.to_string()],
                                ..job
                            }))
                        })
                        .await;
                    match result {
                        Ok(_) => done += 1,
                        Err(error) => assert_eq!(error.kind(), ErrorKind::Conflict),
                    }
                }
                done
            })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        done += task.await.unwrap();
    }
    assert_eq!(jobs.get(&"j".to_owned()).await.unwrap().unwrap().value.due, done, "no update is lost");
    let report = jobs.verify_indexes().await.unwrap();
    assert!(report.is_sound(), "{report:?}");
}

#[tokio::test]
async fn indexes_follow_their_records() {
    let (store, _) = memory();
    let parts = Parts::system();
    let jobs: Table<Job> = Table::new(store.clone(), acme()).with_parts(&parts);
    for record in [
        job("a", "due", &["x", "y"], 1),
        job("b", "due", &["y"], 2),
        job("c", "done", &[], 3),
        job("d", "du", &["x"], 9),
    ] {
        jobs.put(&record).await.unwrap();
    }
    let by_state = jobs.index_prefix("state", &"due".to_owned()).unwrap();
    let page = jobs.scan_index("state", by_state.clone(), PageRequest::default()).await.unwrap();
    assert_eq!((ids(&page.records), page.orphans), (vec!["b", "a"], 0), "latest due first");
    let tagged = |tag: &str| jobs.index_prefix("tag", &tag.to_owned()).unwrap();
    assert_eq!(ids(&jobs.scan_index("tag", tagged("x"), PageRequest::default()).await.unwrap().records), ["a", "d"]);

    jobs.put(&job("a", "done", &["z"], 1)).await.unwrap();
    assert_eq!(ids(&jobs.scan_index("state", by_state.clone(), PageRequest::default()).await.unwrap().records), ["b"]);
    assert_eq!(ids(&jobs.scan_index("tag", tagged("z"), PageRequest::default()).await.unwrap().records), ["a"]);
    assert_eq!(jobs.take(&"b".to_owned()).await.unwrap().unwrap().value.id, "b");
    jobs.delete(&"d".to_owned()).await.unwrap();
    assert_eq!(jobs.index_all("tag").map(|range| range.table.to_string()).unwrap(), "test_job_tag");
    let rest = jobs.scan_index("tag", jobs.index_all("tag").unwrap(), PageRequest::default()).await.unwrap();
    assert_eq!(ids(&rest.records), ["a"]);
    assert!(jobs.verify_indexes().await.unwrap().is_sound());

    // Rows that lead nowhere are skipped, counted, found and removed; missing ones are made again.
    store.delete(jobs.address(&"c".to_owned()).unwrap()).await.unwrap();
    let lost = jobs.scan_index("tag", jobs.index_all("tag").unwrap(), PageRequest::default()).await.unwrap();
    let row = store.scan(jobs.index_all("tag").unwrap(), PageRequest::default()).await.unwrap().entries;
    store.delete(row[0].address.clone()).await.unwrap();
    assert_eq!(lost.orphans, 0);
    let page = jobs.scan_index("state", jobs.index_all("state").unwrap(), PageRequest::default()).await.unwrap();
    assert_eq!((ids(&page.records), page.orphans), (vec!["a"], 1));
    assert_eq!(parts.telemetry.count_of(&names::STORAGE_INDEX_ORPHANS_TOTAL, &["test_job"]), 1);
    let report = jobs.rebuild_indexes().await.unwrap();
    assert_eq!((report.records, report.missing, report.orphans), (1, 1, 1));
    assert!(jobs.verify_indexes().await.unwrap().is_sound());
    assert_eq!(ids(&jobs.scan_index("tag", tagged("z"), PageRequest::default()).await.unwrap().records), ["a"]);
}

#[tokio::test]
async fn an_indexed_record_is_only_staged_over_a_known_one() {
    let (store, _) = memory();
    let jobs: Table<Job> = Table::new(store.clone(), acme());
    let mut batch = Batch::default();
    let refused = jobs.stage_put(&mut batch, &job("a", "s", &[], 1), Replaces::Anything);
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::InvalidRequest);
    jobs.put(&job("a", "s", &[], 1)).await.unwrap();
    let current = jobs.get(&"a".to_owned()).await.unwrap().unwrap();
    assert!(jobs.stage_put(&mut batch, &job("b", "s", &[], 1), Replaces::This(&current)).is_err());
    assert!(jobs.scan_index("nope", jobs.all(), PageRequest::default()).await.is_err());
    let (mut delete, mut stale) = (Batch::default(), Batch::default());
    jobs.stage_delete(&mut stale, &current).unwrap();
    jobs.put(&job("a", "t", &[], 1)).await.unwrap();
    assert_eq!(store.apply(stale).await.unwrap_err().kind(), ErrorKind::Conflict);
    jobs.stage_delete(&mut delete, &jobs.get(&"a".to_owned()).await.unwrap().unwrap()).unwrap();
    store.apply(delete).await.unwrap();
    assert!(jobs.verify_indexes().await.unwrap().is_sound());
}

async fn put_json(store: &Arc<dyn Storage>, id: &str, schema: u16, json: &str) {
    let at = Table::<Job>::new(store.clone(), acme()).address(&id.to_owned()).unwrap();
    store.put(at, draft(Codec::Json, schema, json.as_bytes())).await.unwrap();
}

#[tokio::test]
async fn older_schemas_are_lifted_step_by_step_and_newer_ones_refused() {
    let (store, _) = memory();
    let jobs: Table<Job> = Table::new(store.clone(), acme());
    put_json(&store, "one", 1, r#"{"id":"one","state":"s"}"#).await;
    put_json(&store, "two", 2, r#"{"id":"two","state":"s","tags":["t"]}"#).await;
    put_json(&store, "zero", 4, r#"{"id":"zero"}"#).await;
    let read = async |id: &str| jobs.get(&id.to_owned()).await;
    assert_eq!(read("one").await.unwrap().unwrap().value, job("one", "s", &[], 0));
    assert_eq!(read("two").await.unwrap().unwrap().value, job("two", "s", &["t"], 0));
    let newer = read("zero").await.unwrap_err();
    assert_eq!((newer.kind(), newer.context()["found"].as_str()), (ErrorKind::UnsupportedVersion, "4"));
    let report = PageRequest { on_corrupt: OnCorrupt::Report, ..PageRequest::default() };
    let page = jobs.scan(jobs.all(), report).await.unwrap();
    assert_eq!((ids(&page.records), page.corrupt.len()), (vec!["one", "two"], 1), "the others stay readable");
    assert_eq!(jobs.scan(jobs.all(), PageRequest::default()).await.unwrap_err().kind(), ErrorKind::UnsupportedVersion);

    jobs.delete(&"zero".to_owned()).await.unwrap_err();
    store.delete(jobs.address(&"zero".to_owned()).unwrap()).await.unwrap();
    jobs.put(&job("new", "s", &[], 7)).await.unwrap();
    let done = jobs.migrate(10, None).await.unwrap();
    assert_eq!((done.rewritten, done.overtaken, done.next), (2, 0, None));
    assert_eq!(jobs.migrate(10, None).await.unwrap().rewritten, 0);
    assert!(jobs.verify_indexes().await.unwrap().is_sound(), "rewriting makes the index rows that were missing");
}

#[tokio::test]
async fn a_migration_goes_on_where_its_budget_ended() {
    let (store, _) = memory();
    let jobs: Table<Job> = Table::new(store.clone(), acme());
    for number in 0..2_500 {
        put_json(&store, &format!("{number:04}"), 1, &format!(r#"{{"id":"{number:04}","state":"s"}}"#)).await;
    }
    let (mut cursor, mut pages) = (None, Vec::new());
    loop {
        let done = jobs.migrate(1, cursor).await.unwrap();
        pages.push(done.rewritten);
        cursor = done.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(pages, [1_000, 1_000, 500]);
}

#[tokio::test]
async fn json_that_readers_could_read_differently_is_corrupt() {
    let (store, _) = memory();
    let jobs: Table<Job> = Table::new(store.clone(), acme());
    for broken in [
        r#"{"id":"k","state":"a","state":"b","tags":[],"due":1}"#,
        r#"{"id":"k","state":"a","tags":[],"due":1,"unknown":{"x":1,"\u0078":2}}"#,
        r#"{"id":"k","state":"a","tags":[],"due":1} 1"#,
        r#"{"id":"k","state":"a","tags":[],"due":"private words"}"#,
        "",
        "[]",
    ] {
        put_json(&store, "k", 3, broken).await;
        let error = jobs.get(&"k".to_owned()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{broken}");
        assert!(!error.to_string().contains("private words"), "{error}");
    }
    put_json(&store, "k", 3, r#"{"id":"k","state":"a","tags":[],"due":1,"unknown":{"x":1,"y":2}}"#).await;
    assert_eq!(jobs.get(&"k".to_owned()).await.unwrap().unwrap().value, job("k", "a", &[], 1));
    let raw = draft(Codec::Raw, 3, b"{}");
    store.put(jobs.address(&"k".to_owned()).unwrap(), raw).await.unwrap();
    assert_eq!(jobs.get(&"k".to_owned()).await.unwrap_err().kind(), ErrorKind::Corrupt);
}

#[tokio::test]
async fn a_table_stays_in_its_kind_of_space() {
    let (store, _) = memory();
    let jobs: Table<Job> = Table::new(store.clone(), Space::System);
    assert_eq!(jobs.get(&"k".to_owned()).await.unwrap_err().kind(), ErrorKind::InvalidRequest);
    assert_eq!(jobs.put(&job("k", "s", &[], 1)).await.unwrap_err().kind(), ErrorKind::InvalidRequest);
    let other: Table<Job> = Table::new(store.clone(), Space::Tenant(OrgId::new("other").unwrap()));
    Table::<Job>::new(store, acme()).put(&job("k", "s", &["t"], 1)).await.unwrap();
    assert_eq!(other.get(&"k".to_owned()).await.unwrap(), None);
    let theirs = other.scan_index("tag", other.index_all("tag").unwrap(), PageRequest::default()).await.unwrap();
    assert!(theirs.records.is_empty(), "an index never leads to another tenant");
}

#[tokio::test]
async fn a_watch_of_a_table_wakes_its_reader() {
    let (store, _) = memory();
    let log: Table<LogRow> = Table::new(store, acme());
    let mut watch = log.watch(log.prefix(&DebateId::new("d").unwrap())).await.unwrap();
    watch.changed().await.unwrap();
    log.put(&row("d", 0)).await.unwrap();
    watch.changed().await.unwrap();
}

#[test]
fn table_names_are_defined_once() {
    const NAME: &str = "test_job";
    check_definitions(&[Job::DEF, LogRow::DEF, Job::DEF]).unwrap();
    let second = TableDef { schema: 9, ..Job::DEF };
    let named = TableDef { name: "Not A Name", indexes: &[], ..Job::DEF };
    let unnumbered = TableDef { name: "zero", schema: 0, indexes: &[], ..Job::DEF };
    let thief = TableDef { name: "thief", ..Job::DEF };
    let shadow = TableDef { name: "test_job_tag", indexes: &[], space: SpaceKind::Either, ..Job::DEF };
    for (defs, wrong) in [
        (vec![Job::DEF, second], NAME),
        (vec![named], "Not A Name"),
        (vec![unnumbered], "zero"),
        (vec![Job::DEF, thief], "thief"),
        (vec![Job::DEF, shadow], "is a table"),
    ] {
        let error = check_definitions(&defs).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfig);
        assert!(error.reason().contains(wrong), "{error}");
    }
}

#[tokio::test]
async fn the_store_of_a_uri_is_opened_or_its_feature_named() {
    let parts = Parts::system();
    let store = aragora_core::storage::open("memory:", &parts).await.unwrap();
    assert_eq!(store.capability().backend, "memory");
    // Nobody listens there. Whether the backends were built depends on what else is built in the same run.
    for (uri, feature) in [
        ("postgres://me:hunter2@127.0.0.1:1/db", "storage-postgres"),
        ("postgresql://me@127.0.0.1:1/db", "storage-postgres"),
        ("redis://127.0.0.1:1", "storage-redis"),
        ("rediss://:hunter2@127.0.0.1:1", "storage-redis"),
        ("redis+sentinel://127.0.0.1:1,127.0.0.1:2/svc", "storage-redis"),
    ] {
        let error = aragora_core::storage::open(uri, &parts).await.unwrap_err();
        match error.kind() {
            ErrorKind::NotConfigured => assert!(error.reason().contains(feature), "{error:?}"),
            kind => assert!(matches!(kind, ErrorKind::Unavailable | ErrorKind::InvalidConfig), "{uri}: {error:?}"),
        }
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
    for uri in ["", "memory:x", "mysql://me:hunter2@host", "redb:"] {
        let error = aragora_core::storage::open(uri, &parts).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{uri}");
        assert!(!format!("{error:?}").contains("hunter2"));
    }
}

#[tokio::test]
async fn what_lies_in_memory_is_the_frame_of_the_specification() {
    let (store, _) = memory();
    let event = TableName::new("event").unwrap();
    let at = |seq: u64| Address::new(acme(), event.clone(), KeyBytes::of(&("d-1".to_owned(), seq)));
    // Revisions count from 1, so the forty-second write is the vector's.
    for seq in 100..141 {
        store.put(at(seq), draft(Codec::Raw, 1, b"")).await.unwrap();
    }
    store.put(at(7), draft_json(1, &json!({"a": 1})).unwrap()).await.unwrap();
    let frame = store.get(at(7)).await.unwrap().unwrap().frame;
    let hex: String = frame.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, "a7010100010000002a0000000000000000000000000000007b2261223a317d6ab4899ef6636e51");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_record_comes_back_exactly(id in any::<String>(), state in any::<String>(), tags in proptest::collection::vec(any::<String>(), 0..4), due in any::<u64>()) {
        prop_assume!(id.len() < 300 && state.len() < 300 && tags.iter().all(|tag| tag.len() < 300));
        let record = Job { id, state, tags, due };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (store, _) = memory();
            let jobs: Table<Job> = Table::new(store.clone(), acme());
            jobs.put(&record).await.unwrap();
            assert_eq!(jobs.get(&record.id).await.unwrap().unwrap().value, record);
            assert!(jobs.verify_indexes().await.unwrap().is_sound());
            let range = jobs.index_all("state").unwrap();
            assert_eq!(ids(&jobs.scan_index("state", range, PageRequest::default()).await.unwrap().records), [record.id.as_str()]);
            let batch = Batch::of([aragora_core::storage::Op::Check { at: jobs.address(&record.id).unwrap(), expect: Precondition::Present }]);
            store.apply(batch).await.unwrap();
        });
    }
}
