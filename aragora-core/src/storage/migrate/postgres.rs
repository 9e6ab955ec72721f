use std::time::Duration;

use async_trait::async_trait;
use sha2::{Digest as _, Sha256};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgErrorPosition};
use sqlx::{AssertSqlSafe, Connection as _, Row as _};

use super::plan::Applied;
use super::runner::{Choose, Driver};
use super::step::{MigrationAction, MigrationStep, StepKind, failed};
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::postgres::{PostgresOptions, Sent, connect, error_of};
use crate::telemetry::Parts;

/// What separates the statements of a step that is not transactional.
const NEXT: &str = "\n-- next statement\n";

/// The rest of the records table and one row per step. The first three columns are those of older installations.
const RECORD: &str = "
  CREATE TABLE IF NOT EXISTS @.migration_versions (
    version varchar(50) PRIMARY KEY, applied_at timestamptz DEFAULT now(), applied_by varchar(100));
  ALTER TABLE @.migration_versions
    ADD COLUMN IF NOT EXISTS name text, ADD COLUMN IF NOT EXISTS checksum bytea,
    ADD COLUMN IF NOT EXISTS breaking boolean, ADD COLUMN IF NOT EXISTS duration_ms bigint,
    ADD COLUMN IF NOT EXISTS state text;";

macro_rules! steps {
    ($($version:literal $name:literal)+) => {
        [$(MigrationStep::sql(
            $version,
            $name,
            include_str!(concat!("steps/", $version, "_", $name, ".up.sql")),
            include_str!(concat!("steps/", $version, "_", $name, ".down.sql")),
        ),)+]
    };
}

const BASE: &[MigrationStep] = &steps! { "0001" "records" "0002" "apply" "0003" "claims" "0004" "store" };
const JOURNAL: &[MigrationStep] = &steps! { "0100" "journal" "0101" "journal_name" };
const ROW_SECURITY: &[MigrationStep] = &steps! { "0200" "row_security" };

/// The steps that these options ask for. What only some stores want has numbers of its own, so that switching it on
/// later runs just that.
pub(super) fn own_steps(options: &PostgresOptions) -> Vec<MigrationStep> {
    let journal: &[MigrationStep] = if options.journal { JOURNAL } else { &[] };
    let walls: &[MigrationStep] = if options.row_security { ROW_SECURITY } else { &[] };
    [BASE, journal, walls].concat()
}

/// Steps in one schema of one database.
#[derive(Debug)]
pub(crate) struct PostgresSteps {
    connect: Connect,
    // The server itself, for steps that do not fit into a transaction.
    direct: Option<Connect>,
    schema: String,
    parts: Parts,
}

/// Its Debug shows no password.
struct Connect(PgConnectOptions);

impl std::fmt::Debug for Connect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.get_host())
    }
}

impl PostgresSteps {
    pub(super) fn new(options: &PostgresOptions, parts: &Parts) -> Self {
        Self {
            connect: Connect(options.connect()),
            direct: options.direct().ok().map(Connect),
            schema: options.schema.clone(),
            parts: parts.clone(),
        }
    }

    async fn connection(&self) -> Result<PgConnection> {
        connect(&self.connect.0).await
    }

    fn database(&self) -> &str {
        self.connect.0.get_database().unwrap_or_else(|| self.connect.0.get_username())
    }

