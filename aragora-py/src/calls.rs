//! What participants and the face say to the core outside of a handle.

use aragora_core::foreign;
use pyo3::prelude::*;

use crate::bridge;
use crate::error::OrRaise;

/// The answer to a call; false if nobody waits for it any more.
#[pyfunction]
pub(crate) fn answer(call: u64, document: &str) -> bool {
    foreign::answer(call, document)
}

/// The failure of a call; false if nobody waits for it any more.
#[pyfunction]
pub(crate) fn fail(call: u64, document: &str) -> bool {
    foreign::fail(call, document)
}

/// A piece of a reply that is being written.
#[pyfunction]
pub(crate) fn output(call: u64, kind: &str, piece: &str) -> bool {
    foreign::output(call, kind, piece)
}

/// What a protocol asks about the debate while it is called.
#[pyfunction]
pub(crate) fn transcript(py: Python<'_>, call: u64, question: &str) -> PyResult<String> {
    // The interpreter is kept: this takes microseconds, and a thread that gives it up may not get it back at exit.
    foreign::contain(|| foreign::transcript(call, question)).or_raise(py)
}

/// Pure functions by name.
#[pyfunction]
pub(crate) fn compute(py: Python<'_>, op: &str, args: &str) -> PyResult<String> {
    foreign::contain(|| foreign::compute(op, args)).or_raise(py)
}

/// Sends log records to `_host.dispatch` from now on.
#[pyfunction]
pub(crate) fn log_to(py: Python<'_>, level: &str) -> PyResult<()> {
    bridge::log_sink().and_then(|sink| foreign::log_to(level, sink)).or_raise(py)
}
