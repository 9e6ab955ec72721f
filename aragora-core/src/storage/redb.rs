//! redb: one file, a real sync per group, snapshots for readers.

mod medium;
mod overlay;
mod sums;

use std::fmt;
use std::mem::ManuallyDrop;
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use bytes::Bytes;
use redb::{
    CommitError, CompactionError, Database, DatabaseError, Durability, ReadOnlyTable, ReadTransaction,
    ReadableDatabase, StorageError, TableDefinition, TableError, TransactionError,
};

use super::address::PhysicalBounds;
use super::dir::{Access, Directory, sync_directory};
use super::group::disk::{Changes, Disk, Failure, Part, Snapshot, Visit};
use super::group::point::{StoragePoint, reached};
use super::group::{EmbeddedStorage, Settings};
use super::scan::ScanOrder;
use crate::error::{Error, ErrorKind, Result};
use crate::telemetry::Parts;
use medium::{Medium, file_medium};

const FILE: &str = "data.redb";
/// What checking a file may keep of it in memory.
const CHECK_CACHE: usize = 8 << 20;

/// How a redb store is opened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) access: Access,
    pub(crate) cache_bytes: usize,
    pub(crate) journal: bool,
    /// Files up to this size in bytes are checked whole at open; of larger ones what [`sums`] covers.
    pub(crate) check_bytes: u64,
}

/// Opens the store of a directory. Blocks.
pub(crate) fn open(root: &Path, options: Options, parts: &Parts) -> Result<EmbeddedStorage> {
    let directory = Arc::new(Directory::open(root, options.access, parts)?);
    let path = directory.store().join(FILE);
    if directory.is_named() && !path.is_file() {
        let reason = "the file of the store is missing; restore from backup";
        return Err(Error::new(ErrorKind::Corrupt, reason).with("file", path.display()));
    }
    if !directory.is_named() {
        discard_unborn(&path)?;
    }
    let read_only = options.access.read_only;
    let disk = RedbDisk::open(file_medium(path.clone()), Some(path), options)?;
    sync_directory(&directory.store()).or_else(|error| if read_only { Ok(()) } else { Err(error) })?;
    let settings = Settings {
        clock: parts.clock.clone(),
        telemetry: parts.telemetry.clone(),
        journal: options.journal,
        directory: Some(directory),
        read_only,
    };
    EmbeddedStorage::start(Box::new(disk), settings)
}

