//! The way into Python: one thread, one function, many things at a time.
//!
//! Workers of the runtime never wait for the interpreter. What they have for it (calls of participants, results that
//! somebody awaits, log records) is queued; one thread takes everything that is there, enters Python once and calls
//! `aragora_core._host.dispatch` with the whole batch.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use aragora_core::foreign::{self, Host, Message};
use aragora_core::{Error, Result};
use pyo3::IntoPyObjectExt as _;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyList;
use tokio::task::AbortHandle;

use crate::error::exception;
use crate::handles::{Debate, Session};
use crate::process::enter;

static DISPATCH: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
/// Locked only by threads that are in the interpreter and do not leave it meanwhile, so that no fork finds it locked.
static QUEUE: Mutex<Option<Queue>> = Mutex::new(None);

/// What a batch consists of; `_host.py` has the same numbers.
const CALL: u8 = 0;
const CANCEL: u8 = 1;
const RELEASE: u8 = 2;
const FORGET: u8 = 3;
const DONE: u8 = 4;
const LOG: u8 = 5;

/// What waits to be carried into Python.
enum Item {
    Message(Message),
    Done(u64, Result<Value>),
    Log(String),
}

/// What an awaited operation may bring.
pub(crate) enum Value {
    Nothing,
    Text(String),
    Session(foreign::Session),
    Debate(foreign::Debate),
}

#[derive(Clone)]
struct Queue {
    process: u32,
    sender: Sender<Item>,
}

/// The queue as the core's host.
#[derive(Debug)]
struct ToPython(Sender<Item>);

impl Host for ToPython {
    fn post(&self, message: Message) {
        // Without a receiver the process ends, and nobody is left to be told.
        let _ = self.0.send(Item::Message(message));
    }
}

/// Where the core sends its messages.
pub(crate) fn host() -> Result<Arc<dyn Host>> {
    Ok(Arc::new(ToPython(sender()?)))
}

/// A log sink that takes the same way.
pub(crate) fn log_sink() -> Result<impl Fn(String) + Send + 'static> {
    let sender = sender()?;
    Ok(move |record| drop(sender.send(Item::Log(record))))
}

/// Lets the thread end as soon as nothing of the core can post any more.
pub(crate) fn stop() {
    *QUEUE.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

fn sender() -> Result<Sender<Item>> {
    let mut slot = QUEUE.lock().unwrap_or_else(PoisonError::into_inner);
    let process = std::process::id();
    if let Some(queue) = slot.as_ref().filter(|queue| queue.process == process) {
        return Ok(queue.sender.clone());
    }
    let (sender, receiver) = channel();
    std::thread::Builder::new()
        .name("aragora-python".into())
        .spawn(move || carry(&receiver))
        .map_err(|error| Error::internal("the thread that enters Python could not be started").caused_by(error))?;
    *slot = Some(Queue { process, sender: sender.clone() });
    Ok(sender)
}

/// The thread. A batch that finds no interpreter is dropped.
fn carry(receiver: &Receiver<Item>) {
    while let Ok(first) = receiver.recv() {
        let batch: Vec<Item> = std::iter::once(first).chain(receiver.try_iter()).collect();
        enter(|py| {
            if let Err(error) = hand_over(py, batch) {
                error.write_unraisable(py, None);
            }
        });
    }
}

fn hand_over(py: Python<'_>, batch: Vec<Item>) -> PyResult<()> {
    let items = batch.into_iter().map(|item| python(py, item)).collect::<PyResult<Vec<_>>>()?;
    DISPATCH.import(py, "aragora_core._host", "dispatch")?.call1((PyList::new(py, items)?,)).map(drop)
}

fn python(py: Python<'_>, item: Item) -> PyResult<Py<PyAny>> {
    match item {
        Item::Message(Message::Call { call, participant, method, data }) => {
            (CALL, call, participant, method, data).into_py_any(py)
        }
        Item::Message(Message::Cancel { call }) => (CANCEL, call).into_py_any(py),
        Item::Message(Message::Release { call }) => (RELEASE, call).into_py_any(py),
        Item::Message(Message::Forget { participant }) => (FORGET, participant).into_py_any(py),
        Item::Done(token, Ok(value)) => (DONE, token, object(py, value)?, py.None()).into_py_any(py),
        Item::Done(token, Err(error)) => (DONE, token, py.None(), exception(py, &error)?).into_py_any(py),
        Item::Log(record) => (LOG, record).into_py_any(py),
    }
}

fn object(py: Python<'_>, value: Value) -> PyResult<Py<PyAny>> {
    match value {
        Value::Nothing => Ok(py.None()),
        Value::Text(text) => text.into_py_any(py),
        Value::Session(session) => Session::new(session).into_py_any(py),
        Value::Debate(debate) => Debate::new(debate).into_py_any(py),
    }
}

/// An operation somebody awaits in Python under this token.
#[pyclass(frozen, module = "aragora_core._native")]
#[derive(Debug)]
pub(crate) struct Pending(AbortHandle);

#[pymethods]
impl Pending {
    /// Gives the operation up; what it holds is dropped.
    fn abort(&self) {
        self.0.abort();
    }
}

/// Runs an operation and posts how it ended.
pub(crate) fn begin<T: Send + 'static>(
    token: u64,
    operation: impl Future<Output = Result<T>> + Send + 'static,
    value: fn(T) -> Value,
) -> Result<Pending> {
    let sender = sender()?;
    let runtime = foreign::runtime_handle()?;
    let task = foreign::spawn(operation);
    // Aborting the outer task drops the inner one, and that aborts it too.
    let outer = runtime.spawn(async move {
        let result = task.await.map(value);
        let _ = sender.send(Item::Done(token, result));
    });
    Ok(Pending(outer.abort_handle()))
}
