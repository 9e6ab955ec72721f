use std::ops::RangeBounds;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::StorageFactory;
use crate::clock::{BoxFuture, Clock, Timestamp};
use crate::error::{ErrorKind, Result};
use crate::ids::OrgId;
use crate::storage::{
    Address, Batch, ClaimTarget, Codec, Entry, KeyBytes, KeyRange, Lease, LeaseClaim, Op, PageRequest, Precondition,
    Revision, Space, Storage, TableName, draft, open_frame,
};

/// A store under test and what cases do with it.
#[derive(Clone)]
pub struct Lab<'a> {
    pub(super) factory: &'a dyn StorageFactory,
    /// The store.
    pub store: Arc<dyn Storage>,
}

impl std::fmt::Debug for Lab<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lab").field("store", &self.store).finish_non_exhaustive()
    }
}

/// The tenant most cases write to.
pub fn tenant() -> Space {
    Space::Tenant(OrgId::trusted("acme"))
}

/// Another tenant.
pub fn other() -> Space {
    Space::Tenant(OrgId::trusted("other"))
}

/// The installation's own space.
pub fn system() -> Space {
    Space::System
}

/// A key of one text.
pub fn key(text: &str) -> KeyBytes {
    KeyBytes::of(&text.to_owned())
}

/// A frame of one text.
pub fn frame(text: &str) -> Bytes {
    draft(Codec::Raw, 1, text.as_bytes())
}

/// The text of an entry; fails if its frame is not the one of its address and revision.
pub fn text(entry: &Entry) -> Result<String> {
    let opened = open_frame(&entry.frame, &entry.address.physical())?;
    assert_eq!(opened.revision, entry.revision, "the frame carries the revision of its entry");
    Ok(String::from_utf8_lossy(opened.payload).into_owned())
}

pub(super) fn table() -> TableName {
    TableName::of_definition("suite")
}

pub(super) fn at(text: &str) -> Address {
    Address::new(tenant(), table(), key(text))
}

pub(super) fn all() -> KeyRange {
    KeyRange::all(tenant(), table())
}

pub(super) fn put(text: &str, value: &str, expect: Precondition) -> Op {
    Op::Put { at: at(text), frame: frame(value), ttl: None, expect }
}

pub(super) fn kind<T>(result: &Result<T>) -> Option<ErrorKind> {
    result.as_ref().err().map(crate::error::Error::kind)
}

pub(super) fn said<'a, T>(result: &'a Result<T>, name: &str) -> Option<&'a str> {
    result.as_ref().err().and_then(|error| error.context().get(name)).map(String::as_str)
}

impl<'a> Lab<'a> {
    pub(super) fn new(factory: &'a dyn StorageFactory, store: Arc<dyn Storage>) -> Self {
        Self { factory, store }
    }

    pub(super) async fn put(&self, key: &str, value: &str) -> Result<Revision> {
        self.store.put(at(key), frame(value)).await
    }

    pub(super) async fn put_for(&self, key: &str, value: &str, ttl: Duration) -> Result<Revision> {
        self.store.put_for(at(key), frame(value), ttl).await
    }

    pub(super) async fn put_all(&self, keys: impl IntoIterator<Item = String>) -> Result<()> {
        let ops: Vec<Op> = keys.into_iter().map(|key| put(&key, &key, Precondition::Any)).collect();
        for chunk in ops.chunks(1_000) {
            self.store.apply(Batch::of(chunk)).await?;
        }
        Ok(())
    }

    pub(super) async fn value(&self, key: &str) -> Result<Option<String>> {
        self.store.get(at(key)).await?.map(|entry| text(&entry)).transpose()
    }

    /// The values of a range.
    pub(super) async fn values(&self, bounds: impl RangeBounds<KeyBytes>) -> Result<Vec<String>> {
        let range = KeyRange::new(tenant(), table(), bounds);
        self.store.scan(range, PageRequest::first(1_000)).await?.entries.iter().map(text).collect()
    }

    pub(super) async fn everything(&self) -> Result<Vec<String>> {
        self.values(..).await
    }

    pub(super) async fn claim(&self, key: &str, owner: &str, ttl: Duration) -> Result<Option<Lease>> {
        let target = ClaimTarget::Name(at(key));
        Ok(self.store.claim(LeaseClaim { target, owner: owner.to_owned(), ttl }).await?.pop())
    }

    pub(super) async fn pass(&self, time: Duration) {
        self.factory.pass(time).await;
    }
}

/// A clock that shows the time of another and never lets anybody sleep.
#[derive(Debug)]
pub struct Hurried<C>(pub C);

impl<C: Clock> Clock for Hurried<C> {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn monotonic(&self) -> Duration {
        self.0.monotonic()
    }

    fn sleep_until(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::task::yield_now())
    }
}
