//! First encryption and rotation: every row ends under the active key, whatever dies or writes meanwhile.

use std::sync::Arc;
use std::time::Duration;

use aragora_core::ErrorKind;
use aragora_core::clock::{CancelToken, ManualClock};
use aragora_core::crypto::{KeyId, Keyring};
use aragora_core::ids::OrgId;
use aragora_core::storage::{
    Codec, Control, ControlReport, Counts, EncryptionState, FieldPolicy, Grace, INSTANCE_TTL, KeyRange, MemoryStorage,
    PageRequest, Reencrypt, ReencryptReport, Seal, Sealed, Space, Stack, Storage, Stores, Table, TableDef, TableName,
    TableRecord, draft,
};
use aragora_core::telemetry::{Parts, names};
use aragora_core::testing::storage::{Call, Fault, FaultStorage, Hurried, Moment};
use aragora_tests::sealing::{KEY_1, KEY_2};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Note {
    id: u64,
    text: String,
}

impl TableRecord for Note {
    type Key = u64;
    const DEF: TableDef = TableDef::tenant("test_note", 1);

    fn key(&self) -> u64 {
        self.id
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Sync {
    id: u64,
    token: String,
}

impl TableRecord for Sync {
    type Key = u64;
    const DEF: TableDef =
        TableDef { seal: Seal::Fields(&FieldPolicy { plain: &["/id"] }), ..TableDef::tenant("connector_sync", 1) };

    fn key(&self) -> u64 {
        self.id
    }
}

struct Lab {
    memory: Arc<dyn Storage>,
    below: Arc<FaultStorage>,
    parts: Parts,
    clock: ManualClock,
}

fn org(name: &str) -> OrgId {
    OrgId::new(name).unwrap()
}

fn notes(storage: Arc<dyn Storage>, tenant: &str) -> Table<Note> {
    Table::new(storage, Space::Tenant(org(tenant)))
}

fn note(id: u64) -> Note {
    Note { id, text: format!("secret {id}") }
}

fn id(key: &str) -> KeyId {
    Keyring::from_hex_list(key).unwrap().active_key_id()
}

fn both() -> String {
    format!("{KEY_2},{KEY_1}")
}

impl Lab {
    fn new() -> Self {
        let clock = ManualClock::default();
        let parts = Parts::system().with_clock(Hurried(clock.clone()));
        let memory: Arc<dyn Storage> = Arc::new(MemoryStorage::new(parts.clock.clone()));
        let below = Arc::new(FaultStorage::new(memory.clone(), parts.clock.clone()));
        Self { memory, below, parts, clock }
    }

    fn sealed(&self, keys: &str, unlisted: EncryptionState) -> Arc<Sealed> {
        let sealed = Sealed::new(self.below.clone(), Keyring::from_hex_list(keys).unwrap(), &self.parts);
        Arc::new(sealed.tables(&[Note::DEF, Sync::DEF]).unwrap().unlisted(unlisted))
    }

    fn strict(&self, keys: &str) -> Arc<Sealed> {
        self.sealed(keys, EncryptionState::Strict)
    }

    /// A process with these keys.
    fn stack(&self, keys: &str) -> Stack {
        let ring = Keyring::from_hex_list(keys).unwrap();
        Stack::over(self.memory.clone(), &self.parts).sealed_with(ring).build().unwrap()
    }

    fn run(&self, keys: &str) -> Reencrypt {
        self.sealed(keys, EncryptionState::Plain).reencrypt().tenants([org("acme"), org("other")])
    }

    async fn dump(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (space, table) in [("acme", "test_note"), ("other", "test_note"), ("acme", "connector_sync")] {
            let range = KeyRange::all(Space::Tenant(org(space)), TableName::new(table).unwrap());
            let page = self.memory.scan(range, PageRequest::first(1_000)).await.unwrap();
            for entry in page.entries {
                out.extend_from_slice(entry.address.key.as_bytes());
                out.extend_from_slice(&entry.frame);
            }
        }
        out
    }

    async fn rows(&self) -> u64 {
        match self.memory.control(Control::Usage).await.unwrap() {
            ControlReport::Used(usage) => usage.rows,
            other => panic!("{other:?}"),
        }
    }
}

fn counts(report: &ReencryptReport, store: &str) -> (u64, u64, u64) {
    let Counts { migrated, skipped, failed } = report.per_store[store];
    (migrated, skipped, failed)
}

async fn all_of(sealed: &Arc<Sealed>, tenant: &str) -> Vec<Note> {
    let table = notes(sealed.clone(), tenant);
    let all = table.all();
    table.collect(all).await.unwrap().into_iter().map(|row| row.value).collect()
}

#[tokio::test]
async fn a_plain_installation_becomes_strict() {
    let lab = Lab::new();
    for n in 0..700 {
        notes(lab.memory.clone(), "acme").put(&note(n)).await.unwrap();
    }
    notes(lab.memory.clone(), "other").put(&note(1)).await.unwrap();
    Table::<Sync>::new(lab.memory.clone(), Space::Tenant(org("acme")))
        .put(&Sync { id: 1, token: "secret token".to_owned() })
        .await
        .unwrap();
    let before = (lab.dump().await, lab.rows().await);

    let planned = lab.run(KEY_1).plan(&Stores::All).await.unwrap();
    assert_eq!((lab.dump().await, lab.rows().await), before, "a plan writes nothing");
    let run = lab.run(KEY_1);
    let report = run.execute(&Stores::All, &CancelToken::new()).await.unwrap();
    assert_eq!(report, planned, "a plan predicts the counts of a quiet store");
    assert_eq!(counts(&report, "test_note"), (701, 0, 0));
    assert_eq!(counts(&report, "connector_sync"), (1, 0, 0));
    assert!(report.complete && report.failures.is_empty() && report.keys_seen.is_empty());
    assert!(!String::from_utf8_lossy(&lab.dump().await).contains("secret"));

    let strict = lab.strict(KEY_1);
    let state = strict.state(&Space::Tenant(org("acme")), &TableName::new("test_note").unwrap()).await.unwrap();
    assert_eq!(state, EncryptionState::Strict);
    assert_eq!(all_of(&strict, "acme").await, (0..700).map(note).collect::<Vec<_>>());
    notes(lab.memory.clone(), "acme").put(&note(9_999)).await.unwrap();
    let refused = notes(strict.clone(), "acme").get(&9_999).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::PlaintextRefused);

    let again = run.execute(&Stores::Sync, &CancelToken::new()).await.unwrap();
    assert_eq!(again.per_store.len(), 1);
    assert_eq!(counts(&again, "connector_sync"), (0, 1, 0));
    assert_eq!(again.keys_seen[&id(KEY_1)], 1);
    let migrated = |status| lab.parts.telemetry.count_of(&names::MIGRATION_RECORDS_TOTAL, &["test_note", status]);
    assert_eq!((migrated("migrated"), migrated("skipped")), (701, 0));
    let progress = run.status().await.unwrap();
    assert!(progress.iter().all(|progress| progress.finished_at.is_some() && progress.target == Some(id(KEY_1))));
}

#[tokio::test]
async fn a_strict_store_never_takes_a_plain_row_in() {
    let lab = Lab::new();
    let strict = lab.strict(KEY_1);
    notes(strict.clone(), "acme").put(&note(1)).await.unwrap();
    notes(lab.memory.clone(), "acme").put(&note(2)).await.unwrap();
    let rotating = lab.strict(&both());
    let report = rotating.reencrypt().execute(&Stores::All, &CancelToken::new()).await.unwrap();
    assert_eq!(counts(&report, "test_note"), (1, 0, 1));
    assert_eq!(report.failures[0].error.kind(), ErrorKind::PlaintextRefused);
    assert!(notes(rotating, "acme").get(&2).await.is_err());
}

#[tokio::test]
async fn rotation_is_followed_by_census_grace_and_retirement() {
    let lab = Lab::new();
    let old = lab.strict(KEY_1);
    for n in 0..10 {
        notes(old.clone(), "acme").put(&note(n)).await.unwrap();
    }
    Table::<Sync>::new(old.clone(), Space::Tenant(org("acme")))
        .put(&Sync { id: 1, token: "t".to_owned() })
        .await
        .unwrap();
    let rotating = lab.strict(&both());
    notes(rotating.clone(), "acme").put(&note(100)).await.unwrap();
    let run = rotating.reencrypt();
    let early = run.census().await.unwrap();
    // Two rows say what these stores may hold, and are sealed too.
    assert_eq!((early.rows_under(id(KEY_1)), early.rows_under(id(KEY_2))), (13, 1));
    let refused = |census: &aragora_core::storage::Census, key, grace| {
        let (run, census) = (rotating.reencrypt(), census.clone());
        async move { run.retire(key, &census, grace).await.unwrap_err().reason().to_owned() }
    };
    assert_eq!(refused(&early, id(KEY_1), Grace::Override).await, "13 rows need this key");

    let report = run.execute(&Stores::All, &CancelToken::new()).await.unwrap();
    assert_eq!(counts(&report, "test_note"), (10, 1, 0));
    assert_eq!(counts(&report, "connector_sync"), (1, 0, 0));
    assert_eq!((report.keys_seen[&id(KEY_1)], report.keys_seen[&id(KEY_2)]), (11, 1));

    lab.clock.advance(Duration::from_secs(1));
    let census = run.census().await.unwrap();
    assert_eq!((census.rows_under(id(KEY_1)), census.rows_under(id(KEY_2))), (0, 14));
    assert!(refused(&census, id(KEY_1), Grace::Kept).await.contains("less than 7 days ago"));
    assert_eq!(refused(&census, id(KEY_2), Grace::Override).await, "14 rows need this key");
    run.retire(id(KEY_1), &census, Grace::Override).await.unwrap();
    lab.clock.advance(Duration::from_secs(7 * 86_400));
    run.retire(id(KEY_1), &census, Grace::Kept).await.unwrap();

    // A census from before the last run proves nothing.
    run.execute(&Stores::All, &CancelToken::new()).await.unwrap();
    assert!(refused(&census, id(KEY_1), Grace::Override).await.contains("older than the re-encryption"));
    assert_eq!(all_of(&lab.strict(KEY_2), "acme").await.len(), 11, "the old key is not needed any more");
}

#[tokio::test]
async fn damaged_rows_fail_and_the_others_continue() {
    let lab = Lab::new();
    for n in 0..5 {
        notes(lab.memory.clone(), "acme").put(&note(n)).await.unwrap();
    }
    // Sealed under a key nobody has any more.
    let lost = Sealed::new(lab.memory.clone(), Keyring::from_hex_list(KEY_2).unwrap(), &lab.parts);
    let lost: Arc<dyn Storage> = Arc::new(lost);
    let at = notes(lost.clone(), "acme").address(&7).unwrap();
    let frame = {
        notes(lost, "acme").put(&note(7)).await.unwrap();
        lab.memory.get(at.clone()).await.unwrap().unwrap().frame
    };
    let state = lab
        .memory
        .scan(KeyRange::all(Space::System, TableName::new("encryption_state").unwrap()), PageRequest::default())
        .await
        .unwrap();
    lab.memory.delete(state.entries[0].address.clone()).await.unwrap();
    lab.memory.put(at.clone(), frame).await.unwrap();

    let run = lab.run(KEY_1);
    let report = run.execute(&Stores::All, &CancelToken::new()).await.unwrap();
    assert_eq!(counts(&report, "test_note"), (5, 0, 1));
    assert!(report.complete);
    assert_eq!((&report.failures[0].address, report.failures[0].error.kind()), (&at, ErrorKind::KeyNotFound));
    let sealed = lab.sealed(KEY_1, EncryptionState::Plain);
    let space = Space::Tenant(org("acme"));
    let state = sealed.state(&space, &TableName::new("test_note").unwrap()).await.unwrap();
    assert_eq!(state, EncryptionState::Migrating, "one failure leaves the store on the way");
    let census = run.census().await.unwrap();
    assert!(run.retire(id(KEY_2), &census, Grace::Override).await.is_err());
    lab.memory.delete(at).await.unwrap();
    let report = run.execute(&Stores::All, &CancelToken::new()).await.unwrap();
    assert_eq!(counts(&report, "test_note"), (0, 5, 0));
    assert_eq!(sealed.state(&space, &TableName::new("test_note").unwrap()).await.unwrap(), EncryptionState::Strict);
}

#[tokio::test]
async fn rows_keep_their_life_and_odd_rows_their_bytes() {
    let lab = Lab::new();
    let table = notes(lab.memory.clone(), "acme");
    table.put_for(&note(1), Duration::from_secs(100)).await.unwrap();
    let blob = table.address(&2).unwrap();
    lab.memory.put(blob.clone(), draft(Codec::Raw, 9, b"\xff\xfe")).await.unwrap();
    lab.clock.advance(Duration::from_secs(40));
    lab.run(KEY_1).execute(&Stores::All, &CancelToken::new()).await.unwrap();
    let sealed: Arc<dyn Storage> = lab.strict(KEY_1);
    let entry = sealed.get(blob.clone()).await.unwrap().unwrap();
    let frame = aragora_core::storage::open_frame(&entry.frame, &blob.physical()).unwrap();
    assert_eq!((frame.payload, frame.schema, frame.codec), (&b"\xff\xfe"[..], 9, Codec::Raw));
    lab.clock.advance(Duration::from_secs(59));
    assert!(notes(sealed.clone(), "acme").get(&1).await.unwrap().is_some());
    lab.clock.advance(Duration::from_secs(1));
    assert_eq!(notes(sealed, "acme").get(&1).await.unwrap(), None);
}

#[tokio::test]
async fn a_run_killed_at_any_call_goes_on_with_exact_counts() {
    const ROWS: u64 = 600;
    for moment in [Moment::Before, Moment::After] {
        let mut killed = 0;
        for nth in 1.. {
            let lab = Lab::new();
            for n in 0..ROWS {
                notes(lab.memory.clone(), "acme").put(&note(n)).await.unwrap();
            }
            lab.below.plan(Fault::Fail { call: Call::Any, nth, moment });
            let first = lab.run(KEY_1).execute(&Stores::All, &CancelToken::new()).await;
            if first.is_err() {
                killed += 1;
            }
            lab.below.heal();
            // The lease of a run that died lapses.
            lab.clock.advance(Duration::from_secs(61));
            let report = match &first {
                Ok(report) => report.clone(),
                Err(_) => lab.run(KEY_1).execute(&Stores::All, &CancelToken::new()).await.unwrap(),
            };
            // A run that died after its last write had done everything: the next one finds nothing to do.
            let found = counts(&report, "test_note");
            let finished_before = found == (0, ROWS, 0);
            assert!(found == (ROWS, 0, 0) || finished_before, "call {nth} {moment:?}: {found:?}");
            assert_eq!(all_of(&lab.strict(KEY_1), "acme").await, (0..ROWS).map(note).collect::<Vec<_>>());
            if first.is_ok() {
                break;
            }
        }
        assert!(killed > 10, "{killed} calls were failed");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_lose_nothing_to_a_run() {
    let lab = Lab::new();
    const ROWS: u64 = 400;
    for n in 0..ROWS {
        notes(lab.memory.clone(), "acme").put(&note(n)).await.unwrap();
    }
    let above = lab.sealed(KEY_1, EncryptionState::Plain);
    let writer = |offset: u64| {
        let table = notes(above.clone(), "acme").with_parts(&lab.parts);
        tokio::spawn(async move {
            for round in 0..100u64 {
                let id = (round * 7 + offset) % ROWS;
                let change = |row: Option<Note>| {
                    let mut row = row.unwrap();
                    row.text.push('+');
                    Ok(Some(row))
                };
                table.update(&id, change).await.unwrap();
            }
        })
    };
    let writers: Vec<_> = (0..3).map(writer).collect();
    let report = lab.run(KEY_1).execute(&Stores::All, &CancelToken::new()).await.unwrap();
    for writer in writers {
        writer.await.unwrap();
    }
    let (migrated, skipped, failed) = counts(&report, "test_note");
    assert_eq!((migrated + skipped, failed), (ROWS, 0));
    let strict = lab.strict(KEY_1);
    let pluses: usize = all_of(&strict, "acme").await.iter().map(|row| row.text.matches('+').count()).sum();
    assert_eq!(pluses, 300, "every update is there once");
}

#[tokio::test]
async fn one_run_at_a_time_and_a_cancelled_one_resumes() {
    let lab = Lab::new();
    for n in 0..600 {
        notes(lab.memory.clone(), "acme").put(&note(n)).await.unwrap();
    }
    let cancel = CancelToken::new();
    cancel.cancel();
    let report = lab.run(KEY_1).execute(&Stores::All, &cancel).await.unwrap();
    assert!(!report.complete);
    let lease = aragora_core::storage::Leases::new(lab.memory.clone(), Space::System).named("reencrypt/test_note");
    let held = lease.claim("another", Duration::from_secs(60)).await.unwrap().unwrap();
    let refused = lab.run(KEY_1).execute(&Stores::All, &CancelToken::new()).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Conflict);
    lease.release(held).await.unwrap();
    let report = lab.run(KEY_1).execute(&Stores::All, &CancelToken::new()).await.unwrap();
    assert_eq!(counts(&report, "test_note"), (600, 0, 0));
}

#[tokio::test]
async fn a_rotation_waits_for_every_live_instance() {
    let lab = Lab::new();
    let old = lab.strict(KEY_1);
    notes(old.clone(), "acme").put(&note(1)).await.unwrap();
    let a = lab.stack(KEY_1).register("a").await.unwrap();
    let rotating = lab.strict(&both());
    let b = lab.stack(&both()).register("b").await.unwrap();
    let refused = rotating.reencrypt().execute(&Stores::All, &CancelToken::new()).await.unwrap_err();
    assert_eq!((refused.kind(), refused.reason()), (ErrorKind::Conflict, "instance a lacks the key that encrypts now"));

    // Phase one is over for `a` as well: it can read what the new key seals, but does not encrypt with it yet.
    a.leave().await.unwrap();
    let a = lab.stack(&format!("{KEY_1},{KEY_2}")).register("a").await.unwrap();
    let run = rotating.reencrypt();
    run.execute(&Stores::All, &CancelToken::new()).await.unwrap();
    let census = run.census().await.unwrap();
    let refused = run.retire(id(KEY_1), &census, Grace::Override).await.unwrap_err();
    assert_eq!(refused.reason(), "instance a still encrypts with this key");
    lab.clock.advance(INSTANCE_TTL);
    let census = run.census().await.unwrap();
    run.retire(id(KEY_1), &census, Grace::Override).await.unwrap();
    drop(a);

    let age = b.renew().await.unwrap().unwrap();
    assert_eq!((age.key, age.rotation_due), (id(KEY_2), false));
    lab.clock.advance(Duration::from_secs(90 * 86_400));
    let due = b.renew().await.unwrap().unwrap();
    assert_eq!((due.since, due.rotation_due), (age.since, true));
    let gauge = lab.parts.telemetry.gauge(&names::ENCRYPTION_KEY_AGE_SECONDS, &[]);
    assert!(gauge.get() >= 90.0 * 86_400.0);
}
