//! Cleaning a data directory: exactly what the plan shows goes, and what the store lives on never does.
#![cfg(unix)]

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aragora_core::ErrorKind;
use aragora_core::clock::{Clock as _, ManualClock, Timestamp};
use aragora_core::storage::backup::{BackupArchive, BackupId, Backups, DirTarget};
use aragora_core::storage::retention::{CleanupCategory, CleanupOptions, CleanupPlan, ClockGuard, StorageCleanup};
use aragora_core::storage::{Address, Codec, Control, KeyBytes, MemoryStorage, Space, Storage, TableName, draft, open};
use aragora_core::telemetry::Parts;

const DAY: u64 = 86_400;

/// A store in a directory, at a fixed time.
struct Lab {
    clock: ManualClock,
    parts: Parts,
    store: Arc<dyn Storage>,
    _folder: tempfile::TempDir,
    root: PathBuf,
}

impl Lab {
    async fn new() -> Self {
        let clock = ManualClock::new("2026-03-02T00:00:00Z".parse().unwrap());
        let parts = Parts::system().with_clock(clock.clone());
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("data").canonicalize().unwrap_or_else(|_| folder.path().join("data"));
        let store = open(&format!("redb:{}", root.display()), &parts).await.unwrap();
        store.put(at(), draft(Codec::Raw, 1, b"kept")).await.unwrap();
        let root = root.canonicalize().unwrap();
        Self { clock, parts, store, _folder: folder, root }
    }

    fn cleanup(&self) -> StorageCleanup {
        StorageCleanup::new(&self.root, &self.parts).unwrap()
    }

    /// A file of this age.
    fn file(&self, path: &str, seconds: u64) -> PathBuf {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("contents of {}", path.display())).unwrap();
        self.age(&path, seconds);
        path
    }

    fn age(&self, path: &Path, seconds: u64) {
        let then = self.clock.now().as_millis().cast_unsigned() - seconds * 1_000;
        let file = File::options().write(true).open(path).unwrap();
        file.set_modified(std::time::UNIX_EPOCH + Duration::from_millis(then)).unwrap();
    }

    async fn plan(&self) -> CleanupPlan {
        self.cleanup().plan(&CleanupOptions::default()).await.unwrap()
    }

    async fn still_works(&self) {
        assert!(self.store.get(at()).await.unwrap().is_some());
        self.store.control(Control::Close).await.unwrap();
        let again = open(&format!("redb:{}", self.root.display()), &self.parts).await.unwrap();
        assert!(again.get(at()).await.unwrap().is_some());
    }
}

fn at() -> Address {
    Address::new(Space::System, TableName::new("note").unwrap(), KeyBytes::of(&1u64))
}

fn paths(plan: &CleanupPlan) -> Vec<&str> {
    plan.entries.iter().map(|entry| &*entry.path).collect()
}

#[tokio::test]
async fn a_run_removes_what_its_plan_shows_and_nothing_else() {
    let lab = Lab::new().await;
    let due = [
        ("artifacts/2026/out.json", 7 * DAY + 1),
        ("checkpoints/deb_1.json", 8 * DAY),
        ("sessions/s1.json", 3 * DAY + 1),
        ("store-9/data", 601),
        ("test_sessions/t1.json", DAY + 1),
        ("traces/a.json", 90 * DAY + 1),
        ("traces/half.tmp", 601),
        ("x.tmp", 601),
    ];
    let kept = [
        ("artifacts/new.json", 7 * DAY),
        ("sessions/s2.json", 3 * DAY),
        ("traces/b.json", 90 * DAY),
        ("y.tmp", 600),
        ("notes.txt", 900 * DAY),
        ("other/thing.json", 900 * DAY),
    ];
    for (path, age) in due.into_iter().chain(kept) {
        lab.file(path, age);
    }
    let usage = lab.cleanup().analyze().await.unwrap();
    assert_eq!(usage.categories[&CleanupCategory::Sessions].0, 2);
    assert_eq!(usage.categories[&CleanupCategory::Orphans].0, 4);
    assert!(usage.essential.0 >= 4 && usage.essential.1 > 4_096);

    let plan = lab.plan().await;
    assert_eq!(paths(&plan), due.map(|(path, _)| path));
    assert_eq!((plan.entries[0].category, plan.entries[0].age_secs), (CleanupCategory::Artifacts, 7 * DAY + 1));
    assert_eq!(plan.entries[0].reason, "older than 7 days");
    assert!(due.iter().all(|(path, _)| lab.root.join(path).exists()), "looking changes nothing");

    // A plan may be shown to somebody and come back.
    let plan: CleanupPlan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
    let report = lab.cleanup().execute(&plan).await.unwrap();
    assert_eq!((report.removed, report.bytes, report.skipped.len()), (8, plan.bytes(), 0));
    assert!(due.iter().all(|(path, _)| !lab.root.join(path).exists()));
    assert!(kept.iter().all(|(path, _)| lab.root.join(path).exists()));
    assert!(!lab.root.join("artifacts/2026").exists() && lab.root.join("artifacts").exists());
    let again = lab.cleanup().execute(&plan).await.unwrap();
    assert_eq!((again.removed, again.skipped.len()), (0, 8), "what is gone is skipped");
    assert!(lab.plan().await.entries.is_empty());
    lab.still_works().await;
}

