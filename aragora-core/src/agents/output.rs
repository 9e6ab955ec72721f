use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::reply::Attempt;

/// A piece of what is streamed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delta {
    /// Visible text.
    Text(String),
    /// Thinking, where it is shown.
    Reasoning(String),
    /// Forget the text so far: another attempt begins.
    Reset,
}

/// Receives streamed pieces. `push` must return at once.
pub trait TokenSink: fmt::Debug + Send + Sync {
    /// Takes one piece; `seq` counts from 0 per request without gaps.
    fn push(&self, seq: u64, delta: Delta);
}

/// The side channel of one request: streamed text out, attempt records in. Every method returns at once.
#[derive(Clone, Debug)]
pub struct Output(Arc<Channel>);

#[derive(Debug)]
struct Channel {
    sink: Option<Arc<dyn TokenSink>>,
    resettable: bool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    seq: u64,
    visible: usize,
    attempts: Vec<Attempt>,
}

impl Output {
    fn with(sink: Option<Arc<dyn TokenSink>>, resettable: bool) -> Self {
        Self(Arc::new(Channel { sink, resettable, state: Mutex::default() }))
    }

    /// Nobody listens; attempts are still recorded.
    pub fn none() -> Self {
        Self::with(None, true)
    }

    /// What was shown stays shown.
    pub fn live(sink: Arc<dyn TokenSink>) -> Self {
        Self::with(Some(sink), false)
    }

    /// The sink understands [`Delta::Reset`], so a retry after visible text is possible.
    pub fn resettable(sink: Arc<dyn TokenSink>) -> Self {
        Self::with(Some(sink), true)
    }

    /// Whether anybody listens; an agent need not stream otherwise.
    pub fn wants_text(&self) -> bool {
        self.0.sink.is_some()
    }

    /// Whether the sink understands a reset, or nothing was shown yet.
    pub fn may_restart(&self) -> bool {
        self.0.resettable || self.visible() == 0
    }

    /// Bytes of text shown since the last reset.
    pub fn visible(&self) -> usize {
        self.lock().visible
    }

    /// Shows a piece of text.
    pub fn text(&self, piece: &str) {
        if !piece.is_empty() {
            self.push(Delta::Text(piece.to_owned()), |state| state.visible += piece.len());
        }
    }

    /// Shows a piece of thinking.
    pub fn reasoning(&self, piece: &str) {
        if !piece.is_empty() {
            self.push(Delta::Reasoning(piece.to_owned()), |_| {});
        }
    }

    /// Takes back what was shown, before another attempt.
    pub fn reset(&self) {
        if self.visible() > 0 {
            self.push(Delta::Reset, |state| state.visible = 0);
        }
    }

    /// Notes an attempt that reached the wire, once, also when it failed or was dropped.
    pub fn record(&self, attempt: Attempt) {
        self.lock().attempts.push(attempt);
    }

    /// The attempts so far.
    pub fn attempts(&self) -> Vec<Attempt> {
        self.lock().attempts.clone()
    }

    fn push(&self, delta: Delta, note: impl FnOnce(&mut State)) {
        // The lock is held over `push` so that concurrent pieces reach the sink in seq order.
        let mut state = self.lock();
        note(&mut state);
        if let Some(sink) = &self.0.sink {
            sink.push(state.seq, delta);
            state.seq += 1;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
