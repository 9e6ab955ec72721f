//! One byte string per value: canonical JSON after RFC 8785.

use serde::Serialize;

use crate::error::{Error, ErrorKind, Result};

/// The canonical JSON of a value.
pub fn to_canonical<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>> {
    serde_json_canonicalizer::to_vec(&value)
        .map_err(|error| Error::new(ErrorKind::InvalidRequest, format!("no canonical JSON: {error}")))
}
