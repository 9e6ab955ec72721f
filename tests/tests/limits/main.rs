//! Breaker, retry, hedge, rate limit, places in flight and time limits, in virtual time and through the public face.

mod breaker;
mod breaker_model;
mod cancel;
mod decisions;
mod gate;
mod hedge;
mod pace;
mod pace_properties;
mod retry;
mod suite;
mod targets;
mod time;
mod wired;
mod word;

use std::sync::Arc;
use std::time::Duration;

use aragora_core::agents::{Target, TargetId};
use aragora_core::clock::{Clock, Deadline, ManualClock};
use aragora_core::{Error, ErrorKind};
use aragora_tests::virtual_time::parts;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn target(clock: &ManualClock, name: &str) -> Arc<Target> {
    Target::new(TargetId::new(name), parts(clock))
}

fn error(kind: ErrorKind) -> Error {
    Error::new(kind, "as the test wants")
}

fn within(clock: &ManualClock, wait: Duration) -> Deadline {
    Deadline::at(clock.monotonic() + wait)
}
