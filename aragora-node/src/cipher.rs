//! Keys, and what is sealed under them.

use aragora_core::{Result, foreign};
use napi::bindgen_prelude::{Buffer, Uint8Array};
use napi_derive::napi;

use crate::settled::document;

/// What taking keys answers.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct Keyed {
    /// The keys.
    pub cipher: Option<Cipher>,
    /// An `ErrorParts` document.
    pub err: Option<String>,
}

/// What sealing and opening answer.
#[napi(object, object_from_js = false)]
pub struct Sealed {
    /// What was opened: `text`, `bytes` or `json`.
    pub kind: Option<String>,
    /// The envelope, or what was in it.
    pub bytes: Option<Buffer>,
    /// An `ErrorParts` document.
    pub err: Option<String>,
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({:?})", self.kind)
    }
}

impl From<Result<(Option<&'static str>, Vec<u8>)>> for Sealed {
    fn from(result: Result<(Option<&'static str>, Vec<u8>)>) -> Self {
        match result {
            Ok((kind, bytes)) => Self { kind: kind.map(str::to_owned), bytes: Some(bytes.into()), err: None },
            Err(error) => Self { kind: None, bytes: None, err: Some(document(error)) },
        }
    }
}

/// Keys of the host's.
#[napi]
#[derive(Debug)]
pub struct Cipher {
    inner: foreign::Cipher,
}

/// Takes keys, joined by commas.
#[napi]
pub fn cipher(keys: String) -> Keyed {
    match foreign::contain(|| foreign::Cipher::new(keys)) {
        Ok(inner) => Keyed { cipher: Some(Cipher { inner }), err: None },
        Err(error) => Keyed { cipher: None, err: Some(document(error)) },
    }
}

#[napi]
impl Cipher {
    /// The ids of its keys.
    #[napi]
    pub fn key_ids(&self) -> Vec<String> {
        self.inner.key_ids()
    }

    /// Seals a value for a place.
    #[napi]
    pub fn seal(&self, place: String, record: Uint8Array, kind: String, plain: Uint8Array) -> Sealed {
        foreign::contain(|| Ok((None, self.inner.seal(&place, &record, &kind, plain.to_vec())?))).into()
    }

    /// Opens what was sealed for a place.
    #[napi]
    pub fn open(&self, place: String, record: Uint8Array, envelope: Uint8Array) -> Sealed {
        let open = || self.inner.open(&place, &record, &envelope);
        foreign::contain(open).map(|(kind, plain)| (Some(kind), plain)).into()
    }
}
