//! Reads what the system before this one encrypted. Nothing here writes its form.
//!
//! ```text
//! base64 of: 01 | n | key id (n bytes) | version u32 BE | 0c | nonce 12 | ciphertext and tag, AES-256-GCM
//! ```
//! Its keys were used as they are and its values are bound to no place. The value's type is what the caller says,
//! never what the text looks like.

use std::fmt;

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::aead::{AeadInOut as _, KeyInit as _};
use data_encoding::BASE64;
use zeroize::{Zeroize as _, Zeroizing};

use super::envelope::does_not_open;
use super::plain::{Plain, PlainJson};
use crate::config::{Secret, check_keys};
use crate::error::{Error, ErrorKind, Result, Violations};

const VERSION: u8 = 0x01;
const NONCE: usize = 12;
const TAG: usize = 16;

/// Which type an old value has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpstreamType {
    /// Text.
    Text,
    /// Bytes.
    Bytes,
    /// JSON.
    Json,
}

/// Opens old values under each of these keys, with each of these additional data.
pub struct Upstream {
    keys: Vec<Aes256Gcm>,
    additional: Vec<Vec<u8>>,
}

impl Upstream {
    /// The keys that were configured then. `invalid_config` for a weak or repeated one.
    pub fn new(keys: &[Secret<[u8; 32]>]) -> Result<Self> {
        let mut violations = Violations::new();
        check_keys(keys, &mut violations);
        violations.check(!keys.is_empty(), "/encryption/keys", "no entry, expected 1 to 16");
        violations.into_result(ErrorKind::InvalidConfig)?;
        let keys = keys.iter().map(|key| Aes256Gcm::new(key.expose().into())).collect();
        Ok(Self { keys, additional: vec![Vec::new()] })
    }

    /// Tries these additional data too, besides none.
    #[must_use]
    pub fn additional_data(mut self, data: impl IntoIterator<Item = Vec<u8>>) -> Self {
        self.additional.extend(data);
        self
    }

    /// Opens the base64 text of an old value. `unsupported_version` for another version, `decryption_failed` for
    /// anything else that does not open, or that is not of the type.
    pub fn open(&self, text: &str, kind: UpstreamType) -> Result<Plain> {
        let blob = BASE64.decode(text.trim_ascii().as_bytes()).map_err(|_| does_not_open())?;
        let (nonce, sealed) = parse(&blob)?;
        let (body, tag) = sealed.split_last_chunk::<TAG>().ok_or_else(does_not_open)?;
        for key in &self.keys {
            for additional in &self.additional {
                let mut plain = Zeroizing::new(body.to_vec());
                let buffer = InOutBuf::from(plain.as_mut_slice());
                if key.decrypt_inout_detached(nonce.into(), additional, buffer, tag.into()).is_ok() {
                    return typed(std::mem::take(&mut *plain), kind);
                }
            }
        }
        Err(does_not_open())
    }

    /// Whether bytes have the shape of an old value.
    pub(crate) fn looks_like(bytes: &[u8]) -> bool {
        parse(bytes).is_ok_and(|(_, sealed)| sealed.len() >= TAG)
    }
}

fn parse(blob: &[u8]) -> Result<(&[u8; NONCE], &[u8])> {
    let [version, length, rest @ ..] = blob else { return Err(does_not_open()) };
    if *version != VERSION {
        return Err(Error::new(
            ErrorKind::UnsupportedVersion,
            format!("an old value of version {version}, expected {VERSION}"),
        )
        .with("found", version)
        .with("supported", VERSION));
    }
    let rest = rest.get(usize::from(*length)..).ok_or_else(does_not_open)?;
    let (_version, rest) = rest.split_first_chunk::<4>().ok_or_else(does_not_open)?;
    let [length, rest @ ..] = rest else { return Err(does_not_open()) };
    if usize::from(*length) != NONCE {
        return Err(does_not_open());
    }
    rest.split_first_chunk::<NONCE>().ok_or_else(does_not_open)
}

fn typed(mut bytes: Vec<u8>, kind: UpstreamType) -> Result<Plain> {
    match kind {
        UpstreamType::Bytes => Ok(Plain::Bytes(Secret::new(bytes))),
        UpstreamType::Text => match String::from_utf8(bytes) {
            Ok(text) => Ok(Plain::Text(Secret::new(text))),
            Err(error) => {
                error.into_bytes().zeroize();
                Err(does_not_open())
            }
        },
        UpstreamType::Json => {
            let value = serde_json::from_slice(&bytes).map_err(|_| does_not_open());
            bytes.zeroize();
            Ok(Plain::Json(Secret::new(PlainJson(value?))))
        }
    }
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream").field("keys", &self.keys.len()).finish_non_exhaustive()
    }
}
