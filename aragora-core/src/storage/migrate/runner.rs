use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::plan::{
    Applied, MigrationPlan, MigrationReport, MigrationTarget, PlannedStep, RollbackSafety, RollbackTarget, StepState,
    StepStatus, backwards, check, next, pending, status,
};
use super::rows::RowSteps;
use super::step::{self, MigrationStep, StepKind, number};
use super::{AGAIN, PATIENCE};
use crate::error::{Error, ErrorKind, Result};
use crate::storage::{Address, ControlReport, Corrupt, KeyBytes, Space, Storage, TableName};
use crate::telemetry::{IntegrityEvent, Parts};

/// A backup this old is none.
const FRESH: Duration = Duration::from_secs(24 * 3_600);

/// What opening a store does about pending steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MigrateMode {
    /// Runs them, or waits at most 30 s for whoever does.
    #[default]
    Auto,
    /// Refuses with their list.
    Check,
    /// Does not look.
    Off,
}

/// How steps run on one kind of store.
#[async_trait]
pub(super) trait Driver: Debug + Send + Sync {
    /// What the store says was applied; nothing if it was never migrated.
    async fn applied(&self) -> Result<Vec<Applied>>;
    /// Runs, under the lock, the step that `choose` picks from what is applied then. `migration_locked` if somebody
    /// else holds the lock; nothing was done then.
    async fn forward(&self, choose: &Choose<'_>) -> Result<Option<&'static str>>;
    /// The same backwards.
    async fn backward(&self, choose: &Choose<'_>) -> Result<Option<&'static str>>;
    /// Runs transactional steps and takes them back.
    async fn rehearse(&self, steps: &[MigrationStep]) -> Result<()>;
}

pub(super) type Choose<'a> = dyn Fn(&[Applied]) -> Result<Option<MigrationStep>> + Send + Sync + 'a;

/// Runs the steps of one store.
#[derive(Debug)]
pub struct Migrator {
    steps: Vec<MigrationStep>,
    driver: Box<dyn Driver>,
    parts: Parts,
}

impl Migrator {
    /// These steps, over a store without SQL. Steps must be code; `invalid_config` lists what is wrong with them.
    pub fn over(storage: Arc<dyn Storage>, parts: &Parts, steps: &[MigrationStep]) -> Result<Self> {
        step::check(steps, false)?;
        Ok(Self { steps: steps.to_vec(), driver: Box::new(RowSteps::new(storage, parts)), parts: parts.clone() })
    }

    /// The steps of a store on PostgreSQL, as its options ask for them, followed by steps of the host.
    #[cfg(feature = "storage-postgres")]
    pub fn postgres(
        options: &crate::storage::postgres::PostgresOptions,
        parts: &Parts,
        more: &[MigrationStep],
    ) -> Result<Self> {
        let steps = [super::postgres::own_steps(options), more.to_vec()].concat();
        Self::postgres_only(options, parts, &steps)
    }

    /// These steps and no others.
    #[cfg(feature = "storage-postgres")]
    pub fn postgres_only(
        options: &crate::storage::postgres::PostgresOptions,
        parts: &Parts,
        steps: &[MigrationStep],
    ) -> Result<Self> {
        step::check(steps, true)?;
        let driver = Box::new(super::PostgresSteps::new(options, parts));
        Ok(Self { steps: steps.to_vec(), driver, parts: parts.clone() })
    }

    /// Every step, known or found, by version.
    pub async fn status(&self) -> Result<Vec<StepStatus>> {
        Ok(status(&self.steps, &self.driver.applied().await?))
    }

    /// What [`Self::apply`] would run. With `rehearse` transactional steps are run and taken back.
    pub async fn plan(&self, target: &MigrationTarget, rehearse: bool) -> Result<MigrationPlan> {
        let applied = self.driver.applied().await?;
        check(&status(&self.steps, &applied))?;
        let chosen = pending(&self.steps, &applied, target)?;
        if rehearse {
            let transactional: Vec<MigrationStep> =
                chosen.iter().take_while(|step| step.transactional).map(|step| **step).collect();
            self.driver.rehearse(&transactional).await?;
        }
        let planned = chosen.into_iter().map(|step| PlannedStep {
            version: step.version.to_owned(),
            name: step.name.to_owned(),
            text: step.up.text(step.name),
            breaking: step.kind == StepKind::Breaking,
        });
        Ok(MigrationPlan { steps: planned.collect() })
    }

    /// Runs pending steps up to the target, each once whoever else tries, and waits at most 30 s for others. A failed
    /// step is `migration_failed` and absent; those before it stay.
    pub async fn apply(&self, target: &MigrationTarget) -> Result<MigrationReport> {
        let choose = |applied: &[Applied]| Ok(next(&self.steps, applied, target)?.copied());
        let mut done = Vec::new();
        // Most starts find nothing to do, and then nobody needs the lock.
        while choose(&self.driver.applied().await?)?.is_some() {
            if let Some(version) = self.patiently(|| self.driver.forward(&choose)).await? {
                self.parts.telemetry.tell(IntegrityEvent::MigrationApplied { version: version.to_owned() });
                done.push(version.to_owned());
            }
        }
        self.report(done).await
    }

    /// Takes back the last step or all after a version, newest first. A step without a way back is refused before
    /// anything is touched.
    pub async fn rollback(&self, target: &RollbackTarget, safety: RollbackSafety) -> Result<MigrationReport> {
        if let RollbackSafety::BackupOf(at) = safety
            && at.plus(FRESH) < self.parts.clock.now()
        {
            let reason = "the backup is older than 24 h; make one, or say that none is wanted";
            return Err(Error::new(ErrorKind::InvalidRequest, reason).with("backup", at));
        }
        let planned = backwards(&self.steps, &self.driver.applied().await?, target)?;
        let mut done = Vec::new();
        for step in planned {
            let choose = |applied: &[Applied]| {
                let latest = backwards(&self.steps, applied, &RollbackTarget::Last)?;
                Ok(latest.first().filter(|latest| latest.number() == step.number()).map(|step| **step))
            };
            if let Some(version) = self.patiently(|| self.driver.backward(&choose)).await? {
                self.parts.telemetry.tell(IntegrityEvent::MigrationRolledBack { version: version.to_owned() });
                done.push(version.to_owned());
            }
        }
        self.report(done).await
    }

    /// Compares every step with what was applied; changed ones are listed as damage.
    pub async fn verify(&self) -> Result<ControlReport> {
        let listed = self.status().await?;
        let table = TableName::of_definition("migration_versions");
        let corrupt = listed.iter().filter(|status| status.state == StepState::Changed).map(|status| {
            let key = KeyBytes::of(&number(&status.version).unwrap_or_default());
            let reason = format!("step {} was applied with another text", status.version);
            let error = Error::new(ErrorKind::Corrupt, reason).with("version", &status.version);
            Corrupt { address: Address::new(Space::System, table.clone(), key), error }
        });
        Ok(ControlReport::Verified { checked: listed.len() as u64, corrupt: corrupt.collect() })
    }

    /// What a start does. Gives the newest version that is applied.
    #[cfg(feature = "storage-postgres")]
    pub(crate) async fn start(&self, mode: MigrateMode) -> Result<Option<String>> {
        match mode {
            MigrateMode::Off => Ok(None),
            MigrateMode::Auto => Ok(self.apply(&MigrationTarget::All).await?.version),
            MigrateMode::Check => {
                let plan = self.plan(&MigrationTarget::All, false).await?;
                if plan.steps.is_empty() {
                    return Ok(self.report(Vec::new()).await?.version);
                }
                let versions: Vec<&str> = plan.steps.iter().map(|step| step.version.as_str()).collect();
                let reason = format!("the store must be migrated first; pending are {}", versions.join(", "));
                Err(Error::new(ErrorKind::InvalidConfig, reason).with("pending", versions.join(",")))
            }
        }
    }

    async fn report(&self, done: Vec<String>) -> Result<MigrationReport> {
        let applied = self.driver.applied().await?;
        let newest = applied.into_iter().filter(|row| !row.running).max_by_key(|row| number(&row.version));
        Ok(MigrationReport { done, version: newest.map(|row| row.version) })
    }

    /// Tries again while somebody else holds the lock, 30 s in all. Each try is short: whoever waits inside a long
    /// statement would hold a snapshot and could block the holder for ever.
    async fn patiently<T, F>(&self, mut attempt: impl FnMut() -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let clock = &self.parts.clock;
        let end = clock.monotonic().saturating_add(PATIENCE);
        loop {
            match attempt().await {
                Err(error) if error.kind() == ErrorKind::MigrationLocked && clock.monotonic() < end => {}
                done => return done,
            }
            let mut random = [0; 1];
            self.parts.entropy.fill(&mut random)?;
            let wait = AGAIN + Duration::from_millis(u64::from(random[0]));
            clock.sleep_until(clock.monotonic().saturating_add(wait)).await;
        }
    }
}
