//! Keys, and what is sealed under them.

use std::sync::Arc;

use aragora_core::foreign::{self, Cipher};

use crate::error::{Answer, FfiError};

/// Keys of the host's.
#[derive(Debug, uniffi::Object)]
pub struct FfiCipher {
    cipher: Cipher,
}

/// What was sealed.
#[derive(uniffi::Record)]
pub struct FfiPlain {
    /// `text`, `bytes` or `json`.
    pub kind: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for FfiPlain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FfiPlain({})", self.kind)
    }
}

/// Takes keys, joined by commas.
#[uniffi::export]
pub fn ffi_cipher(keys: String) -> Answer<Arc<FfiCipher>> {
    Ok(foreign::contain(|| Cipher::new(keys)).map(|cipher| Arc::new(FfiCipher { cipher }))?)
}

#[uniffi::export]
impl FfiCipher {
    /// The ids of its keys.
    pub fn key_ids(&self) -> Vec<String> {
        self.cipher.key_ids()
    }

    /// Seals a value for a place.
    pub fn seal(&self, place: String, record: Vec<u8>, kind: String, plain: Vec<u8>) -> Result<Vec<u8>, FfiError> {
        Ok(foreign::contain(|| self.cipher.seal(&place, &record, &kind, plain))?)
    }

    /// Opens what was sealed for a place.
    pub fn unseal(&self, place: String, record: Vec<u8>, envelope: Vec<u8>) -> Result<FfiPlain, FfiError> {
        let (kind, bytes) = foreign::contain(|| self.cipher.open(&place, &record, &envelope))?;
        Ok(FfiPlain { kind: kind.to_owned(), bytes })
    }
}
