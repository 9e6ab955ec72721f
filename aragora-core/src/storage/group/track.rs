//! Which keys change while a store is copied page by page.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use bytes::Bytes;

use super::disk::{Changes, Part};

/// The copies under way.
#[derive(Debug, Default)]
pub(super) struct Tracks {
    tracks: Mutex<Vec<Weak<Track>>>,
    // Held while a group is committed.
    group: Mutex<()>,
}

/// A group that is being committed. Its end says that it was, or was not.
pub(super) struct Group<'a> {
    tracks: &'a Tracks,
    _held: MutexGuard<'a, ()>,
}

impl Drop for Group<'_> {
    fn drop(&mut self) {
        self.tracks.each(|keys| {
            let pending = std::mem::take(&mut keys.pending);
            keys.settled.extend(pending);
        });
    }
}

/// The keys that changed since one copy began, or since they were taken last.
#[derive(Debug, Default)]
pub(super) struct Track(Mutex<Keys>);

#[derive(Debug, Default)]
struct Keys {
    settled: BTreeSet<Bytes>,
    // Those of the group that is being committed: nobody knows whether a snapshot sees it.
    pending: BTreeSet<Bytes>,
}

impl Tracks {
    /// Notes keys from now until what is given is dropped. Waits for the group that is being committed: nobody noted
    /// its keys for this copy.
    pub(super) fn begin(&self) -> Arc<Track> {
        let _between = self.group.lock().unwrap_or_else(PoisonError::into_inner);
        let track = Arc::default();
        self.tracks.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&track));
        track
    }

    /// Notes the records of a group that is about to be committed.
    pub(super) fn group(&self, changes: &Changes) -> Group<'_> {
        let held = self.group.lock().unwrap_or_else(PoisonError::into_inner);
        self.each(|keys| {
            let records = changes.keys().filter(|(part, _)| *part == Part::Records);
            keys.pending.extend(records.map(|(_, key)| key.clone()));
        });
        Group { tracks: self, _held: held }
    }

    fn each(&self, change: impl Fn(&mut Keys)) {
        let mut tracks = self.tracks.lock().unwrap_or_else(PoisonError::into_inner);
        tracks.retain(|track| {
            let Some(track) = track.upgrade() else { return false };
            change(&mut track.keys());
            true
        });
    }
}

impl Track {
    fn keys(&self) -> MutexGuard<'_, Keys> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn len(&self) -> usize {
        self.keys().settled.len()
    }

    /// The keys that every snapshot from now on shows as they became.
    pub(super) fn take(&self) -> BTreeSet<Bytes> {
        std::mem::take(&mut self.keys().settled)
    }

    /// Every key that a snapshot opened before this may show changed.
    pub(super) fn take_all(&self) -> BTreeSet<Bytes> {
        let Keys { settled, pending } = std::mem::take(&mut *self.keys());
        settled.into_iter().chain(pending).collect()
    }
}
