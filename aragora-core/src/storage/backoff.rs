use std::time::Duration;

use crate::clock::{Clock, SystemClock};
use crate::entropy::{Entropy, SystemEntropy};
use crate::error::Result;
use crate::telemetry::Parts;

/// How often a conditional write is tried before it is a `conflict`.
pub(crate) const TRIES: u32 = 16;

/// Waits 1-50 ms, so that writers who collided do not collide again.
pub(crate) async fn pause(parts: Option<&Parts>) -> Result<()> {
    let system = SystemClock::new();
    let (clock, entropy): (&dyn Clock, &dyn Entropy) =
        parts.map_or((&system, &SystemEntropy), |parts| (&*parts.clock, &*parts.entropy));
    let mut random = [0; 2];
    entropy.fill(&mut random)?;
    let wait = Duration::from_millis(u64::from(1 + u16::from_le_bytes(random) % 50));
    clock.sleep_until(clock.monotonic().saturating_add(wait)).await;
    Ok(())
}
