//! Copying an embedded store while it is written to, and filling one.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use data_encoding::HEXLOWER;
use tokio::sync::mpsc;

use super::disk::{EVERYTHING, Part, Snapshot};
use super::queue::Work;
use super::state::State;
use super::{EmbeddedStorage, Shared, journal, rows};
use crate::clock::Timestamp;
use crate::entropy::{Entropy as _, SystemEntropy};
use crate::error::{Error, ErrorKind, Result};
use crate::storage::backup::{
    Copyable, Counters, Freeze, JournalLag, JournalMark, MAX_ROWS, StoreIdentity, StoreLoader, StoreView, StoredRow,
    StoredValue,
};
use crate::storage::scan::{MAX_PAGE_BYTES, ScanOrder};

/// Pieces that wait for whoever copies.
const AHEAD: usize = 2;

/// Keys read under one snapshot where that holds writers off.
const PAGE: usize = 1_000;
/// How often what changed meanwhile is read before writers are held off for the rest, however much that is.
const ROUNDS: usize = 16;

/// What a copy sends.
#[derive(Debug)]
enum Piece {
    Rows(Vec<StoredRow>),
    /// The state that all rows before it make up.
    End(Option<JournalMark>, Counters),
}

/// A copy on a thread of its own, which hands out its rows piece by piece and ends with this.
#[derive(Debug)]
struct View {
    pieces: mpsc::Receiver<Result<Piece>>,
    mark: Option<JournalMark>,
    counters: Counters,
    ended: bool,
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
        match self.pieces.recv().await {
            Some(Ok(Piece::Rows(rows))) => Ok(rows),
            Some(Ok(Piece::End(mark, counters))) => {
                (self.mark, self.counters, self.ended) = (mark, counters, true);
                Ok(Vec::new())
            }
            Some(Err(error)) => Err(error),
            None if self.ended => Ok(Vec::new()),
            // Without its end a copy is not whole.
            None => Err(shutting_down()),
        }
    }
}

fn shutting_down() -> Error {
    Error::new(ErrorKind::Unavailable, "the runtime is shutting down")
}

/// What is copied.
#[derive(Clone, Copy)]
enum What {
    Everything,
    ChangedSince(u64),
}

/// Gathers rows into pieces and sends them.
struct Sender {
    pieces: mpsc::Sender<Result<Piece>>,
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
        piece.is_empty() || self.pieces.blocking_send(Ok(Piece::Rows(piece))).is_ok()
    }

    fn rows(&mut self, rows: Vec<StoredRow>) -> bool {
        rows.into_iter().all(|row| self.row(row))
    }
}

impl EmbeddedStorage {
    async fn copy(&self, what: What) -> Result<Option<Box<dyn StoreView>>> {
        self.usable()?;
        let shared = self.shared.clone();
        let (pieces, receiver) = mpsc::channel(AHEAD);
        let (begin, begun) = tokio::sync::oneshot::channel();
        // It ends when the rows or whoever reads them are gone.
        tokio::task::spawn_blocking(move || {
            let whole = reaches(&shared, what);
            let goes_on = matches!(whole, Ok(true));
            if begin.send(whole).is_err() || !goes_on {
                return;
            }
            let mut sender = Sender { pieces, piece: Vec::new(), bytes: 0 };
            let copied = if shared.disk.snapshots_hold_writers_off() {
                by_pages(&shared, what, &mut sender)
            } else {
                at_once(&shared, what, &mut sender)
            };
            let last = match copied {
                Ok(end) => {
                    sender.send();
                    Ok(end)
                }
                Err(error) => Err(error),
            };
            drop(sender.pieces.blocking_send(last));
        });
        if !begun.await.map_err(|_| shutting_down())?? {
            return Ok(None);
        }
        Ok(Some(Box::new(View { pieces: receiver, mark: None, counters: Counters::default(), ended: false })))
    }
}

