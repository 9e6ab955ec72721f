//! The handles of the core. Every method copies its arguments, begins an operation under the caller's token and
//! returns at once; plain ones are short and keep the interpreter.

use std::sync::Arc;

use aragora_core::foreign;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::bridge::{Pending, Value, begin, host};
use crate::error::OrRaise;

/// Opens an instance.
#[pyfunction]
pub(crate) fn open(py: Python<'_>, token: u64, settings: String) -> PyResult<Pending> {
    let host = host().or_raise(py)?;
    begin(token, async move { foreign::Session::open(host, &settings).await }, Value::Session).or_raise(py)
}

/// An open instance.
#[pyclass(frozen, module = "aragora_core._native")]
#[derive(Debug)]
pub(crate) struct Session(Arc<foreign::Session>);

impl Session {
    pub(crate) fn new(session: foreign::Session) -> Self {
        Self(Arc::new(session))
    }
}

#[pymethods]
impl Session {
    /// An operation that may wait.
    fn call(&self, py: Python<'_>, token: u64, op: String, args: String) -> PyResult<Pending> {
        let session = Arc::clone(&self.0);
        begin(token, async move { session.call(&op, &args).await }, Value::Text).or_raise(py)
    }

    /// An operation that does not wait.
    fn ask(&self, py: Python<'_>, op: &str, args: &str) -> PyResult<String> {
        foreign::contain(|| self.0.ask(op, args)).or_raise(py)
    }

    /// Begins a debate, or takes up an old one.
    fn start(&self, py: Python<'_>, token: u64, kind: String, spec: String) -> PyResult<Pending> {
        let session = Arc::clone(&self.0);
        begin(token, async move { session.start(&kind, &spec).await }, Value::Debate).or_raise(py)
    }

    /// Cancels what runs and lets every participant go.
    fn close(&self, py: Python<'_>, token: u64) -> PyResult<Pending> {
        let session = Arc::clone(&self.0);
        begin(token, async move { session.close().await }, |()| Value::Nothing).or_raise(py)
    }
}

/// A started debate. Dropped while it runs, it is cancelled.
#[pyclass(frozen, module = "aragora_core._native")]
#[derive(Debug)]
pub(crate) struct Debate(Arc<foreign::Debate>);

impl Debate {
    pub(crate) fn new(debate: foreign::Debate) -> Self {
        Self(Arc::new(debate))
    }
}

#[pymethods]
impl Debate {
    /// Its id.
    fn id(&self, py: Python<'_>) -> PyResult<String> {
        self.0.id().or_raise(py)
    }

    /// Waits for the decision.
    fn result(&self, py: Python<'_>, token: u64) -> PyResult<Pending> {
        let debate = Arc::clone(&self.0);
        begin(token, async move { debate.result().await }, Value::Text).or_raise(py)
    }

    /// An operation that may wait.
    fn call(&self, py: Python<'_>, token: u64, op: String, args: String) -> PyResult<Pending> {
        let debate = Arc::clone(&self.0);
        begin(token, async move { debate.call(&op, &args).await }, Value::Text).or_raise(py)
    }

    /// Ends it early.
    fn cancel(&self, reason: &str) {
        self.0.cancel(reason);
    }

    /// Lets it run with nobody holding it.
    fn detach(&self) {
        self.0.detach();
    }

    /// Its events.
    fn events(&self, py: Python<'_>, options: &str) -> PyResult<Events> {
        let events = foreign::contain(|| self.0.events(options)).or_raise(py)?;
        Ok(Events(Arc::new(events)))
    }

    /// An operation that does not wait.
    fn ask(&self, py: Python<'_>, op: &str, args: &str) -> PyResult<String> {
        foreign::contain(|| self.0.ask(op, args)).or_raise(py)
    }
}

/// A subscription, read by pulling.
#[pyclass(frozen, module = "aragora_core._native")]
#[derive(Debug)]
pub(crate) struct Events(Arc<foreign::Events>);

#[pymethods]
impl Events {
    /// Waits for the next events, at most so many; nothing after the last.
    fn next_batch(&self, py: Python<'_>, token: u64, most: usize) -> PyResult<Pending> {
        let value = |batch: Option<String>| batch.map_or(Value::Nothing, Value::Text);
        begin(token, self.0.next_batch(most), value).or_raise(py)
    }

    /// Ends the subscription and a pull that waits.
    fn close(&self) {
        self.0.close();
    }
}

/// Keys, and what is sealed under them.
#[pyclass(frozen, module = "aragora_core._native")]
#[derive(Debug)]
pub(crate) struct Cipher(foreign::Cipher);

#[pymethods]
impl Cipher {
    #[new]
    fn new(py: Python<'_>, keys: String) -> PyResult<Self> {
        foreign::contain(|| foreign::Cipher::new(keys)).map(Self).or_raise(py)
    }

    /// The ids of its keys.
    fn key_ids(&self) -> Vec<String> {
        self.0.key_ids()
    }

    /// Seals a value for a place.
    fn seal<'py>(
        &self,
        py: Python<'py>,
        place: &str,
        record: &[u8],
        kind: &str,
        plain: &[u8],
    ) -> PyResult<Bound<'py, PyBytes>> {
        let sealed = foreign::contain(|| self.0.seal(place, record, kind, plain.to_vec())).or_raise(py)?;
        Ok(PyBytes::new(py, &sealed))
    }

    /// Opens what was sealed for a place: its kind and its bytes.
    fn open<'py>(
        &self,
        py: Python<'py>,
        place: &str,
        record: &[u8],
        envelope: &[u8],
    ) -> PyResult<(&'static str, Bound<'py, PyBytes>)> {
        let (kind, plain) = foreign::contain(|| self.0.open(place, record, envelope)).or_raise(py)?;
        Ok((kind, PyBytes::new(py, &plain)))
    }
}
