//! Calls in flight of a target, and those that wait for one of them to end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// First come, first served.
#[derive(Debug)]
pub(super) struct Gate {
    // Closed never.
    permits: Arc<Semaphore>,
    limit: AtomicUsize,
    // Permits to be withdrawn as they come back, after the limit was lowered.
    surplus: AtomicUsize,
    in_flight: AtomicUsize,
    queued: AtomicUsize,
}

/// A place in flight, given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    gate: Arc<Gate>,
    permit: Option<OwnedSemaphorePermit>,
}

/// A place in the queue, given back when dropped.
#[derive(Debug)]
pub(crate) struct Queued<'a>(&'a Gate);

impl Gate {
    pub(super) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            permits: Arc::new(Semaphore::new(limit)),
            limit: AtomicUsize::new(limit),
            surplus: AtomicUsize::new(0),
            in_flight: AtomicUsize::new(0),
            queued: AtomicUsize::new(0),
        })
    }

    /// A place, if one is free and nobody waits.
    pub(super) fn try_enter(self: &Arc<Self>) -> Option<Place> {
        // The semaphore hands a freed permit to whoever waits longest before it counts as free.
        Arc::clone(&self.permits).try_acquire_owned().ok().map(|permit| self.place(permit))
    }

    /// A place in the queue, unless this many wait already.
    pub(super) fn queue(&self, most: usize) -> Option<Queued<'_>> {
        let joined = |queued: usize| (queued < most).then_some(queued + 1);
        self.queued.fetch_update(Ordering::Relaxed, Ordering::Relaxed, joined).ok().map(|_| Queued(self))
    }

    /// Waits for a place.
    pub(super) async fn enter(self: &Arc<Self>) -> Option<Place> {
        Arc::clone(&self.permits).acquire_owned().await.ok().map(|permit| self.place(permit))
    }

    fn place(self: &Arc<Self>, permit: OwnedSemaphorePermit) -> Place {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        Place { gate: Arc::clone(self), permit: Some(permit) }
    }

    /// Sets how many may be in flight. Those beyond a lower limit finish.
    pub(super) fn limit_to(&self, limit: usize) {
        let old = self.limit.swap(limit, Ordering::Relaxed);
        if limit >= old {
            self.permits.add_permits(limit - old);
            return;
        }
        let withdrawn = self.permits.forget_permits(old - limit);
        self.surplus.fetch_add(old - limit - withdrawn, Ordering::Relaxed);
    }

    pub(super) fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }

    pub(super) fn queued(&self) -> usize {
        self.queued.load(Ordering::Relaxed)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.gate.in_flight.fetch_sub(1, Ordering::Relaxed);
        let one_less = |surplus: usize| surplus.checked_sub(1);
        if self.gate.surplus.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok()
            && let Some(permit) = self.permit.take()
        {
            permit.forget();
        }
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        self.0.queued.fetch_sub(1, Ordering::Relaxed);
    }
}
