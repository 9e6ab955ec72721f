//! The directory of an embedded store: whose it is, which generation of files is live, and what is set aside for a
//! full disk.
//!
//! ```text
//! aragora.json  format, backend, store_id, created_at, library
//! LOCK          held while the store is open; names the process and host that hold it
//! CURRENT       decimal number of the live generation
//! store-1/      the files of that generation
//! reserve       4 MiB given back when the disk is full, so that deletes and lease renewals still fit
//! backups/      where backups go unless the host names another place
//! ```
//! Directories are made with mode 0700 and files with 0600. What is not known here is left alone.

mod identity;
mod in_place;
mod lock;
mod network;
mod reserve;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use identity::Identity;
pub(crate) use in_place::{discard_previous, discard_staged, identity_of, stage, switch};
use lock::Lock;
pub(crate) use reserve::full;

use crate::error::{Error, ErrorKind, Result};
use crate::storage::backup::StoreIdentity;
pub(crate) use crate::storage::files::{io, sync_directory};
use crate::storage::files::{make_directory, replace};
use crate::telemetry::Parts;

const CURRENT: &str = "CURRENT";
const BACKUPS: &str = "backups";
const GENERATION: &str = "store-";

/// How a directory is opened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Access {
    /// `redb` or `sled`.
    pub(crate) backend: &'static str,
    pub(crate) read_only: bool,
    pub(crate) network: Network,
}

/// What to do about a directory that lies on another machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Network {
    /// Open it and say so.
    #[default]
    Warn,
    /// Open it.
    Allow,
    /// Refuse it.
    Refuse,
}

/// A directory that is held until [`Directory::unlock`].
#[derive(Debug)]
pub(crate) struct Directory {
    root: PathBuf,
    generation: AtomicU64,
    // Whether CURRENT names the generation already.
    named: bool,
    remote: Option<&'static str>,
    lock: Mutex<Option<Lock>>,
}

impl Directory {
    /// Takes hold of the directory, making it if need be. Blocks.
    pub(crate) fn open(root: &Path, access: Access, parts: &Parts) -> Result<Self> {
        if access.read_only {
            if !root.is_dir() {
                let reason = "there is no store at this path, and mode=ro makes none";
                return Err(Error::new(ErrorKind::NotFound, reason).with("path", root.display()));
            }
        } else {
            make_directory(root)?;
        }
        let lock = Lock::take(root, access.read_only)?;
        let remote = network::remote(root);
        network::check(root, remote, access.network)?;
        let found = Identity::read(root)?;
        let generation = current(root)?;
        match &found {
            Some(identity) => identity.check(root, access.backend)?,
            None if access.read_only || generation.is_some() => {
                return Err(damaged(root, identity::FILE, "is missing"));
            }
            None => Identity::write(root, access.backend, parts)?,
        }
        let directory = Self {
            root: root.to_owned(),
            generation: AtomicU64::new(generation.unwrap_or(1)),
            named: generation.is_some(),
            remote: remote.filter(|_| access.network == Network::Warn),
            lock: Mutex::new(lock),
        };
        if access.read_only || generation.is_some() {
            if !directory.store().is_dir() {
                return Err(damaged(root, CURRENT, "names files that are not there"));
            }
        } else {
            make_directory(&directory.store())?;
        }
        if !access.read_only {
            make_directory(&root.join(BACKUPS))?;
            // Without space for it there is none to set aside; `Probe` says so.
            let _ = directory.restore_reserve();
            sync_directory(root)?;
        }
        Ok(directory)
    }

    /// Where the files of the live generation lie.
    pub(crate) fn store(&self) -> PathBuf {
        self.at(self.generation())
    }

    /// How large the files of the live generation are; `None` if they cannot be looked at.
    pub(crate) fn bytes(&self) -> Option<u64> {
        let (mut bytes, mut folders) = (0, vec![self.store()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).ok()? {
                // Files come and go meanwhile.
                let Ok(metadata) = entry.as_ref().map_err(drop).and_then(|entry| entry.metadata().map_err(drop)) else {
                    continue;
                };
                match entry {
                    Ok(entry) if metadata.is_dir() => folders.push(entry.path()),
                    _ => bytes += metadata.len(),
                }
            }
        }
        Some(bytes)
    }

    fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    fn at(&self, generation: u64) -> PathBuf {
        self.root.join(format!("{GENERATION}{generation}"))
    }

    /// Whether the live generation was ever named, so that its files must be there.
    pub(crate) fn is_named(&self) -> bool {
        self.named
    }

