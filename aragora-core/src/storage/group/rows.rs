//! How rows lie in an embedded store, and what is damage.

use std::ops::Bound;

use bytes::Bytes;

use super::disk::Part;
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::address::{Address, PhysicalBounds};
use crate::storage::frame::{self, Codec, draft, stamp};
use crate::storage::{Entry, Revision};

/// A row of the store itself, framed so that its damage is found like a record's.
pub(super) fn framed(part: Part, key: &[u8], payload: &[u8]) -> Result<Bytes> {
    stamp(draft(Codec::Raw, 1, payload), &sealed_key(part, key), Revision::new(0), None)
}

/// The payload of [`framed`].
pub(super) fn unframed<'a>(part: Part, key: &[u8], row: &'a [u8]) -> Result<&'a [u8]> {
    let found = frame::open(row, &sealed_key(part, key)).map_err(|error| damaged(error, part, key))?;
    Ok(found.payload)
}

// A row that moved to another part is damage too.
fn sealed_key(part: Part, key: &[u8]) -> Vec<u8> {
    [part.name().as_bytes(), &[0], key].concat()
}

/// Names the row an error is about: table and key of the record, or part and raw key.
pub(super) fn damaged(error: Error, part: Part, key: &[u8]) -> Error {
    let shown = || data_encoding::HEXLOWER.encode(key);
    match (part, Address::of_physical(&Bytes::copy_from_slice(key))) {
        (Part::Records | Part::Claims, Ok(at)) => {
            let error = error.with("table", &at.table).with("key", format!("{:?}", at.key));
            if part == Part::Claims { error.with("part", part.name()) } else { error }
        }
        _ => error.with("table", part.name()).with("key", shown()),
    }
}

/// The entry a record row holds; `corrupt` or `unsupported_version`, naming table and key, if it holds none.
pub(super) fn entry(address: Address, physical: &[u8], row: Bytes) -> Result<Entry> {
    let (revision, expires_at) = opened(physical, &row)?;
    Ok(Entry { address, frame: row, revision, expires_at })
}

/// Revision and expiry of a record row, checked.
pub(super) fn opened(physical: &[u8], row: &[u8]) -> Result<(Revision, Option<Timestamp>)> {
    let head = frame::open(row, physical).map_err(|error| damaged(error, Part::Records, physical))?;
    Ok((head.revision, head.expires_at))
}

/// Whether something that expires then is still there.
pub(super) fn live(expires_at: Option<Timestamp>, now: Timestamp) -> bool {
    expires_at.is_none_or(|at| now < at)
}

/// The row that leads a sweep to an entry.
pub(super) fn due(at: Timestamp, physical: &[u8]) -> Bytes {
    // An expiry is a time after the epoch; one before it would only be swept at once.
    let millis = at.as_millis().max(0).cast_unsigned();
    Bytes::from([&millis.to_be_bytes(), physical].concat())
}

/// The inverse of [`due`].
pub(super) fn of_due(row: &[u8]) -> Result<(Timestamp, Bytes)> {
    let (millis, physical) = row.split_first_chunk::<8>().ok_or_else(|| {
        damaged(Error::new(ErrorKind::Corrupt, "a row that orders expiry is too short"), Part::Due, row)
    })?;
    let millis = i64::try_from(u64::from_be_bytes(*millis)).unwrap_or(i64::MAX);
    Ok((Timestamp::from_millis(millis), Bytes::copy_from_slice(physical)))
}

/// Every row of what has expired by now.
pub(super) fn due_by(now: Timestamp) -> PhysicalBounds {
    let after = now.as_millis().max(0).cast_unsigned().saturating_add(1).to_be_bytes();
    (Bound::Unbounded, Bound::Excluded(Bytes::copy_from_slice(&after)))
}