    /// Begins a transaction that holds the lock. Everything is local to it, so that it works through a pooler too.
    async fn locked<'a>(&self, connection: &'a mut PgConnection) -> Result<sqlx::Transaction<'a, sqlx::Postgres>> {
        let mut transaction = connection.begin().await.map_err(broken)?;
        let id = lock_id(self.database(), &self.schema);
        let begin = format!(
            "SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = 0; \
             SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL tcp_keepalives_idle = 10; \
             SET LOCAL tcp_keepalives_interval = 5; SET LOCAL tcp_keepalives_count = 3; \
             SET LOCAL client_connection_check_interval = '2s'; \
             SET LOCAL search_path = \"{}\"; SELECT pg_advisory_xact_lock({id})",
            self.schema
        );
        match raw(&mut transaction, &begin).await {
            Ok(()) => Ok(transaction),
            Err(error) if is_lock_timeout(&error) => {
                // The transaction has failed; only its end is wanted.
                let _ = transaction.rollback().await;
                Err(self.held(id).await)
            }
            Err(error) => Err(broken(error)),
        }
    }

    /// Who holds the lock, as far as the server tells.
    async fn held(&self, id: i64) -> Error {
        let error = Error::new(ErrorKind::MigrationLocked, "another process migrates this database");
        let Ok(mut connection) = self.connection().await else { return error };
        let (high, low) = ((id >> 32) as i32, id as i32);
        let text = format!(
            "SELECT a.pid, a.application_name, coalesce(host(a.client_addr), 'this machine') AS host \
             FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid \
             WHERE l.locktype = 'advisory' AND l.granted AND l.classid = {} AND l.objid = {} \
             AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) LIMIT 1",
            high.cast_unsigned(),
            low.cast_unsigned()
        );
        let asked = sqlx::raw_sql(AssertSqlSafe(text)).fetch_optional(&mut connection).await;
        match asked {
            Ok(Some(row)) => error
                .with("pid", row.try_get::<i32, _>("pid").unwrap_or_default())
                .with("application", row.try_get::<String, _>("application_name").unwrap_or_default())
                .with("host", row.try_get::<String, _>("host").unwrap_or_default()),
            _ => error,
        }
    }

    /// Makes the schema and the table of versions, under the lock: `IF NOT EXISTS` alone fails for two at once. In a
    /// transaction of its own, because changing the table keeps everybody from reading it.
    async fn prepare(&self, connection: &mut PgConnection) -> Result<()> {
        if self.columns(connection).await? == 6 {
            return Ok(());
        }
        let mut transaction = self.locked(connection).await?;
        self.make(&mut transaction).await?;
        transaction.commit().await.map_err(broken)
    }

    async fn make(&self, transaction: &mut PgConnection) -> Result<()> {
        let exists = sqlx::query("SELECT 1 FROM pg_namespace WHERE nspname = $1")
            .persistent(false)
            .bind(&self.schema)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(broken)?;
        // Whoever may not create schemas can still use one that was made for them.
        if exists.is_none() {
            raw(transaction, &format!("CREATE SCHEMA \"{}\"", self.schema)).await.map_err(broken)?;
        }
        raw(transaction, &RECORD.replace("@.", &format!("\"{}\".", self.schema))).await.map_err(broken)
    }

    /// How many of the columns of [`RECORD`] that this library reads are there.
    async fn columns(&self, connection: &mut PgConnection) -> Result<i64> {
        let text = format!(
            "SELECT count(*) AS columns FROM pg_attribute WHERE attrelid = to_regclass('\"{}\".migration_versions') \
             AND attnum > 0 AND NOT attisdropped \
             AND attname IN ('version', 'name', 'checksum', 'breaking', 'duration_ms', 'state')",
            self.schema
        );
        // Without parameters, so that it works through a transaction pooler too.
        let found = sqlx::raw_sql(AssertSqlSafe(text)).fetch_one(connection).await;
        found.and_then(|row| row.try_get("columns")).map_err(broken)
    }

    async fn rows(&self, connection: &mut PgConnection) -> Result<Vec<Applied>> {
        let columns = self.columns(connection).await?;
        let extended = match columns {
            0 => return Ok(Vec::new()),
            6.. => "name, checksum, breaking, duration_ms, state",
            _ => {
                "NULL::text AS name, NULL::bytea AS checksum, NULL::boolean AS breaking, \
                  NULL::bigint AS duration_ms, NULL::text AS state"
            }
        };
        let text = format!(
            "SELECT version, (extract(epoch FROM applied_at) * 1000)::bigint AS at, applied_by, {extended} \
             FROM \"{}\".migration_versions",
            self.schema
        );
        let rows = sqlx::raw_sql(AssertSqlSafe(text)).fetch_all(connection).await.map_err(broken)?;
        rows.iter()
            .map(|row| {
                Ok(Applied {
                    version: row.try_get("version")?,
                    applied_at: row.try_get::<Option<i64>, _>("at")?.map(Timestamp::from_millis),
                    applied_by: row.try_get("applied_by")?,
                    name: row.try_get("name")?,
                    checksum: row
                        .try_get::<Option<Vec<u8>>, _>("checksum")?
                        .map(|sum| data_encoding::HEXLOWER.encode(&sum)),
                    breaking: row.try_get::<Option<bool>, _>("breaking")?.unwrap_or(false),
                    duration_ms: row.try_get("duration_ms")?,
                    running: row.try_get::<Option<String>, _>("state")?.as_deref() == Some("running"),
                    cursor: None,
                })
            })
            .collect::<Result<_, sqlx::Error>>()
            .map_err(broken)
    }

    async fn record(&self, connection: &mut PgConnection, step: &MigrationStep, state: &str, ms: i64) -> Result<()> {
        let by: String = format!("aragora/{} of process {}", env!("CARGO_PKG_VERSION"), std::process::id());
        let text = format!(
            "INSERT INTO \"{}\".migration_versions \
             (version, applied_at, applied_by, name, checksum, breaking, duration_ms, state) \
             VALUES ($1, clock_timestamp(), $2, $3, $4, $5, $6, $7) ON CONFLICT (version) DO UPDATE SET \
             applied_at = excluded.applied_at, applied_by = excluded.applied_by, duration_ms = excluded.duration_ms, \
             state = excluded.state, checksum = excluded.checksum",
            self.schema
        );
        sqlx::query(AssertSqlSafe(text))
            .persistent(false)
            .bind(step.version)
            .bind(by)
            .bind(step.name)
            .bind(step.checksum().as_bytes().to_vec())
            .bind(step.kind == StepKind::Breaking)
            .bind(ms)
            .bind(state)
            .execute(connection)
            .await
            .map(drop)
            .map_err(broken)
    }

    async fn forget(&self, connection: &mut PgConnection, step: &MigrationStep) -> Result<()> {
        let text = format!("DELETE FROM \"{}\".migration_versions WHERE version = $1", self.schema);
        sqlx::query(AssertSqlSafe(text))
            .persistent(false)
            .bind(step.version)
            .execute(connection)
            .await
            .map(drop)
            .map_err(broken)
    }

    fn elapsed(&self, since: Duration) -> i64 {
        i64::try_from(self.parts.clock.monotonic().saturating_sub(since).as_millis()).unwrap_or(i64::MAX)
    }

    /// A step that cannot run in a transaction, on a connection of its own while the caller holds the lock.
    async fn aside(&self, step: &MigrationStep, text: &str, state: Option<&str>) -> Result<()> {
        let Some(direct) = &self.direct else {
            let reason = "behind a pooler this step needs the server's own address, aragora.listen_dsn";
            return Err(Error::new(ErrorKind::NotConfigured, reason).with("version", step.version));
        };
        let mut connection = connect(&direct.0).await?;
        let begun = self.parts.clock.monotonic();
        raw(&mut connection, "SET statement_timeout = 0").await.map_err(broken)?;
        raw(&mut connection, &format!("SET search_path = \"{}\"", self.schema)).await.map_err(broken)?;
        // Before the first statement: whoever comes after a kill sees that it may be half done.
        self.record(&mut connection, step, "running", 0).await?;
        for statement in text.split(NEXT) {
            raw(&mut connection, statement).await.map_err(|error| step_failed(step, error))?;
        }
        match state {
            Some(state) => self.record(&mut connection, step, state, self.elapsed(begun)).await?,
            None => self.forget(&mut connection, step).await?,
        }
        // The step is done and recorded; how its connection ends no longer matters.
        let _ = connection.close().await;
        Ok(())
    }
}

