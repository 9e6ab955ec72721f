//! Rows as bytes: `ARBK` `01`, then records, each with its length before it.
//!
//! ```text
//! record = lp( lp(physical key) | kind: 0 value, 1 removal | revision u64 | expires_at ms u64, 0 none | frame )
//! ```
//! lp(x) is the length of x as u32, then x; every number is big-endian.

use bytes::{Buf as _, Bytes};

use super::invalid;
use super::source::{StoredRow, StoredValue};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::storage::Revision;

const MAGIC: &[u8; 5] = b"ARBK\x01";
const VALUE: u8 = 0;
const REMOVAL: u8 = 1;
/// Kind, revision and expiry.
const FIXED: usize = 1 + 8 + 8;

/// Bytes after which a chunk is closed: with a keyring a chunk is one envelope, which holds at most 16 MiB less 1 KiB.
const CLOSE_AT: usize = 8 << 20;
/// Most bytes of an envelope's plaintext, and so of a chunk.
pub(super) const MAX_CHUNK: usize = (16 << 20) - 1_024;

/// A chunk being written.
#[derive(Debug)]
pub(super) struct ChunkWriter {
    bytes: Vec<u8>,
    pub(super) records: u64,
}

impl ChunkWriter {
    pub(super) fn new() -> Self {
        Self { bytes: MAGIC.to_vec(), records: 0 }
    }

    /// Adds a row, or gives it back if it has no room here.
    pub(super) fn push(&mut self, row: &StoredRow) -> bool {
        let body = 4 + row.bytes() + FIXED;
        if self.records > 0 && self.bytes.len() + 4 + body > CLOSE_AT {
            return false;
        }
        self.length(body);
        self.length(row.key.len());
        self.bytes.extend_from_slice(&row.key);
        let (kind, revision, expires, frame): (u8, u64, u64, &[u8]) = match &row.value {
            None => (REMOVAL, 0, 0, &[]),
            Some(value) => {
                let expires = value.expires_at.map_or(0, |at| at.as_millis().max(1).cast_unsigned());
                (VALUE, value.revision.get(), expires, &value.frame)
            }
        };
        self.bytes.push(kind);
        self.bytes.extend_from_slice(&revision.to_be_bytes());
        self.bytes.extend_from_slice(&expires.to_be_bytes());
        self.bytes.extend_from_slice(frame);
        self.records += 1;
        true
    }

    // Keys have at most 1,024 bytes and frames 16 MiB.
    fn length(&mut self, length: usize) {
        self.bytes.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.records == 0
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// The rows of a chunk. Anything that [`ChunkWriter`] does not write is `backup_invalid`.
pub(super) fn read(chunk: Bytes) -> Result<Vec<StoredRow>> {
    let mut rest = chunk;
    if !rest.starts_with(MAGIC) {
        return Err(invalid("a chunk does not begin as a backup's of format 1"));
    }
    rest.advance(MAGIC.len());
    let mut rows = Vec::new();
    while !rest.is_empty() {
        let mut body = part(&mut rest)?;
        let key = part(&mut body)?;
        if body.len() < FIXED {
            return Err(cut());
        }
        let (kind, revision, expires) = (body.get_u8(), body.get_u64(), body.get_u64());
        let value = match kind {
            VALUE => {
                let millis = i64::try_from(expires).map_err(|_| invalid("a row expires beyond all time"))?;
                let expires_at = (millis > 0).then(|| Timestamp::from_millis(millis));
                Some(StoredValue { frame: body, revision: Revision::new(revision), expires_at })
            }
            REMOVAL if revision == 0 && expires == 0 && body.is_empty() => None,
            _ => return Err(invalid("a row is neither a value nor a removal")),
        };
        rows.push(StoredRow { key, value });
    }
    Ok(rows)
}

fn part(bytes: &mut Bytes) -> Result<Bytes> {
    if bytes.len() < 4 {
        return Err(cut());
    }
    let length = bytes.get_u32() as usize;
    if bytes.len() < length {
        return Err(cut());
    }
    Ok(bytes.split_to(length))
}

fn cut() -> crate::error::Error {
    invalid("a chunk is cut off within a row")
}