/// Removes a file whose making was interrupted: redb writes what it begins with last.
fn discard_unborn(path: &Path) -> Result<()> {
    use std::io::Read as _;
    let failed = |error| super::dir::io(path, "read", error);
    let mut begins = Vec::new();
    match std::fs::File::open(path) {
        Ok(file) => file.take(8).read_to_end(&mut begins).map_err(failed)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    if begins.iter().all(|byte| *byte == 0) {
        std::fs::remove_file(path).map_err(|error| super::dir::io(path, "remove", error))?;
    }
    Ok(())
}

/// A store over a medium a test brings. Blocks.
#[cfg(feature = "testing")]
pub(crate) fn over(medium: Medium, journal: bool, parts: &Parts) -> Result<EmbeddedStorage> {
    let access = Access { backend: "redb", read_only: false, network: super::dir::Network::Warn };
    let options = Options { access, cache_bytes: CHECK_CACHE, journal, check_bytes: u64::MAX };
    let disk = RedbDisk::open(medium, None, options)?;
    let settings = Settings {
        clock: parts.clock.clone(),
        telemetry: parts.telemetry.clone(),
        journal,
        directory: None,
        read_only: false,
    };
    EmbeddedStorage::start(Box::new(disk), settings)
}

struct RedbDisk {
    medium: Medium,
    // For messages.
    path: Option<PathBuf>,
    cache: usize,
    // Taken for writing only to be replaced: after a full disk, to compact, at the end.
    database: RwLock<Option<Database>>,
    damage: Option<Error>,
    // The database is forgotten instead of closed: closing writes, and what it would write from is damaged.
    forget: AtomicBool,
}

type Table = TableDefinition<'static, &'static [u8], &'static [u8]>;

const fn table(part: Part) -> Table {
    TableDefinition::new(part.name())
}

impl RedbDisk {
    fn open(medium: Medium, path: Option<PathBuf>, options: Options) -> Result<Self> {
        let (cache, read_only) = (options.cache_bytes, options.access.read_only);
        let forget = AtomicBool::new(false);
        let mut disk = Self { medium, path, cache, database: RwLock::new(None), damage: None, forget };
        let backend = (disk.medium)(!read_only).map_err(|error| disk.unavailable("open", error))?;
        let length = backend.len().map_err(|error| disk.unavailable("read", error))?;
        // Damage of the map of free pages has to be found before redb goes by it.
        let known =
            length > options.check_bytes && sums::sound(&*backend).map_err(|error| disk.unavailable("read", error))?;
        drop(backend);
        let found = if length == 0 || known { Ok(true) } else { disk.integrity() };
        let sound = match found {
            Err(error) if error.kind() == ErrorKind::Corrupt => {
                let reason = format!("{}; it can be read and not written", error.reason());
                disk.damage = Some(disk.name(Error::new(ErrorKind::Corrupt, reason)));
                disk.forget = AtomicBool::new(true);
                false
            }
            found => found?,
        };
        let mut database = disk.build(cache, read_only || disk.damage.is_some())?;
        if !sound && disk.damage.is_none() && !read_only {
            // The trees are whole and the map of free pages is not: made anew from the trees.
            database.check_integrity().map_err(|error| disk.opening(error))?;
        }
        *disk.database.write().unwrap_or_else(PoisonError::into_inner) = Some(database);
        Ok(disk)
    }

    /// Opens the file, through a layer that keeps every write in memory if `aside`.
    fn build(&self, cache: usize, aside: bool) -> Result<Database> {
        let backend = (self.medium)(!aside).map_err(|error| self.unavailable("open", error))?;
        let built = catch_unwind(AssertUnwindSafe(|| {
            let mut builder = Database::builder();
            builder.set_cache_size(cache);
            if aside {
                overlay::Overlay::new(backend)
                    .map_err(|error| DatabaseError::Storage(StorageError::Io(error)))
                    .and_then(|overlay| builder.create_with_backend(overlay))
            } else {
                builder.create_with_backend(medium::Live(backend))
            }
        }));
        match built {
            Ok(Ok(database)) => Ok(database),
            Ok(Err(error)) => Err(self.opening(error)),
            Err(_) => Err(self.corrupt("cannot be read".to_owned())),
        }
    }

    /// Checks a copy in memory of what the check would repair: looking must not change anything. `false` if only the
    /// map of free pages is damaged.
    fn integrity(&self) -> Result<bool> {
        let mut database = ManuallyDrop::new(self.build(CHECK_CACHE, true)?);
        let checked = catch_unwind(AssertUnwindSafe(|| database.check_integrity()));
        match checked {
            Ok(Ok(sound)) => {
                if sound {
                    drop(ManuallyDrop::into_inner(database));
                }
                Ok(sound)
            }
            Ok(Err(error)) => Err(self.opening(error)),
            Err(_) => Err(self.corrupt("cannot be read".to_owned())),
        }
    }

    fn database(&self) -> Result<RwLockReadGuard<'_, Option<Database>>> {
        let guard = self.database.read().unwrap_or_else(PoisonError::into_inner);
        if guard.is_some() { Ok(guard) } else { Err(Error::new(ErrorKind::Closed, "the store was closed")) }
    }

    fn replace(&self, make: impl FnOnce(Option<Database>) -> Option<Database>) {
        let mut guard = self.database.write().unwrap_or_else(PoisonError::into_inner);
        let old = guard.take();
        *guard = make(old);
    }

    fn corrupt(&self, what: String) -> Error {
        let error = Error::new(ErrorKind::Corrupt, format!("the file of the store {what}; restore from backup"));
        self.name(error)
    }

    fn unavailable(&self, what: &str, error: std::io::Error) -> Error {
        match &self.path {
            Some(path) => super::dir::io(path, what, error),
            None => super::dir::io(Path::new(FILE), what, error),
        }
    }

    fn name(&self, error: Error) -> Error {
        match &self.path {
            Some(path) => error.with("file", path.display()),
            None => error,
        }
    }

    fn opening(&self, error: DatabaseError) -> Error {
        match error {
            DatabaseError::DatabaseAlreadyOpen => {
                self.name(Error::new(ErrorKind::AlreadyOpen, "the file of the store is open elsewhere"))
            }
            DatabaseError::UpgradeRequired(found) => {
                let reason = "the file of the store has another format than this redb reads";
                self.name(Error::new(ErrorKind::UnsupportedVersion, reason).with("found", found).with("supported", 3))
            }
            DatabaseError::Storage(error) => self.reading(error),
            // What was not asked for: a repair given up, a transaction.
            other => self.name(Error::internal(format!("redb did not open: {other}"))),
        }
    }

    /// What a failed read means for its caller.
    fn reading(&self, error: StorageError) -> Error {
        match error {
            StorageError::Corrupted(reason) => self.corrupt(format!("is damaged: {reason}")),
            StorageError::Io(error)
                if matches!(error.kind(), std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::InvalidData) =>
            {
                self.corrupt(format!("is damaged: {error}"))
            }
            StorageError::Io(error) => self.unavailable("read", error),
            StorageError::DatabaseClosed => Error::new(ErrorKind::Closed, "the store was closed"),
            other => self.name(Error::new(ErrorKind::StorePoisoned, format!("the store cannot be read: {other}"))),
        }
    }

    /// What a failed write means for the store.
    fn writing(&self, error: StorageError) -> Failure {
        use std::io::ErrorKind as Io;
        match error {
            StorageError::Io(error) if matches!(error.kind(), Io::StorageFull | Io::QuotaExceeded) => {
                Failure::Full(self.unavailable("write", error))
            }
            StorageError::Io(error) => Failure::Lost(self.unavailable("write", error)),
            StorageError::Corrupted(_) => Failure::Refused(self.reading(error)),
            other => Failure::Lost(self.name(Error::internal(format!("redb cannot write: {other}")))),
        }
    }

    fn write(&self, changes: &Changes, sync: bool) -> Result<(), Failure> {
        let guard = self.database().map_err(Failure::Refused)?;
        let Some(database) = guard.as_ref() else { return Err(Failure::Refused(Error::internal("no database"))) };
        reached(StoragePoint::BeforeApply);
        let mut write = database.begin_write().map_err(|error| self.writing(of_transaction(error)))?;
        write
            .set_durability(if sync { Durability::Immediate } else { Durability::None })
            .map_err(|error| Failure::Refused(Error::internal(format!("redb refused a durability: {error}"))))?;
        // An unclean end must not cost a walk over the whole file at the next opening.
        write.set_quick_repair(sync);
        for part in Part::ALL {
            let mut rows = changes.range((part, Bytes::new())..).take_while(|((of, _), _)| *of == part).peekable();
            if rows.peek().is_none() {
                continue;
            }
            let mut table = write.open_table(table(part)).map_err(|error| self.writing(of_table(error)))?;
            for ((_, key), value) in rows {
                let done = match value {
                    Some(value) => table.insert(key.as_ref(), value.as_ref()).map(drop),
                    None => table.remove(key.as_ref()).map(drop),
                };
                done.map_err(|error| self.writing(error))?;
            }
        }
        reached(StoragePoint::BeforeSync);
        let committed = write.commit().map_err(|error| match error {
            CommitError::Storage(error) => self.writing(error),
            other => Failure::Lost(self.name(Error::internal(format!("redb cannot commit: {other}")))),
        });
        reached(StoragePoint::AfterSync);
        committed
    }
}

