//! The one form of sealed data, version 2.
//!
//! ```text
//! 02 | suite 01 | type | key tag 32 | nonce 24 | ciphertext | tag 16
//! ```
//! The additional data is `aragora/field/v1`, the four parts of the place with their lengths, the type, and the
//! envelope up to the nonce: a ciphertext opens nowhere but where it was sealed. The key tag commits to the key: opening
//! under a second key would need a collision of it.

use std::fmt;

use data_encoding::{BASE64, HEXLOWER};
use subtle::ConstantTimeEq as _;

use super::keyring::{DerivedKey, KeyId, Keyring};
pub(crate) use super::xaes::NONCE;
use super::xaes::TAG;
use crate::error::{Error, ErrorKind, Result};

/// Bytes an envelope adds to its plaintext.
pub const ENVELOPE_OVERHEAD: usize = HEAD + NONCE + TAG;
/// The largest plaintext in bytes (16 MiB less 1 KiB).
pub const MAX_PLAIN: usize = (16 << 20) - 1_024;

const VERSION: u8 = 0x02;
const SUITE: u8 = 0x01;
const KEY_TAG: usize = 32;
const HEAD: usize = 3 + KEY_TAG;
const LABEL: &[u8] = b"aragora/field/v1";

pub(crate) type Nonce = [u8; NONCE];

/// The place a value is sealed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FieldPath<'a> {
    /// Whose it is; empty for the installation.
    pub tenant: &'a str,
    /// The store: the name of the table.
    pub store: &'a str,
    /// The encoded key of the record.
    pub record: &'a [u8],
    /// RFC 6901 pointer of the member; empty for the whole record.
    pub field: &'a str,
}

impl FieldPath<'_> {
    fn additional_data(&self, head: &[u8]) -> Vec<u8> {
        let parts = [self.tenant.as_bytes(), self.store.as_bytes(), self.record, self.field.as_bytes()];
        let length = LABEL.len() + parts.iter().map(|part| 4 + part.len()).sum::<usize>() + 1 + HEAD;
        let mut out = Vec::with_capacity(length);
        out.extend_from_slice(LABEL);
        for part in parts {
            // No part comes near 4 GiB: names and keys have limits of their own.
            out.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            out.extend_from_slice(part);
        }
        out.extend(head.get(2));
        out.extend_from_slice(head);
        out
    }
}

/// The type of what is sealed, as the byte in the envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlainType {
    Text = b's' as isize,
    Bytes = b'b' as isize,
    Json = b'j' as isize,
}

impl PlainType {
    fn byte(self) -> u8 {
        self as u8
    }

    fn of(byte: u8) -> Option<Self> {
        [Self::Text, Self::Bytes, Self::Json].into_iter().find(|kind| kind.byte() == byte)
    }
}

/// Sealed data. What merely looks like it is data, so sealing takes a plain value and no envelope.
#[derive(Clone, PartialEq, Eq)]
pub struct Envelope(Vec<u8>);

impl Envelope {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, owned.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// The bytes in base64 with padding.
    pub fn to_base64(&self) -> String {
        BASE64.encode(&self.0)
    }

    /// The id of the key it was sealed with.
    pub fn key_id(&self) -> Option<KeyId> {
        envelope_key_id(&self.0)
    }
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Envelope({} bytes)", self.0.len())
    }
}

/// Whether these bytes have the shape of an envelope of this version. Only a policy may act on it.
fn looks_like_envelope(bytes: &[u8]) -> bool {
    bytes.len() >= ENVELOPE_OVERHEAD && matches!(bytes, [VERSION, SUITE, kind, ..] if PlainType::of(*kind).is_some())
}

/// The error of a key that is not held.
pub(crate) fn key_not_found(id: &dyn fmt::Display) -> Error {
    Error::new(ErrorKind::KeyNotFound, format!("Key not found: {id}")).with("key_id", id)
}

