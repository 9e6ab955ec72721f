//! Backups: what was acknowledged comes back, at any point in time, or the error says why not.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aragora_core::ErrorKind;
use aragora_core::Result;
use aragora_core::clock::{CancelToken, Clock as _, ManualClock, Timestamp};
use aragora_core::crypto::{Cipher, Keyring};
use aragora_core::ids::OrgId;
use aragora_core::storage::backup::{
    BackupArchive, BackupEvent, BackupFacts, BackupId, BackupKind, BackupSchedule, BackupTarget, Backups, DirTarget,
    ObjectInfo, RestoreAt, RestoreCheck, RestoreOptions, RetentionPreset, plan_prune,
};
use aragora_core::storage::{
    Address, Codec, KeyBytes, KeyRange, Leases, MemoryStorage, PageRequest, Space, Storage, TableName, draft, open,
    open_frame,
};
use aragora_core::telemetry::{Parts, names};
use aragora_tests::embedded::{BACKENDS, scratch};
use async_trait::async_trait;
use proptest::prelude::*;

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const OTHER_KEY: &str = "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f";

/// Objects in memory, which a test can damage; what was read and listed since the test looked last.
#[derive(Debug, Default)]
struct Shelf(Mutex<BTreeMap<String, Vec<u8>>>, AtomicU32, AtomicU32);

impl Shelf {
    /// Listings of backups and manifests read since the last time.
    fn looks(&self) -> (u32, u32) {
        (self.1.swap(0, Ordering::SeqCst), self.2.swap(0, Ordering::SeqCst))
    }
}

#[async_trait]
impl BackupTarget for Shelf {
    async fn put(&self, name: String, bytes: Vec<u8>) -> Result<()> {
        self.0.lock().unwrap().insert(name, bytes);
        Ok(())
    }

    async fn get(&self, name: String) -> Result<Vec<u8>> {
        self.2.fetch_add(u32::from(name.ends_with("manifest.json")), Ordering::SeqCst);
        let found = self.0.lock().unwrap().get(&name).cloned();
        found.ok_or_else(|| aragora_core::Error::new(ErrorKind::NotFound, "no such object"))
    }

    async fn list(&self, prefix: String) -> Result<Vec<ObjectInfo>> {
        // The folder of tenants' keys holds a handful of objects, however many backups there are.
        self.1.fetch_add(u32::from(!prefix.ends_with("/keys/")), Ordering::SeqCst);
        let objects = self.0.lock().unwrap();
        let found = objects.iter().filter(|(name, _)| name.starts_with(&prefix));
        Ok(found.map(|(name, bytes)| ObjectInfo { name: name.clone(), bytes: bytes.len() as u64 }).collect())
    }

    async fn delete(&self, name: String) -> Result<()> {
        self.0.lock().unwrap().remove(&name);
        Ok(())
    }
}

struct Lab {
    backend: &'static str,
    clock: ManualClock,
    parts: Parts,
    store: Arc<dyn Storage>,
    shelf: Arc<Shelf>,
    folder: tempfile::TempDir,
    made: AtomicU32,
}

impl Lab {
    async fn new(backend: &'static str) -> Self {
        let clock = ManualClock::new("2026-03-02T00:00:00Z".parse().unwrap());
        let parts = Parts::system().with_clock(clock.clone());
        let folder = scratch();
        let store: Arc<dyn Storage> = match backend {
            "memory" => Arc::new(MemoryStorage::journaled(parts.clock.clone())),
            _ => open(&format!("{backend}:{}/live?journal=on", folder.path().display()), &parts).await.unwrap(),
        };
        Self { backend, clock, parts, store, shelf: Arc::default(), folder, made: AtomicU32::new(0) }
    }

    async fn all() -> Vec<Self> {
        let mut labs = vec![Self::new("memory").await];
        for backend in BACKENDS {
            labs.push(Self::new(backend).await);
        }
        labs
    }