fn of_table(error: TableError) -> StorageError {
    match error {
        TableError::Storage(error) => error,
        // Our tables have one type for ever, so another one is damage.
        other => StorageError::Corrupted(other.to_string()),
    }
}

fn of_transaction(error: TransactionError) -> StorageError {
    match error {
        TransactionError::Storage(error) => error,
        other => StorageError::Corrupted(other.to_string()),
    }
}

impl fmt::Debug for RedbDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedbDisk").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Disk for RedbDisk {
    fn name(&self) -> &'static str {
        "redb"
    }

    fn snapshot(&self) -> Result<Box<dyn Snapshot + '_>> {
        let guard = self.database()?;
        let read = guard.as_ref().map(ReadableDatabase::begin_read).transpose();
        let read = read.map_err(|error| self.reading(of_transaction(error)))?;
        let read = read.ok_or_else(|| Error::internal("no database"))?;
        Ok(Box::new(RedbSnapshot { disk: self, read, _open: guard }))
    }

    fn commit(&self, changes: &Changes, _: u64, sync: bool) -> Result<(), Failure> {
        self.write(changes, sync)
    }

    fn sync(&self) -> Result<(), Failure> {
        self.write(&Changes::new(), true)
    }

    fn recover(&self) -> Result<()> {
        let mut done = Ok(());
        self.replace(|old| {
            // Before it is opened again; readers are gone by now.
            drop(old);
            match self.build(self.cache, false) {
                Ok(database) => Some(database),
                Err(error) => {
                    done = Err(error);
                    self.build(self.cache, true).ok()
                }
            }
        });
        done
    }

    fn freeze(&self) {
        // After a failed write redb refuses to read as well; the file itself can still be read.
        if let Ok(database) = self.build(self.cache, true) {
            self.replace(|old| {
                drop(old);
                Some(database)
            });
        }
    }

    fn check(&self) -> Result<()> {
        if self.integrity()? {
            return Ok(());
        }
        Err(self.corrupt("has a damaged map of free pages".to_owned()))
    }

    fn compact(&self) -> Result<()> {
        let mut done = Ok(());
        self.replace(|database| {
            let mut database = database?;
            done = database.compact().map(drop).map_err(|error| match error {
                CompactionError::Storage(error) => self.writing(error).into_error(),
                other => self.name(Error::internal(format!("redb cannot compact: {other}"))),
            });
            Some(database)
        });
        done
    }

    fn notes(&self) -> Vec<String> {
        Vec::new()
    }

    fn abandon(&self) {
        self.forget.store(true, Ordering::Release);
    }

    fn damage(&self) -> Option<Error> {
        self.damage.clone()
    }

    fn close(&self) {
        self.replace(|old| {
            if self.forget.load(Ordering::Acquire) {
                std::mem::forget(old);
            }
            None
        });
    }
}

