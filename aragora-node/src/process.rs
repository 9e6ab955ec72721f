//! What belongs to the whole process: pure operations, calls by their number, the runtime, the log.

use std::sync::atomic::{AtomicBool, Ordering};

use aragora_core::foreign;
use napi::Status;
use napi::bindgen_prelude::Function;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode, UnknownReturnValue};
use napi_derive::napi;

use crate::settled::{Settled, settled};

static RUNTIME_USED: AtomicBool = AtomicBool::new(false);

/// From now on there may be threads to stop.
pub(crate) fn runtime_used() {
    RUNTIME_USED.store(true, Ordering::Release);
}

pub(crate) fn runtime_is_used() -> bool {
    RUNTIME_USED.load(Ordering::Acquire)
}

/// A pure operation of the core.
#[napi]
pub fn compute(op: String, args: String) -> Settled {
    settled(|| foreign::compute(&op, &args))
}

/// A piece of an answer on its way.
#[napi]
pub fn output(call: i64, kind: String, piece: String) -> bool {
    contained(|| foreign::output(id(call), &kind, &piece))
}

/// Answers a protocol's question about its debate while that call is live.
#[napi]
pub fn transcript(call: i64, question: String) -> Settled {
    settled(|| foreign::transcript(id(call), &question))
}

pub(crate) fn contained(work: impl FnOnce() -> bool) -> bool {
    foreign::contain(|| Ok(work())).unwrap_or(false)
}

/// A number that is no id belongs to no call.
pub(crate) fn id(call: i64) -> u64 {
    u64::try_from(call).unwrap_or(0)
}

/// How many worker threads the runtime will have.
#[napi]
pub fn configure_runtime(threads: u32) -> Settled {
    settled(|| foreign::configure_runtime(threads as usize))
}

/// How many calls into participants are under way in the whole process.
#[napi]
pub fn pending_calls() -> u32 {
    u32::try_from(foreign::pending_calls()).unwrap_or(u32::MAX)
}

/// Weak: a log keeps nothing alive. Bounded: where the event loop is too slow the core's own queue fills and counts
/// what it loses.
type Sink = ThreadsafeFunction<String, UnknownReturnValue, String, Status, false, true, 256>;

/// Sends log records, as JSON, to a function of this environment; once in a process.
#[napi]
pub fn log_to(level: String, sink: Function<'_, String, UnknownReturnValue>) -> napi::Result<Settled> {
    let sink: Sink = sink
        .build_threadsafe_function::<String>()
        .callee_handled::<false>()
        .weak::<true>()
        .max_queue_size::<256>()
        .build()?;
    Ok(settled(|| {
        foreign::log_to(&level, move |record| {
            // Refused only when the environment has ended, and then there is nobody to tell.
            let _ = sink.call(record, ThreadsafeFunctionCallMode::Blocking);
        })
    }))
}
