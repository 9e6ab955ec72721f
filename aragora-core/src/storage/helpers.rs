//! What every store can do through the eight methods of its trait.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, Stream};

use super::address::{Address, KeyRange};
use super::backoff;
use super::batch::{Batch, Commit, Op, Precondition};
use super::scan::{Cursor, Entry, PageRequest, ScanOrder, ScanPage};
use super::{Revision, Storage};
use crate::error::{Error, ErrorKind, Result};
use crate::telemetry::Parts;

impl dyn Storage {
    /// The live entry at an address.
    pub async fn get(&self, at: Address) -> Result<Option<Entry>> {
        Ok(self.get_many(vec![at]).await?.pop().flatten())
    }

    /// Writes a value that stays, whatever was there.
    pub async fn put(&self, at: Address, frame: Bytes) -> Result<Revision> {
        self.put_one(at, frame, None, Precondition::Any).await
    }

    /// Writes a value that expires after `ttl`, whatever was there.
    pub async fn put_for(&self, at: Address, frame: Bytes, ttl: Duration) -> Result<Revision> {
        self.put_one(at, frame, Some(ttl), Precondition::Any).await
    }

    /// Writes a value unless one is there; `None` then.
    pub async fn put_if_absent(&self, at: Address, frame: Bytes) -> Result<Option<Revision>> {
        match self.put_one(at, frame, None, Precondition::Absent).await {
            Ok(revision) => Ok(Some(revision)),
            Err(error) if error.kind() == ErrorKind::Conflict => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes a value if one is there.
    pub async fn delete(&self, at: Address) -> Result<()> {
        self.apply(Batch::of([Op::Delete { at, expect: Precondition::Any }])).await.map(drop)
    }

    /// Removes a value and returns it; of several concurrent calls exactly one gets it.
    pub async fn take(&self, at: Address) -> Result<Option<Entry>> {
        Ok(self.apply(Batch::of([Op::Take { at }])).await?.taken.pop().flatten())
    }

    /// Reads, changes and writes under the condition that nobody wrote in between: 16 tries, 1-50 ms apart, then
    /// `conflict`. The change gets the live entry and gives the new frame, or `None` to leave all as it is.
    pub async fn update(
        &self,
        at: Address,
        parts: &Parts,
        mut change: impl FnMut(Option<&Entry>) -> Result<Option<Bytes>> + Send,
    ) -> Result<Option<Revision>> {
        for attempt in 1.. {
            let current = self.get(at.clone()).await?;
            let Some(frame) = change(current.as_ref())? else { return Ok(None) };
            let expect = current.map_or(Precondition::Absent, |entry| Precondition::Revision(entry.revision));
            match self.put_one(at.clone(), frame, None, expect).await {
                Err(error) if error.kind() == ErrorKind::Conflict && attempt < backoff::TRIES => {
                    backoff::pause(Some(parts)).await?;
                }
                done => return done.map(Some),
            }
        }
        Err(Error::internal("an endless loop ended"))
    }

    /// Every page of a range; see [`Storage::scan`] for what is seen while others write.
    pub fn scan_all(&self, range: KeyRange, order: ScanOrder) -> impl Stream<Item = Result<ScanPage>> + Send + '_ {
        enum At {
            Start,
            After(Cursor),
            End,
        }
        stream::try_unfold(At::Start, move |at| {
            let range = range.clone();
            async move {
                let cursor = match at {
                    At::Start => None,
                    At::After(cursor) => Some(cursor),
                    At::End => return Ok(None),
                };
                let request = PageRequest { limit: super::MAX_PAGE, order, cursor, ..PageRequest::default() };
                let mut page = self.scan(range, request).await?;
                let next = page.next.take().map_or(At::End, At::After);
                Ok(Some((page, next)))
            }
        })
    }

    async fn put_one(
        &self,
        at: Address,
        frame: Bytes,
        ttl: Option<Duration>,
        expect: Precondition,
    ) -> Result<Revision> {
        let commit = self.apply(Batch::of([Op::Put { at, frame, ttl, expect }])).await?;
        first_revision(&commit)
    }
}

/// The revision of the first operation, which is a put.
pub(crate) fn first_revision(commit: &Commit) -> Result<Revision> {
    commit
        .revisions
        .first()
        .copied()
        .flatten()
        .ok_or_else(|| Error::internal("a store acknowledged a put without its revision"))
}
