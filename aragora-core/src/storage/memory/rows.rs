use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

use super::claims::Claims;
use crate::clock::{Clock, Timestamp};
use crate::error::{Error, Result};
use crate::storage::Revision;
use crate::storage::address::{Address, KeyRange, PhysicalBounds, address_in};
use crate::storage::backup::{StoredRow, StoredValue};
use crate::storage::batch::{Batch, Commit, Op, Precondition, conflict};
use crate::storage::frame;
use crate::storage::scan::{Corrupt, Cursor, Entry, MAX_PAGE_BYTES, PageRequest, ScanOrder, ScanPage};

#[derive(Clone, Debug)]
struct Row {
    frame: Bytes,
    revision: Revision,
    expires_at: Option<Timestamp>,
}

impl Row {
    fn live(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|at| now < at)
    }

    fn stored(&self) -> StoredValue {
        StoredValue { frame: self.frame.clone(), revision: self.revision, expires_at: self.expires_at }
    }

    fn entry(&self, address: Address) -> Entry {
        Entry { address, frame: self.frame.clone(), revision: self.revision, expires_at: self.expires_at }
    }
}

/// Stamped frames by physical key.
#[derive(Debug, Default)]
pub(super) struct Rows {
    by_key: BTreeMap<Bytes, Row>,
    due: BTreeSet<(Timestamp, Bytes)>,
    last: u64,
}

impl Rows {
    pub(super) fn get(&self, at: Address, clock: &dyn Clock) -> Option<Entry> {
        let row = self.by_key.get(&at.physical())?;
        // Asking the time costs as much as the look-up, and most rows stay for ever.
        let live = row.expires_at.is_none() || row.live(clock.now());
        live.then(|| row.entry(at))
    }

    pub(super) fn revision(&self, key: &Bytes, now: Timestamp) -> Option<Revision> {
        self.by_key.get(key).filter(|row| row.live(now)).map(|row| row.revision)
    }

