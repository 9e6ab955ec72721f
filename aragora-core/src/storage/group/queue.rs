//! What waits for the writer, bounded in number and bytes.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore, oneshot};

use crate::clock::Clock;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::backup::{Counters, StoredRow};
use crate::storage::batch::{Batch, Commit, Durability, Op, not_applied};
use crate::storage::lease::{Lease, LeaseClaim};

/// Most batches that wait.
const BATCHES: usize = 1_024;
/// Most bytes that wait, in units of 1 KiB: 64 MiB.
const KIBIBYTES: usize = 64 << 10;
/// How long a batch waits for room.
const PATIENCE: Duration = Duration::from_secs(30);

/// Something for the writer to do.
#[derive(Clone, Debug)]
pub(super) enum Work {
    Apply(Batch),
    Claim(LeaseClaim),
    Renew(Lease, Option<Duration>),
    Sweep,
    CutJournal(u64),
    Load(Vec<StoredRow>),
    /// What the store counts on from, and the name of its journal from now on.
    Loaded(Counters, String),
    /// The hold under which writers are kept off, and where the store went.
    Moved(String, String),
    Flush,
    Check,
    Compact,
    Close,
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Done {
    Commit(Commit),
    Leases(Vec<Lease>),
    Lease(Lease),
    Swept(u32, bool),
    Nothing,
}

impl Work {
    /// Whether it is done alone, not as part of a group.
    pub(super) fn is_alone(&self) -> bool {
        matches!(self, Self::Flush | Self::Check | Self::Compact | Self::Close)
    }

    /// Whether it writes for somebody who does not know that the store is being moved.
    pub(super) fn is_write(&self) -> bool {
        matches!(self, Self::Apply(_) | Self::Claim(_) | Self::Renew(..) | Self::Sweep | Self::CutJournal(_))
    }

    /// Whether it frees space or keeps what is held, so that it may use what was set aside for a full disk.
    pub(super) fn is_relief(&self) -> bool {
        match self {
            Self::Apply(batch) => !batch.ops.iter().any(|op| matches!(op, Op::Put { .. })),
            Self::Renew(..) | Self::Sweep | Self::CutJournal(_) => true,
            _ => false,
        }
    }

    pub(super) fn is_relaxed(&self) -> bool {
        match self {
            Self::Apply(batch) => batch.durability == Durability::Relaxed,
            // What is filled half is thrown away, so only its end is waited for.
            Self::Load(_) => true,
            _ => false,
        }
    }

    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Apply(batch) => batch.ops.iter().map(Op::bytes).sum(),
            Self::Load(rows) => rows.iter().map(StoredRow::bytes).sum(),
            _ => 0,
        }
    }
}

/// Work that waits, and where its answer goes. Nobody may be there to hear it: work that was queued is done.
#[derive(Debug)]
pub(super) struct Queued {
    pub(super) work: Work,
    pub(super) answer: oneshot::Sender<Result<Done>>,
    // Room in the queue, given back with the answer.
    _room: Option<(OwnedSemaphorePermit, OwnedSemaphorePermit)>,
}

/// The way to the writer of a store.
#[derive(Debug)]
pub(super) struct Queue {
    sender: mpsc::Sender<Queued>,
    batches: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
    clock: Arc<dyn Clock>,
}

impl Queue {
    pub(super) fn new(clock: Arc<dyn Clock>) -> (Self, mpsc::Receiver<Queued>) {
        let (sender, receiver) = mpsc::channel();
        let (batches, bytes) = (Arc::new(Semaphore::new(BATCHES)), Arc::new(Semaphore::new(KIBIBYTES)));
        (Self { sender, batches, bytes, clock }, receiver)
    }

    /// Queues the work and waits for what comes of it.
    pub(super) async fn ask(&self, work: Work) -> Result<Done> {
        let room = self.room(&work).await.map_err(not_applied)?;
        self.send(work, Some(room))?.await.unwrap_or_else(|_| Err(unanswered()))
    }

    /// Ends the queue: what is in it is done, what waits for room is refused. Done once the writer is gone.
    pub(super) async fn close(&self) {
        self.batches.close();
        self.bytes.close();
        if let Ok(answer) = self.send(Work::Close, None) {
            // A writer that is gone has nothing left to close.
            let _ = answer.await;
        }
    }

    fn send(
        &self,
        work: Work,
        room: Option<(OwnedSemaphorePermit, OwnedSemaphorePermit)>,
    ) -> Result<oneshot::Receiver<Result<Done>>> {
        let (answer, answered) = oneshot::channel();
        self.sender.send(Queued { work, answer, _room: room }).map_err(|_| not_applied(closed()))?;
        Ok(answered)
    }

    async fn room(&self, work: &Work) -> Result<(OwnedSemaphorePermit, OwnedSemaphorePermit)> {
        let size = u32::try_from(work.bytes().div_ceil(1024)).unwrap_or(u32::MAX);
        let now = self.batches.clone().try_acquire_owned().ok();
        if let Some(place) = now
            && let Ok(bytes) = self.bytes.clone().try_acquire_many_owned(size)
        {
            return Ok((place, bytes));
        }
        let waited = async {
            let place = self.batches.clone().acquire_owned().await?;
            Ok::<_, AcquireError>((place, self.bytes.clone().acquire_many_owned(size).await?))
        };
        let late = self.clock.sleep_until(self.clock.monotonic().saturating_add(PATIENCE));
        tokio::select! {
            biased;
            room = waited => room.map_err(|_| closed()),
            () = late => Err(Error::new(
                ErrorKind::Unavailable,
                format!("the queue of the store was full for {} s", PATIENCE.as_secs()),
            )),
        }
    }
}

pub(super) fn closed() -> Error {
    Error::new(ErrorKind::Closed, "the store was closed")
}

/// The writer ended between taking the work and answering.
fn unanswered() -> Error {
    Error::new(ErrorKind::StorePoisoned, "the writer of the store ended in the middle of its work")
        .with("outcome", "unknown")
}
