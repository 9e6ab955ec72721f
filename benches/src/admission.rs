//! What letting a call through breaker, rate limit and places in flight costs, against locking and unlocking a mutex.

use std::hint::black_box;
use std::pin::pin;
use std::sync::{Arc, Barrier, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use aragora_core::agents::layers::{Breaker, Call, Concurrency, Policy as _, RateLimit};
use aragora_core::agents::{Target as Endpoint, TargetId, TargetSettings};
use aragora_core::telemetry::Parts;

use crate::Result;
use crate::row::{Row, Target};
use crate::timing::{compare, nanos, timed};

/// Calls per sample.
const CALLS: u32 = 10_000;
const THREADS: u32 = 16;

/// One target with limits that nobody meets.
#[derive(Debug)]
pub struct Admission {
    breaker: Breaker,
    limit: RateLimit,
    places: Concurrency,
    call: Call,
}

impl Admission {
    /// A target that lets everything through.
    pub fn new() -> Result<Self> {
        let target = Endpoint::new(TargetId::new("openai/model"), Parts::system());
        let mut settings = TargetSettings::default();
        settings.requests_per_minute = Some(u32::MAX);
        settings.tokens_per_minute = Some(u32::MAX);
        settings.in_flight = 1_024;
        target.configure(settings)?;
        Ok(Self {
            breaker: Breaker::new(&target),
            limit: RateLimit::new(&target),
            places: Concurrency::new(&target),
            call: Call::new().with_tokens(1, 1),
        })
    }

    /// Lets so many calls through that do nothing.
    pub fn admit(&self, calls: u32) -> Result<()> {
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..calls {
            let admitted = self.breaker.run(self.call.clone(), |call| {
                self.limit.run(call, |call| self.places.run(call, |_| std::future::ready(Ok(black_box(0_u8)))))
            });
            match pin!(admitted).poll(&mut context) {
                Poll::Ready(done) => drop(done?),
                Poll::Pending => return Err("a call was held back".into()),
            }
        }
        Ok(())
    }
}

fn lock(mutex: &Mutex<u64>) {
    for _ in 0..CALLS {
        *black_box(mutex).lock().unwrap_or_else(PoisonError::into_inner) += 1;
    }
}

/// Wall time of so many calls spread over so many threads.
fn spread(admission: &Arc<Admission>, threads: u32) -> Result<Duration> {
    let barrier = Barrier::new(threads as usize + 1);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    admission.admit(CALLS * 8 / threads).map_err(|error| error.to_string())
                })
            })
            .collect();
        barrier.wait();
        let start = Instant::now();
        for worker in workers {
            worker.join().map_err(|_| "a thread panicked")??;
        }
        Ok(start.elapsed())
    })
}

/// Rows of the table of figures.
pub fn rows() -> Result<Vec<Row>> {
    let admission = Arc::new(Admission::new()?);
    let mutex = Mutex::new(0);
    let alone = compare(
        31,
        || timed(|| admission.admit(CALLS)),
        || {
            timed(|| {
                lock(&mutex);
                Ok(())
            })
        },
    )?;
    let crowd = compare(11, || spread(&admission, THREADS), || spread(&admission, 1))?;
    let throughput = 1.0 / crowd.ratio();
    Ok(vec![
        Row::new(
            "admission by breaker, rate limit and places, against one lock of a mutex",
            nanos(alone.ours, CALLS),
            nanos(alone.reference, CALLS),
            alone.ratio(),
            Target::AtMost(25.0),
        ),
        Row::new(
            format!("throughput of admission by {THREADS} threads, against one"),
            nanos(crowd.ours, CALLS * 8),
            nanos(crowd.reference, CALLS * 8),
            throughput,
            Target::AtLeast(0.5),
        ),
    ])
}
