//! The circuit breaker of a target: failures on the clock, and the word that lets calls through.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::settings::{BreakerSettings, TargetSettings};
use super::word::{Admission, Landing, Word};
use crate::agents::layers::Verdict;
use crate::agents::notice::BreakerState;
use crate::error::ErrorKind;

/// The most outcomes that are kept for a share of failures; beyond them the oldest are forgotten.
const KEPT: usize = 65_536;

#[derive(Debug)]
pub(super) struct Circuit {
    word: Word,
    log: Mutex<Log>,
    // Whether a share of failures is asked for.
    counts_answers: AtomicBool,
}

/// Outcomes of the window on the monotonic clock, oldest first.
#[derive(Debug, Default)]
struct Log {
    failures: VecDeque<Duration>,
    // Kept only where a share of failures is asked for.
    answers: VecDeque<Duration>,
    opened_by: Option<ErrorKind>,
    opened_at: Option<Duration>,
    openings: u64,
    // Whether a probe was let through since it opened.
    probed: bool,
}

/// A change of the circuit, with the failures that counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Turned {
    pub(crate) state: BreakerState,
    pub(crate) failures: u32,
}

/// What a call met at the circuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Met {
    Pass,
    /// The one probe; `first` if the circuit has just half-opened.
    Probe {
        first: bool,
    },
    /// Refused, with the time left and what opened it.
    Refused {
        left: Option<Duration>,
        opened_by: Option<ErrorKind>,
    },
}

/// The circuit at one moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) state: BreakerState,
    pub(super) left: Duration,
    pub(super) failures: u32,
    pub(super) opened_by: Option<ErrorKind>,
    pub(super) opened_at: Option<Duration>,
    pub(super) openings: u64,
}

impl Log {
    fn forget(&mut self, window: Duration, now: Duration) {
        for outcomes in [&mut self.failures, &mut self.answers] {
            // At exactly the window's length an outcome no longer counts.
            while outcomes.front().is_some_and(|at| now.saturating_sub(*at) >= window) || outcomes.len() > KEPT {
                outcomes.pop_front();
            }
        }
    }

    fn opens(&self, settings: &BreakerSettings) -> bool {
        let failures = self.failures.len();
        let share = failures as f64 / (failures + self.answers.len()).max(1) as f64;
        failures >= settings.failures as usize && share >= settings.min_failure_ratio
    }

    fn count(&self) -> u32 {
        u32::try_from(self.failures.len()).unwrap_or(u32::MAX)
    }

    fn open(&mut self, by: ErrorKind, now: Duration) {
        self.opened_by = Some(by);
        self.opened_at = Some(now);
        self.openings += 1;
        self.probed = false;
    }
}

impl Circuit {
    pub(super) fn closed() -> Self {
        Self { word: Word::closed(), log: Mutex::default(), counts_answers: AtomicBool::new(false) }
    }

    pub(super) fn configure(&self, settings: &BreakerSettings) {
        self.counts_answers.store(settings.min_failure_ratio > 0.0, Ordering::Relaxed);
    }

    fn log(&self) -> std::sync::MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn meet(&self, now: impl FnOnce() -> Duration) -> Met {
        // The usual case costs one load.
        if self.word.is_closed() {
            return Met::Pass;
        }
        match self.word.admit(now()) {
            Admission::Pass => Met::Pass,
            Admission::Probe => {
                // Probes without a verdict leave it half-open, which is no news.
                Met::Probe { first: !std::mem::replace(&mut self.log().probed, true) }
            }
            Admission::Open(left) => Met::Refused { left: Some(left), opened_by: self.log().opened_by },
            Admission::Probing => Met::Refused { left: None, opened_by: self.log().opened_by },
        }
    }

    /// Takes in how a call that passed ended. Only a closed circuit listens: what was in flight when it opened does
    /// not move it.
    pub(super) fn passed(
        &self,
        settings: impl FnOnce() -> Arc<TargetSettings>,
        verdict: Verdict,
        now: impl FnOnce() -> Duration,
    ) -> Option<Turned> {
        let by = match verdict {
            Verdict::Failure(kind) => Some(kind),
            Verdict::Answer if self.counts_answers.load(Ordering::Relaxed) => None,
            Verdict::Answer | Verdict::None => return None,
        };
        let settings = &settings().breaker;
        let mut log = self.log();
        let now = now();
        if self.word.seen(now).0 != 0 {
            return None;
        }
        match by {
            Some(_) => log.failures.push_back(now),
            None => log.answers.push_back(now),
        }
        log.forget(settings.window, now);
        // An answer never opens: the share it lowers was looked at when the last failure came.
        let by = by.filter(|_| log.opens(settings))?;
        log.open(by, now);
        self.word.trip(now.saturating_add(settings.open_for));
        Some(Turned { state: BreakerState::Open, failures: log.count() })
    }

    /// Takes in how the probe ended.
    pub(super) fn probed(
        &self,
        settings: &BreakerSettings,
        verdict: Verdict,
        now: impl FnOnce() -> Duration,
    ) -> Option<Turned> {
        let mut log = self.log();
        match verdict {
            Verdict::None => {
                self.word.land(Landing::HalfOpen);
                None
            }
            Verdict::Answer => {
                *log = Log { openings: log.openings, ..Log::default() };
                self.word.land(Landing::Closed);
                Some(Turned { state: BreakerState::Closed, failures: 0 })
            }
            Verdict::Failure(kind) => {
                let now = now();
                log.open(kind, now);
                self.word.land(Landing::Open(now.saturating_add(settings.open_for)));
                Some(Turned { state: BreakerState::Open, failures: 1 })
            }
        }
    }

    pub(super) fn seen(&self, settings: &BreakerSettings, now: Duration) -> Seen {
        let mut log = self.log();
        log.forget(settings.window, now);
        let (state, left) = self.word.seen(now);
        let state = match state {
            0 => BreakerState::Closed,
            1 => BreakerState::HalfOpen,
            _ => BreakerState::Open,
        };
        let (failures, openings) = (log.count(), log.openings);
        Seen { state, left, failures, opened_by: log.opened_by, opened_at: log.opened_at, openings }
    }

    pub(super) fn state(&self, now: Duration) -> BreakerState {
        match self.word.seen(now).0 {
            0 => BreakerState::Closed,
            1 => BreakerState::HalfOpen,
            _ => BreakerState::Open,
        }
    }
}
