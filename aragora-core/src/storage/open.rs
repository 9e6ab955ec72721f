pub(crate) mod embedded;

use std::sync::Arc;

use super::{MemoryStorage, Storage};
use crate::error::{Error, ErrorKind, Result};
use crate::telemetry::Parts;

/// Opens the store a URI names: `memory:`, `redb:<path>` or a plain path, `sled:<path>`, `postgres://..`, `redis://..`,
/// `rediss://..` or `redis+sentinel://..`. What may stand in the addresses of servers is told by `PostgresOptions` and
/// `RedisOptions`.
///
/// Behind the path of `redb:` and `sled:` may stand `?mode=ro` (nothing is written), `journal=on` (backups by
/// increments), `network=warn|allow|refuse` (a directory on another machine) and `cache_mb=` (1..65536, default 64),
/// joined by `&`; with redb also `check_mb=` (0..1048576, default 64): files up to this size are checked whole when they
/// are opened, of larger ones every page that leads to others. A plain path is taken as it is.
///
/// A store whose feature is not compiled in is `not_configured`, naming the feature; an unknown scheme or option is
/// `invalid_config`. Errors never show more of a URI than its scheme, options and local path.
pub async fn open(uri: &str, parts: &Parts) -> Result<Arc<dyn Storage>> {
    match uri.split_once(':').map_or(("", uri), |(scheme, rest)| (scheme, rest)) {
        ("memory", "") => Ok(Arc::new(MemoryStorage::new(parts.clock.clone()))),
        ("memory", _) => Err(Error::new(ErrorKind::InvalidConfig, "a memory store takes nothing after `memory:`")),
        ("", path) if !path.is_empty() => Ok(embedded::at("redb", path, "", parts).await?),
        ("redb", path) => Ok(embedded::open("redb", path, parts).await?),
        ("sled", path) => Ok(embedded::open("sled", path, parts).await?),
        #[cfg(feature = "storage-postgres")]
        ("postgres" | "postgresql", _) => {
            let options = super::postgres::PostgresOptions::from_uri(uri)?;
            Ok(Arc::new(super::postgres::PostgresStorage::open(options, parts).await?))
        }
        #[cfg(not(feature = "storage-postgres"))]
        ("postgres" | "postgresql", _) => Err(not_configured("storage-postgres")),
        #[cfg(feature = "storage-redis")]
        ("redis" | "rediss" | "redis+sentinel", _) => {
            let options = super::redis::RedisOptions::from_uri(uri)?;
            Ok(Arc::new(super::redis::RedisStorage::open(options, parts).await?))
        }
        #[cfg(not(feature = "storage-redis"))]
        ("redis" | "rediss" | "redis+sentinel", _) => Err(not_configured("storage-redis")),
        // The letter of a drive.
        (drive, _) if cfg!(windows) && drive.len() == 1 => Ok(embedded::at("redb", uri, "", parts).await?),
        (scheme, _) => {
            let shown: String = scheme.chars().take(20).collect();
            Err(Error::new(
                ErrorKind::InvalidConfig,
                format!(
                    "the storage scheme {shown:?} is unknown, expected memory, redb, sled, postgres, postgresql, \
                     redis, rediss or redis+sentinel"
                ),
            ))
        }
    }
}

#[cfg(not(all(
    feature = "storage-postgres",
    feature = "storage-redb",
    feature = "storage-redis",
    feature = "storage-sled"
)))]
fn not_configured(feature: &'static str) -> Error {
    Error::new(ErrorKind::NotConfigured, format!("this store needs the feature {feature}, which is not compiled in"))
        .with("feature", feature)
}
