//! Stores on disk: one writer thread that commits whatever waits as one group, and readers on snapshots.
//!
//! What redb and sled have in common is here; what differs is a [`disk::Disk`]. A group is worked out over the last
//! snapshot, committed with one sync, made visible, and then answered in the order it was applied.

mod claims;
mod copy;
pub(crate) mod disk;
mod journal;
mod plan;
pub(crate) mod point;
mod queue;
mod read;
mod rows;
mod state;
mod track;
mod writer;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

pub use journal::JournalRow;

use super::address::{Address, KeyRange, TableName};
use super::backup::Copyable;
use super::backup::gate::Gate;
use super::batch::{Batch, Commit, not_applied};
use super::control::{Control, ControlReport, ProbeReport};
use super::dir::Directory;
use super::key::KeyBytes;
use super::lease::{Lease, LeaseClaim, check_ttl};
use super::scan::{Corrupt, Entry, PageRequest, ScanPage};
use super::watch::{Watch, WatchHub};
use super::{Capability, Space, Storage};
use crate::clock::Clock;
use crate::error::{Error, ErrorKind, Result};
use crate::telemetry::{Histogram, Telemetry, names};
use disk::{Changes, Disk, Failure, Part, Snapshot};
use queue::{Done, Queue, Work, closed};
use state::State;
use track::Tracks;
use writer::Writer;

/// How far a clock may step back before it is worth a note.
const CLOCK_STEP: Duration = Duration::from_secs(60);

/// A store in a directory of this machine, redb or sled below. Opened by [`super::open`].
///
/// It holds its directory until [`Control::Close`], or until it is dropped and its writer has done what was queued.
pub struct EmbeddedStorage {
    shared: Arc<Shared>,
    // `None` where nothing may be written.
    queue: Option<Queue>,
}

/// What the handle, its readers and its writer share.
struct Shared {
    disk: Box<dyn Disk>,
    clock: Arc<dyn Clock>,
    hub: WatchHub,
    group_size: Histogram,
    telemetry: Telemetry,
    journal: bool,
    directory: Option<Arc<Directory>>,
    closed: AtomicBool,
    poison: Mutex<Option<Error>>,
    gate: Mutex<Gate>,
    tracks: Tracks,
    // The process that opened it; a fork has neither the writer nor the locks.
    process: u32,
}

/// How a store is opened beside its path.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) telemetry: Telemetry,
    pub(crate) journal: bool,
    /// The directory that is held; `None` where a test brings its own medium.
    pub(crate) directory: Option<Arc<Directory>>,
    pub(crate) read_only: bool,
}

impl EmbeddedStorage {
    /// Starts the writer over an opened disk. Blocks.
    pub(crate) fn start(disk: Box<dyn Disk>, settings: Settings) -> Result<Self> {
        let Settings { clock, telemetry, journal, directory, read_only } = settings;
        let damage = disk.damage();
        State::check_whole(&*disk.snapshot()?)?;
        let mut state = match State::load(&*disk.snapshot()?) {
            Err(_) if damage.is_some() => State::default(),
            loaded => loaded?,
        };
        if state.group < disk.acknowledged().unwrap_or_default() {
            let reason = "the files of the store lost writes that were acknowledged; restore from backup";
            return Err(Error::new(ErrorKind::Corrupt, reason).with("found", state.group));
        }
        let born = directory.as_ref().is_none_or(|directory| directory.is_named());
        if state == State::default() && !read_only && damage.is_none() {
            if directory.is_some() && born {
                // Even a store nobody wrote to holds its counters.
                let reason = "the files of the store are empty; restore from backup";
                return Err(Error::new(ErrorKind::Corrupt, reason));
            }
            state.group = 1;
            let (key, row) = state.row()?;
            let changes = Changes::from([((Part::Meta, key), Some(row))]);
            disk.commit(&changes, state.group, true).map_err(Failure::into_error)?;
        }
        if let Some(directory) = directory.as_ref().filter(|_| !born && damage.is_none()) {
            directory.commit_generation(state.group == 1)?;
        }
        let moved_to = State::moved_to(&*disk.snapshot()?)
            .or_else(|error| if damage.is_some() { Ok(None) } else { Err(error) })?;
        let shared = Arc::new(Shared {
            disk,
            clock: clock.clone(),
            hub: WatchHub::default(),
            group_size: telemetry.histogram(&names::STORAGE_GROUP_SIZE, &[]),
            telemetry,
            journal,
            directory,
            closed: AtomicBool::new(false),
            poison: Mutex::new(damage),
            gate: Mutex::new(Gate::of(moved_to)),
            tracks: Tracks::default(),
            process: std::process::id(),
        });
        if read_only {
            return Ok(Self { shared, queue: None });
        }
        let (queue, waiting) = Queue::new(clock);
        let writer = Writer::new(shared.clone(), state);
        let thread = std::thread::Builder::new().name(format!("aragora-{}", shared.disk.name()));
        thread.spawn(move || writer.run(&waiting)).map_err(|error| {
            Error::new(ErrorKind::Unavailable, "the writer of the store did not start").caused_by(error)
        })?;
        Ok(Self { shared, queue: Some(queue) })
    }

