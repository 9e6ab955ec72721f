//! How every answer crosses: as a value or as the parts of an error, never as an exception.

use aragora_core::foreign::{self, ErrorParts};
use aragora_core::{Error, Result};
use napi_derive::napi;

/// At most one of the two is set; neither means success without a value.
#[napi(object, object_from_js = false)]
#[derive(Debug, Default)]
pub struct Settled {
    /// The answer.
    pub ok: Option<String>,
    /// An `ErrorParts` document.
    pub err: Option<String>,
}

/// What an operation of the core can answer with.
pub(crate) trait Answer {
    fn into_ok(self) -> Option<String>;
}

impl Answer for String {
    fn into_ok(self) -> Option<String> {
        Some(self)
    }
}

impl Answer for Option<String> {
    fn into_ok(self) -> Option<String> {
        self
    }
}

impl Answer for () {
    fn into_ok(self) -> Option<String> {
        None
    }
}

impl<T: Answer> From<Result<T>> for Settled {
    fn from(result: Result<T>) -> Self {
        match result {
            Ok(answer) => Self { ok: answer.into_ok(), err: None },
            Err(error) => Self { ok: None, err: Some(document(error)) },
        }
    }
}

/// Runs a synchronous operation, contained.
pub(crate) fn settled<T: Answer>(operation: impl FnOnce() -> Result<T>) -> Settled {
    foreign::contain(operation).into()
}

/// The error as the face reads it. Dropping the error lets go of the exception behind it, so this runs on the thread
/// of the environment, right before the face looks.
pub(crate) fn document(error: Error) -> String {
    ErrorParts::from(error).to_json()
}
