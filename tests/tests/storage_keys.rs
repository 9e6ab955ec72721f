//! What backups hold of keys, what a destroyed key takes with it, which keys are still needed, and who lives.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aragora_core::clock::{CancelToken, ManualClock};
use aragora_core::crypto::{Cipher, KeyId, Keyring, LocalKms};
use aragora_core::ids::{OrgId, PrincipalId};
use aragora_core::storage::backup::{
    BackupArchive, BackupTarget, Backups, DirTarget, ObjectInfo, RestoreAt, RestoreOptions,
};
use aragora_core::storage::{
    FieldPolicy, Grace, HEARTBEAT, INSTANCE_TTL, MemoryStorage, Seal, Sealed, ShredProof, Space, Stack, Storage,
    Stores, Table, TableDef, TableRecord, TenantKeys,
};
use aragora_core::telemetry::Parts;
use aragora_core::testing::storage::Hurried;
use aragora_core::{ErrorKind, Result};
use aragora_tests::sealing::{KEY_1, KEY_2};
use async_trait::async_trait;
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
struct Login {
    id: u64,
    token: String,
}

impl TableRecord for Login {
    type Key = u64;
    const DEF: TableDef =
        TableDef { seal: Seal::Fields(&FieldPolicy { plain: &["/id"] }), ..TableDef::tenant("integrations", 1) };

    fn key(&self) -> u64 {
        self.id
    }
}

fn org(name: &str) -> OrgId {
    OrgId::new(name).unwrap()
}

fn note(id: u64) -> Note {
    Note { id, text: format!("secret {id}") }
}

fn notes(storage: &Arc<Sealed>, tenant: &str) -> Table<Note> {
    Table::new(storage.clone(), Space::Tenant(org(tenant)))
}

fn id(key: &str) -> KeyId {
    Keyring::from_hex_list(key).unwrap().active_key_id()
}

fn proof() -> ShredProof {
    ShredProof::new(PrincipalId::new("ada").unwrap(), true, false).unwrap()
}

/// A store, a folder of backups, and the clock of both.
struct Lab {
    clock: ManualClock,
    parts: Parts,
    below: Arc<dyn Storage>,
    folder: tempfile::TempDir,
}

impl Lab {
    fn new() -> Self {
        let clock = ManualClock::new("2026-03-02T00:00:00Z".parse().unwrap());
        let parts = Parts::system().with_clock(Hurried(clock.clone()));
        let below = Arc::new(MemoryStorage::journaled(parts.clock.clone()));
        Self { clock, parts, below, folder: tempfile::tempdir().unwrap() }
    }

    fn archive(&self, keys: Option<&str>) -> BackupArchive {
        let ring = keys.map(|keys| Arc::new(Keyring::from_hex_list(keys).unwrap()));
        let cipher = ring.map(|ring| Cipher::new(ring, self.parts.entropy.clone()));
        BackupArchive::new(Arc::new(DirTarget::new(self.folder.path())), cipher, self.parts.clone())
    }

    fn backups(&self, keys: Option<&str>) -> Backups {
        Backups::new(self.below.clone(), self.archive(keys)).unwrap()
    }

    /// The keys of tenants in a store, as a process sees them.
    fn keys(&self, below: &Arc<dyn Storage>) -> TenantKeys {
        let system = Arc::new(Keyring::from_hex_list(KEY_1).unwrap());
        let kms = Arc::new(LocalKms::new(system.clone(), self.parts.entropy.clone()));
        TenantKeys::new(below.clone(), kms, system, &self.parts)
    }

    fn sealed(&self, below: &Arc<dyn Storage>, keys: TenantKeys) -> (Arc<TenantKeys>, Arc<Sealed>) {
        let keys = Arc::new(keys);
        let sealed = Sealed::new(below.clone(), keys.clone(), &self.parts);
        (keys, Arc::new(sealed.tables(&[Note::DEF, Login::DEF]).unwrap()))
    }

    async fn restored(&self, keys: Option<&str>, options: RestoreOptions) -> (Arc<dyn Storage>, Arc<Sealed>) {
        let copy: Arc<dyn Storage> = Arc::new(MemoryStorage::new(self.parts.clock.clone()));
        self.archive(keys).restore(&copy, &options).await.unwrap();
        let sealed = self.sealed(&copy, self.keys(&copy)).1;
        (copy, sealed)
    }

    fn tick(&self) {
        self.clock.advance(Duration::from_secs(1));
    }

