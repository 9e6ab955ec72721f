//! Copying an embedded store while it is written to, and filling one.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::mpsc;

use super::disk::{EVERYTHING, Part, Snapshot};
use super::queue::Work;
use super::state::State;
use super::{EmbeddedStorage, journal, rows};
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::backup::{
    Copyable, Counters, JournalLag, JournalMark, MAX_ROWS, StoreIdentity, StoreLoader, StoreView, StoredRow,
    StoredValue,
};
use crate::storage::scan::{MAX_PAGE_BYTES, ScanOrder};

/// Pieces that wait for whoever copies.
const AHEAD: usize = 2;

/// A snapshot on a thread of its own, which hands out its rows piece by piece and ends with this.
#[derive(Debug)]
struct View {
    pieces: mpsc::Receiver<Result<Vec<StoredRow>>>,
    mark: Option<JournalMark>,
    counters: Counters,
}

#[async_trait]
impl StoreView for View {
    fn mark(&self) -> Option<JournalMark> {
        self.mark.clone()
    }

    fn counters(&self) -> Counters {
        self.counters
    }

    async fn next(&mut self) -> Result<Vec<StoredRow>> {
        self.pieces.recv().await.unwrap_or(Ok(Vec::new()))
    }
}

/// What of a snapshot is copied.
enum What {
    Everything,
    ChangedSince(u64),
}

/// Gathers rows into pieces and sends them.
struct Sender {
    pieces: mpsc::Sender<Result<Vec<StoredRow>>>,
    piece: Vec<StoredRow>,
    bytes: usize,
}

impl Sender {
    /// Whether anybody still listens.
    fn row(&mut self, row: StoredRow) -> bool {
        self.bytes += row.bytes();
        self.piece.push(row);
        (self.piece.len() < MAX_ROWS && self.bytes < MAX_PAGE_BYTES) || self.send()
    }

    fn send(&mut self) -> bool {
        self.bytes = 0;
        let piece = std::mem::take(&mut self.piece);
        piece.is_empty() || self.pieces.blocking_send(Ok(piece)).is_ok()
    }
}

impl EmbeddedStorage {
    async fn copy(&self, what: What) -> Result<Option<Box<dyn StoreView>>> {
        self.usable()?;
        let shared = self.shared.clone();
        let now = shared.clock.now();
        let (pieces, receiver) = mpsc::channel(AHEAD);
        let (begin, begun) = tokio::sync::oneshot::channel();
        // It ends when the rows or whoever reads them are gone.
        tokio::task::spawn_blocking(move || {
            let begin_with = || {
                let snapshot = shared.disk.snapshot()?;
                let state = State::load(&*snapshot)?;
                let whole = match what {
                    What::Everything => true,
                    What::ChangedSince(number) => journal::reaches_back(&*snapshot, number, state.journal)?,
                };
                Ok((snapshot, state, whole))
            };
            let (snapshot, state) = match begin_with() {
                Ok((snapshot, state, true)) => (snapshot, state),
                Ok((_, _, false)) => return drop(begin.send(Ok(None))),
                Err(error) => return drop(begin.send(Err(error))),
            };
            if begin.send(Ok(Some(state))).is_err() {
                return;
            }
            let mut sender = Sender { pieces, piece: Vec::new(), bytes: 0 };
            let walked = match what {
                What::Everything => everything(&*snapshot, now, &mut sender),
                What::ChangedSince(number) => changed(&*snapshot, number, now, &mut sender),
            };
            match walked {
                Ok(()) => drop(sender.send()),
                Err(error) => drop(sender.pieces.blocking_send(Err(error))),
            }
        });
        let ended = || Error::new(ErrorKind::Unavailable, "the runtime is shutting down");
        let Some(state) = begun.await.map_err(|_| ended())?? else { return Ok(None) };
        let mark = self.shared.journal.then(|| JournalMark::new(state.journal.to_string()));
        let counters = Counters { revision: state.revision, token: state.token };
        Ok(Some(Box::new(View { pieces: receiver, mark, counters })))
    }
}