#[async_trait]
impl Driver for PostgresSteps {
    async fn applied(&self) -> Result<Vec<Applied>> {
        let mut connection = self.connection().await?;
        let rows = self.rows(&mut connection).await;
        // Only read on it.
        let _ = connection.close().await;
        rows
    }

    async fn forward(&self, choose: &Choose<'_>) -> Result<Option<&'static str>> {
        let mut connection = self.connection().await?;
        self.prepare(&mut connection).await?;
        let mut transaction = self.locked(&mut connection).await?;
        let Some(step) = choose(&self.rows(&mut transaction).await?)? else { return Ok(None) };
        let MigrationAction::Sql(text) = step.up else { return Err(Error::internal("code on a store with SQL")) };
        if step.transactional {
            let begun = self.parts.clock.monotonic();
            raw(&mut transaction, text).await.map_err(|error| step_failed(&step, error))?;
            self.record(&mut transaction, &step, "applied", self.elapsed(begun)).await?;
            transaction.commit().await.map_err(broken)?;
        } else {
            self.aside(&step, text, Some("applied")).await?;
            transaction.commit().await.map_err(broken)?;
        }
        // Committed; how the connection ends no longer matters.
        let _ = connection.close().await;
        Ok(Some(step.version))
    }

    async fn backward(&self, choose: &Choose<'_>) -> Result<Option<&'static str>> {
        let mut connection = self.connection().await?;
        let mut transaction = self.locked(&mut connection).await?;
        let Some(step) = choose(&self.rows(&mut transaction).await?)? else { return Ok(None) };
        let Some(MigrationAction::Sql(text)) = step.down else {
            return Err(Error::internal("a step without a way back was chosen"));
        };
        if step.transactional {
            raw(&mut transaction, text).await.map_err(|error| step_failed(&step, error))?;
            self.forget(&mut transaction, &step).await?;
        } else {
            self.aside(&step, text, None).await?;
        }
        transaction.commit().await.map_err(broken)?;
        Ok(Some(step.version))
    }

    async fn rehearse(&self, steps: &[MigrationStep]) -> Result<()> {
        let mut connection = self.connection().await?;
        let mut transaction = self.locked(&mut connection).await?;
        self.make(&mut transaction).await?;
        for step in steps {
            let MigrationAction::Sql(text) = step.up else { return Err(Error::internal("code on a store with SQL")) };
            raw(&mut transaction, text).await.map_err(|error| step_failed(step, error))?;
        }
        transaction.rollback().await.map_err(broken)
    }
}

/// Several statements at once, without parameters.
async fn raw(connection: &mut PgConnection, text: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(text)).execute(connection).await.map(drop)
}

/// First 8 bytes, big-endian, signed, of SHA-256(`aragora/migrate/v1`, database, schema), each after its length.
fn lock_id(database: &str, schema: &str) -> i64 {
    let mut sum = Sha256::new();
    sum.update(b"aragora/migrate/v1");
    for part in [database, schema] {
        sum.update(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        sum.update(part);
    }
    sum.finalize().first_chunk().copied().map_or(0, i64::from_be_bytes)
}

fn is_lock_timeout(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.code().map(|code| code == "55P03")).unwrap_or(false)
}

fn broken(error: sqlx::Error) -> Error {
    if is_lock_timeout(&error) {
        return Error::new(ErrorKind::MigrationLocked, "a statement of a migration waited too long for a lock");
    }
    error_of(error, Sent::Read)
}

fn step_failed(step: &MigrationStep, error: sqlx::Error) -> Error {
    if is_lock_timeout(&error) {
        return broken(error);
    }
    let position = error
        .as_database_error()
        .and_then(|error| error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>())
        .and_then(sqlx::postgres::PgDatabaseError::position)
        .map(|position| match position {
            PgErrorPosition::Original(at) | PgErrorPosition::Internal { position: at, .. } => at,
        });
    let cause = error_of(error, Sent::Read);
    // A connection that broke says nothing about the step.
    if cause.kind() == ErrorKind::Unavailable { cause } else { failed(step.version, position, &cause) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_is_the_one_of_the_specification() {
        assert_eq!(lock_id("aragora", "public"), 7_825_471_642_877_727_562);
    }
}