    /// Files of the folder, those of key bundles apart.
    fn files(&self) -> (Vec<PathBuf>, Vec<PathBuf>) {
        let (mut found, mut folders) = (Vec::new(), vec![self.folder.path().to_owned()]);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().map(std::result::Result::unwrap) {
                if entry.file_type().unwrap().is_dir() { folders.push(entry.path()) } else { found.push(entry.path()) }
            }
        }
        found.into_iter().partition(|path| path.components().any(|part| part.as_os_str() == "keys"))
    }
}

fn holds(path: &Path, needle: &str) -> bool {
    let bytes = std::fs::read(path).unwrap();
    bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[tokio::test]
async fn wrapped_keys_lie_beside_backups_and_never_in_them() {
    for keys in [None, Some(KEY_2)] {
        let lab = Lab::new();
        let (_, sealed) = lab.sealed(&lab.below, lab.keys(&lab.below));
        notes(&sealed, "acme").put(&note(1)).await.unwrap();
        let backups = lab.backups(keys);
        let full = backups.full().await.unwrap();
        lab.tick();
        // A tenant that is new since then, and one whose key is all that changed.
        notes(&sealed, "other").put(&note(2)).await.unwrap();
        backups.increment().await.unwrap().unwrap();
        lab.tick();
        lab.keys(&lab.below).get_tenant_key(&org("third")).await.unwrap();
        let last = backups.increment().await.unwrap().expect("a new key is a change");
        lab.tick();
        assert_eq!(backups.increment().await.unwrap(), None);

        let (bundles, data) = lab.files();
        assert_eq!(bundles.len(), 1, "only the newest bundle is kept");
        if keys.is_none() {
            assert!(holds(&bundles[0], "\"wrapped\""), "the search finds what is there");
        }
        assert!(data.iter().all(|path| !holds(path, "\"wrapped\"") && !holds(path, "tenant_keys")), "{data:?}");

        let (_, copy) = lab.restored(keys, RestoreOptions::default()).await;
        assert_eq!(notes(&copy, "acme").get(&1).await.unwrap().unwrap().value, note(1));
        assert_eq!(notes(&copy, "other").get(&2).await.unwrap().unwrap().value, note(2));
        let (_, early) = lab.restored(keys, RestoreOptions::at(RestoreAt::Backup(full.clone()))).await;
        assert_eq!(notes(&early, "acme").get(&1).await.unwrap().unwrap().value, note(1));
        let report = backups.verify(&last).await.unwrap();
        assert_eq!((report.chain[0].clone(), report.tables["tenant_keys"].rows), (full, 3));
    }
}

#[tokio::test]
async fn a_shredded_tenant_is_unreadable_from_every_backup() {
    let lab = Lab::new();
    let backups = lab.backups(Some(KEY_2));
    let (keys, sealed) = lab.sealed(&lab.below, lab.keys(&lab.below).kept_by(backups.clone()));
    notes(&sealed, "acme").put(&note(1)).await.unwrap();
    notes(&sealed, "other").put(&note(2)).await.unwrap();
    let full = backups.full().await.unwrap();
    let (before, _) = lab.files();
    lab.tick();

    keys.shred(&org("acme"), proof()).await.unwrap();
    let (after, _) = lab.files();
    assert_eq!(after.len(), 1);
    assert_ne!(before, after, "the bundle that holds the key is gone");
    assert!(!backups.store_keys().await.unwrap(), "it is what it should be");

    let (below, copy) = lab.restored(Some(KEY_2), RestoreOptions::at(RestoreAt::Backup(full))).await;
    let at = notes(&copy, "acme").address(&1).unwrap();
    assert!(below.get(at).await.unwrap().is_some(), "the row is back");
    assert_eq!(notes(&copy, "acme").get(&1).await.unwrap_err().kind(), ErrorKind::KeyNotFound);
    assert_eq!(notes(&copy, "acme").put(&note(3)).await.unwrap_err().kind(), ErrorKind::KeyNotFound);
    assert_eq!(notes(&copy, "other").get(&2).await.unwrap().unwrap().value, note(2));
}

#[tokio::test]
async fn a_bundle_somebody_brings_back_gives_no_key_back() {
    let lab = Lab::new();
    let backups = lab.backups(None);
    let (keys, sealed) = lab.sealed(&lab.below, lab.keys(&lab.below).kept_by(backups.clone()));
    notes(&sealed, "acme").put(&note(1)).await.unwrap();
    backups.full().await.unwrap();
    let old = lab.files().0.pop().unwrap();
    let bytes = std::fs::read(&old).unwrap();
    lab.tick();
    keys.shred(&org("acme"), proof()).await.unwrap();

    let target = DirTarget::new(lab.folder.path());
    let name = |path: &Path| path.strip_prefix(lab.folder.path()).unwrap().to_str().unwrap().replace('\\', "/");
    // A process that was killed between writing the new bundle and deleting the old one, and one whose clock ran ahead.
    let ahead = name(&old).replacen("/keys/0", "/keys/7", 1);
    for name in [name(&old), ahead] {
        target.put(name, bytes.clone()).await.unwrap();
        let (_, copy) = lab.restored(None, RestoreOptions::default()).await;
        assert_eq!(notes(&copy, "acme").get(&1).await.unwrap_err().kind(), ErrorKind::KeyNotFound);
        assert!(backups.store_keys().await.unwrap(), "the next look clears it away");
        assert_eq!(lab.files().0.len(), 1);
    }
}

#[tokio::test]
async fn a_damaged_bundle_is_found_before_anything_is_restored() {
    for keys in [None, Some(KEY_2)] {
        let lab = Lab::new();
        let (_, sealed) = lab.sealed(&lab.below, lab.keys(&lab.below));
        notes(&sealed, "acme").put(&note(1)).await.unwrap();
        lab.backups(keys).full().await.unwrap();
        let path = lab.files().0.pop().unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let copy: Arc<dyn Storage> = Arc::new(MemoryStorage::new(lab.parts.clock.clone()));
        let error = lab.archive(keys).restore(&copy, &RestoreOptions::default()).await.unwrap_err();
        let expected = if keys.is_some() { ErrorKind::DecryptionFailed } else { ErrorKind::BackupInvalid };
        assert_eq!(error.kind(), expected, "{error}");
        assert!(lab.sealed(&copy, lab.keys(&copy)).1.get_all_notes().await.is_empty());
    }
}

trait AllNotes {
    async fn get_all_notes(&self) -> Vec<Note>;
}

impl AllNotes for Arc<Sealed> {
    async fn get_all_notes(&self) -> Vec<Note> {
        let table = notes(self, "acme");
        table.collect(table.all()).await.unwrap().into_iter().map(|row| row.value).collect()
    }
}

#[tokio::test]
async fn a_key_is_not_retired_while_a_backup_needs_it() {
    let lab = Lab::new();
    let sealed = |keys: &str| {
        let sealed = Sealed::new(lab.below.clone(), Keyring::from_hex_list(keys).unwrap(), &lab.parts);
        Arc::new(sealed.tables(&[Note::DEF, Login::DEF]).unwrap())
    };
    let logins = |sealed: &Arc<Sealed>| Table::<Login>::new(sealed.clone(), Space::Tenant(org("acme")));
    logins(&sealed(KEY_1)).put(&Login { id: 1, token: "xoxb-1".to_owned() }).await.unwrap();
    // Nothing but members of a record is sealed under the first key, and the backup itself under another.
    let backups = lab.backups(Some(KEY_2));
    let full = backups.full().await.unwrap();
    lab.tick();

    let both = sealed(&format!("{KEY_2},{KEY_1}"));
    both.reencrypt().execute(&Stores::All, &CancelToken::new()).await.unwrap();
    lab.clock.advance(Duration::from_secs(8 * 86_400));
    let run = both.reencrypt().kept_by(backups.clone());
    let census = run.census().await.unwrap();
    assert_eq!(census.rows_under(id(KEY_1)), 0);
    assert_eq!(census.backups_under(id(KEY_1)).collect::<Vec<_>>(), [&full]);
    for grace in [Grace::Kept, Grace::Override] {
        let refused = run.retire(id(KEY_1), &census, grace).await.unwrap_err();
        let reason = format!("backup {full} needs this key");
        assert_eq!((refused.kind(), refused.reason()), (ErrorKind::Conflict, &*reason));
    }
    // One that was written after the census counts too.
    let alone = both.reencrypt().census().await.unwrap();
    assert!(run.retire(id(KEY_1), &alone, Grace::Kept).await.is_err());

    for path in lab.files().1 {
        std::fs::remove_file(path).unwrap();
    }
    backups.full().await.unwrap();
    let census = run.census().await.unwrap();
    run.retire(id(KEY_1), &census, Grace::Kept).await.unwrap();
}

#[tokio::test]
async fn a_tenants_old_key_stays_while_a_backup_needs_it() {
    let lab = Lab::new();
    let backups = lab.backups(None);
    let (keys, sealed) = lab.sealed(&lab.below, lab.keys(&lab.below).kept_by(backups.clone()));
    notes(&sealed, "acme").put(&note(1)).await.unwrap();
    let full = backups.full().await.unwrap();
    lab.tick();
    let (acme, cancel) = (org("acme"), CancelToken::new());
    keys.rotate_tenant(&acme, sealed.reencrypt(), &cancel).await.unwrap();
    lab.clock.advance(Duration::from_secs(900));
    assert_eq!(keys.destroy_unused(&acme, sealed.reencrypt(), &cancel).await.unwrap(), 0, "the backup needs it");
    backups.increment().await.unwrap().unwrap();
    let (_, copy) = lab.restored(None, RestoreOptions::at(RestoreAt::Backup(full))).await;
    assert_eq!(notes(&copy, "acme").get(&1).await.unwrap().unwrap().value, note(1));

    for path in lab.files().1 {
        std::fs::remove_file(path).unwrap();
    }
    assert_eq!(keys.destroy_unused(&acme, sealed.reencrypt(), &cancel).await.unwrap(), 1);
    std::fs::remove_file(lab.files().0.pop().unwrap()).unwrap();
    assert_eq!(keys.destroy_unused(&acme, sealed.reencrypt(), &cancel).await.unwrap(), 0);
    assert_eq!(lab.files().0.len(), 1, "a call that is repeated writes the bundle that one before did not");
    assert_eq!(notes(&sealed, "acme").get(&1).await.unwrap().unwrap().value, note(1));
}

#[tokio::test]
async fn a_bundle_is_sealed_anew_after_a_rotation_and_its_key_counts_until_then() {
    let lab = Lab::new();
    let (_, sealed) = lab.sealed(&lab.below, lab.keys(&lab.below));
    notes(&sealed, "acme").put(&note(1)).await.unwrap();
    lab.backups(None).full().await.unwrap();
    let plain = lab.files().0;
    for path in lab.files().1 {
        std::fs::remove_file(path).unwrap();
    }
    // The same keys, and a cipher from now on; then another key of that.
    lab.tick();
    let first = lab.backups(Some(KEY_1)).full().await.unwrap();
    assert_eq!(lab.files().0.len(), 1);
    assert_ne!(lab.files().0, plain);
    let both = format!("{KEY_2},{KEY_1}");
    let backups = lab.backups(Some(&both));
    assert!(backups.key_ids().await.unwrap()[&first].contains(&id(KEY_1)));
    lab.tick();
    assert!(backups.store_keys().await.unwrap(), "the bundle is sealed under the old key");
    assert!(!backups.store_keys().await.unwrap());
    assert!(backups.key_ids().await.unwrap()[&first].contains(&id(KEY_2)), "whoever reads the backup reads the bundle");

    for path in lab.files().1 {
        std::fs::remove_file(path).unwrap();
    }
    lab.tick();
    lab.backups(Some(KEY_2)).full().await.unwrap();
    // Who has the new key alone can read all of it.
    let (_, copy) = lab.restored(Some(KEY_2), RestoreOptions::default()).await;
    assert_eq!(notes(&copy, "acme").get(&1).await.unwrap().unwrap().value, note(1));
}

#[tokio::test]
async fn a_restore_without_the_keys_that_there_were_is_refused() {
    let lab = Lab::new();
    let backups = lab.backups(None);
    let (_, sealed) = lab.sealed(&lab.below, lab.keys(&lab.below));
    notes(&sealed, "acme").put(&note(1)).await.unwrap();
    let full = backups.full().await.unwrap();
    std::fs::remove_file(lab.files().0.pop().unwrap()).unwrap();
    let copy: Arc<dyn Storage> = Arc::new(MemoryStorage::new(lab.parts.clock.clone()));
    let error = lab.archive(None).restore(&copy, &RestoreOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BackupInvalid);
    assert!(error.reason().contains("keys of tenants"), "{error}");
    assert_eq!(backups.verify(&full).await.unwrap_err().kind(), ErrorKind::BackupInvalid);
}

/// A folder whose first write of a bundle takes so long that another process has its turn.
#[derive(Debug)]
struct Stalling {
    inner: DirTarget,
    clock: ManualClock,
    other: Backups,
    others_keys: TenantKeys,
    stalled: AtomicBool,
}

#[async_trait]
impl BackupTarget for Stalling {
    async fn put(&self, name: String, bytes: Vec<u8>) -> Result<()> {
        if name.contains("/keys/") && !self.stalled.swap(true, Ordering::SeqCst) {
            self.clock.advance(Duration::from_secs(61));
            self.others_keys.shred(&org("acme"), proof()).await?;
            assert!(self.other.store_keys().await?);
        }
        self.inner.put(name, bytes).await
    }
    async fn get(&self, name: String) -> Result<Vec<u8>> {
        self.inner.get(name).await
    }
    async fn list(&self, prefix: String) -> Result<Vec<ObjectInfo>> {
        self.inner.list(prefix).await
    }
    async fn delete(&self, name: String) -> Result<()> {
        self.inner.delete(name).await
    }
}

#[tokio::test]
async fn who_stalled_deletes_no_bundle_that_another_wrote_meanwhile() {
    let lab = Lab::new();
    let (_, sealed) = lab.sealed(&lab.below, lab.keys(&lab.below));
    notes(&sealed, "acme").put(&note(1)).await.unwrap();
    let target = Stalling {
        inner: DirTarget::new(lab.folder.path()),
        clock: lab.clock.clone(),
        other: lab.backups(None),
        others_keys: lab.keys(&lab.below),
        stalled: AtomicBool::new(false),
    };
    let archive = BackupArchive::new(Arc::new(target), None, lab.parts.clone());
    let slow = Backups::new(lab.below.clone(), archive).unwrap();
    assert_eq!(slow.store_keys().await.unwrap_err().kind(), ErrorKind::LeaseLost);
    let (bundles, _) = lab.files();
    assert_eq!(bundles.len(), 1, "its own is gone: {bundles:?}");
    assert!(!holds(&bundles[0], "\"wrapped\""), "what is left is the one without the destroyed key");
    assert!(!lab.backups(None).store_keys().await.unwrap());
}

#[tokio::test]
async fn processes_register_and_no_two_have_one_id() {
    let lab = Lab::new();
    let sealed = |keys: &str| {
        let ring = Keyring::from_hex_list(keys).unwrap();
        Stack::over(lab.below.clone(), &lab.parts).sealed_with(ring).build().unwrap()
    };
    let plain = Stack::plain(lab.below.clone(), &lab.parts);
    let a = sealed(KEY_1).register("a").await.unwrap();
    let b = plain.register("b").await.unwrap();
    let refused = plain.register("a").await.unwrap_err();
    let reason = "the instance id a is in use by a live process";
    assert_eq!((refused.kind(), refused.reason()), (ErrorKind::Conflict, reason));
    for id in ["", "a\nb", &"x".repeat(129)] {
        assert_eq!(plain.register(id).await.unwrap_err().kind(), ErrorKind::InvalidRequest);
    }

    let live = plain.instances().await.unwrap();
    assert_eq!(live.iter().map(|instance| &*instance.id).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!((live[0].active_key, &live[0].keys), (Some(id(KEY_1)), &vec![id(KEY_1)]));
    assert_eq!((live[1].active_key, live[1].version.as_str()), (None, env!("CARGO_PKG_VERSION")));
    let started = live[0].started_at;

    // One gives signs of life, the other does not.
    for _ in 0..4 {
        lab.clock.advance(HEARTBEAT);
        a.renew().await.unwrap();
    }
    let live = plain.instances().await.unwrap();
    assert_eq!(live.len(), 1);
    assert_eq!((live[0].started_at, live[0].heartbeat), (started, started.plus(4 * HEARTBEAT)));
    let taken = plain.register("b").await.unwrap();
    assert_eq!(b.renew().await.unwrap_err().kind(), ErrorKind::LeaseLost, "its place is somebody else's");
    b.leave().await.unwrap();
    assert_eq!(plain.instances().await.unwrap().len(), 2, "and it cannot give that away");
    taken.leave().await.unwrap();
    a.leave().await.unwrap();
    assert!(plain.instances().await.unwrap().is_empty());
    // One that is announced holds no place of its own, and takes nobody's.
    let run = sealed(KEY_2).reencrypt().unwrap();
    run.announce("b", Duration::from_secs(60)).await.unwrap();
    assert_eq!(plain.instances().await.unwrap()[0].active_key, Some(id(KEY_2)));
    plain.register("a").await.unwrap();
    let refused = run.announce("a", Duration::from_secs(60)).await.unwrap_err();
    assert_eq!((refused.kind(), refused.reason()), (ErrorKind::Conflict, reason));
    lab.clock.advance(INSTANCE_TTL);
    assert!(plain.instances().await.unwrap().is_empty());
}
