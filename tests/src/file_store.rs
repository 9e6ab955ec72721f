//! A store that survives a kill: memory in front, one append-only file behind.
//!
//! Every successful write becomes one line, `<16 hex of its SHA-256> <JSON>`, that is synced before the write is
//! acknowledged. Opening replays the lines at the times they were written, so revisions, tokens and expiry come out as
//! they were; a torn last line was never acknowledged and is dropped. Writes are slow and block their thread: this is
//! for tests that kill a process, not for use.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use aragora_core::clock::{BoxFuture, Clock, Timestamp};
use aragora_core::storage::{
    Address, Batch, Capability, Commit, Control, ControlReport, Entry, KeyRange, Lease, LeaseClaim, MemoryStorage,
    PageRequest, ScanPage, Storage, Watch,
};
use aragora_core::{Error, ErrorKind, Result, ids::Digest};
use async_trait::async_trait;
use tokio::sync::{RwLock, RwLockReadGuard};

use crate::file_line::Line;

/// A store in one file of a directory.
#[derive(Debug)]
pub struct FileStorage {
    clock: Arc<PinnedClock>,
    // Readers wait for a running sync, so that nobody sees what a kill could still take back.
    state: RwLock<State>,
}

#[derive(Debug)]
struct State {
    memory: MemoryStorage,
    // Held open for its lock; `None` once closed.
    file: Option<File>,
    poisoned: bool,
}

impl FileStorage {
    /// Opens the store of this directory, making it if need be. `already_open` if somebody holds it, `corrupt` if a line
    /// other than the last is damaged.
    pub async fn open(directory: &Path, clock: Arc<dyn Clock>) -> Result<Self> {
        let clock = Arc::new(PinnedClock { inner: clock, pinned: AtomicI64::new(NOT_PINNED) });
        let memory = MemoryStorage::new(clock.clone());
        let mut file = lock(directory)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(|error| io("read", &error))?;
        let mut sound = 0;
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            let Some(read) = unseal(line) else {
                if sound + line.len() == text.len() {
                    break;
                }
                return Err(Error::new(ErrorKind::Corrupt, "a line of the store is damaged").with("offset", sound));
            };
            clock.pin(read.time());
            read.replay(&memory).await?;
            sound += line.len();
        }
        clock.unpin();
        file.set_len(sound as u64).map_err(|error| io("cut", &error))?;
        file.seek(SeekFrom::End(0)).map_err(|error| io("seek", &error))?;
        file.sync_all().map_err(|error| io("sync", &error))?;
        Ok(Self { clock, state: RwLock::new(State { memory, file: Some(file), poisoned: false }) })
    }

    /// The file of a directory, for tests that damage it.
    pub fn path(directory: &Path) -> PathBuf {
        directory.join("store.log")
    }

    /// Memory to read from. After a failed write it is ahead of the file, so reads are refused too.
    async fn read(&self) -> Result<RwLockReadGuard<'_, State>> {
        let state = self.state.read().await;
        if state.poisoned { Err(Error::new(ErrorKind::StorePoisoned, "an earlier write failed")) } else { Ok(state) }
    }

    async fn write<T>(&self, line: Line, work: impl AsyncFnOnce(&MemoryStorage) -> Result<T>) -> Result<T> {
        let mut state = self.state.write().await;
        if state.poisoned {
            return Err(Error::new(ErrorKind::StorePoisoned, "an earlier write failed").with("outcome", "not_applied"));
        }
        // One time for the line and for what it does, or a replay would come out differently.
        let now = self.clock.inner.now();
        self.clock.pin(now);
        let done = work(&state.memory).await;
        self.clock.unpin();
        let done = done?;
        let written = match &mut state.file {
            Some(file) => file.write_all(&seal(&line.at(now))).and_then(|()| file.sync_data()),
            None => Ok(()),
        };
        if let Err(error) = written {
            state.poisoned = true;
            return Err(Error::new(ErrorKind::StorePoisoned, "a write failed")
                .caused_by(error)
                .with("outcome", "unknown"));
        }
        Ok(done)
    }
}

