//! Wake-up hints: something in a range may have changed, read again.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;

use super::address::{Address, KeyRange, PhysicalBounds};

/// Yields at subscription, after every reconnect, and at least once after each commit that touched its range. Signals
/// coalesce and carry nothing. Dropping it frees it.
#[derive(Debug)]
pub struct Watch {
    signals: watch::Receiver<()>,
    poll_every: Option<Duration>,
}

impl Watch {
    /// A watch and the end that signals it, for backends. The first signal is given already.
    pub fn new(poll_every: Option<Duration>) -> (WatchSignal, Self) {
        let (sender, mut signals) = watch::channel(());
        signals.mark_changed();
        (WatchSignal(sender), Self { signals, poll_every })
    }

    /// Waits for a signal; `None` once the store is closed.
    pub async fn changed(&mut self) -> Option<()> {
        self.signals.changed().await.ok()
    }

    /// How often to read again without a signal; `None` is never.
    pub fn poll_every(&self) -> Option<Duration> {
        self.poll_every
    }
}

/// The end of a [`Watch`] that a backend holds.
#[derive(Debug)]
pub struct WatchSignal(watch::Sender<()>);

impl WatchSignal {
    /// Wakes the watch, now or at its next wait.
    pub fn signal(&self) {
        // The watch may be gone; it is swept at the next look.
        let _ = self.0.send(());
    }

    /// Whether the watch was dropped.
    pub fn is_dropped(&self) -> bool {
        self.0.is_closed()
    }
}

/// The watches of one store in one process. Without watches a commit costs one atomic load.
#[derive(Default)]
pub struct WatchHub {
    count: AtomicUsize,
    watches: Mutex<Vec<(PhysicalBounds, WatchSignal)>>,
}

impl WatchHub {
    /// Subscribes to a range; an empty range yields at subscription only.
    pub fn subscribe(&self, range: &KeyRange) -> Watch {
        let (signal, watch) = Watch::new(None);
        if let Some(bounds) = range.physical() {
            let mut watches = self.watches.lock().unwrap_or_else(PoisonError::into_inner);
            watches.retain(|(_, signal)| !signal.is_dropped());
            watches.push((bounds, signal));
            self.count.store(watches.len(), Ordering::Release);
        }
        watch
    }

    /// Whether nobody watches.
    pub fn is_idle(&self) -> bool {
        self.count.load(Ordering::Acquire) == 0
    }

    /// Signals everybody who watches one of these addresses.
    pub fn touched<'a>(&self, addresses: impl IntoIterator<Item = &'a Address>) {
        let keys: Vec<Bytes> = addresses.into_iter().map(Address::physical).collect();
        self.touched_keys(&keys);
    }

    pub(crate) fn touched_keys(&self, keys: &[Bytes]) {
        use std::ops::RangeBounds as _;
        if keys.is_empty() || self.is_idle() {
            return;
        }
        let mut watches = self.watches.lock().unwrap_or_else(PoisonError::into_inner);
        watches.retain(|(bounds, signal)| {
            if keys.iter().any(|key| bounds.contains(key)) {
                signal.signal();
            }
            !signal.is_dropped()
        });
        self.count.store(watches.len(), Ordering::Release);
    }

    /// How many watches are held, those dropped since the last commit included.
    pub fn len(&self) -> usize {
        self.count.load(Ordering::Acquire)
    }

    /// Whether no watch is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Ends every watch.
    pub fn close(&self) {
        self.watches.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.count.store(0, Ordering::Release);
    }
}

impl fmt::Debug for WatchHub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WatchHub").field("watches", &self.len()).finish()
    }
}
