use std::time::Duration;

use super::Clock;

/// A monotonic instant of the [`Clock`] after which waiting is pointless.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Duration);

impl Deadline {
    /// The instant this long from now.
    pub fn after(clock: &dyn Clock, wait: Duration) -> Self {
        Self(clock.monotonic().saturating_add(wait))
    }

    /// A given monotonic instant.
    pub const fn at(monotonic: Duration) -> Self {
        Self(monotonic)
    }

    /// The monotonic instant.
    pub const fn monotonic(self) -> Duration {
        self.0
    }

    /// Whether it has passed.
    pub fn passed(self, clock: &dyn Clock) -> bool {
        clock.monotonic() >= self.0
    }

    /// How much time is left, zero once passed.
    pub fn left(self, clock: &dyn Clock) -> Duration {
        self.0.saturating_sub(clock.monotonic())
    }
}
