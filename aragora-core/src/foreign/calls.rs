//! Calls into a host that are under way, by id. A call that is not in the table has no right to be heard.

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::contain::contain;
use super::message::{Host, Message};
use super::process::Process;
use crate::agents::{Output, cancelled as turn_cancelled, late as turn_late};
use crate::error::{Error, ErrorKind, Result};
use crate::telemetry::{Telemetry, names};

/// What a host said: JSON of the answer, or of the failure.
pub(super) type Said = std::result::Result<String, String>;

/// What reaches a thread that waits for a protocol.
pub(super) enum ToThread {
    /// The end of the call.
    Said(Said),
    /// A question about the transcript, and where its answer goes.
    Question(String, SyncSender<Result<String>>),
}

enum Waiter {
    Future(oneshot::Sender<Said>, Output),
    Thread(Sender<ToThread>),
}

/// The calls of one process.
#[derive(Default)]
pub(super) struct Calls {
    waiting: Mutex<HashMap<u64, Waiter>>,
}

impl std::fmt::Debug for Calls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Calls({})", self.len())
    }
}

impl Calls {
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Waiter>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }
}

static NEXT: AtomicU64 = AtomicU64::new(1);

/// One call under way. Dropping it before an answer abandons the call: the host is told to stop and to let go.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) id: u64,
    process: &'static Process,
    host: Arc<dyn Host>,
    counted: Counted,
    cancelled: bool,
}

impl Call {
    /// A call an async method waits for.
    pub(super) fn future(
        host: &Arc<dyn Host>,
        telemetry: &Telemetry,
        seam: &'static str,
        output: Output,
    ) -> Result<(Self, oneshot::Receiver<Said>)> {
        let (answer, answered) = oneshot::channel();
        Ok((Self::open(host, telemetry, seam, Waiter::Future(answer, output))?, answered))
    }

    /// A call a thread waits for.
    pub(super) fn thread(
        host: &Arc<dyn Host>,
        telemetry: &Telemetry,
        seam: &'static str,
        to: Sender<ToThread>,
    ) -> Result<Self> {
        Self::open(host, telemetry, seam, Waiter::Thread(to))
    }

    fn open(host: &Arc<dyn Host>, telemetry: &Telemetry, seam: &'static str, waiter: Waiter) -> Result<Self> {
        let process = Process::current()?;
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        process.calls.lock().insert(id, waiter);
        Ok(Self { id, process, host: host.clone(), counted: Counted::begin(telemetry.clone(), seam), cancelled: false })
    }

    pub(super) fn post(&self, participant: u64, method: &'static str, data: String) {
        self.host.post(Message::Call { call: self.id, participant, method, data });
    }

    pub(super) fn cancel(&mut self) {
        self.cancelled = true;
        self.host.post(Message::Cancel { call: self.id });
    }

    /// Nobody will look at a failure that came too late: the host need not keep its exception.
    fn release(&self, said: Option<Said>) {
        if let Some(Err(_)) = said {
            self.host.post(Message::Release { call: self.id });
        }
    }

    /// How the call ended, for the counters.
    pub(super) fn ended(&mut self, outcome: &'static str) {
        self.counted.outcome = outcome;
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        // Still there: nobody answered.
        let unanswered = self.process.calls.lock().remove(&self.id).is_some();
        if unanswered && !self.cancelled {
            self.host.post(Message::Cancel { call: self.id });
        }
        // An answer nobody heard, because the call was given up at that moment: its exception has no error to go with.
        if unanswered || !matches!(self.counted.outcome, "ok" | "failed") {
            self.host.post(Message::Release { call: self.id });
        }
    }
}

