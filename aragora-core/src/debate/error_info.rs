//! Errors as a log keeps them.

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};

/// An error as the log keeps it: no cause and no context, which may hold private text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ErrorInfo {
    /// The kind's stable name.
    pub code: String,
    /// One sentence.
    pub reason: String,
    /// Whether repeating could have helped.
    pub retryable: bool,
    /// How long to wait before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl From<&Error> for ErrorInfo {
    fn from(error: &Error) -> Self {
        Self {
            code: error.code().to_owned(),
            reason: error.reason().to_owned(),
            retryable: error.retryable(),
            retry_after_ms: error.retry_after().map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
        }
    }
}

impl ErrorInfo {
    /// The error again, without cause and context. An unknown code of a newer version becomes `internal`.
    pub fn to_error(&self) -> Error {
        let kind = ErrorKind::from_code(&self.code).unwrap_or(ErrorKind::Internal);
        let error = Error::new(kind, self.reason.clone());
        match self.retry_after_ms {
            Some(wait) => error.retry_after_of(std::time::Duration::from_millis(wait)).retryable_if(self.retryable),
            None => error.retryable_if(self.retryable),
        }
    }
}
