//! sled 0.34.7, hardened: stock sled lost acknowledged writes on a plain kill, its `flush` is no sync, and it panics on
//! damaged files.
//!
//! A group is first written as one redo row and synced with `sync_data`; only then are its changes applied to the tree
//! and acknowledged. A redo row goes only after a later sync that followed its application, and rows that are still
//! there at the next opening are applied again.

mod mark;
mod redo;
mod repair;

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, mpsc};
use std::time::Duration;

use bytes::Bytes;

use super::address::PhysicalBounds;
use super::dir::{Access, Directory, io, sync_directory};
use super::group::disk::{Changes, Disk, Failure, Part, Snapshot, Visit};
use super::group::point::{StoragePoint, reached};
use super::group::{EmbeddedStorage, Settings};
use super::scan::ScanOrder;
use crate::error::{Error, ErrorKind, Result};
use crate::telemetry::Parts;
use mark::Mark;
use redo::{Left, Redo};

const DATA: &str = "db";
const BLOBS: &str = "blobs";
/// Larger than live data by this much is worth a note, above [`AMPLE`].
const AMPLIFICATION: f64 = 4.0;
/// 256 MiB.
const AMPLE: u64 = 256 << 20;

/// How often a group is written: as a redo row, as its rows, and once more when sled moves pages.
const COPIES: u64 = 3;
/// What a write needs beside its rows: six segments of sled's log, which it moves in the background too.
const MARGIN: u64 = 3 << 20;
/// How long sled gets to end its threads. After a failed write it may never do so.
const FAREWELL: Duration = Duration::from_secs(5);

/// How a sled store is opened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) access: Access,
    pub(crate) cache_bytes: usize,
    pub(crate) journal: bool,
}

/// Opens the store of a directory. Blocks.
pub(crate) fn open(root: &Path, options: Options, parts: &Parts) -> Result<EmbeddedStorage> {
    if options.access.read_only {
        let reason = "sled writes even to read; a store of sled cannot be opened with mode=ro";
        return Err(Error::new(ErrorKind::Unsupported, reason));
    }
    let directory = Arc::new(Directory::open(root, options.access, parts)?);
    let store = directory.store();
    if directory.is_named() && !store.join(DATA).is_file() {
        let reason = "the files of the store are missing; restore from backup";
        return Err(Error::new(ErrorKind::Corrupt, reason).with("file", store.join(DATA).display()));
    }
    let opened = Opened::open(&store, options.cache_bytes)?;
    let disk = SledDisk {
        directory: directory.clone(),
        cache: options.cache_bytes as u64,
        opened: RwLock::new(Some(opened)),
        refuse: AtomicBool::new(false),
    };
    let settings = Settings {
        clock: parts.clock.clone(),
        telemetry: parts.telemetry.clone(),
        journal: options.journal,
        directory: Some(directory),
        read_only: false,
    };
    EmbeddedStorage::start(Box::new(disk), settings)
}

struct SledDisk {
    directory: Arc<Directory>,
    cache: u64,
    // Readers hold the read half for one call and a group is applied under the write half, so nobody sees half of one.
    opened: RwLock<Option<Opened>>,
    // After a failed write memory is ahead of the disk, so reads are refused too.
    refuse: AtomicBool,
}

/// The open files of one generation.
struct Opened {
    tree: sled::Db,
    // A handle of our own, because sled has none that syncs.
    data: File,
    blobs: PathBuf,
    mark: Mark,
    state: Mutex<Written>,
}

/// What the writer keeps of its groups.
#[derive(Default)]
struct Written {
    next: u64,
    // Applied, but their application may not have reached the disk.
    applied: Vec<u64>,
    // Blob files that were synced.
    synced: BTreeSet<std::ffi::OsString>,
}

