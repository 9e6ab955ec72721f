use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::Duration;

use super::{CleanupCategory, io};
use crate::clock::Timestamp;
use crate::error::Result;

/// The file that makes a directory a store's.
pub(super) const IDENTITY: &str = "aragora.json";
/// How old what has no parent must be to go.
pub(super) const ORPHAN_AFTER: Duration = Duration::from_secs(600);
const GENERATION: &str = "store-";

/// Whether a file is one that this library writes before it gives it its name.
fn is_temporary(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "tmp")
}

/// The number of a generation, if a folder is called as this library calls one: others may have theirs beside them.
fn number_of(name: &str) -> Option<u64> {
    let text = name.strip_prefix(GENERATION)?;
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}

/// Device and inode.
type FileId = (u64, u64);

fn id_of(metadata: &Metadata) -> FileId {
    (metadata.dev(), metadata.ino())
}

/// A file that a category covers.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) path: String,
    pub(super) category: CleanupCategory,
    pub(super) bytes: u64,
    pub(super) modified_at: Timestamp,
    pub(super) identity: [String; 3],
}

/// What identifies a file: which one it is, and that nobody wrote to it.
pub(super) fn identity(dev: u64, ino: u64, seconds: i64, nanos: i64) -> [String; 3] {
    [dev.to_string(), ino.to_string(), format!("{seconds}.{nanos:09}")]
}

/// What must never go, and what is in use, as they are now.
pub(super) struct Survey<'a> {
    root: &'a Path,
    generation: u64,
    essential: HashSet<FileId>,
    essential_bytes: u64,
    open: HashSet<FileId>,
}

impl<'a> Survey<'a> {
    pub(super) fn of(root: &'a Path) -> Result<Self> {
        let text = fs::read_to_string(root.join("CURRENT")).unwrap_or_default();
        // Without a name every generation may be the live one.
        let generation = text.trim().parse().unwrap_or(u64::MAX);
        let open = open_files();
        let mut survey = Self { root, generation, essential: HashSet::new(), essential_bytes: 0, open };
        for name in [IDENTITY, "LOCK", "CURRENT", "reserve"] {
            survey.keep(&root.join(name));
        }
        for entry in entries(root)? {
            if entry.is_dir && survey.is_kept_generation(&entry.name) {
                survey.keep_all(&root.join(&entry.name))?;
            }
        }
        Ok(survey)
    }

    /// A generation that is live, or one before it: that one goes when the restore that replaced it is confirmed.
    fn is_kept_generation(&self, name: &str) -> bool {
        number_of(name).is_some_and(|number| number <= self.generation)
    }

    fn keep(&mut self, path: &Path) {
        if let Ok(metadata) = fs::symlink_metadata(path)
            && self.essential.insert(id_of(&metadata))
        {
            self.essential_bytes += metadata.len();
        }
    }

    fn keep_all(&mut self, folder: &Path) -> Result<()> {
        for entry in entries(folder)? {
            let path = folder.join(&entry.name);
            if entry.is_dir { self.keep_all(&path)? } else { self.keep(&path) }
        }
        Ok(())
    }

    pub(super) fn essential_size(&self) -> (u64, u64) {
        (self.essential.len() as u64, self.essential_bytes)
    }

    /// Every file of a category that is open nowhere.
    pub(super) fn files(&self) -> Result<Vec<Found>> {
        let mut found = Vec::new();
        for category in CleanupCategory::FOLDERS.into_iter().chain([CleanupCategory::Backups]) {
            let is_folder = fs::symlink_metadata(self.root.join(category.as_str())).is_ok_and(|found| found.is_dir());
            if is_folder {
                self.walk(category.as_str(), category, &mut found)?;
            }
        }
        for entry in entries(self.root)? {
            let unnamed = || number_of(&entry.name).is_some_and(|number| number > self.generation);
            if entry.is_dir && unnamed() {
                self.walk(&entry.name, CleanupCategory::Orphans, &mut found)?;
            } else if entry.is_file && is_temporary(&entry.name) {
                found.extend(self.look(&entry.name, CleanupCategory::Orphans));
            }
        }
        Ok(found)
    }

    fn walk(&self, folder: &str, category: CleanupCategory, found: &mut Vec<Found>) -> Result<()> {
        let listed = entries(&self.root.join(folder))?;
        // A store of its own, wherever somebody put it, is nobody's session.
        if listed.iter().any(|entry| entry.name == IDENTITY) {
            return Ok(());
        }
        for entry in listed {
            let path = format!("{folder}/{}", entry.name);
            if entry.is_dir {
                self.walk(&path, category, found)?;
            } else if entry.is_file {
                let category = if is_temporary(&entry.name) { CleanupCategory::Orphans } else { category };
                found.extend(self.look(&path, category));
            }
        }
        Ok(())
    }

    fn look(&self, path: &str, category: CleanupCategory) -> Option<Found> {
        let metadata = fs::symlink_metadata(self.root.join(path)).ok().filter(Metadata::is_file)?;
        let id = id_of(&metadata);
        if self.essential.contains(&id) || self.open.contains(&id) {
            return None;
        }
        let millis = metadata.mtime().saturating_mul(1_000).saturating_add(metadata.mtime_nsec() / 1_000_000);
        Some(Found {
            path: path.to_owned(),
            category,
            bytes: metadata.len(),
            modified_at: Timestamp::from_millis(millis),
            identity: identity(metadata.dev(), metadata.ino(), metadata.mtime(), metadata.mtime_nsec()),
        })
    }

    pub(super) fn is_free(&self, dev: u64, ino: u64) -> bool {
        !self.essential.contains(&(dev, ino)) && !self.open.contains(&(dev, ino))
    }
}

pub(super) struct Listed {
    pub(super) name: String,
    pub(super) is_dir: bool,
    pub(super) is_file: bool,
}

/// What lies in a folder, by name; links are neither files nor folders. Names that are no text are left alone.
pub(super) fn entries(folder: &Path) -> Result<Vec<Listed>> {
    let listed = fs::read_dir(folder).map_err(|error| io("read", error))?;
    let mut found = Vec::new();
    for entry in listed {
        let entry = entry.map_err(|error| io("read", error))?;
        let (Ok(name), Ok(kind)) = (entry.file_name().into_string(), entry.file_type()) else { continue };
        found.push(Listed { name, is_dir: kind.is_dir(), is_file: kind.is_file() });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// The files that some process holds open, as far as the system tells; none where it does not.
pub(super) fn open_files() -> HashSet<FileId> {
    let mut open = HashSet::new();
    let Ok(processes) = fs::read_dir("/proc") else { return open };
    for process in processes.flatten() {
        let is_process = process.file_name().to_str().is_some_and(|name| name.bytes().all(|b| b.is_ascii_digit()));
        let Ok(handles) = fs::read_dir(process.path().join("fd")) else { continue };
        if is_process {
            open.extend(handles.flatten().filter_map(|handle| fs::metadata(handle.path()).ok()).map(|m| id_of(&m)));
        }
    }
    open
}
