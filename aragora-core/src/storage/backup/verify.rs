//! A backup counts only after it was read back.

use std::sync::Arc;

use super::chain::Shelf;
use super::manifest::{BackupId, Manifest};
use super::restore::{count, load_chain};
use super::source::TableCounts;
use super::{BackupArchive, Backups, copyable, invalid};
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::{Address, Control, ControlReport, MemoryStorage, Storage, open_frame};

/// What reading a backup back showed. Damage is an error and not in here.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct VerifyReport {
    /// The backup.
    pub backup: BackupId,
    /// Its chain, the full backup first.
    pub chain: Vec<BackupId>,
    /// Rows of the restored copy by table.
    pub tables: TableCounts,
    /// Names of the checks that held in the copy.
    pub checks: Vec<&'static str>,
    /// When this was.
    pub verified_at: Timestamp,
}

impl Backups {
    /// Reads a backup and its whole chain back into a scratch store in memory: manifests and their codes, digests,
    /// the sum of every row, counts, and the checks. Notes beside the backup that it counts. `backup_invalid` names
    /// what does not hold.
    pub async fn verify(&self, id: &BackupId) -> Result<VerifyReport> {
        let scratch: Arc<dyn Storage> = Arc::new(MemoryStorage::new(self.archive.parts.clock.clone()));
        let report = self.verify_into(id, &scratch).await;
        drop(scratch.control(Control::Close).await);
        report
    }

    /// The same with a scratch store of the caller's, for stores larger than memory. It must hold nothing; what it
    /// holds afterwards is the copy.
    pub async fn verify_into(&self, id: &BackupId, scratch: &Arc<dyn Storage>) -> Result<VerifyReport> {
        let shelf = self.shelf().await?;
        let chain = shelf.chain(id).await?;
        check_chain(&shelf, &chain).await?;
        load_chain(&shelf, &chain, &copyable(scratch)?, &[]).await?;
        let tables = count(&copyable(scratch)?).await?;
        let checks = self.archive.check_copy(scratch).await?;
        let verified_at = self.archive.parts.clock.now();
        shelf.mark_verified(id, verified_at).await?;
        self.archive.verified(verified_at);
        let chain = chain.into_iter().map(|manifest| manifest.id).collect();
        Ok(VerifyReport { backup: id.clone(), chain, tables, checks, verified_at })
    }
}

impl BackupArchive {
    /// What must hold in a restored store.
    pub(super) async fn check_copy(&self, copy: &Arc<dyn Storage>) -> Result<Vec<&'static str>> {
        if let ControlReport::Verified { corrupt, .. } = copy.control(Control::Verify).await?
            && let Some(row) = corrupt.first()
        {
            return Err(invalid("a restored row is damaged").with("table", &row.address.table));
        }
        let mut held = Vec::new();
        for check in &self.checks {
            check.check(copy.clone()).await.map_err(|error| {
                invalid("a restored copy does not satisfy a check").with("check", check.name()).caused_by(error)
            })?;
            held.push(check.name());
        }
        Ok(held)
    }
}

/// Reads every chunk of a chain: digests, envelopes, the sum of every row, counts by table. Touches no store.
pub(super) async fn check_chain(shelf: &Shelf<'_>, chain: &[Manifest]) -> Result<()> {
    for manifest in chain {
        let mut counted = TableCounts::new();
        for number in 0..manifest.chunks.len() {
            for row in shelf.chunk(manifest, number).await? {
                let address = Address::of_physical(&row.key).map_err(|_| bad_row(manifest))?;
                let count = counted.entry(address.table.to_string()).or_default();
                let Some(value) = &row.value else {
                    count.removed += 1;
                    continue;
                };
                count.rows += 1;
                open_frame(&value.frame, &row.key).map_err(|error| match error.kind() {
                    ErrorKind::UnsupportedVersion => error.with("table", &address.table),
                    _ => bad_row(manifest).with("table", &address.table).caused_by(error),
                })?;
            }
        }
        if counted != manifest.tables {
            return Err(invalid("the rows of a backup are not as many as it says").with("backup", &manifest.id));
        }
    }
    Ok(())
}

fn bad_row(manifest: &Manifest) -> Error {
    invalid("a row of a backup is damaged").with("backup", &manifest.id)
}
