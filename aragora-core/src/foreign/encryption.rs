//! The keys of an instance: which rows need them, and how one takes the place of another.

use std::collections::BTreeMap;
use std::time::Duration;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

use super::json::{read, write};
use super::ops::default_tenant;
use super::session::Inner;
use crate::clock::{CancelToken, Timestamp};
use crate::crypto::KeyId;
use crate::error::{Error, Result};
use crate::ids::OrgId;
use crate::storage::{Census, Corrupt, Counts, Grace, KeyAge, Progress, Reencrypt, ReencryptReport, Stores};

/// Which keys the stored rows need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "KeyCensus"))]
pub struct KeyCensusDocument {
    /// Rows by table and key id; a row under two keys counts for both.
    pub rows: BTreeMap<String, BTreeMap<String, u64>>,
    /// Rows of sealed tables that no key protects, by table.
    pub plain: BTreeMap<String, u64>,
    /// The ids of the keys that reading each retained backup takes, by the backup's id.
    pub backups: BTreeMap<String, Vec<String>>,
    /// When it was begun.
    pub taken_at: Timestamp,
}

/// What a re-encryption did, or what a plan found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ReencryptReport"))]
pub struct ReencryptReportDocument {
    /// Counts by table, all tenants together.
    pub per_store: BTreeMap<String, ReencryptCountsDocument>,
    /// Rows by the key ids they were found under; a row under two keys counts for both.
    pub keys_seen: BTreeMap<String, u64>,
    /// The rows that failed.
    pub failures: Vec<ReencryptFailureDocument>,
    /// Whether every selected store was seen to its end.
    pub complete: bool,
}

/// What became of the rows of one store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ReencryptCounts"))]
pub struct ReencryptCountsDocument {
    /// Rows that were sealed, or sealed anew.
    pub migrated: u64,
    /// Rows that were wholly under the active key already.
    pub skipped: u64,
    /// Rows that cannot be read.
    pub failed: u64,
}

/// A row that cannot be re-encrypted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ReencryptFailure"))]
pub struct ReencryptFailureDocument {
    /// Whose; empty for the installation.
    pub tenant: String,
    /// The table.
    pub store: String,
    /// The encoded key of the row, in hex.
    pub row: String,
    /// The code of the error.
    pub code: String,
    /// Its reason.
    pub reason: String,
}

/// How far the re-encryption of one table of one tenant came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ReencryptProgress"))]
pub struct ReencryptProgressDocument {
    /// Whose; empty for the installation.
    pub tenant: String,
    /// The table.
    pub store: String,
    /// The id of the key everything is sealed under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Rows so far.
    pub counts: ReencryptCountsDocument,
    /// When the end was reached; absent while it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
}

/// How old the key that encrypts is. Age never stops decryption.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "KeyAge"))]
pub struct KeyAgeDocument {
    /// The key's id.
    pub key: String,
    /// When it was first announced in this store.
    pub since: Timestamp,
    /// Whether that is 90 days ago.
    pub rotation_due: bool,
}

impl From<Census> for KeyCensusDocument {
    fn from(Census { rows, plain, backups, taken_at }: Census) -> Self {
        let texts = |keys: Vec<KeyId>| keys.iter().map(ToString::to_string).collect();
        Self {
            rows: rows.into_iter().map(|(table, keys)| (table, by_text(keys))).collect(),
            plain,
            backups: backups.into_iter().map(|(backup, keys)| (backup.to_string(), texts(keys))).collect(),
            taken_at,
        }
    }
}

impl From<ReencryptReport> for ReencryptReportDocument {
    fn from(ReencryptReport { per_store, keys_seen, failures, complete }: ReencryptReport) -> Self {
        Self {
            per_store: per_store.into_iter().map(|(store, counts)| (store, counts.into())).collect(),
            keys_seen: by_text(keys_seen),
            failures: failures.into_iter().map(Into::into).collect(),
            complete,
        }
    }
}

impl From<Counts> for ReencryptCountsDocument {
    fn from(Counts { migrated, skipped, failed }: Counts) -> Self {
        Self { migrated, skipped, failed }
    }
}

impl From<Corrupt> for ReencryptFailureDocument {
    fn from(Corrupt { address, error }: Corrupt) -> Self {
        Self {
            tenant: address.space.tenant().to_owned(),
            store: address.table.to_string(),
            row: HEXLOWER.encode(address.key.as_bytes()),
            code: error.code().to_owned(),
            reason: error.reason().to_owned(),
        }
    }
}

