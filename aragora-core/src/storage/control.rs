//! Upkeep of a store.

use super::scan::Corrupt;

/// Something to be done to a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum Control {
    /// Makes all earlier batches `Immediate`.
    Flush,
    /// Answers whether the store works.
    Probe,
    /// Counts what is stored.
    Usage,
    /// Deletes at most 1,000 expired entries, oldest first.
    Sweep,
    /// Reads everything and lists damage.
    Verify,
    /// Gives freed space back.
    Compact,
    /// Ends the store; every later call but `Close` is `closed`.
    Close,
}

/// What a [`Control`] did.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum ControlReport {
    /// Of `Flush`, `Compact` and `Close`.
    Done,
    /// Of `Probe`.
    Probed(ProbeReport),
    /// Of `Usage`.
    Used(StorageUsage),
    /// Of `Sweep`.
    Swept {
        /// How many entries were removed.
        removed: u32,
        /// Whether more have expired.
        more: bool,
    },
    /// Of `Verify`.
    Verified {
        /// How many rows were read.
        checked: u64,
        /// The damaged ones.
        corrupt: Vec<Corrupt>,
    },
}

/// Whether a store works.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProbeReport {
    /// Health notes, e.g. a clock that stepped back; empty is healthy.
    pub notes: Vec<String>,
}

/// What is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StorageUsage {
    /// Rows, expired ones that were not swept yet included.
    pub rows: u64,
    /// Bytes of keys and frames.
    pub bytes: u64,
    /// Rows that have expired and wait for `Sweep`.
    pub expired: u64,
    /// Leases that were neither released nor swept.
    pub leases: u64,
}