    fn cipher(&self, keys: &str) -> Cipher {
        Cipher::new(Arc::new(Keyring::from_hex_list(keys).unwrap()), self.parts.entropy.clone())
    }

    fn archive(&self, keys: Option<&str>) -> BackupArchive {
        BackupArchive::new(self.shelf.clone(), keys.map(|keys| self.cipher(keys)), self.parts.clone())
    }

    fn backups(&self, keys: Option<&str>) -> Backups {
        Backups::new(self.store.clone(), self.archive(keys)).unwrap()
    }

    /// An empty store of the same kind.
    async fn empty(&self) -> Arc<dyn Storage> {
        if self.backend == "memory" {
            return Arc::new(MemoryStorage::new(self.parts.clock.clone()));
        }
        let number = self.made.fetch_add(1, Ordering::SeqCst);
        open(&format!("{}:{}/{number}", self.backend, self.folder.path().display()), &self.parts).await.unwrap()
    }

    async fn put(&self, key: &str, value: &str) {
        self.store.put(at(key), draft(Codec::Raw, 3, value.as_bytes())).await.unwrap();
        self.clock.advance(Duration::from_millis(10));
    }

    async fn delete(&self, key: &str) {
        self.store.delete(at(key)).await.unwrap();
        self.clock.advance(Duration::from_millis(10));
    }
}

fn space() -> Space {
    Space::Tenant(OrgId::new("acme").unwrap())
}

fn at(key: &str) -> Address {
    Address::new(space(), TableName::new("note").unwrap(), KeyBytes::of(&key.to_owned()))
}

/// Keys and values of the table.
async fn contents(store: &Arc<dyn Storage>) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let range = KeyRange::all(space(), TableName::new("note").unwrap());
    let page = store.scan(range, PageRequest::first(1_000)).await.unwrap();
    assert!(page.next.is_none());
    let value = |entry: &aragora_core::storage::Entry| {
        open_frame(&entry.frame, &entry.address.physical()).unwrap().payload.to_vec()
    };
    page.entries.iter().map(|entry| (entry.address.key.as_bytes().to_vec(), value(entry))).collect()
}

#[tokio::test]
async fn what_was_written_comes_back_with_or_without_a_key() {
    for keys in [None, Some(KEY)] {
        for lab in Lab::all().await {
            lab.put("a", "first").await;
            lab.put("b", "second").await;
            lab.store.put_for(at("c"), draft(Codec::Raw, 1, b"brief"), Duration::from_secs(60)).await.unwrap();
            let backups = lab.backups(keys);
            let id = backups.full().await.unwrap();
            let report = backups.verify(&id).await.unwrap();
            assert_eq!(report.tables["note"].rows, 3);

            let copy = lab.empty().await;
            let report = lab.archive(keys).restore(&copy, &RestoreOptions::default()).await.unwrap();
            assert_eq!((report.backup, report.tables["note"].rows), (id, 3));
            assert_eq!(contents(&copy).await, contents(&lab.store).await);
            lab.clock.advance(Duration::from_secs(60));
            assert_eq!(contents(&copy).await.len(), 2, "an expiry comes back with its row");
        }
    }
}

#[tokio::test]
async fn without_the_key_nothing_is_readable_and_the_error_names_the_key() {
    for lab in Lab::all().await {
        lab.put("a", "a plain secret").await;
        let id = lab.backups(Some(KEY)).full().await.unwrap();
        for (name, bytes) in lab.shelf.0.lock().unwrap().iter().filter(|(name, _)| name.contains("chunk")) {
            assert!(!bytes.windows(14).any(|window| window == b"a plain secret"), "{name}");
        }
        let key_id = Keyring::from_hex_list(KEY).unwrap().active_key_id().to_string();
        for keys in [None, Some(OTHER_KEY)] {
            let error = lab.archive(keys).restore(&lab.empty().await, &RestoreOptions::default()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::KeyNotFound);
            assert!(error.reason().contains(&key_id), "{error}");
        }
        // After a rotation the old key still reads, and new backups take the new one.
        let both = format!("{OTHER_KEY},{KEY}");
        lab.backups(Some(&both)).verify(&id).await.unwrap();
    }
}

