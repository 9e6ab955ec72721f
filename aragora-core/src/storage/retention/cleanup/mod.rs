//! Cleaning a data directory: look, plan, execute exactly the plan.
//!
//! Only categories can be named, never a path. Every entry is a regular file below the directory; links are not
//! followed, and what the store lives on is left out by what it is (device and inode), not by how it is called.

mod archive;
mod backups;
mod remove;
mod sets;
mod walk;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::ClockGuard;
use crate::clock::Timestamp;
use crate::crypto::canonical::to_canonical;
use crate::error::{Error, ErrorKind, Result, Violations};
use crate::ids::Digest;
use crate::telemetry::Parts;
use sets::Stuck;
use std::time::Duration;
use walk::{Found, Survey};

const DAY: Duration = Duration::from_secs(86_400);
/// Backups that never go: the newest so many.
const LEAST_BACKUPS: u32 = 5;

/// What may be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CleanupCategory {
    /// Backup sets in `backups/`.
    Backups,
    /// Telemetry of runs in `sessions/`.
    Sessions,
    /// The same of tests, in `test_sessions/`.
    TestSessions,
    /// Snapshots of finished debates in `checkpoints/`; their logs stay.
    Checkpoints,
    /// Dated debug and export files in `artifacts/`.
    Artifacts,
    /// Exported traces in `traces/`.
    Traces,
    /// Temporary files and generations that were never named, after 10 minutes.
    Orphans,
}

impl CleanupCategory {
    /// Those that are a folder of files which age one by one.
    const FOLDERS: [Self; 5] = [Self::Sessions, Self::TestSessions, Self::Checkpoints, Self::Artifacts, Self::Traces];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Backups => "backups",
            Self::Sessions => "sessions",
            Self::TestSessions => "test_sessions",
            Self::Checkpoints => "checkpoints",
            Self::Artifacts => "artifacts",
            Self::Traces => "traces",
            Self::Orphans => "orphans",
        }
    }
}

/// How long what is kept. Days are whole, at least one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CleanupOptions {
    /// Backup sets, 7 days.
    pub backup_days: u32,
    /// The newest full backups that never go, 5 or more. The newest verified one never goes either.
    pub keep_backups: u32,
    /// Sessions, 3 days.
    pub session_days: u32,
    /// Sessions of tests, 1 day.
    pub test_session_days: u32,
    /// Checkpoints, 7 days.
    pub checkpoint_days: u32,
    /// Artifacts, 7 days.
    pub artifact_days: u32,
    /// Traces, 90 days.
    pub trace_days: u32,
    /// Where files are copied to before they go, below a folder named by the plan's hash: a folder outside of the data
    /// directory.
    pub archive_to: Option<PathBuf>,
}

impl Default for CleanupOptions {
    fn default() -> Self {
        Self {
            backup_days: 7,
            keep_backups: LEAST_BACKUPS,
            session_days: 3,
            test_session_days: 1,
            checkpoint_days: 7,
            artifact_days: 7,
            trace_days: 90,
            archive_to: None,
        }
    }
}

impl CleanupOptions {
    fn days(&self, category: CleanupCategory) -> u32 {
        match category {
            CleanupCategory::Backups => self.backup_days,
            CleanupCategory::Sessions => self.session_days,
            CleanupCategory::TestSessions => self.test_session_days,
            CleanupCategory::Checkpoints => self.checkpoint_days,
            CleanupCategory::Artifacts => self.artifact_days,
            CleanupCategory::Traces => self.trace_days,
            // By minutes.
            CleanupCategory::Orphans => 0,
        }
    }

    fn check(&self, root: &Path) -> Result<()> {
        let mut violations = Violations::new();
        for category in CleanupCategory::FOLDERS.into_iter().chain([CleanupCategory::Backups]) {
            let days = self.days(category);
            violations.check(days > 0, format!("/{}", category.as_str()), "kept for 0 days, expected at least 1");
        }
        let kept = self.keep_backups;
        let reason = format!("{kept} backups, expected at least {LEAST_BACKUPS}");
        violations.check(kept >= LEAST_BACKUPS, "/keep_backups", reason);
        if let Some(archive) = &self.archive_to {
            let place = archive::settled(archive);
            let inside = place.is_none_or(|place| place.starts_with(root));
            violations.check(!inside, "/archive_to", "expected an absolute path outside of the data directory");
        }
        violations.into_invalid_request()
    }
}

