use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Secret;
use super::env::Reader;
use crate::error::Violations;

/// Where things are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct StorageSettings {
    /// The main store (`ARAGORA_STORAGE_URL`); see [`Self::uri`] for what is opened without it.
    pub url: Option<Secret>,
    /// The directory of an embedded store (`ARAGORA_DATA_DIR`).
    pub data_dir: Option<PathBuf>,
    /// PostgreSQL (`ARAGORA_POSTGRES_DSN`, else `DATABASE_URL`).
    pub postgres: Option<Secret>,
    /// Connections to it at most, 1..=200, default 10 (`ARAGORA_DB_POOL_SIZE`).
    pub pool_size: u32,
    /// How long a call waits for one, 1..=300 s, default 30 s (`ARAGORA_DB_POOL_TIMEOUT`).
    pub pool_timeout: Duration,
    /// Redis (`ARAGORA_REDIS_URL`, else `REDIS_URL`).
    pub redis: Option<Secret>,
    /// Where approvals lie (`ARAGORA_APPROVAL_STORE_BACKEND`).
    pub approvals: ApprovalBackend,
}

/// Where approvals lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalBackend {
    /// In the embedded store, which earlier systems call `sqlite`.
    #[default]
    Embedded,
    /// In PostgreSQL.
    Postgres,
    /// In Redis, which must sync every write.
    Redis,
    /// Nowhere.
    Memory,
}

impl ApprovalBackend {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::Postgres => "postgres",
            Self::Redis => "redis",
            Self::Memory => "memory",
        }
    }
}

impl Default for StorageSettings {
    fn default() -> Self {
        Self {
            url: None,
            data_dir: None,
            postgres: None,
            pool_size: 10,
            pool_timeout: Duration::from_secs(30),
            redis: None,
            approvals: ApprovalBackend::default(),
        }
    }
}

impl StorageSettings {
    /// The address of the main store: the one that is set, else PostgreSQL, else redb in the data directory, else
    /// `memory:`.
    pub fn uri(&self) -> Secret {
        let directory = || self.data_dir.as_ref().map(|path| Secret::from(format!("redb:{}", path.display()).as_str()));
        let chosen = self.url.clone().or_else(|| self.postgres.clone()).or_else(directory);
        chosen.unwrap_or_else(|| Secret::from("memory:"))
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let first = |reader: &mut Reader<'_>, pointer: &str, names: [&str; 2]| {
            // Both are read, so that what is wrong with either is told.
            let found = names.map(|name| reader.secret(pointer, name));
            found.into_iter().flatten().next()
        };
        let default = Self::default();
        let seconds = reader.number("/storage/pool_timeout", "ARAGORA_DB_POOL_TIMEOUT");
        Self {
            url: reader.secret("/storage/url", "ARAGORA_STORAGE_URL"),
            data_dir: reader.text("/storage/data_dir", "ARAGORA_DATA_DIR").map(|path| PathBuf::from(path.as_str())),
            postgres: first(reader, "/storage/postgres", ["ARAGORA_POSTGRES_DSN", "DATABASE_URL"]),
            pool_size: reader.number("/storage/pool_size", "ARAGORA_DB_POOL_SIZE").unwrap_or(default.pool_size),
            pool_timeout: seconds.map_or(default.pool_timeout, Duration::from_secs),
            redis: first(reader, "/storage/redis", ["ARAGORA_REDIS_URL", "REDIS_URL"]),
            approvals: read_approvals(reader),
        }
    }

    pub(super) fn check(&self, violations: &mut Violations) {
        violations.check(
            (1..=200).contains(&self.pool_size),
            "/storage/pool_size",
            format!("{} connections, expected 1 to 200", self.pool_size),
        );
        violations.check(
            (Duration::from_secs(1)..=Duration::from_secs(300)).contains(&self.pool_timeout),
            "/storage/pool_timeout",
            format!("{:?}, expected 1 to 300 s", self.pool_timeout),
        );
    }
}

fn read_approvals(reader: &mut Reader<'_>) -> ApprovalBackend {
    const NAME: &str = "ARAGORA_APPROVAL_STORE_BACKEND";
    let word = reader.text("/storage/approvals", NAME).map(|text| text.to_ascii_lowercase());
    match word.as_deref() {
        None | Some("sqlite" | "embedded") => ApprovalBackend::Embedded,
        Some("postgres") => ApprovalBackend::Postgres,
        Some("redis") => ApprovalBackend::Redis,
        Some("memory") => ApprovalBackend::Memory,
        Some(other) => {
            let shown: String = other.chars().take(40).collect();
            let expected = "expected sqlite, embedded, postgres, redis or memory";
            reader.violation("/storage/approvals", format!("{NAME} is {shown:?}, {expected}"));
            ApprovalBackend::default()
        }
    }
}
