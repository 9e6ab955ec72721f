use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::notice::Notice;
use super::reply::{AgentReply, Attempt, Warning};
use crate::telemetry::Telemetry;

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

/// Receives streamed pieces. `push` must return at once; a sink with a slow reader merges adjacent text and loses
/// none of it.
pub trait TokenSink: fmt::Debug + Send + Sync {
    /// Takes one piece; `seq` counts from 0 per request without gaps.
    fn push(&self, seq: u64, delta: Delta);

    /// Takes note of something that happened besides the text; most sinks have no use for it.
    fn notice(&self, notice: &Notice) {
        let _ = notice;
    }
}

/// The side channel of one request: streamed text out, attempt records in. Every method returns at once.
///
/// Once the agent has answered, the text since the last [`Delta::Reset`] is the reply's text, byte for byte; the
/// outermost layer calls [`Output::finish`] to make it so for agents that do not stream.
#[derive(Clone, Debug)]
pub struct Output {
    channel: Arc<Channel>,
    observers: Vec<Arc<dyn TokenSink>>,
    // Told once something is sent through this handle or a clone of it.
    under_way: Vec<Arc<Progress>>,
    // Hear notices only, so that nothing is copied for them per piece of text.
    watchers: Vec<Arc<dyn TokenSink>>,
}

/// What is known about a call under way.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    sent: AtomicBool,
    used: OnceLock<u64>,
}

impl Progress {
    /// Whether anything was sent.
    pub(crate) fn is_sent(&self) -> bool {
        self.sent.load(Ordering::Relaxed)
    }

    /// Says how many tokens were really used; the first word counts.
    pub(crate) fn uses(&self, tokens: u64) {
        let _ = self.used.set(tokens);
    }

    /// Tokens that were really used, once that is known.
    pub(crate) fn used(&self) -> Option<u64> {
        self.used.get().copied()
    }
}

#[derive(Debug)]
struct Channel {
    sink: Option<Arc<dyn TokenSink>>,
    wanted: bool,
    resettable: bool,
    // The channel of which this is a copy's, and whether that copy is a hedge.
    above: Option<(Output, bool)>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    seq: u64,
    visible: usize,
    // Hash of the visible text: whether it is the reply's can be told without keeping it.
    shown: Box<Xxh3>,
    // Each with the bytes of text it had shown.
    attempts: Vec<(Attempt, usize)>,
    measured: Vec<Telemetry>,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("seq", &self.seq)
            .field("visible", &self.visible)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

impl Output {
    fn with(sink: Option<Arc<dyn TokenSink>>, resettable: bool) -> Self {
        let wanted = sink.is_some();
        Self::over(Channel { sink, wanted, resettable, above: None, state: Mutex::default() }, Vec::new())
    }

