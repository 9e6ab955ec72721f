use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::decisions::stayed_here;
use super::policy::{Call, Policy};
use crate::agents::target::{Place, Target};
use crate::error::{Error, ErrorKind, Result};

/// Keeps the calls in flight of a target within its limit, first come, first served; `queue_full` when too many wait
/// already. How many may be in flight and wait are settings of the target.
///
/// It also notes how each call that was sent ended, for the target's health.
#[derive(Clone, Debug)]
pub struct Concurrency {
    target: Arc<Target>,
}

impl Concurrency {
    /// The places of this target.
    pub fn new(target: &Arc<Target>) -> Self {
        Self { target: Arc::clone(target) }
    }

    async fn place(&self, call: &Call) -> Result<Place> {
        let target = &self.target;
        if let Some(place) = target.try_enter() {
            return Ok(place);
        }
        let most = target.settings().queue;
        let Some(queued) = target.queue() else {
            let wait = target.median().unwrap_or(Duration::from_secs(1));
            let reason = format!("{most} calls wait for {} already", target.id());
            let error = Error::new(ErrorKind::QueueFull, reason).with("target", target.id()).with("limit", most);
            return Err(error.retry_after_of(wait));
        };
        let clock = &*target.parts().clock;
        let began = clock.monotonic();
        let place = call.wait_for(clock, target.enter()).await;
        drop(queued);
        call.has_waited(clock.monotonic().saturating_sub(began));
        place?.ok_or_else(|| Error::internal("the gate of a target was closed"))
    }
}

impl Policy for Concurrency {
    fn name(&self) -> &'static str {
        "concurrency"
    }

    fn target(&self) -> &Arc<Target> {
        &self.target
    }

    fn repeats(&self) -> bool {
        false
    }

    async fn run<T, F, Fut>(&self, call: Call, work: F) -> Result<T>
    where
        T: Send,
        F: Fn(Call) -> Fut + Send + Sync,
        Fut: Future<Output = Result<T>> + Send,
    {
        let clock = &*self.target.parts().clock;
        call.ready(clock)?;
        let _place = self.place(&call).await?;
        call.output.sending();
        let began = clock.monotonic();
        let outcome = work(call).await;
        let now = clock.monotonic();
        let latency = now.saturating_sub(began);
        match &outcome {
            Ok(_) => self.target.answered(now, latency),
            Err(error) if stayed_here(error) => {}
            Err(error) => self.target.failed(now, latency, error.kind()),
        }
        outcome
    }
}
