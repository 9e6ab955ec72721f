//! Typed records over any store.
//!
//! A record is JSON in a frame. Reading checks the frame's sum, refuses what two readers could read differently, and
//! lifts older schemas step by step; writing keeps the index rows of a record in the same batch.

mod codec;
mod def;
mod migrate;
mod stage;

use std::fmt;
use std::marker::PhantomData;
use std::ops::Bound;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, Stream, StreamExt as _, TryStreamExt as _};

pub use def::{Class, FieldPolicy, IndexDef, Seal, SpaceKind, TableDef, TableRecord, check_definitions};
pub use migrate::MigratePage;
pub use stage::Replaces;

use super::address::{Address, KeyRange, Space, TableName};
use super::backoff;
use super::batch::{Batch, Op, Precondition};
use super::helpers::first_revision;
use super::key::{KeyBytes, KeyCodec};
use super::scan::{Corrupt, Cursor, Entry, OnCorrupt, PageRequest, ScanOrder};
use super::watch::Watch;
use super::{Revision, Storage};
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::telemetry::{Parts, names};

/// The records of one table in one space. Cheap to make and to clone.
pub struct Table<T> {
    storage: Arc<dyn Storage>,
    space: Space,
    parts: Option<Parts>,
    record: PhantomData<fn() -> T>,
}

/// A record with the write that made it.
#[derive(Clone, Debug, PartialEq)]
pub struct Versioned<T> {
    /// The record.
    pub value: T,
    /// The write that made it.
    pub revision: Revision,
    /// When it expires; `None` is never.
    pub expires_at: Option<Timestamp>,
}

/// Records in the order of the request.
#[derive(Clone, Debug, PartialEq)]
pub struct TablePage<T> {
    /// The records.
    pub records: Vec<Versioned<T>>,
    /// Rows that cannot be read, with [`OnCorrupt::Report`].
    pub corrupt: Vec<Corrupt>,
    /// Where to go on; `None` exactly when nothing followed.
    pub next: Option<Cursor>,
}

impl<T: TableRecord> Table<T> {
    /// The table in this space.
    pub fn new(storage: Arc<dyn Storage>, space: Space) -> Self {
        Self { storage, space, parts: None, record: PhantomData }
    }

    /// The same, with the instance's clock and random bytes for pauses between tries and its metrics; the machine's
    /// clock and no metrics otherwise.
    #[must_use]
    pub fn with_parts(mut self, parts: &Parts) -> Self {
        self.parts = Some(parts.clone());
        self
    }

    /// The store below.
    pub fn storage(&self) -> &Arc<dyn Storage> {
        &self.storage
    }

    /// The live record of a key.
    pub async fn get(&self, key: &T::Key) -> Result<Option<Versioned<T>>> {
        let at = self.address(key)?;
        self.storage.get(at).await?.map(|entry| codec::decode(&entry)).transpose()
    }