    /// Names the first generation once its files are there and sound. Files that hold something although no `CURRENT`
    /// names them were not made by an interrupted opening: `corrupt`.
    pub(crate) fn commit_generation(&self, empty: bool) -> Result<()> {
        if self.named {
            return Ok(());
        }
        if !empty {
            return Err(damaged(&self.root, CURRENT, "is missing"));
        }
        sync_directory(&self.store())?;
        self.name(self.generation())
    }

    /// An empty directory for the next generation, and its number.
    #[cfg(feature = "storage-sled")]
    pub(crate) fn next_generation(&self) -> Result<(u64, PathBuf)> {
        let next = self.generation() + 1;
        let path = self.at(next);
        if path.exists() {
            // Left over from an attempt that did not end.
            fs::remove_dir_all(&path).map_err(|error| io(&path, "remove", error))?;
        }
        make_directory(&path)?;
        Ok((next, path))
    }

    /// Makes another generation the live one.
    pub(crate) fn name(&self, generation: u64) -> Result<()> {
        replace(&self.root.join(CURRENT), format!("{generation}\n").as_bytes())?;
        self.generation.store(generation, Ordering::Release);
        Ok(())
    }

    /// Which store this is.
    pub(crate) fn identity(&self) -> Result<StoreIdentity> {
        let identity = Identity::read(&self.root)?.ok_or_else(|| damaged(&self.root, identity::FILE, "is missing"))?;
        Ok(StoreIdentity { store_id: identity.store_id().to_owned(), generation: self.generation() })
    }

    /// Makes this the store with that id, whose copy it holds.
    pub(crate) fn adopt(&self, store_id: &str) -> Result<()> {
        let identity = Identity::read(&self.root)?.ok_or_else(|| damaged(&self.root, identity::FILE, "is missing"))?;
        identity.adopt(&self.root, store_id)
    }

    /// Lets go of the directory.
    pub(crate) fn unlock(&self) {
        drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Health notes: where it lies, what is missing, what is left over.
    pub(crate) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(name) = self.remote {
            notes.push(format!("the directory lies on {name}, which may lose or reorder writes"));
        }
        if !self.has_reserve() {
            notes.push("no space is set aside for a full disk".to_owned());
        }
        notes.extend(self.leftovers().into_iter().map(|name| {
            let unless = if in_place::is_staged(&name) { ", unless a restore is at work" } else { "" };
            format!("{name} is left over and may be removed{unless}")
        }));
        notes
    }

    /// Generations that `CURRENT` does not name, and what replacements and restores left that did not end.
    fn leftovers(&self) -> Vec<String> {
        let live = current(&self.root).ok().flatten().unwrap_or_else(|| self.generation());
        let Ok(entries) = fs::read_dir(&self.root) else { return Vec::new() };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut left: Vec<String> = names
            .filter(|name| {
                let generation = name.strip_prefix(GENERATION).map(|number| number.parse::<u64>().ok() != Some(live));
                in_place::is_staged(name)
                    || generation.unwrap_or_else(|| Path::new(name).extension().is_some_and(|ext| ext == "tmp"))
            })
            .collect();
        left.sort();
        left
    }

    fn reserve(&self) -> PathBuf {
        self.root.join(reserve::FILE)
    }

    fn has_reserve(&self) -> bool {
        reserve::is_whole(&self.reserve())
    }

    /// Sets space aside again; `storage_full` if there is none.
    pub(crate) fn restore_reserve(&self) -> Result<()> {
        reserve::make(&self.reserve())
    }

    /// Gives back what was set aside.
    pub(crate) fn release_reserve(&self) {
        reserve::release(&self.reserve());
    }
}

/// Opens a file for its owner alone, making it if need be.
#[cfg(feature = "storage-sled")]
pub(crate) fn private_file(path: &Path) -> Result<fs::File> {
    crate::storage::files::private().open(path).map_err(|error| io(path, "open", error))
}

/// The live generation; `None` if none was named yet.
fn current(root: &Path) -> Result<Option<u64>> {
    let path = root.join(CURRENT);
    match fs::read_to_string(&path) {
        Ok(text) => {
            let number = text.trim_end().parse().ok().filter(|number| *number > 0);
            number.map(Some).ok_or_else(|| damaged(root, CURRENT, "holds no number of a generation"))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            Err(damaged(root, CURRENT, "holds no number of a generation"))
        }
        Err(error) => Err(io(&path, "read", error)),
    }
}

/// The error of a file of the directory that is not what was written.
fn damaged(root: &Path, file: &str, what: &str) -> Error {
    let reason = format!("{file} of the directory of the store {what}; restore from backup");
    Error::new(ErrorKind::Corrupt, reason).with("file", root.join(file).display())
}