impl Opened {
    fn open(store: &Path, cache: usize) -> Result<Self> {
        let tree = repair::open(store, cache as u64)?;
        let path = store.join(DATA);
        let data = File::options().read(true).write(true).open(&path).map_err(|error| io(&path, "open", error))?;
        repair::private(store)?;
        let opened = Self { tree, data, blobs: store.join(BLOBS), mark: Mark::open(store)?, state: Mutex::default() };
        opened.replay().map_err(Failure::into_error)?;
        sync_directory(store)?;
        Ok(opened)
    }

    /// Applies what was acknowledged and maybe not applied, then forgets it.
    fn replay(&self) -> Result<(), Failure> {
        let Left { groups, last } = redo::rows(&self.tree).map_err(Failure::Refused)?;
        for (_, changes) in &groups {
            self.apply(changes)?;
        }
        if let Some(last) = last {
            self.stable()?;
            for (number, _) in &groups {
                self.tree.remove(redo::key(*number)).map_err(|error| self.failure(error))?;
            }
            // A torn last row was never acknowledged.
            self.tree.remove(redo::key(last)).map_err(|error| self.failure(error))?;
            self.state().next = last + 1;
        }
        self.stable()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, Written> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Brings everything sled was given to stable storage.
    fn stable(&self) -> Result<(), Failure> {
        self.tree.flush().map_err(|error| self.failure(error))?;
        self.sync_blobs()?;
        reached(StoragePoint::BeforeSync);
        self.data.sync_data().map_err(|error| self.io_failure(error))?;
        reached(StoragePoint::AfterSync);
        Ok(())
    }

    /// Large values lie in files of their own, which sled does not sync.
    fn sync_blobs(&self) -> Result<(), Failure> {
        let listed = fs::read_dir(&self.blobs).map_err(|error| self.io_failure(error))?;
        let names: BTreeSet<_> = listed.filter_map(|entry| Some(entry.ok()?.file_name())).collect();
        let mut state = self.state();
        let mut new = false;
        for name in names.difference(&state.synced) {
            match File::open(self.blobs.join(name)).and_then(|file| file.sync_all()) {
                Ok(()) => new = true,
                // Collected meanwhile.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(self.io_failure(error)),
            }
        }
        if new {
            sync_directory(&self.blobs).map_err(Failure::Lost)?;
        }
        state.synced = names;
        Ok(())
    }

    fn apply(&self, changes: &Changes) -> Result<(), Failure> {
        let mut batch = sled::Batch::default();
        for ((part, key), value) in changes {
            match value {
                Some(value) => batch.insert(place(*part, key), value.as_ref()),
                None => batch.remove(place(*part, key)),
            }
        }
        self.tree.apply_batch(batch).map_err(|error| self.failure(error))
    }

    /// sled does not go on after a write that failed, for want of space either; so room is asked for before.
    fn room(&self, changes: &Changes) -> Result<(), Failure> {
        let size: usize =
            changes.iter().map(|((_, key), value)| key.len() + value.as_ref().map_or(0, Bytes::len)).sum();
        let needed = COPIES * size as u64 + MARGIN;
        match repair::free(&self.blobs) {
            Some(free) if free < needed => Err(Failure::Full(crate::storage::dir::full())),
            _ => Ok(()),
        }
    }

    fn io_failure(&self, error: std::io::Error) -> Failure {
        Failure::Lost(io(&self.blobs, "write", error))
    }

    fn failure(&self, error: sled::Error) -> Failure {
        match error {
            sled::Error::Io(error) => self.io_failure(error),
            other => Failure::Lost(reading(other)),
        }
    }
}

/// Where a row lies in the one tree: the parts in their order, redo rows before all.
fn place(part: Part, key: &[u8]) -> Vec<u8> {
    let letter = match part {
        Part::Records => b'r',
        Part::Claims => b'c',
        Part::Due => b'd',
        Part::Journal => b'j',
        Part::Meta => b'm',
    };
    let mut placed = Vec::with_capacity(key.len() + 1);
    placed.push(letter);
    placed.extend_from_slice(key);
    placed
}

/// What a failed read means for its caller.
fn reading(error: sled::Error) -> Error {
    match error {
        sled::Error::Io(error) => io(Path::new(DATA), "read", error),
        sled::Error::Corruption { .. } => {
            Error::new(ErrorKind::Corrupt, "the files of the store are damaged; restore from backup")
        }
        other => Error::new(ErrorKind::StorePoisoned, format!("the store cannot be used: {other}")),
    }
}

fn closed() -> Error {
    Error::new(ErrorKind::Closed, "the store was closed")
}

impl SledDisk {
    fn opened(&self) -> Result<RwLockReadGuard<'_, Option<Opened>>> {
        if self.refuse.load(Ordering::Acquire) {
            return Err(Error::new(
                ErrorKind::StorePoisoned,
                "an earlier write of the store failed; close and open it again",
            ));
        }
        let guard = self.opened.read().unwrap_or_else(PoisonError::into_inner);
        if guard.is_some() { Ok(guard) } else { Err(closed()) }
    }

