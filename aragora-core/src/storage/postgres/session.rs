use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection, PgPool, PgPoolOptions, PgRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Postgres, Transaction};

use super::copy::CopyStatements;
use super::errors::unavailable;
use super::{Inner, PostgresOptions, Sent, error_of};
use crate::error::{Error, Result};
use crate::storage::address::Space;
use crate::storage::remote::CONNECT;

/// How much longer than the server we wait before we take it for gone.
const SLACK: Duration = Duration::from_secs(10);
/// A connection that lay idle longer is tried before it is used.
const STALE: Duration = Duration::from_secs(1);

/// The texts of all statements, with the schema written out: nothing depends on the session.
pub(super) struct Statements {
    pub(super) get_one: Arc<str>,
    pub(super) get_many: Arc<str>,
    pub(super) page_up: Arc<str>,
    pub(super) page_down: Arc<str>,
    pub(super) apply: Arc<str>,
    pub(super) put: Arc<str>,
    pub(super) put_if_absent: Arc<str>,
    pub(super) claim: Arc<str>,
    pub(super) claim_ready: Arc<str>,
    pub(super) renew: Arc<str>,
    pub(super) release: Arc<str>,
    pub(super) revisions: Arc<str>,
    pub(super) usage: Arc<str>,
    pub(super) sweep: Arc<str>,
    pub(super) sweep_claims: Arc<str>,
    pub(super) walk: Arc<str>,
    pub(super) compact: Arc<str>,
    pub(super) copies: CopyStatements,
}

pub(super) const LIVE: &str = "(r.expires_at IS NULL OR r.expires_at > clock_timestamp())";
pub(super) const COLUMNS: &str = "r.frame, r.revision, (extract(epoch FROM r.expires_at) * 1000)::bigint AS expires";

