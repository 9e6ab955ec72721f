use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::plan::{Applied, find};
use super::runner::{Choose, Driver};
use super::step::{MigrationAction, MigrationStep, StepKind, failed, number};
use crate::error::{Error, ErrorKind, Result};
use crate::storage::{Batch, Lease, Leases, Replaces, Seal, Space, SpaceKind, Storage, Table, TableDef, TableRecord};
use crate::telemetry::Parts;

const LEASE: Duration = Duration::from_secs(30);
/// Most operations of one page.
const PAGE: usize = 1_000;

/// Steps over a store without SQL: each page is one batch with the cursor and a fence.
#[derive(Debug)]
pub(super) struct RowSteps {
    storage: Arc<dyn Storage>,
    table: Table<VersionRow>,
    parts: Parts,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct VersionRow(Applied);

impl TableRecord for VersionRow {
    type Key = u64;
    const DEF: TableDef =
        TableDef { space: SpaceKind::System, seal: Seal::Plain, ..TableDef::tenant("migration_versions", 1) };

    fn key(&self) -> u64 {
        number(&self.0.version).unwrap_or_default()
    }
}

impl RowSteps {
    pub(super) fn new(storage: Arc<dyn Storage>, parts: &Parts) -> Self {
        let table = Table::new(storage.clone(), Space::System).with_parts(parts);
        Self { storage, table, parts: parts.clone() }
    }

    async fn locked(&self) -> Result<Lease> {
        let owner = format!("aragora/{} of process {}", env!("CARGO_PKG_VERSION"), std::process::id());
        let claimed = Leases::new(self.storage.clone(), Space::System).named("migrate").claim(owner, LEASE).await?;
        claimed.ok_or_else(|| Error::new(ErrorKind::MigrationLocked, "another process migrates this store"))
    }

    async fn run(&self, step: MigrationStep, applied: &[Applied], mut lease: Lease) -> Result<()> {
        let MigrationAction::Code(code) = step.up else {
            return Err(Error::internal("a step of SQL on a store without it"));
        };
        let begun = self.parts.clock.monotonic();
        let mut cursor = find(applied, step.number()).and_then(|row| row.cursor.clone());
        loop {
            let page =
                code(&self.storage, cursor.as_deref()).await.map_err(|error| failed(step.version, None, &error))?;
            if page.ops.len() > PAGE {
                let reason = format!("a page of {} operations, allowed are {PAGE}", page.ops.len());
                return Err(failed(step.version, None, &Error::new(ErrorKind::LimitExceeded, reason)));
            }
            let took = self.parts.clock.monotonic().saturating_sub(begun);
            let row = VersionRow(Applied {
                version: step.version.to_owned(),
                applied_at: Some(self.parts.clock.now()),
                applied_by: Some(lease.owner.clone()),
                name: Some(step.name.to_owned()),
                checksum: Some(step.checksum().to_hex()),
                breaking: step.kind == StepKind::Breaking,
                duration_ms: i64::try_from(took.as_millis()).ok(),
                running: page.next.is_some(),
                cursor: page.next.clone(),
            });
            let mut batch = Batch::of(page.ops);
            batch.fence(lease.clone());
            self.table.stage_put(&mut batch, &row, Replaces::Anything)?;
            self.storage.apply(batch).await.map_err(|error| match error.kind() {
                // Somebody took over: what they do is theirs to report.
                ErrorKind::LeaseLost => {
                    Error::new(ErrorKind::MigrationLocked, "another process took the migration over")
                }
                // What became of the page is settled by whoever reads the cursor next.
                ErrorKind::Unavailable => error,
                _ => failed(step.version, None, &error),
            })?;
            cursor = page.next;
            if cursor.is_none() {
                return Ok(());
            }
            lease = self.storage.renew(lease, Some(LEASE)).await?;
        }
    }
}

#[async_trait]
impl Driver for RowSteps {
    async fn applied(&self) -> Result<Vec<Applied>> {
        let rows = self.table.collect(self.table.all()).await?;
        Ok(rows.into_iter().map(|row| row.value.0).collect())
    }

    async fn forward(&self, choose: &Choose<'_>) -> Result<Option<&'static str>> {
        let lease = self.locked().await?;
        let done = async {
            let applied = self.applied().await?;
            let Some(step) = choose(&applied)? else { return Ok(None) };
            self.run(step, &applied, lease.clone()).await?;
            Ok(Some(step.version))
        };
        let done = done.await;
        // A lease that was taken over needs no release.
        let _ = self.storage.renew(lease, None).await;
        done
    }

    async fn backward(&self, _: &Choose<'_>) -> Result<Option<&'static str>> {
        Err(Error::new(ErrorKind::Unsupported, "steps over rows have no way back; restore a backup"))
    }

    async fn rehearse(&self, steps: &[MigrationStep]) -> Result<()> {
        if steps.is_empty() {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Unsupported, "steps over rows are not transactional and cannot be rehearsed"))
    }
}
