//! The wrapped keys of tenants, apart from the data they seal.
//!
//! Rows of table `tenant_keys` never enter a backup: destroying a tenant's keys would not reach them there. They lie in
//! a bundle beside the backups of a store, of which only the newest is kept. It is written before the manifest of each
//! backup that needs it and again whenever keys are destroyed; older bundles are deleted then.
//!
//! ```text
//! <store id>/keys/<ULID>-<first 8 bytes of the SHA-256 of the rows>/<part>-of-<parts>
//! ```
//! A part is a chunk of rows, with a cipher one envelope (store `key_bundle`, record = bundle, field = part). A bundle
//! of which a part is missing was never finished, and does not count.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use data_encoding::HEXLOWER;
use futures_util::TryStreamExt as _;
use sha2::{Digest as _, Sha256};

use super::chain::Shelf;
use super::chunk::{self, ChunkWriter};
use super::source::{StoredRow, StoredValue};
use super::{Backups, invalid};
use crate::config::Secret;
use crate::crypto::{FieldPath, KeyId, Keyring, Plain, envelope_key_id, key_not_found};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::ulid;
use crate::storage::tenant_keys::{KEY_TABLE, is_tombstone};
use crate::storage::{KeyRange, Lease, Leases, ScanOrder, Space, TableName, open_frame};

/// How long writing a bundle holds its lease.
const LEASE: Duration = Duration::from_secs(60);
/// How often and after which pause somebody else's writing is waited for.
const WAITS: u32 = 60;
const PAUSE: Duration = Duration::from_secs(1);
/// How often keys may change while they are written before that is given up.
const TRIES: usize = 16;

/// A bundle that is whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Bundle {
    /// ULID and digest.
    name: String,
    parts: usize,
}

/// What became of the wrapped keys.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    /// Whether a bundle was written.
    written: bool,
    /// Whether there are any keys.
    pub(super) any: bool,
}

impl Bundle {
    fn holds(&self, digest: &str) -> bool {
        self.name.rsplit('-').next() == Some(digest)
    }
}

fn keys() -> KeyRange {
    KeyRange::all(Space::System, TableName::of_definition(KEY_TABLE))
}

fn is_key_row(row: &StoredRow, prefix: &[u8]) -> bool {
    row.key.starts_with(prefix)
}

/// What the physical keys of key rows begin with.
fn prefix() -> Bytes {
    match keys().physical() {
        Some((std::ops::Bound::Included(prefix), _)) => prefix,
        // The range of a whole table begins with its prefix.
        _ => Bytes::from_static(&[0xff]),
    }
}

/// Takes the wrapped keys out of what a backup is to hold. Gives whether there were any.
pub(super) fn take_out(rows: &mut Vec<StoredRow>) -> bool {
    let (count, prefix) = (rows.len(), prefix());
    rows.retain(|row| !is_key_row(row, &prefix));
    rows.len() < count
}

impl Backups {
    /// Stores the wrapped keys of tenants as they are now, unless that is what the bundle holds under the key that is
    /// active now, and deletes every other bundle. Gives whether one was written. Backups do so themselves, and so does
    /// [`TenantKeys`](crate::storage::TenantKeys) that was told of them.
    ///
    /// `conflict`, to be repeated, if another process was at it for a minute; `lease_lost`, if this one stalled so long
    /// that another took its turn.
    pub async fn store_keys(&self) -> Result<bool> {
        Ok(self.keep_keys().await?.written)
    }

    pub(super) async fn keep_keys(&self) -> Result<Kept> {
        let shelf = self.shelf().await?;
        let (found, rows) = (shelf.bundles().await?, self.key_rows().await?);
        let any = !rows.is_empty();
        let current = match found.as_slice() {
            [] => rows.is_empty(),
            [only] => only.holds(&digest(&parts_of(&rows))) && shelf.is_sealed_now(only).await?,
            _ => false,
        };
        if current {
            return Ok(Kept { written: false, any });
        }
        let mut lease = self.bundle_lease().await?;
        let written = self.write_bundle(&shelf, &mut lease).await;
        // A lease that cannot be given back lapses by itself.
        drop(self.store.renew(lease, None).await);
        written.map(|()| Kept { written: true, any })
    }

