use std::collections::HashMap;

use redis::Value;

use super::dial::text;
use super::link::Link;
use super::options::RedisOptions;
use crate::error::{Error, ErrorKind, Result, Violations};

/// The oldest server this works on.
const OLDEST: u32 = 7;

/// What a look at the server found.
pub(super) struct Found {
    pub(super) version: String,
    pub(super) durable: bool,
    pub(super) notes: Vec<String>,
}

/// Whether the server can be used.
pub(super) async fn check(link: &Link, options: &RedisOptions) -> Result<Found> {
    let info = text(&link.read(redis::cmd("INFO").arg("everything")).await?).unwrap_or_default();
    let info: HashMap<&str, &str> = info.lines().filter_map(|line| line.trim_end().split_once(':')).collect();
    let said = |name: &str| info.get(name).copied().unwrap_or_default();
    let version = said("redis_version");
    if version.split('.').next().and_then(|major| major.parse::<u32>().ok()).is_none_or(|major| major < OLDEST) {
        return Err(Error::new(ErrorKind::UnsupportedVersion, format!("Redis {version:?}, expected 7 or newer"))
            .with("found", version)
            .with("supported", OLDEST));
    }
    if said("role") != "master" {
        return Err(Error::new(ErrorKind::ReadOnly, "the server is a replica"));
    }
    let mut violations = Violations::new();
    let policy = said("maxmemory_policy");
    // An evicted key would grant or lose a lease, a session or an approval.
    violations.check(policy == "noeviction", "/server/maxmemory-policy", format!("{policy}, expected noeviction"));
    let durable = said("aof_enabled") == "1" && syncs_always(link).await;
    violations.check(
        durable || !options.only_copy,
        "/options/aragora.only_copy",
        "asks for a server with appendonly yes and appendfsync always",
    );
    violations.into_result(ErrorKind::InvalidConfig)?;
    probe(link, options).await?;
    let mut notes = Vec::new();
    if !durable {
        notes.push("the server does not sync every write: acknowledged batches can be lost".to_owned());
    }
    Ok(Found { version: version.to_owned(), durable, notes })
}

/// Hosted servers may not tell; then nothing is promised.
async fn syncs_always(link: &Link) -> bool {
    match link.read(redis::cmd("CONFIG").arg("GET").arg("appendfsync")).await {
        Ok(Value::Array(pair)) => pair.get(1).and_then(text).as_deref() == Some("always"),
        _ => false,
    }
}

/// Writes, reads and deletes.
async fn probe(link: &Link, options: &RedisOptions) -> Result<()> {
    let key = format!("{}probe:{}", options.prefix(), std::process::id());
    link.write(redis::cmd("SET").arg(&key).arg("1").arg("PX").arg(60_000)).await?;
    let found = link.read(redis::cmd("GET").arg(&key)).await?;
    if text(&found).as_deref() != Some("1") {
        return Err(Error::new(ErrorKind::Unavailable, "the server does not give back what was written"));
    }
    link.write(redis::cmd("DEL").arg(&key)).await.map(drop)
}
