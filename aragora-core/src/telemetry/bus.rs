//! Events from one publisher side to many readers, of whom none can slow the others or the publisher.
//!
//! Each subscriber has a queue of its own that grows only as needed. `tokio::sync::broadcast` was rejected: it
//! allocates its whole ring up front and cannot prefer recorded events, which a reader can fetch again from the log,
//! over live ones, which are gone.

mod queue;

use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use futures_util::stream::Stream;

use super::catalogue::names;
use super::registry::{Counter, Telemetry};
use crate::error::{Error, ErrorKind, Result};
use queue::{Pushed, Queue};

/// What a bus must know about its events.
pub trait BusEvent: Clone + Send + Sync + 'static {
    /// The place in the log of a recorded event; `None` for a live one. Recorded events are published in order.
    fn recorded_seq(&self) -> Option<u64>;
    /// Whether `next` can be joined to this one, which it follows directly: deltas of one turn whose joined text stays
    /// within 64 KiB.
    fn merges(&self, next: &Self) -> bool;
    /// Joins `next` to this one; only called if it [merges](Self::merges).
    fn merge(&mut self, next: &Self);
}

/// What happens to a subscriber whose queue is full of recorded events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnLag {
    /// It gets a [`Lag`], reads that span from the log, and goes on.
    #[default]
    CatchUp,
    /// It ends with the error `lagged`.
    Disconnect,
}

/// What a subscriber gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received<E> {
    /// An event.
    Event(Arc<E>),
    /// Recorded events that have to be read from the log before going on.
    Lagged(Lag),
}

/// Recorded events that a queue had no room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lag {
    /// The first seq that is missing.
    pub from: u64,
    /// The last seq that is missing.
    pub to: u64,
    /// Live events dropped since the subscription began; they are gone.
    pub dropped: u64,
}

/// Hands events to its subscribers. Clones are the same bus; it ends with the last of them, or by [`Self::close`].
#[derive(Clone)]
pub struct Bus<E>(Arc<Inner<E>>);

struct Inner<E> {
    capacity: usize,
    count: AtomicUsize,
    subscribers: Mutex<Subscribers<E>>,
    published: [Counter; 2],
    dropped: [Counter; 2],
}

struct Subscribers<E> {
    queues: Vec<Arc<Mutex<Queue<E>>>>,
    closed: bool,
}

impl<E: BusEvent> Bus<E> {
    /// A bus whose subscribers queue up to `capacity` events each (`events.buffer_size` of the configuration).
    pub fn new(capacity: usize, telemetry: &Telemetry) -> Self {
        let class = |def| ["recorded", "live"].map(|class| telemetry.counter(def, &[class]));
        Self(Arc::new(Inner {
            capacity: capacity.max(1),
            count: AtomicUsize::new(0),
            subscribers: Mutex::new(Subscribers { queues: Vec::new(), closed: false }),
            published: class(&names::EVENTS_PUBLISHED_TOTAL),
            dropped: class(&names::EVENTS_DROPPED_TOTAL),
        }))
    }

    /// Subscribes to everything published from now on.
    pub fn subscribe(&self, on_lag: OnLag) -> Subscriber<E> {
        let queue = Arc::new(Mutex::new(Queue::new(self.0.capacity, on_lag)));
        let mut subscribers = self.0.lock();
        if subscribers.closed {
            queue.lock().unwrap_or_else(PoisonError::into_inner).close();
        } else {
            subscribers.queues.push(queue.clone());
            self.0.count.store(subscribers.queues.len(), Ordering::Release);
        }
        drop(subscribers);
        Subscriber { queue, bus: Arc::downgrade(&self.0) }
    }

    /// Whether nobody listens, in which case publishing costs this one atomic load.
    pub fn is_idle(&self) -> bool {
        self.0.count.load(Ordering::Acquire) == 0
    }

    /// How many listen.
    pub fn subscribers(&self) -> usize {
        self.0.count.load(Ordering::Acquire)
    }

    /// Publishes an event to everybody who listens. Never waits for a reader and never fails.
    pub fn publish(&self, event: impl Into<Arc<E>>) {
        if !self.is_idle() {
            self.publish_to_all(&event.into());
        }
    }

    /// Publishes an event that is only made if somebody listens.
    pub fn publish_with(&self, event: impl FnOnce() -> E) {
        if !self.is_idle() {
            self.publish_to_all(&Arc::new(event()));
        }
    }

