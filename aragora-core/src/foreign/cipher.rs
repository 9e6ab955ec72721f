//! Values of a host, sealed for a place under keys of the host's.

use std::sync::Arc;

use data_encoding::HEXLOWER;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::json::{read, write};
use crate::crypto::{self, FieldPath, KeyId, Keyring, Plain};
use crate::entropy::SystemEntropy;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::{KeyBytes, KeyWriter};

/// Seals and opens values. It belongs to no instance, and may cross a fork.
#[derive(Debug)]
pub struct Cipher {
    inner: crypto::Cipher,
}

/// A place without its record, whose name is bytes and crosses as such.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    tenant: String,
    store: String,
    #[serde(default)]
    field: String,
}

impl Place {
    fn with<'a>(&'a self, record: &'a [u8]) -> FieldPath<'a> {
        FieldPath { tenant: &self.tenant, store: &self.store, record, field: &self.field }
    }
}

impl Cipher {
    /// Under these keys, joined by commas: the first seals, all open.
    pub fn new(keys: String) -> Result<Self> {
        let keyring = Keyring::from_hex_list(&Zeroizing::new(keys))?;
        Ok(Self { inner: crypto::Cipher::new(Arc::new(keyring), Arc::new(SystemEntropy)) })
    }

    /// The ids of its keys, the one that seals first.
    pub fn key_ids(&self) -> Vec<String> {
        self.inner.keyring().key_ids().iter().map(KeyId::to_string).collect()
    }

    /// Seals a value. `place` is `{"tenant", "store", "field"?}`, `kind` is `text`, `bytes` or `json`, and `plain` its
    /// bytes.
    pub fn seal(&self, place: &str, record: &[u8], kind: &str, plain: Vec<u8>) -> Result<Vec<u8>> {
        let place: Place = read("a place", place)?;
        let plain = match kind {
            "text" => Plain::text(String::from_utf8(plain).map_err(|_| refused("a text is no UTF-8"))?),
            "bytes" => Plain::bytes(plain),
            "json" => {
                let text = Zeroizing::new(plain);
                // What is wrong with it would quote it.
                Plain::json(serde_json::from_slice(&text).map_err(|_| refused("a value is no JSON"))?)
            }
            other => return Err(Error::internal(format!("a binding seals {other:?}"))),
        };
        Ok(self.inner.seal(&place.with(record), plain)?.into_bytes())
    }

    /// Opens what was sealed for this place: its kind and its bytes.
    pub fn open(&self, place: &str, record: &[u8], envelope: &[u8]) -> Result<(&'static str, Vec<u8>)> {
        let place: Place = read("a place", place)?;
        match self.inner.open(&place.with(record), envelope)? {
            Plain::Text(text) => Ok(("text", text.expose().clone().into_bytes())),
            Plain::Bytes(bytes) => Ok(("bytes", bytes.expose().clone())),
            Plain::Json(value) => Ok(("json", write(&value.expose().0)?.into_bytes())),
        }
    }
}

/// A key nobody else has, as 64 hex digits.
pub(super) fn generate_key() -> Result<String> {
    Ok(Keyring::new_key(&SystemEntropy)?.expose().clone())
}

/// The name of a record that several texts make up, in hex: no other texts have it.
pub(super) fn record_key(parts: &[String]) -> Result<String> {
    if parts.is_empty() {
        return Err(refused("a record is named by at least one text"));
    }
    let mut key = KeyWriter::with_capacity(parts.iter().map(|part| part.len() + 2).sum());
    for part in parts {
        key.string(part);
    }
    Ok(HEXLOWER.encode(KeyBytes::from_bytes(key.into_vec()).as_bytes()))
}

fn refused(reason: &str) -> Error {
    Error::new(ErrorKind::InvalidRequest, reason)
}
