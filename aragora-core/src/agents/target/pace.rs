//! The rate limits of a target: ours as buckets, the provider's as its header fields state them, and the pauses it
//! asks for. First come, first served.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::bucket::Bucket;
use super::settings::TargetSettings;
use crate::agents::providers::{Counted, Reading};
use crate::clock::Timestamp;

/// How long a limit without a stated reset is believed.
const UNKNOWN_RESET: Duration = Duration::from_secs(1);

/// What a call is expected to use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Need {
    pub(crate) input: u64,
    pub(crate) output: u64,
}

impl Need {
    pub(crate) fn tokens(self) -> u64 {
        self.input.saturating_add(self.output)
    }
}

/// What becomes of a call that asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// It may be sent; its need is charged.
    Now,
    /// It has joined the queue; its time is expected to come after this long, and must by `latest`.
    Queued { ticket: u64, wait: Duration, latest: Duration },
    /// Its time would come only after this long, which is too late for it; it has not joined.
    TooLate { wait: Duration },
}

/// Where a call in the queue stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It may be sent; its need is charged.
    Now,
    /// Its time is expected to come at this monotonic instant; nobody is before the first.
    Later { at: Duration, first: bool },
}

#[derive(Debug)]
pub(super) struct Pace {
    state: Mutex<State>,
    /// Told whenever somebody's turn may have moved.
    pub(super) moved: Notify,
}

#[derive(Debug, Default)]
struct State {
    requests: Option<Bucket>,
    tokens: Option<Bucket>,
    paused_until: Duration,
    stated: Vec<Stated>,
    stated_at: Option<Timestamp>,
    queue: VecDeque<(u64, Need)>,
    next_ticket: u64,
}

/// A limit the provider stated, less what was let through since.
#[derive(Clone, Debug)]
pub(super) struct Stated {
    pub(super) reading: Reading,
    // Lowered with every call that is let through, until the next response tells better.
    remaining: Option<u64>,
    until: Duration,
}

impl Stated {
    fn blocks(&self, need: Need, now: Duration) -> bool {
        let needed = self.needed(need).max(1);
        // A call larger than the whole limit gains nothing by waiting.
        let needed = self.reading.limit.map_or(needed, |limit| needed.min(limit.max(1)));
        self.until > now && self.remaining.is_some_and(|remaining| remaining < needed)
    }

    fn needed(&self, need: Need) -> u64 {
        match self.reading.counted {
            Counted::Requests => 1,
            Counted::Tokens => need.tokens(),
            Counted::Input => need.input,
            Counted::Output => need.output,
        }
    }
}

impl State {
    // When this may be sent once that many tokens of that many calls were.
    fn earliest(&mut self, need: Need, ahead: (u64, u64), now: Duration) -> Duration {
        let stated = self.stated.iter().filter(|stated| stated.blocks(need, now)).map(|stated| stated.until).max();
        let (calls, tokens) = ahead;
        let requests = self.requests.as_mut().map(|bucket| bucket.wait(1, calls, now));
        let tokens = self.tokens.as_mut().map(|bucket| bucket.wait(need.tokens(), tokens, now));
        let refilled = now.saturating_add(requests.max(tokens).unwrap_or_default());
        refilled.max(self.paused_until).max(stated.unwrap_or_default())
    }

    fn charge(&mut self, need: Need) {
        if let Some(bucket) = &mut self.requests {
            bucket.charge(1);
        }
        if let Some(bucket) = &mut self.tokens {
            bucket.charge(need.tokens());
        }
        for stated in &mut self.stated {
            let needed = stated.needed(need);
            stated.remaining = stated.remaining.map(|remaining| remaining.saturating_sub(needed));
        }
    }

    // Calls and their tokens before this place in the queue, or in all of it.
    fn ahead(&self, ticket: Option<u64>) -> (u64, u64) {
        let before = self.queue.iter().take_while(|(waiting, _)| Some(*waiting) != ticket);
        before.fold((0, 0), |(calls, tokens), (_, need)| (calls + 1, need.tokens().saturating_add(tokens)))
    }
}