#[tokio::test]
async fn the_end_of_every_increment_is_a_point_in_time() {
    for lab in Lab::all().await {
        let backups = lab.backups(Some(KEY));
        let mut points: Vec<(BackupId, Timestamp, BTreeMap<_, _>)> = Vec::new();
        lab.put("a", "1").await;
        for step in 0..6 {
            let id = match step {
                0 => backups.full().await.unwrap(),
                _ => backups.increment().await.unwrap().expect("something changed"),
            };
            assert_eq!(id.kind(), if step == 0 { BackupKind::Full } else { BackupKind::Increment });
            points.push((id, lab.clock.now(), contents(&lab.store).await));
            lab.clock.advance(Duration::from_secs(60));
            lab.put(&format!("key {step}"), "new").await;
            lab.put("a", &format!("changed {step}")).await;
            if step > 1 {
                lab.delete(&format!("key {}", step - 1)).await;
            }
        }
        for (id, time, expected) in &points {
            for at in [RestoreAt::Backup(id.clone()), RestoreAt::Time(*time)] {
                let copy = lab.empty().await;
                let report = lab.archive(Some(KEY)).restore(&copy, &RestoreOptions::at(at)).await.unwrap();
                assert_eq!(&report.backup, id);
                assert_eq!(&contents(&copy).await, expected);
            }
        }
        let before = RestoreAt::Time(Timestamp::from_millis(0));
        let error = lab.archive(Some(KEY)).restore(&lab.empty().await, &RestoreOptions::at(before)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
}

#[tokio::test]
async fn an_increment_is_written_only_if_something_changed_and_a_first_one_is_full() {
    for lab in Lab::all().await {
        lab.put("a", "1").await;
        let backups = lab.backups(None);
        assert_eq!(backups.increment().await.unwrap().unwrap().kind(), BackupKind::Full);
        lab.clock.advance(Duration::from_secs(60));
        assert_eq!(backups.increment().await.unwrap(), None);
        assert_eq!(backups.measure_lag().await.unwrap(), Duration::ZERO);
        lab.put("b", "2").await;
        lab.clock.advance(Duration::from_secs(50));
        assert!(backups.measure_lag().await.unwrap() >= Duration::from_secs(50));
        assert!(backups.increment().await.unwrap().is_some());
        assert_eq!(backups.measure_lag().await.unwrap(), Duration::ZERO);
        assert_eq!(lab.parts.telemetry.count_of(&names::BACKUP_RUNS_TOTAL, &["full", "success"]), 1);
    }
}

#[tokio::test]
async fn every_damaged_byte_of_a_chain_is_found() {
    for keys in [None, Some(KEY)] {
        let lab = Lab::new("memory").await;
        lab.put("a", "1").await;
        let backups = lab.backups(keys);
        backups.full().await.unwrap();
        lab.clock.advance(Duration::from_secs(1));
        lab.put("b", "2").await;
        lab.delete("a").await;
        let id = backups.increment().await.unwrap().unwrap();
        let whole = lab.shelf.0.lock().unwrap().clone();
        for (name, bytes) in &whole {
            for at in 0..bytes.len() {
                let mut damaged = bytes.clone();
                damaged[at] ^= 0x01;
                lab.shelf.0.lock().unwrap().insert(name.clone(), damaged);
                // Without a key a manifest's own text is not authenticated: whoever may write there may write all.
                match backups.verify(&id).await {
                    Ok(_) => assert!(keys.is_none() && name.ends_with("manifest.json"), "{name} byte {at}"),
                    Err(error) => assert!(
                        matches!(
                            error.kind(),
                            ErrorKind::BackupInvalid | ErrorKind::UnsupportedVersion | ErrorKind::KeyNotFound
                        ),
                        "{name} byte {at}: {error}"
                    ),
                }
                lab.shelf.0.lock().unwrap().insert(name.clone(), bytes.clone());
            }
            lab.shelf.0.lock().unwrap().remove(name);
            backups.verify(&id).await.unwrap_err();
            lab.shelf.0.lock().unwrap().insert(name.clone(), bytes.clone());
        }
        backups.verify(&id).await.unwrap();
    }
}

#[tokio::test]
async fn a_store_that_holds_rows_is_never_restored_into() {
    for lab in Lab::all().await {
        lab.put("a", "1").await;
        lab.backups(None).full().await.unwrap();
        let before = contents(&lab.store).await;
        let error = lab.archive(None).restore(&lab.store, &RestoreOptions::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert_eq!(contents(&lab.store).await, before);
    }
}

#[tokio::test]
async fn tokens_and_revisions_from_before_a_loss_never_match_again() {
    for lab in Lab::all().await {
        lab.put("a", "1").await;
        let leases = Leases::new(lab.store.clone(), space());
        let lease = leases.named("job").claim("me", Duration::from_secs(600)).await.unwrap().unwrap();
        lab.backups(None).full().await.unwrap();
        let revision = lab.store.put(at("late"), draft(Codec::Raw, 1, b"lost")).await.unwrap();

        let copy = lab.empty().await;
        lab.archive(None).restore(&copy, &RestoreOptions::default()).await.unwrap();
        let error = copy.renew(lease.clone(), Some(Duration::from_secs(600))).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LeaseLost);
        let again =
            Leases::new(copy.clone(), space()).named("job").claim("me", Duration::from_secs(600)).await.unwrap();
        assert!(again.unwrap().token > lease.token + 1_000);
        let next = copy.put(at("late"), draft(Codec::Raw, 1, b"again")).await.unwrap();
        assert!(next.get() > revision.get() + 1_000_000);
    }
}

#[tokio::test]
async fn sessions_come_back_only_when_asked() {
    for lab in Lab::all().await {
        let session = Address::new(space(), TableName::new("session").unwrap(), KeyBytes::of(&"s".to_owned()));
        lab.store.put(session.clone(), draft(Codec::Raw, 1, b"token")).await.unwrap();
        lab.put("a", "1").await;
        lab.backups(None).full().await.unwrap();
        for (transient, expected) in [(false, false), (true, true)] {
            let copy = lab.empty().await;
            let mut options = RestoreOptions::default();
            options.transient = transient;
            lab.archive(None).restore(&copy, &options).await.unwrap();
            assert_eq!(copy.get(session.clone()).await.unwrap().is_some(), expected);
        }
    }
}

#[derive(Debug)]
struct Refuses;

#[async_trait]
impl RestoreCheck for Refuses {
    fn name(&self) -> &'static str {
        "refuses"
    }

    async fn check(&self, _: Arc<dyn Storage>) -> Result<()> {
        Err(aragora_core::Error::new(ErrorKind::InvalidState, "no"))
    }
}

#[tokio::test]
async fn a_copy_that_fails_a_check_does_not_count() {
    for lab in Lab::all().await {
        lab.put("a", "1").await;
        let backups = Backups::new(lab.store.clone(), lab.archive(None).with_check(Arc::new(Refuses))).unwrap();
        let id = backups.full().await.unwrap();
        let error = backups.verify(&id).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BackupInvalid);
        assert_eq!(error.context().get("check").map(String::as_str), Some("refuses"));
        assert!(!backups.list().await.unwrap()[0].verified);
        let error = backups.drill(&lab.empty().await).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "only what was read back is drilled");
    }
}

