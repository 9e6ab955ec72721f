//! Moments of a commit at which a test ends its process or looks at the files.

/// How far the writer of a store in a directory has come with a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// Seen from outside in tests only; a library without sled has no redo rows.
#[cfg_attr(not(feature = "testing"), allow(dead_code, unreachable_pub))]
pub enum StoragePoint {
    /// The group is worked out and nothing of it is written. Of sled its redo row is on stable storage, though.
    BeforeApply,
    /// The redo row of the group was given to sled.
    RedoWritten,
    /// Everything is written and nothing was synced yet.
    BeforeSync,
    /// The sync has returned.
    AfterSync,
    /// The group is visible, and nobody was told so yet.
    BeforeAnswer,
}

#[cfg(not(feature = "testing"))]
pub(crate) const fn reached(_: StoragePoint) {}

#[cfg(feature = "testing")]
pub(crate) use at::reached;
#[cfg(feature = "testing")]
pub use at::watch_storage_points;

#[cfg(feature = "testing")]
mod at {
    use std::sync::OnceLock;

    use super::StoragePoint;

    type Watcher = Box<dyn Fn(StoragePoint) + Send + Sync>;

    static WATCHER: OnceLock<Watcher> = OnceLock::new();

    /// Calls this at every point of every store of the process from now on, on the thread that writes. Only the first
    /// watcher of a process counts.
    pub fn watch_storage_points(watcher: impl Fn(StoragePoint) + Send + Sync + 'static) {
        let _ = WATCHER.set(Box::new(watcher));
    }

    pub(crate) fn reached(point: StoragePoint) {
        if let Some(watcher) = WATCHER.get() {
            watcher(point);
        }
    }
}