    /// At most so many rows of the change journal after this number, oldest first. `not_configured` unless the store
    /// was opened with `journal=on`.
    pub async fn journal(&self, after: u64, most: usize) -> Result<Vec<JournalRow>> {
        self.journalled()?;
        self.read(move |snapshot| journal::after(snapshot, after, most)).await
    }

    /// Forgets the rows of the journal up to this number, at most 1,000 per call; whether that were all.
    pub async fn cut_journal(&self, through: u64) -> Result<bool> {
        self.journalled()?;
        self.write(Work::CutJournal(through)).await?;
        Ok(self.journal(0, 1).await?.first().is_none_or(|row| row.number > through))
    }

    fn journalled(&self) -> Result<()> {
        if self.shared.journal {
            return Ok(());
        }
        Err(Error::new(ErrorKind::NotConfigured, "the store was opened without a journal, expected journal=on"))
    }

    fn usable(&self) -> Result<()> {
        if self.shared.process != std::process::id() {
            return Err(Error::new(
                ErrorKind::InvalidState,
                "the store was opened by the process this one was forked from",
            ));
        }
        if self.shared.closed.load(Ordering::Acquire) { Err(closed()) } else { Ok(()) }
    }

    async fn write(&self, work: Work) -> Result<Done> {
        self.usable().map_err(not_applied)?;
        let Some(queue) = &self.queue else {
            return Err(not_applied(Error::new(ErrorKind::ReadOnly, "the store was opened with mode=ro")));
        };
        queue.ask(work).await
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Snapshot) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.blocking(move |shared| work(&*shared.disk.snapshot()?)).await
    }

    async fn blocking<T: Send + 'static>(&self, work: impl FnOnce(&Shared) -> Result<T> + Send + 'static) -> Result<T> {
        self.usable()?;
        let shared = self.shared.clone();
        let done = tokio::task::spawn_blocking(move || work(&shared)).await;
        done.unwrap_or_else(|error| {
            if !error.is_panic() {
                return Err(Error::new(ErrorKind::Unavailable, "the runtime is shutting down").caused_by(error));
            }
            let cause = Error::internal("the store panicked while reading");
            self.shared.poison(cause.clone());
            Err(poisoned(&cause))
        })
    }

    async fn verify(&self) -> Result<ControlReport> {
        let (checked, mut corrupt) = self.read(read::verify).await?;
        let files = match &self.queue {
            Some(queue) => queue.ask(Work::Check).await.map(drop),
            None => self.blocking(|shared| shared.disk.check()).await,
        };
        match files {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::Corrupt => {
                // Damage of a page is no row's; it is listed under the name of the store's files.
                let key = KeyBytes::of(&self.shared.disk.name().to_owned());
                let address = Address::new(Space::System, TableName::of_definition("files"), key);
                corrupt.push(Corrupt { address, error });
            }
            Err(error) => return Err(error),
        }
        Ok(ControlReport::Verified { checked, corrupt })
    }

    async fn probe(&self) -> Result<ControlReport> {
        let shared = self.shared.clone();
        let latest = self.read(|snapshot| State::load(snapshot).map(|state| state.latest)).await?;
        let mut report = ProbeReport { notes: shared.disk.notes() };
        report.notes.extend(shared.directory.iter().flat_map(|directory| directory.notes()));
        let now = shared.clock.now();
        if now.plus(CLOCK_STEP) < latest {
            report.notes.push(format!("the clock shows {now}, earlier than {latest} at which was written"));
        }
        match shared.poison_cause() {
            Some(cause) => Err(poisoned(&cause)),
            None => Ok(ControlReport::Probed(report)),
        }
    }

    async fn close(&self) -> Result<ControlReport> {
        if self.shared.process != std::process::id() {
            // The files belong to the process that opened them.
            return Ok(ControlReport::Done);
        }
        self.shared.closed.store(true, Ordering::Release);
        if let Some(queue) = &self.queue {
            queue.close().await;
        } else {
            self.shared.hub.close();
            let shared = self.shared.clone();
            let closing = move || {
                shared.disk.close();
                shared.unlock();
            };
            let _ = tokio::task::spawn_blocking(closing).await;
        }
        Ok(ControlReport::Done)
    }
}