#[tokio::test]
async fn a_drill_restores_the_newest_verified_backup_and_measures() {
    for lab in Lab::all().await {
        lab.put("a", "1").await;
        let backups = lab.backups(Some(KEY));
        let id = backups.full().await.unwrap();
        backups.verify(&id).await.unwrap();
        let report = backups.drill(&lab.empty().await).await.unwrap();
        assert_eq!((report.backup, report.records), (id, 1));
        assert!(report.rto_met && report.rpo_met);
        lab.put("b", "2").await;
        lab.clock.advance(Duration::from_secs(301));
        assert!(!backups.drill(&lab.empty().await).await.unwrap().rpo_met);
    }
}

#[tokio::test]
async fn a_schedule_loses_no_more_than_a_minute_and_keeps_its_chains() {
    let lab = Lab::new("memory").await;
    let backups = lab.backups(Some(KEY));
    let events = Arc::new(Mutex::new(Vec::new()));
    let cancel = CancelToken::new();
    let (told, stop) = (events.clone(), cancel.clone());
    let running = backups.clone();
    let task = tokio::spawn(async move {
        let tell = move |event: BackupEvent| told.lock().unwrap().push(event);
        running.run(&BackupSchedule::default(), &stop, &tell).await;
    });
    for minute in 0..(3 * 24 * 60 / 10) {
        lab.put(&format!("{}", minute % 50), &minute.to_string()).await;
        // Ten looks of the schedule.
        for _ in 0..10 {
            while lab.clock.sleepers() == 0 {
                tokio::task::yield_now().await;
            }
            lab.clock.advance(Duration::from_secs(60));
        }
    }
    while lab.clock.sleepers() == 0 {
        tokio::task::yield_now().await;
    }
    cancel.cancel();
    task.await.unwrap();
    assert!(backups.measure_lag().await.unwrap() <= Duration::from_secs(60));
    let events = std::mem::take(&mut *events.lock().unwrap());
    let count = |wanted: fn(&BackupEvent) -> bool| events.iter().filter(|event| wanted(event)).count();
    assert_eq!(
        count(|event| matches!(event, BackupEvent::Failed { .. } | BackupEvent::UpkeepFailed(_))),
        0,
        "{events:?}"
    );
    assert_eq!(count(|event| matches!(event, BackupEvent::Finished(id) if id.kind() == BackupKind::Full)), 4);
    assert_eq!(count(|event| matches!(event, BackupEvent::Verified(_))), 4);
    let kept = backups.list().await.unwrap();
    backups.verify(&kept.last().unwrap().id).await.unwrap();
    assert!(kept.iter().filter(|backup| backup.id.kind() == BackupKind::Increment).count() <= 24 * 6 + 24 * 6 + 2);
}

