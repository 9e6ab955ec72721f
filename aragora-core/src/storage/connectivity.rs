use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};

/// How long one server has.
const LIMIT: Duration = Duration::from_secs(5);

/// Whether a configured server can be used.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct Connectivity {
    /// One line for people, e.g. `PostgreSQL: connected (PostgreSQL 15.4)` or `Database connection timeout`.
    pub line: String,
    /// Why it cannot be used.
    pub error: Option<Error>,
}

/// Looks at servers all at once, 5 s each, without opening a store or changing anything but a probe key on Redis.
/// Answers are in the order of the addresses and never show them. An address that is not set is `None`.
pub async fn check_connectivity(addresses: &[Option<&str>]) -> Vec<Connectivity> {
    futures_util::future::join_all(addresses.iter().map(|address| check_one(*address))).await
}

async fn check_one(address: Option<&str>) -> Connectivity {
    let Some(address) = address.map(str::trim).filter(|address| !address.is_empty()) else {
        let error = Error::new(ErrorKind::NotConfigured, "DATABASE_URL not set");
        return Connectivity { line: error.reason().to_owned(), error: Some(error) };
    };
    let looked = match tokio::time::timeout(LIMIT, version(address)).await {
        Ok(looked) => looked,
        Err(_) => Err(Error::new(ErrorKind::Timeout, "the server does not answer within 5 s").with("phase", "connect")),
    };
    match looked {
        Ok(line) => Connectivity { line, error: None },
        Err(error) => {
            let what = if address.starts_with("redis") { "Redis" } else { "Database" };
            let line = if error.context().get("phase").is_some_and(|phase| phase == "connect") {
                format!("{what} connection timeout")
            } else {
                format!("{what} connection failed: {}", error.reason())
            };
            Connectivity { line, error: Some(error) }
        }
    }
}

async fn version(address: &str) -> Result<String> {
    match address.split_once(':').map_or("", |(scheme, _)| scheme) {
        #[cfg(feature = "storage-postgres")]
        "postgres" | "postgresql" => {
            let options = super::postgres::PostgresOptions::from_uri(address)?;
            Ok(format!("PostgreSQL: connected (PostgreSQL {})", super::postgres::version(&options).await?))
        }
        #[cfg(feature = "storage-redis")]
        "redis" | "rediss" | "redis+sentinel" => {
            let options = super::redis::RedisOptions::from_uri(address)?;
            Ok(format!("Redis: connected (version {})", super::redis::version(options).await?))
        }
        _ => Err(Error::new(ErrorKind::InvalidConfig, "not the address of a server this build can reach")),
    }
}
