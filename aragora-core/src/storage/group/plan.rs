//! What a group will do, worked out before anything is written.
//!
//! The base is the last committed snapshot; the changes of the group lie over it. A batch whose condition fails takes
//! back its own changes and leaves those of the batches before it.

use std::ops::Bound;

use bytes::Bytes;

use super::disk::{Changes, Part, Snapshot};
use super::rows;
use super::state::State;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::storage::address::{Address, PhysicalBounds};
use crate::storage::backup::{Counters, StoredRow};
use crate::storage::batch::{Batch, Commit, Op, Precondition, conflict};
use crate::storage::scan::ScanOrder;
use crate::storage::{Entry, Revision, frame};

/// A group being worked out.
pub(super) struct Plan<'a> {
    base: &'a dyn Snapshot,
    pub(super) changes: Changes,
    pub(super) state: State,
    pub(super) now: Timestamp,
    /// By how many bytes the records get smaller.
    pub(super) freed: i64,
    // What the batch at work replaced in `changes`, to be put back if it is refused.
    undo: Vec<Replaced>,
}

/// A key, and the change to it that another one took the place of.
type Replaced = ((Part, Bytes), Option<Option<Bytes>>);

impl<'a> Plan<'a> {
    pub(super) fn new(base: &'a dyn Snapshot, state: State, now: Timestamp) -> Self {
        Self { base, changes: Changes::new(), state, now, freed: 0, undo: Vec::new() }
    }

