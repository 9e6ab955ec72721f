//! A random data key for every tenant, wrapped by a key service and never derived from a name.

mod cache;
mod rotate;
mod row;
mod service;

use std::sync::Arc;
use std::time::Duration;

use data_encoding::BASE64;

pub use rotate::{RewrapReport, ShredProof};
pub use row::KeyState;
pub(crate) use row::{KEY_TABLE, is_tombstone};

use super::address::{KeyRange, Space};
use super::backup::Backups;
use super::table::{Table, Versioned};
use super::{Revision, Storage};
use crate::config::Secret;
use crate::crypto::{Keyring, Kms, SecretKey};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::OrgId;
use crate::telemetry::Parts;
use cache::{Cache, Slot};
use row::{Row, WrappedKey};
use service::Service;

/// How long a fetched key is used before it is fetched again.
const FRESH: Duration = Duration::from_secs(300);
/// How long at most while the key service does not answer, if that is wanted.
const STALE: Duration = Duration::from_secs(900);

/// The data keys of tenants: fetched on first use, kept for 300 s, at most 1,000 of them.
///
/// There is no fallback: a tenant whose key cannot be had is neither read nor written.
#[derive(Debug)]
pub struct TenantKeys {
    table: Table<Row>,
    system: Arc<Keyring>,
    service: Service,
    parts: Parts,
    cache: Cache,
    serve_stale: bool,
    kept_by: Vec<Backups>,
}

impl TenantKeys {
    /// Keys in the store below the seal, wrapped by this service. The keyring seals what belongs to no tenant.
    pub fn new(below: Arc<dyn Storage>, kms: Arc<dyn Kms>, system: Arc<Keyring>, parts: &Parts) -> Self {
        Self {
            table: Table::new(below, Space::System).with_parts(parts),
            system,
            service: Service::new(kms, parts.clone()),
            parts: parts.clone(),
            cache: Cache::default(),
            serve_stale: false,
            kept_by: Vec::new(),
        }
    }

    /// Goes on with keys of up to 900 s while the key service does not answer, instead of 300 s.
    #[must_use]
    pub fn serve_stale(mut self) -> Self {
        self.serve_stale = true;
        self
    }

    /// Tells of backups of this store: keys that are destroyed here are taken out of their key bundle at once.
    #[must_use]
    pub fn kept_by(mut self, backups: Backups) -> Self {
        self.kept_by.push(backups);
        self
    }

    /// What seals the installation's own rows.
    pub(crate) fn system(&self) -> &Arc<Keyring> {
        &self.system
    }

    /// The keys of a tenant, from the cache or the key service; made on first use. Several callers wait for one fetch.
    ///
    /// Errors: `key_not_found` once they were shredded; `kms_unavailable`, `kms_denied`; `kms_invalid` for an answer
    /// that is not 32 bytes, is all one byte, is another tenant's, or is not the key that was recorded.
    pub async fn get_tenant_key(&self, tenant: &OrgId) -> Result<Arc<Keyring>> {
        self.evict_changed().await?;
        let slot = self.cache.slot(tenant);
        let mut held = slot.lock().await;
        let now = self.parts.clock.monotonic();
        let generation = self.cache.generation();
        if let Some(kept) = held.as_mut().filter(|kept| now.saturating_sub(kept.fetched_at) < FRESH)
            && (kept.generation == generation || self.is_newest(tenant, kept.revision).await?)
        {
            kept.generation = generation;
            return Ok(kept.ring.clone());
        }
        match self.fetch(tenant).await {
            Ok((ring, revision)) => {
                *held = Some(Slot { ring: ring.clone(), fetched_at: now, revision, generation });
                drop(held);
                self.cache.shrink(tenant);
                Ok(ring)
            }
            Err(error) if error.kind() == ErrorKind::KmsUnavailable && self.serve_stale => {
                let kept = held.as_ref().filter(|kept| now.saturating_sub(kept.fetched_at) < STALE);
                kept.map(|kept| kept.ring.clone()).ok_or(error)
            }
            Err(error) => {
                if error.kind() != ErrorKind::KmsUnavailable {
                    *held = None;
                }
                Err(error)
            }
        }
    }

    /// Doubts every key if somebody changed one: a tenant shredded elsewhere must not be readable here.
    async fn evict_changed(&self) -> Result<()> {
        use futures_util::FutureExt as _;
        let mut watch = self.cache.watch.lock().await;
        if watch.is_none() {
            let range: KeyRange = self.table.all();
            *watch = Some(self.table.watch(range).await?);
        }
        if let Some(open) = watch.as_mut() {
            match open.changed().now_or_never() {
                Some(Some(())) => self.cache.doubt(),
                // The store was closed; the next call says so.
                Some(None) => *watch = None,
                None => {}
            }
        }
        Ok(())
    }