impl From<Progress> for ReencryptProgressDocument {
    fn from(progress: Progress) -> Self {
        Self {
            target: progress.target.map(|key| key.to_string()),
            counts: progress.counts.into(),
            finished_at: progress.finished_at,
            tenant: progress.tenant,
            store: progress.store,
        }
    }
}

impl From<KeyAge> for KeyAgeDocument {
    fn from(KeyAge { key, since, rotation_due }: KeyAge) -> Self {
        Self { key: key.to_string(), since, rotation_due }
    }
}

fn by_text(keys: BTreeMap<KeyId, u64>) -> BTreeMap<String, u64> {
    keys.into_iter().map(|(key, rows)| (key.to_string(), rows)).collect()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoresArgs {
    #[serde(default)]
    stores: Option<Vec<String>>,
    #[serde(default)]
    tenants: Vec<OrgId>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TenantsArgs {
    #[serde(default)]
    tenants: Vec<OrgId>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CensusArgs {
    #[serde(default)]
    tenants: Vec<OrgId>,
    #[serde(default)]
    backups: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RetireArgs {
    key: KeyId,
    #[serde(default)]
    compromised: bool,
    #[serde(default)]
    tenants: Vec<OrgId>,
    #[serde(default)]
    backups: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AnnounceArgs {
    instance: String,
    ttl_ms: u64,
}

impl Inner {
    /// `encryption.`: operations that look at the store.
    pub(super) async fn encryption(&self, op: &str, args: &str) -> Result<String> {
        match op {
            "encryption.census" => {
                let a: CensusArgs = read(op, args)?;
                let run = self.kept_by(self.reencrypt(a.tenants)?, a.backups)?;
                write(&KeyCensusDocument::from(run.census().await?))
            }
            "encryption.plan" => {
                let a: StoresArgs = read(op, args)?;
                let report = self.reencrypt(a.tenants)?.plan(&selected(a.stores)).await?;
                write(&ReencryptReportDocument::from(report))
            }
            "encryption.reencrypt" => {
                let a: StoresArgs = read(op, args)?;
                // Whoever gives the call up drops it; another one goes on from the last page.
                let run = self.reencrypt(a.tenants)?;
                let report = run.execute(&selected(a.stores), &CancelToken::new()).await?;
                write(&ReencryptReportDocument::from(report))
            }
            "encryption.status" => {
                let a: TenantsArgs = read(op, args)?;
                let runs = self.reencrypt(a.tenants)?.status().await?;
                write(&runs.into_iter().map(ReencryptProgressDocument::from).collect::<Vec<_>>())
            }
            "encryption.retire" => {
                let a: RetireArgs = read(op, args)?;
                let run = self.kept_by(self.reencrypt(a.tenants)?, a.backups)?;
                // Taken here, so that no older one can be believed.
                let census = run.census().await?;
                write(&run.retire(a.key, &census, if a.compromised { Grace::Override } else { Grace::Kept }).await?)
            }
            "encryption.announce" => {
                let a: AnnounceArgs = read(op, args)?;
                let age = self.reencrypt(Vec::new())?.announce(&a.instance, Duration::from_millis(a.ttl_ms)).await?;
                write(&KeyAgeDocument::from(age))
            }
            other => Err(Error::internal(format!("a binding called {other:?}"))),
        }
    }

    /// The ids of its keys, the one that encrypts first; none where nothing is encrypted.
    pub(super) fn key_ids(&self) -> Vec<String> {
        let ids = self.keyring.as_ref().map(|keyring| keyring.key_ids()).unwrap_or_default();
        ids.iter().map(KeyId::to_string).collect()
    }

    /// Looks into these folders of backups too, and into every one that this instance worked with.
    fn kept_by(&self, run: Reencrypt, mut folders: Vec<String>) -> Result<Reencrypt> {
        folders.extend(self.backup_folders());
        folders.sort_unstable();
        folders.dedup();
        folders.iter().try_fold(run, |run, folder| Ok(run.kept_by(self.backups_in(folder)?)))
    }

    /// Over the tenants that are known, these, and the one that stands for none.
    fn reencrypt(&self, tenants: Vec<OrgId>) -> Result<Reencrypt> {
        Ok(self.aragora.storage().reencrypt()?.tenants(tenants.into_iter().chain([default_tenant()])))
    }
}

fn selected(stores: Option<Vec<String>>) -> Stores {
    stores.map_or(Stores::All, Stores::Tables)
}