    /// Does all of the work or takes back what it did.
    pub(super) fn attempt<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let (state, freed) = (self.state, self.freed);
        self.undo.clear();
        let done = work(self);
        if done.is_err() {
            (self.state, self.freed) = (state, freed);
            while let Some((at, replaced)) = self.undo.pop() {
                match replaced {
                    Some(change) => drop(self.changes.insert(at, change)),
                    None => drop(self.changes.remove(&at)),
                }
            }
        }
        done
    }

    pub(super) fn get(&self, part: Part, key: &Bytes) -> Result<Option<Bytes>> {
        match self.changes.get(&(part, key.clone())) {
            Some(change) => Ok(change.clone()),
            None => self.base.get(part, key),
        }
    }

    pub(super) fn set(&mut self, part: Part, key: Bytes, value: Option<Bytes>) {
        let at = (part, key);
        let replaced = self.changes.insert(at.clone(), value);
        self.undo.push((at, replaced));
    }

    /// Every row of these bounds in ascending order, until the visitor answers `false`.
    pub(super) fn walk(
        &self,
        part: Part,
        bounds: &PhysicalBounds,
        visit: &mut dyn FnMut(&Bytes, &Bytes) -> Result<bool>,
    ) -> Result<()> {
        let from = match bounds.0.clone() {
            Bound::Unbounded => Bound::Included(Bytes::new()),
            bound => bound,
        };
        let within = (from.map(|key| (part, key)), bounds.1.clone().map(|key| (part, key)));
        let own = self.changes.range(within).take_while(|((other, _), _)| *other == part);
        let mut own = own.map(|((_, key), value)| (key, value)).peekable();
        let mut more = true;
        self.base.walk(part, bounds, ScanOrder::Ascending, &mut |key, value| {
            while let Some((mine, change)) = own.next_if(|(mine, _)| mine.as_ref() <= key) {
                if let Some(value) = change {
                    more = visit(mine, value)?;
                }
                if !more || mine == key {
                    return Ok(more);
                }
            }
            more = visit(&Bytes::copy_from_slice(key), &Bytes::copy_from_slice(value))?;
            Ok(more)
        })?;
        while more && let Some((mine, change)) = own.next() {
            if let Some(value) = change {
                more = visit(mine, value)?;
            }
        }
        Ok(())
    }

    pub(super) fn apply(&mut self, batch: &mut Batch) -> Result<Commit> {
        let ops = std::mem::take(&mut batch.ops);
        self.attempt(|plan| {
            let mut commit = Commit { revisions: Vec::with_capacity(ops.len()), taken: Vec::with_capacity(ops.len()) };
            for (index, op) in ops.into_iter().enumerate() {
                let (revision, taken) = plan.apply_one(index, op)?;
                commit.revisions.push(revision);
                commit.taken.push(taken);
            }
            Ok(commit)
        })
    }

    fn apply_one(&mut self, index: usize, op: Op) -> Result<(Option<Revision>, Option<Entry>)> {
        match op {
            Op::Put { at, frame, ttl, expect } => {
                let key = at.physical();
                let old = self.expect(index, &at, &key, expect)?;
                let revision = Revision::new(self.state.revision + 1);
                let expires_at = ttl.map(|ttl| self.now.plus(ttl));
                let row = frame::stamp(frame, &key, revision, expires_at).map_err(|error| error.with("op", index))?;
                self.state.revision += 1;
                self.replace(key, old.as_ref(), Some((row, expires_at)));
                Ok((Some(revision), None))
            }
            Op::Delete { at, expect } => {
                let key = at.physical();
                let old = self.expect(index, &at, &key, expect)?;
                self.replace(key, old.as_ref(), None);
                Ok((None, None))
            }
            Op::Take { at } => {
                let key = at.physical();
                let row = self.get(Part::Records, &key)?;
                let taken = row.map(|row| rows::entry(at, &key, row)).transpose()?;
                self.replace(key, taken.as_ref(), None);
                Ok((None, taken.filter(|entry| rows::live(entry.expires_at, self.now))))
            }
            Op::Check { at, expect } => self.expect(index, &at, &at.physical(), expect).map(|_| (None, None)),
            Op::Fence(lease) => self.fence(&lease).map_err(|error| error.with("op", index)).map(|()| (None, None)),
        }
    }

    /// What lies there, expired or not, if the condition holds of it. Without a condition damage is no obstacle: what
    /// is written over or deleted need not be read.
    fn expect(&self, index: usize, at: &Address, key: &Bytes, expect: Precondition) -> Result<Option<Entry>> {
        let row = self.get(Part::Records, key)?;
        let found = row.map(|row| rows::entry(at.clone(), key, row)).transpose();
        if expect == Precondition::Any {
            return Ok(found.unwrap_or_default());
        }
        let found = found?;
        let current = found.as_ref().filter(|entry| rows::live(entry.expires_at, self.now)).map(|entry| entry.revision);
        if expect.holds(current) { Ok(found) } else { Err(conflict(index, at, current)) }
    }

    fn replace(&mut self, key: Bytes, old: Option<&Entry>, new: Option<(Bytes, Option<Timestamp>)>) {
        let due = new.as_ref().and_then(|(_, expires_at)| *expires_at);
        self.freed += old.map_or(0, |old| old.frame.len()) as i64 - new.as_ref().map_or(0, |(row, _)| row.len()) as i64;
        if let Some(at) = old.and_then(|old| old.expires_at).filter(|at| Some(*at) != due) {
            self.set(Part::Due, rows::due(at, &key), None);
        }
        if let Some(at) = due {
            self.set(Part::Due, rows::due(at, &key), Some(Bytes::new()));
        }
        self.set(Part::Records, key, new.map(|(row, _)| row));
    }

    /// The revision of a live record.
    pub(super) fn revision(&self, at: &Address, key: &Bytes) -> Result<Option<Revision>> {
        let found = self.get(Part::Records, key)?.map(|row| rows::entry(at.clone(), key, row)).transpose()?;
        Ok(found.filter(|entry| rows::live(entry.expires_at, self.now)).map(|entry| entry.revision))
    }

    /// Removes at most this many expired entries, oldest first; whether more have expired.
    pub(super) fn sweep(&mut self, most: usize) -> Result<(u32, bool)> {
        self.attempt(|plan| {
            let (mut expired, mut more) = (Vec::new(), false);
            plan.walk(Part::Due, &rows::due_by(plan.now), &mut |row, _| {
                more = expired.len() == most;
                if !more {
                    expired.push(row.clone());
                }
                Ok(!more)
            })?;
            let mut removed = 0;
            for row in expired {
                let (at, key) = rows::of_due(&row)?;
                plan.set(Part::Due, row, None);
                let record = plan.get(Part::Records, &key)?;
                // A row that was written over while it was damaged left its expiry behind.
                let own = record.is_some_and(|row| frame::open(&row, &key).is_ok_and(|f| f.expires_at == Some(at)));
                if own {
                    plan.set(Part::Records, key, None);
                    removed += 1;
                }
            }
            plan.forget_claims(most)?;
            Ok((removed, more))
        })
    }

    /// Forgets rows of the journal up to this number, 1,000 at most.
    pub(super) fn cut_journal(&mut self, through: u64) -> Result<()> {
        const MOST: usize = 1_000;
        let last = Bound::Included(Bytes::copy_from_slice(&through.to_be_bytes()));
        let mut rows = Vec::new();
        self.walk(Part::Journal, &(Bound::Unbounded, last), &mut |key, _| {
            rows.push(key.clone());
            Ok(rows.len() < MOST)
        })?;
        for key in rows {
            self.set(Part::Journal, key, None);
        }
        Ok(())
    }

    /// Puts and removes rows as they were stored elsewhere.
    pub(super) fn load(&mut self, rows: Vec<StoredRow>) -> Result<()> {
        let (key, loading) = State::loading()?;
        self.set(Part::Meta, key, Some(loading));
        for StoredRow { key, value } in rows {
            let address = Address::of_physical(&key)?;
            let old = self.get(Part::Records, &key)?.map(|row| rows::entry(address, &key, row)).transpose()?;
            let new = value.map(|value| {
                let row = frame::restamp(value.frame, &key, value.revision, value.expires_at)?;
                Ok::<_, Error>((row, value.expires_at))
            });
            self.replace(key, old.as_ref(), new.transpose()?);
        }
        Ok(())
    }

    /// Ends the filling of a store, which counts on from these counters. It is no longer what a journal was kept of.
    pub(super) fn loaded(&mut self, counters: Counters, journal: &str) -> Result<()> {
        let (key, _) = State::loading()?;
        self.set(Part::Meta, key, None);
        let (key, row) = State::journal_row(journal)?;
        self.set(Part::Meta, key, Some(row));
        self.state.revision = self.state.revision.max(counters.revision);
        self.state.token = self.state.token.max(counters.token);
        Ok(())
    }

    /// Says where the store is now.
    pub(super) fn moved(&mut self, to: &str) -> Result<()> {
        let (key, row) = State::moved_row(to)?;
        self.set(Part::Meta, key, Some(row));
        Ok(())
    }

    /// The keys of records this group changes.
    pub(super) fn touched(&self) -> Vec<Bytes> {
        self.changes.keys().filter(|(part, _)| *part == Part::Records).map(|(_, key)| key.clone()).collect()
    }

    /// Adds the counters, and the row of the journal if one is kept.
    pub(super) fn seal(&mut self, journal: bool) -> Result<()> {
        self.state.group += 1;
        self.state.latest = self.state.latest.max(self.now);
        let keys = self.touched();
        if !keys.is_empty() {
            // Counted without a journal too: the missing row shows that one kept later does not reach back this far.
            self.state.journal += 1;
            if journal {
                let number = Bytes::copy_from_slice(&self.state.journal.to_be_bytes());
                let row = super::journal::row(&number, self.now, &keys)?;
                self.changes.insert((Part::Journal, number), Some(row));
            }
        }
        let (key, row) = self.state.row()?;
        self.changes.insert((Part::Meta, key), Some(row));
        Ok(())
    }

    /// Nothing to write.
    pub(super) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// The error of a row whose claim cannot be read.
pub(super) fn unreadable(reason: &str, part: Part, key: &[u8]) -> Error {
    rows::damaged(Error::new(crate::error::ErrorKind::Corrupt, reason), part, key)
}
