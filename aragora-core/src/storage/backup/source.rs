//! What a backend gives to backups, and takes from a restore, beyond the eight methods of [`super::super::Storage`].

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::Revision;

/// How many rows one piece of a view holds at most.
pub const MAX_ROWS: usize = 1_000;

/// A place in a store's change journal. Only the backend that wrote it can read it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JournalMark(String);

impl JournalMark {
    /// The mark with this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for JournalMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which store this is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreIdentity {
    /// 32 hex digits, made with the store and kept by a restore.
    pub store_id: String,
    /// Rises with every restore in place; 0 where a backend has none.
    pub generation: u64,
}

/// What a store counts with. A restored store counts on from far above, so that nothing from before a loss matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// The latest revision, 0 where revisions are random.
    pub revision: u64,
    /// The latest token of a lease.
    pub token: u64,
}

impl Counters {
    /// Where a restored store goes on: revisions 2^32 and tokens 2^20 later.
    #[must_use]
    pub const fn after_restore(self) -> Self {
        Self { revision: self.revision.saturating_add(1 << 32), token: self.token.saturating_add(1 << 20) }
    }
}

/// One row as it is moved between stores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRow {
    /// The physical key, by which rows of all spaces and tables are told apart.
    pub key: Bytes,
    /// The value; `None` where a journal names a row that is gone.
    pub value: Option<StoredValue>,
}

/// What lies under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredValue {
    /// The stamped frame.
    pub frame: Bytes,
    /// The write that made it.
    pub revision: Revision,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
}

impl StoredRow {
    pub(crate) fn bytes(&self) -> usize {
        self.key.len() + self.value.as_ref().map_or(0, |value| value.frame.len())
    }
}

/// Rows of one consistent state, in pieces. A store without snapshots copies page by page and ends with the rows that
/// changed meanwhile, so a row may come again, or come as a removal: the last word on a key counts, and the state is
/// that of the end.
#[async_trait]
pub trait StoreView: Send + fmt::Debug {
    /// Where the journal stands in this state: what came later is in the next view since this mark. `None` if the
    /// store keeps no journal. Valid once every row was read.
    fn mark(&self) -> Option<JournalMark>;
    /// The counters in this state. Valid once every row was read.
    fn counters(&self) -> Counters;
    /// The next rows, at most [`MAX_ROWS`] and about 4 MiB; none at the end. Leases are no rows and never in it.
    async fn next(&mut self) -> Result<Vec<StoredRow>>;
}

/// What the journal holds that no backup has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JournalLag {
    /// When the oldest such commit was made.
    pub oldest: Option<Timestamp>,
    /// Bytes of the journal.
    pub bytes: u64,
}

/// What is asked of a store that is being moved elsewhere. Reading goes on whatever is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Freeze {
    /// Refuses writers for this long; done once every write before it is done. `conflict` while somebody else holds
    /// the store.
    Begin(Duration),
    /// Refuses them for this long from now. `lease_lost` if the time before ran out: somebody may have written.
    Keep(Duration),
    /// Lets them write again.
    End,
    /// Refuses them for ever, naming where the store is now. `lease_lost` as for [`Freeze::Keep`].
    Moved(String),
}

/// A store that can be copied while it is written to, and filled from a copy.
#[async_trait]
pub trait Copyable: Send + Sync + fmt::Debug + 'static {
    /// Which store this is.
    async fn identity(&self) -> Result<StoreIdentity>;
    /// Every live row in one state. Writers are never blocked.
    async fn view(&self) -> Result<Box<dyn StoreView>>;
    /// The rows that changed after this mark, as they are now, each once; `None` if the journal does not reach back
    /// that far, or there is none.
    async fn changes(&self, since: &JournalMark) -> Result<Option<Box<dyn StoreView>>>;
    /// Forgets the journal up to this mark.
    async fn cut_journal(&self, through: &JournalMark) -> Result<()>;
    /// What the journal holds after this mark.
    async fn journal_lag(&self, since: &JournalMark) -> Result<JournalLag>;
    /// Takes rows into a store that holds none; `conflict` if it holds any.
    async fn loader(self: Arc<Self>) -> Result<Box<dyn StoreLoader>>;
    /// Holds writers off under this name, which nobody else uses. What they are told is `unavailable` and may be tried
    /// again; of a store that was moved, `invalid_state` with `moved_to`. `unsupported` where there is no way to.
    async fn freeze(&self, hold: &str, what: Freeze) -> Result<()> {
        let _ = (hold, what);
        Err(Error::new(ErrorKind::Unsupported, "this store cannot hold writers off, and so cannot be moved"))
    }
}

/// Fills an empty store. Dropped before [`StoreLoader::finish`], the store is to be thrown away.
#[async_trait]
pub trait StoreLoader: Send + fmt::Debug {
    /// Puts and removes rows as they are given; later ones take the place of earlier ones.
    async fn put(&mut self, rows: Vec<StoredRow>) -> Result<()>;
    /// Makes everything durable and lets the store count on from these counters, under this identity.
    async fn finish(self: Box<Self>, identity: StoreIdentity, counters: Counters) -> Result<()>;
}

/// How many rows a table has, and how many removals an increment holds for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TableCount {
    /// Rows with a value.
    pub rows: u64,
    /// Rows that are gone.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub removed: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // The signature that serde asks for.
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Counts by table, all spaces together.
pub type TableCounts = BTreeMap<String, TableCount>;

/// The copyable side of a store.
pub type Source = Arc<dyn Copyable>;
