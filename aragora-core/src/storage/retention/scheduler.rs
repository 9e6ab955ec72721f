use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use tokio::select;

use super::ClockGuard;
use crate::clock::{CancelToken, Timestamp};
use crate::error::{Error, ErrorKind, Result};
use crate::storage::address::Space;
use crate::storage::batch::{Batch, Op, Precondition};
use crate::storage::lease::{Lease, Leases, NamedLease};
use crate::storage::table::{Seal, SpaceKind, Table, TableDef, TableRecord};
use crate::storage::{Storage, draft_json};
use crate::telemetry::Parts;

/// How long a run holds its lease without a sign of life.
const LEASE: Duration = Duration::from_secs(60);
/// How often it is looked whether a run is due.
const LOOK: Duration = Duration::from_secs(60);
/// Shortest and longest interval.
const SHORTEST: Duration = Duration::from_secs(3_600);
const LONGEST: Duration = Duration::from_secs(8_760 * 3_600);

/// Removes what is too old of one kind.
#[async_trait]
pub trait RetentionJob: Send + Sync + std::fmt::Debug + 'static {
    /// Its name, e.g. `receipts`; once in a store.
    fn kind(&self) -> &'static str;
    /// How often it is due, 1 to 8,760 hours.
    fn interval(&self) -> Duration;
    /// Removes what is due at this moment, as much as fits a page, from where the page before ended. May be repeated
    /// from the same place by a process that takes over.
    async fn page(&self, now: Timestamp, cursor: Option<String>) -> Result<RetentionPage>;
}

/// What one page removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RetentionPage {
    /// How much went.
    pub removed: u64,
    /// Where to go on; `None` at the end.
    pub next: Option<String>,
}

/// How the runs of one kind went, in every process that ever ran one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct RetentionStatus {
    /// The kind.
    pub kind: String,
    /// Runs that were begun and ended.
    pub total_runs: u64,
    /// Those that failed.
    pub failures: u64,
    /// What all of them removed.
    pub total_removed: u64,
    /// When the latest one ended.
    pub last_run: Option<Timestamp>,
    /// The code and reason of the latest failure; `None` after a run without one.
    pub last_error: Option<String>,
    /// Where an unfinished run goes on.
    pub cursor: Option<String>,
}

impl RetentionStatus {
    /// Runs without a failure among all, 0 to 1; 1 before the first.
    pub fn success_rate(&self) -> f64 {
        if self.total_runs == 0 {
            return 1.0;
        }
        self.total_runs.saturating_sub(self.failures) as f64 / self.total_runs as f64
    }

    fn of(kind: &str) -> Self {
        Self { kind: kind.to_owned(), ..Self::default() }
    }
}

impl TableRecord for RetentionStatus {
    type Key = String;
    const DEF: TableDef =
        TableDef { space: SpaceKind::System, seal: Seal::Plain, ..TableDef::tenant("retention_run", 1) };

    fn key(&self) -> String {
        self.kind.clone()
    }
}

/// Runs jobs by the clock, each under a lease of its own: one process at a time, and a failure of one delays no other.
#[derive(Clone, Debug)]
pub struct RetentionScheduler {
    storage: Arc<dyn Storage>,
    parts: Parts,
    guard: ClockGuard,
    jobs: Vec<Arc<dyn RetentionJob>>,
}

impl RetentionScheduler {
    /// Keeps its notes in this store.
    pub fn new(storage: Arc<dyn Storage>, parts: &Parts) -> Self {
        let guard = ClockGuard::new(storage.clone(), parts);
        Self { storage, parts: parts.clone(), guard, jobs: Vec::new() }
    }

    /// Adds a job. `invalid_request` if its interval is not 1 to 8,760 hours, or if there is one of its kind.
    pub fn job(mut self, job: Arc<dyn RetentionJob>) -> Result<Self> {
        if !(SHORTEST..=LONGEST).contains(&job.interval()) {
            let reason = format!("an interval of {:?}, expected 1 to 8760 hours", job.interval());
            return Err(Error::new(ErrorKind::InvalidRequest, reason).with("kind", job.kind()));
        }
        if self.jobs.iter().any(|other| other.kind() == job.kind()) {
            return Err(Error::new(ErrorKind::InvalidRequest, "two jobs of one kind").with("kind", job.kind()));
        }
        self.jobs.push(job);
        Ok(self)
    }

    /// What says whether the clock can be believed.
    pub fn guard(&self) -> &ClockGuard {
        &self.guard
    }

    /// Believes the clock as it is now.
    pub async fn confirm_clock(&self) -> Result<()> {
        self.guard.confirm_clock().await
    }

    /// How the runs of every kind went.
    pub async fn status(&self) -> Result<Vec<RetentionStatus>> {
        let mut all = Vec::with_capacity(self.jobs.len());
        for job in &self.jobs {
            all.push(self.status_of(job.kind()).await?);
        }
        Ok(all)
    }

