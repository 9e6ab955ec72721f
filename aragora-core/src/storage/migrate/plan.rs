use serde::{Deserialize, Serialize};

use super::step::{MigrationStep, StepKind, number};
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};

/// A row of `migration_versions`.
#[allow(clippy::struct_field_names)] // The names of its columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Applied {
    pub(super) version: String,
    pub(super) applied_at: Option<Timestamp>,
    pub(super) applied_by: Option<String>,
    pub(super) name: Option<String>,
    /// Hex.
    pub(super) checksum: Option<String>,
    pub(super) breaking: bool,
    pub(super) duration_ms: Option<i64>,
    /// Begun and not ended.
    pub(super) running: bool,
    /// Where a running step over rows goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cursor: Option<String>,
}

/// Where a step stands in a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum StepState {
    /// Done.
    Applied,
    /// Not begun.
    Pending,
    /// Begun and not ended; it runs again.
    Running,
    /// Done, by another text than this library has.
    Changed,
    /// Done, and not in this library.
    Unknown,
}

/// One step as a store knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct StepStatus {
    /// Its version.
    pub version: String,
    /// What it does.
    pub name: String,
    /// Where it stands.
    pub state: StepState,
    /// Whether it breaks processes of the version before.
    pub breaking: bool,
    /// When it was applied.
    pub applied_at: Option<Timestamp>,
    /// Who applied it.
    pub applied_by: Option<String>,
}

/// How far to go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum MigrationTarget {
    /// Every pending step.
    #[default]
    All,
    /// The pending steps up to this version.
    To(String),
}

/// What would run, in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct MigrationPlan {
    /// The steps.
    pub steps: Vec<PlannedStep>,
}

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct PlannedStep {
    /// Its version.
    pub version: String,
    /// What it does.
    pub name: String,
    /// The text that would run.
    pub text: String,
    /// Whether it breaks processes of the version before.
    pub breaking: bool,
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct MigrationReport {
    /// Versions that this call applied or rolled back, in order.
    pub done: Vec<String>,
    /// The newest version the store has now.
    pub version: Option<String>,
}

/// How far to go back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RollbackTarget {
    /// Takes back the last step.
    Last,
    /// Takes back every step after this version, newest first.
    To(String),
}

/// What a rollback may rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RollbackSafety {
    /// A backup of this time, which must be younger than 24 hours.
    BackupOf(Timestamp),
    /// None is wanted.
    WithoutBackup,
}

pub(super) fn status(steps: &[MigrationStep], applied: &[Applied]) -> Vec<StepStatus> {
    let mut listed: Vec<StepStatus> = steps
        .iter()
        .map(|step| {
            let row = find(applied, step.number());
            let state = match row {
                None => StepState::Pending,
                Some(row) if row.running => StepState::Running,
                Some(row) if row.checksum.as_deref() == Some(step.checksum().to_hex().as_str()) => StepState::Applied,
                Some(_) => StepState::Changed,
            };
            StepStatus {
                version: step.version.to_owned(),
                name: step.name.to_owned(),
                state,
                breaking: step.kind == StepKind::Breaking,
                applied_at: row.and_then(|row| row.applied_at),
                applied_by: row.and_then(|row| row.applied_by.clone()),
            }
        })
        .collect();
    let unknown = applied.iter().filter(|row| !steps.iter().any(|step| number(&row.version) == Some(step.number())));
    listed.extend(unknown.map(|row| StepStatus {
        version: row.version.clone(),
        name: row.name.clone().unwrap_or_default(),
        state: StepState::Unknown,
        breaking: row.breaking,
        applied_at: row.applied_at,
        applied_by: row.applied_by.clone(),
    }));
    listed.sort_by_key(|status| number(&status.version).unwrap_or(u64::MAX));
    listed
}

pub(super) fn find(applied: &[Applied], version: u64) -> Option<&Applied> {
    applied.iter().find(|row| number(&row.version) == Some(version))
}

/// A changed step refuses every start; an unknown one is fine if it was additive.
pub(super) fn check(statuses: &[StepStatus]) -> Result<()> {
    let named = |wanted: fn(&StepStatus) -> bool| -> Vec<&str> {
        statuses.iter().filter(|status| wanted(status)).map(|status| status.version.as_str()).collect()
    };
    let changed = named(|status| status.state == StepState::Changed);
    if !changed.is_empty() {
        let reason = format!("the store was migrated by another text of {}", changed.join(", "));
        return Err(Error::new(ErrorKind::InvalidConfig, reason).with("versions", changed.join(",")));
    }
    let newer = named(|status| status.state == StepState::Unknown && status.breaking);
    if !newer.is_empty() {
        let reason = format!("the store was migrated by a newer version of this library: {}", newer.join(", "));
        let known = statuses.iter().rev().find(|status| status.state != StepState::Unknown);
        return Err(Error::new(ErrorKind::UnsupportedVersion, reason)
            .with("found", newer.join(","))
            .with("supported", known.map_or("", |status| status.version.as_str())));
    }
    Ok(())
}

/// The first step that is not done, up to the target.
pub(super) fn next<'a>(
    steps: &'a [MigrationStep],
    applied: &[Applied],
    target: &MigrationTarget,
) -> Result<Option<&'a MigrationStep>> {
    check(&status(steps, applied))?;
    Ok(pending(steps, applied, target)?.into_iter().next())
}

pub(super) fn pending<'a>(
    steps: &'a [MigrationStep],
    applied: &[Applied],
    target: &MigrationTarget,
) -> Result<Vec<&'a MigrationStep>> {
    let last = match target {
        MigrationTarget::All => u64::MAX,
        MigrationTarget::To(version) => known(steps, version)?,
    };
    Ok(steps
        .iter()
        .filter(|step| step.number() <= last && find(applied, step.number()).is_none_or(|row| row.running))
        .collect())
}

/// What a rollback takes back, newest first. Everything is refused if one of them cannot be.
pub(super) fn backwards<'a>(
    steps: &'a [MigrationStep],
    applied: &[Applied],
    target: &RollbackTarget,
) -> Result<Vec<&'a MigrationStep>> {
    check(&status(steps, applied))?;
    let done = steps.iter().rev().filter(|step| find(applied, step.number()).is_some());
    let chosen: Vec<&MigrationStep> = match target {
        RollbackTarget::Last => done.take(1).collect(),
        RollbackTarget::To(version) => {
            let last = known(steps, version)?;
            done.take_while(|step| step.number() > last).collect()
        }
    };
    if let Some(step) = chosen.iter().find(|step| step.down.is_none()) {
        let reason = format!("step {} has no way back; nothing was changed", step.version);
        return Err(Error::new(ErrorKind::Unsupported, reason).with("version", step.version));
    }
    Ok(chosen)
}

fn known(steps: &[MigrationStep], version: &str) -> Result<u64> {
    number(version).filter(|wanted| *wanted == 0 || steps.iter().any(|step| step.number() == *wanted)).ok_or_else(
        || {
            let shown: String = version.chars().take(50).collect();
            Error::new(ErrorKind::InvalidRequest, format!("there is no step {shown:?}"))
        },
    )
}
