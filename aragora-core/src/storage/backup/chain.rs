//! What lies at a target: names, manifests, and which backup goes on from which.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::manifest::{BackupId, Manifest};
use super::source::StoredRow;
use super::{BackupArchive, BackupFacts, chunk, invalid};
use crate::clock::Timestamp;
use crate::config::Secret;
use crate::crypto::{Cipher, FieldPath, Plain, key_not_found};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::Digest;

/// Longest chain that is followed.
const MAX_CHAIN: usize = 100_000;

const MANIFEST: &str = "manifest.json";
const VERIFIED: &str = "verified.json";

/// Written beside a manifest once its chain was read back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Verified {
    pub verified_at: Timestamp,
}

/// Manifests that were read once, for what only looks: they never change. Whoever verifies or restores reads them anew.
#[derive(Clone, Debug, Default)]
pub(super) struct Known(Arc<Mutex<Manifests>>);

/// Manifests by store and id.
type Manifests = HashMap<(String, BackupId), Arc<Manifest>>;

/// Every complete backup of a store with whether it was read back, oldest first.
pub(super) type Listing = Vec<(BackupId, bool)>;

/// Reads and writes the objects of one store's backups.
#[derive(Clone, Debug)]
pub(super) struct Shelf<'a> {
    pub archive: &'a BackupArchive,
    pub store_id: String,
}

