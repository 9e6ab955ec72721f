//! Tables in several backends: each call goes to one, and a batch that would not is refused in time.

use std::sync::Arc;
use std::time::Duration;

use aragora_core::clock::{CancelToken, ManualClock};
use aragora_core::crypto::Keyring;
use aragora_core::ids::OrgId;
use aragora_core::storage::backup::{BackupArchive, Backups, DirTarget};
use aragora_core::storage::{
    Address, Batch, BatchGroup, Class, Codec, Control, ControlReport, EncryptionState, IndexDef, KeyBytes, KeyRange,
    Leases, MemoryStorage, Op, PageRequest, Precondition, Routed, Sealed, Space, Stack, Storage, Stores, Table,
    TableDef, TableName, TableRecord, draft,
};
use aragora_core::telemetry::Parts;
use aragora_core::testing::storage::{StorageFactory, run_all};
use aragora_core::{ErrorKind, Result};
use aragora_tests::sealing::{KEY_1, KEY_2};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

const SUITE: TableDef = TableDef::tenant("suite", 1);
const SESSION: TableDef = TableDef {
    class: Class::Expiring,
    indexes: &[IndexDef { name: "user", table: "session_by_user" }],
    ..TableDef::tenant("session", 1)
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Session {
    id: u64,
    user: String,
}

impl TableRecord for Session {
    type Key = u64;
    const DEF: TableDef = SESSION;

    fn key(&self) -> u64 {
        self.id
    }

    fn index(&self, _: &str) -> Vec<KeyBytes> {
        vec![KeyBytes::of(&self.user)]
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Note {
    id: u64,
}

impl TableRecord for Note {
    type Key = u64;
    const DEF: TableDef = TableDef::tenant("test_note", 1);

    fn key(&self) -> u64 {
        self.id
    }
}

fn org(name: &str) -> OrgId {
    OrgId::new(name).unwrap()
}

fn acme() -> Space {
    Space::Tenant(org("acme"))
}

fn at(table: &str, key: u64) -> Address {
    Address::new(acme(), TableName::new(table).unwrap(), KeyBytes::of(&key))
}

fn put(table: &str, key: u64) -> Op {
    Op::Put { at: at(table, key), frame: draft(Codec::Raw, 1, b"x"), ttl: None, expect: Precondition::Any }
}

fn memory(parts: &Parts) -> Arc<dyn Storage> {
    Arc::new(MemoryStorage::new(parts.clock.clone()))
}

async fn rows(store: &Arc<dyn Storage>) -> u64 {
    match store.control(Control::Usage).await.unwrap() {
        ControlReport::Used(usage) => usage.rows,
        other => panic!("{other:?}"),
    }
}

struct Split {
    clock: ManualClock,
    sealed: bool,
    /// Whether the table of the suite lies in the backend of everything else.
    at_home: bool,
}

#[async_trait]
impl StorageFactory for Split {
    async fn fresh(&self) -> Result<Arc<dyn Storage>> {
        let parts = Parts::system().with_clock(self.clock.clone());
        let away = if self.at_home { SESSION } else { SUITE };
        let routed: Arc<dyn Storage> =
            Arc::new(Routed::over(memory(&parts)).tables(&[away], memory(&parts)).build(&[])?);
        if !self.sealed {
            return Ok(routed);
        }
        let sealed = Sealed::new(routed, Keyring::from_hex_list(KEY_1)?, &parts);
        Ok(Arc::new(sealed.unlisted(EncryptionState::Plain)))
    }

    async fn reopen(&self, _: Arc<dyn Storage>) -> Result<Option<Arc<dyn Storage>>> {
        Ok(None)
    }

    async fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_routed_store_keeps_the_contract() {
    for sealed in [false, true] {
        run_all(&Split { clock: ManualClock::default(), sealed, at_home: true }).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_table_routed_elsewhere_keeps_the_contract() {
    for sealed in [false, true] {
        run_all(&Split { clock: ManualClock::default(), sealed, at_home: false }).await;
    }
}

#[tokio::test]
async fn every_call_goes_to_the_backend_of_its_table() {
    let parts = Parts::system();
    let (main, brief) = (memory(&parts), memory(&parts));
    let stack = Stack::over(main.clone(), &parts).route(&[SESSION], brief.clone()).build().unwrap();
    let store = stack.whole();
    let sessions = Table::<Session>::new(store.clone(), acme());
    sessions.put(&Session { id: 1, user: "ada".to_owned() }).await.unwrap();
    store.put(at("note", 1), draft(Codec::Raw, 1, b"x")).await.unwrap();
    assert_eq!((rows(&main).await, rows(&brief).await, rows(&store).await), (1, 2, 3), "an index lies with its table");
    let range = sessions.index_prefix("user", &"ada".to_owned()).unwrap();
    assert_eq!(sessions.scan_index("user", range, PageRequest::first(10)).await.unwrap().records.len(), 1);

    let found = store.get_many(vec![at("session", 1), at("note", 2), at("note", 1)]).await.unwrap();
    let there: Vec<bool> = found.iter().map(Option::is_some).collect();
    assert_eq!(there, [true, false, true], "in the order of the request");

    let lease = Leases::new(store.clone(), acme()).named("job");
    let held = lease.claim("a", Duration::from_secs(60)).await.unwrap().unwrap();
    assert!(
        Leases::new(main.clone(), acme()).named("job").claim("b", Duration::from_secs(60)).await.unwrap().is_none()
    );
    lease.release(held).await.unwrap();
    store.control(Control::Close).await.unwrap();
    assert_eq!(brief.get(at("session", 1)).await.unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(main.get(at("note", 1)).await.unwrap_err().kind(), ErrorKind::Closed);
}

#[tokio::test]
async fn a_batch_over_two_backends_is_refused_at_the_call() {
    let parts = Parts::system();
    let (main, brief) = (memory(&parts), memory(&parts));
    let store: Arc<dyn Storage> =
        Arc::new(Routed::over(main.clone()).tables(&[SESSION], brief.clone()).build(&[]).unwrap());
    let refused = store.apply(Batch::of([put("note", 1), put("session", 1)])).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidRequest);
    let reason = "a batch cannot write tables note and session, which lie in two backends";
    assert_eq!((refused.reason(), refused.context()["outcome"].as_str()), (reason, "not_applied"));
    // A fence is a condition like any other: the lease lies with the notes.
    let lease = Leases::new(store.clone(), acme()).named("job");
    let held = lease.claim("a", Duration::from_secs(60)).await.unwrap().unwrap();
    let mut fenced = Batch::of([put("session", 1)]);
    fenced.fence(held.clone());
    assert_eq!(store.apply(fenced).await.unwrap_err().kind(), ErrorKind::InvalidRequest);
    assert_eq!((rows(&main).await, rows(&brief).await), (0, 0), "nothing of any of them was written");
    let mut fenced = Batch::of([put("note", 1)]);
    fenced.fence(held);
    store.apply(fenced).await.unwrap();
    store.apply(Batch::of([put("session", 1), put("session_by_user", 1)])).await.unwrap();
}

#[test]
fn tables_that_are_written_together_are_checked_before_anything_runs() {
    const GROUPS: &[BatchGroup] = &[
        BatchGroup { name: "audit and effect", tables: &["audit_log", "session"] },
        BatchGroup { name: "outbox and state", tables: &["outbox", "note"] },
    ];
    let parts = Parts::system();
    let build = || Stack::over(memory(&parts), &parts).groups(GROUPS);
    build().build().unwrap();
    let error = build().route(&[SESSION], memory(&parts)).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfig);
    let reason = "/groups/audit_and_effect: written in one batch, but lies in several backends: audit_log in memory; \
                  session in memory";
    assert!(error.reason().contains(reason), "{error}");
    assert!(!error.reason().contains("outbox"), "{error}");
    let twice = build().route(&[SESSION], memory(&parts)).route(&[SESSION], memory(&parts)).build().unwrap_err();
    assert!(twice.reason().contains("/tables/session: table session lies in two backends"), "{twice}");
}

#[tokio::test]
async fn tables_in_two_backends_are_re_encrypted_alike() {
    let parts = Parts::system();
    let (main, brief) = (memory(&parts), memory(&parts));
    let stack = |keys: &str| {
        let stack = Stack::over(main.clone(), &parts).route(&[SESSION], brief.clone()).tables(&[Note::DEF]);
        stack.sealed_with(Keyring::from_hex_list(keys).unwrap()).unlisted(EncryptionState::Plain).build().unwrap()
    };
    let old = stack(KEY_1);
    for id in 0..300 {
        Table::<Session>::new(old.whole(), acme()).put(&Session { id, user: format!("u{id}") }).await.unwrap();
        Table::<Note>::new(old.whole(), acme()).put(&Note { id }).await.unwrap();
    }
    let new = stack(&format!("{KEY_2},{KEY_1}"));
    let report = new.reencrypt().unwrap().execute(&Stores::All, &CancelToken::new()).await.unwrap();
    assert!(report.complete && report.failures.is_empty(), "{report:?}");
    assert_eq!((report.per_store["session"].migrated, report.per_store["test_note"].migrated), (300, 300));
    let status = new.reencrypt().unwrap().status().await.unwrap();
    assert!(status.iter().filter(|run| run.tenant == "acme").count() >= 2, "notes of both backends are listed");
    let space = acme();
    for table in ["session", "test_note"] {
        let state = new.sealed().unwrap().state(&space, &TableName::new(table).unwrap()).await.unwrap();
        assert_eq!(state, EncryptionState::Strict, "{table}");
        let store = if table == "session" { &brief } else { &main };
        let range = KeyRange::all(acme(), TableName::new(table).unwrap());
        assert_eq!(store.scan(range, PageRequest::first(1_000)).await.unwrap().entries.len(), 300);
    }
    assert_eq!(Table::<Session>::new(stack(KEY_2).whole(), acme()).get(&7).await.unwrap().unwrap().value.user, "u7");
}

#[tokio::test]
async fn notes_of_several_backends_are_scanned_as_one_table() {
    let parts = Parts::system();
    let (main, brief) = (memory(&parts), memory(&parts));
    let store: Arc<dyn Storage> = Arc::new(Routed::over(main).tables(&[SESSION], brief).build(&[]).unwrap());
    let table = TableName::new("encryption_state").unwrap();
    let note = |tenant: u64, table_name: &str| {
        let key = KeyBytes::of(&(format!("t{tenant:03}"), table_name.to_owned()));
        Address::new(Space::System, table.clone(), key)
    };
    let mut expected = Vec::new();
    for tenant in 0..40 {
        // Runs of either backend, so that pages end in the middle of one's.
        for name in if (tenant / 7) % 2 == 0 { &["note", "other"][..] } else { &["session"][..] } {
            store.put(note(tenant, name), draft(Codec::Raw, 1, b"x")).await.unwrap();
            expected.push(note(tenant, name).key);
        }
    }
    for limit in [1, 3, 7, 1_000] {
        for descending in [false, true] {
            let (mut seen, mut cursor) = (Vec::new(), None);
            loop {
                let mut page = PageRequest::first(limit);
                if descending {
                    page = page.descending();
                }
                page.cursor = cursor;
                let page = store.scan(KeyRange::all(Space::System, table.clone()), page).await.unwrap();
                assert!(page.entries.len() <= usize::from(limit));
                seen.extend(page.entries.into_iter().map(|entry| entry.address.key));
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
            if descending {
                seen.reverse();
            }
            assert_eq!(seen, expected, "limit {limit}, descending {descending}");
        }
    }
}

#[tokio::test]
async fn only_what_may_be_lost_lies_outside_of_backups() {
    let parts = Parts::system();
    let folder = tempfile::tempdir().unwrap();
    let archive = || BackupArchive::new(Arc::new(DirTarget::new(folder.path())), None, parts.clone());
    let brief = Stack::over(memory(&parts), &parts).route(&[SESSION], memory(&parts)).build().unwrap();
    Backups::new(brief.whole(), archive()).unwrap().full().await.unwrap();
    let split = Stack::over(memory(&parts), &parts).route(&[Note::DEF], memory(&parts)).build().unwrap();
    assert_eq!(Backups::new(split.whole(), archive()).unwrap_err().kind(), ErrorKind::Unsupported);
}
