//! Backups by the clock.

use std::sync::Arc;
use std::time::Duration;

use tokio::select;

use super::manifest::{BackupId, BackupKind, Manifest};
use super::prune::RetentionPreset;
use super::write::Turn;
use super::{Backups, RestoreAt};
use crate::clock::{CancelToken, Timestamp};
use crate::error::{Error, ErrorKind, Result};

const DAY: Duration = Duration::from_secs(86_400);
/// How far the clock may step between two looks before nothing is removed by it any more.
const JUMP: Duration = DAY;

/// When what is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct BackupSchedule {
    /// How often to look for changes and write them, 60 s.
    pub increment_every: Duration,
    /// When the daily full backup is due, since midnight UTC, 2 h.
    pub full_at: Duration,
    /// How often a store that keeps no journal is copied whole, 1 h: nothing smaller can be written of it, and this is
    /// how much of it can be lost.
    pub full_every_without_journal: Duration,
    /// What is removed after each full backup.
    pub retention: RetentionPreset,
    /// Whether each full backup is read back into a scratch store in memory. Off where the store is larger than that:
    /// then call [`Backups::verify_into`].
    pub verify: bool,
}

impl Default for BackupSchedule {
    fn default() -> Self {
        Self {
            increment_every: Duration::from_secs(60),
            full_at: Duration::from_secs(2 * 3_600),
            full_every_without_journal: Duration::from_secs(3_600),
            retention: RetentionPreset::default(),
            verify: true,
        }
    }
}

/// What a schedule did.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum BackupEvent {
    /// `backup_finished`.
    Finished(BackupId),
    /// `backup_failed`; it is tried again at the next look.
    Failed {
        /// What was tried.
        kind: BackupKind,
        /// Why it failed.
        error: Error,
    },
    /// `backup_gap`: the journal did not reach back, a full backup took the place of an increment.
    Gap(BackupId),
    /// A full backup was read back.
    Verified(BackupId),
    /// Old backups were removed.
    Pruned(u64),
    /// Reading back or removing failed.
    UpkeepFailed(Error),
}

impl Backups {
    /// Writes, verifies and removes backups until cancelled. A failure is told and does not end it. Several processes
    /// may run it for one store: a lease lets one write at a time.
    pub async fn run(
        &self,
        schedule: &BackupSchedule,
        cancel: &CancelToken,
        tell: &(dyn Fn(BackupEvent) + Send + Sync),
    ) {
        let clock = &self.archive.parts.clock;
        let mut seen = Seen { wall: clock.now(), monotonic: clock.monotonic() };
        let mut jumped = false;
        while !cancel.is_cancelled() {
            jumped |= seen.jumped(clock.now(), clock.monotonic());
            self.look(schedule, jumped, tell).await;
            let next = clock.sleep_until(clock.monotonic() + schedule.increment_every);
            select! {
                () = cancel.cancelled() => {}
                () = next => {}
            }
        }
    }

    async fn look(&self, schedule: &BackupSchedule, jumped: bool, tell: &(dyn Fn(BackupEvent) + Send + Sync)) {
        let mut turn = match self.turn().await {
            Ok(turn) => turn,
            // Another process is at it, and tells if that fails.
            Err(error) if error.kind() == ErrorKind::Conflict => return drop(self.measure_lag().await),
            Err(error) => return tell(BackupEvent::Failed { kind: BackupKind::Increment, error }),
        };
        let looked = self.write_due(schedule, &mut turn).await;
        let before = turn.shelf.latest(&turn.seen).await;
        self.end(turn).await;
        let (due, written) = match looked {
            Ok((due, written)) => (due, written),
            Err((kind, error)) => {
                tell(BackupEvent::Failed { kind, error });
                (None, None)
            }
        };
        if let Some(written) = &written {
            if Some(written.id.kind()) != due {
                tell(BackupEvent::Gap(written.id.clone()));
            }
            tell(BackupEvent::Finished(written.id.clone()));
            if written.id.kind() == BackupKind::Full
                && let Err(error) = self.upkeep(&written.id, schedule, jumped, tell).await
            {
                tell(BackupEvent::UpkeepFailed(error));
            }
        }
        let measured = match (written, before) {
            (Some(latest), _) | (None, Ok(Some(latest))) => self.lag_after(Some(&latest)).await,
            (None, Ok(None)) => self.lag_after(None).await,
            (None, Err(error)) => Err(error),
        };
        if let Err(error) = measured {
            tell(BackupEvent::UpkeepFailed(error));
        }
    }

    /// Writes what is due, and says what that was.
    async fn write_due(
        &self,
        schedule: &BackupSchedule,
        turn: &mut Turn<'_>,
    ) -> Result<(Option<BackupKind>, Option<Arc<Manifest>>), (BackupKind, Error)> {
        let due = self.due(schedule, turn).await.map_err(|error| (BackupKind::Increment, error))?;
        let written = match due {
            None => Ok(None),
            Some(BackupKind::Full) => {
                self.measured(BackupKind::Full, async { self.write_full(turn).await.map(Some) }).await
            }
            Some(BackupKind::Increment) => {
                self.measured(BackupKind::Increment, async { self.write_increment(turn).await }).await
            }
        };
        written.map(|written| (due, written)).map_err(|error| (due.unwrap_or(BackupKind::Increment), error))
    }

