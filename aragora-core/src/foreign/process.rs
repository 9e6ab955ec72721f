//! One runtime per process, built when it is first needed and left behind by a fork.
//!
//! A forked child has the parent's memory but none of its threads: a runtime, a lock held by one of them or a queue
//! they drain would hang it. So everything shared hangs off one [`Process`] per process id, in a list that is only
//! ever appended to; a child finds none of its own and builds one, and what it inherited is never touched again.

use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};

use super::calls::Calls;
use super::session::Inner;
use crate::error::{Error, ErrorKind, Result};

/// What one process shares.
#[derive(Debug)]
pub(super) struct Process {
    pid: u32,
    handle: Handle,
    runtime: Mutex<Option<Runtime>>,
    pub(super) calls: Calls,
    /// What is open, so that it can be ended with the process.
    sessions: Mutex<Vec<Weak<Inner>>>,
    next: OnceLock<Box<Process>>,
}

static FIRST: OnceLock<Box<Process>> = OnceLock::new();
/// 0 until somebody says how many.
static THREADS: AtomicUsize = AtomicUsize::new(0);

impl Process {
    /// This process's own, built if it is not there yet.
    pub(super) fn current() -> Result<&'static Self> {
        let pid = std::process::id();
        let mut slot = &FIRST;
        loop {
            match slot.get() {
                Some(found) if found.pid == pid => return Ok(found),
                Some(other) => slot = &other.next,
                None => {
                    // Built outside the cell, so that no fork can happen while it is locked for long.
                    if let Err(surplus) = slot.set(Box::new(Self::build(pid)?)) {
                        surplus.stop(Duration::ZERO);
                    }
                }
            }
        }
    }

    /// This process's own, if it was built.
    pub(super) fn existing() -> Option<&'static Self> {
        let pid = std::process::id();
        let mut slot = FIRST.get();
        while let Some(process) = slot {
            if process.pid == pid {
                return Some(process);
            }
            slot = process.next.get();
        }
        None
    }

    fn build(pid: u32) -> Result<Self> {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let threads = match THREADS.load(Ordering::Acquire) {
            0 => cores.clamp(2, 4),
            set => set,
        };
        let number = AtomicUsize::new(0);
        let runtime = Builder::new_multi_thread()
            .worker_threads(threads)
            .max_blocking_threads(64)
            .thread_keep_alive(Duration::from_secs(10))
            .thread_name_fn(move || format!("aragora-{}", number.fetch_add(1, Ordering::Relaxed)))
            .enable_all()
            .build()
            .map_err(|error| Error::new(ErrorKind::Unavailable, format!("no threads could be started: {error}")))?;
        Ok(Self {
            pid,
            handle: runtime.handle().clone(),
            runtime: Mutex::new(Some(runtime)),
            calls: Calls::default(),
            sessions: Mutex::default(),
            next: OnceLock::new(),
        })
    }

    pub(super) fn handle(&self) -> &Handle {
        &self.handle
    }

    pub(super) fn enter(&self, session: &Arc<Inner>) {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|session| session.strong_count() > 0);
        sessions.push(Arc::downgrade(session));
    }

    /// Whether this is the process we are in.
    pub(super) fn is_ours(&self) -> bool {
        self.pid == std::process::id()
    }

    fn stop(&self, wait: Duration) {
        let runtime = self.runtime.lock().unwrap_or_else(PoisonError::into_inner).take();
        match runtime {
            Some(runtime) if wait.is_zero() => runtime.shutdown_background(),
            Some(runtime) => runtime.shutdown_timeout(wait),
            None => {}
        }
    }
}

/// The runtime of this process, built at first use.
pub fn runtime_handle() -> Result<Handle> {
    Ok(Process::current()?.handle.clone())
}

/// Says how many worker threads the runtime gets, 1..=64. `invalid_state` once it exists.
pub fn configure_runtime(threads: usize) -> Result<()> {
    if !(1..=64).contains(&threads) {
        return Err(Error::new(ErrorKind::InvalidRequest, format!("{threads} threads, expected 1 to 64")));
    }
    if Process::existing().is_some() {
        return Err(Error::new(
            ErrorKind::InvalidState,
            "the runtime already exists; configure it before the first call that needs it",
        ));
    }
    THREADS.store(threads, Ordering::Release);
    Ok(())
}

/// Cancels every debate, waits for participants up to this long and stops the threads. For the end of the process.
pub fn shutdown_runtime(wait: Duration) {
    if let Some(process) = Process::existing() {
        let until = std::time::Instant::now() + wait;
        let sessions = std::mem::take(&mut *process.sessions.lock().unwrap_or_else(PoisonError::into_inner));
        for session in sessions.iter().filter_map(Weak::upgrade) {
            session.cancel_all("the process ends");
            // What was detached has nobody to cancel it; it stops at its last record and can be resumed.
            process.handle.spawn(async move { session.aragora.shutdown(wait / 4).await });
        }
        while process.calls.len() > 0 && std::time::Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1));
        }
        process.stop(until.saturating_duration_since(std::time::Instant::now()).max(Duration::from_millis(1)));
    }
}

/// A value that belongs to one process: a forked child can neither use nor drop it.
#[derive(Debug)]
pub(super) struct Owned<T> {
    process: &'static Process,
    value: ManuallyDrop<Option<T>>,
}

impl<T> Owned<T> {
    pub(super) fn new(process: &'static Process, value: T) -> Self {
        Self { process, value: ManuallyDrop::new(Some(value)) }
    }

    /// The value; `invalid_state` in a forked child.
    pub(super) fn get(&self) -> Result<&T> {
        if !self.process.is_ours() {
            return Err(Error::new(
                ErrorKind::InvalidState,
                "this object was made before a fork; open a new instance in this process",
            ));
        }
        self.value.deref().as_ref().ok_or_else(|| Error::new(ErrorKind::Closed, "it is closed; open a new instance"))
    }
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        if self.process.is_ours() {
            // Dropping may spawn (a released lease), which needs the runtime around it.
            let _inside = self.process.handle.enter();
            drop(self.value.take());
        }
    }
}