    fn over(channel: Channel, under_way: Vec<Arc<Progress>>) -> Self {
        Self { channel: Arc::new(channel), observers: Vec::new(), under_way, watchers: Vec::new() }
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

    /// The same channel with one more listener, which sees the pieces pushed through this handle and its clones.
    /// It does not make anybody stream who would not have.
    #[must_use]
    pub fn observed(&self, observer: Arc<dyn TokenSink>) -> Self {
        let mut output = self.clone();
        output.observers.push(observer);
        output
    }

    /// A channel of its own for one of two copies of a call. Its pieces go to this sink only, its attempts into this
    /// ledger too; it is asked to stream if this one is.
    pub(crate) fn copy(&self, sink: Arc<dyn TokenSink>, hedge: bool) -> Self {
        let (wanted, resettable) = (self.wants_text(), self.channel.resettable);
        let above = Some((self.clone(), hedge));
        let channel = Channel { sink: Some(sink), wanted, resettable, above, state: Mutex::default() };
        Self::over(channel, self.under_way.clone())
    }

    /// A channel of its own for work that shows no text: its attempts are recorded here too, and who listens here hears
    /// its notices.
    pub(crate) fn ledger(&self) -> Self {
        let (sink, resettable) = (self.channel.sink.clone(), self.channel.resettable);
        let above = Some((self.clone(), false));
        let channel = Channel { sink, wanted: false, resettable, above, state: Mutex::default() };
        let (observers, watchers) = (self.observers.clone(), self.watchers.clone());
        Self { observers, watchers, ..Self::over(channel, self.under_way.clone()) }
    }

    /// The same channel, telling this progress once something is sent through this handle or its clones.
    pub(crate) fn tracked(mut self, progress: Arc<Progress>) -> Self {
        self.under_way.push(progress);
        self
    }

    /// From here on the call counts as sent, whatever becomes of it.
    pub(crate) fn sending(&self) {
        for progress in &self.under_way {
            progress.sent.store(true, Ordering::Relaxed);
        }
    }

    /// The same channel with one more listener for notices only.
    pub(crate) fn watched(&self, watcher: Arc<dyn TokenSink>) -> Self {
        let mut output = self.clone();
        output.watchers.push(watcher);
        output
    }

    /// Whether whoever asks is the first to measure this request into this registry: of nested layers only one does.
    pub(crate) fn claim(&self, telemetry: &Telemetry) -> bool {
        if let Some((above, _)) = &self.channel.above {
            return above.claim(telemetry);
        }
        let mut state = self.lock();
        let first = !state.measured.iter().any(|other| other.is(telemetry));
        if first {
            state.measured.push(telemetry.clone());
        }
        first
    }

    /// Whether anybody listens; an agent need not stream otherwise.
    pub fn wants_text(&self) -> bool {
        self.channel.wanted
    }

    /// Whether the sink understands a reset, or nothing was shown yet.
    pub fn may_restart(&self) -> bool {
        self.channel.resettable || self.visible() == 0
    }

    /// Bytes of text shown since the last reset.
    pub fn visible(&self) -> usize {
        self.lock().visible
    }

    /// Shows a piece of text.
    pub fn text(&self, piece: &str) {
        if !piece.is_empty() {
            self.push(&mut self.lock(), Delta::Text(piece.to_owned()));
        }
    }

    /// Shows a piece of thinking.
    pub fn reasoning(&self, piece: &str) {
        if !piece.is_empty() {
            self.push(&mut self.lock(), Delta::Reasoning(piece.to_owned()));
        }
    }

    /// Takes back what was shown, before another attempt. Does nothing if nothing was.
    pub fn reset(&self) {
        let mut state = self.lock();
        if state.visible > 0 {
            self.push(&mut state, Delta::Reset);
        }
    }

    /// Makes what was shown equal to the reply: pushes what is missing, or takes back something else and pushes the
    /// whole. Where something else was shown and stays shown (a live sink), nothing is pushed and a warning
    /// `stream_mismatch` is returned for the reply.
    pub fn finish(&self, reply: &AgentReply) -> Option<Warning> {
        let mut state = self.lock();
        let text = reply.text.as_bytes();
        let shown = text.get(..state.visible).filter(|start| xxh3_64(start) == state.shown.digest());
        let missing = match shown.and_then(|start| reply.text.get(start.len()..)) {
            Some(missing) => missing,
            None if self.channel.resettable => {
                self.push(&mut state, Delta::Reset);
                &reply.text
            }
            None => {
                return Some(Warning {
                    code: "stream_mismatch".into(),
                    detail: format!("{} bytes were shown that are not the start of the reply", state.visible),
                });
            }
        };
        if !missing.is_empty() {
            self.push(&mut state, Delta::Text(missing.to_owned()));
        }
        None
    }

    /// Tells whoever listens that something happened besides the text, e.g. that the target is asked again.
    pub fn notice(&self, notice: &Notice) {
        // Under the lock, so that listeners hear it in its place between the pieces.
        let _state = self.lock();
        for listener in self.observers.iter().chain(&self.watchers) {
            listener.notice(notice);
        }
        if let Some(sink) = &self.channel.sink {
            sink.notice(notice);
        }
    }

    /// Notes an attempt that reached the wire, once, also when it failed or was dropped.
    pub fn record(&self, attempt: Attempt) {
        self.sending();
        self.note(attempt, self.visible());
    }

    // A copy's own channel knows what the attempt has shown; the ledger above takes its word.
    fn note(&self, mut attempt: Attempt, shown: usize) {
        if let Some((above, hedge)) = &self.channel.above {
            attempt.hedge |= hedge;
            above.sending();
            above.note(attempt.clone(), shown);
        }
        self.lock().attempts.push((attempt, shown));
    }

    /// The attempts so far.
    pub fn attempts(&self) -> Vec<Attempt> {
        self.lock().attempts.iter().map(|(attempt, _)| attempt.clone()).collect()
    }

    /// The attempts so far, each with the bytes of text it had shown: a later one takes back what an earlier one
    /// showed, and its provider worked for that all the same.
    pub(crate) fn attempts_shown(&self) -> Vec<(Attempt, usize)> {
        let state = self.lock();
        let mut attempts = state.attempts.clone();
        if let Some((_, shown)) = attempts.last_mut() {
            *shown = state.visible.max(*shown);
        }
        attempts
    }

    // The caller holds the lock, so that concurrent pieces reach every listener in the order of their seq.
    fn push(&self, state: &mut State, delta: Delta) {
        match &delta {
            Delta::Text(piece) => {
                state.visible += piece.len();
                state.shown.update(piece.as_bytes());
            }
            Delta::Reset => {
                state.visible = 0;
                state.shown.reset();
            }
            Delta::Reasoning(_) => {}
        }
        let seq = state.seq;
        state.seq += 1;
        for observer in &self.observers {
            observer.push(seq, delta.clone());
        }
        if let Some(sink) = &self.channel.sink {
            sink.push(seq, delta);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.channel.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