/// The id of the key that bytes of that shape name.
pub(crate) fn envelope_key_id(bytes: &[u8]) -> Option<KeyId> {
    if !looks_like_envelope(bytes) {
        return None;
    }
    bytes.get(3..11).and_then(|id| <[u8; 8]>::try_from(id).ok()).map(KeyId::new)
}

impl Keyring {
    /// Appends the envelope of these bytes under the active key.
    pub(crate) fn seal_into(
        &self,
        at: &FieldPath<'_>,
        kind: PlainType,
        nonce: &Nonce,
        plain: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<()> {
        if plain.len() > MAX_PLAIN {
            return Err(Error::new(
                ErrorKind::LimitExceeded,
                format!("{} bytes to be sealed, allowed are {MAX_PLAIN}", plain.len()),
            )
            .with("limit", MAX_PLAIN)
            .with("size", plain.len()));
        }
        let key = self.active();
        out.reserve(plain.len() + ENVELOPE_OVERHEAD);
        let start = out.len();
        out.extend_from_slice(&[VERSION, SUITE, kind.byte()]);
        out.extend_from_slice(&key.tag);
        let aad = at.additional_data(out.get(start..).unwrap_or_default());
        out.extend_from_slice(nonce);
        let text = out.len();
        out.extend_from_slice(plain);
        let tag = key.aead.seal(nonce, &aad, out.get_mut(text..).unwrap_or_default());
        let tag = tag.ok_or_else(|| Error::internal("a value within the limits could not be sealed"))?;
        out.extend_from_slice(&tag);
        key.count_seal();
        Ok(())
    }

    /// Appends the plaintext of an envelope. Nothing is appended on failure.
    pub(crate) fn open_into(&self, at: &FieldPath<'_>, envelope: &[u8], out: &mut Vec<u8>) -> Result<PlainType> {
        let (kind, key) = self.check_head(envelope)?;
        let (head, rest) = envelope.split_at_checked(HEAD).ok_or_else(does_not_open)?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE>().ok_or_else(does_not_open)?;
        let (text, tag) = rest.split_last_chunk::<TAG>().ok_or_else(does_not_open)?;
        let start = out.len();
        out.extend_from_slice(text);
        let aad = at.additional_data(head);
        if key.aead.open(nonce, &aad, out.get_mut(start..).unwrap_or_default(), tag) {
            return Ok(kind);
        }
        out.truncate(start);
        Err(does_not_open())
    }

    /// Version and suite, then shape, then the key that the tag commits to: all before anything is decrypted.
    fn check_head(&self, envelope: &[u8]) -> Result<(PlainType, &DerivedKey)> {
        let [version, suite, kind, ..] = envelope else { return Err(does_not_open()) };
        if (*version, *suite) != (VERSION, SUITE) {
            return Err(Error::new(
                ErrorKind::UnsupportedVersion,
                format!("sealed data of version {version} and suite {suite}, expected {VERSION} and {SUITE}"),
            )
            .with("found", version)
            .with("supported", VERSION));
        }
        if envelope.len() < ENVELOPE_OVERHEAD {
            return Err(does_not_open());
        }
        let kind = PlainType::of(*kind).ok_or_else(does_not_open)?;
        let tag = envelope.get(3..HEAD).unwrap_or_default();
        // All of them, so that time tells nothing about which one it is.
        let mut found = None;
        for key in self.keys() {
            if bool::from(key.tag.ct_eq(tag)) {
                found = Some(key);
            }
        }
        if let Some(key) = found {
            return Ok((kind, key));
        }
        let id = HEXLOWER.encode(tag.get(..8).unwrap_or_default());
        Err(key_not_found(&id))
    }
}

/// One error for every way of not opening, so that it tells nothing about which.
pub(super) fn does_not_open() -> Error {
    Error::new(ErrorKind::DecryptionFailed, "sealed data does not open at this place")
}
