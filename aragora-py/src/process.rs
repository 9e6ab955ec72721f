//! What belongs to the process: the thread that enters Python, forks, and the end.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aragora_core::foreign;
use pyo3::prelude::*;

use crate::bridge;
use crate::error::OrRaise;

/// Set once the interpreter is about to end: from then on nothing of ours enters it.
static EXITING: AtomicBool = AtomicBool::new(false);
/// How many of our threads are in the interpreter or wait for it.
static INSIDE: AtomicUsize = AtomicUsize::new(0);

/// How long the end of the process may wait for participants.
const GRACE: Duration = Duration::from_secs(2);

struct Inside;

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Enters Python from a thread of ours. `None` once the interpreter ends: CPython kills a thread that asks then, and
/// with it the process, because such a kill cannot unwind through Rust.
pub(crate) fn enter<R>(f: impl FnOnce(Python<'_>) -> R) -> Option<R> {
    INSIDE.fetch_add(1, Ordering::SeqCst);
    let _inside = Inside;
    if EXITING.load(Ordering::SeqCst) { None } else { Python::try_attach(f) }
}

/// Sets the number of worker threads, before the first use.
#[pyfunction]
pub(crate) fn configure_runtime(py: Python<'_>, threads: usize) -> PyResult<()> {
    foreign::configure_runtime(threads).or_raise(py)
}

/// For `atexit`: cancels what runs, stops the runtime and keeps every thread of ours out of the interpreter.
#[pyfunction]
pub(crate) fn shutdown(py: Python<'_>) {
    py.detach(|| {
        // Participants are told to stop by the bridge, which therefore goes on until the runtime has ended.
        foreign::shutdown_runtime(GRACE);
        EXITING.store(true, Ordering::SeqCst);
        let end = Instant::now() + GRACE;
        while INSIDE.load(Ordering::SeqCst) > 0 && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    bridge::stop();
}

/// For `os.register_at_fork`: the child has none of the parent's threads.
#[pyfunction]
pub(crate) fn after_fork() {
    INSIDE.store(0, Ordering::SeqCst);
    EXITING.store(false, Ordering::SeqCst);
}
