//! The stored form of a value, the same on every backend.
//!
//! ```text
//! a7 | 01 | codec | flags | schema u16 LE | 00 00 | revision u64 LE | expires_at ms u64 LE | payload | XXH3-64 LE
//! ```
//! The sum covers the physical key too, so a row that moved is found like a row that changed. It detects accidents;
//! deliberate changes are detected by sealing.
//!
//! A [`draft`] is a frame whose revision, expiry and sum are still zero: only the store knows them, and
//! [`stamp`] writes them in place while the draft is not shared.

use bytes::{Bytes, BytesMut};
use serde::Serialize;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::Revision;
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};

/// Bytes a frame adds to its payload.
pub const OVERHEAD: usize = HEAD + SUM;
/// The largest payload in bytes (16 MiB).
pub const MAX_PAYLOAD: usize = 16 << 20;

const HEAD: usize = 24;
const SUM: usize = 8;
const MAGIC: u8 = 0xa7;
const VERSION: u8 = 0x01;
const EXPIRES: u8 = 0b01;
const SEALED: u8 = 0b10;

/// What the payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum Codec {
    /// Bytes of the caller.
    Raw,
    /// One JSON document.
    Json,
}

/// A frame that was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// What the payload is.
    pub codec: Codec,
    /// Whether the payload is an envelope of the keyring.
    pub sealed: bool,
    /// Schema of the record inside.
    pub schema: u16,
    /// The revision it was written at; zero in a draft.
    pub revision: Revision,
    /// When it expires, where the store keeps that in the frame.
    pub expires_at: Option<Timestamp>,
    /// The value.
    pub payload: &'a [u8],
}

/// A frame to be put. A payload over [`MAX_PAYLOAD`] is refused by the store it is put into.
pub fn draft(codec: Codec, schema: u16, payload: &[u8]) -> Bytes {
    let mut out = begin(codec, schema, payload.len() + OVERHEAD);
    out.extend_from_slice(payload);
    end(out)
}

/// A frame to be put that holds the JSON of a value, written without a copy.
pub fn draft_json<T: Serialize + ?Sized>(schema: u16, value: &T) -> Result<Bytes> {
    let mut out = begin(Codec::Json, schema, 256);
    serde_json::to_writer(&mut out, value)
        .map_err(|error| Error::new(ErrorKind::InvalidRequest, format!("a record has no JSON: {error}")))?;
    Ok(end(out))
}

/// A frame to be put whose payload this function writes; `sealed` says whether that is an envelope.
pub(crate) fn draft_with(
    codec: Codec,
    schema: u16,
    sealed: bool,
    payload: usize,
    write: impl FnOnce(&mut Vec<u8>) -> Result<()>,
) -> Result<Bytes> {
    let mut out = begin(codec, schema, payload + OVERHEAD);
    if let Some(flags) = out.get_mut(3).filter(|_| sealed) {
        *flags = SEALED;
    }
    write(&mut out)?;
    Ok(end(out))
}

/// Reads a frame that is to be put; what is none is an `invalid_request`.
pub(crate) fn read_draft(draft: &[u8]) -> Result<Frame<'_>> {
    head(draft)
        .map_err(|error| Error::new(ErrorKind::InvalidRequest, format!("a value that is no frame: {}", error.reason())))
}

fn begin(codec: Codec, schema: u16, capacity: usize) -> Vec<u8> {
    let codec = match codec {
        Codec::Raw => 0,
        Codec::Json => 1,
    };
    let [low, high] = schema.to_le_bytes();
    let mut out = Vec::with_capacity(capacity);
    out.extend_from_slice(&[MAGIC, VERSION, codec, 0, low, high, 0, 0]);
    out.extend_from_slice(&[0; 16]);
    out
}

fn end(mut out: Vec<u8>) -> Bytes {
    out.extend_from_slice(&[0; SUM]);
    Bytes::from(out)
}

/// How large the payload of this frame is, sound or not.
pub fn payload_len(frame: &[u8]) -> usize {
    frame.len().saturating_sub(OVERHEAD)
}

