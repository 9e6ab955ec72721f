use std::time::Duration;

// One unit is what a limit of one per minute refills in a nanosecond, so that all arithmetic is exact.
const UNITS: i128 = 60_000_000_000;

/// A token bucket: holds a sixth of the limit per minute, at least one, and refills a sixtieth per second.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    per_minute: i128,
    level: i128,
    at: Duration,
}

impl Bucket {
    /// A full one.
    pub(super) fn full(per_minute: u32, now: Duration) -> Self {
        let mut bucket = Self { per_minute: i128::from(per_minute.max(1)), level: 0, at: now };
        bucket.level = bucket.capacity();
        bucket
    }

    fn capacity(&self) -> i128 {
        (self.per_minute * UNITS / 6).max(UNITS)
    }

    fn refill(&mut self, now: Duration) {
        let passed = i128::try_from(now.saturating_sub(self.at).as_nanos()).unwrap_or(i128::MAX);
        self.level = self.level.saturating_add(passed.saturating_mul(self.per_minute)).min(self.capacity());
        self.at = self.at.max(now);
    }

    /// How long until this much may pass after that much has.
    pub(super) fn wait(&mut self, cost: u64, ahead: u64, now: Duration) -> Duration {
        self.refill(now);
        // More than the bucket holds passes when it is full, and is paid off afterwards.
        let needed = (i128::from(cost) * UNITS).min(self.capacity()) + i128::from(ahead) * UNITS;
        let lacking = needed - self.level;
        if lacking <= 0 {
            return Duration::ZERO;
        }
        let nanos = (lacking + self.per_minute - 1) / self.per_minute;
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    pub(super) fn charge(&mut self, cost: u64) {
        self.level -= i128::from(cost) * UNITS;
    }

    /// Gives back what was charged and not used.
    pub(super) fn refund(&mut self, cost: u64) {
        self.level = (self.level + i128::from(cost) * UNITS).min(self.capacity());
    }
}
