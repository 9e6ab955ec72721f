use std::time::Duration;

use super::BackupArchive;
use super::manifest::BackupKind;
use crate::clock::Timestamp;
use crate::telemetry::names;

/// How writing a backup ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Written,
    Nothing,
    Failed,
}

impl Outcome {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Written => "success",
            Self::Nothing => "nothing",
            Self::Failed => "failure",
        }
    }
}

impl BackupArchive {
    pub(super) fn count_run(&self, kind: BackupKind, outcome: Outcome, took: Duration) {
        let telemetry = &self.parts.telemetry;
        telemetry.counter(&names::BACKUP_RUNS_TOTAL, &[kind.as_str(), outcome.as_str()]).increment();
        if outcome == Outcome::Written {
            telemetry.histogram(&names::BACKUP_DURATION_SECONDS, &[kind.as_str()]).observe_seconds(took);
        }
    }

    pub(super) fn count_bytes(&self, kind: BackupKind, bytes: u64) {
        self.parts.telemetry.counter(&names::BACKUP_BYTES, &[kind.as_str()]).add(bytes);
    }

    pub(super) fn verified(&self, at: Timestamp) {
        self.parts
            .telemetry
            .gauge(&names::BACKUP_LAST_VERIFIED_TIMESTAMP_SECONDS, &[])
            .set(at.as_millis() as f64 / 1_000.0);
    }

    pub(super) fn lag(&self, lag: Duration) {
        self.parts.telemetry.gauge(&names::BACKUP_LAG_SECONDS, &[]).set(lag.as_secs_f64());
    }
}