/// A file that a plan removes, as it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct CleanupEntry {
    /// Below the data directory, parts joined by `/`.
    pub path: String,
    /// Why it may go at all.
    pub category: CleanupCategory,
    /// Its size.
    pub bytes: u64,
    /// When it was last written.
    pub modified_at: Timestamp,
    /// Since then, in seconds.
    pub age_secs: u64,
    /// Why it goes now.
    pub reason: String,
    /// Which file it is: device, inode and time of the last change in nanoseconds.
    pub identity: [String; 3],
}

/// What to remove. Executed only with its own hash, and of each entry only what still is as it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct CleanupPlan {
    /// The rules.
    pub options: CleanupOptions,
    /// For which moment.
    pub now: Timestamp,
    /// What goes, by path.
    pub entries: Vec<CleanupEntry>,
    /// SHA-256 of the members above and the directory.
    pub hash: Digest,
}

impl CleanupPlan {
    /// Bytes that go.
    pub fn bytes(&self) -> u64 {
        self.entries.iter().map(|entry| entry.bytes).sum()
    }
}

/// What was removed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct CleanupReport {
    /// Files.
    pub removed: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files that were copied to the archive and read back before any of them went.
    pub archived: u64,
    /// Entries that were left, because they are no longer what was planned for.
    pub skipped: Vec<SkippedEntry>,
}

/// An entry that was left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedEntry {
    /// Its path.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// What lies in a data directory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct CleanupUsage {
    /// Files and bytes by category, due or not.
    pub categories: BTreeMap<CleanupCategory, (u64, u64)>,
    /// Files and bytes that no cleanup touches.
    pub essential: (u64, u64),
}

/// Cleans one data directory.
#[derive(Clone, Debug)]
pub struct StorageCleanup {
    root: PathBuf,
    guard: Option<ClockGuard>,
    parts: Parts,
}

impl StorageCleanup {
    /// The directory of an embedded store, which may be open. `invalid_request` for anything else: a root, a home, an
    /// empty folder hold no store.
    pub fn new(root: impl AsRef<Path>, parts: &Parts) -> Result<Self> {
        let refused = |reason: &str| Err(Error::new(ErrorKind::InvalidRequest, reason));
        if root.as_ref().as_os_str().is_empty() {
            return refused("the path of the data directory is empty");
        }
        let Ok(root) = root.as_ref().canonicalize() else { return refused("there is no directory at this path") };
        if root.parent().is_none() || !root.join(walk::IDENTITY).is_file() {
            return refused("this directory holds no store");
        }
        Ok(Self { root, guard: None, parts: parts.clone() })
    }

    /// Deletes nothing while this guard does not believe the clock.
    #[must_use]
    pub fn guarded_by(mut self, guard: ClockGuard) -> Self {
        self.guard = Some(guard);
        self
    }

    /// What lies there (`--analyze-only`).
    pub async fn analyze(&self) -> Result<CleanupUsage> {
        self.blocking(|this| {
            let survey = Survey::of(&this.root)?;
            let mut usage = CleanupUsage { essential: survey.essential_size(), ..CleanupUsage::default() };
            for file in survey.files()? {
                let (files, bytes) = usage.categories.entry(file.category).or_default();
                *files += 1;
                *bytes += file.bytes;
            }
            Ok(usage)
        })
        .await
    }

    /// What would go (`--dry-run`). Changes nothing. `invalid_request` for days below 1, fewer than 5 backups to keep,
    /// or an archive inside the directory.
    pub async fn plan(&self, options: &CleanupOptions) -> Result<CleanupPlan> {
        let options = options.clone();
        self.blocking(move |this| this.plan_now(&options, this.parts.clock.now())).await
    }

