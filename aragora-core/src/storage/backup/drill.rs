//! Trying a restore before it is needed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{BackupId, Backups, RestoreOptions};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::storage::Storage;

/// A restore must be done within this time (1 h).
pub const RECOVERY_TIME: Duration = Duration::from_secs(3_600);
/// What may be lost (5 min).
pub const RECOVERY_POINT: Duration = Duration::from_secs(300);

/// How a restore went that nobody needed yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DrillReport {
    /// When it began.
    pub started: Timestamp,
    /// What was restored: the newest backup that was read back before.
    pub backup: BackupId,
    /// How long restoring and checking took, in milliseconds.
    pub restored_in_ms: u64,
    /// Rows restored.
    pub records: u64,
    /// How old the oldest change was that no backup held, in milliseconds.
    pub unsaved_age_ms: u64,
    /// The checks that held, by name.
    pub checks: BTreeMap<String, bool>,
    /// Whether the restore took less than an hour.
    pub rto_met: bool,
    /// Whether less than five minutes would have been lost.
    pub rpo_met: bool,
}

impl Backups {
    /// Restores the newest verified backup into an empty scratch store, checks and measures it. A check that does not
    /// hold is an error, as in a restore.
    pub async fn drill(&self, scratch: &Arc<dyn Storage>) -> Result<DrillReport> {
        let clock = &self.archive.parts.clock;
        let (started, begun) = (clock.now(), clock.monotonic());
        let options = RestoreOptions {
            store_id: Some(self.source.identity().await?.store_id),
            at: self.newest_verified().await?,
            transient: true,
        };
        let lag = self.measure_lag().await?;
        let report = self.archive.restore(scratch, &options).await?;
        let took = clock.monotonic().saturating_sub(begun);
        let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Ok(DrillReport {
            started,
            backup: report.backup,
            restored_in_ms: millis(took),
            records: report.tables.values().map(|count| count.rows).sum(),
            unsaved_age_ms: millis(lag),
            checks: report.checks.into_iter().map(|name| (name.to_owned(), true)).collect(),
            rto_met: took < RECOVERY_TIME,
            rpo_met: lag < RECOVERY_POINT,
        })
    }
}