/// Waits for a host, up to `grace` longer once the call is cancelled. A cancelled call is `cancelled` whatever the
/// host says then.
pub(super) async fn call_host(
    call: &mut Call,
    mut answered: oneshot::Receiver<Said>,
    cancelled: impl Future<Output = ()>,
    late: impl Future<Output = ()>,
    grace: impl Future<Output = ()>,
) -> Result<Said> {
    let gone = || Error::internal("a call lost its answer");
    tokio::select! {
        biased;
        () = cancelled => {}
        said = &mut answered => {
            let said = said.map_err(|_| gone())?;
            call.ended(if said.is_ok() { "ok" } else { "failed" });
            return Ok(said);
        }
        () = late => {
            call.ended("cancelled");
            answered.close();
            call.release(answered.try_recv().ok());
            return Err(turn_late());
        }
    }
    call.cancel();
    tokio::select! {
        biased;
        said = &mut answered => {
            call.ended("cancelled");
            call.release(said.ok());
        }
        () = grace => {
            call.ended("dropped");
            answered.close();
            call.release(answered.try_recv().ok());
        }
    }
    Err(turn_cancelled())
}

/// Answers a call with JSON. `false`: nobody waits for it any more.
pub fn answer(call: u64, json: &str) -> bool {
    settle(call, Ok(json.to_owned()))
}

/// Fails a call: `{"reason", "code"?, "retryable"?, "retry_after_ms"?, "context"?}`. `false`: nobody waits any more,
/// so the exception need not be kept.
pub fn fail(call: u64, json: &str) -> bool {
    settle(call, Err(json.to_owned()))
}

fn settle(call: u64, said: Said) -> bool {
    let Some(waiter) = Process::existing().and_then(|process| process.calls.lock().remove(&call)) else { return false };
    match waiter {
        Waiter::Future(answer, _) => answer.send(said).is_ok(),
        Waiter::Thread(to) => to.send(ToThread::Said(said)).is_ok(),
    }
}

/// A piece of a streamed answer, by kind: `text`, `reasoning`, or `reset` to begin again. `false`: nobody listens.
pub fn output(call: u64, kind: &str, piece: &str) -> bool {
    let Some(process) = Process::existing() else { return false };
    let output = match process.calls.lock().get(&call) {
        Some(Waiter::Future(_, output)) => output.clone(),
        _ => return false,
    };
    match kind {
        "reasoning" => output.reasoning(piece),
        "reset" => output.reset(),
        _ => output.text(piece),
    }
    true
}

/// Asks about the transcript of a protocol call that is under way. `invalid_state` once it has ended.
pub fn transcript(call: u64, question: &str) -> Result<String> {
    contain(|| {
        let ended = || {
            Error::new(
                ErrorKind::InvalidState,
                "this transcript's call has ended; use it only inside the method that got it",
            )
        };
        let process = Process::existing().ok_or_else(ended)?;
        let (to, answered) = sync_channel(1);
        match process.calls.lock().get(&call) {
            Some(Waiter::Thread(thread)) => {
                thread.send(ToThread::Question(question.to_owned(), to)).map_err(|_| ended())?;
            }
            _ => return Err(ended()),
        }
        answered.recv_timeout(Duration::from_secs(5)).map_err(|_| ended())?
    })
}

/// How many calls are under way in this process, for leak tests.
pub fn pending_calls() -> usize {
    Process::existing().map_or(0, |process| process.calls.len())
}

/// Counts one call from its begin to its end.
struct Counted {
    telemetry: Telemetry,
    seam: &'static str,
    began: std::time::Instant,
    outcome: &'static str,
}

impl std::fmt::Debug for Counted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Counted({})", self.seam)
    }
}

impl Counted {
    fn begin(telemetry: Telemetry, seam: &'static str) -> Self {
        telemetry.gauge(&names::FOREIGN_CALLS_IN_FLIGHT, &[seam]).add(1.0);
        Self { telemetry, seam, began: std::time::Instant::now(), outcome: "dropped" }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.telemetry.gauge(&names::FOREIGN_CALLS_IN_FLIGHT, &[self.seam]).add(-1.0);
        self.telemetry.counter(&names::FOREIGN_CALLS_TOTAL, &[self.seam, self.outcome]).increment();
        self.telemetry.histogram(&names::FOREIGN_CALL_SECONDS, &[self.seam]).observe_seconds(self.began.elapsed());
    }
}
