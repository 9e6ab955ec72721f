//! What an embedded store needs of the crate below: snapshots and atomic groups of changes.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::ops::Bound;

use bytes::Bytes;

use crate::error::{Error, Result};
use crate::storage::address::PhysicalBounds;
use crate::storage::scan::ScanOrder;

/// The ordered maps of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Part {
    /// Physical key to frame.
    Records,
    /// Physical key to the claim on it.
    Claims,
    /// Expiry in ms, big-endian, and physical key to nothing.
    Due,
    /// Number to the keys a group changed.
    Journal,
    /// Name to what the store says of itself.
    Meta,
}

impl Part {
    pub(crate) const ALL: [Self; 5] = [Self::Records, Self::Claims, Self::Due, Self::Journal, Self::Meta];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Records => "records",
            Self::Claims => "claims",
            Self::Due => "due",
            Self::Journal => "journal",
            Self::Meta => "meta",
        }
    }
}

/// What a group does: the last word on each key, in the order of parts and keys.
pub(crate) type Changes = BTreeMap<(Part, Bytes), Option<Bytes>>;

/// Every key of a part.
pub(crate) const EVERYTHING: PhysicalBounds = (Bound::Unbounded, Bound::Unbounded);

/// Called with each key and value; `false` ends the walk.
pub(crate) type Visit<'a> = dyn FnMut(&[u8], &[u8]) -> Result<bool> + 'a;

/// One state of the store; groups committed later are not seen.
pub(crate) trait Snapshot {
    fn get(&self, part: Part, key: &[u8]) -> Result<Option<Bytes>>;
    fn walk(&self, part: Part, bounds: &PhysicalBounds, order: ScanOrder, visit: &mut Visit<'_>) -> Result<()>;
}

/// Why a group was not committed.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// Nothing was applied and the next group may succeed.
    Refused(Error),
    /// No space. Whether the group was applied is settled by [`Disk::recover`] and reading.
    Full(Error),
    /// A write or sync failed: what is on the disk is not known any more.
    Lost(Error),
}

impl Failure {
    /// What went wrong, without what it means for the store.
    pub(crate) fn into_error(self) -> Error {
        match self {
            Self::Refused(error) | Self::Full(error) | Self::Lost(error) => error,
        }
    }
}

/// The crate below. Methods block; all but `snapshot` are called by the writer alone.
pub(crate) trait Disk: Debug + Send + Sync + 'static {
    /// `redb` or `sled`.
    fn name(&self) -> &'static str;
    /// The last group that is known to have been on stable storage, where the crate below may lose the latest ones to
    /// damage without a word.
    fn acknowledged(&self) -> Option<u64> {
        None
    }
    /// Whether groups wait while a snapshot is open, so that none may be open for long.
    fn snapshots_hold_writers_off(&self) -> bool {
        false
    }
    /// The present state. Fails as `closed` after [`Disk::close`].
    fn snapshot(&self) -> Result<Box<dyn Snapshot + '_>>;
    /// Makes the changes of the group of this number visible, all at once, after they reached stable storage if `sync`.
    fn commit(&self, changes: &Changes, group: u64, sync: bool) -> Result<(), Failure>;
    /// Brings every group committed without `sync` to stable storage.
    fn sync(&self) -> Result<(), Failure>;
    /// Makes the store writable again after [`Failure::Full`].
    fn recover(&self) -> Result<()>;
    /// Prepares for reading only after [`Failure::Lost`].
    fn freeze(&self);
    /// After a panic below: from now on its destructors are not to be trusted either.
    fn abandon(&self) {}
    /// Damage that was found at open, because of which nothing may be written.
    fn damage(&self) -> Option<Error> {
        None
    }
    /// Damage of the files themselves, rows left aside.
    fn check(&self) -> Result<()>;
    /// Gives freed space back.
    fn compact(&self) -> Result<()>;
    /// What an operator should know.
    fn notes(&self) -> Vec<String>;
    /// Lets go of the files after the readers of now.
    fn close(&self);
}