#[tokio::test]
async fn another_plan_is_refused_and_what_changed_is_skipped() {
    let lab = Lab::new().await;
    let written = lab.file("sessions/a.json", 4 * DAY);
    let replaced = lab.file("sessions/b.json", 4 * DAY);
    let (gone, opened) = (lab.file("sessions/c.json", 4 * DAY), lab.file("sessions/d.json", 4 * DAY));
    let moved = lab.file("sessions/deep/e.json", 4 * DAY);
    lab.file("sessions/f.json", 4 * DAY);
    let plan = lab.plan().await;
    assert_eq!(plan.entries.len(), 6);

    let mut forged = plan.clone();
    forged.entries[0].path = "aragora.json".to_owned();
    let refused = lab.cleanup().execute(&forged).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Conflict);
    let elsewhere = Lab::new().await;
    assert_eq!(elsewhere.cleanup().execute(&plan).await.unwrap_err().kind(), ErrorKind::Conflict);

    fs::write(&written, "more").unwrap();
    fs::remove_file(&replaced).unwrap();
    symlink(lab.root.join("aragora.json"), &replaced).unwrap();
    fs::remove_file(&gone).unwrap();
    let held = File::open(&opened).unwrap();
    // The folder of one becomes a link to a folder with a file of that name.
    let target = lab.root.join("other");
    fs::create_dir(&target).unwrap();
    fs::rename(&moved, target.join("e.json")).unwrap();
    fs::remove_dir(moved.parent().unwrap()).unwrap();
    symlink(&target, moved.parent().unwrap()).unwrap();

    let report = lab.cleanup().execute(&plan).await.unwrap();
    let skipped: Vec<&str> = report.skipped.iter().map(|entry| &*entry.path).collect();
    let expected = ["sessions/a.json", "sessions/b.json", "sessions/c.json", "sessions/d.json", "sessions/deep/e.json"];
    assert_eq!((report.removed, skipped), (1, expected.to_vec()), "{report:?}");
    assert!(written.exists() && opened.exists() && target.join("e.json").exists());
    drop(held);
    lab.still_works().await;
}

#[tokio::test]
async fn no_link_and_no_name_leads_to_what_the_store_lives_on() {
    let lab = Lab::new().await;
    let live = fs::read_to_string(lab.root.join("CURRENT")).unwrap();
    let files = lab.root.join(format!("store-{}", live.trim()));
    let data = fs::read_dir(&files).unwrap().next().unwrap().unwrap().path();
    // The same file under a name that may go, a link to it, a link to its folder, and a store of somebody else.
    fs::create_dir_all(lab.root.join("sessions")).unwrap();
    fs::hard_link(&data, lab.root.join("sessions/old.json")).unwrap();
    symlink(&data, lab.root.join("sessions/link.json")).unwrap();
    symlink(&files, lab.root.join("artifacts")).unwrap();
    lab.file("traces/nested/aragora.json", 900 * DAY);
    lab.file("traces/nested/store-1/data", 900 * DAY);
    lab.file("store-0/data", 900 * DAY);
    for path in ["aragora.json", "CURRENT", "LOCK"] {
        lab.age(&lab.root.join(path), 900 * DAY);
    }
    lab.age(&data, 900 * DAY);
    lab.store.control(Control::Close).await.unwrap();

    assert_eq!(paths(&lab.plan().await), Vec::<&str>::new());
    let inode = fs::metadata(&data).unwrap().ino();
    assert_eq!(fs::metadata(lab.root.join("sessions/old.json")).unwrap().ino(), inode);
}

