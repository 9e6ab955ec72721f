//! Which backups may go. A pure function of what there is, so that the plan that was shown is the one that runs.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Backups;
use super::manifest::{BackupId, BackupKind};
use crate::clock::Timestamp;
use crate::crypto::canonical::to_canonical;
use crate::error::{Error, ErrorKind, Result};
use crate::ids::Digest;

const DAY: u64 = 86_400;
/// Full backups that never go: the newest so many, and the newest verified one.
const NEWEST_FULLS: usize = 5;

/// How long backups are kept. Whatever a preset says, the newest five full backups and the newest verified one stay,
/// and so does everything that an increment that stays goes on from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RetentionPreset {
    /// Increments 24 h, daily full backups 7 d, weekly ones 30 d.
    #[default]
    Runbook,
    /// Increments 7 d, daily full backups 30 d, weekly ones 90 d.
    Deployment,
    /// Times of the host's, none shorter than a day.
    Custom {
        /// Increments, in days.
        increments: u32,
        /// The first full backup of each day, in days.
        daily: u32,
        /// The first full backup of each week (ISO 8601, from Monday, UTC), in days.
        weekly: u32,
    },
}

impl RetentionPreset {
    fn days(self) -> Result<(u32, u32, u32)> {
        let days = match self {
            Self::Runbook => (1, 7, 30),
            Self::Deployment => (7, 30, 90),
            Self::Custom { increments, daily, weekly } => (increments, daily, weekly),
        };
        if days.0 == 0 || days.1 == 0 || days.2 == 0 {
            return Err(Error::new(ErrorKind::InvalidRequest, "backups are kept for at least a day"));
        }
        Ok(days)
    }
}

/// What is known of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BackupFacts {
    /// Its id.
    pub id: BackupId,
    /// The one it goes on from.
    pub parent: Option<BackupId>,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Whether it was read back.
    pub verified: bool,
}

/// What to remove. Executed only while its hash fits what lies at the target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PrunePlan {
    /// The rule.
    pub preset: RetentionPreset,
    /// For which moment.
    pub now: Timestamp,
    /// What goes, oldest first.
    pub remove: Vec<BackupId>,
    /// What stays, oldest first.
    pub keep: Vec<BackupId>,
    /// SHA-256 of the members above.
    pub hash: Digest,
}

/// The plan for these backups, oldest first, at this moment. `invalid_request` for a retention below a day;
/// `clock_jump` if the newest backup ended more than a day after now.
pub fn plan_prune(backups: &[BackupFacts], preset: RetentionPreset, now: Timestamp) -> Result<PrunePlan> {
    let (increments, daily, weekly) = preset.days()?;
    let newest = backups.iter().map(|backup| backup.ended_at).max();
    if newest.is_some_and(|newest| newest > now.plus(Duration::from_secs(DAY))) {
        let reason = "the newest backup ended more than a day after now; nothing is removed by such a clock";
        return Err(Error::new(ErrorKind::ClockJump, reason));
    }
    let young =
        |backup: &BackupFacts, days: u32| now <= backup.ended_at.plus(Duration::from_secs(u64::from(days) * DAY));
    let mut keep: BTreeSet<&BackupId> = BTreeSet::new();
    let (mut days, mut weeks) = (BTreeSet::new(), BTreeSet::new());
    for backup in backups {
        let stays = match backup.id.kind() {
            BackupKind::Increment => young(backup, increments),
            BackupKind::Full => {
                let day = backup.ended_at.as_millis().div_euclid(1_000 * DAY.cast_signed());
                // 1970-01-01 was a Thursday.
                let first_of_day = days.insert(day);
                let first_of_week = weeks.insert((day + 3).div_euclid(7));
                young(backup, increments)
                    || (first_of_day && young(backup, daily))
                    || (first_of_week && young(backup, weekly))
            }
        };
        if stays {
            keep.insert(&backup.id);
        }
    }
    let full = |backup: &&BackupFacts| backup.id.kind() == BackupKind::Full;
    keep.extend(backups.iter().rev().filter(full).take(NEWEST_FULLS).map(|backup| &backup.id));
    keep.extend(backups.iter().rev().filter(full).find(|backup| backup.verified).map(|backup| &backup.id));
    // The latest of all is what the next increment goes on from.
    keep.extend(backups.last().map(|backup| &backup.id));
    // Newest first, so that the parents of parents are found in one pass.
    for backup in backups.iter().rev() {
        if keep.contains(&backup.id) {
            keep.extend(backup.parent.as_ref());
        }
    }
    let (kept, removed): (Vec<_>, Vec<_>) = backups.iter().map(|backup| &backup.id).partition(|id| keep.contains(id));
    PrunePlan::new(preset, now, removed.into_iter().cloned().collect(), kept.into_iter().cloned().collect())
}

impl PrunePlan {
    fn new(preset: RetentionPreset, now: Timestamp, remove: Vec<BackupId>, keep: Vec<BackupId>) -> Result<Self> {
        let hash = Digest::of(to_canonical(&(preset, now, &remove, &keep))?);
        Ok(Self { preset, now, remove, keep, hash })
    }
}

impl Backups {
    /// What would go. Changes nothing.
    pub async fn plan_prune(&self, preset: RetentionPreset) -> Result<PrunePlan> {
        plan_prune(&self.list().await?, preset, self.archive.parts.clock.now())
    }

    /// Removes what a plan lists, and nothing else. `conflict` if what lies at the target is no longer what was planned
    /// for: plan again.
    pub async fn prune(&self, plan: &PrunePlan) -> Result<()> {
        let shelf = self.shelf().await?;
        let now = plan_prune(&shelf.facts(&shelf.list().await?).await?, plan.preset, plan.now)?;
        let same = PrunePlan::new(plan.preset, plan.now, plan.remove.clone(), plan.keep.clone())?.hash == plan.hash;
        if !same || now.hash != plan.hash {
            return Err(Error::new(ErrorKind::Conflict, "the backups are not those this plan was made for"));
        }
        // Increments before what they go on from: whatever ends this leaves only whole chains.
        for id in plan.remove.iter().rev() {
            shelf.remove(id).await?;
        }
        Ok(())
    }
}
