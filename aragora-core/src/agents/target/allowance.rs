//! How many repeats a target may still be asked for: every first attempt earns a fifth of one.

use std::sync::atomic::{AtomicU32, Ordering};

// In tenths of a repeat.
const FULL: u32 = 100;
const EARNED: u32 = 2;
const REPEAT: u32 = 10;

/// Ten repeats at most and at first, so that an outage does not multiply the calls of everybody who meets it.
#[derive(Debug)]
pub(super) struct Allowance(AtomicU32);

impl Allowance {
    pub(super) fn full() -> Self {
        Self(AtomicU32::new(FULL))
    }

    /// A first attempt begins.
    pub(super) fn earn(&self) {
        self.give(EARNED);
    }

    /// One repeat, unless there is none left.
    pub(super) fn take(&self) -> bool {
        let taken = |tenths: u32| tenths.checked_sub(REPEAT);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken).is_ok()
    }

    /// A repeat that was taken and did not happen.
    pub(super) fn give_back(&self) {
        self.give(REPEAT);
    }

    fn give(&self, tenths: u32) {
        let given = |held: u32| Some((held + tenths).min(FULL));
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, given);
    }

    pub(super) fn left(&self) -> f64 {
        f64::from(self.0.load(Ordering::Relaxed)) / f64::from(REPEAT)
    }
}