    /// Under the lease: whoever reads keys before they are destroyed and writes them afterwards sees that they changed,
    /// and writes again.
    async fn write_bundle(&self, shelf: &Shelf<'_>, lease: &mut Lease) -> Result<()> {
        // Nothing that appears from now on is deleted: if this process stalls, it is what another wrote in its turn.
        let mut old = shelf.bundle_objects().await?;
        for _ in 0..TRIES {
            let parts = parts_of(&self.key_rows().await?);
            let digest = digest(&parts);
            let parts_now = &self.archive.parts;
            let name = format!("{}-{digest}", ulid(parts_now.clock.now(), &*parts_now.entropy)?);
            let bundle = Bundle { name, parts: parts.len() };
            for (number, part) in parts.into_iter().enumerate() {
                shelf.put_part(&bundle, number, part).await?;
                self.hold(shelf, &bundle, lease).await?;
            }
            if digest == self::digest(&parts_of(&self.key_rows().await?)) {
                self.hold(shelf, &bundle, lease).await?;
                for object in old {
                    self.archive.target.delete(object).await?;
                }
                return Ok(());
            }
            old.extend((0..bundle.parts).map(|number| shelf.part_name(&bundle, number)));
        }
        let reason = "the keys of tenants change faster than they are stored";
        Err(Error::new(ErrorKind::Conflict, reason).retryable_if(true))
    }

    /// Renews the lease. Where another process has it, what was written of this bundle goes, if there is a newer one.
    async fn hold(&self, shelf: &Shelf<'_>, bundle: &Bundle, lease: &mut Lease) -> Result<()> {
        match self.store.renew(lease.clone(), Some(LEASE)).await {
            Ok(renewed) => *lease = renewed,
            Err(error) => {
                if error.kind() == ErrorKind::LeaseLost
                    && shelf.bundles().await?.iter().any(|other| other.name > bundle.name)
                {
                    for number in 0..bundle.parts {
                        self.archive.target.delete(shelf.part_name(bundle, number)).await?;
                    }
                }
                return Err(error);
            }
        }
        Ok(())
    }

    async fn key_rows(&self) -> Result<Vec<StoredRow>> {
        let pages: Vec<_> = self.store.scan_all(keys(), ScanOrder::Ascending).try_collect().await?;
        let entries = pages.into_iter().flat_map(|page| page.entries);
        Ok(entries
            .map(|entry| StoredRow {
                key: entry.address.physical(),
                value: Some(StoredValue { frame: entry.frame, revision: entry.revision, expires_at: entry.expires_at }),
            })
            .collect())
    }

    async fn bundle_lease(&self) -> Result<Lease> {
        let named = Leases::new(self.store.clone(), Space::System).named("key_bundle");
        let clock = &self.archive.parts.clock;
        for _ in 0..WAITS {
            if let Some(lease) = named.claim("key_bundle", LEASE).await? {
                return Ok(lease);
            }
            clock.sleep_until(clock.monotonic().saturating_add(PAUSE)).await;
        }
        Err(Error::new(ErrorKind::Conflict, "another process stores the keys of tenants").retryable_if(true))
    }
}