    fn plan_now(&self, options: &CleanupOptions, now: Timestamp) -> Result<CleanupPlan> {
        options.check(&self.root)?;
        let survey = Survey::of(&self.root)?;
        let doomed = backups::doomed(&self.root, options, now)?;
        let mut entries = Vec::new();
        let files = survey.files()?;
        let free = files.iter().map(|file| &*file.path);
        let stuck = Stuck::of(&self.root, doomed.iter().map(|set| &**set), free);
        for file in files.into_iter().filter(|file| !stuck.holds(file.category, &file.path)) {
            if let Some(reason) = due(&file, options, now, &doomed) {
                entries.push(entry(&file, now, reason));
            }
        }
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        let hash = self.hash(options, now, &entries)?;
        Ok(CleanupPlan { options: options.clone(), now, entries, hash })
    }

    /// Removes what a plan lists (`--yes`), and nothing else. With an archive, everything is copied, synced, read back
    /// and compared before the first file goes. An entry that changed is left and told of.
    ///
    /// Errors: `conflict` if the plan's hash is not that of its entries in this directory; `clock_jump` if the clock
    /// cannot be believed; `invalid_request` if the archive lies inside the directory by now; `storage_full` if the archive has no room. Nothing was deleted then.
    pub async fn execute(&self, plan: &CleanupPlan) -> Result<CleanupReport> {
        if self.hash(&plan.options, plan.now, &plan.entries)? != plan.hash {
            return Err(Error::new(ErrorKind::Conflict, "this is not the plan that was made for this directory"));
        }
        let now = match &self.guard {
            Some(guard) => guard.check(DAY).await?,
            None => self.parts.clock.now(),
        };
        if now < plan.now || now > plan.now.plus(DAY) {
            let reason = "the plan is not of the last 24 hours by this clock; plan again";
            return Err(Error::new(ErrorKind::ClockJump, reason).with("now", now).with("planned", plan.now));
        }
        let plan = plan.clone();
        self.blocking(move |this| {
            // A link on the way to the archive may lead elsewhere by now.
            plan.options.check(&this.root)?;
            remove::execute(&this.root, &plan)
        })
        .await
    }

    fn hash(&self, options: &CleanupOptions, now: Timestamp, entries: &[CleanupEntry]) -> Result<Digest> {
        // Numbers as texts: canonical JSON knows none beyond 2^53.
        let lines: Vec<String> = entries.iter().map(|entry| serde_json::to_string(entry).unwrap_or_default()).collect();
        let options = serde_json::to_string(options).unwrap_or_default();
        Ok(Digest::of(to_canonical(&(self.root.display().to_string(), options, now, lines))?))
    }

    async fn blocking<T: Send + 'static>(&self, work: impl FnOnce(&Self) -> Result<T> + Send + 'static) -> Result<T> {
        let this = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&this)).await;
        done.map_err(|error| Error::internal(format!("cleaning ended: {error}")))?
    }
}

/// Why a file goes now; `None` if it stays.
fn due(file: &Found, options: &CleanupOptions, now: Timestamp, doomed: &[String]) -> Option<String> {
    match file.category {
        CleanupCategory::Orphans => {
            let due = now > file.modified_at.plus(walk::ORPHAN_AFTER);
            due.then(|| "older than 10 minutes, without a parent and open nowhere".to_owned())
        }
        CleanupCategory::Backups => {
            let set = doomed.iter().find(|set| file.path.starts_with(&***set))?;
            Some(format!("backup set {set} is older than {} days", options.backup_days))
        }
        category => {
            let days = options.days(category);
            let due = now > file.modified_at.plus(DAY * days);
            due.then(|| format!("older than {days} days"))
        }
    }
}

fn entry(file: &Found, now: Timestamp, reason: String) -> CleanupEntry {
    let age = now.as_millis().saturating_sub(file.modified_at.as_millis()).max(0).cast_unsigned() / 1_000;
    CleanupEntry {
        path: file.path.clone(),
        category: file.category,
        bytes: file.bytes,
        modified_at: file.modified_at,
        age_secs: age,
        reason,
        identity: file.identity.clone(),
    }
}

fn io(what: &str, error: std::io::Error) -> Error {
    use std::io::ErrorKind as Io;
    let kind = match error.kind() {
        Io::StorageFull | Io::QuotaExceeded => ErrorKind::StorageFull,
        Io::PermissionDenied | Io::ReadOnlyFilesystem => ErrorKind::ReadOnly,
        _ => ErrorKind::Unavailable,
    };
    Error::new(kind, format!("the data directory cannot be {what}: {}", error.kind())).caused_by(error)
}
