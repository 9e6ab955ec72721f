//! Objects larger than a value may be.
//!
//! An object is 1 MiB rows and, written last, a manifest with length and SHA-256. The rows of each upload carry a
//! random id, so a reader of the old manifest and a writer of the new never meet, and without a manifest there is
//! nothing to see.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use serde::{Deserialize, Serialize};

use super::Storage;
use super::address::{Address, Space, TableName};
use super::backoff::TRIES;
use super::batch::{Batch, Op, Precondition};
use super::frame::{Codec, draft, draft_json, open};
use super::key::KeyBytes;
use super::scan::Entry;
use crate::entropy::Entropy;
use crate::error::{Error, ErrorKind, Result};
use crate::ids::Digest;

/// Bytes of one row.
const CHUNK: usize = 1 << 20;
/// Rows written or removed by one batch.
const ROWS: usize = 16;

/// Large objects by key, in one table of one space.
#[derive(Clone, Debug)]
pub struct Blobs {
    storage: Arc<dyn Storage>,
    entropy: Arc<dyn Entropy>,
    space: Space,
    table: TableName,
}

#[derive(Serialize, Deserialize)]
struct Manifest {
    upload: Digest,
    length: u64,
    sha256: Digest,
}

impl Manifest {
    fn rows(&self) -> u64 {
        self.length.div_ceil(CHUNK as u64)
    }
}

impl Blobs {
    /// The objects of this table.
    pub fn new(storage: Arc<dyn Storage>, entropy: Arc<dyn Entropy>, space: Space, table: TableName) -> Self {
        Self { storage, entropy, space, table }
    }

    /// Stores an object, in place of the one that was there.
    pub async fn put(&self, key: &KeyBytes, object: &Bytes) -> Result<()> {
        let mut id = [0; 32];
        self.entropy.fill(&mut id)?;
        let manifest = Manifest { upload: id.into(), length: object.len() as u64, sha256: Digest::of(object) };
        let mut rows = (0u64..).zip(object.chunks(CHUNK)).peekable();
        while rows.peek().is_some() {
            let ops: Vec<Op> = rows
                .by_ref()
                .take(ROWS)
                .map(|(index, chunk)| Op::Put {
                    at: self.row(key, &manifest, index),
                    frame: draft(Codec::Raw, 1, chunk),
                    ttl: None,
                    expect: Precondition::Absent,
                })
                .collect();
            self.storage.apply(Batch::of(ops)).await?;
        }
        self.replace(key, Some(&manifest)).await
    }

    /// The object of a key. One that is damaged is `corrupt`.
    pub async fn get(&self, key: &KeyBytes) -> Result<Option<Bytes>> {
        for _ in 0..TRIES {
            let Some(entry) = self.storage.get(self.head(key)).await? else { return Ok(None) };
            let manifest = manifest(&entry)?;
            if let Some(object) = self.read(key, &manifest).await? {
                return Ok(Some(object));
            }
            // A row is gone: either a newer object took this one's place, or it is damaged.
            let now = self.storage.get(self.head(key)).await?;
            if now.is_some_and(|now| now.revision == entry.revision) {
                return Err(corrupt("an object lacks a row").with("table", &self.table));
            }
        }
        Err(Error::new(ErrorKind::Conflict, "an object was replaced each time it was read").with("table", &self.table))
    }

    /// Removes the object of a key, if there is one.
    pub async fn delete(&self, key: &KeyBytes) -> Result<()> {
        self.replace(key, None).await
    }

    async fn read(&self, key: &KeyBytes, manifest: &Manifest) -> Result<Option<Bytes>> {
        let mut object = BytesMut::new();
        for start in (0..manifest.rows()).step_by(ROWS) {
            let end = manifest.rows().min(start + ROWS as u64);
            let at = (start..end).map(|index| self.row(key, manifest, index)).collect();
            for entry in self.storage.get_many(at).await? {
                let Some(entry) = entry else { return Ok(None) };
                object.extend_from_slice(open(&entry.frame, &entry.address.physical())?.payload);
            }
        }
        let object = object.freeze();
        if object.len() as u64 != manifest.length || Digest::of(&object) != manifest.sha256 {
            return Err(corrupt("an object is not the one that was stored").with("table", &self.table));
        }
        Ok(Some(object))
    }

    async fn replace(&self, key: &KeyBytes, new: Option<&Manifest>) -> Result<()> {
        let at = self.head(key);
        for _ in 0..TRIES {
            let old = self.storage.get(at.clone()).await?;
            let expect = old.as_ref().map_or(Precondition::Absent, |old| Precondition::Revision(old.revision));
            let mut batch = Batch::default();
            match new {
                Some(manifest) => batch.put(at.clone(), draft_json(1, manifest)?, expect),
                None if old.is_none() => return Ok(()),
                None => batch.delete(at.clone(), expect),
            };
            match self.storage.apply(batch).await {
                Ok(_) => return self.remove_rows(key, old.as_ref().map(manifest).transpose()?).await,
                // Whoever was quicker removes the rows of the one before.
                Err(error) if error.kind() == ErrorKind::Conflict => {}
                Err(error) => return Err(error),
            }
        }
        Err(Error::new(ErrorKind::Conflict, "an object was replaced each time it was written")
            .with("table", &self.table))
    }

    async fn remove_rows(&self, key: &KeyBytes, old: Option<Manifest>) -> Result<()> {
        let Some(old) = old else { return Ok(()) };
        for start in (0..old.rows()).step_by(ROWS) {
            let rows = start..old.rows().min(start + ROWS as u64);
            let ops: Vec<Op> =
                rows.map(|index| Op::Delete { at: self.row(key, &old, index), expect: Precondition::Any }).collect();
            self.storage.apply(Batch::of(ops)).await?;
        }
        Ok(())
    }

    fn head(&self, key: &KeyBytes) -> Address {
        Address::new(self.space.clone(), self.table.clone(), key.clone())
    }

    fn row(&self, key: &KeyBytes, manifest: &Manifest, index: u64) -> Address {
        self.head(&key.followed_by(&KeyBytes::of(&(manifest.upload, index))))
    }
}

fn manifest(entry: &Entry) -> Result<Manifest> {
    let frame = open(&entry.frame, &entry.address.physical())?;
    serde_json::from_slice(frame.payload).map_err(|error| corrupt("a manifest cannot be read").caused_by(error))
}

fn corrupt(reason: &str) -> Error {
    Error::new(ErrorKind::Corrupt, reason)
}