struct RedbSnapshot<'a> {
    disk: &'a RedbDisk,
    read: ReadTransaction,
    // The database stays open for as long as it is read.
    _open: RwLockReadGuard<'a, Option<Database>>,
}

impl RedbSnapshot<'_> {
    fn table(&self, part: Part) -> Result<Option<ReadOnlyTable<&'static [u8], &'static [u8]>>> {
        match self.read.open_table(table(part)) {
            Ok(table) => Ok(Some(table)),
            // Nothing was ever written to it.
            Err(TableError::TableDoesNotExist(_)) => Ok(None),
            Err(error) => Err(self.disk.reading(of_table(error))),
        }
    }
}

impl Snapshot for RedbSnapshot<'_> {
    fn get(&self, part: Part, key: &[u8]) -> Result<Option<Bytes>> {
        let Some(table) = self.table(part)? else { return Ok(None) };
        let found = table.get(key).map_err(|error| self.disk.reading(error))?;
        Ok(found.map(|row| Bytes::copy_from_slice(row.value())))
    }

    fn walk(&self, part: Part, bounds: &PhysicalBounds, order: ScanOrder, visit: &mut Visit<'_>) -> Result<()> {
        let Some(table) = self.table(part)? else { return Ok(()) };
        let bounds: (Bound<&[u8]>, Bound<&[u8]>) =
            (bounds.0.as_ref().map(AsRef::as_ref), bounds.1.as_ref().map(AsRef::as_ref));
        let mut rows = table.range::<&[u8]>(bounds).map_err(|error| self.disk.reading(error))?;
        while let Some(row) = match order {
            ScanOrder::Ascending => rows.next(),
            ScanOrder::Descending => rows.next_back(),
        } {
            let (key, value) = row.map_err(|error| self.disk.reading(error))?;
            if !visit(key.value(), value.value())? {
                break;
            }
        }
        Ok(())
    }
}