impl Statements {
    pub(super) fn new(schema: &str) -> Self {
        let text = |text: String| in_schema(schema, &text);
        // A page ends at its bytes on the server, so that rows nobody can take are not sent: the first row past the
        // end comes without its frame.
        let page = |order: &str| {
            text(format!(
                "SELECT p.key, CASE WHEN p.n = 1 OR (p.n <= $5 AND p.total <= $6) THEN p.frame END AS frame, \
                 p.revision, p.expires FROM ( \
                   SELECT q.*, row_number() OVER w AS n, \
                   sum(octet_length(q.frame) + octet_length(q.key)) OVER w AS total FROM ( \
                     SELECT r.key, {COLUMNS} FROM @.aragora_records r \
                     WHERE r.space = $1 AND r.tbl = $2 AND r.key >= $3 AND r.key < $4 AND {LIVE} \
                     ORDER BY r.key {order} LIMIT $5 + 1) q \
                   WINDOW w AS (ORDER BY q.key {order} ROWS UNBOUNDED PRECEDING)) p \
                 WHERE p.n <= 2 OR p.total - octet_length(p.frame) - octet_length(p.key) <= $6 \
                 ORDER BY p.n"
            ))
        };
        Self {
            get_one: text(format!(
                "SELECT 1::bigint AS n, {COLUMNS} FROM @.aragora_records r \
                 WHERE r.space = $1 AND r.tbl = $2 AND r.key = $3 AND {LIVE}"
            )),
            get_many: text(format!(
                "SELECT o.n, {COLUMNS} FROM unnest($1::text[], $2::text[], $3::bytea[]) WITH ORDINALITY \
                 AS o(space, tbl, key, n) \
                 JOIN @.aragora_records r ON r.space = o.space AND r.tbl = o.tbl AND r.key = o.key WHERE {LIVE}"
            )),
            page_up: page("ASC"),
            page_down: page("DESC"),
            apply: text(
                "SELECT op_index, op_frame, op_revision, op_expires \
                 FROM @.aragora_apply($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
                    .to_owned(),
            ),
            put: text(
                "INSERT INTO @.aragora_records AS r (space, tbl, key, frame, revision, expires_at) \
                 VALUES ($1, $2, $3, $4, $5, date_trunc('milliseconds', clock_timestamp()) \
                 + $6::bigint * interval '1 millisecond') ON CONFLICT (space, tbl, key) DO UPDATE SET \
                 frame = excluded.frame, revision = excluded.revision, expires_at = excluded.expires_at"
                    .to_owned(),
            ),
            put_if_absent: text(
                "INSERT INTO @.aragora_records AS r (space, tbl, key, frame, revision, expires_at) \
                 VALUES ($1, $2, $3, $4, $5, date_trunc('milliseconds', clock_timestamp()) \
                 + $6::bigint * interval '1 millisecond') ON CONFLICT (space, tbl, key) DO UPDATE SET \
                 frame = excluded.frame, revision = excluded.revision, expires_at = excluded.expires_at \
                 WHERE r.expires_at <= clock_timestamp()"
                    .to_owned(),
            ),
            claim: text("SELECT token, until, revision FROM @.aragora_claim($1, $2, $3, $4, $5, $6)".to_owned()),
            claim_ready: text(
                "SELECT key, token, until, revision FROM @.aragora_claim_ready($1, $2, $3, $4, $5, $6, $7, $8)"
                    .to_owned(),
            ),
            renew: text(
                "UPDATE @.aragora_claims SET until = date_trunc('milliseconds', clock_timestamp()) \
                 + $5 * interval '1 millisecond' WHERE space = $1 AND tbl = $2 AND key = $3 AND token = $4 \
                 RETURNING (extract(epoch FROM until) * 1000)::bigint AS until"
                    .to_owned(),
            ),
            release: text(
                "DELETE FROM @.aragora_claims WHERE space = $1 AND tbl = $2 AND key = $3 AND token = $4 \
                 RETURNING (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS until"
                    .to_owned(),
            ),
            revisions: text("SELECT nextval('@.aragora_revision') AS block FROM generate_series(1, $1)".to_owned()),
            usage: text(
                "SELECT count(*) AS rows, coalesce(sum(octet_length(key) + octet_length(frame)), 0)::bigint AS bytes, \
                 count(*) FILTER (WHERE expires_at <= clock_timestamp()) AS expired, \
                 (SELECT count(*) FROM @.aragora_claims) AS leases FROM @.aragora_records"
                    .to_owned(),
            ),
            sweep: text(
                "WITH due AS (SELECT space, tbl, key FROM @.aragora_records WHERE expires_at <= clock_timestamp() \
                 ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED), \
                 gone AS (DELETE FROM @.aragora_records r USING due d \
                 WHERE r.space = d.space AND r.tbl = d.tbl AND r.key = d.key RETURNING 1) \
                 SELECT count(*) AS removed FROM gone"
                    .to_owned(),
            ),
            sweep_claims: text(
                "DELETE FROM @.aragora_claims WHERE until < clock_timestamp() - interval '24 hours'".to_owned(),
            ),
            walk: text(format!(
                "SELECT r.space, r.tbl, r.key, {COLUMNS} FROM @.aragora_records r \
                 WHERE (r.space, r.tbl, r.key) > ($1, $2, $3) ORDER BY r.space, r.tbl, r.key LIMIT $4"
            )),
            copies: CopyStatements::new(schema),
            compact: text("VACUUM (ANALYZE) @.aragora_records, @.aragora_claims".to_owned()),
        }
    }
}

/// A text with the schema written out.
pub(super) fn in_schema(schema: &str, text: &str) -> Arc<str> {
    text.replace("@.", &format!("\"{schema}\".")).into()
}

pub(super) type SqlQuery<'q> = Query<'q, Postgres, PgArguments>;

