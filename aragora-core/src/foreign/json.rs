//! Documents as text, both ways.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, ErrorKind, Result};

/// Reads a document; `what` begins the reason if it is not one.
pub(super) fn read<T: DeserializeOwned>(what: &str, json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|error| Error::new(ErrorKind::InvalidRequest, format!("{what}: {error}")))
}

/// Writes a document. Values of the core always have a JSON form; one that had none would be a bug of ours.
pub(super) fn write<T: Serialize + ?Sized>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::internal(format!("a value has no JSON form: {error}")))
}