#[tokio::test]
async fn what_nobody_should_clean_is_refused() {
    let lab = Lab::new().await;
    let empty = tempfile::tempdir().unwrap();
    for path in [Path::new(""), Path::new("/"), empty.path(), &lab.root.join("nothing")] {
        let refused = StorageCleanup::new(path, &lab.parts).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidRequest, "{}", path.display());
    }
    let wrong = CleanupOptions {
        session_days: 0,
        backup_days: 0,
        keep_backups: 4,
        archive_to: Some(lab.root.join("archive")),
        ..CleanupOptions::default()
    };
    let refused = lab.cleanup().plan(&wrong).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidRequest);
    for pointer in ["/archive_to", "/backups", "/keep_backups", "/sessions"] {
        assert!(refused.reason().contains(pointer), "{refused}");
    }
    let link = empty.path().join("link");
    symlink(&lab.root, &link).unwrap();
    for inside in [link.join("archive"), PathBuf::from("archive"), lab.root.join("../data/archive")] {
        let options = CleanupOptions { archive_to: Some(inside.clone()), ..CleanupOptions::default() };
        assert!(lab.cleanup().plan(&options).await.is_err(), "{}", inside.display());
    }
}

#[tokio::test]
async fn everything_is_archived_before_anything_goes() {
    let lab = Lab::new().await;
    let (a, b) = (lab.file("sessions/a.json", 4 * DAY), lab.file("sessions/deep/b.json", 4 * DAY));
    let contents = fs::read(&b).unwrap();
    let archive = tempfile::tempdir().unwrap();
    let options = CleanupOptions { archive_to: Some(archive.path().to_owned()), ..CleanupOptions::default() };
    let plan = lab.cleanup().plan(&options).await.unwrap();

    // Where the second copy should go, there is a folder: it cannot be written, and nothing goes.
    let of_plan = archive.path().join(plan.hash.to_hex());
    fs::create_dir_all(of_plan.join("sessions/deep/b.json")).unwrap();
    assert!(lab.cleanup().execute(&plan).await.is_err());
    assert!(a.exists() && b.exists());

    fs::remove_dir(of_plan.join("sessions/deep/b.json")).unwrap();
    let report = lab.cleanup().execute(&plan).await.unwrap();
    assert_eq!((report.archived, report.removed), (2, 2));
    assert!(!a.exists() && !b.exists());
    assert_eq!(fs::read(of_plan.join("sessions/deep/b.json")).unwrap(), contents);

    // A file of the same name is another file: both are kept.
    fs::write(lab.file("sessions/deep/b.json", 0), "the next").unwrap();
    lab.age(&b, 4 * DAY);
    let next = lab.cleanup().plan(&options).await.unwrap();
    assert_eq!(lab.cleanup().execute(&next).await.unwrap().archived, 1);
    assert_eq!(fs::read(of_plan.join("sessions/deep/b.json")).unwrap(), contents);
    let copy = archive.path().join(next.hash.to_hex()).join("sessions/deep/b.json");
    assert_eq!(fs::read(copy).unwrap(), b"the next");
}

#[tokio::test]
async fn an_archive_that_moved_into_the_directory_is_refused() {
    let lab = Lab::new().await;
    let file = lab.file("sessions/a.json", 4 * DAY);
    let outside = tempfile::tempdir().unwrap();
    let link = outside.path().join("archive");
    fs::create_dir(outside.path().join("real")).unwrap();
    symlink(outside.path().join("real"), &link).unwrap();
    let options = CleanupOptions { archive_to: Some(link.clone()), ..CleanupOptions::default() };
    let plan = lab.cleanup().plan(&options).await.unwrap();
    fs::remove_file(&link).unwrap();
    symlink(lab.root.join("traces"), &link).unwrap();
    fs::create_dir(lab.root.join("traces")).unwrap();
    assert_eq!(lab.cleanup().execute(&plan).await.unwrap_err().kind(), ErrorKind::InvalidRequest);
    assert!(file.exists());
}

#[tokio::test]
async fn the_clock_must_be_believed() {
    let lab = Lab::new().await;
    let file = lab.file("sessions/a.json", 4 * DAY);
    let plan = lab.plan().await;
    let guard_store: Arc<dyn Storage> = Arc::new(MemoryStorage::new(lab.parts.clock.clone()));
    let guard = ClockGuard::new(guard_store, &lab.parts);
    guard.check(Duration::from_secs(DAY)).await.unwrap();
    lab.clock.advance(Duration::from_secs(25 * 3_600));
    let guarded = lab.cleanup().guarded_by(guard.clone());
    assert_eq!(guarded.execute(&plan).await.unwrap_err().kind(), ErrorKind::ClockJump);
    assert!(file.exists());
    guard.confirm_clock().await.unwrap();
    assert_eq!(guarded.execute(&plan).await.unwrap_err().kind(), ErrorKind::ClockJump, "the plan is old by now");
    let plan = lab.plan().await;
    assert_eq!(guarded.execute(&plan).await.unwrap().removed, 1);
}

