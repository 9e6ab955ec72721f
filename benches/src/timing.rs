//! Two things timed in turns, in processor time of the thread, so that what else runs on the machine does not count.

use std::time::Duration;

use crate::Result;

/// Median times of two sides.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// Our side.
    pub ours: Duration,
    /// What it is compared with.
    pub reference: Duration,
}

impl Pair {
    /// Ours over the reference.
    pub fn ratio(self) -> f64 {
        self.ours.as_secs_f64() / self.reference.as_secs_f64()
    }
}

/// Processor time of this thread so far.
pub fn used() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.cast_unsigned(), time.tv_nsec as u32)
}

/// How long one run of the work takes.
pub fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<Duration> {
    let start = used();
    let done = work()?;
    let took = used() - start;
    drop(std::hint::black_box(done));
    Ok(took)
}

/// The medians of so many samples of each side, taken in turns after one unmeasured sample of each.
pub fn compare(
    samples: usize,
    mut ours: impl FnMut() -> Result<Duration>,
    mut reference: impl FnMut() -> Result<Duration>,
) -> Result<Pair> {
    ours()?;
    reference()?;
    let (mut mine, mut theirs) = (Vec::with_capacity(samples), Vec::with_capacity(samples));
    for _ in 0..samples {
        mine.push(ours()?);
        theirs.push(reference()?);
    }
    Ok(Pair { ours: share_of(&mut mine, 0.5), reference: share_of(&mut theirs, 0.5) })
}

/// The value below which this share of the times lies.
pub fn share_of(times: &mut [Duration], share: f64) -> Duration {
    times.sort();
    let last = times.len().saturating_sub(1);
    times.get((last as f64 * share).round() as usize).copied().unwrap_or_default()
}

/// Microseconds with their unit.
pub fn micros(time: Duration) -> String {
    format!("{:.1} us", time.as_secs_f64() * 1e6)
}

/// Nanoseconds of one of so many repeats, with their unit.
pub fn nanos(time: Duration, repeats: u32) -> String {
    format!("{:.0} ns", time.as_secs_f64() * 1e9 / f64::from(repeats))
}
