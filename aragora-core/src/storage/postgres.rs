//! Stores on PostgreSQL, 14 or newer: shared by many processes, durable, by the server's clock.

mod apply;
mod copy;
mod errors;
pub(crate) mod in_place;
mod leases;
mod load;
mod options;
mod read;
mod revisions;
mod session;
mod signals;
mod start;
mod upkeep;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use sqlx::postgres::{PgConnection, PgPool};

use super::address::{Address, KeyRange, Space};
use super::backup::Copyable;
use super::batch::{Batch, Commit};
use super::control::{Control, ControlReport};
use super::lease::{Lease, LeaseClaim};
use super::migrate::Migrator;
use super::scan::{Entry, PageRequest, ScanPage};
use super::watch::Watch;
use super::{Capability, ClockSource, MAX_BATCH_BYTES, MAX_PAYLOAD, Storage};
use crate::clock::BoxFuture;
use crate::error::{Error, ErrorKind, Result};
use crate::telemetry::{Followed, Parts, names};

pub use options::PostgresOptions;

pub(crate) use errors::{Sent, error_of};
pub(crate) use session::connect;

use errors::outcome_of;
use revisions::Revisions;
use session::Statements;
use signals::Signals;

/// A store in one schema of one database. Cloning gives another handle of the same pool.
#[derive(Clone)]
pub struct PostgresStorage(Arc<Inner>);

struct Inner {
    pool: PgPool,
    options: PostgresOptions,
    sql: Statements,
    // Whether rows are only seen after naming their space: asked for, or found so in the database.
    row_security: bool,
    survives_failover: bool,
    in_use: AtomicU32,
    revisions: Revisions,
    signals: Signals,
    parts: Parts,
    process: u32,
    notes: Vec<String>,
    closed: AtomicBool,
    // Gauges look at them as long as the store lives.
    _readings: [Arc<PoolReading>; 2],
}

/// How many connections are in one state.
struct PoolReading {
    pool: PgPool,
    idle: bool,
}

impl PoolReading {
    fn shown(pool: &PgPool, parts: &Parts) -> [Arc<Self>; 2] {
        [("idle", true), ("in_use", false)].map(|(state, idle)| {
            let reading = Arc::new(Self { pool: pool.clone(), idle });
            let source: std::sync::Weak<Self> = Arc::downgrade(&reading);
            parts.telemetry.gauge(&names::DB_POOL_CONNECTIONS, &[state]).follow(source);
            reading
        })
    }
}

impl Followed for PoolReading {
    fn reading(&self) -> f64 {
        let idle = u32::try_from(self.pool.num_idle()).unwrap_or(u32::MAX);
        f64::from(if self.idle { idle } else { self.pool.size().saturating_sub(idle) })
    }
}

impl PostgresStorage {
    /// Connects, checks the server, migrates as the options say, and opens the pool.
    ///
    /// `unavailable` if the server does not answer within 5 s, `unauthenticated` for a wrong login, `unsupported_version`
    /// below PostgreSQL 14, `read_only` on a standby, `invalid_config` for what the options or the server's settings
    /// do not allow.
    pub async fn open(options: PostgresOptions, parts: &Parts) -> Result<Self> {
        let mut found = start::check(&options).await?;
        Migrator::postgres(&options, parts, &[])?.start(options.migrate).await?;
        found.row_security = start::check_walls(&options).await?;
        for note in &found.notes {
            tracing::warn!(note, "PostgreSQL store");
        }
        let sql = Statements::new(&options.schema);
        let pool = session::pool(&options);
        Ok(Self(Arc::new(Inner {
            revisions: Revisions::default(),
            signals: Signals::new(&options),
            in_use: AtomicU32::new(0),
            closed: AtomicBool::new(false),
            process: std::process::id(),
            parts: parts.clone(),
            row_security: found.row_security,
            survives_failover: found.survives_failover,
            notes: found.notes,
            options,
            _readings: PoolReading::shown(&pool, parts),
            pool,
            sql,
        })))
    }

    /// The pool, for stores with tables of their own. It sets no row-security variables: see [`Self::in_tenant`].
    pub fn pool(&self) -> &PgPool {
        &self.0.pool
    }

