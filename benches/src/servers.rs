//! Batches on PostgreSQL and Redis against the bare statements of their clients, over the same loopback.
//!
//! The servers are those of `cargo xtask with-servers`: PostgreSQL with `fsync` off, Redis with a sync per write.

use std::time::{Duration, Instant};

use aragora_core::storage::{
    Address, Batch, Codec, KeyBytes, Op, Precondition, Space, Storage, TableName, draft, open,
};
use aragora_core::telemetry::Parts;
use redis::aio::MultiplexedConnection;
use sqlx::postgres::{PgPool, PgPoolOptions};
use tokio::runtime::Runtime;

use crate::row::{Row, Target};
use crate::timing::{compare, micros};
use crate::{Result, one_thread};

const PAYLOAD: [u8; 256] = [7; 256];
const PUTS: u64 = 10;
/// Batches of one sample.
const BATCHES: u64 = 100;
const SAMPLES: usize = 15;

fn waited(work: impl FnOnce() -> Result<()>) -> Result<Duration> {
    let began = Instant::now();
    work()?;
    Ok(began.elapsed())
}

fn address(variable: &str) -> Result<String> {
    std::env::var(variable).map_err(|_| format!("{variable} is not set: run by `cargo xtask with-servers`").into())
}

/// A name nobody used on these servers.
fn unique() -> Result<String> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok(format!("bench_{:x}", now.as_micros()))
}

fn with_options(address: &str, options: &str) -> String {
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}{options}")
}

/// The keys of a batch, spread over a thousand rows.
fn keys(batch: u64) -> impl Iterator<Item = u64> {
    (0..PUTS).map(move |put| (batch * 37 + put * 101) % 1_000)
}

async fn apply(store: &dyn Storage, table: &TableName) -> Result<()> {
    for batch in 0..BATCHES {
        let put = |key: u64| Op::Put {
            at: Address::new(Space::System, table.clone(), KeyBytes::of(&key)),
            frame: draft(Codec::Raw, 1, &PAYLOAD),
            ttl: None,
            expect: Precondition::Any,
        };
        store.apply(Batch::of(keys(batch).map(put).collect::<Vec<_>>())).await?;
    }
    Ok(())
}

async fn upserts(pool: &PgPool, text: &str, transaction: bool) -> Result<()> {
    for batch in 0..BATCHES {
        let keys: Vec<Vec<u8>> = keys(batch).map(|key| KeyBytes::of(&key).as_bytes().to_vec()).collect();
        let frames = vec![PAYLOAD.to_vec(); PUTS as usize];
        let statement = sqlx::query(sqlx::AssertSqlSafe(text.to_owned())).bind(keys).bind(frames);
        if transaction {
            let mut running = pool.begin().await?;
            statement.execute(&mut *running).await?;
            running.commit().await?;
        } else {
            statement.execute(pool).await?;
        }
    }
    Ok(())
}

async fn multi(connection: &mut MultiplexedConnection, prefix: &str) -> Result<()> {
    for batch in 0..BATCHES {
        let mut commands = redis::pipe();
        commands.atomic();
        for key in keys(batch) {
            commands.cmd("HSET").arg(format!("{prefix}{key}")).arg("f").arg(&PAYLOAD[..]).arg("v").arg(batch).ignore();
        }
        commands.query_async::<()>(connection).await?;
    }
    Ok(())
}

fn row(figure: &str, ours: Duration, reference: Duration, target: Target) -> Row {
    let one = |time: Duration| micros(time / BATCHES as u32);
    Row::new(figure, one(ours), one(reference), ours.as_secs_f64() / reference.as_secs_f64(), target)
}

fn postgres(runtime: &Runtime) -> Result<Vec<Row>> {
    let (address, schema) = (address("ARAGORA_TEST_POSTGRES")?, unique()?);
    let table = TableName::new("bench")?;
    let uri = with_options(&address, &format!("aragora.schema={schema}"));
    let store = runtime.block_on(open(&uri, &Parts::system()))?;
    let pool = runtime.block_on(PgPoolOptions::new().max_connections(1).connect(&address))?;
    // The same table, the same statement for all rows, without conditions and revisions of batches.
    let made = format!("CREATE TABLE {schema}.bare (LIKE {schema}.aragora_records INCLUDING ALL)");
    runtime.block_on(sqlx::query(sqlx::AssertSqlSafe(made)).execute(&pool))?;
    let text = format!(
        "INSERT INTO {schema}.bare AS r (space, tbl, key, frame, revision) \
         SELECT '', 'bench', key, frame, 1 FROM unnest($1::bytea[], $2::bytea[]) AS rows (key, frame) \
         ON CONFLICT (space, tbl, key) DO UPDATE SET frame = excluded.frame, revision = r.revision + 1"
    );
    let ours = || waited(|| runtime.block_on(apply(&*store, &table)));
    let transaction = || waited(|| runtime.block_on(upserts(&pool, &text, true)));
    let alone = || waited(|| runtime.block_on(upserts(&pool, &text, false)));
    let pair = compare(SAMPLES, ours, transaction)?;
    let bare = compare(SAMPLES, ours, alone)?;
    Ok(vec![
        row(
            "PostgreSQL apply of 10 puts, against one prepared upsert in a transaction",
            pair.ours,
            pair.reference,
            Target::AtMost(1.3),
        ),
        row("the same, against the upsert as a statement of its own", bare.ours, bare.reference, Target::Told),
    ])
}

fn redis_rows(runtime: &Runtime) -> Result<Vec<Row>> {
    let (address, name) = (address("ARAGORA_TEST_REDIS")?, unique()?);
    let table = TableName::new("bench")?;
    let store = runtime.block_on(open(&with_options(&address, &format!("aragora.ns={name}")), &Parts::system()))?;
    let client = redis::Client::open(address.as_str())?;
    let mut connection = runtime.block_on(client.get_multiplexed_async_connection())?;
    let prefix = format!("{{{name}}}:bare:");
    let pair = compare(
        SAMPLES,
        || waited(|| runtime.block_on(apply(&*store, &table))),
        || waited(|| runtime.block_on(multi(&mut connection, &prefix))),
    )?;
    let figure = "Redis apply of 10 puts, against a bare MULTI of 10 HSET";
    Ok(vec![row(figure, pair.ours, pair.reference, Target::AtMost(1.5))])
}

/// The figures of stores on servers.
pub fn rows() -> Result<Vec<Row>> {
    let runtime = one_thread()?;
    let mut rows = postgres(&runtime)?;
    rows.extend(redis_rows(&runtime)?);
    Ok(rows)
}
