//! The host's own exceptions behind an error. The core lets go of one when the error is gone, and an error is gone as
//! soon as it has crossed as data; so it is kept here until the face says that it has found the exception.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aragora_core::foreign::ErrorParts;

/// Keeps the exception of a call alive, on this side as an object and beyond the boundary as the number of the call.
#[derive(Debug)]
pub struct FfiCause {
    call: u64,
    parts: ErrorParts,
}

impl FfiCause {
    /// Nothing if no exception is behind the error.
    pub(crate) fn of(parts: ErrorParts) -> Option<Self> {
        parts.cause_call.map(|call| Self { call, parts })
    }
}

uniffi::custom_type!(FfiCause, u64, {
    lower: |cause| {
        let call = cause.call;
        crossed().entry(call).or_default().push(cause.parts);
        call
    },
    try_lift: |call| Err(uniffi::deps::anyhow::anyhow!("call {call}: causes cross to the host only")),
});

static CROSSED: Mutex<Option<HashMap<u64, Vec<ErrorParts>>>> = Mutex::new(None);

fn crossed() -> Crossed {
    Crossed(CROSSED.lock().unwrap_or_else(PoisonError::into_inner))
}

struct Crossed(MutexGuard<'static, Option<HashMap<u64, Vec<ErrorParts>>>>);

impl Crossed {
    fn entry(&mut self, call: u64) -> std::collections::hash_map::Entry<'_, u64, Vec<ErrorParts>> {
        self.0.get_or_insert_default().entry(call)
    }
}

/// The face has an error with this cause and looked its exception up: to be called once for every error that carries
/// a cause, found or not.
#[uniffi::export]
pub fn ffi_cause_found(call: u64) {
    let mut crossed = crossed();
    let mut last = None;
    if let std::collections::hash_map::Entry::Occupied(mut held) = crossed.entry(call) {
        last = held.get_mut().pop();
        if held.get().is_empty() {
            held.remove();
        }
    }
    // Letting go tells the host, which may take its own locks.
    drop(crossed);
    drop(last);
}