/// Makes a draft, or a frame from elsewhere, the frame of this address. What is no frame is an `invalid_request`.
pub fn stamp(draft: Bytes, physical: &[u8], revision: Revision, expires_at: Option<Timestamp>) -> Result<Bytes> {
    read_draft(&draft)?;
    let mut bytes = draft.try_into_mut().unwrap_or_else(|shared| BytesMut::from(&shared[..]));
    let covered = bytes.len() - SUM;
    if let Some(flags) = bytes.get_mut(3) {
        *flags = (*flags & !EXPIRES) | if expires_at.is_some() { EXPIRES } else { 0 };
    }
    let millis = expires_at.map_or(0, |at| at.as_millis().max(0).cast_unsigned());
    for (at, value) in [(8, revision.get()), (16, millis)] {
        if let Some(field) = bytes.get_mut(at..at + 8) {
            field.copy_from_slice(&value.to_le_bytes());
        }
    }
    let sum = sum(physical, bytes.get(..covered).unwrap_or_default());
    if let Some(field) = bytes.get_mut(covered..) {
        field.copy_from_slice(&sum.to_le_bytes());
    }
    Ok(bytes.freeze())
}

/// The frame of a row that comes from another store: the same bytes, unless this store keeps the expiry elsewhere.
pub(crate) fn restamp(
    frame: Bytes,
    physical: &[u8],
    revision: Revision,
    expires_at: Option<Timestamp>,
) -> Result<Bytes> {
    let opened = open(&frame, physical)?;
    if opened.revision == revision && opened.expires_at == expires_at {
        return Ok(frame);
    }
    stamp(frame, physical, revision, expires_at)
}

/// Reads a stored frame. An unknown version, codec or flag is `unsupported_version`, anything else that is not what
/// [`stamp`] made for this address is `corrupt`.
pub fn open<'a>(frame: &'a [u8], physical: &[u8]) -> Result<Frame<'a>> {
    let opened = head(frame)?;
    let (covered, stored) = frame.split_last_chunk::<SUM>().ok_or_else(|| short(frame.len()))?;
    if sum(physical, covered) != u64::from_le_bytes(*stored) {
        return Err(Error::new(ErrorKind::Corrupt, "the sum of a stored value does not match its address and content"));
    }
    Ok(opened)
}

/// Reads a frame without checking its sum.
pub(crate) fn head(frame: &[u8]) -> Result<Frame<'_>> {
    let (head, rest) = frame.split_first_chunk::<HEAD>().ok_or_else(|| short(frame.len()))?;
    let payload = rest.split_last_chunk::<SUM>().ok_or_else(|| short(frame.len()))?.0;
    let [magic, version, codec, flags, s0, s1, r0, r1, numbers @ ..] = head;
    if *magic != MAGIC {
        return Err(Error::new(ErrorKind::Corrupt, format!("a frame begins with {magic:#04x}, expected {MAGIC:#04x}")));
    }
    let unknown = |what: &str, found: u16| {
        Error::new(ErrorKind::UnsupportedVersion, format!("a frame has the unknown {what} {found}"))
            .with("found", found)
            .with("supported", VERSION)
    };
    if *version != VERSION {
        return Err(unknown("version", u16::from(*version)));
    }
    let codec = match codec {
        0 => Codec::Raw,
        1 => Codec::Json,
        other => return Err(unknown("codec", u16::from(*other))),
    };
    if flags & !(EXPIRES | SEALED) != 0 {
        return Err(unknown("flags", u16::from(*flags)));
    }
    if (*r0, *r1) != (0, 0) {
        return Err(unknown("reserve", u16::from_le_bytes([*r0, *r1])));
    }
    let number =
        |at: usize| numbers.get(at..at + 8).and_then(|b| <[u8; 8]>::try_from(b).ok()).map_or(0, u64::from_le_bytes);
    let expires = number(8);
    let expires_at = (flags & EXPIRES != 0).then(|| Timestamp::from_millis(i64::try_from(expires).unwrap_or(i64::MAX)));
    Ok(Frame {
        codec,
        sealed: flags & SEALED != 0,
        schema: u16::from_le_bytes([*s0, *s1]),
        revision: Revision::new(number(0)),
        expires_at,
        payload,
    })
}

fn short(len: usize) -> Error {
    Error::new(ErrorKind::Corrupt, format!("a frame has {len} bytes, expected at least {OVERHEAD}"))
}