#[tokio::test]
async fn a_second_backup_at_once_is_refused_and_a_plan_is_for_what_it_saw() {
    for lab in Lab::all().await {
        lab.put("a", "1").await;
        let backups = lab.backups(None);
        backups.full().await.unwrap();
        let held = Leases::new(lab.store.clone(), Space::System).named("backup");
        let lease = held.claim("somebody", Duration::from_secs(60)).await.unwrap().unwrap();
        assert_eq!(backups.full().await.unwrap_err().kind(), ErrorKind::Conflict);
        held.release(lease).await.unwrap();
        let plan = backups.plan_prune(RetentionPreset::Runbook).await.unwrap();
        lab.clock.advance(Duration::from_secs(1));
        backups.full().await.unwrap();
        assert_eq!(backups.prune(&plan).await.unwrap_err().kind(), ErrorKind::Conflict);
    }
}

#[tokio::test]
async fn objects_in_a_folder_are_whole_and_no_name_leads_out_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let target = DirTarget::new(folder.path().join("backups"));
    assert_eq!(target.list(String::new()).await.unwrap(), []);
    target.put("s/b/one".to_owned(), b"1".to_vec()).await.unwrap();
    target.put("s/b/two".to_owned(), b"22".to_vec()).await.unwrap();
    std::fs::write(folder.path().join("backups/s/b/three.tmp"), b"half").unwrap();
    let names = |found: Vec<ObjectInfo>| found.into_iter().map(|object| object.name).collect::<Vec<_>>();
    assert_eq!(names(target.list("s/".to_owned()).await.unwrap()), ["s/b/one", "s/b/two"]);
    assert_eq!(target.get("s/b/two".to_owned()).await.unwrap(), b"22");
    assert_eq!(target.get("s/b/none".to_owned()).await.unwrap_err().kind(), ErrorKind::NotFound);
    for wrong in ["../x", "s/../../x", "/etc/x", "s//x", "", "s/.hidden", "s/a b"] {
        assert_eq!(
            target.put(wrong.to_owned(), vec![]).await.unwrap_err().kind(),
            ErrorKind::InvalidRequest,
            "{wrong}"
        );
    }
    target.delete("s/b/one".to_owned()).await.unwrap();
    target.delete("s/b/one".to_owned()).await.unwrap();
    assert_eq!(names(target.list(String::new()).await.unwrap()), ["s/b/two"]);
}

