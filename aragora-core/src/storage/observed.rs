//! Counts and times every call, and says whether the store is well.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use tracing::Instrument as _;

use super::address::{Address, KeyRange};
use super::backup::Copyable;
use super::batch::{Batch, Commit};
use super::control::{Control, ControlReport};
use super::lease::{Lease, LeaseClaim};
use super::scan::{Corrupt, Entry, PageRequest, ScanPage};
use super::watch::Watch;
use super::{Capability, Storage};
use crate::error::{Error, ErrorKind, Result};
use crate::telemetry::{Counter, Histogram, Parts, names};

/// Failures in a row after which a store is unhealthy.
const UNHEALTHY: u32 = 3;

/// A store whose calls are counted, timed and traced. Neither keys nor values show anywhere.
#[derive(Debug)]
pub struct Observed {
    inner: Arc<dyn Storage>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    parts: Parts,
    operations: [Operation; 7],
    failures: AtomicU32,
}

/// Whether a store answers; clones show the same store.
#[derive(Clone, Debug)]
pub struct StorageHealth(Arc<Shared>);

impl StorageHealth {
    /// Whether fewer than three calls in a row failed. One that succeeds makes it healthy again; `conflict`,
    /// `lease_lost`, `limit_exceeded` and requests that were refused say nothing about the store.
    pub fn is_healthy(&self) -> bool {
        self.0.failures.load(Ordering::Relaxed) < UNHEALTHY
    }
}

#[derive(Debug)]
struct Operation {
    name: &'static str,
    seconds: Histogram,
    success: Counter,
    failed: RwLock<HashMap<&'static str, Counter>>,
}

#[derive(Clone, Copy)]
enum Which {
    GetMany,
    Scan,
    Apply,
    Claim,
    Renew,
    Watch,
    Control,
}

impl Observed {
    /// Observes a store with the metrics and the clock of these parts.
    pub fn new(inner: Arc<dyn Storage>, parts: &Parts) -> Self {
        let operations = ["get_many", "scan", "apply", "claim", "renew", "watch", "control"].map(|name| Operation {
            name,
            seconds: parts.telemetry.histogram(&names::STORAGE_OPERATION_SECONDS, &[name]),
            success: parts.telemetry.counter(&names::STORAGE_OPERATIONS_TOTAL, &[name, "success"]),
            failed: RwLock::default(),
        });
        let shared = Shared { parts: parts.clone(), operations, failures: AtomicU32::new(0) };
        Self { inner, shared: Arc::new(shared) }
    }

    /// Observes another handle of the same store: counts and health are shared.
    pub(crate) fn beside(&self, inner: Arc<dyn Storage>) -> Self {
        Self { inner, shared: self.shared.clone() }
    }

    /// Whether the store answers.
    pub fn health(&self) -> StorageHealth {
        StorageHealth(self.shared.clone())
    }

    async fn run<T>(&self, which: Which, call: impl Future<Output = Result<T>> + Send) -> Result<T> {
        let shared = &*self.shared;
        let [get_many, scan, apply, claim, renew, watch, control] = &shared.operations;
        let operation = match which {
            Which::GetMany => get_many,
            Which::Scan => scan,
            Which::Apply => apply,
            Which::Claim => claim,
            Which::Renew => renew,
            Which::Watch => watch,
            Which::Control => control,
        };
        let begun = shared.parts.clock.monotonic();
        let answer = call.instrument(tracing::debug_span!("storage", operation = operation.name)).await;
        operation.seconds.observe_seconds(shared.parts.clock.monotonic().saturating_sub(begun));
        match &answer {
            Ok(_) => {
                operation.success.increment();
                shared.failures.store(0, Ordering::Relaxed);
            }
            Err(error) => {
                shared.count_failure(operation, error.code());
                shared.count_damage(error);
                if is_failure(error.kind()) {
                    // Saturating: a store that is down for long stays unhealthy.
                    let _ = shared.failures.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_add(1));
                }
            }
        }
        answer
    }
}

impl Shared {
    fn count_damage(&self, error: &Error) {
        if error.kind() == ErrorKind::Corrupt {
            // Damage of a file is no table's.
            let table = error.context().get("table").map_or("files", String::as_str);
            self.parts.telemetry.counter(&names::STORAGE_CORRUPT_TOTAL, &[table]).increment();
        }
    }

    fn count_damaged(&self, rows: &[Corrupt]) {
        for Corrupt { address, error } in rows {
            if error.kind() == ErrorKind::Corrupt {
                self.parts.telemetry.counter(&names::STORAGE_CORRUPT_TOTAL, &[address.table.as_str()]).increment();
            }
        }
    }

    fn count_failure(&self, operation: &Operation, code: &'static str) {
        let known = operation.failed.read().unwrap_or_else(PoisonError::into_inner).get(code).cloned();
        let counter = known.unwrap_or_else(|| {
            let counter = self.parts.telemetry.counter(&names::STORAGE_OPERATIONS_TOTAL, &[operation.name, code]);
            operation.failed.write().unwrap_or_else(PoisonError::into_inner).insert(code, counter.clone());
            counter
        });
        counter.increment();
    }
}

/// Whether an error says that the store is not well.
fn is_failure(kind: ErrorKind) -> bool {
    !matches!(
        kind,
        ErrorKind::Conflict
            | ErrorKind::LeaseLost
            | ErrorKind::LimitExceeded
            | ErrorKind::InvalidRequest
            | ErrorKind::PermissionDenied
            | ErrorKind::Closed
    )
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Storage for Observed {
    fn capability(&self) -> Capability {
        self.inner.capability()
    }

    fn copyable(self: Arc<Self>) -> Option<Arc<dyn Copyable>> {
        self.inner.clone().copyable()
    }

    async fn get_many(&self, at: Vec<Address>) -> Result<Vec<Option<Entry>>> {
        self.run(Which::GetMany, self.inner.get_many(at)).await
    }

    async fn scan(&self, range: KeyRange, page: PageRequest) -> Result<ScanPage> {
        let page = self.run(Which::Scan, self.inner.scan(range, page)).await?;
        self.shared.count_damaged(&page.corrupt);
        Ok(page)
    }

    async fn apply(&self, batch: Batch) -> Result<Commit> {
        self.run(Which::Apply, self.inner.apply(batch)).await
    }

    async fn claim(&self, claim: LeaseClaim) -> Result<Vec<Lease>> {
        self.run(Which::Claim, self.inner.claim(claim)).await
    }

    async fn renew(&self, lease: Lease, ttl: Option<Duration>) -> Result<Lease> {
        self.run(Which::Renew, self.inner.renew(lease, ttl)).await
    }

    async fn watch(&self, range: KeyRange) -> Result<Watch> {
        self.run(Which::Watch, self.inner.watch(range)).await
    }

    async fn control(&self, control: Control) -> Result<ControlReport> {
        let report = self.run(Which::Control, self.inner.control(control)).await?;
        let telemetry = &self.shared.parts.telemetry;
        match &report {
            ControlReport::Swept { removed, .. } => {
                telemetry.counter(&names::STORAGE_SWEPT_TOTAL, &[]).add((*removed).into());
            }
            ControlReport::Used(usage) => {
                telemetry.gauge(&names::STORAGE_BYTES, &["records"]).set(usage.bytes as f64);
            }
            ControlReport::Verified { corrupt, .. } => self.shared.count_damaged(corrupt),
            ControlReport::Done | ControlReport::Probed(_) => {}
        }
        Ok(report)
    }
}
