//! Time in polls: on one thread, giving way once lets every other task that can run be polled once.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use aragora_core::clock::ManualClock;
use aragora_core::debate::{Record, Transcript};
use aragora_core::engine::{Activity, Engine};

use super::seats::Desk;

/// Lets everybody else run this often.
pub async fn ticks(times: usize) {
    for _ in 0..times {
        tokio::task::yield_now().await;
    }
}

/// Polls a future at most this often, others between; its output if it came to one.
pub async fn polled<F: Future>(mut future: Pin<&mut F>, times: usize) -> Option<F::Output> {
    for _ in 0..times {
        let once = poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await;
        if let Poll::Ready(done) = once {
            return Some(done);
        }
        tokio::task::yield_now().await;
    }
    None
}

/// Runs until nothing moves, letting time pass where somebody waits for it.
pub async fn settle(clock: &ManualClock) {
    loop {
        ticks(60).await;
        if clock.sleepers() == 0 || !clock.advance_to_next() {
            return;
        }
    }
}

/// Nothing is left of any debate: no task, turn, permit, sleeper or call.
///
/// # Panics
///
/// If something is.
pub fn assert_at_rest(engine: &Engine, desk: &Desk, clock: &ManualClock, context: &str) {
    assert_eq!(engine.activity(), Activity::default(), "{context}");
    assert_eq!(desk.in_flight(), 0, "{context}: calls in flight");
    assert_eq!(clock.sleepers(), 0, "{context}: sleepers on the clock");
    assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 0, "{context}: tasks alive");
}

/// The log is whole, and nothing of the budget stays set aside after its end.
///
/// # Panics
///
/// If not.
#[allow(clippy::expect_used)]
pub fn assert_folds(log: &[Record], context: &str) -> Transcript {
    let transcript = Transcript::fold(log).expect(context);
    if transcript.terminal().is_some() {
        assert!(transcript.ledger().reserved.is_empty(), "{context}: {:?}", transcript.ledger().reserved);
    }
    transcript
}
