//! What lies at a target: names, manifests, and which backup goes on from which.

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
    pub(super) async fn list(&self) -> Result<Vec<(BackupId, bool)>> {
        let mut found: Vec<(BackupId, bool)> = Vec::new();
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

    pub(super) async fn latest(&self) -> Result<Option<Manifest>> {
        match self.list().await?.pop() {
            Some((id, _)) => self.manifest(&id).await.map(Some),
            None => Ok(None),
        }
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

    pub(super) async fn put_manifest(&self, manifest: Manifest) -> Result<()> {
        let (id, name) = (manifest.id.clone(), self.name(&manifest.id, MANIFEST));
        let bytes = manifest.write(self.keyring())?;
        self.archive.target.put(name.clone(), bytes.clone()).await?;
        // What cannot be read back was not stored.
        if self.archive.target.get(name).await? != bytes {
            return Err(invalid("a manifest does not come back as it was written").with("backup", id));
        }
        Ok(())
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
    pub(super) async fn facts(&self) -> Result<Vec<BackupFacts>> {
        let mut facts = Vec::new();
        for (id, verified) in self.list().await? {
            let manifest = self.manifest(&id).await?;
            facts.push(BackupFacts { id, parent: manifest.parent, ended_at: manifest.ended_at, verified });
        }
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
