//! The breaker's state in one machine word, so that a call through a closed circuit costs one load and so that of any
//! number of callers one becomes the probe. The test crate compiles this file against loom's atomics.

use std::time::Duration;

use super::atomic::{AtomicU64, Ordering};

const CLOSED: u64 = 0;
const HALF_OPEN: u64 = 1;
const OPEN: u64 = 2;
const PROBING: u64 = 3;

/// The state in the lowest two bits; above them, while open, the nanoseconds of the clock's monotonic time at which
/// it half-opens. 62 bits of them are 146 years.
#[derive(Debug)]
pub(super) struct Word(AtomicU64);

/// Whether a call may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// The circuit is closed.
    Pass,
    /// This call is the one probe; its owner must [`Word::land`] it.
    Probe,
    /// Not before this long from now.
    Open(Duration),
    /// A probe is under way.
    Probing,
}

/// How a probe ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Landing {
    Closed,
    /// Open until this monotonic time.
    Open(Duration),
    /// Without a verdict: the next caller is the probe.
    HalfOpen,
}

fn open_until(at: Duration) -> u64 {
    let nanos = u64::try_from(at.as_nanos()).unwrap_or(u64::MAX).min(u64::MAX >> 2);
    (nanos << 2) | OPEN
}

impl Word {
    pub(super) fn closed() -> Self {
        Self(AtomicU64::new(CLOSED))
    }

    pub(super) fn is_closed(&self) -> bool {
        self.0.load(Ordering::Acquire) == CLOSED
    }

    pub(super) fn admit(&self, now: Duration) -> Admission {
        let mut word = self.0.load(Ordering::Acquire);
        loop {
            match word & 3 {
                CLOSED => return Admission::Pass,
                PROBING => return Admission::Probing,
                OPEN => {
                    let left = Duration::from_nanos(word >> 2).saturating_sub(now);
                    if !left.is_zero() {
                        return Admission::Open(left);
                    }
                }
                _ => {}
            }
            // An open word names the end of its time, so no other opening can be mistaken for it.
            match self.0.compare_exchange_weak(word, PROBING, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return Admission::Probe,
                Err(found) => word = found,
            }
        }
    }

    /// Opens a closed circuit; `false` if it was not closed.
    pub(super) fn trip(&self, until: Duration) -> bool {
        self.0.compare_exchange(CLOSED, open_until(until), Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// Ends the probe. Only its owner may call this, once: nobody else moves the word meanwhile.
    pub(super) fn land(&self, landing: Landing) {
        let word = match landing {
            Landing::Closed => CLOSED,
            Landing::Open(until) => open_until(until),
            Landing::HalfOpen => HALF_OPEN,
        };
        self.0.store(word, Ordering::Release);
    }

    /// What a caller would meet now, without becoming the probe: 0 closed, 1 half-open, 2 open with the time left.
    pub(super) fn seen(&self, now: Duration) -> (u64, Duration) {
        let word = self.0.load(Ordering::Acquire);
        match word & 3 {
            CLOSED => (0, Duration::ZERO),
            OPEN => {
                let left = Duration::from_nanos(word >> 2).saturating_sub(now);
                (if left.is_zero() { 1 } else { 2 }, left)
            }
            _ => (1, Duration::ZERO),
        }
    }
}
