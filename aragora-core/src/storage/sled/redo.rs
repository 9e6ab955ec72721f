//! Redo rows: a group as a whole, durable before any of it is applied.

use bytes::{Buf as _, Bytes};

use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::Revision;
use crate::storage::frame::{self, Codec, draft, stamp};
use crate::storage::group::disk::{Changes, Part};

const PREFIX: &[u8] = b"!redo";

/// Where the row of a group lies.
pub(super) fn key(number: u64) -> Vec<u8> {
    [PREFIX, &number.to_be_bytes()].concat()
}

/// Whether a row of the tree is one of a group.
pub(super) fn is_redo(key: &[u8]) -> bool {
    key.starts_with(PREFIX)
}

fn number(key: &[u8]) -> Option<u64> {
    key.strip_prefix(PREFIX).and_then(|rest| rest.try_into().ok()).map(u64::from_be_bytes)
}

/// The row of a group.
pub(super) struct Redo;

impl Redo {
    /// Every change: part, lp(key), whether there is a value, lp(value).
    pub(super) fn of(number: u64, changes: &Changes) -> Result<Bytes> {
        let size = changes.iter().map(|((_, key), value)| 10 + key.len() + value.as_ref().map_or(0, Bytes::len)).sum();
        let mut payload = Vec::with_capacity(size);
        for ((part, key), value) in changes {
            payload.push(Part::ALL.iter().position(|other| other == part).unwrap_or_default() as u8);
            lp(&mut payload, key);
            payload.push(u8::from(value.is_some()));
            if let Some(value) = value {
                lp(&mut payload, value);
            }
        }
        stamp(draft(Codec::Raw, 1, &payload), &self::key(number), Revision::new(0), None::<Timestamp>)
    }

    fn read(row: &Bytes, key: &[u8]) -> Result<Changes> {
        let payload = frame::open(row, key)?.payload;
        let mut rest = row.slice_ref(payload);
        let mut changes = Changes::new();
        while rest.has_remaining() {
            let part = Part::ALL.get(usize::from(rest.get_u8())).copied().ok_or_else(short)?;
            let key = take(&mut rest)?;
            let value = if rest.try_get_u8().map_err(|_| short())? == 0 { None } else { Some(take(&mut rest)?) };
            changes.insert((part, key), value);
        }
        Ok(changes)
    }
}

fn lp(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(bytes);
}

fn take(rest: &mut Bytes) -> Result<Bytes> {
    let length = rest.try_get_u32().map_err(|_| short())? as usize;
    if rest.len() < length { Err(short()) } else { Ok(rest.split_to(length)) }
}

fn short() -> Error {
    Error::new(ErrorKind::Corrupt, "a redo row is too short")
}

/// The rows that are there in their order, and the number of the last one, sound or not.
pub(super) struct Left {
    pub(super) groups: Vec<(u64, Changes)>,
    pub(super) last: Option<u64>,
}

/// What was not forgotten yet. A damaged last row was never acknowledged and is left out; any other is `corrupt`.
pub(super) fn rows(tree: &sled::Db) -> Result<Left> {
    let mut groups = Vec::new();
    let mut torn: Option<Error> = None;
    let mut last = None;
    for row in tree.scan_prefix(PREFIX) {
        let (key, row) = row.map_err(super::reading)?;
        if let Some(error) = torn.take() {
            return Err(error.with("table", "redo").with("key", data_encoding::HEXLOWER.encode(&key)));
        }
        let Some(number) = number(&key) else { return Err(short()) };
        last = Some(number);
        match Redo::read(&Bytes::copy_from_slice(&row), &key) {
            Ok(changes) => groups.push((number, changes)),
            Err(error) => torn = Some(error),
        }
    }
    Ok(Left { groups, last })
}
