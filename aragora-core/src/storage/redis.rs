//! Stores on Redis, 7 or newer: shared by many processes, by the server's clock. Durable only where the server appends
//! and syncs every write; a failover may still lose the last ones.

mod batch;
mod copy;
mod dial;
mod errors;
mod leases;
mod link;
mod load;
mod options;
mod read;
mod scripts;
mod signals;
mod start;
mod upkeep;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;

use super::address::{Address, KeyRange};
use super::backup::Copyable;
use super::batch::{Batch, Commit, not_applied};
use super::control::{Control, ControlReport};
use super::lease::{Lease, LeaseClaim};
use super::scan::{Entry, PageRequest, ScanPage};
use super::watch::Watch;
use super::{Capability, ClockSource, MAX_BATCH_BYTES, MAX_PAYLOAD, Storage};
use crate::error::{Error, ErrorKind, Result};
use crate::telemetry::Parts;

pub use options::RedisOptions;

use link::Link;
use signals::Signals;

/// A store in one namespace of one server. Cloning gives another handle of the same connection.
#[derive(Clone)]
pub struct RedisStorage(Arc<Inner>);

struct Inner {
    link: Link,
    signals: Signals,
    options: RedisOptions,
    durable: bool,
    notes: Vec<String>,
    parts: Parts,
    process: u32,
    closed: AtomicBool,
}

impl RedisStorage {
    /// Connects and checks the server.
    ///
    /// `unavailable` if it does not answer within 5 s, `unauthenticated` for a wrong login, `unsupported_version` below
    /// Redis 7, `read_only` for a replica, `invalid_config` if it may evict keys, `backup_invalid` if a restore into it
    /// did not end.
    pub async fn open(options: RedisOptions, parts: &Parts) -> Result<Self> {
        let link = Link::new(options.clone());
        let found = start::check(&link, &options).await?;
        load::check_whole(&link, &options).await?;
        for note in &found.notes {
            tracing::warn!(note, "Redis store");
        }
        Ok(Self(Arc::new(Inner {
            signals: Signals::new(options.clone()),
            durable: found.durable,
            notes: found.notes,
            parts: parts.clone(),
            process: std::process::id(),
            closed: AtomicBool::new(false),
            options,
            link,
        })))
    }
}

/// The version of a server that can be used, e.g. `7.2.3`.
pub(super) async fn version(options: RedisOptions) -> Result<String> {
    let link = Link::new(options.clone());
    Ok(start::check(&link, &options).await?.version)
}

impl Inner {
    fn ready(&self) -> Result<()> {
        if self.closed.load(Ordering::Acquire) {
            return Err(Error::new(ErrorKind::Closed, "the store was closed"));
        }
        if std::process::id() != self.process {
            // A connection cannot be shared with the process it was opened in.
            let reason = "this store was opened by another process; open it again after a fork";
            return Err(Error::new(ErrorKind::InvalidState, reason));
        }
        Ok(())
    }
}

impl fmt::Debug for RedisStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStorage").field("options", &self.0.options).finish_non_exhaustive()
    }
}

/// Every error of a write says what became of it.
fn outcome_of(error: Error) -> Error {
    if error.context().contains_key("outcome") { error } else { not_applied(error) }
}

#[async_trait]
impl Storage for RedisStorage {
    fn capability(&self) -> Capability {
        Capability {
            backend: "redis",
            shared: true,
            durable: self.0.durable,
            clock: ClockSource::Server,
            survives_failover: false,
            push_signals: false,
            snapshots: true,
            journal: false,
            max_value: MAX_PAYLOAD as u32,
            max_batch_bytes: MAX_BATCH_BYTES as u32,
        }
    }

    fn copyable(self: Arc<Self>) -> Option<Arc<dyn Copyable>> {
        Some(self)
    }

    async fn get_many(&self, at: Vec<Address>) -> Result<Vec<Option<Entry>>> {
        at.iter().try_for_each(Address::check_limits)?;
        self.0.ready()?;
        self.0.get_many(at).await
    }

    async fn scan(&self, range: KeyRange, page: PageRequest) -> Result<ScanPage> {
        let bounds = page.bounds(&range)?;
        self.0.ready()?;
        match bounds {
            Some(bounds) => self.0.scan(&range, &bounds, &page).await,
            None => Ok(ScanPage::default()),
        }
    }

    async fn apply(&self, batch: Batch) -> Result<Commit> {
        let applied = async {
            batch.check_rules()?;
            self.0.ready()?;
            self.0.apply(batch).await
        };
        applied.await.map_err(outcome_of)
    }

    async fn claim(&self, claim: LeaseClaim) -> Result<Vec<Lease>> {
        let claimed = async {
            claim.check_rules()?;
            self.0.ready()?;
            self.0.claim(claim).await
        };
        claimed.await.map_err(outcome_of)
    }

    async fn renew(&self, lease: Lease, ttl: Option<Duration>) -> Result<Lease> {
        let renewed = async {
            ttl.map_or(Ok(()), super::lease::check_ttl)?;
            lease.at.check_limits()?;
            self.0.ready()?;
            self.0.renew(lease, ttl).await
        };
        renewed.await.map_err(outcome_of)
    }

    async fn watch(&self, range: KeyRange) -> Result<Watch> {
        range.check_limits()?;
        self.0.ready()?;
        Ok(self.0.signals.watch(&range))
    }

    async fn control(&self, control: Control) -> Result<ControlReport> {
        if control == Control::Close {
            self.0.closed.store(true, Ordering::Release);
            self.0.signals.close();
            self.0.link.close().await;
            return Ok(ControlReport::Done);
        }
        self.0.ready()?;
        self.0.control(control).await
    }
}
