//! Errors of the core as exceptions.

use aragora_core::Error;
use aragora_core::foreign::ErrorParts;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

static FROM_PARTS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// The exception for this error, made by the face: its class, its fields, and the very exception that caused it.
///
pub(crate) fn exception<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyAny>> {
    FROM_PARTS.import(py, "aragora_core.errors", "_from_parts")?.call1((ErrorParts::from(error).to_json(),))
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
