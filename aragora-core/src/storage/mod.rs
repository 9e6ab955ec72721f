//! Ordered keys and bytes with conditions, atomic batches, expiry and leases: the one storage seam.
//!
//! A backend implements the eight methods of [`Storage`]; every typed store is a [`Table`] over them and never names
//! a backend. [`MemoryStorage`] is the reference for what each method means, and
//! `aragora_core::testing::storage` is the suite that any backend or decorator must pass.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! use aragora_core::storage::{Address, Codec, KeyBytes, Space, TableName, draft, open};
//! use aragora_core::telemetry::Parts;
//!
//! let store = open("memory:", &Parts::system()).await?;
//! let at = Address::new(Space::System, TableName::new("note")?, KeyBytes::of(&"greeting".to_owned()));
//! store.put(at.clone(), draft(Codec::Raw, 1, b"hello")).await?;
//! assert!(store.get(at).await?.is_some());
//! # Ok::<(), aragora_core::Error>(())
//! # }).unwrap();
//! ```

mod address;
mod backoff;
pub mod backup;
mod batch;
mod blobs;
mod connectivity;
mod control;
#[cfg(any(feature = "storage-redb", feature = "storage-sled"))]
mod dir;
pub(crate) mod files;
mod frame;
#[cfg(any(feature = "storage-redb", feature = "storage-sled"))]
pub(crate) mod group;
mod helpers;
mod index;
mod instances;
mod key;
mod lease;
mod memory;
pub mod migrate;
mod move_store;
mod observed;
pub(crate) mod open;
#[cfg(feature = "storage-postgres")]
pub mod postgres;
#[cfg(feature = "storage-redb")]
pub(crate) mod redb;
#[cfg(feature = "storage-redis")]
pub mod redis;
mod reencrypt;
#[cfg(any(feature = "storage-postgres", feature = "storage-redis"))]
mod remote;
pub mod retention;
mod routed;
mod scan;
mod sealed;
#[cfg(feature = "storage-sled")]
mod sled;
mod stack;
mod table;
mod tenant_keys;
mod tenanted;
mod watch;

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

pub use address::{Address, KeyRange, Space, TableName};
pub use batch::{Batch, Commit, Durability, MAX_BATCH_BYTES, MAX_BATCH_OPS, MAX_TTL, MIN_TTL, Op, Precondition};
pub use blobs::Blobs;
pub use connectivity::{Connectivity, check_connectivity};
pub use control::{Control, ControlReport, ProbeReport, StorageUsage};
pub use frame::{Codec, Frame, MAX_PAYLOAD, OVERHEAD, draft, draft_json, open as open_frame, payload_len, stamp};
#[cfg(any(feature = "storage-redb", feature = "storage-sled"))]
pub use group::{EmbeddedStorage, JournalRow};
pub use index::{IndexPage, IndexReport};
pub use instances::{HEARTBEAT, INSTANCE_TTL, Instance, Registration};
pub use key::{Desc, KeyBytes, KeyCodec, KeyReader, KeyScalar, KeyWriter, MAX_KEY, OrderedF64};
pub use lease::{ClaimTarget, Lease, LeaseClaim, Leases, MAX_LEASE, MIN_LEASE, NamedLease};
pub use memory::MemoryStorage;
pub use move_store::{MoveOptions, MoveReport, MovedTable, move_between, move_store};
pub use observed::{Observed, StorageHealth};
pub use open::open;
pub use reencrypt::{Census, Counts, Grace, KeyAge, Progress, Reencrypt, ReencryptReport, Stores};
pub use routed::{BatchGroup, Routed, RoutedBuilder};
pub use scan::{Corrupt, Cursor, Entry, MAX_PAGE, MAX_PAGE_BYTES, OnCorrupt, PageRequest, ScanOrder, ScanPage};
pub(crate) use sealed::key_ids;
pub use sealed::{EncryptionState, SealKeys, Sealed};
pub use stack::{Stack, StackBuilder};
pub use table::{
    Class, FieldPolicy, IndexDef, MigratePage, Replaces, Seal, SpaceKind, Table, TableDef, TablePage, TableRecord,
    Versioned, check_definitions,
};
pub use tenant_keys::{KeyState, RewrapReport, ShredProof, TenantKeys};
pub use tenanted::Tenanted;
pub use watch::{Watch, WatchHub, WatchSignal};

