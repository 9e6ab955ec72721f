//! Whether a set-up may start: what settings alone say, and what the servers say when they are asked.

use std::time::Duration;

use crate::config::{ApprovalBackend, Config, Secret};
use crate::error::{Error, ErrorKind, Result, Violations};
use crate::storage::{Connectivity, check_connectivity, files};

/// Connections that listening, renewing leases and reconciling need beside the workers.
const SPARE: u32 = 3;
/// How far a server's clock may be away before it is told of, and before it is refused.
const CLOCK_DOUBT: Duration = Duration::from_secs(5);
const CLOCK_REFUSED: Duration = Duration::from_secs(30);
/// How long looking at the data directory may take.
const LIMIT: Duration = Duration::from_secs(5);

/// What is said where a database is required and none is set.
pub(crate) const NO_DATABASE: &str = "DATABASE_URL not set";

/// What one server or directory said.
#[derive(Clone, Debug)]
pub(crate) struct Probe {
    pub(crate) pointer: &'static str,
    /// For people; without the sign before it.
    pub(crate) line: String,
    /// What does not hold, of which a start is refused.
    pub(crate) failed: bool,
    /// What is doubtful.
    pub(crate) notes: Vec<String>,
}

/// What kind of store an address names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Postgres,
    Redis,
    /// In one process, with the word for it.
    Alone(&'static str),
}

fn kind(uri: &str) -> Kind {
    match uri.split_once(':').map_or("", |(scheme, _)| scheme) {
        "postgres" | "postgresql" => Kind::Postgres,
        "redis" | "rediss" | "redis+sentinel" => Kind::Redis,
        "memory" => Kind::Alone("memory"),
        "sled" => Kind::Alone("sled"),
        _ => Kind::Alone("redb"),
    }
}

/// What settings alone refuse for a start with this main store.
pub(crate) fn rules(uri: &str, config: &Config, violations: &mut Violations) {
    let (kind, storage) = (kind(uri), &config.storage);
    let has_database = kind == Kind::Postgres || storage.postgres.is_some();
    violations.check(!config.require_database || has_database, "/storage/postgres", NO_DATABASE);
    if !config.multi_instance {
        return;
    }
    let has_redis = kind == Kind::Redis || storage.redis.is_some();
    let reason = "ARAGORA_REDIS_URL not set, but ARAGORA_MULTI_INSTANCE is: sessions, limits and short-lived state are \
                  shared through Redis";
    violations.check(has_redis, "/storage/redis", reason);
    if let Kind::Alone(word) = kind {
        let reason = format!(
            "a store of {word} belongs to one process, but ARAGORA_MULTI_INSTANCE is set: sessions, OAuth state, \
             limits, decision cache, outbox, schedules, queue, receipts, audit and knowledge must lie in a shared store"
        );
        violations.add("/storage/url", reason);
    }
    if matches!(storage.approvals, ApprovalBackend::Embedded | ApprovalBackend::Memory) {
        let reason = format!(
            "ARAGORA_APPROVAL_STORE_BACKEND is {}, but ARAGORA_MULTI_INSTANCE is set: approvals must lie in postgres \
             or redis",
            storage.approvals.as_str()
        );
        violations.add("/storage/approvals", reason);
    }
    if has_database && storage.pool_size < u32::from(config.workers) + SPARE {
        let reason = format!(
            "ARAGORA_DB_POOL_SIZE is {}, but ARAGORA_WORKERS is {}: the pool must exceed the workers by at least {SPARE}",
            storage.pool_size, config.workers
        );
        violations.add("/storage/pool_size", reason);
    }
}

