//! Opening files that sled panics on, and copying a tree into a new generation.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::error::{Error, ErrorKind, Result};
use crate::storage::dir::{io, sync_directory};

const QUARANTINE: &str = "quarantine";
const SNAPSHOT: &str = "snap.";
/// sled writes what it holds back to the file after this many milliseconds.
const FLUSH_MS: u64 = 100;
/// How long the lock of a store that was closed a moment ago is waited for, and how often it is tried.
const FAREWELL: Duration = Duration::from_secs(15);
const LOOK: Duration = Duration::from_millis(20);
/// Rows of one batch of a copy.
const COPY: usize = 1_000;

/// Opens the tree. Snapshots that a hard stop left empty or cut are set aside, and sled makes them anew from its log. If
/// that does not help either they are put back, and the error says so.
pub(super) fn open(store: &Path, cache: u64) -> Result<sled::Db> {
    let first = match attempt(store, cache) {
        Err(error) if error.kind() == ErrorKind::Corrupt => error,
        done => return done,
    };
    let moved = set_aside(store)?;
    if moved.is_empty() {
        return Err(first);
    }
    attempt(store, cache).inspect_err(|_| {
        for (from, to) in moved {
            // The error of the opening is the one that counts.
            let _ = fs::rename(to, from);
        }
    })
}

/// Moves every snapshot to the quarantine; from where and to where.
fn set_aside(store: &Path) -> Result<Vec<(PathBuf, PathBuf)>> {
    let quarantine = store.join(QUARANTINE);
    let listed = fs::read_dir(store).map_err(|error| io(store, "list", error))?;
    let names = listed.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut moved = Vec::new();
    for name in names.filter(|name| name.starts_with(SNAPSHOT)) {
        fs::create_dir_all(&quarantine).map_err(|error| io(&quarantine, "make", error))?;
        let (from, to) = (store.join(&name), quarantine.join(&name));
        fs::rename(&from, &to).map_err(|error| io(&from, "set aside", error))?;
        moved.push((from, to));
    }
    sync_directory(store)?;
    Ok(moved)
}

/// Takes the files that sled made from everybody but their owner.
pub(super) fn private(store: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let listed = fs::read_dir(store).map_err(|error| io(store, "list", error))?;
        for entry in listed.filter_map(std::result::Result::ok) {
            let mode = if entry.path().is_dir() { 0o700 } else { 0o600 };
            match fs::set_permissions(entry.path(), fs::Permissions::from_mode(mode)) {
                // Replaced meanwhile by sled.
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(io(&entry.path(), "protect", error));
                }
                _ => {}
            }
        }
    }
    #[cfg(not(unix))]
    let _ = store;
    Ok(())
}

/// How much of the file system is free; `None` where the system does not tell.
#[cfg(unix)]
pub(super) fn free(place: &Path) -> Option<u64> {
    rustix::fs::statvfs(place).ok().map(|found| found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(not(unix))]
pub(super) fn free(_: &Path) -> Option<u64> {
    None
}

/// Copies every row but those of groups; how many.
pub(super) fn copy(from: &sled::Db, to: &sled::Db) -> Result<u64> {
    let mut copied = 0;
    let mut batch = sled::Batch::default();
    let mut pending = 0;
    for row in from.iter() {
        let (key, value) = row.map_err(super::reading)?;
        if super::redo::is_redo(&key) {
            continue;
        }
        batch.insert(key, value);
        (copied, pending) = (copied + 1, pending + 1);
        if pending == COPY {
            to.apply_batch(std::mem::take(&mut batch)).map_err(super::reading)?;
            pending = 0;
        }
    }
    to.apply_batch(batch).map_err(super::reading)?;
    Ok(copied)
}

fn attempt(store: &Path, cache: u64) -> Result<sled::Db> {
    let end = Instant::now() + FAREWELL;
    let open = || {
        catch_unwind(AssertUnwindSafe(|| {
            sled::Config::new().path(store).cache_capacity(cache).flush_every_ms(Some(FLUSH_MS)).open()
        }))
    };
    let mut opened = open();
    // The directory is ours, so whoever still holds the lock of sled was closed and has not ended its threads yet.
    while let Ok(Err(sled::Error::Io(error))) = &opened
        && error.to_string().starts_with("could not acquire lock")
        && Instant::now() < end
    {
        std::thread::sleep(LOOK);
        opened = open();
    }
    match opened {
        Ok(Ok(tree)) => Ok(tree),
        Ok(Err(sled::Error::Io(error))) if error.kind() != std::io::ErrorKind::UnexpectedEof => {
            Err(io(store, "open", error))
        }
        Ok(Err(sled::Error::Unsupported(reason))) => {
            let reason = format!("the files of the store were made by another sled: {reason}");
            Err(Error::new(ErrorKind::UnsupportedVersion, reason).with("file", store.display()))
        }
        Ok(Err(error)) => Err(damaged(store, &error.to_string())),
        Err(_) => Err(damaged(store, "sled panicked")),
    }
}

fn damaged(store: &Path, what: &str) -> Error {
    let reason = format!("the files of the store are damaged ({what}); restore from backup");
    Error::new(ErrorKind::Corrupt, reason).with("file", store.display())
}