fn sum(physical: &[u8], covered: &[u8]) -> u64 {
    // Setting up the streaming state costs more than copying a small row beside its key.
    const SMALL: usize = 512;
    let length = u32::try_from(physical.len()).unwrap_or(u32::MAX).to_le_bytes();
    let total = length.len() + physical.len() + covered.len();
    if total <= SMALL {
        let mut joined = [0u8; SMALL];
        let mut at = 0;
        for part in [&length[..], physical, covered] {
            if let Some(place) = joined.get_mut(at..at + part.len()) {
                place.copy_from_slice(part);
            }
            at += part.len();
        }
        return xxh3_64(joined.get(..total).unwrap_or_default());
    }
    let mut state = Xxh3::new();
    state.update(&length);
    state.update(physical);
    state.update(covered);
    state.digest()
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;
    use proptest::prelude::*;

    use super::*;

    fn physical() -> Vec<u8> {
        HEXLOWER.decode(b"0261636d6500026576656e740002642d3100030000000000000007").unwrap()
    }

    fn stamped(codec: Codec, payload: &[u8], revision: u64, expires: Option<i64>) -> Bytes {
        stamp(draft(codec, 1, payload), &physical(), Revision::new(revision), expires.map(Timestamp::from_millis))
            .unwrap()
    }

    #[test]
    fn frames_are_those_of_the_specification() {
        let hex = |bytes: &[u8]| HEXLOWER.encode(bytes);
        assert_eq!(
            hex(&stamped(Codec::Json, br#"{"a":1}"#, 42, None)),
            "a7010100010000002a0000000000000000000000000000007b2261223a317d6ab4899ef6636e51"
        );
        assert_eq!(
            hex(&stamped(Codec::Json, b"{}", 43, Some(1_767_225_600_000))),
            "a7010101010000002b0000000000000000a8da769b0100007b7d8b93b126904e92bd"
        );
        assert_eq!(
            hex(&stamped(Codec::Raw, b"", 1, None)),
            "a7010000010000000100000000000000000000000000000050f6a5b48884bfdc"
        );
        assert_eq!(xxh3_64(&[]), 0x2d06_8005_38d3_94c2);
    }

    #[test]
    fn what_this_version_does_not_know_is_refused_as_such() {
        let frame = stamped(Codec::Json, b"{}", 1, None);
        for (at, value) in [(1, 2), (2, 9), (3, 4), (6, 1)] {
            let mut newer = frame.to_vec();
            newer[at] = value;
            assert_eq!(open(&newer, &physical()).unwrap_err().kind(), ErrorKind::UnsupportedVersion);
        }
    }

    proptest! {
        #[test]
        fn opening_undoes_stamping(payload in proptest::collection::vec(any::<u8>(), 0..2_000), revision in any::<u64>(), expires in proptest::option::of(0i64..=i64::MAX), key in proptest::collection::vec(any::<u8>(), 1..40)) {
            let expires = expires.map(Timestamp::from_millis);
            let frame = stamp(draft(Codec::Raw, 7, &payload), &key, Revision::new(revision), expires).unwrap();
            let opened = open(&frame, &key).unwrap();
            prop_assert_eq!(opened, Frame { codec: Codec::Raw, sealed: false, schema: 7, revision: Revision::new(revision), expires_at: expires, payload: &payload });
        }

        #[test]
        fn a_changed_cut_or_moved_frame_never_opens(payload in proptest::collection::vec(any::<u8>(), 0..600), bit in any::<prop::sample::Index>(), cut in any::<prop::sample::Index>()) {
            let key = physical();
            let frame = stamp(draft(Codec::Raw, 1, &payload), &key, Revision::new(5), None).unwrap();
            let mut flipped = frame.to_vec();
            let at = bit.index(flipped.len() * 8);
            flipped[at / 8] ^= 1 << (at % 8);
            prop_assert!(open(&flipped, &key).is_err());
            prop_assert!(open(&frame[..cut.index(frame.len())], &key).is_err());
            let mut longer = frame.to_vec();
            longer.push(0);
            prop_assert!(open(&longer, &key).is_err());
            prop_assert!(open(&frame, &key[1..]).is_err());
        }
    }
}