    pub(super) fn live<'a>(
        &'a self,
        range: &'a KeyRange,
        now: Timestamp,
    ) -> impl Iterator<Item = (&'a Bytes, Address, Revision)> + 'a {
        let prefix = range.physical_prefix_len();
        range
            .physical()
            .into_iter()
            .flat_map(|bounds| self.by_key.range(bounds))
            .filter(move |(_, row)| row.live(now))
            .map(move |(key, row)| (key, address_in(range, key, prefix), row.revision))
    }

    pub(super) fn scan(
        &self,
        range: &KeyRange,
        bounds: PhysicalBounds,
        page: &PageRequest,
        now: Timestamp,
    ) -> ScanPage {
        let rows = self.by_key.range(bounds).filter(|(_, row)| row.live(now));
        match page.order {
            ScanOrder::Ascending => fill(range, rows, page),
            ScanOrder::Descending => fill(range, rows.rev(), page),
        }
    }

    /// Applies the operations one after the other and takes all of them back if one is refused. Gives the keys it
    /// wrote if `watched`.
    pub(super) fn apply(
        &mut self,
        batch: Batch,
        now: Timestamp,
        claims: &Claims,
        watched: bool,
    ) -> Result<(Commit, Vec<Bytes>)> {
        let count = batch.ops.len();
        let before = self.last;
        // A lone operation that succeeded is never taken back.
        let keep = watched || count > 1;
        let mut undo: Vec<(Bytes, Option<Row>)> = Vec::new();
        let mut commit = Commit { revisions: Vec::with_capacity(count), taken: Vec::with_capacity(count) };
        for (index, op) in batch.ops.into_iter().enumerate() {
            match self.apply_one(index, op, now, claims, keep) {
                Ok(Done { revision, taken, replaced }) => {
                    commit.revisions.push(revision);
                    commit.taken.push(taken);
                    undo.extend(replaced);
                }
                Err(error) => {
                    for (key, row) in undo.into_iter().rev() {
                        self.replace(key, row);
                    }
                    self.last = before;
                    return Err(error);
                }
            }
        }
        let written = if watched { undo.into_iter().map(|(key, _)| key).collect() } else { Vec::new() };
        Ok((commit, written))
    }

    fn apply_one(&mut self, index: usize, op: Op, now: Timestamp, claims: &Claims, keep: bool) -> Result<Done> {
        match op {
            Op::Put { at, frame, ttl, expect } => {
                let key = at.physical();
                self.expect(index, &at, &key, expect, now)?;
                let revision = Revision::new(self.last + 1);
                let expires_at = ttl.map(|ttl| now.plus(ttl));
                let frame = frame::stamp(frame, &key, revision, expires_at).map_err(|error| error.with("op", index))?;
                self.last += 1;
                let kept = keep.then(|| key.clone());
                let replaced = self.replace(key, Some(Row { frame, revision, expires_at }));
                Ok(Done { revision: Some(revision), taken: None, replaced: kept.map(|key| (key, replaced)) })
            }
            Op::Delete { at, expect } => {
                let key = at.physical();
                self.expect(index, &at, &key, expect, now)?;
                let kept = keep.then(|| key.clone());
                let replaced = self.replace(key, None);
                Ok(Done { revision: None, taken: None, replaced: kept.map(|key| (key, replaced)) })
            }
            Op::Take { at } => {
                let key = at.physical();
                let kept = keep.then(|| key.clone());
                let replaced = self.replace(key, None);
                let taken = replaced.as_ref().filter(|row| row.live(now)).map(|row| row.entry(at));
                Ok(Done { revision: None, taken, replaced: kept.map(|key| (key, replaced)) })
            }
            Op::Check { at, expect } => {
                self.expect(index, &at, &at.physical(), expect, now)?;
                Ok(Done::default())
            }
            Op::Fence(lease) => {
                claims.fence(&lease).map_err(|error| error.with("op", index))?;
                Ok(Done::default())
            }
        }
    }

    fn expect(&self, index: usize, at: &Address, key: &Bytes, expect: Precondition, now: Timestamp) -> Result<()> {
        if expect == Precondition::Any {
            return Ok(());
        }
        let current = self.revision(key, now);
        if expect.holds(current) { Ok(()) } else { Err(conflict(index, at, current)) }
    }

    fn replace(&mut self, key: Bytes, row: Option<Row>) -> Option<Row> {
        let due = row.as_ref().and_then(|row| row.expires_at);
        if let Some(at) = due {
            self.due.insert((at, key.clone()));
        }
        // Rows that stay for ever, which are most, keep nothing in `due` and need no second handle of the key.
        let forget = (!self.due.is_empty()).then(|| key.clone());
        let old = match row {
            Some(row) => self.by_key.insert(key, row),
            None => self.by_key.remove(&key),
        };
        if let (Some(key), Some(at)) = (forget, old.as_ref().and_then(|row| row.expires_at))
            && Some(at) != due
        {
            self.due.remove(&(at, key));
        }
        old
    }

    /// Every live row.
    pub(super) fn stored(&self, now: Timestamp) -> impl Iterator<Item = StoredRow> {
        let live = self.by_key.iter().filter(move |(_, row)| row.live(now));
        live.map(|(key, row)| StoredRow { key: key.clone(), value: Some(row.stored()) })
    }

    /// The row of a key, or that there is none.
    pub(super) fn stored_at(&self, key: &Bytes, now: Timestamp) -> StoredRow {
        let row = self.by_key.get(key).filter(|row| row.live(now));
        StoredRow { key: key.clone(), value: row.map(Row::stored) }
    }

    /// Puts a row as it was stored elsewhere.
    pub(super) fn load(&mut self, row: StoredRow) -> Result<()> {
        let value = row.value.map(|value| {
            let frame = frame::restamp(value.frame, &row.key, value.revision, value.expires_at)?;
            Ok::<_, Error>(Row { frame, revision: value.revision, expires_at: value.expires_at })
        });
        self.replace(row.key, value.transpose()?);
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    pub(super) fn last(&self) -> u64 {
        self.last
    }

    pub(super) fn count_on_from(&mut self, revision: u64) {
        self.last = self.last.max(revision);
    }

    pub(super) fn sweep(&mut self, now: Timestamp, most: usize) -> (u32, bool) {
        let mut removed = 0;
        while let Some((at, key)) = self.due.first().cloned().filter(|(at, _)| *at <= now) {
            if removed == most {
                return (removed as u32, true);
            }
            self.due.remove(&(at, key.clone()));
            self.by_key.remove(&key);
            removed += 1;
        }
        (removed as u32, false)
    }

    pub(super) fn usage(&self, now: Timestamp) -> (u64, u64, u64) {
        let bytes = self.by_key.iter().map(|(key, row)| key.len() + row.frame.len()).sum::<usize>();
        let expired = self.due.iter().take_while(|(at, _)| *at <= now).count();
        (self.by_key.len() as u64, bytes as u64, expired as u64)
    }

    pub(super) fn verify(&self) -> (u64, Vec<Corrupt>) {
        let damaged = self.by_key.iter().filter_map(|(key, row)| {
            let error = frame::open(&row.frame, key).err()?;
            Some(Corrupt { address: Address::of_physical(key).ok()?, error })
        });
        (self.by_key.len() as u64, damaged.collect())
    }
}

#[derive(Default)]
struct Done {
    revision: Option<Revision>,
    taken: Option<Entry>,
    replaced: Option<(Bytes, Option<Row>)>,
}

fn fill<'a>(range: &KeyRange, rows: impl Iterator<Item = (&'a Bytes, &'a Row)>, request: &PageRequest) -> ScanPage {
    let prefix = range.physical_prefix_len();
    let mut page = ScanPage::default();
    let mut bytes = 0;
    for (key, row) in rows {
        bytes += key.len() + row.frame.len();
        let full = page.entries.len() == usize::from(request.limit) || bytes > MAX_PAGE_BYTES;
        if full && let Some(last) = page.entries.last() {
            page.next = Some(Cursor::after(last.address.key.clone(), request.order, range));
            break;
        }
        page.entries.push(row.entry(address_in(range, key, prefix)));
    }
    page
}