impl Pace {
    pub(super) fn new(settings: &TargetSettings, now: Duration) -> Self {
        let state = State {
            requests: settings.requests_per_minute.map(|limit| Bucket::full(limit, now)),
            tokens: settings.tokens_per_minute.map(|limit| Bucket::full(limit, now)),
            ..State::default()
        };
        Self { state: Mutex::new(state), moved: Notify::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // Wakes those who wait, if anybody does.
    fn moves(&self, state: MutexGuard<'_, State>) {
        let waits = !state.queue.is_empty();
        drop(state);
        if waits {
            self.moved.notify_waiters();
        }
    }

    /// Changes our own limits; a bucket whose limit stays keeps its level.
    pub(super) fn limit_to(&self, old: &TargetSettings, new: &TargetSettings, now: Duration) {
        let mut state = self.state();
        if old.requests_per_minute != new.requests_per_minute {
            state.requests = new.requests_per_minute.map(|limit| Bucket::full(limit, now));
        }
        if old.tokens_per_minute != new.tokens_per_minute {
            state.tokens = new.tokens_per_minute.map(|limit| Bucket::full(limit, now));
        }
        self.moves(state);
    }

    /// Lets a call through, or puts it at the end of the queue, unless its time would come after `latest`.
    pub(super) fn ask(&self, need: Need, now: Duration, latest: impl FnOnce(Duration) -> Duration) -> Asked {
        let mut state = self.state();
        let ahead = state.ahead(None);
        let at = state.earliest(need, ahead, now);
        if at <= now && state.queue.is_empty() {
            state.charge(need);
            return Asked::Now;
        }
        let latest = latest(now);
        if at > latest {
            return Asked::TooLate { wait: at.saturating_sub(now) };
        }
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        state.queue.push_back((ticket, need));
        Asked::Queued { ticket, wait: at.saturating_sub(now), latest }
    }

    /// Whether the turn of this place in the queue has come; then it has left the queue and its need is charged.
    pub(super) fn turn(&self, ticket: u64, need: Need, now: Duration) -> Turn {
        let mut state = self.state();
        let first = state.queue.front().is_some_and(|(waiting, _)| *waiting == ticket);
        let ahead = state.ahead(Some(ticket));
        let at = state.earliest(need, ahead, now);
        if !first || at > now {
            return Turn::Later { at, first };
        }
        state.queue.pop_front();
        state.charge(need);
        self.moves(state);
        Turn::Now
    }

    /// Leaves the queue without having been let through.
    pub(super) fn leave(&self, ticket: u64) {
        let mut state = self.state();
        state.queue.retain(|(waiting, _)| *waiting != ticket);
        self.moves(state);
    }

    /// Takes a charge back: the call was not sent.
    pub(super) fn refund(&self, need: Need) {
        let mut state = self.state();
        if let Some(bucket) = &mut state.requests {
            bucket.refund(1);
        }
        if let Some(bucket) = &mut state.tokens {
            bucket.refund(need.tokens());
        }
        self.moves(state);
    }

    /// Puts what was really used in the place of what was charged.
    pub(super) fn correct(&self, charged: u64, used: u64) {
        let mut state = self.state();
        if let Some(bucket) = &mut state.tokens {
            bucket.refund(charged);
            bucket.charge(used);
        }
        self.moves(state);
    }

    /// Nothing is sent before this instant, which a refusal named. What was stated beside it holds no longer: some
    /// vendors state when a limit is full again, which may be minutes after the next call is welcome.
    pub(super) fn pause(&self, until: Duration) {
        let mut state = self.state();
        state.paused_until = state.paused_until.max(until);
        state.stated.iter_mut().for_each(|stated| stated.until = stated.until.min(until));
        self.moves(state);
    }

    /// Takes in what a response states.
    pub(super) fn state_limits(&self, readings: Vec<Reading>, now: Duration, at: Timestamp) {
        let mut state = self.state();
        state.stated_at = Some(at);
        state.stated.retain(|old| readings.iter().all(|new| new.name != old.reading.name));
        state.stated.extend(readings.into_iter().map(|reading| {
            let until = now.saturating_add(reading.reset.unwrap_or(UNKNOWN_RESET));
            Stated { remaining: reading.remaining, until, reading }
        }));
        self.moves(state);
    }

    pub(super) fn queued(&self) -> usize {
        self.state().queue.len()
    }

    /// How long nothing is sent, and what the provider last stated.
    pub(super) fn seen(&self, now: Duration) -> (Duration, Vec<Stated>, Option<Timestamp>) {
        let state = self.state();
        let exhausted = state.stated.iter().filter(|stated| stated.blocks(Need::default(), now));
        let until = exhausted.map(|stated| stated.until).max().unwrap_or_default().max(state.paused_until);
        (until.saturating_sub(now), state.stated.clone(), state.stated_at)
    }
}

impl Stated {
    pub(super) fn left(&self, now: Duration) -> Duration {
        self.until.saturating_sub(now)
    }
}