impl Inner {
    pub(super) fn query(&self, text: &Arc<str>) -> SqlQuery<'static> {
        sqlx::query(AssertSqlSafe(text.clone())).persistent(!self.options.pooler)
    }

    /// A connection for one statement about these spaces.
    pub(super) async fn session(&self, setting: &str) -> Result<Session<'_>> {
        if self.options.pooler || self.row_security {
            self.transaction(Some(setting)).await
        } else {
            self.plain().await
        }
    }

    /// As [`Self::session`], for statements that set the variable of row security themselves.
    pub(super) async fn session_of_function(&self) -> Result<Session<'_>> {
        if self.options.pooler { self.transaction(None).await } else { self.plain().await }
    }

    async fn plain(&self) -> Result<Session<'_>> {
        let (counted, connection) = self.acquire().await?;
        Ok(Session { link: Link::Plain(connection), limit: self.limit(), _counted: counted })
    }

    pub(super) async fn transaction(&self, setting: Option<&str>) -> Result<Session<'_>> {
        self.begun("BEGIN", &[], setting).await
    }

    /// A transaction that begins like this, with further settings of its own.
    pub(super) async fn begun(&self, begin: &str, more: &[&str], setting: Option<&str>) -> Result<Session<'_>> {
        let (counted, connection) = self.acquire().await?;
        let transaction = self.begin(connection, begin, more).await?;
        let mut session = Session { link: Link::Transaction(transaction), limit: self.limit(), _counted: counted };
        if let Some(setting) = setting {
            let set = sqlx::query("SELECT set_config('aragora.tenant', $1, true)").bind(setting.to_owned());
            session
                .fetch_all(set.persistent(!self.options.pooler))
                .await
                .map_err(|error| error_of(error, Sent::Read))?;
        }
        Ok(session)
    }

    async fn begin(
        &self,
        connection: PoolConnection<Postgres>,
        begin: &str,
        more: &[&str],
    ) -> Result<Transaction<'static, Postgres>> {
        let mut begin = vec![begin.to_owned()];
        if self.options.pooler {
            begin.extend(self.options.settings().map(|(name, value)| format!("SET LOCAL {name} = {value}")));
        }
        begin.extend(more.iter().map(|&more| more.to_owned()));
        let begin = begin.join("; ");
        let started = Transaction::begin(connection, Some(sqlx::SqlSafeStr::into_sql_str(AssertSqlSafe(begin))));
        within(self.limit(), Sent::Read, started).await
    }

    /// A transaction that outlives this call, for what is worked off piece by piece.
    pub(super) async fn lasting(&self, more: &[&str]) -> Result<Transaction<'static, Postgres>> {
        let (_, connection) = self.acquire().await?;
        self.begin(connection, "BEGIN", more).await
    }

    /// The value the functions set; `None` spares them the work.
    pub(super) fn tenant_of<'a>(&self, spaces: impl IntoIterator<Item = &'a Space>) -> Option<String> {
        self.row_security.then(|| setting(spaces))
    }

    async fn acquire(&self) -> Result<(Counted<'_>, PoolConnection<Postgres>)> {
        match self.pool.acquire().await {
            Ok(connection) => Ok((Counted::new(self), connection)),
            Err(sqlx::Error::PoolTimedOut) => {
                let waited = self.options.pool_timeout.as_secs();
                // The pool reports a server that does not answer in the same way.
                if self.in_use.load(Ordering::Acquire) >= self.options.pool_size {
                    let reason = format!("all {} connections were in use for {waited} s", self.options.pool_size);
                    return Err(unavailable(reason, false).with("reason", "pool_exhausted"));
                }
                Err(unavailable(format!("the server did not answer for {waited} s"), false))
            }
            Err(error) => Err(error_of(error, Sent::Read)),
        }
    }

    /// How long one answer of the server is waited for.
    pub(super) fn limit(&self) -> Duration {
        self.options.statement_timeout + SLACK
    }
}

/// The spaces a transaction may see, as the policies compare them.
pub(super) fn setting<'a>(spaces: impl IntoIterator<Item = &'a Space>) -> String {
    let mut names: Vec<&str> =
        spaces.into_iter().map(|space| if let Space::Tenant(org) = space { org.as_str() } else { "" }).collect();
    names.sort_unstable();
    names.dedup();
    // One empty name alone would be no list at all.
    if names == [""] { ",".to_owned() } else { names.join(",") }
}

