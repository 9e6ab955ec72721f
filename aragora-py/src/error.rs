//! Errors of the core as exceptions.

use aragora_core::Error;
use aragora_core::foreign::ErrorParts;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

static FROM_PARTS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// The exception for this error, made by the face: its class, its fields, and the very exception that caused it.
///
/// The error is only dropped afterwards, because the core lets go of the parked cause with it.
pub(crate) fn exception<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyAny>> {
    let parts = serde_json::to_string(&ErrorParts::from(error.clone())).unwrap_or_default();
    FROM_PARTS.import(py, "aragora_core.errors", "_from_parts")?.call1((parts,))
}

/// The same as something to return from an exported function.
pub(crate) fn raise(py: Python<'_>, error: &Error) -> PyErr {
    exception(py, error).map_or_else(|failure| failure, PyErr::from_value)
}

/// A result of the core as one of Python.
pub(crate) trait OrRaise<T> {
    fn or_raise(self, py: Python<'_>) -> PyResult<T>;
}

impl<T> OrRaise<T> for aragora_core::Result<T> {
    fn or_raise(self, py: Python<'_>) -> PyResult<T> {
        self.map_err(|error| raise(py, &error))
    }
}
