//! Copies of an instance's store in a folder, and what comes back from one.

use std::sync::{Arc, PoisonError};

use serde::{Deserialize, Serialize};

use super::json::{read, write};
use super::session::Inner;
use super::settings::Instant;
use crate::clock::Timestamp;
use crate::crypto::Cipher;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::backup::{
    BackupArchive, BackupId, Backups, DirTarget, PrunePlan, RestoreAt, RestoreOptions, RestoreReport, RetentionPreset,
    TableCounts, VerifyReport,
};
use crate::storage::{Control, MemoryStorage, Storage, open};

/// What reading a backup back showed. Damage is an error and not in here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "BackupVerifyReport"))]
pub struct BackupVerifyDocument {
    /// The backup.
    pub backup: BackupId,
    /// Its chain, the full backup first.
    pub chain: Vec<BackupId>,
    /// Rows of the restored copy by table.
    pub tables: TableCounts,
    /// Names of the checks that held in the copy.
    pub checks: Vec<String>,
    /// When this was.
    pub verified_at: Timestamp,
}

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "RestoreReport"))]
pub struct RestoreDocument {
    /// The backup whose end the store stands at.
    pub backup: BackupId,
    /// Its chain, the full backup first.
    pub chain: Vec<BackupId>,
    /// When that end was: what was written later is lost.
    pub restored_to: Timestamp,
    /// From then until the restore, in milliseconds.
    pub gap_ms: u64,
    /// Rows by table.
    pub tables: TableCounts,
    /// Names of the checks that held.
    pub checks: Vec<String>,
}

impl From<VerifyReport> for BackupVerifyDocument {
    fn from(VerifyReport { backup, chain, tables, checks, verified_at }: VerifyReport) -> Self {
        Self { backup, chain, tables, checks: checks.into_iter().map(str::to_owned).collect(), verified_at }
    }
}

impl From<RestoreReport> for RestoreDocument {
    fn from(RestoreReport { backup, chain, restored_to, gap, tables, checks }: RestoreReport) -> Self {
        let gap_ms = u64::try_from(gap.as_millis()).unwrap_or(u64::MAX);
        let checks = checks.into_iter().map(str::to_owned).collect();
        Self { backup, chain, restored_to, gap_ms, tables, checks }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    target: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    target: String,
    id: BackupId,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    target: String,
    #[serde(default)]
    preset: RetentionPreset,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Prune {
    target: String,
    plan: PrunePlan,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Restore {
    target: String,
    into: String,
    #[serde(default)]
    id: Option<BackupId>,
    #[serde(default)]
    time: Option<Instant>,
    #[serde(default)]
    store_id: Option<String>,
    #[serde(default)]
    transient: bool,
}

impl Inner {
    /// `backups.`: everything names the folder.
    pub(super) async fn backups(&self, op: &str, args: &str) -> Result<String> {
        match op {
            "backups.full" => write(&self.of(&read::<Target>(op, args)?.target)?.full().await?),
            "backups.increment" => write(&self.of(&read::<Target>(op, args)?.target)?.increment().await?),
            "backups.list" => write(&self.of(&read::<Target>(op, args)?.target)?.list().await?),
            "backups.verify" => {
                let a: Named = read(op, args)?;
                write(&BackupVerifyDocument::from(self.of(&a.target)?.verify(&a.id).await?))
            }
            "backups.plan_prune" => {
                let a: Plan = read(op, args)?;
                write(&self.of(&a.target)?.plan_prune(a.preset).await?)
            }
            "backups.prune" => {
                let a: Prune = read(op, args)?;
                write(&self.of(&a.target)?.prune(&a.plan).await?)
            }
            "backups.drill" => {
                let backups = self.of(&read::<Target>(op, args)?.target)?;
                let scratch: Arc<dyn Storage> = Arc::new(MemoryStorage::new(self.parts.clock.clone()));
                let report = backups.drill(&scratch).await;
                drop(scratch.control(Control::Close).await);
                write(&report?)
            }
            "backups.restore" => write(&RestoreDocument::from(self.restore(read(op, args)?).await?)),
            other => Err(Error::internal(format!("a binding called {other:?}"))),
        }
    }

    /// Backups in a folder that is looked into from now on before a key is retired.
    fn of(&self, target: &str) -> Result<Backups> {
        let backups = self.backups_in(target)?;
        self.backed_up.lock().unwrap_or_else(PoisonError::into_inner).insert(target.to_owned());
        Ok(backups)
    }

    /// The folders that this instance worked with.
    pub(super) fn backup_folders(&self) -> Vec<String> {
        self.backed_up.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    pub(super) fn backups_in(&self, target: &str) -> Result<Backups> {
        Backups::new(self.aragora.storage().whole(), self.archive(target)?)
    }

    /// Sealed under the instance's keys where it has some.
    fn archive(&self, target: &str) -> Result<BackupArchive> {
        if target.is_empty() {
            return Err(Error::new(ErrorKind::InvalidRequest, "backups need a folder, found an empty path"));
        }
        let cipher = self.keyring.clone().map(|keyring| Cipher::new(keyring, self.stored.entropy.clone()));
        Ok(BackupArchive::new(Arc::new(DirTarget::new(target)), cipher, self.stored.clone()))
    }

    /// Opens the empty store, fills it, and closes it again so that an instance can open it.
    async fn restore(&self, a: Restore) -> Result<RestoreReport> {
        if a.into == "memory:" {
            let reason = "a store in memory would be gone with this call; drill() tries a restore";
            return Err(Error::new(ErrorKind::InvalidRequest, reason));
        }
        let at = match (a.id, a.time) {
            (None, None) => RestoreAt::Latest,
            (Some(id), None) => RestoreAt::Backup(id),
            (None, Some(time)) => RestoreAt::Time(time.0),
            (Some(_), Some(_)) => {
                return Err(Error::new(ErrorKind::InvalidRequest, "restore to a backup or to a time, not to both"));
            }
        };
        let archive = self.archive(&a.target)?;
        let store = open(&a.into, &self.stored).await?;
        let options = RestoreOptions { store_id: a.store_id, at, transient: a.transient };
        let restored = archive.restore(&store, &options).await;
        let closed = store.control(Control::Close).await;
        let report = restored?;
        closed?;
        Ok(report)
    }
}