    fn write<T>(&self, work: impl FnOnce(&Opened) -> Result<T, Failure>) -> Result<T, Failure> {
        let guard = self.opened.write().unwrap_or_else(PoisonError::into_inner);
        work(guard.as_ref().ok_or_else(|| Failure::Refused(closed()))?)
    }
}

impl fmt::Debug for SledDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SledDisk").field("directory", &self.directory.store()).finish_non_exhaustive()
    }
}

impl Disk for SledDisk {
    fn name(&self) -> &'static str {
        "sled"
    }

    fn snapshots_hold_writers_off(&self) -> bool {
        true
    }

    fn snapshot(&self) -> Result<Box<dyn Snapshot + '_>> {
        Ok(Box::new(SledSnapshot(self.opened()?)))
    }

    fn acknowledged(&self) -> Option<u64> {
        self.opened().ok().and_then(|guard| guard.as_ref().map(|opened| opened.mark.group()))
    }

    fn commit(&self, changes: &Changes, group: u64, sync: bool) -> Result<(), Failure> {
        let number = {
            // Readers go on: they do not see redo rows.
            let guard = self.opened().map_err(Failure::Refused)?;
            let opened = guard.as_ref().ok_or_else(|| Failure::Refused(closed()))?;
            opened.room(changes)?;
            let number = {
                let mut state = opened.state();
                state.next += 1;
                state.next - 1
            };
            let row = Redo::of(number, changes).map_err(Failure::Refused)?;
            opened.tree.insert(redo::key(number), row.as_ref()).map_err(|error| opened.failure(error))?;
            reached(StoragePoint::RedoWritten);
            if sync {
                opened.stable()?;
                opened.mark.set(group).map_err(Failure::Lost)?;
                // That sync followed the application of every group before this one.
                let applied = std::mem::take(&mut opened.state().applied);
                for earlier in applied {
                    opened.tree.remove(redo::key(earlier)).map_err(|error| opened.failure(error))?;
                }
            }
            number
        };
        reached(StoragePoint::BeforeApply);
        self.write(|opened| {
            opened.apply(changes)?;
            opened.state().applied.push(number);
            Ok(())
        })
    }

    fn sync(&self) -> Result<(), Failure> {
        let guard = self.opened().map_err(Failure::Refused)?;
        guard.as_ref().map_or(Ok(()), Opened::stable)
    }

    fn recover(&self) -> Result<()> {
        // Room was asked for before anything was written.
        Ok(())
    }

    fn freeze(&self) {
        self.refuse.store(true, Ordering::Release);
    }

    fn check(&self) -> Result<()> {
        // sled checks a page when it reads it, so walking every row is the check.
        let guard = self.opened()?;
        let Some(opened) = guard.as_ref() else { return Err(closed()) };
        let walked = catch_unwind(AssertUnwindSafe(|| opened.tree.iter().try_for_each(|row| row.map(drop))));
        match walked {
            Ok(walked) => walked.map_err(reading),
            Err(_) => Err(Error::new(ErrorKind::Corrupt, "the files of the store cannot be read; restore from backup")),
        }
    }

    fn compact(&self) -> Result<()> {
        let mut guard = self.opened.write().unwrap_or_else(PoisonError::into_inner);
        let Some(old) = guard.as_ref() else { return Err(closed()) };
        let (number, path) = self.directory.next_generation()?;
        let new = Opened::open(&path, self.cache as usize)?;
        let copied = repair::copy(&old.tree, &new.tree)?;
        new.stable().map_err(Failure::into_error)?;
        if new.tree.len() as u64 != copied {
            return Err(Error::internal("the compacted store has another number of rows; the old one stays"));
        }
        sync_directory(&path)?;
        new.mark.set(old.mark.group())?;
        new.mark.sync()?;
        let before = self.directory.store();
        self.directory.name(number)?;
        *guard = Some(new);
        drop(guard);
        // What stays is left over, which `Probe` tells.
        let _ = fs::remove_dir_all(before);
        Ok(())
    }

    fn notes(&self) -> Vec<String> {
        let Ok(guard) = self.opened() else { return Vec::new() };
        let Some(opened) = guard.as_ref() else { return Vec::new() };
        let size = opened.tree.size_on_disk().unwrap_or_default();
        let ratio = opened.tree.space_amplification().unwrap_or_default();
        if size > AMPLE && ratio > AMPLIFICATION {
            return vec![format!(
                "the files are {ratio:.1} times as large as what they hold; `Compact` makes them smaller"
            )];
        }
        Vec::new()
    }

    fn close(&self) {
        let taken = self.opened.write().unwrap_or_else(PoisonError::into_inner).take();
        // sled writes and joins its threads as its last handle goes, may panic at that, and may wait for ever.
        let (ended, end) = mpsc::channel::<()>();
        let farewell = std::thread::Builder::new().name("aragora-sled-close".to_owned()).spawn(move || {
            if let Some(opened) = &taken {
                let _ = opened.mark.sync();
            }
            drop(taken);
            drop(ended);
        });
        if farewell.is_ok() {
            let _ = end.recv_timeout(FAREWELL);
        }
    }
}