/// Runs the schedule for so many looks, a minute apart, changing a row before each of them if `busy`.
async fn looks(lab: &Lab, backups: &Backups, looks: u32, busy: bool) -> Vec<BackupEvent> {
    let (events, cancel) = (Arc::new(Mutex::new(Vec::new())), CancelToken::new());
    let (told, stop, running) = (events.clone(), cancel.clone(), backups.clone());
    if busy {
        lab.put("busy", "first").await;
    }
    let task = tokio::spawn(async move {
        let tell = move |event: BackupEvent| told.lock().unwrap().push(event);
        running.run(&BackupSchedule::default(), &stop, &tell).await;
    });
    for look in 0..looks {
        while lab.clock.sleepers() == 0 {
            tokio::task::yield_now().await;
        }
        if look + 1 == looks {
            cancel.cancel();
        } else {
            if busy {
                lab.put("busy", &look.to_string()).await;
            }
            lab.clock.advance(Duration::from_secs(60));
        }
    }
    task.await.unwrap();
    std::mem::take(&mut *events.lock().unwrap())
}

#[tokio::test]
async fn a_look_lists_the_target_once_and_reads_no_manifest_twice() {
    let lab = Lab::new("memory").await;
    let backups = lab.backups(None);
    backups.full().await.unwrap();
    lab.shelf.looks();
    let events = looks(&lab, &backups, 5, false).await;
    assert!(events.is_empty(), "{events:?}");
    assert_eq!(lab.shelf.looks(), (5, 0), "nothing changed");
    let events = looks(&lab, &backups, 5, true).await;
    assert_eq!(events.len(), 5, "{events:?}");
    assert_eq!(lab.shelf.looks(), (5, 5), "each manifest is read back once");
    // A process that starts anew reads what it needs once.
    let fresh = lab.backups(None);
    assert!(looks(&lab, &fresh, 5, false).await.is_empty());
    assert_eq!(lab.shelf.looks(), (5, 2), "the latest full one and the latest");
    assert_eq!(fresh.list().await.unwrap().len(), 6);
    assert_eq!(lab.shelf.looks(), (1, 4), "those that were not known");
}