/// Whether the journal holds everything that is asked for.
fn reaches(shared: &Shared, what: What) -> Result<bool> {
    match what {
        What::Everything => Ok(true),
        What::ChangedSince(number) => {
            let snapshot = shared.disk.snapshot()?;
            journal::reaches_back(&*snapshot, number, State::load(&*snapshot)?.journal)
        }
    }
}

fn end(shared: &Shared, snapshot: &dyn Snapshot) -> Result<Piece> {
    let state = State::load(snapshot)?;
    let mark = if shared.journal { Some(mark_of(&State::journal_name(snapshot)?, state.journal)) } else { None };
    Ok(Piece::End(mark, Counters { revision: state.revision, token: state.token }))
}

/// Everything under one snapshot.
fn at_once(shared: &Shared, what: What, sender: &mut Sender) -> Result<Piece> {
    let (snapshot, now) = (shared.disk.snapshot()?, shared.clock.now());
    match what {
        What::Everything => snapshot.walk(Part::Records, &EVERYTHING, ScanOrder::Ascending, &mut |key, row| {
            Ok(live(key, row, now)?.is_none_or(|row| sender.row(row)))
        })?,
        What::ChangedSince(number) => {
            for key in changed(&*snapshot, number)? {
                let row = present(&*snapshot, key, now)?;
                if !sender.row(row) {
                    break;
                }
            }
        }
    }
    end(shared, &*snapshot)
}

/// Page by page, each under a snapshot of its own, and then what changed meanwhile: the last of it together with the
/// state it leads to, while writers wait for that long.
fn by_pages(shared: &Shared, what: What, sender: &mut Sender) -> Result<Piece> {
    let track = shared.tracks.begin();
    let gone = || Err(Error::new(ErrorKind::Cancelled, "nobody reads the copy any more"));
    match what {
        What::Everything => {
            let mut from = Bound::Unbounded;
            while let Some((rows, last)) = page(shared, &from)? {
                if !sender.rows(rows) {
                    return gone();
                }
                from = Bound::Excluded(last);
            }
        }
        What::ChangedSince(number) => {
            let keys = changed(&*shared.disk.snapshot()?, number)?;
            if !some(shared, keys, sender)? {
                return gone();
            }
        }
    }
    for _ in 0..ROUNDS {
        if track.len() <= PAGE {
            break;
        }
        if !some(shared, track.take(), sender)? {
            return gone();
        }
    }
    let (snapshot, now) = (shared.disk.snapshot()?, shared.clock.now());
    // Every group that this snapshot sees was noted before it could be seen.
    let last: Vec<StoredRow> =
        track.take_all().into_iter().map(|key| present(&*snapshot, key, now)).collect::<Result<_>>()?;
    let end = end(shared, &*snapshot)?;
    drop(snapshot);
    if sender.rows(last) { Ok(end) } else { gone() }
}

/// The live rows of one page and its last key; `None` after the last page.
fn page(shared: &Shared, from: &Bound<Bytes>) -> Result<Option<(Vec<StoredRow>, Bytes)>> {
    let (snapshot, now) = (shared.disk.snapshot()?, shared.clock.now());
    let (mut rows, mut last, mut seen, mut bytes) = (Vec::new(), None, 0, 0);
    let bounds = (from.clone(), Bound::Unbounded);
    snapshot.walk(Part::Records, &bounds, ScanOrder::Ascending, &mut |key, row| {
        rows.extend(live(key, row, now)?);
        last = Some(Bytes::copy_from_slice(key));
        (seen, bytes) = (seen + 1, bytes + key.len() + row.len());
        Ok(seen < PAGE && bytes < MAX_PAGE_BYTES)
    })?;
    Ok(last.map(|last| (rows, last)))
}