/// Twelve full backups below the data directory: six of different days, six of today.
async fn twelve_backups(lab: &Lab) -> (Backups, Vec<BackupId>) {
    let store: Arc<dyn Storage> = Arc::new(MemoryStorage::journaled(lab.parts.clock.clone()));
    let target = Arc::new(DirTarget::new(lab.root.join("backups")));
    let backups = Backups::new(store.clone(), BackupArchive::new(target, None, lab.parts.clone())).unwrap();
    let mut ids = Vec::new();
    for day in 0..12 {
        store.put(at(), draft(Codec::Raw, 1, format!("{day}").as_bytes())).await.unwrap();
        let id = backups.full().await.unwrap();
        if day == 1 {
            backups.verify(&id).await.unwrap();
        }
        ids.push(id);
        lab.clock.advance(Duration::from_secs(if day < 6 { 10 * DAY } else { 60 }));
    }
    (backups, ids)
}

/// The folder of a backup set.
fn set_of(lab: &Lab, id: &BackupId) -> PathBuf {
    let store = fs::read_dir(lab.root.join("backups")).unwrap().next().unwrap().unwrap().path();
    store.join(id.to_string())
}

fn doomed(plan: &CleanupPlan, ids: &[BackupId]) -> Vec<usize> {
    let is_doomed = |id: &BackupId| plan.entries.iter().any(|entry| entry.path.contains(&id.to_string()));
    (0..ids.len()).filter(|n| is_doomed(&ids[*n])).collect()
}

#[tokio::test]
async fn old_backup_sets_go_and_the_newest_five_stay() {
    let lab = Lab::new().await;
    let (backups, ids) = twelve_backups(&lab).await;
    let now: Timestamp = lab.clock.now();
    let plan = lab.plan().await;
    assert_eq!(plan.now, now);
    assert_eq!(doomed(&plan, &ids), [0, 2, 3, 4, 5], "old, not verified, and not among the newest five");
    lab.cleanup().execute(&plan).await.unwrap();
    let left: Vec<_> = backups.list().await.unwrap().into_iter().map(|backup| backup.id).collect();
    assert_eq!(left.len(), 7);
    let newest = left.last().unwrap();
    backups.verify(newest).await.unwrap();
}

#[tokio::test]
async fn a_backup_whose_manifest_is_in_use_stays_whole_and_so_does_every_older_one() {
    let lab = Lab::new().await;
    let (backups, ids) = twelve_backups(&lab).await;
    let plan = lab.plan().await;
    let held = File::open(set_of(&lab, &ids[3]).join("manifest.json")).unwrap();
    assert_eq!(doomed(&lab.plan().await, &ids), [4, 5], "what it may go on from stays too");
    let report = lab.cleanup().execute(&plan).await.unwrap();
    assert!(!report.skipped.is_empty() && !set_of(&lab, &ids[4]).exists() && !set_of(&lab, &ids[5]).exists());
    drop(held);
    for n in [0, 2, 3] {
        backups.verify(&ids[n]).await.unwrap();
    }
}

#[tokio::test]
async fn a_manifest_that_cannot_be_read_keeps_every_backup_of_its_store() {
    let lab = Lab::new().await;
    let (_, ids) = twelve_backups(&lab).await;
    let manifest = set_of(&lab, &ids[8]).join("manifest.json");
    fs::remove_file(&manifest).unwrap();
    assert_eq!(doomed(&lab.plan().await, &ids), [0, 2, 3, 4, 5], "without a manifest it is no backup");
    fs::create_dir(&manifest).unwrap();
    assert_eq!(doomed(&lab.plan().await, &ids), Vec::<usize>::new());
}

#[tokio::test]
async fn a_folder_beside_the_generations_is_nobodys_orphan() {
    let lab = Lab::new().await;
    for name in ["store-9.bak", "store-", "store-old", "store-+9", "store-09", "store-0"] {
        lab.file(&format!("{name}/data"), 900 * DAY);
    }
    lab.file("store-9/data", 900 * DAY);
    assert_eq!(paths(&lab.plan().await), ["store-9/data"]);
}

#[tokio::test]
async fn more_files_go_than_a_process_may_open() {
    let lab = Lab::new().await;
    for n in 0..1_500 {
        lab.file(&format!("sessions/{n}.json"), 4 * DAY);
    }
    let plan = lab.plan().await;
    let report = lab.cleanup().execute(&plan).await.unwrap();
    assert_eq!((report.removed, report.skipped), (1_500, Vec::new()));
}