#[tokio::test]
async fn a_store_without_a_journal_is_copied_whole_every_hour_and_says_what_can_be_lost() {
    let mut lab = Lab::new("memory").await;
    lab.store = Arc::new(MemoryStorage::new(lab.parts.clock.clone()));
    lab.put("a", "1").await;
    let backups = lab.backups(None);
    let events = looks(&lab, &backups, 150, true).await;
    let written = events.iter().filter(|event| matches!(event, BackupEvent::Finished(_))).count();
    let gaps = events.iter().filter(|event| matches!(event, BackupEvent::Gap(_))).count();
    // One at 00:00, 01:00 and 02:00, where the daily one is due too.
    assert_eq!((written, gaps), (3, 0), "{events:?}");
    let lag = backups.measure_lag().await.unwrap();
    assert!((29 * 60..31 * 60).contains(&lag.as_secs()), "{lag:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn only_their_owner_can_read_backups_in_a_folder() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let target = DirTarget::new(folder.path().join("far/backups"));
    target.put("s/b/one".to_owned(), b"1".to_vec()).await.unwrap();
    target.put("s/b/one".to_owned(), b"again".to_vec()).await.unwrap();
    let mode = |path: &str| std::fs::metadata(folder.path().join(path)).unwrap().permissions().mode() & 0o777;
    for made in ["far", "far/backups", "far/backups/s", "far/backups/s/b"] {
        assert_eq!(mode(made), 0o700, "{made}");
    }
    assert_eq!(mode("far/backups/s/b/one"), 0o600);
}

/// Backups at these minutes: full ones and increments on the latest.
fn history(steps: &[(bool, u16, bool)]) -> Vec<BackupFacts> {
    let mut now = "2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap();
    let mut all: Vec<BackupFacts> = Vec::new();
    for (index, (full, minutes, verified)) in steps.iter().enumerate() {
        now = now.plus(Duration::from_secs(60 * u64::from(*minutes)));
        let full = *full || all.is_empty();
        let kind = if full { "full" } else { "increment" };
        let id: BackupId = format!("{index:0>26}-{kind}").parse().unwrap();
        let parent = if full { None } else { all.last().map(|last| last.id.clone()) };
        all.push(BackupFacts { id, parent, ended_at: now, verified: *verified && full });
    }
    all
}

proptest! {
    #[test]
    fn pruning_never_breaks_a_kept_chain(steps in prop::collection::vec((prop::bool::weighted(0.2), 1u16..2_000, any::<bool>()), 1..200), later in 0u64..100, preset in 0u8..3) {
        let all = history(&steps);
        let now = all.last().unwrap().ended_at.plus(Duration::from_secs(later * 86_400));
        let preset = [RetentionPreset::Runbook, RetentionPreset::Deployment, RetentionPreset::Custom { increments: 2, daily: 2, weekly: 9 }][usize::from(preset)];
        let plan = plan_prune(&all, preset, now).unwrap();
        prop_assert_eq!(plan.keep.len() + plan.remove.len(), all.len());
        for backup in &all {
            if plan.keep.contains(&backup.id) && let Some(parent) = &backup.parent {
                prop_assert!(plan.keep.contains(parent));
            }
        }
        let fulls = all.iter().rev().filter(|backup| backup.id.kind() == BackupKind::Full);
        for (index, backup) in fulls.clone().enumerate() {
            prop_assert!(index >= 5 || plan.keep.contains(&backup.id));
        }
        if let Some(verified) = fulls.clone().find(|backup| backup.verified) {
            prop_assert!(plan.keep.contains(&verified.id));
        }
        // Planning again after the plan ran removes nothing more at that moment.
        let left: Vec<BackupFacts> = all.iter().filter(|backup| plan.keep.contains(&backup.id)).cloned().collect();
        prop_assert!(plan_prune(&left, preset, now).unwrap().remove.is_empty());
    }
}

#[test]
fn a_clock_that_was_set_back_and_a_retention_below_a_day_remove_nothing() {
    let all = history(&[(true, 10_000, true), (true, 10_000, true)]);
    let before = "2026-01-02T00:00:00Z".parse().unwrap();
    assert_eq!(plan_prune(&all, RetentionPreset::Runbook, before).unwrap_err().kind(), ErrorKind::ClockJump);
    let none = RetentionPreset::Custom { increments: 0, daily: 1, weekly: 1 };
    let now = all[1].ended_at;
    assert_eq!(plan_prune(&all, none, now).unwrap_err().kind(), ErrorKind::InvalidRequest);
}
