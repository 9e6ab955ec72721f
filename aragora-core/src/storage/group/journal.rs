//! The change journal: which keys each group changed, in the same commit as the group itself.

use std::ops::Bound;

use bytes::Bytes;

use super::disk::{Part, Snapshot};
use super::plan::unreadable;
use super::rows;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::storage::address::Address;
use crate::storage::scan::ScanOrder;

/// One group of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalRow {
    /// Rises by one with every group that changed a record.
    pub number: u64,
    /// When it was committed.
    pub at: Timestamp,
    /// The addresses it wrote or deleted.
    pub changed: Vec<Address>,
}

/// The same before its keys are taken apart.
pub(super) struct RawRow {
    pub(super) number: u64,
    pub(super) at: Timestamp,
    pub(super) keys: Vec<Bytes>,
}

/// The row of a group: its time in ms, big-endian, then lp(key) for each key.
pub(super) fn row(number: &[u8], at: Timestamp, keys: &[Bytes]) -> Result<Bytes> {
    let mut payload = Vec::with_capacity(8 + keys.iter().map(|key| key.len() + 4).sum::<usize>());
    payload.extend_from_slice(&at.as_millis().to_be_bytes());
    for key in keys {
        payload.extend_from_slice(&u32::try_from(key.len()).unwrap_or(u32::MAX).to_be_bytes());
        payload.extend_from_slice(key);
    }
    rows::framed(Part::Journal, number, &payload)
}

fn of_row(number: &[u8], row: &[u8]) -> Result<RawRow> {
    let short = || unreadable("a row of the journal is too short", Part::Journal, number);
    let payload = rows::unframed(Part::Journal, number, row)?;
    let (at, mut rest) = payload.split_first_chunk::<8>().ok_or_else(short)?;
    let at = Timestamp::from_millis(i64::from_be_bytes(*at));
    let mut keys = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let (key, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize).ok_or_else(short)?;
        keys.push(Bytes::copy_from_slice(key));
        rest = after;
    }
    let number = <[u8; 8]>::try_from(number).map(u64::from_be_bytes).map_err(|_| short())?;
    if rest.is_empty() { Ok(RawRow { number, at, keys }) } else { Err(short()) }
}

/// At most this many rows after this number.
pub(super) fn after(snapshot: &dyn Snapshot, number: u64, most: usize) -> Result<Vec<JournalRow>> {
    let mut found = Vec::new();
    walk_after(snapshot, number, &mut |_, RawRow { number, at, keys }| {
        let changed = keys.iter().map(Address::of_physical).collect::<Result<_>>()?;
        found.push(JournalRow { number, at, changed });
        Ok(found.len() < most)
    })?;
    Ok(found)
}

/// Visits the rows after this number with their size in bytes, oldest first, until the visitor answers `false`.
pub(super) fn walk_after(
    snapshot: &dyn Snapshot,
    number: u64,
    visit: &mut dyn FnMut(usize, RawRow) -> Result<bool>,
) -> Result<()> {
    let from = Bound::Excluded(Bytes::copy_from_slice(&number.to_be_bytes()));
    snapshot.walk(Part::Journal, &(from, Bound::Unbounded), ScanOrder::Ascending, &mut |key, row| {
        visit(key.len() + row.len(), of_row(key, row)?)
    })
}

/// Whether there is a row for every group after this number up to the last. There is none where the journal was cut, or
/// where the store was opened without one.
pub(super) fn reaches_back(snapshot: &dyn Snapshot, number: u64, last: u64) -> Result<bool> {
    if number > last {
        return Ok(false);
    }
    let mut next = number + 1;
    let from = Bound::Excluded(Bytes::copy_from_slice(&number.to_be_bytes()));
    snapshot.walk(Part::Journal, &(from, Bound::Unbounded), ScanOrder::Ascending, &mut |key, _| {
        let follows = key == next.to_be_bytes();
        next += u64::from(follows);
        Ok(follows)
    })?;
    Ok(next == last + 1)
}

/// Whether a row of the journal is sound.
pub(super) fn check(key: &[u8], row: &[u8]) -> Result<()> {
    of_row(key, row).map(drop)
}