/// A connection given out, counted to tell a used up pool from a silent server.
struct Counted<'a>(&'a Inner);

impl<'a> Counted<'a> {
    fn new(inner: &'a Inner) -> Self {
        inner.in_use.fetch_add(1, Ordering::AcqRel);
        Self(inner)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.in_use.fetch_sub(1, Ordering::AcqRel);
    }
}

enum Link {
    Plain(PoolConnection<Postgres>),
    Transaction(Transaction<'static, Postgres>),
}

/// A connection in use. Dropping it takes back a transaction that was not committed.
pub(super) struct Session<'a> {
    link: Link,
    limit: Duration,
    _counted: Counted<'a>,
}

impl Session<'_> {
    pub(super) fn connection(&mut self) -> &mut PgConnection {
        match &mut self.link {
            Link::Plain(connection) => connection,
            Link::Transaction(transaction) => transaction,
        }
    }

    /// What a failing statement of this session leaves open.
    pub(super) fn sent(&self) -> Sent {
        match self.link {
            Link::Plain(_) => Sent::Commit,
            Link::Transaction(_) => Sent::Read,
        }
    }

    pub(super) async fn fetch_all(&mut self, query: SqlQuery<'_>) -> Result<Vec<PgRow>, sqlx::Error> {
        let limit = self.limit;
        match tokio::time::timeout(limit, query.fetch_all(self.connection())).await {
            Ok(done) => done,
            Err(_) => Err(self.silent()),
        }
    }

    pub(super) async fn execute(&mut self, query: SqlQuery<'_>) -> Result<u64, sqlx::Error> {
        let limit = self.limit;
        match tokio::time::timeout(limit, query.execute(self.connection())).await {
            Ok(done) => done.map(|done| done.rows_affected()),
            Err(_) => Err(self.silent()),
        }
    }

    /// A connection nobody answers on is of no more use.
    fn silent(&mut self) -> sqlx::Error {
        if let Link::Plain(connection) = &mut self.link {
            connection.close_on_drop();
        }
        sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())
    }

    pub(super) async fn commit(self) -> Result<()> {
        match self.link {
            Link::Plain(_) => Ok(()),
            Link::Transaction(transaction) => within(self.limit, Sent::Commit, transaction.commit()).await,
        }
    }
}

pub(super) async fn within<T>(
    limit: Duration,
    sent: Sent,
    call: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T> {
    match tokio::time::timeout(limit, call).await {
        Ok(done) => done.map_err(|error| error_of(error, sent)),
        Err(_) => Err(error_of(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()), sent)),
    }
}

/// A connection outside the pool.
pub(crate) async fn connect(options: &PgConnectOptions) -> Result<PgConnection> {
    match tokio::time::timeout(CONNECT, options.connect()).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(sqlx::Error::Io(error))) => {
            Err(unavailable(format!("the server does not answer: {}", error.kind()), false).caused_by(error))
        }
        Ok(Err(error)) => Err(error_of(error, Sent::Read)),
        Err(_) => {
            let reason = format!("no connection came about within {} s", CONNECT.as_secs());
            Err(unavailable(reason, false).with("phase", "connect"))
        }
    }
}

pub(super) fn pool(options: &PostgresOptions) -> PgPool {
    // Connections end at different times, so that they are not all made anew at once.
    let life = Duration::from_secs(30 * 60 - u64::from(std::process::id()) % 180);
    PgPoolOptions::new()
        .max_connections(options.pool_size)
        .acquire_timeout(options.pool_timeout)
        .idle_timeout(Duration::from_secs(600))
        .max_lifetime(life)
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for < STALE {
                    return Ok(true);
                }
                Ok(matches!(tokio::time::timeout(CONNECT, connection.ping()).await, Ok(Ok(()))))
            })
        })
        .connect_lazy_with(options.connect())
}

impl fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Session")
    }
}

/// An error for callers that have nothing to retry.
pub(super) fn failed(error: sqlx::Error, sent: Sent) -> Error {
    error_of(error, sent)
}
