//! Which keys change while a store is copied page by page.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;

use super::disk::{Changes, Part};

/// The copies under way.
#[derive(Debug, Default)]
pub(super) struct Tracks(Mutex<Vec<Weak<Track>>>);

/// The keys that changed since one copy began, or since they were taken last.
#[derive(Debug, Default)]
pub(super) struct Track(Mutex<BTreeSet<Bytes>>);

impl Tracks {
    /// Notes keys from now until what is given is dropped.
    pub(super) fn begin(&self) -> Arc<Track> {
        let track = Arc::default();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&track));
        track
    }

    /// Notes the records of a group.
    pub(super) fn note(&self, changes: &Changes) {
        let mut tracks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tracks.retain(|track| {
            let Some(track) = track.upgrade() else { return false };
            let records = changes.keys().filter(|(part, _)| *part == Part::Records).map(|(_, key)| key.clone());
            track.0.lock().unwrap_or_else(PoisonError::into_inner).extend(records);
            true
        });
    }
}

impl Track {
    pub(super) fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    pub(super) fn take(&self) -> BTreeSet<Bytes> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