/// Sends the rows of these keys as they are; whether anybody still listens.
fn some(shared: &Shared, keys: BTreeSet<Bytes>, sender: &mut Sender) -> Result<bool> {
    let mut keys = keys.into_iter().peekable();
    while keys.peek().is_some() {
        let (mut rows, mut bytes) = (Vec::new(), 0);
        {
            let (snapshot, now) = (shared.disk.snapshot()?, shared.clock.now());
            while rows.len() < PAGE
                && bytes < MAX_PAGE_BYTES
                && let Some(key) = keys.next()
            {
                let row = present(&*snapshot, key, now)?;
                bytes += row.bytes();
                rows.push(row);
            }
        }
        if !sender.rows(rows) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The keys that the journal names after this number.
fn changed(snapshot: &dyn Snapshot, since: u64) -> Result<BTreeSet<Bytes>> {
    let mut keys = BTreeSet::new();
    journal::walk_after(snapshot, since, &mut |_, row| {
        keys.extend(row.keys);
        Ok(true)
    })?;
    Ok(keys)
}

fn present(snapshot: &dyn Snapshot, key: Bytes, now: Timestamp) -> Result<StoredRow> {
    let value = snapshot.get(Part::Records, &key)?.map(|row| stored(&key, row)).transpose()?;
    Ok(StoredRow { key, value: value.filter(|value| rows::live(value.expires_at, now)) })
}

fn live(key: &[u8], row: &[u8], now: Timestamp) -> Result<Option<StoredRow>> {
    let (key, row) = (Bytes::copy_from_slice(key), Bytes::copy_from_slice(row));
    let value = stored(&key, row)?;
    Ok(rows::live(value.expires_at, now).then_some(StoredRow { key, value: Some(value) }))
}

fn stored(key: &Bytes, row: Bytes) -> Result<StoredValue> {
    let (revision, expires_at) = rows::opened(key, &row)?;
    Ok(StoredValue { frame: row, revision, expires_at })
}

/// A number is one of the journal of that name only.
fn mark_of(journal: &str, number: u64) -> JournalMark {
    JournalMark::new(if journal.is_empty() { number.to_string() } else { format!("{journal}/{number}") })
}

fn parts_of(mark: &JournalMark) -> Option<(String, u64)> {
    let (journal, number) = mark.as_str().rsplit_once('/').unwrap_or(("", mark.as_str()));
    Some((journal.to_owned(), number.parse().ok()?))
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
        match self.number(since).await? {
            Some(number) => self.copy(What::ChangedSince(number)).await,
            None => Ok(None),
        }
    }

    async fn cut_journal(&self, through: &JournalMark) -> Result<()> {
        let Some(number) = self.number(through).await? else { return Ok(()) };
        while !EmbeddedStorage::cut_journal(self, number).await? {}
        Ok(())
    }

    async fn journal_lag(&self, since: &JournalMark) -> Result<JournalLag> {
        let number = self.number(since).await?.unwrap_or_default();
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

    async fn freeze(&self, hold: &str, what: Freeze) -> Result<()> {
        self.usable()?;
        // The writer looks at the hold and shuts the gate itself: nobody comes in between, and a caller who no longer
        // waits changes nothing.
        if let Freeze::Moved(to) = what {
            return self.write(Work::Moved(hold.to_owned(), to)).await.map(drop);
        }
        self.shared.gate().freeze(hold, &what, self.shared.clock.monotonic())?;
        match what {
            // Whatever was queued before is done after this.
            Freeze::Begin(_) => self.write(Work::Flush).await.map(drop),
            Freeze::Keep(_) | Freeze::End | Freeze::Moved(_) => Ok(()),
        }
    }
}

impl EmbeddedStorage {
    /// The number of a mark of the journal that is kept now.
    async fn number(&self, mark: &JournalMark) -> Result<Option<u64>> {
        let Some((journal, number)) = parts_of(mark).filter(|_| self.shared.journal) else { return Ok(None) };
        let now = self.read(State::journal_name).await?;
        Ok((now == journal).then_some(number))
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
            let adopt = move |_: &Shared| {
                shared.directory.as_ref().map_or(Ok(()), |directory| directory.adopt(&identity.store_id))
            };
            self.store.blocking(adopt).await?;
        }
        let mut journal = [0; 8];
        SystemEntropy.fill(&mut journal)?;
        self.store.write(Work::Loaded(counters, HEXLOWER.encode(&journal))).await.map(drop)
    }
}