fn lock(directory: &Path) -> Result<File> {
    std::fs::create_dir_all(directory).map_err(|error| io("make", &error))?;
    let path = FileStorage::path(directory);
    let mut options = OpenOptions::new();
    let file = options.read(true).write(true).create(true).truncate(false).open(path);
    let file = file.map_err(|error| io("open", &error))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(std::fs::TryLockError::WouldBlock) => {
            return Err(Error::new(ErrorKind::AlreadyOpen, "another handle holds this directory"));
        }
        Err(std::fs::TryLockError::Error(error)) => return Err(io("lock", &error)),
    }
    // A file that was just made is durable only with its name.
    File::open(directory).and_then(|directory| directory.sync_all()).map_err(|error| io("sync", &error))?;
    Ok(file)
}

fn seal(json: &str) -> Vec<u8> {
    let sum: String = Digest::of(json).to_hex().chars().take(16).collect();
    format!("{sum} {json}\n").into_bytes()
}

fn unseal(line: &[u8]) -> Option<Line> {
    let text = std::str::from_utf8(line.strip_suffix(b"\n")?).ok()?;
    let (_, json) = text.split_once(' ')?;
    if seal(json) == line { serde_json::from_str(json).ok() } else { None }
}

fn io(what: &str, error: &std::io::Error) -> Error {
    Error::new(ErrorKind::Unavailable, format!("cannot {what} the file of the store: {error}"))
        .with("outcome", "not_applied")
}

const NOT_PINNED: i64 = i64::MIN;

/// The clock of the host, held still while a line is written or replayed.
#[derive(Debug)]
struct PinnedClock {
    inner: Arc<dyn Clock>,
    pinned: AtomicI64,
}

impl PinnedClock {
    fn pin(&self, at: Timestamp) {
        self.pinned.store(at.as_millis(), Ordering::SeqCst);
    }

    fn unpin(&self) {
        self.pinned.store(NOT_PINNED, Ordering::SeqCst);
    }
}

impl Clock for PinnedClock {
    fn now(&self) -> Timestamp {
        match self.pinned.load(Ordering::SeqCst) {
            NOT_PINNED => self.inner.now(),
            millis => Timestamp::from_millis(millis),
        }
    }

    fn monotonic(&self) -> Duration {
        self.inner.monotonic()
    }

    fn sleep_until(&self, monotonic: Duration) -> BoxFuture<'static, ()> {
        self.inner.sleep_until(monotonic)
    }
}

#[async_trait]
impl Storage for FileStorage {
    fn capability(&self) -> Capability {
        Capability::embedded("file").durable()
    }

    async fn get_many(&self, at: Vec<Address>) -> Result<Vec<Option<Entry>>> {
        self.read().await?.memory.get_many(at).await
    }

    async fn scan(&self, range: KeyRange, page: PageRequest) -> Result<ScanPage> {
        self.read().await?.memory.scan(range, page).await
    }

    async fn apply(&self, batch: Batch) -> Result<Commit> {
        let line = Line::of_batch(&batch);
        self.write(line, async move |memory| memory.apply(batch).await).await
    }

    async fn claim(&self, claim: LeaseClaim) -> Result<Vec<Lease>> {
        let line = Line::of_claim(&claim);
        self.write(line, async move |memory| memory.claim(claim).await).await
    }

    async fn renew(&self, lease: Lease, ttl: Option<Duration>) -> Result<Lease> {
        let line = Line::of_renewal(&lease, ttl);
        self.write(line, async move |memory| memory.renew(lease, ttl).await).await
    }

    async fn watch(&self, range: KeyRange) -> Result<Watch> {
        self.read().await?.memory.watch(range).await
    }

    async fn control(&self, control: Control) -> Result<ControlReport> {
        match control {
            // Swept entries must not come back when the clock steps back.
            Control::Sweep => self.write(Line::sweep(), async |memory| memory.control(control).await).await,
            Control::Close => {
                let mut state = self.state.write().await;
                state.file = None;
                state.memory.control(control).await
            }
            _ => self.read().await?.memory.control(control).await,
        }
    }
}
