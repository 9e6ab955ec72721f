//! Log records go to one sink of the host.

use std::sync::Arc;

use aragora_core::foreign;

use crate::error::FfiError;

/// Takes log records on a thread of the core.
#[uniffi::export(foreign)]
pub trait FfiLogSink: Send + Sync {
    /// One record as a JSON object.
    fn accept(&self, record: String) -> Result<(), FfiError>;
}

/// Sends records of this level and above to the sink; once per process.
#[uniffi::export]
pub fn ffi_log_to(level: String, sink: Arc<dyn FfiLogSink>) -> Result<(), FfiError> {
    Ok(foreign::contain(|| {
        foreign::log_to(&level, move |record| {
            // A sink that throws loses its record; there is nowhere left to tell.
            drop(sink.accept(record));
        })
    })?)
}
