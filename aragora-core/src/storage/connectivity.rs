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
    /// How far the server's clock is away from this machine's, of a server that tells.
    pub clock_away: Option<Duration>,
}

/// What a server that can be used said.
struct Answer {
    line: String,
    clock_away: Option<Duration>,
}

/// Looks at servers all at once, 5 s each, without opening a store or changing anything but a probe key on Redis.
/// Answers are in the order of the addresses and never show them. An address that is not set is `None`.
pub async fn check_connectivity(addresses: &[Option<&str>]) -> Vec<Connectivity> {
    futures_util::future::join_all(addresses.iter().map(|address| check_one(*address))).await
}

async fn check_one(address: Option<&str>) -> Connectivity {
    let Some(address) = address.map(str::trim).filter(|address| !address.is_empty()) else {
        let error = Error::new(ErrorKind::NotConfigured, "DATABASE_URL not set");
        return Connectivity { line: error.reason().to_owned(), error: Some(error), clock_away: None };
    };
    let looked = match tokio::time::timeout(LIMIT, version(address)).await {
        Ok(looked) => looked,
        Err(_) => Err(Error::new(ErrorKind::Timeout, "the server does not answer within 5 s").with("phase", "connect")),
    };
    match looked {
        Ok(Answer { line, clock_away }) => Connectivity { line, error: None, clock_away },
        Err(error) => {
            let what = if address.starts_with("redis") { "Redis" } else { "Database" };
            let line = if error.context().get("phase").is_some_and(|phase| phase == "connect") {
                format!("{what} connection timeout")
            } else {
                format!("{what} connection failed: {}", error.reason())
            };
            Connectivity { line, error: Some(error), clock_away: None }
        }
    }
}

#[allow(clippy::unused_async)] // Without a server's feature there is nothing to wait for.
async fn version(address: &str) -> Result<Answer> {
    match address.split_once(':').map_or("", |(scheme, _)| scheme) {
        #[cfg(feature = "storage-postgres")]
        "postgres" | "postgresql" => {
            let options = super::postgres::PostgresOptions::from_uri(address)?;
            let (version, clock_away) = super::postgres::version(&options).await?;
            let line = format!("PostgreSQL: connected (PostgreSQL {version})");
            Ok(Answer { line, clock_away: Some(clock_away) })
        }
        #[cfg(feature = "storage-redis")]
        "redis" | "rediss" | "redis+sentinel" => {
            let options = super::redis::RedisOptions::from_uri(address)?;
            let line = format!("Redis: connected (version {})", super::redis::version(options).await?);
            Ok(Answer { line, clock_away: None })
        }
        _ => Err(Error::new(ErrorKind::InvalidConfig, "not the address of a server this build can reach")),
    }
}
