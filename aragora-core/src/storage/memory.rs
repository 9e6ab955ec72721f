//! The reference: one ordered map behind one lock.
//!
//! Every other backend is compared with this one, so it is written to be read. It keeps stamped frames like every
//! backend, so that its answers are theirs byte for byte.

mod claims;
mod copy;
mod journal;
mod rows;

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use async_trait::async_trait;

use super::address::{Address, KeyRange};
use super::backup::gate::Gate;
use super::backup::{Copyable, StoreIdentity};
use super::batch::{Batch, Commit, not_applied};
use super::control::{Control, ControlReport, ProbeReport, StorageUsage};
use super::lease::{Lease, LeaseClaim, check_ttl};
use super::scan::{Entry, PageRequest, ScanPage};
use super::watch::{Watch, WatchHub};
use super::{Capability, Storage};
use crate::clock::{Clock, Timestamp};
use crate::error::{Error, ErrorKind, Result};
use claims::Claims;
use journal::Journal;
use rows::Rows;

/// Most entries one sweep removes.
const SWEEP: usize = 1_000;
/// How far a clock may step back before it is worth a note.
const CLOCK_STEP: Duration = Duration::from_secs(60);

/// Everything but survival: contents end with the last handle.
#[derive(Debug)]
pub struct MemoryStorage {
    clock: Arc<dyn Clock>,
    state: RwLock<State>,
    hub: WatchHub,
}

#[derive(Debug, Default)]
struct State {
    rows: Rows,
    claims: Claims,
    // The latest time a batch was applied at.
    latest: Timestamp,
    journal: Option<Journal>,
    identity: Option<StoreIdentity>,
    gate: Gate,
    closed: bool,
}

impl MemoryStorage {
    /// An empty store that goes by this clock.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, state: RwLock::default(), hub: WatchHub::default() }
    }

    /// An empty store that notes which keys change, for increments of a backup.
    pub fn journaled(clock: Arc<dyn Clock>) -> Self {
        let state = State { journal: Some(Journal::default()), ..State::default() };
        Self { state: RwLock::new(state), ..Self::new(clock) }
    }

    fn read(&self) -> Result<RwLockReadGuard<'_, State>> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        if state.closed { Err(closed()) } else { Ok(state) }
    }

    fn write(&self) -> Result<RwLockWriteGuard<'_, State>> {
        let state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if state.closed { Err(closed()) } else { Ok(state) }
    }

    /// For what writes on behalf of a caller, who may have to wait while the store is being moved.
    fn admit(&self) -> Result<RwLockWriteGuard<'_, State>> {
        let state = self.write()?;
        state.gate.check(|| self.clock.monotonic())?;
        Ok(state)
    }

    fn apply_now(&self, batch: Batch) -> Result<Commit> {
        batch.check_rules()?;
        let (commit, written) = {
            let mut state = self.admit()?;
            let now = self.clock.now();
            state.latest = state.latest.max(now);
            let State { rows, claims, journal, .. } = &mut *state;
            let noted = journal.is_some() || !self.hub.is_idle();
            let (commit, written) = rows.apply(batch, now, claims, noted)?;
            if let Some(journal) = journal {
                journal.note(now, &written);
            }
            (commit, written)
        };
        self.hub.touched_keys(&written);
        Ok(commit)
    }

    fn claim_now(&self, claim: &LeaseClaim) -> Result<Vec<Lease>> {
        claim.check_rules()?;
        let mut state = self.admit()?;
        let now = self.clock.now();
        let State { rows, claims, .. } = &mut *state;
        Ok(claims.claim(claim, rows, now))
    }

    fn renew_now(&self, lease: Lease, ttl: Option<Duration>) -> Result<Lease> {
        ttl.map_or(Ok(()), check_ttl)?;
        lease.at.check_limits()?;
        let mut state = self.admit()?;
        let now = self.clock.now();
        state.claims.renew(lease, ttl, now)
    }
}

fn closed() -> Error {
    Error::new(ErrorKind::Closed, "the store was closed")
}

#[async_trait]
impl Storage for MemoryStorage {
    fn capability(&self) -> Capability {
        let journal = self.state.read().unwrap_or_else(PoisonError::into_inner).journal.is_some();
        Capability { journal, ..Capability::embedded("memory") }
    }

    fn copyable(self: Arc<Self>) -> Option<Arc<dyn Copyable>> {
        Some(self)
    }

    async fn get_many(&self, at: Vec<Address>) -> Result<Vec<Option<Entry>>> {
        at.iter().try_for_each(Address::check_limits)?;
        let state = self.read()?;
        Ok(at.into_iter().map(|at| state.rows.get(at, &*self.clock)).collect())
    }

    async fn scan(&self, range: KeyRange, page: PageRequest) -> Result<ScanPage> {
        let bounds = page.bounds(&range)?;
        let state = self.read()?;
        Ok(bounds.map_or_else(ScanPage::default, |bounds| state.rows.scan(&range, bounds, &page, self.clock.now())))
    }

    async fn apply(&self, batch: Batch) -> Result<Commit> {
        self.apply_now(batch).map_err(not_applied)
    }

    async fn claim(&self, claim: LeaseClaim) -> Result<Vec<Lease>> {
        self.claim_now(&claim).map_err(not_applied)
    }

    async fn renew(&self, lease: Lease, ttl: Option<Duration>) -> Result<Lease> {
        self.renew_now(lease, ttl).map_err(not_applied)
    }

    async fn watch(&self, range: KeyRange) -> Result<Watch> {
        range.check_limits()?;
        // Under the lock, so that no watch begins after the store ended.
        let _state = self.read()?;
        Ok(self.hub.subscribe(&range))
    }

    async fn control(&self, control: Control) -> Result<ControlReport> {
        match control {
            Control::Flush | Control::Compact => self.read().map(|_| ControlReport::Done),
            Control::Probe => {
                let latest = self.read()?.latest;
                let now = self.clock.now();
                let mut report = ProbeReport::default();
                if now.plus(CLOCK_STEP) < latest {
                    report.notes.push(format!("the clock shows {now}, earlier than {latest} at which was written"));
                }
                Ok(ControlReport::Probed(report))
            }
            Control::Usage => {
                let state = self.read()?;
                let (rows, bytes, expired) = state.rows.usage(self.clock.now());
                Ok(ControlReport::Used(StorageUsage { rows, bytes, expired, leases: state.claims.len() }))
            }
            Control::Sweep => {
                let mut state = self.admit()?;
                let now = self.clock.now();
                state.claims.sweep(now);
                let (removed, more) = state.rows.sweep(now, SWEEP);
                Ok(ControlReport::Swept { removed, more })
            }
            Control::Verify => {
                let (checked, corrupt) = self.read()?.rows.verify();
                Ok(ControlReport::Verified { checked, corrupt })
            }
            Control::Close => {
                let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
                *state = State { closed: true, ..State::default() };
                self.hub.close();
                Ok(ControlReport::Done)
            }
        }
    }
}
