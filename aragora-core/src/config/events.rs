use super::env::Reader;
use crate::error::Violations;

/// Event streams.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct EventSettings {
    /// Events queued for one subscriber before it lags, 16..=1,000,000 (`ARAGORA_EVENT_BUFFER_SIZE`).
    pub buffer_size: usize,
}

impl Default for EventSettings {
    fn default() -> Self {
        Self { buffer_size: 10_000 }
    }
}

const BUFFER_SIZE: &str = "/events/buffer_size";

impl EventSettings {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let buffer_size = reader.number(BUFFER_SIZE, "ARAGORA_EVENT_BUFFER_SIZE");
        Self { buffer_size: buffer_size.unwrap_or(Self::default().buffer_size) }
    }

    pub(super) fn check(&self, violations: &mut Violations) {
        violations.check(
            (16..=1_000_000).contains(&self.buffer_size),
            BUFFER_SIZE,
            format!("{} events, expected 16 to 1000000", self.buffer_size),
        );
    }
}
