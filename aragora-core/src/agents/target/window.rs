//! How a target did lately.

use std::collections::VecDeque;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::error::ErrorKind;

/// What counts as lately.
pub(super) const WINDOW: Duration = Duration::from_secs(300);
/// The most outcomes that are kept of it; beyond them the oldest are forgotten.
const KEPT: usize = 4_096;
/// Fewer answers than this make no p95.
const ENOUGH: usize = 20;

/// Outcomes of the last 300 s, oldest first.
#[derive(Debug, Default)]
pub(super) struct Window {
    outcomes: VecDeque<Outcome>,
    pub(super) last_success: Option<Timestamp>,
    pub(super) last_error: Option<(ErrorKind, Timestamp)>,
}

#[derive(Clone, Copy, Debug)]
struct Outcome {
    at: Duration,
    latency: Duration,
    failed: bool,
    missed: bool,
}

/// The window in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) calls: u64,
    pub(super) errors: u64,
    pub(super) missed: u64,
    pub(super) p50: Option<Duration>,
    pub(super) p95: Option<Duration>,
}

impl Window {
    pub(super) fn answered(&mut self, now: Duration, at: Timestamp, latency: Duration, missed: bool) {
        self.last_success = Some(at);
        self.push(Outcome { at: now, latency, failed: false, missed });
    }

    pub(super) fn failed(&mut self, now: Duration, at: Timestamp, latency: Duration, kind: ErrorKind) {
        self.last_error = Some((kind, at));
        self.push(Outcome { at: now, latency, failed: true, missed: false });
    }

    fn push(&mut self, outcome: Outcome) {
        self.outcomes.push_back(outcome);
        self.forget(outcome.at);
    }

    fn forget(&mut self, now: Duration) {
        while self.outcomes.front().is_some_and(|oldest| now.saturating_sub(oldest.at) >= WINDOW)
            || self.outcomes.len() > KEPT
        {
            self.outcomes.pop_front();
        }
    }

    pub(super) fn tally(&mut self, now: Duration) -> Tally {
        self.forget(now);
        let latencies = self.latencies();
        let count = |of: fn(&Outcome) -> bool| self.outcomes.iter().filter(|outcome| of(outcome)).count() as u64;
        Tally {
            calls: self.outcomes.len() as u64,
            errors: count(|outcome| outcome.failed),
            missed: count(|outcome| outcome.missed),
            p50: quantile(latencies.clone(), 50),
            p95: quantile(latencies, 95),
        }
    }

    /// The p95 of answers, if there were enough of them to tell.
    pub(super) fn p95(&mut self, now: Duration) -> Option<Duration> {
        self.forget(now);
        let latencies = self.latencies();
        if latencies.len() < ENOUGH { None } else { quantile(latencies, 95) }
    }

    // Failures end early or late for reasons of their own.
    fn latencies(&self) -> Vec<Duration> {
        self.outcomes.iter().filter(|outcome| !outcome.failed).map(|outcome| outcome.latency).collect()
    }
}

// Nearest rank.
fn quantile(mut latencies: Vec<Duration>, percent: usize) -> Option<Duration> {
    let rank = (latencies.len() * percent).div_ceil(100).checked_sub(1)?;
    let (_, found, _) = latencies.select_nth_unstable(rank);
    Some(*found)
}