impl Shared {
    fn unlock(&self) {
        if let Some(directory) = &self.directory {
            directory.unlock();
        }
    }

    fn measure_files(&self) {
        if let Some(bytes) = self.directory.as_ref().and_then(|directory| directory.bytes()) {
            self.telemetry.gauge(&names::STORAGE_BYTES, &["files"]).set(bytes as f64);
        }
    }

    fn gate(&self) -> std::sync::MutexGuard<'_, Gate> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn poison(&self, cause: Error) {
        self.poison.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(cause);
    }

    fn poison_cause(&self) -> Option<Error> {
        self.poison.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The error of every write after one whose fate is not known.
fn poisoned(cause: &Error) -> Error {
    if cause.kind() == ErrorKind::Corrupt {
        return cause.clone();
    }
    Error::new(ErrorKind::StorePoisoned, "an earlier write or sync of the store failed; close and open it again")
        .caused_by(cause.clone())
}

fn unexpected() -> Error {
    Error::internal("the writer of the store answered another question")
}

impl fmt::Debug for EmbeddedStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedStorage").field("disk", &self.shared.disk).finish_non_exhaustive()
    }
}

#[async_trait]
impl Storage for EmbeddedStorage {
    fn capability(&self) -> Capability {
        Capability { journal: self.shared.journal, ..Capability::embedded(self.shared.disk.name()).durable() }
    }

    fn copyable(self: Arc<Self>) -> Option<Arc<dyn Copyable>> {
        Some(self)
    }

    async fn get_many(&self, at: Vec<Address>) -> Result<Vec<Option<Entry>>> {
        at.iter().try_for_each(Address::check_limits)?;
        let now = self.shared.clock.now();
        self.read(move |snapshot| read::get_many(snapshot, at, now)).await
    }

    async fn scan(&self, range: KeyRange, page: PageRequest) -> Result<ScanPage> {
        self.usable()?;
        let Some(bounds) = page.bounds(&range)? else { return Ok(ScanPage::default()) };
        let now = self.shared.clock.now();
        self.read(move |snapshot| read::scan(snapshot, &range, &bounds, &page, now)).await
    }

    async fn apply(&self, batch: Batch) -> Result<Commit> {
        batch.check_rules().map_err(not_applied)?;
        match self.write(Work::Apply(batch)).await? {
            Done::Commit(commit) => Ok(commit),
            _ => Err(unexpected()),
        }
    }

    async fn claim(&self, claim: LeaseClaim) -> Result<Vec<Lease>> {
        claim.check_rules().map_err(not_applied)?;
        match self.write(Work::Claim(claim)).await? {
            Done::Leases(leases) => Ok(leases),
            _ => Err(unexpected()),
        }
    }

    async fn renew(&self, lease: Lease, ttl: Option<Duration>) -> Result<Lease> {
        ttl.map_or(Ok(()), check_ttl).and_then(|()| lease.at.check_limits()).map_err(not_applied)?;
        match self.write(Work::Renew(lease, ttl)).await? {
            Done::Lease(lease) => Ok(lease),
            _ => Err(unexpected()),
        }
    }

    async fn watch(&self, range: KeyRange) -> Result<Watch> {
        range.check_limits()?;
        let watch = self.shared.hub.subscribe(&range);
        // After subscribing: a store that ends now ends this watch too.
        self.usable()?;
        Ok(watch)
    }

    async fn control(&self, control: Control) -> Result<ControlReport> {
        match control {
            Control::Flush if self.queue.is_none() => self.usable().map(|()| ControlReport::Done),
            Control::Flush => self.write(Work::Flush).await.map(|_| ControlReport::Done),
            Control::Compact => self.write(Work::Compact).await.map(|_| ControlReport::Done),
            Control::Sweep => match self.write(Work::Sweep).await? {
                Done::Swept(removed, more) => Ok(ControlReport::Swept { removed, more }),
                _ => Err(unexpected()),
            },
            Control::Probe => self.probe().await,
            Control::Usage => {
                let now = self.shared.clock.now();
                self.blocking(move |shared| {
                    shared.measure_files();
                    read::usage(&*shared.disk.snapshot()?, now)
                })
                .await
                .map(ControlReport::Used)
            }
            Control::Verify => self.verify().await,
            Control::Close => self.close().await,
        }
    }
}
