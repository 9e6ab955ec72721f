//! Errors as data: what crosses instead of an error object.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::message::{Host, Message};
use crate::error::{Error, ErrorKind};

/// An error as it crosses to a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorParts {
    /// The stable code.
    pub code: &'static str,
    /// One sentence.
    pub reason: String,
    /// Whether repeating can help.
    pub retryable: bool,
    /// How long to wait before, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// Facts by name.
    pub context: BTreeMap<String, String>,
    /// The call whose exception is the cause; the host keeps it until the call is released.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause_call: Option<u64>,
    /// The error of this library behind it, where no exception of the host is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Box<ErrorParts>>,
    // Keeps the host's exception alive until the host has looked it up.
    #[serde(skip)]
    _cause: Option<KeptCause>,
}

impl ErrorParts {
    /// The parts as JSON.
    pub fn to_json(&self) -> String {
        // A map of strings always has a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[derive(Clone, Debug)]
struct KeptCause(Arc<dyn std::error::Error + Send + Sync>);

impl PartialEq for KeptCause {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for KeptCause {}

impl From<&Error> for ErrorParts {
    fn from(error: &Error) -> Self {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
        let mut cause_call = None;
        while let Some(found) = cause {
            if let Some(foreign) = found.downcast_ref::<ForeignCause>() {
                cause_call = Some(foreign.0.call);
                break;
            }
            cause = found.source();
        }
        let source = std::error::Error::source(error).filter(|_| cause_call.is_none());
        let behind = source.and_then(|source| source.downcast_ref::<Error>());
        Self {
            cause: behind.map(|behind| Box::new(Self::from(behind))),
            code: error.code(),
            reason: error.reason().to_owned(),
            retryable: error.retryable(),
            retry_after_ms: error.retry_after().map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
            context: error.context().clone(),
            cause_call,
            _cause: error.cause().map(KeptCause),
        }
    }
}

impl From<Error> for ErrorParts {
    fn from(error: Error) -> Self {
        Self::from(&error)
    }
}

/// The host's own exception, known here by its call only.
#[derive(Clone, Debug)]
pub(super) struct ForeignCause(Arc<Parked>);

#[derive(Debug)]
struct Parked {
    call: u64,
    host: Arc<dyn Host>,
    text: String,
}

impl Drop for Parked {
    fn drop(&mut self) {
        self.host.post(Message::Release { call: self.call });
    }
}

impl fmt::Display for ForeignCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.text)
    }
}

impl std::error::Error for ForeignCause {}

/// What a host says of a call that failed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Failure {
    reason: String,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    retryable: Option<bool>,
    #[serde(default)]
    retry_after_ms: Option<u64>,
    #[serde(default)]
    context: BTreeMap<String, String>,
}

/// The error a host's failure is. A code it names is kept; without one it is the seam's own.
pub(super) fn failure(json: &str, seam: ErrorKind, call: u64, host: &Arc<dyn Host>) -> Error {
    let failure: Failure = match serde_json::from_str(json) {
        Ok(failure) => failure,
        Err(error) => return Error::internal(format!("a binding reported a failure nobody can read: {error}")),
    };
    let kind = failure.code.as_deref().and_then(ErrorKind::from_code).unwrap_or(seam);
    let mut error = Error::new(kind, failure.reason.clone());
    if let Some(wait) = failure.retry_after_ms {
        error = error.retry_after_of(Duration::from_millis(wait));
    }
    // Last, because a wait alone would make it worth repeating.
    if let Some(retryable) = failure.retryable {
        error = error.retryable_if(retryable);
    }
    for (name, value) in &failure.context {
        error = error.with(name, value);
    }
    error.caused_by(ForeignCause(Arc::new(Parked { call, host: host.clone(), text: failure.reason })))
}
