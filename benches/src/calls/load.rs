//! Runs so many debates, so many at a time, and says what that took.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Result;
use crate::timing::share_of;

/// How many debates, and how many at a time.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Altogether.
    pub debates: usize,
    /// At a time.
    pub concurrency: usize,
}

/// Runs debates and measures them, after one unmeasured debate per place.
pub async fn run<F, Fut>(load: Load, debate: F) -> Result<Value>
where
    F: Fn() -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<()>> + Send + 'static,
{
    drop(wave(load.concurrency.min(64), load.concurrency, debate.clone()).await?);
    let (began, cpu) = (Instant::now(), used());
    let mut times = wave(load.debates, load.concurrency, debate).await?;
    let (seconds, cpu) = (began.elapsed().as_secs_f64(), (used() - cpu).as_secs_f64());
    let count = load.debates as f64;
    Ok(json!({
        "debates": load.debates,
        "concurrency": load.concurrency,
        "cpu_ms_per_debate": cpu * 1e3 / count,
        "p50_ms": share_of(&mut times, 0.5).as_secs_f64() * 1e3,
        "p95_ms": share_of(&mut times, 0.95).as_secs_f64() * 1e3,
        "debates_per_second": count / seconds,
        "resident_mib": peak_mib(),
    }))
}

async fn wave<F, Fut>(debates: usize, concurrency: usize, debate: F) -> Result<Vec<Duration>>
where
    F: Fn() -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<()>> + Send + 'static,
{
    let left = Arc::new(AtomicUsize::new(debates));
    let mut places = tokio::task::JoinSet::new();
    for _ in 0..concurrency.min(debates) {
        let (left, debate) = (Arc::clone(&left), debate.clone());
        places.spawn(async move {
            let mut times = Vec::new();
            while left.fetch_update(Ordering::AcqRel, Ordering::Acquire, |n| n.checked_sub(1)).is_ok() {
                let began = Instant::now();
                debate().await?;
                times.push(began.elapsed());
            }
            Result::Ok(times)
        });
    }
    let mut times = Vec::with_capacity(debates);
    while let Some(place) = places.join_next().await {
        times.extend(place??);
    }
    Ok(times)
}

fn used() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.cast_unsigned(), time.tv_nsec as u32)
}

// The most that was resident, where the system tells.
fn peak_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}