    fn publish_to_all(&self, event: &Arc<E>) {
        let live = usize::from(event.recorded_seq().is_none());
        let [recorded_lost, live_lost] = &self.0.dropped;
        if let Some(published) = self.0.published.get(live) {
            published.increment();
        }
        // Held while pushing, so that all readers see one order; woken afterwards, so that no waker runs under it.
        let mut wakers = Vec::new();
        let subscribers = self.0.lock();
        for queue in &subscribers.queues {
            let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
            let Pushed { dropped_live, dropped_recorded } = queue.push(event);
            wakers.extend(queue.waker.take());
            drop(queue);
            if dropped_live > 0 {
                live_lost.add(dropped_live);
            }
            if dropped_recorded > 0 {
                recorded_lost.add(dropped_recorded);
            }
        }
        drop(subscribers);
        wakers.into_iter().for_each(std::task::Waker::wake);
    }

    /// Ends every subscription once its queue is read; what is published later goes nowhere.
    pub fn close(&self) {
        self.0.close();
    }
}

impl<E> Inner<E> {
    fn lock(&self) -> std::sync::MutexGuard<'_, Subscribers<E>> {
        self.subscribers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        let queues = {
            let mut subscribers = self.lock();
            subscribers.closed = true;
            self.count.store(0, Ordering::Release);
            std::mem::take(&mut subscribers.queues)
        };
        for queue in queues {
            let waker = queue.lock().unwrap_or_else(PoisonError::into_inner).close();
            waker.into_iter().for_each(std::task::Waker::wake);
        }
    }
}

impl<E> Drop for Inner<E> {
    fn drop(&mut self) {
        self.close();
    }
}

impl<E> fmt::Debug for Bus<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bus").field("subscribers", &self.0.count.load(Ordering::Acquire)).finish_non_exhaustive()
    }
}

/// One reader of a [`Bus`]. Dropping it unsubscribes.
pub struct Subscriber<E> {
    queue: Arc<Mutex<Queue<E>>>,
    bus: std::sync::Weak<Inner<E>>,
}

impl<E: BusEvent> Subscriber<E> {
    /// Waits for the next event; `None` once the bus has ended, an error at most once and last.
    pub async fn recv(&mut self) -> Option<Result<Received<E>>> {
        std::future::poll_fn(|cx| self.poll_recv(cx)).await
    }

    /// The next event if there is one now.
    pub fn try_recv(&mut self) -> Option<Result<Received<E>>> {
        self.lock().pop()
    }

    /// Waits for at least one event and takes up to `max`, in order. An error comes alone, as the next batch.
    pub async fn next_batch(&mut self, max: usize) -> Option<Result<Vec<Received<E>>>> {
        let first = match self.recv().await? {
            Ok(first) => first,
            Err(error) => return Some(Err(error)),
        };
        let mut batch = vec![first];
        let mut queue = self.lock();
        while batch.len() < max
            && let Some(next) = queue.pop_event()
        {
            batch.push(next);
        }
        Some(Ok(batch))
    }

    /// Whether nothing will come any more.
    pub fn is_ended(&self) -> bool {
        self.lock().is_ended()
    }

    /// How many events wait.
    pub fn queued(&self) -> usize {
        self.lock().len()
    }

    /// Live events dropped since the subscription began.
    pub fn dropped(&self) -> u64 {
        self.lock().dropped
    }

    fn poll_recv(&self, cx: &Context<'_>) -> Poll<Option<Result<Received<E>>>> {
        let mut queue = self.lock();
        if let Some(next) = queue.pop() {
            return Poll::Ready(Some(next));
        }
        if queue.is_ended() {
            return Poll::Ready(None);
        }
        if queue.waker.as_ref().is_none_or(|waker| !waker.will_wake(cx.waker())) {
            queue.waker = Some(cx.waker().clone());
        }
        Poll::Pending
    }
}

impl<E> Subscriber<E> {
    fn lock(&self) -> std::sync::MutexGuard<'_, Queue<E>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<E: BusEvent> Stream for Subscriber<E> {
    type Item = Result<Received<E>>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_recv(cx)
    }
}

impl<E> Drop for Subscriber<E> {
    fn drop(&mut self) {
        if let Some(bus) = self.bus.upgrade() {
            let mut subscribers = bus.lock();
            subscribers.queues.retain(|queue| !Arc::ptr_eq(queue, &self.queue));
            bus.count.store(subscribers.queues.len(), Ordering::Release);
        }
    }
}

impl<E> fmt::Debug for Subscriber<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscriber").finish_non_exhaustive()
    }
}

fn lagged(lag: Lag) -> Error {
    Error::new(ErrorKind::Lagged, format!("the reader fell behind: events {} to {} were not taken", lag.from, lag.to))
        .with("from", lag.from)
        .with("to", lag.to)
        .with("dropped", lag.dropped)
}
