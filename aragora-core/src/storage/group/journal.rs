//! The change journal: which keys each group changed, in the same commit as the group itself.

use std::ops::Bound;

use bytes::Bytes;

use super::disk::{Part, Snapshot};
use super::plan::unreadable;
use super::rows;
use crate::error::Result;
use crate::storage::address::Address;
use crate::storage::scan::ScanOrder;

/// One group of changes: its number and the addresses it wrote or deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalRow {
    /// Rises by one with every group that changed a record.
    pub number: u64,
    /// What it changed, values not included.
    pub changed: Vec<Address>,
}

/// The row of a group: lp(key) for each key.
pub(super) fn row(number: &[u8], keys: &[Bytes]) -> Result<Bytes> {
    let mut payload = Vec::with_capacity(keys.iter().map(|key| key.len() + 4).sum());
    for key in keys {
        payload.extend_from_slice(&u32::try_from(key.len()).unwrap_or(u32::MAX).to_be_bytes());
        payload.extend_from_slice(key);
    }
    rows::framed(Part::Journal, number, &payload)
}

fn of_row(number: &[u8], row: &[u8]) -> Result<JournalRow> {
    let short = || unreadable("a row of the journal is too short", Part::Journal, number);
    let mut rest = rows::unframed(Part::Journal, number, row)?;
    let mut changed = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let (key, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize).ok_or_else(short)?;
        changed.push(Address::of_physical(&Bytes::copy_from_slice(key))?);
        rest = after;
    }
    let number = <[u8; 8]>::try_from(number).map(u64::from_be_bytes).map_err(|_| short())?;
    if rest.is_empty() { Ok(JournalRow { number, changed }) } else { Err(short()) }
}

/// At most this many rows after this number.
pub(super) fn after(snapshot: &dyn Snapshot, number: u64, most: usize) -> Result<Vec<JournalRow>> {
    let from = Bound::Excluded(Bytes::copy_from_slice(&number.to_be_bytes()));
    let mut found = Vec::new();
    snapshot.walk(Part::Journal, &(from, Bound::Unbounded), ScanOrder::Ascending, &mut |key, row| {
        found.push(of_row(key, row)?);
        Ok(found.len() < most)
    })?;
    Ok(found)
}

/// Whether a row of the journal is sound.
pub(super) fn check(key: &[u8], row: &[u8]) -> Result<()> {
    of_row(key, row).map(drop)
}