impl Shelf<'_> {
    /// The rows of `tenant_keys` that a restore puts: of each tenant that of the newest bundle, unless any bundle says
    /// that its keys were destroyed. `None` if there is no bundle.
    pub(super) async fn key_rows(&self) -> Result<Option<Vec<StoredRow>>> {
        let bundles = self.bundles().await?;
        let mut merged: BTreeMap<Bytes, (StoredRow, bool)> = BTreeMap::new();
        // There is one, except after a process was killed while it wrote the next.
        for bundle in &bundles {
            for number in 0..bundle.parts {
                for row in self.bundle_part(bundle, number).await? {
                    let destroyed = check(&row)?;
                    if merged.get(&row.key).is_none_or(|(_, destroyed)| !destroyed) {
                        merged.insert(row.key.clone(), (row, destroyed));
                    }
                }
            }
        }
        Ok((!bundles.is_empty()).then(|| merged.into_values().map(|(row, _)| row).collect()))
    }

    async fn bundles(&self) -> Result<Vec<Bundle>> {
        let folder = format!("{}/keys/", self.store_id);
        let mut seen: BTreeMap<Bundle, usize> = BTreeMap::new();
        for object in self.bundle_objects().await? {
            let found = object.strip_prefix(&folder).and_then(|rest| rest.split_once('/'));
            let Some((name, (_, parts))) = found.and_then(|(name, part)| Some((name, part.split_once("-of-")?))) else {
                continue;
            };
            if let Ok(parts) = parts.parse() {
                *seen.entry(Bundle { name: name.to_owned(), parts }).or_default() += 1;
            }
        }
        Ok(seen.into_iter().filter(|(bundle, count)| bundle.parts == *count).map(|(bundle, _)| bundle).collect())
    }

    /// Whether a bundle is sealed as one would be that is written now: under the active key, or under none.
    async fn is_sealed_now(&self, bundle: &Bundle) -> Result<bool> {
        match self.sealing_key(bundle).await {
            Ok(key) => Ok(key == self.keyring().map(Keyring::active_key_id)),
            // Another process replaced it a moment ago.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn sealing_key(&self, bundle: &Bundle) -> Result<Option<KeyId>> {
        Ok(envelope_key_id(&self.archive.target.get(self.part_name(bundle, 0)).await?))
    }

    /// The keys that seal bundles, which reading any backup takes.
    pub(super) async fn bundle_keys(&self) -> Result<BTreeSet<KeyId>> {
        let mut keys = BTreeSet::new();
        for bundle in self.bundles().await? {
            keys.extend(self.sealing_key(&bundle).await?);
        }
        Ok(keys)
    }

    /// The names of the objects of every bundle, whole or not.
    async fn bundle_objects(&self) -> Result<Vec<String>> {
        let objects = self.archive.target.list(format!("{}/keys/", self.store_id)).await?;
        Ok(objects.into_iter().map(|object| object.name).collect())
    }

    async fn put_part(&self, bundle: &Bundle, number: usize, part: Vec<u8>) -> Result<()> {
        let (name, field) = (self.part_name(bundle, number), field(bundle, number));
        let bytes = match &self.archive.cipher {
            Some(cipher) => cipher.seal(&place(bundle, &field), Plain::Bytes(Secret::new(part)))?.into_bytes(),
            None => part,
        };
        self.archive.target.put(name.clone(), bytes.clone()).await?;
        // What cannot be read back was not stored.
        if self.archive.target.get(name).await? != bytes {
            return Err(invalid("a key bundle does not come back as it was written"));
        }
        Ok(())
    }

    async fn bundle_part(&self, bundle: &Bundle, number: usize) -> Result<Vec<StoredRow>> {
        let bytes = self.archive.target.get(self.part_name(bundle, number)).await?;
        let field = field(bundle, number);
        let opened = match &self.archive.cipher {
            Some(cipher) => match cipher.open(&place(bundle, &field), &bytes)? {
                Plain::Bytes(bytes) => Bytes::copy_from_slice(bytes.expose()),
                _ => return Err(invalid("a key bundle was sealed as something else")),
            },
            None => match envelope_key_id(&bytes) {
                Some(key) => return Err(key_not_found(&key)),
                None => Bytes::from(bytes),
            },
        };
        chunk::read(opened)
    }

    fn part_name(&self, bundle: &Bundle, number: usize) -> String {
        format!("{}/keys/{}/{}", self.store_id, bundle.name, field(bundle, number))
    }
}

fn field(bundle: &Bundle, number: usize) -> String {
    format!("{number}-of-{}", bundle.parts)
}

fn place<'a>(bundle: &'a Bundle, field: &'a str) -> FieldPath<'a> {
    FieldPath { tenant: "", store: "key_bundle", record: bundle.name.as_bytes(), field }
}

/// Whether this row says that the keys were destroyed; `backup_invalid` if it is no row of keys.
fn check(row: &StoredRow) -> Result<bool> {
    let no_key = || invalid("a key bundle holds a row that is no tenant's keys");
    let value = row.value.as_ref().filter(|_| is_key_row(row, &prefix())).ok_or_else(no_key)?;
    let frame = open_frame(&value.frame, &row.key).map_err(|error| no_key().caused_by(error))?;
    is_tombstone(frame.payload).ok_or_else(no_key)
}

/// At least one part, so that a bundle without rows is one too.
fn parts_of(rows: &[StoredRow]) -> Vec<Vec<u8>> {
    let mut parts = Vec::new();
    let mut open = ChunkWriter::new();
    for row in rows {
        if !open.push(row) {
            parts.push(std::mem::replace(&mut open, ChunkWriter::new()).into_bytes());
            open.push(row);
        }
    }
    parts.push(open.into_bytes());
    parts
}

fn digest(parts: &[Vec<u8>]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    HEXLOWER.encode(hash.finalize().first_chunk::<8>().map_or(&[], |front| front.as_slice()))
}