    /// Runs what is due until cancelled. A failure is noted and does not end it.
    pub async fn run(&self, cancel: &CancelToken) {
        join_all(self.jobs.iter().map(|job| self.run_one(job, cancel))).await;
    }

    async fn run_one(&self, job: &Arc<dyn RetentionJob>, cancel: &CancelToken) {
        let clock = &self.parts.clock;
        while !cancel.is_cancelled() {
            let next = clock.monotonic().saturating_add(LOOK.min(job.interval()));
            let work = async {
                if let Err(error) = self.look(job, cancel).await {
                    tracing::warn!(
                        kind = job.kind(),
                        code = error.code(),
                        reason = error.reason(),
                        "a retention run failed"
                    );
                }
                clock.sleep_until(next).await;
            };
            select! {
                () = cancel.cancelled() => {}
                () = work => {}
            }
        }
    }

    async fn look(&self, job: &Arc<dyn RetentionJob>, cancel: &CancelToken) -> Result<()> {
        let status = self.status_of(job.kind()).await?;
        let now = self.parts.clock.now();
        // A run before a jump of the clock does not put the next one off for ever.
        let due = status.last_run.is_none_or(|last| now >= last.plus(job.interval()) || now < last);
        if !due && status.cursor.is_none() {
            return Ok(());
        }
        match self.run_job(job, cancel).await {
            // Another process is at it.
            Err(error) if error.kind() == ErrorKind::Conflict => Ok(()),
            done => done.map(drop),
        }
    }

    /// Runs a job now, whenever it is due. Gives how it went; the run's own failure is the error, and noted too.
    /// `conflict` while another process runs it; `not_found` for a kind that nobody added.
    pub async fn run_now(&self, kind: &str, cancel: &CancelToken) -> Result<RetentionStatus> {
        let job = self.jobs.iter().find(|job| job.kind() == kind);
        let job = job.ok_or_else(|| Error::new(ErrorKind::NotFound, "there is no such job").with("kind", kind))?;
        self.run_job(job, cancel).await
    }

    async fn run_job(&self, job: &Arc<dyn RetentionJob>, cancel: &CancelToken) -> Result<RetentionStatus> {
        let named = Leases::new(self.storage.clone(), Space::System).named(&format!("retention/{}", job.kind()));
        let lease = named.claim("retention", LEASE).await?;
        let mut lease = lease.ok_or_else(|| {
            Error::new(ErrorKind::Conflict, "another process runs this").with("kind", job.kind()).retryable_if(true)
        })?;
        let mut status = self.status_of(job.kind()).await?;
        let done = self.pages(job, &named, &mut lease, &mut status, cancel).await;
        if matches!(&done, Ok(true) | Err(_)) {
            status.total_runs += 1;
            status.last_run = Some(self.parts.clock.now());
            status.last_error = done.as_ref().err().map(|error| format!("{}: {}", error.code(), error.reason()));
            status.failures += u64::from(done.is_err());
            match self.note(&status, &lease).await {
                // Whoever took over notes its own run.
                Err(error) if error.kind() != ErrorKind::LeaseLost => return Err(done.err().unwrap_or(error)),
                _ => {}
            }
        }
        // A lease that cannot be given back lapses by itself.
        drop(named.release(lease).await);
        done.map(|_| status)
    }

    /// Whether the end was reached.
    async fn pages(
        &self,
        job: &Arc<dyn RetentionJob>,
        named: &NamedLease,
        lease: &mut Lease,
        status: &mut RetentionStatus,
        cancel: &CancelToken,
    ) -> Result<bool> {
        let now = self.guard.check(job.interval()).await?;
        loop {
            if cancel.is_cancelled() {
                return Ok(false);
            }
            *lease = named.renew(lease, LEASE).await?;
            let page = AssertUnwindSafe(async { job.page(now, status.cursor.clone()).await }).catch_unwind().await;
            // One that panics must not end the others.
            let page = page.unwrap_or_else(|_| Err(Error::internal("the retention job panicked")))?;
            status.total_removed += page.removed;
            status.cursor = page.next;
            if status.cursor.is_none() {
                return Ok(true);
            }
            self.note(status, lease).await?;
        }
    }

    async fn status_of(&self, kind: &str) -> Result<RetentionStatus> {
        let found = self.table().get(&kind.to_owned()).await?;
        Ok(found.map_or_else(|| RetentionStatus::of(kind), |row| row.value))
    }

    async fn note(&self, status: &RetentionStatus, lease: &Lease) -> Result<()> {
        let at = self.table().address(&status.key())?;
        let frame = draft_json(RetentionStatus::DEF.schema, status)?;
        let put = Op::Put { at, frame, ttl: None, expect: Precondition::Any };
        self.storage.apply(Batch::of([put, Op::Fence(lease.clone())])).await.map(drop)
    }

    fn table(&self) -> Table<RetentionStatus> {
        Table::new(self.storage.clone(), Space::System).with_parts(&self.parts)
    }
}