    /// Runs statements in one transaction that sees one space, and commits unless they fail. A connection lost while
    /// committing is `unavailable` with `outcome` = `unknown`.
    pub async fn in_tenant<T, F>(&self, space: &Space, work: F) -> Result<T>
    where
        T: Send,
        F: for<'c> FnOnce(&'c mut PgConnection) -> BoxFuture<'c, Result<T>> + Send,
    {
        self.0.ready()?;
        let mut session = self.0.transaction(Some(&session::setting([space]))).await.map_err(outcome_of)?;
        let done = work(session.connection()).await?;
        session.commit().await.map_err(outcome_of)?;
        Ok(done)
    }
}

/// The version of a server that can be used as the options say, e.g. `15.4`, and how far its clock is away.
pub(super) async fn version(options: &PostgresOptions) -> Result<(String, Duration)> {
    let found = start::check(options).await?;
    Ok((found.version, found.clock_away))
}

impl Inner {
    fn ready(&self) -> Result<()> {
        if self.closed.load(Ordering::Acquire) {
            return Err(Error::new(ErrorKind::Closed, "the store was closed"));
        }
        if std::process::id() != self.process {
            // Connections cannot be shared with the process they were opened in.
            let reason = "this store was opened by another process; open it again after a fork";
            return Err(Error::new(ErrorKind::InvalidState, reason));
        }
        Ok(())
    }

    async fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.signals.close();
        // Connections given out come back as their calls end; none of them is waited for longer than a statement.
        let _ = tokio::time::timeout(Duration::from_secs(5), self.pool.close()).await;
    }
}

impl fmt::Debug for PostgresStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStorage").field("options", &self.0.options).finish_non_exhaustive()
    }
}

#[async_trait]
impl Storage for PostgresStorage {
    fn capability(&self) -> Capability {
        Capability {
            backend: "postgres",
            shared: true,
            durable: true,
            clock: ClockSource::Server,
            survives_failover: self.0.survives_failover,
            push_signals: false,
            snapshots: true,
            journal: self.0.options.journal,
            max_value: MAX_PAYLOAD as u32,
            max_batch_bytes: MAX_BATCH_BYTES as u32,
        }
    }

    fn copyable(self: Arc<Self>) -> Option<Arc<dyn Copyable>> {
        Some(self)
    }

    async fn get_many(&self, at: Vec<Address>) -> Result<Vec<Option<Entry>>> {
        at.iter().try_for_each(Address::check_limits)?;
        self.0.ready()?;
        self.0.get_many(at).await
    }

    async fn scan(&self, range: KeyRange, page: PageRequest) -> Result<ScanPage> {
        let bounds = page.bounds(&range)?;
        self.0.ready()?;
        match bounds {
            Some(bounds) => self.0.scan(&range, &bounds, &page).await,
            None => Ok(ScanPage::default()),
        }
    }

    async fn apply(&self, batch: Batch) -> Result<Commit> {
        let applied = async {
            batch.check_rules()?;
            self.0.ready()?;
            self.0.apply(batch).await
        };
        applied.await.map_err(outcome_of)
    }

    async fn claim(&self, claim: LeaseClaim) -> Result<Vec<Lease>> {
        let claimed = async {
            claim.check_rules()?;
            self.0.ready()?;
            self.0.claim(claim).await
        };
        claimed.await.map_err(outcome_of)
    }

    async fn renew(&self, lease: Lease, ttl: Option<Duration>) -> Result<Lease> {
        let renewed = async {
            ttl.map_or(Ok(()), super::lease::check_ttl)?;
            lease.at.check_limits()?;
            self.0.ready()?;
            self.0.renew(lease, ttl).await
        };
        renewed.await.map_err(outcome_of)
    }

    async fn watch(&self, range: KeyRange) -> Result<Watch> {
        range.check_limits()?;
        self.0.ready()?;
        Ok(self.0.signals.watch(&range))
    }

    async fn control(&self, control: Control) -> Result<ControlReport> {
        if control == Control::Close {
            self.0.close().await;
            return Ok(ControlReport::Done);
        }
        self.0.ready()?;
        self.0.control(control).await
    }
}
