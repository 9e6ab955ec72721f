//! The core for Swift and Kotlin.
//!
//! Documents cross as JSON text in the core's own form, handles cross as objects, and the core calls its host by
//! messages. What a user sees in either language is written by hand above this crate; nothing here has a default, a
//! retry or a rule of its own.

mod cause;
mod cipher;
mod debate;
mod error;
mod events;
mod functions;
mod host;
mod log;
mod session;

pub use cause::{FfiCause, ffi_cause_found};
pub use cipher::{FfiCipher, FfiPlain, ffi_cipher};
pub use debate::FfiDebate;
pub use error::FfiError;
pub use events::FfiEvents;
pub use functions::{
    ffi_answer, ffi_compute, ffi_configure_runtime, ffi_fail, ffi_output, ffi_shutdown_runtime, ffi_transcript,
};
pub use host::{FfiHost, FfiMessage};
pub use log::{FfiLogSink, ffi_log_to};
pub use session::{FfiSession, ffi_open};

uniffi::setup_scaffolding!();
