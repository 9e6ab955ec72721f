//! Errors cross as data; the faces throw.

use std::collections::HashMap;

use aragora_core::Error;
use aragora_core::foreign::ErrorParts;

use crate::cause::FfiCause;

/// What went wrong, as the faces need it to build their own error.
#[derive(Debug, uniffi::Error)]
pub enum FfiError {
    /// The only case: codes are words, so a new one changes no generated type.
    Failed {
        /// The stable word, such as `rate_limited`.
        code: String,
        /// What happened and what to do, in one sentence.
        reason: String,
        /// Whether the same call may succeed later.
        retryable: bool,
        /// How long to wait before it, if anybody said so.
        retry_after_ms: Option<u64>,
        /// Names and values that belong to the error.
        context: HashMap<String, String>,
        /// The host call whose exception is behind this error; the face has parked it under this number, looks it up
        /// and says so by [`ffi_cause_found`](crate::ffi_cause_found).
        cause_call: Option<FfiCause>,
        /// The error of this library behind it, as JSON text.
        cause_parts: Option<String>,
    },
}

impl From<Error> for FfiError {
    fn from(error: Error) -> Self {
        let parts = ErrorParts::from(error);
        Self::Failed {
            code: parts.code.to_owned(),
            reason: parts.reason.clone(),
            retryable: parts.retryable,
            retry_after_ms: parts.retry_after_ms,
            context: parts.context.clone().into_iter().collect(),
            cause_parts: parts.cause.as_ref().map(|cause| cause.to_json()),
            cause_call: FfiCause::of(parts),
        }
    }
}

/// A host function threw something it did not declare. The faces catch everything, so this is a defect of a face.
impl From<uniffi::UnexpectedUniFFICallbackError> for FfiError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed {
            code: "internal".to_owned(),
            reason: error.reason,
            retryable: false,
            retry_after_ms: None,
            context: HashMap::new(),
            cause_call: None,
            cause_parts: None,
        }
    }
}

impl std::fmt::Display for FfiError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self::Failed { code, reason, .. } = self;
        write!(out, "{code}: {reason}")
    }
}

impl std::error::Error for FfiError {}

/// What every exported function answers with.
pub(crate) type Answer<T> = Result<T, FfiError>;