use crate::error::Result;

/// Ordered keys and bytes. Exact semantics are in the suite; in short: batches are atomic and linearizable, reads see
/// whole committed batches only, pages and `get_many` are snapshots, conditions arbitrate races.
///
/// Dropping a read has no effect; dropping `apply`, `claim` or `renew` leaves it wholly done or not done. Errors of
/// these three carry `outcome` = `not_applied` or `unknown` in their context; settle `unknown` by reading the row the
/// batch was conditioned on.
#[async_trait]
pub trait Storage: Send + Sync + Debug + 'static {
    /// What this store can do.
    fn capability(&self) -> Capability;
    /// The side of this store that backups copy and restores fill: every row, as the backend holds it. `None` for
    /// backends that cannot, and for what shows only a part of a store.
    fn copyable(self: Arc<Self>) -> Option<Arc<dyn backup::Copyable>> {
        None
    }
    /// The live entries at these addresses, in the order of the request, from one snapshot.
    async fn get_many(&self, at: Vec<Address>) -> Result<Vec<Option<Entry>>>;
    /// One page of a range, from one snapshot.
    async fn scan(&self, range: KeyRange, page: PageRequest) -> Result<ScanPage>;
    /// Applies all of a batch or nothing. `conflict` names the first condition that failed, `lease_lost` a fence.
    async fn apply(&self, batch: Batch) -> Result<Commit>;
    /// Takes free leases and never waits; an empty answer means none was free.
    async fn claim(&self, claim: LeaseClaim) -> Result<Vec<Lease>>;
    /// Extends a lease, or releases it with `None`; `lease_lost` once it was taken over.
    async fn renew(&self, lease: Lease, ttl: Option<Duration>) -> Result<Lease>;
    /// Wake-up hints for a range.
    async fn watch(&self, range: KeyRange) -> Result<Watch>;
    /// Upkeep and shutting down.
    async fn control(&self, control: Control) -> Result<ControlReport>;
}

/// What a store can do; a suite runs what applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct Capability {
    /// Name of the backend, e.g. `memory`.
    pub backend: &'static str,
    /// Whether several processes may use it at once.
    pub shared: bool,
    /// Whether acknowledged batches survive the process.
    pub durable: bool,
    /// Whose time decides about expiry and leases.
    pub clock: ClockSource,
    /// Whether acknowledged batches survive a failover.
    pub survives_failover: bool,
    /// Whether watches are pushed and never need polling.
    pub push_signals: bool,
    /// Whether `get_many` and pages are snapshots.
    pub snapshots: bool,
    /// Whether a change journal is kept for backups.
    pub journal: bool,
    /// Largest payload in bytes.
    pub max_value: u32,
    /// Largest batch in bytes.
    pub max_batch_bytes: u32,
}

impl Capability {
    /// An embedded store in one process with the usual limits; not durable, no journal.
    pub const fn embedded(backend: &'static str) -> Self {
        Self {
            backend,
            shared: false,
            durable: false,
            clock: ClockSource::Injected,
            survives_failover: false,
            push_signals: true,
            snapshots: true,
            journal: false,
            max_value: MAX_PAYLOAD as u32,
            max_batch_bytes: MAX_BATCH_BYTES as u32,
        }
    }

    /// The same, with acknowledged batches that survive the process.
    #[must_use]
    pub const fn durable(mut self) -> Self {
        self.durable = true;
        self
    }
}

/// Whose time a store goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockSource {
    /// The injected [`crate::clock::Clock`].
    Injected,
    /// The server's.
    Server,
}

/// Identifies one write in the life of a store. Never reused; the order of two revisions means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Revision(u64);

impl Revision {
    /// The revision with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl std::fmt::Display for Revision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.0, f)
    }
}