fn everything(snapshot: &dyn Snapshot, now: Timestamp, sender: &mut Sender) -> Result<()> {
    snapshot.walk(Part::Records, &EVERYTHING, ScanOrder::Ascending, &mut |key, row| {
        let (key, row) = (Bytes::copy_from_slice(key), Bytes::copy_from_slice(row));
        let value = stored(&key, row)?;
        Ok(!rows::live(value.expires_at, now) || sender.row(StoredRow { key, value: Some(value) }))
    })
}

fn changed(snapshot: &dyn Snapshot, since: u64, now: Timestamp, sender: &mut Sender) -> Result<()> {
    let mut keys = BTreeSet::new();
    journal::walk_after(snapshot, since, &mut |_, row| {
        keys.extend(row.keys);
        Ok(true)
    })?;
    for key in keys {
        let value = snapshot.get(Part::Records, &key)?.map(|row| stored(&key, row)).transpose()?;
        let value = value.filter(|value| rows::live(value.expires_at, now));
        if !sender.row(StoredRow { key, value }) {
            break;
        }
    }
    Ok(())
}

fn stored(key: &Bytes, row: Bytes) -> Result<StoredValue> {
    let (revision, expires_at) = rows::opened(key, &row)?;
    Ok(StoredValue { frame: row, revision, expires_at })
}

fn number(mark: &JournalMark) -> Option<u64> {
    mark.as_str().parse().ok()
}

#[async_trait]
impl Copyable for EmbeddedStorage {
    async fn identity(&self) -> Result<StoreIdentity> {
        let shared = self.shared.clone();
        self.blocking(move |_| match &shared.directory {
            Some(directory) => directory.identity(),
            // A medium of a test.
            None => Ok(StoreIdentity { store_id: "0".repeat(32), generation: 0 }),
        })
        .await
    }

    async fn view(&self) -> Result<Box<dyn StoreView>> {
        self.copy(What::Everything).await?.ok_or_else(|| Error::internal("a view of everything is always whole"))
    }

    async fn changes(&self, since: &JournalMark) -> Result<Option<Box<dyn StoreView>>> {
        match number(since).filter(|_| self.shared.journal) {
            Some(number) => self.copy(What::ChangedSince(number)).await,
            None => Ok(None),
        }
    }

    async fn cut_journal(&self, through: &JournalMark) -> Result<()> {
        let Some(number) = number(through).filter(|_| self.shared.journal) else { return Ok(()) };
        while !EmbeddedStorage::cut_journal(self, number).await? {}
        Ok(())
    }

    async fn journal_lag(&self, since: &JournalMark) -> Result<JournalLag> {
        let number = number(since).unwrap_or_default();
        self.read(move |snapshot| {
            let mut lag = JournalLag::default();
            journal::walk_after(snapshot, number, &mut |bytes, row| {
                lag.oldest = lag.oldest.or(Some(row.at));
                lag.bytes += bytes as u64;
                Ok(true)
            })?;
            Ok(lag)
        })
        .await
    }

    async fn loader(self: Arc<Self>) -> Result<Box<dyn StoreLoader>> {
        let filled = self.read(|snapshot| {
            let mut filled = false;
            snapshot.walk(Part::Records, &EVERYTHING, ScanOrder::Ascending, &mut |_, _| {
                filled = true;
                Ok(false)
            })?;
            Ok(filled)
        });
        if filled.await? {
            return Err(Error::new(ErrorKind::Conflict, "a store that holds rows is not filled from a copy"));
        }
        Ok(Box::new(Loader { store: self }))
    }
}

/// Gives rows to the writer. From the first until the end the store says of itself that it is being filled.
#[derive(Debug)]
struct Loader {
    store: Arc<EmbeddedStorage>,
}

#[async_trait]
impl StoreLoader for Loader {
    async fn put(&mut self, rows: Vec<StoredRow>) -> Result<()> {
        self.store.write(Work::Load(rows)).await.map(drop)
    }

    async fn finish(self: Box<Self>, identity: StoreIdentity, counters: Counters) -> Result<()> {
        let shared = self.store.shared.clone();
        if shared.directory.is_some() {
            let adopt = move |_: &super::Shared| {
                shared.directory.as_ref().map_or(Ok(()), |directory| directory.adopt(&identity.store_id))
            };
            self.store.blocking(adopt).await?;
        }
        self.store.write(Work::Loaded(counters)).await.map(drop)
    }
}
