//! One value on its way through the seal.

use bytes::Bytes;

use super::fields;
use crate::crypto::{ENVELOPE_OVERHEAD, FieldPath, Keyring, NONCE, Nonce, PlainType};
use crate::entropy::Entropy;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::address::Address;
use crate::storage::frame::{self, Codec, Frame};
use crate::storage::scan::Entry;
use crate::storage::table::Seal;

/// How a stored value was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Sealed as its table demands.
    Sealed,
    /// Plain, though its table is sealed.
    Plain,
}

/// Random nonces, read from the source in as few calls as a batch needs and never kept for a later one.
#[derive(Debug)]
pub(crate) struct Nonces<'a> {
    entropy: &'a dyn Entropy,
    bytes: Vec<u8>,
    chunk: usize,
}

impl<'a> Nonces<'a> {
    /// Nonces for about so many seals.
    pub(crate) fn new(entropy: &'a dyn Entropy, about: usize) -> Self {
        Self { entropy, bytes: Vec::new(), chunk: about.clamp(1, 256) }
    }

    pub(super) fn next(&mut self) -> Result<Nonce> {
        if self.bytes.is_empty() {
            self.bytes.resize(self.chunk * NONCE, 0);
            self.entropy.fill(&mut self.bytes)?;
        }
        let nonce = self.bytes.last_chunk::<NONCE>().copied();
        self.bytes.truncate(self.bytes.len().saturating_sub(NONCE));
        nonce.ok_or_else(|| Error::internal("random bytes ended within a nonce"))
    }
}

pub(super) fn path<'a>(at: &'a Address, field: &'a str) -> FieldPath<'a> {
    FieldPath { tenant: at.space.tenant(), store: at.table.as_str(), record: at.key.as_bytes(), field }
}

/// The sealed form of a frame that is to be put.
pub(crate) fn seal(seal: Seal, ring: &Keyring, at: &Address, draft: &[u8], nonces: &mut Nonces<'_>) -> Result<Bytes> {
    let plain = frame::read_draft(draft)?;
    if plain.sealed {
        return Err(Error::new(ErrorKind::InvalidRequest, "a value that is sealed already is not sealed again")
            .with("table", &at.table));
    }
    match seal {
        Seal::Plain => Ok(Bytes::copy_from_slice(draft)),
        Seal::Record => record(ring, at, &plain, nonces),
        Seal::Fields(policy) => fields::seal(policy, ring, at, &plain, nonces),
    }
}

pub(super) fn record(ring: &Keyring, at: &Address, plain: &Frame<'_>, nonces: &mut Nonces<'_>) -> Result<Bytes> {
    let nonce = nonces.next()?;
    frame::draft_with(plain.codec, plain.schema, true, plain.payload.len() + ENVELOPE_OVERHEAD, |out| {
        ring.seal_into(&path(at, ""), kind(plain.codec), &nonce, plain.payload, out)
    })
}

fn kind(codec: Codec) -> PlainType {
    match codec {
        Codec::Raw => PlainType::Bytes,
        Codec::Json => PlainType::Json,
    }
}

/// The plain form of a stored entry, stamped as if it were stored so, and how it was found. Accidents are `corrupt`
/// before anything is decrypted.
pub(crate) fn open(seal: Seal, ring: &Keyring, entry: &Entry) -> Result<(Bytes, Form)> {
    let at = &entry.address;
    let physical = at.physical();
    let stored = frame::open(&entry.frame, &physical)?;
    if stored.revision != entry.revision {
        let reason = format!("a row is of revision {}, its frame of {}", entry.revision, stored.revision);
        return Err(Error::new(ErrorKind::Corrupt, reason));
    }
    let draft = match seal {
        Seal::Plain => return Ok((entry.frame.clone(), Form::Sealed)),
        Seal::Record if !stored.sealed => return Ok((entry.frame.clone(), Form::Plain)),
        Seal::Record => {
            let room = stored.payload.len().saturating_sub(ENVELOPE_OVERHEAD);
            // Opening needs no room beyond the plaintext.
            frame::draft_with(stored.codec, stored.schema, false, room, |out| {
                let found = ring.open_into(&path(at, ""), stored.payload, out)?;
                if found == kind(stored.codec) { Ok(()) } else { Err(does_not_open()) }
            })?
        }
        Seal::Fields(policy) => match fields::open(policy, ring, at, &stored)? {
            Some(draft) => draft,
            None => return Ok((entry.frame.clone(), Form::Plain)),
        },
    };
    Ok((frame::stamp(draft, &physical, entry.revision, stored.expires_at)?, Form::Sealed))
}

pub(super) fn does_not_open() -> Error {
    Error::new(ErrorKind::DecryptionFailed, "sealed data does not open at this place")
}
