use data_encoding::BASE64;
use futures_util::TryStreamExt as _;

use super::row::{KeyState, Row, Shredded};
use super::{STALE, TenantKeys, unwrapped_text};
use crate::clock::CancelToken;
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{OrgId, PrincipalId};
use crate::storage::batch::Batch;
use crate::storage::reencrypt::{Reencrypt, ReencryptReport, Stores};
use crate::storage::scan::ScanOrder;
use crate::storage::table::{Replaces, Versioned};
use crate::telemetry::IntegrityEvent;

/// That somebody may destroy the keys of a tenant. Who asks has checked the permission `encryption_keys.delete`.
#[derive(Clone, Debug)]
pub struct ShredProof {
    by: PrincipalId,
}

impl ShredProof {
    /// The person, whether they showed a second factor just now, and whether any of the data is under a legal hold.
    /// `mfa_required` and `legal_hold` otherwise.
    pub fn new(by: PrincipalId, second_factor: bool, legal_hold: bool) -> Result<Self> {
        if legal_hold {
            return Err(Error::new(ErrorKind::LegalHold, "data of this tenant is under a legal hold"));
        }
        if !second_factor {
            return Err(Error::new(ErrorKind::MfaRequired, "destroying keys needs a fresh second factor"));
        }
        Ok(Self { by })
    }
}

/// What became of the wrapped keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RewrapReport {
    /// Tenants whose keys were wrapped anew.
    pub tenants: u64,
    /// Keys wrapped anew.
    pub keys: u64,
}

impl TenantKeys {
    /// Gives a tenant a new key and re-encrypts its rows. The old key goes on decrypting until
    /// [`Self::destroy_unused`]: other processes may write under it while they have it in their caches.
    pub async fn rotate_tenant(&self, tenant: &OrgId, run: Reencrypt, cancel: &CancelToken) -> Result<ReencryptReport> {
        let current = self.current(tenant).await?;
        let mut row = current.value.clone();
        for key in row.keys.iter_mut().filter(|key| key.state == KeyState::Active) {
            key.state = KeyState::Decrypt;
        }
        row.keys.push(self.generate(tenant).await?);
        self.replace(&current, &row).await?;
        self.cache.forget(tenant);
        run.only(tenant).execute(&Stores::All, cancel).await
    }

    /// Destroys the keys of a tenant that nothing needs any more, no row and no backup that it was told of, after a last
    /// re-encryption and a census. Gives how many. `conflict` within 900 s of the rotation, while caches may still hold the old key.
    pub async fn destroy_unused(&self, tenant: &OrgId, run: Reencrypt, cancel: &CancelToken) -> Result<u64> {
        let current = self.current(tenant).await?;
        let young = current.value.active().is_some_and(|key| self.parts.clock.now() < key.created_at.plus(STALE));
        if young {
            let reason = "the active key is younger than 900 s, other processes may not use it yet";
            return Err(Error::new(ErrorKind::Conflict, reason).with("tenant", tenant));
        }
        let run = self.kept_by.iter().cloned().fold(run.only(tenant), Reencrypt::kept_by);
        run.execute(&Stores::All, cancel).await?;
        let census = run.census().await?;
        let mut row = current.value.clone();
        let mut destroyed = Vec::new();
        for key in row.keys.iter_mut().filter(|key| key.state == KeyState::Decrypt) {
            if census.rows_under(key.key_id) == 0 && census.backups_under(key.key_id).next().is_none() {
                key.state = KeyState::Destroyed;
                key.wrapped = String::new();
                destroyed.push(key.key_id);
            }
        }
        if !destroyed.is_empty() {
            self.replace(&current, &row).await?;
            self.cache.forget(tenant);
        }
        // Also where nothing is left to destroy: a call before may have ended between the two.
        self.store_bundles().await?;
        for key in &destroyed {
            self.parts.telemetry.tell(IntegrityEvent::KeyRetired { key: *key, tenant: Some(tenant.clone()) });
        }
        Ok(destroyed.len() as u64)
    }

    /// Wraps every data key anew under the newest wrapping keys. No data is touched.
    pub async fn rotate_wrapping(&self) -> Result<RewrapReport> {
        let mut report = RewrapReport::default();
        let rows: Vec<Versioned<Row>> =
            self.table.scan_all(self.table.all(), ScanOrder::Ascending).try_collect().await?;
        for current in rows.into_iter().filter(|row| row.value.shredded.is_none()) {
            let tenant = OrgId::new(&current.value.tenant)?;
            let mut row = current.value.clone();
            for key in row.keys.iter_mut().filter(|key| key.state != KeyState::Destroyed) {
                let wrapped = self.service.reencrypt(&tenant, &unwrapped_text(key)?).await?;
                key.wrapped = BASE64.encode(&wrapped.bytes);
                key.version = wrapped.version;
                report.keys += 1;
            }
            self.replace(&current, &row).await?;
            report.tenants += 1;
        }
        self.store_bundles().await?;
        Ok(report)
    }

    /// Destroys every key of a tenant: what they sealed is `key_not_found` from now on, also when it comes back from a
    /// backup. Leaves a tombstone, in the key bundles of [`Self::kept_by`] too: an error after that one was left says
    /// that a bundle could not be written, and another call writes it. The key of a cloud service is deleted there by
    /// the host; copies of a bundle that somebody made elsewhere are out of reach.
    pub async fn shred(&self, tenant: &OrgId, proof: ShredProof) -> Result<()> {
        let shredded = Some(Shredded { at: self.parts.clock.now(), by: proof.by.to_string() });
        let tombstone = Row { tenant: tenant.to_string(), keys: Vec::new(), shredded };
        self.table
            .update(&tombstone.tenant, |row| {
                let done = row.is_some_and(|row| row.shredded.is_some());
                Ok((!done).then(|| tombstone.clone()))
            })
            .await?;
        self.cache.forget(tenant);
        let event = IntegrityEvent::KeyShredded { tenant: tenant.clone(), by: proof.by.to_string() };
        self.parts.telemetry.tell(event);
        self.store_bundles().await
    }

    async fn store_bundles(&self) -> Result<()> {
        for backups in &self.kept_by {
            backups.store_keys().await?;
        }
        Ok(())
    }

    async fn current(&self, tenant: &OrgId) -> Result<Versioned<Row>> {
        // Made, and known to be sound.
        self.get_tenant_key(tenant).await?;
        let row = self.table.get(&tenant.to_string()).await?;
        row.ok_or_else(|| Error::new(ErrorKind::KeyNotFound, "this tenant has no keys").with("tenant", tenant))
    }

    async fn replace(&self, current: &Versioned<Row>, row: &Row) -> Result<()> {
        let mut batch = Batch::default();
        self.table.stage_put(&mut batch, row, Replaces::This(current))?;
        self.table.storage().apply(batch).await.map(drop)
    }
}
