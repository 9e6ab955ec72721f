//! The counters of a store: one row, written with every group.

use bytes::Bytes;

use super::disk::{Part, Snapshot};
use super::rows;
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};

const ROW: &[u8] = b"state";
const FIELDS: usize = 5;
/// There while a store is being filled from a copy.
const LOADING: &[u8] = b"loading";
/// Which journal this is, where the store was filled from a copy: the numbers of the one before mean other groups.
const JOURNAL: &[u8] = b"journal";
/// Where the store is now, if it was moved.
const MOVED: &[u8] = b"moved";

/// What never goes back, whatever happens to rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    /// Groups so far.
    pub(crate) group: u64,
    /// The last revision given.
    pub(crate) revision: u64,
    /// The last lease token given.
    pub(crate) token: u64,
    /// The last row of the journal.
    pub(crate) journal: u64,
    /// The latest time anything was written at.
    pub(crate) latest: Timestamp,
}

impl State {
    /// The counters of this snapshot; those of a new store if it has none.
    pub(crate) fn load(snapshot: &dyn Snapshot) -> Result<Self> {
        let Some(row) = snapshot.get(Part::Meta, ROW)? else { return Ok(Self::default()) };
        let payload = rows::unframed(Part::Meta, ROW, &row)?;
        let mut numbers =
            payload.chunks_exact(8).map(|chunk| chunk.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b)));
        if payload.len() != FIELDS * 8 {
            return Err(
                Error::new(ErrorKind::Corrupt, "the counters of the store have another size").with("table", "meta")
            );
        }
        let mut next = || numbers.next().unwrap_or_default();
        let (group, revision, token, journal) = (next(), next(), next(), next());
        Ok(Self { group, revision, token, journal, latest: Timestamp::from_millis(next().cast_signed()) })
    }

    /// The row and its key.
    pub(crate) fn row(&self) -> Result<(Bytes, Bytes)> {
        let latest = self.latest.as_millis().cast_unsigned();
        let numbers = [self.group, self.revision, self.token, self.journal, latest];
        let payload: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        Ok((Bytes::from_static(ROW), rows::framed(Part::Meta, ROW, &payload)?))
    }

    /// `backup_invalid` if the store was being filled from a copy and that did not end.
    pub(crate) fn check_whole(snapshot: &dyn Snapshot) -> Result<()> {
        match snapshot.get(Part::Meta, LOADING)? {
            None => Ok(()),
            Some(_) => Err(Error::new(
                ErrorKind::BackupInvalid,
                "a restore into this store did not end; remove its directory and restore again",
            )),
        }
    }

    /// The row that says that a store is being filled.
    pub(super) fn loading() -> Result<(Bytes, Bytes)> {
        Ok((Bytes::from_static(LOADING), rows::framed(Part::Meta, LOADING, b"1")?))
    }

    /// The name of the journal; empty for that of a store that was never filled from a copy.
    pub(super) fn journal_name(snapshot: &dyn Snapshot) -> Result<String> {
        Ok(text(snapshot, JOURNAL)?.unwrap_or_default())
    }

    /// The row with the name of a new journal.
    pub(super) fn journal_row(name: &str) -> Result<(Bytes, Bytes)> {
        Ok((Bytes::from_static(JOURNAL), rows::framed(Part::Meta, JOURNAL, name.as_bytes())?))
    }

    /// Where the store was moved to.
    pub(super) fn moved_to(snapshot: &dyn Snapshot) -> Result<Option<String>> {
        text(snapshot, MOVED)
    }

    /// The row that says where the store was moved to.
    pub(super) fn moved_row(to: &str) -> Result<(Bytes, Bytes)> {
        Ok((Bytes::from_static(MOVED), rows::framed(Part::Meta, MOVED, to.as_bytes())?))
    }
}

fn text(snapshot: &dyn Snapshot, key: &[u8]) -> Result<Option<String>> {
    let Some(row) = snapshot.get(Part::Meta, key)? else { return Ok(None) };
    Ok(Some(String::from_utf8_lossy(rows::unframed(Part::Meta, key, &row)?).into_owned()))
}
