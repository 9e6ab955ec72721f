use std::sync::Arc;

use super::{MemoryStorage, Storage};
use crate::error::{Error, ErrorKind, Result};
use crate::telemetry::Parts;

/// Opens the store a URI names: `memory:` so far. A store whose feature is not compiled in is `not_configured`, naming
/// the feature; anything else is `invalid_config`. Errors never show more of a URI than its scheme.
#[allow(clippy::unused_async)] // Stores on disk and on servers wait here.
pub async fn open(uri: &str, parts: &Parts) -> Result<Arc<dyn Storage>> {
    let feature = match uri.split_once(':').map_or(("", uri), |(scheme, rest)| (scheme, rest)) {
        ("memory", "") => return Ok(Arc::new(MemoryStorage::new(parts.clock.clone()))),
        ("memory", _) => {
            return Err(Error::new(ErrorKind::InvalidConfig, "a memory store takes nothing after `memory:`"));
        }
        ("redb" | "", path) if !path.is_empty() => "storage-redb",
        ("sled", _) => "storage-sled",
        #[cfg(feature = "storage-postgres")]
        ("postgres" | "postgresql", _) => {
            let options = super::postgres::PostgresOptions::from_uri(uri)?;
            return Ok(Arc::new(super::postgres::PostgresStorage::open(options, parts).await?));
        }
        #[cfg(not(feature = "storage-postgres"))]
        ("postgres" | "postgresql", _) => "storage-postgres",
        #[cfg(feature = "storage-redis")]
        ("redis" | "rediss" | "redis+sentinel", _) => {
            let options = super::redis::RedisOptions::from_uri(uri)?;
            return Ok(Arc::new(super::redis::RedisStorage::open(options, parts).await?));
        }
        #[cfg(not(feature = "storage-redis"))]
        ("redis" | "rediss" | "redis+sentinel", _) => "storage-redis",
        (scheme, _) => {
            let shown: String = scheme.chars().take(20).collect();
            return Err(Error::new(
                ErrorKind::InvalidConfig,
                format!(
                    "the storage scheme {shown:?} is unknown, expected memory, redb, sled, postgres, postgresql, \
                     redis, rediss or redis+sentinel"
                ),
            ));
        }
    };
    Err(Error::new(
        ErrorKind::NotConfigured,
        format!("this store needs the feature {feature}, which is not compiled in"),
    )
    .with("feature", feature))
}