    async fn upkeep(
        &self,
        id: &BackupId,
        schedule: &BackupSchedule,
        jumped: bool,
        tell: &(dyn Fn(BackupEvent) + Send + Sync),
    ) -> Result<()> {
        if schedule.verify {
            self.verify(id).await?;
            tell(BackupEvent::Verified(id.clone()));
        }
        if jumped {
            let reason = "the clock stepped by more than a day; nothing is removed until the process starts again";
            return Err(Error::new(ErrorKind::ClockJump, reason));
        }
        let plan = self.plan_prune(schedule.retention).await?;
        self.prune(&plan).await?;
        if !plan.remove.is_empty() {
            tell(BackupEvent::Pruned(plan.remove.len() as u64));
        }
        Ok(())
    }

    async fn due(&self, schedule: &BackupSchedule, turn: &Turn<'_>) -> Result<Option<BackupKind>> {
        let newest = turn.seen.iter().map(|(id, _)| id).rfind(|id| id.kind() == BackupKind::Full);
        let Some(newest) = newest else { return Ok(Some(BackupKind::Full)) };
        let (started, now) = (turn.shelf.known(newest).await?.started_at, self.archive.parts.clock.now());
        if started < latest_due(now, schedule.full_at) {
            return Ok(Some(BackupKind::Full));
        }
        if self.store.capability().journal {
            return Ok(Some(BackupKind::Increment));
        }
        let late = now >= started.plus(schedule.full_every_without_journal);
        Ok(late.then_some(BackupKind::Full))
    }

    /// How old the oldest change is that no backup holds; zero if every change is in one. Of a store that keeps no
    /// journal nobody knows what changed, so it is the age of the latest backup. Sets the gauge
    /// `aragora_backup_lag_seconds`.
    pub async fn measure_lag(&self) -> Result<Duration> {
        let shelf = self.shelf().await?;
        let latest = shelf.latest(&shelf.list().await?).await?;
        self.lag_after(latest.as_deref()).await
    }

    async fn lag_after(&self, latest: Option<&Manifest>) -> Result<Duration> {
        let oldest = match latest {
            Some(Manifest { journal_to: Some(mark), .. }) => self.source.journal_lag(mark).await?.oldest,
            Some(latest) => Some(latest.started_at),
            None => None,
        };
        let now = self.archive.parts.clock.now().as_millis();
        let lag = oldest.map_or(0, |oldest| now.saturating_sub(oldest.as_millis()).max(0));
        let lag = Duration::from_millis(lag.cast_unsigned());
        self.archive.lag(lag);
        Ok(lag)
    }

    /// The newest full backup that was read back, or the newest increment after it.
    pub(super) async fn newest_verified(&self) -> Result<RestoreAt> {
        let facts = self.list().await?;
        let verified = facts.iter().rfind(|backup| backup.verified);
        let verified = verified.ok_or_else(|| {
            Error::new(ErrorKind::NotFound, "no backup of this store was read back yet; verify one first")
        })?;
        Ok(RestoreAt::Backup(verified.id.clone()))
    }
}

struct Seen {
    wall: Timestamp,
    monotonic: Duration,
}

impl Seen {
    /// Whether wall clock and monotonic clock went apart since the last look.
    fn jumped(&mut self, wall: Timestamp, monotonic: Duration) -> bool {
        let wall_passed = i128::from(wall.as_millis()) - i128::from(self.wall.as_millis());
        let passed = i128::try_from(monotonic.saturating_sub(self.monotonic).as_millis()).unwrap_or(i128::MAX);
        *self = Self { wall, monotonic };
        wall_passed.abs_diff(passed) > JUMP.as_millis()
    }
}

/// The latest moment at or before now at which a full backup was due.
fn latest_due(now: Timestamp, full_at: Duration) -> Timestamp {
    let day = DAY.as_millis() as i64;
    let at = i64::try_from(full_at.as_millis()).unwrap_or(0).rem_euclid(day);
    let today = now.as_millis().div_euclid(day) * day + at;
    Timestamp::from_millis(if today <= now.as_millis() { today } else { today - day })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_full_backup_is_due_once_a_day() {
        let two = Duration::from_secs(7_200);
        assert_eq!(latest_due(at("2026-03-02T01:59:59Z"), two), at("2026-03-01T02:00:00Z"));
        assert_eq!(latest_due(at("2026-03-02T02:00:00Z"), two), at("2026-03-02T02:00:00Z"));
        assert_eq!(latest_due(at("1969-12-31T23:00:00Z"), two), at("1969-12-31T02:00:00Z"));
    }

    #[test]
    fn a_step_of_the_wall_clock_is_seen_in_both_directions() {
        let mut seen = Seen { wall: at("2026-03-02T00:00:00Z"), monotonic: Duration::ZERO };
        assert!(!seen.jumped(at("2026-03-05T00:00:00Z"), 3 * DAY));
        assert!(seen.jumped(at("2026-03-07T00:00:00Z"), 3 * DAY + Duration::from_secs(60)));
        assert!(seen.jumped(at("2026-03-04T00:00:00Z"), 3 * DAY + Duration::from_secs(120)));
        assert!(!seen.jumped(at("2026-03-04T00:01:00Z"), 3 * DAY + Duration::from_secs(180)));
    }
}
