use std::collections::VecDeque;
use std::sync::Arc;
use std::task::Waker;

use super::{BusEvent, Lag, OnLag, Received, lagged};
use crate::error::Result;

/// A reader this far behind gets adjacent deltas joined.
const MERGE_FROM: usize = 64;

/// What a subscriber has not taken yet. Recorded and live events lie apart, numbered, so that the oldest live event is
/// found at once when room is needed.
pub(super) struct Queue<E> {
    recorded: VecDeque<(u64, u64, Arc<E>)>,
    live: VecDeque<(u64, Arc<E>)>,
    next: u64,
    capacity: usize,
    on_lag: OnLag,
    lag: Option<Lag>,
    end: End,
    pub(super) dropped: u64,
    pub(super) waker: Option<Waker>,
}

enum End {
    Open,
    // No more is pushed; what is queued is still read.
    Closed,
    // The error is still to be told.
    Failed(Lag),
    Told,
}

/// What a push cost.
#[derive(Default)]
pub(super) struct Pushed {
    pub(super) dropped_live: u64,
    pub(super) dropped_recorded: u64,
}

impl<E> Queue<E> {
    pub(super) fn new(capacity: usize, on_lag: OnLag) -> Self {
        Self {
            recorded: VecDeque::new(),
            live: VecDeque::new(),
            next: 0,
            capacity,
            on_lag,
            lag: None,
            end: End::Open,
            dropped: 0,
            waker: None,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.recorded.len() + self.live.len()
    }

    pub(super) fn close(&mut self) -> Option<Waker> {
        if matches!(self.end, End::Open) {
            self.end = End::Closed;
        }
        self.waker.take()
    }

    pub(super) fn is_ended(&self) -> bool {
        match self.end {
            End::Open | End::Failed(_) => false,
            End::Closed => self.len() == 0 && self.lag.is_none(),
            End::Told => true,
        }
    }

    pub(super) fn pop(&mut self) -> Option<Result<Received<E>>> {
        if let End::Failed(lag) = self.end {
            self.end = End::Told;
            return Some(Err(lagged(lag)));
        }
        self.pop_event().map(Ok)
    }

    /// A lag is older than everything queued: it was noted when the queue was emptied.
    pub(super) fn pop_event(&mut self) -> Option<Received<E>> {
        if let Some(lag) = self.lag.take() {
            return Some(Received::Lagged(Lag { dropped: self.dropped, ..lag }));
        }
        let recorded = self.recorded.front().map(|(place, ..)| *place);
        let live = self.live.front().map(|(place, _)| *place);
        let event = match (recorded, live) {
            (Some(recorded), Some(live)) if live < recorded => self.live.pop_front().map(|(_, event)| event),
            (Some(_), _) => self.recorded.pop_front().map(|(.., event)| event),
            (None, _) => self.live.pop_front().map(|(_, event)| event),
        };
        event.map(Received::Event)
    }
}

impl<E: BusEvent> Queue<E> {
    pub(super) fn push(&mut self, event: &Arc<E>) -> Pushed {
        let mut pushed = Pushed::default();
        if !matches!(self.end, End::Open) {
            return pushed;
        }
        let place = self.next;
        let recorded = event.recorded_seq();
        if recorded.is_none() && self.len() >= MERGE_FROM && self.merged(event) {
            return pushed;
        }
        if self.len() >= self.capacity {
            if self.live.pop_front().is_some() {
                pushed.dropped_live = 1;
            } else if recorded.is_none() {
                // Full of recorded events: this live one is the oldest live one there is.
                self.dropped += 1;
                pushed.dropped_live = 1;
                return pushed;
            } else {
                pushed.dropped_recorded = self.overflow();
            }
            self.dropped += pushed.dropped_live;
        }
        if matches!(self.end, End::Failed(_)) {
            return pushed;
        }
        self.next += 1;
        match recorded {
            Some(seq) => self.recorded.push_back((place, seq, event.clone())),
            None => self.live.push_back((place, event.clone())),
        }
        pushed
    }

    /// Joins a delta to the last event if that one is a delta of the same turn.
    fn merged(&mut self, event: &Arc<E>) -> bool {
        match self.live.back_mut() {
            Some((place, last)) if *place + 1 == self.next && last.merges(event) => {
                // Others may hold the same event; from the second join on it is this queue's own.
                Arc::make_mut(last).merge(event);
                true
            }
            _ => false,
        }
    }

    /// Empties a queue that holds recorded events only; gives their number.
    fn overflow(&mut self) -> u64 {
        let lost = self.recorded.len() as u64;
        let (Some(first), Some(last)) = (self.recorded.front(), self.recorded.back()) else { return 0 };
        // An earlier lag that was not taken yet is continued: nothing between the two was delivered.
        let from = self.lag.map_or(first.1, |lag| lag.from);
        let lag = Lag { from, to: last.1, dropped: self.dropped };
        self.recorded.clear();
        match self.on_lag {
            OnLag::CatchUp => self.lag = Some(lag),
            OnLag::Disconnect => self.end = End::Failed(lag),
        }
        lost
    }
}