/// Asks everything that is configured, all at once, 5 s each.
pub(crate) async fn probe(uri: &str, config: &Config) -> Vec<Probe> {
    let kind = kind(uri);
    let main = |wanted: Kind| (kind == wanted).then(|| Secret::from(uri));
    let redis = config.storage.redis.clone().or_else(|| main(Kind::Redis));
    let postgres = main(Kind::Postgres).or_else(|| config.storage.postgres.clone());
    let directory = match kind {
        Kind::Alone("memory") => None,
        Kind::Alone(_) => path_of(uri),
        _ => None,
    };
    let servers: Vec<(&'static str, Secret)> =
        [("/storage/redis", redis), ("/storage/postgres", postgres)].into_iter().filter_map(of_pair).collect();
    let addresses: Vec<Option<&str>> = servers.iter().map(|(_, address)| Some(address.expose().as_str())).collect();
    let (answers, directory) = tokio::join!(check_connectivity(&addresses), async {
        match directory {
            Some(path) => Some(probe_directory(path).await),
            None => None,
        }
    });
    let answers = servers.iter().zip(answers).map(|((pointer, _), answer)| of_server(pointer, answer));
    answers.chain(directory.flatten()).collect()
}

fn of_pair((pointer, address): (&'static str, Option<Secret>)) -> Option<(&'static str, Secret)> {
    address.map(|address| (pointer, address))
}

fn of_server(pointer: &'static str, answer: Connectivity) -> Probe {
    let failed = answer.error.is_some();
    let mut probe = Probe { pointer, line: answer.line, failed, notes: Vec::new() };
    if let Some(away) = answer.clock_away {
        let told = format!("the server's clock is {} s away from this machine's", away.as_secs());
        if away > CLOCK_REFUSED {
            probe = Probe { line: format!("Database connection failed: {told}"), failed: true, ..probe };
        } else if away > CLOCK_DOUBT {
            probe.notes.push(told);
        }
    }
    probe
}

/// The directory that a store of this address writes to; none if it only reads.
#[cfg(any(feature = "storage-redb", feature = "storage-sled"))]
fn path_of(uri: &str) -> Option<std::path::PathBuf> {
    // An address that is wrong is refused by whoever opens the store, with the reason.
    let (_, path, options) = crate::storage::open::embedded::locate(uri).ok().flatten()?;
    let only_reads = options.split('&').any(|option| option == "mode=ro");
    (!path.is_empty() && !only_reads).then(|| path.into())
}

/// Without a backend there is no directory.
#[cfg(not(any(feature = "storage-redb", feature = "storage-sled")))]
fn path_of(_: &str) -> Option<std::path::PathBuf> {
    None
}

/// `None` if nothing is wrong: a directory that works needs no line.
async fn probe_directory(path: std::path::PathBuf) -> Option<Probe> {
    let work = tokio::task::spawn_blocking(move || -> Result<()> {
        files::make_directory(&path)?;
        let probe = path.join(format!("probe-{}.tmp", std::process::id()));
        let made = files::private().open(&probe).and_then(|file| file.sync_all());
        let removed = std::fs::remove_file(&probe);
        made.and(removed).map_err(|error| files::io(&probe, "write", error))
    });
    let reason = match tokio::time::timeout(LIMIT, work).await {
        Ok(Ok(Ok(()))) => return None,
        Ok(Ok(Err(error))) => error.reason().to_owned(),
        Ok(Err(_)) => "looking at it did not end".to_owned(),
        Err(_) => "it does not answer within 5 s".to_owned(),
    };
    let line = format!("Data directory cannot be written: {reason}");
    Some(Probe { pointer: "/storage/data_dir", line, failed: true, notes: Vec::new() })
}

/// Whether a start is refused of servers that do not answer.
pub(crate) fn asks_servers(config: &Config) -> bool {
    config.require_database || config.multi_instance || config.env.is_production()
}

/// Refuses a start with this main store that settings or servers do not allow: `invalid_config` that lists all of it.
/// Servers are asked where several processes share them, where a database is required, and in production.
pub(crate) async fn check(uri: &str, config: &Config) -> Result<()> {
    let mut violations = Violations::new();
    rules(uri, config, &mut violations);
    if asks_servers(config) {
        for probe in probe(uri, config).await {
            for note in &probe.notes {
                tracing::warn!(note, "start");
            }
            violations.check(!probe.failed, probe.pointer, &probe.line);
        }
    }
    violations.into_result(ErrorKind::InvalidConfig).map_err(|error: Error| error.with("phase", "start"))
}
