use std::sync::Arc;

use zeroize::{Zeroize as _, Zeroizing};

use super::envelope::{Envelope, FieldPath, NONCE, PlainType, does_not_open};
use super::keyring::Keyring;
use super::plain::{Plain, PlainJson};
use crate::config::Secret;
use crate::entropy::Entropy;
use crate::error::{Error, ErrorKind, Result};

/// The deepest JSON value that is sealed; readers of JSON refuse deeper ones.
const MAX_DEPTH: usize = 127;

/// Seals values for a place and opens them there and nowhere else.
#[derive(Clone, Debug)]
pub struct Cipher {
    keyring: Arc<Keyring>,
    entropy: Arc<dyn Entropy>,
}

impl Cipher {
    /// Seals with the first key of this ring and nonces from this source.
    pub fn new(keyring: Arc<Keyring>, entropy: Arc<dyn Entropy>) -> Self {
        Self { keyring, entropy }
    }

    /// The keys.
    pub fn keyring(&self) -> &Arc<Keyring> {
        &self.keyring
    }

    /// Seals a value for this place. `limit_exceeded` above 16 MiB less 1 KiB; `unavailable` without random bytes.
    pub fn seal(&self, at: &FieldPath<'_>, value: Plain) -> Result<Envelope> {
        let mut nonce = [0; NONCE];
        self.entropy.fill(&mut nonce)?;
        let mut out = Vec::new();
        let kind = value.kind();
        match &value {
            Plain::Text(text) => self.keyring.seal_into(at, kind, &nonce, text.expose().as_bytes(), &mut out)?,
            Plain::Bytes(bytes) => self.keyring.seal_into(at, kind, &nonce, bytes.expose(), &mut out)?,
            Plain::Json(value) => {
                let value = &value.expose().0;
                if deeper_than(value, MAX_DEPTH) {
                    let reason = format!("a value nested more than {MAX_DEPTH} deep cannot be read back");
                    return Err(Error::new(ErrorKind::InvalidRequest, reason));
                }
                let text =
                    Zeroizing::new(serde_json::to_vec(value).map_err(|error| {
                        Error::new(ErrorKind::InvalidRequest, format!("a value has no JSON: {error}"))
                    })?);
                self.keyring.seal_into(at, kind, &nonce, &text, &mut out)?;
            }
        }
        Ok(Envelope::new(out))
    }

    /// Opens what was sealed for this place. `unsupported_version` for another version or suite, `key_not_found` for a
    /// key that is not held, `decryption_failed` for every other reason.
    pub fn open(&self, at: &FieldPath<'_>, envelope: &[u8]) -> Result<Plain> {
        let mut out = Vec::new();
        match self.keyring.open_into(at, envelope, &mut out)? {
            PlainType::Bytes => Ok(Plain::Bytes(Secret::new(out))),
            PlainType::Text => match String::from_utf8(out) {
                Ok(text) => Ok(Plain::Text(Secret::new(text))),
                Err(error) => {
                    error.into_bytes().zeroize();
                    Err(does_not_open())
                }
            },
            PlainType::Json => {
                let text = Zeroizing::new(out);
                let value = serde_json::from_slice(&text).map_err(|_| does_not_open())?;
                Ok(Plain::Json(Secret::new(PlainJson(value))))
            }
        }
    }
}

fn deeper_than(value: &serde_json::Value, depth: usize) -> bool {
    match value {
        serde_json::Value::Array(items) => depth == 0 || items.iter().any(|item| deeper_than(item, depth - 1)),
        serde_json::Value::Object(members) => depth == 0 || members.values().any(|item| deeper_than(item, depth - 1)),
        _ => false,
    }
}