impl Shelf<'_> {
    fn name(&self, id: &BackupId, object: &str) -> String {
        format!("{}/{id}/{object}", self.store_id)
    }

    /// Every complete backup, oldest first.
    pub(super) async fn list(&self) -> Result<Listing> {
        let mut found = Listing::new();
        let mut verified = Vec::new();
        for object in self.archive.target.list(format!("{}/", self.store_id)).await? {
            let Some((id, object)) = object.name.rsplit_once('/') else { continue };
            let Some(id) = id.rsplit('/').next().and_then(|id| id.parse::<BackupId>().ok()) else { continue };
            match object {
                MANIFEST => found.push((id, false)),
                VERIFIED => verified.push(id),
                _ => {}
            }
        }
        found.sort();
        for (id, is_verified) in &mut found {
            *is_verified = verified.contains(id);
        }
        Ok(found)
    }

    /// The manifest of the latest backup of a listing.
    pub(super) async fn latest(&self, seen: &Listing) -> Result<Option<Arc<Manifest>>> {
        match seen.last() {
            Some((id, _)) => self.known(id).await.map(Some),
            None => Ok(None),
        }
    }

    /// A manifest as it was when this process read or wrote it first.
    pub(super) async fn known(&self, id: &BackupId) -> Result<Arc<Manifest>> {
        let at = (self.store_id.clone(), id.clone());
        if let Some(manifest) = self.remembered().get(&at) {
            return Ok(manifest.clone());
        }
        let manifest = Arc::new(self.manifest(id).await?);
        self.remembered().insert(at, manifest.clone());
        Ok(manifest)
    }

    fn remembered(&self) -> std::sync::MutexGuard<'_, Manifests> {
        self.archive.known.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn manifest(&self, id: &BackupId) -> Result<Manifest> {
        let bytes = self.object(id, MANIFEST).await?;
        let manifest = Manifest::read(id, &bytes, self.keyring())?;
        if manifest.store.store_id != self.store_id {
            return Err(invalid("a manifest of another store").with("backup", id));
        }
        Ok(manifest)
    }

    /// The chain that ends with this backup, the full one first.
    pub(super) async fn chain(&self, id: &BackupId) -> Result<Vec<Manifest>> {
        let mut chain = vec![self.manifest(id).await?];
        while let Some(parent) = chain.last().and_then(|child| child.parent.clone()) {
            let child = chain.last().and_then(|child| child.journal_from.clone());
            let manifest = self.manifest(&parent).await.map_err(|error| match error.kind() {
                ErrorKind::NotFound => invalid("a chain lacks a backup").with("backup", &parent),
                _ => error,
            })?;
            if manifest.journal_to != child || child.is_none() || manifest.id >= *id {
                return Err(invalid("an increment does not go on where its parent ended").with("backup", id));
            }
            if chain.len() == MAX_CHAIN {
                return Err(invalid("a chain without an end").with("backup", id));
            }
            chain.push(manifest);
        }
        chain.reverse();
        Ok(chain)
    }

    pub(super) async fn put_manifest(&self, manifest: Manifest) -> Result<Arc<Manifest>> {
        let (id, name) = (manifest.id.clone(), self.name(&manifest.id, MANIFEST));
        let bytes = manifest.write(self.keyring())?;
        self.archive.target.put(name.clone(), bytes.clone()).await?;
        // What cannot be read back was not stored.
        if self.archive.target.get(name).await? != bytes {
            return Err(invalid("a manifest does not come back as it was written").with("backup", id));
        }
        let manifest = Arc::new(Manifest::read(&id, &bytes, self.keyring())?);
        self.remembered().insert((self.store_id.clone(), id), manifest.clone());
        Ok(manifest)
    }

    /// Stores a chunk and gives its digest and size as stored.
    pub(super) async fn put_chunk(&self, id: &BackupId, number: usize, chunk: Vec<u8>) -> Result<(Digest, u64)> {
        if chunk.len() > chunk::MAX_CHUNK && self.archive.cipher.is_some() {
            let reason = "a row is too large to be sealed in a backup";
            return Err(Error::new(ErrorKind::LimitExceeded, reason).with("bytes", chunk.len()));
        }
        let stored = match &self.archive.cipher {
            Some(cipher) => seal(cipher, id, number, chunk)?,
            None => chunk,
        };
        let described = (Digest::of(&stored), stored.len() as u64);
        self.archive.target.put(self.name(id, &chunk_name(number)), stored).await?;
        Ok(described)
    }

    /// The rows of a chunk, if its bytes are those the manifest names.
    pub(super) async fn chunk(&self, manifest: &Manifest, number: usize) -> Result<Vec<StoredRow>> {
        let id = &manifest.id;
        let info = manifest.chunks.get(number).ok_or_else(|| Error::internal("a chunk beyond the manifest"))?;
        let at = |error: Error| error.with("backup", id).with("chunk", number);
        let stored = self.object(id, &chunk_name(number)).await?;
        if stored.len() as u64 != info.bytes || Digest::of(&stored) != info.sha256 {
            return Err(at(invalid("a chunk is not the one that was written")));
        }
        let bytes = match (&self.archive.cipher, manifest.sealed) {
            (Some(cipher), true) => open(cipher, id, number, &stored)?,
            (None, true) => match manifest.mac_key {
                Some(key) => return Err(at(key_not_found(&key))),
                None => return Err(at(invalid("a sealed backup names no key"))),
            },
            (_, false) => Bytes::from(stored),
        };
        let rows = chunk::read(bytes).map_err(at)?;
        if rows.len() as u64 != info.records {
            return Err(at(invalid("a chunk holds another number of rows than its manifest says")));
        }
        Ok(rows)
    }

    pub(super) async fn mark_verified(&self, id: &BackupId, at: Timestamp) -> Result<()> {
        let bytes = serde_json::to_vec(&Verified { verified_at: at }).unwrap_or_default();
        self.archive.target.put(self.name(id, VERIFIED), bytes).await
    }

    /// What a plan of pruning needs to know of each backup.
    pub(super) async fn facts(&self, seen: &Listing) -> Result<Vec<BackupFacts>> {
        let mut facts = Vec::with_capacity(seen.len());
        for (id, verified) in seen {
            let manifest = self.known(id).await?;
            let (parent, ended_at) = (manifest.parent.clone(), manifest.ended_at);
            facts.push(BackupFacts { id: id.clone(), parent, ended_at, verified: *verified });
        }
        // What lies there no longer is not remembered either.
        let lies_there = |id: &BackupId| seen.binary_search_by(|(other, _)| other.cmp(id)).is_ok();
        self.remembered().retain(|(store, id), _| *store != self.store_id || lies_there(id));
        Ok(facts)
    }

    /// Removes a backup: its manifest first, so that what is left over is no backup.
    pub(super) async fn remove(&self, id: &BackupId) -> Result<()> {
        let target = &self.archive.target;
        target.delete(self.name(id, MANIFEST)).await?;
        for object in target.list(format!("{}/{id}/", self.store_id)).await? {
            target.delete(object.name).await?;
        }
        Ok(())
    }

    async fn object(&self, id: &BackupId, object: &str) -> Result<Vec<u8>> {
        self.archive.target.get(self.name(id, object)).await
    }

    pub(super) fn keyring(&self) -> Option<&crate::crypto::Keyring> {
        self.archive.cipher.as_ref().map(|cipher| &**cipher.keyring())
    }
}

fn chunk_name(number: usize) -> String {
    format!("chunk-{number:06}")
}

fn place<'a>(id: &'a str, field: &'a str) -> FieldPath<'a> {
    FieldPath { tenant: "", store: "backup", record: id.as_bytes(), field }
}

fn seal(cipher: &Cipher, id: &BackupId, number: usize, chunk: Vec<u8>) -> Result<Vec<u8>> {
    let envelope = cipher.seal(&place(&id.to_string(), &number.to_string()), Plain::Bytes(Secret::new(chunk)))?;
    Ok(envelope.into_bytes())
}

fn open(cipher: &Cipher, id: &BackupId, number: usize, stored: &[u8]) -> Result<Bytes> {
    match cipher.open(&place(&id.to_string(), &number.to_string()), stored)? {
        // Rows that are secret are sealed inside, so this copy is worth no more than the store's own pages in memory.
        Plain::Bytes(bytes) => Ok(Bytes::copy_from_slice(&Zeroizing::new(bytes.expose().clone()))),
        _ => Err(invalid("a chunk was sealed as something else")),
    }
}
