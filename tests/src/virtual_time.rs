//! Futures polled by hand on a clock that stands still: no runtime, no sleep, and every poll counted.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use aragora_core::clock::ManualClock;
use aragora_core::entropy::Entropy;
use aragora_core::telemetry::Parts;

/// Random bytes that are all the same: 0 makes every random pause the shortest, 255 the longest.
#[derive(Debug)]
pub struct Same(pub u8);

impl Entropy for Same {
    fn fill(&self, out: &mut [u8]) -> aragora_core::Result<()> {
        out.fill(self.0);
        Ok(())
    }
}

/// Parts on this clock whose random pauses are the shortest.
pub fn parts(clock: &ManualClock) -> Parts {
    Parts::new(Arc::new(clock.clone()), Arc::new(Same(0)))
}

#[derive(Debug)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A future polled by hand.
pub struct Stepped<'a, T> {
    future: Option<Pin<Box<dyn Future<Output = T> + 'a>>>,
    woken: Arc<Woken>,
}

impl<'a, T> Stepped<'a, T> {
    /// Not polled yet.
    pub fn new(future: impl Future<Output = T> + 'a) -> Self {
        Self { future: Some(Box::pin(future)), woken: Arc::new(Woken(AtomicBool::new(true))) }
    }

    /// Polls once; its output if it came to one.
    pub fn once(&mut self) -> Option<T> {
        self.woken.0.store(false, Ordering::SeqCst);
        let waker = Waker::from(Arc::clone(&self.woken));
        let polled = self.future.as_mut()?.as_mut().poll(&mut Context::from_waker(&waker));
        match polled {
            Poll::Ready(done) => {
                self.future = None;
                Some(done)
            }
            Poll::Pending => None,
        }
    }

    /// Whether it was woken since it was last polled.
    pub fn is_woken(&self) -> bool {
        self.woken.0.load(Ordering::SeqCst)
    }

    /// Polls as long as somebody wakes it; its output if it came to one.
    pub fn go(&mut self) -> Option<T> {
        while self.is_woken() {
            let done = self.once();
            if done.is_some() {
                return done;
            }
        }
        None
    }
}

/// Runs to the end, letting time pass where the future waits for it.
///
/// # Panics
///
/// If it waits for something that no time brings.
pub fn run<T>(clock: &ManualClock, future: impl Future<Output = T>) -> T {
    let mut stepped = Stepped::new(future);
    loop {
        if let Some(done) = stepped.go() {
            return done;
        }
        assert!(clock.advance_to_next(), "it waits for something that no time brings");
    }
}