struct SledSnapshot<'a>(RwLockReadGuard<'a, Option<Opened>>);

impl SledSnapshot<'_> {
    fn tree(&self) -> Result<&sled::Db> {
        self.0.as_ref().map(|opened| &opened.tree).ok_or_else(closed)
    }
}

impl Snapshot for SledSnapshot<'_> {
    fn get(&self, part: Part, key: &[u8]) -> Result<Option<Bytes>> {
        let found = self.tree()?.get(place(part, key)).map_err(reading)?;
        Ok(found.map(|row| Bytes::copy_from_slice(&row)))
    }

    fn walk(&self, part: Part, bounds: &PhysicalBounds, order: ScanOrder, visit: &mut Visit<'_>) -> Result<()> {
        use std::ops::Bound;
        let next = place(part, &[]).first().map(|letter| vec![letter + 1]).unwrap_or_default();
        let from = match &bounds.0 {
            Bound::Unbounded => Bound::Included(place(part, &[])),
            bound => bound.as_ref().map(|key| place(part, key)),
        };
        let to = match &bounds.1 {
            Bound::Unbounded => Bound::Excluded(next),
            bound => bound.as_ref().map(|key| place(part, key)),
        };
        let mut rows = self.tree()?.range::<Vec<u8>, _>((from, to));
        while let Some(row) = match order {
            ScanOrder::Ascending => rows.next(),
            ScanOrder::Descending => rows.next_back(),
        } {
            let (key, value) = row.map_err(reading)?;
            if !visit(key.get(1..).unwrap_or_default(), &value)? {
                break;
            }
        }
        Ok(())
    }
}
