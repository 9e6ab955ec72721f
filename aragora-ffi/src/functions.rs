//! What needs no handle: answers to calls, pure functions, the process's runtime.

use std::time::Duration;

use aragora_core::foreign;

use crate::error::FfiError;

/// Answers a call. False: nobody waits any more, and the answer is discarded.
#[uniffi::export]
pub fn ffi_answer(call: u64, json: String) -> bool {
    foreign::contain(|| Ok(foreign::answer(call, &json))).unwrap_or(false)
}

/// Fails a call. False: nobody waits any more, and the failure is discarded.
#[uniffi::export]
pub fn ffi_fail(call: u64, json: String) -> bool {
    foreign::contain(|| Ok(foreign::fail(call, &json))).unwrap_or(false)
}

/// Streams a piece of an answer that is being made.
#[uniffi::export]
pub fn ffi_output(call: u64, kind: String, piece: String) -> bool {
    foreign::contain(|| Ok(foreign::output(call, &kind, &piece))).unwrap_or(false)
}

/// Reads the transcript on behalf of a protocol while its call is live.
#[uniffi::export]
pub fn ffi_transcript(call: u64, question: String) -> Result<String, FfiError> {
    Ok(foreign::contain(|| foreign::transcript(call, &question))?)
}

/// A pure function of the core.
#[uniffi::export]
pub fn ffi_compute(op: String, args: String) -> Result<String, FfiError> {
    Ok(foreign::contain(|| foreign::compute(&op, &args))?)
}

/// How many worker threads the process's runtime gets; only before its first use.
#[uniffi::export]
pub fn ffi_configure_runtime(threads: u32) -> Result<(), FfiError> {
    let threads = usize::try_from(threads).unwrap_or(usize::MAX);
    Ok(foreign::contain(|| foreign::configure_runtime(threads))?)
}

/// Cancels everything, waits this long for it and stops the worker threads.
#[uniffi::export]
pub fn ffi_shutdown_runtime(wait_ms: u64) -> Result<(), FfiError> {
    Ok(foreign::contain(|| {
        foreign::shutdown_runtime(Duration::from_millis(wait_ms));
        Ok(())
    })?)
}