    /// The live records of these keys, in the order of the request, from one snapshot.
    pub async fn get_many<'a>(&self, keys: impl IntoIterator<Item = &'a T::Key>) -> Result<Vec<Option<Versioned<T>>>>
    where
        T::Key: 'a,
    {
        let at = keys.into_iter().map(|key| self.address(key)).collect::<Result<Vec<_>>>()?;
        let found = self.storage.get_many(at).await?;
        found.iter().map(|entry| entry.as_ref().map(codec::decode).transpose()).collect()
    }

    /// Writes a record that stays, whatever was there.
    pub async fn put(&self, record: &T) -> Result<Revision> {
        self.put_now(record, None).await
    }

    /// Writes a record that expires after `ttl`, whatever was there. Its index rows expire with it.
    pub async fn put_for(&self, record: &T, ttl: Duration) -> Result<Revision> {
        self.put_now(record, Some(ttl)).await
    }

    async fn put_now(&self, record: &T, ttl: Option<Duration>) -> Result<Revision> {
        if T::DEF.indexes.is_empty() {
            let mut batch = Batch::default();
            self.stage_put_for(&mut batch, record, Replaces::Anything, ttl)?;
            return first_revision(&self.storage.apply(batch).await?);
        }
        // The old index rows are known only from the old record.
        let written = self.change(&record.key(), |_| Ok(Change::Put(record.clone(), ttl))).await?;
        written.revision.ok_or_else(|| Error::internal("a put wrote nothing"))
    }

    /// Writes a record unless one is there; `None` then.
    pub async fn put_if_absent(&self, record: &T) -> Result<Option<Revision>> {
        let mut batch = Batch::default();
        self.stage_put(&mut batch, record, Replaces::Nothing)?;
        match self.storage.apply(batch).await {
            Ok(commit) => first_revision(&commit).map(Some),
            Err(error) if error.kind() == ErrorKind::Conflict => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads, changes and writes under the condition that nobody wrote in between: 16 tries, 1-50 ms apart, then
    /// `conflict`. The change gives the new record, which stays for ever, or `None` to leave all as it is. Gives what
    /// is there afterwards.
    pub async fn update(
        &self,
        key: &T::Key,
        mut change: impl FnMut(Option<T>) -> Result<Option<T>> + Send,
    ) -> Result<Option<T>> {
        let changed = self
            .change(key, |current| {
                change(current.cloned()).map(|new| new.map_or(Change::Keep, |new| Change::Put(new, None)))
            })
            .await?;
        Ok(changed.after)
    }

    /// Removes the record of a key if there is one, with its index rows.
    pub async fn delete(&self, key: &T::Key) -> Result<()> {
        if T::DEF.indexes.is_empty() {
            return self.storage.delete(self.address(key)?).await;
        }
        self.change(key, |current| Ok(current.map_or(Change::Keep, |_| Change::Delete))).await.map(drop)
    }

    /// Removes the record of a key and returns it; of several concurrent calls exactly one gets it.
    pub async fn take(&self, key: &T::Key) -> Result<Option<Versioned<T>>> {
        if T::DEF.indexes.is_empty() {
            let taken = self.storage.take(self.address(key)?).await?;
            return taken.map(|entry| codec::decode(&entry)).transpose();
        }
        Ok(self.change(key, |current| Ok(current.map_or(Change::Keep, |_| Change::Delete))).await?.before)
    }

    /// One page of a range of [`Self::all`], [`Self::range`] or [`Self::prefix`].
    pub async fn scan(&self, range: KeyRange, page: PageRequest) -> Result<TablePage<T>> {
        let report = page.on_corrupt == OnCorrupt::Report;
        let page = self.storage.scan(range, page).await?;
        let mut corrupt = page.corrupt;
        let mut records = Vec::with_capacity(page.entries.len());
        for entry in page.entries {
            match codec::decode(&entry) {
                Ok(record) => records.push(record),
                Err(error) if report => corrupt.push(Corrupt { address: entry.address, error }),
                Err(error) => return Err(error),
            }
        }
        Ok(TablePage { records, corrupt, next: page.next })
    }

    /// Every record of a range; damage ends it with an error.
    pub fn scan_all(&self, range: KeyRange, order: ScanOrder) -> impl Stream<Item = Result<Versioned<T>>> + Send + '_ {
        self.storage.scan_all(range, order).flat_map(|page| match page {
            Ok(page) => stream::iter(page.entries).map(|entry| codec::decode(&entry)).left_stream(),
            Err(error) => stream::iter([Err(error)]).right_stream(),
        })
    }

    /// Every record of a range in one vector, ascending; for ranges known to be small.
    pub async fn collect(&self, range: KeyRange) -> Result<Vec<Versioned<T>>> {
        self.scan_all(range, ScanOrder::Ascending).try_collect().await
    }

    /// Every key of the table.
    pub fn all(&self) -> KeyRange {
        KeyRange::all(self.space.clone(), name::<T>())
    }

    /// The keys between these.
    pub fn range(&self, from: Bound<&T::Key>, to: Bound<&T::Key>) -> KeyRange {
        KeyRange::new(self.space.clone(), name::<T>(), (from.map(KeyBytes::of), to.map(KeyBytes::of)))
    }

    /// The keys whose first components are these.
    pub fn prefix<P: KeyCodec>(&self, first: &P) -> KeyRange {
        KeyRange::prefix(self.space.clone(), name::<T>(), &KeyBytes::of(first))
    }

    /// Wake-up hints for a range.
    pub async fn watch(&self, range: KeyRange) -> Result<Watch> {
        self.storage.watch(range).await
    }

    /// Where the record of a key lies; `invalid_request` if the table does not belong in this space.
    pub fn address(&self, key: &T::Key) -> Result<Address> {
        let fits = match (T::DEF.space, &self.space) {
            (SpaceKind::System, Space::System) | (SpaceKind::Tenant, Space::Tenant(_)) | (SpaceKind::Either, _) => true,
            (SpaceKind::System, Space::Tenant(_)) | (SpaceKind::Tenant, Space::System) => false,
        };
        if fits {
            return Ok(Address::new(self.space.clone(), name::<T>(), KeyBytes::of(key)));
        }
        Err(Error::new(ErrorKind::InvalidRequest, "this table does not belong in this space")
            .with("table", T::DEF.name))
    }

    pub(crate) fn index_address(&self, index: &IndexDef, index_key: &KeyBytes, key: &T::Key) -> Address {
        let at = index_key.followed_by(&KeyBytes::of(key));
        Address::new(self.space.clone(), TableName::of_definition(index.table), at)
    }

    pub(crate) fn space(&self) -> &Space {
        &self.space
    }

    pub(crate) fn decode(entry: &Entry) -> Result<Versioned<T>> {
        codec::decode(entry)
    }

    pub(crate) fn count_orphans(&self, orphans: u64) {
        if let Some(parts) = self.parts.as_ref().filter(|_| orphans > 0) {
            parts.telemetry.counter(&names::STORAGE_INDEX_ORPHANS_TOTAL, &[T::DEF.name]).add(orphans);
        }
    }

    async fn change(
        &self,
        key: &T::Key,
        mut decide: impl FnMut(Option<&T>) -> Result<Change<T>> + Send,
    ) -> Result<Changed<T>> {
        for attempt in 1.. {
            let before = self.get(key).await?;
            let mut batch = Batch::default();
            let after = match decide(before.as_ref().map(|current| &current.value))? {
                Change::Keep => {
                    return Ok(Changed { after: before.as_ref().map(|b| b.value.clone()), before, revision: None });
                }
                Change::Delete => {
                    if let Some(current) = &before {
                        self.stage_delete(&mut batch, current)?;
                    }
                    None
                }
                Change::Put(record, ttl) => {
                    if KeyBytes::of(&record.key()) != KeyBytes::of(key) {
                        return Err(Error::new(ErrorKind::InvalidRequest, "a change gave a record of another key")
                            .with("table", T::DEF.name));
                    }
                    let replaces = before.as_ref().map_or(Replaces::Nothing, Replaces::This);
                    self.stage_put_for(&mut batch, &record, replaces, ttl)?;
                    Some(record)
                }
            };
            match self.storage.apply(batch).await {
                Ok(commit) => {
                    let revision = commit.revisions.first().copied().flatten();
                    return Ok(Changed { before, after, revision });
                }
                Err(error) if error.kind() == ErrorKind::Conflict && attempt < backoff::TRIES => {
                    backoff::pause(self.parts.as_ref()).await?;
                }
                Err(error) => return Err(error),
            }
        }
        Err(Error::internal("an endless loop ended"))
    }
}

enum Change<T> {
    Keep,
    Put(T, Option<Duration>),
    Delete,
}

struct Changed<T> {
    before: Option<Versioned<T>>,
    after: Option<T>,
    revision: Option<Revision>,
}

fn name<T: TableRecord>() -> TableName {
    TableName::of_definition(T::DEF.name)
}

impl<T> Clone for Table<T> {
    fn clone(&self) -> Self {
        Self {
            storage: self.storage.clone(),
            space: self.space.clone(),
            parts: self.parts.clone(),
            record: PhantomData,
        }
    }
}

impl<T: TableRecord> fmt::Debug for Table<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("name", &T::DEF.name).field("space", &self.space).finish_non_exhaustive()
    }
}

fn put_op(at: Address, frame: bytes::Bytes, ttl: Option<Duration>, expect: Precondition) -> Op {
    Op::Put { at, frame, ttl, expect }
}