    async fn is_newest(&self, tenant: &OrgId, revision: Revision) -> Result<bool> {
        Ok(self.table.get(&tenant.to_string()).await?.is_some_and(|row| row.revision == revision))
    }

    async fn fetch(&self, tenant: &OrgId) -> Result<(Arc<Keyring>, Revision)> {
        let row = match self.table.get(&tenant.to_string()).await? {
            Some(row) => row,
            None => self.create(tenant).await?,
        };
        if row.value.shredded.is_some() {
            return Err(
                Error::new(ErrorKind::KeyNotFound, "the keys of this tenant were shredded").with("tenant", tenant)
            );
        }
        let mut keys = Vec::new();
        for key in row.value.usable() {
            let wrapped = unwrapped_text(key)?;
            let plain = self.service.decrypt(tenant, &wrapped).await?;
            keys.push(self.check(tenant, &plain, key.key_id)?);
        }
        if row.value.active().is_none() {
            return Err(Error::new(ErrorKind::Corrupt, "a tenant has no active key").with("tenant", tenant));
        }
        let ring =
            Keyring::from_keys(&keys).map_err(|error| invalid(tenant, "its keys are no keyring").caused_by(error))?;
        Ok((Arc::new(ring), row.revision))
    }

    /// The first key of a tenant; whoever is quicker decides which.
    async fn create(&self, tenant: &OrgId) -> Result<Versioned<Row>> {
        let key = self.generate(tenant).await?;
        let row = Row { tenant: tenant.to_string(), keys: vec![key], shredded: None };
        self.table.put_if_absent(&row).await?;
        let found = self.table.get(&row.tenant).await?;
        found.ok_or_else(|| Error::new(ErrorKind::Conflict, "the keys of a tenant vanished").with("tenant", tenant))
    }

    async fn generate(&self, tenant: &OrgId) -> Result<WrappedKey> {
        let made = self.service.generate(tenant).await?;
        let key = as_key(&made.plaintext).ok_or_else(|| invalid(tenant, "a data key is not 32 different bytes"))?;
        let ring = Keyring::from_keys(std::slice::from_ref(&key))
            .map_err(|error| invalid(tenant, "a data key is weak").caused_by(error))?;
        self.cache
            .claim(ring.active_key_id(), tenant)
            .ok_or_else(|| invalid(tenant, "a data key is another tenant's"))?;
        Ok(WrappedKey {
            key_id: ring.active_key_id(),
            wrapped: BASE64.encode(&made.wrapped),
            version: made.version,
            state: KeyState::Active,
            created_at: self.parts.clock.now(),
        })
    }

    fn check(&self, tenant: &OrgId, plain: &SecretKey, recorded: crate::crypto::KeyId) -> Result<Secret<[u8; 32]>> {
        let key = as_key(plain).ok_or_else(|| invalid(tenant, "a data key is not 32 different bytes"))?;
        let ring = Keyring::from_keys(std::slice::from_ref(&key))
            .map_err(|error| invalid(tenant, "a data key is weak").caused_by(error))?;
        if ring.active_key_id() != recorded {
            return Err(invalid(tenant, "a data key is not the one that was recorded"));
        }
        self.cache.claim(recorded, tenant).ok_or_else(|| invalid(tenant, "a data key is another tenant's"))?;
        Ok(key)
    }
}

/// The keys that stored data keys are wrapped under, as far as their envelopes name them.
pub(super) async fn wrapping_keys(below: &Arc<dyn Storage>) -> Result<Vec<crate::crypto::KeyId>> {
    let table = Table::<Row>::new(below.clone(), Space::System);
    let rows = table.collect(table.all()).await?;
    let wrapped = rows.iter().flat_map(|row| row.value.usable()).map(unwrapped_text).collect::<Result<Vec<_>>>()?;
    Ok(wrapped.iter().filter_map(|bytes| crate::crypto::envelope_key_id(bytes)).collect())
}

fn as_key(plain: &SecretKey) -> Option<Secret<[u8; 32]>> {
    <[u8; 32]>::try_from(plain.expose().as_slice()).ok().map(Secret::new)
}

fn unwrapped_text(key: &WrappedKey) -> Result<Vec<u8>> {
    BASE64
        .decode(key.wrapped.as_bytes())
        .map_err(|_| Error::new(ErrorKind::Corrupt, "a wrapped key is not base64").with("key_id", key.key_id))
}

fn invalid(tenant: &OrgId, reason: &str) -> Error {
    Error::new(ErrorKind::KmsInvalid, format!("the key service answered nonsense: {reason}")).with("tenant", tenant)
}
