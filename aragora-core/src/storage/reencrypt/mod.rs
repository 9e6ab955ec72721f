//! First encryption, rotation of keys and import are one operation: every row of a sealed table ends under the key that
//! encrypts now.
//!
//! Rows are rewritten a page at a time under the condition that nobody wrote them meanwhile, in one batch with the
//! cursor and the counts: a run that is killed anywhere goes on where it was, and its counts are those of a run that
//! was not. Whoever writes a row meanwhile seals it under the same key, so the winner's value stays.

mod census;
mod instances;
mod page;
mod progress;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use census::{Census, Grace};
pub use instances::KeyAge;
pub use progress::Progress;
pub(super) use progress::TABLE as PROGRESS;

use super::Storage;
use super::address::{KeyRange, Space, TableName};
use super::backoff;
use super::backup::Backups;
use super::batch::{Batch, Op, Precondition};
use super::lease::{Lease, Leases, NamedLease};
use super::scan::{Corrupt, Cursor, OnCorrupt, PageRequest, ScanOrder};
use super::sealed::{EncryptionState, STATES, SealStores};
use super::table::{Seal, SpaceKind, TableDef};
use crate::clock::CancelToken;
use crate::crypto::KeyId;
use crate::error::{Error, ErrorKind, Result};
use crate::ids::OrgId;
use crate::telemetry::{IntegrityEvent, Parts, names};
use page::Verdict;

/// Rows of one page.
const PAGE: u16 = 256;
/// Batches in a row that may lose to other writers before the run gives up, resumably.
const COLLISIONS: u32 = 64;
/// How long a run holds its lease without a sign of life.
const LEASE: Duration = Duration::from_secs(60);

/// Which stores an operation on keys concerns. The first three are those of the seed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum Stores {
    /// `connector_sync` (`--sync-store`).
    Sync,
    /// `integrations` (`--integration-store`).
    Integrations,
    /// `oauth_tokens` (`--gmail-tokens`).
    OauthTokens,
    /// These tables.
    Tables(Vec<String>),
    /// Every sealed table (`--all`).
    #[default]
    All,
}

impl Stores {
    fn covers(&self, table: &TableName) -> bool {
        match self {
            Self::Sync => table.as_str() == "connector_sync",
            Self::Integrations => table.as_str() == "integrations",
            Self::OauthTokens => table.as_str() == "oauth_tokens",
            Self::Tables(names) => names.iter().any(|name| name == table.as_str()),
            Self::All => true,
        }
    }
}

/// What became of the rows of one store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Rows that were sealed, or sealed anew.
    pub migrated: u64,
    /// Rows that were wholly under the active key already.
    pub skipped: u64,
    /// Rows that cannot be read.
    pub failed: u64,
}

/// What a run did, or what a plan found.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct ReencryptReport {
    /// Counts by table, all tenants together.
    pub per_store: BTreeMap<String, Counts>,
    /// Rows by the keys they were found under; a row under two keys counts for both.
    pub keys_seen: BTreeMap<KeyId, u64>,
    /// The rows that failed.
    pub failures: Vec<Corrupt>,
    /// Whether every selected store was seen to its end.
    pub complete: bool,
}

/// Rewrites the rows of a sealed store; made by [`super::Sealed::reencrypt`].
#[derive(Debug)]
pub struct Reencrypt {
    storage: Arc<dyn Storage>,
    stores: Arc<SealStores>,
    parts: Parts,
    defs: Vec<TableDef>,
    tenants: BTreeSet<OrgId>,
    only: Option<OrgId>,
    kept_by: Vec<Backups>,
    #[cfg(feature = "upstream-import")]
    upstream: Option<page::Import>,
}

/// One table of one space.
struct Place {
    space: Space,
    table: TableName,
    seal: Seal,
}

impl Reencrypt {
    pub(super) fn new(storage: Arc<dyn Storage>, stores: Arc<SealStores>, parts: Parts, defs: Vec<TableDef>) -> Self {
        Self {
            storage,
            stores,
            parts,
            defs,
            tenants: BTreeSet::new(),
            only: None,
            kept_by: Vec::new(),
            #[cfg(feature = "upstream-import")]
            upstream: None,
        }
    }

    /// Looks at the declared tables of these tenants too. Tenants whose rows were written through the seal are known
    /// already; those of an installation that had no keys are not.
    #[must_use]
    pub fn tenants(mut self, tenants: impl IntoIterator<Item = OrgId>) -> Self {
        self.tenants.extend(tenants);
        self
    }

    /// Counts what these backups need too: a key that one of them names is not retired.
    #[must_use]
    pub fn kept_by(mut self, backups: Backups) -> Self {
        self.kept_by.push(backups);
        self
    }

    /// Looks at this tenant and at nothing else.
    #[must_use]
    pub fn only(mut self, tenant: &OrgId) -> Self {
        self.tenants.insert(tenant.clone());
        self.only = Some(tenant.clone());
        self
    }

    /// Reads values of the system before this one in tables whose members are sealed, and seals them as what they are.
    /// The function gives the type of a member by table and member name. Strict stores take none in.
    #[cfg(feature = "upstream-import")]
    #[must_use]
    pub fn upstream(
        mut self,
        decoder: crate::crypto::Upstream,
        types: impl Fn(&str, &str) -> crate::crypto::UpstreamType + Send + Sync + 'static,
    ) -> Self {
        self.upstream = Some(page::Import::new(decoder, types));
        self
    }

    /// What [`Self::execute`] would do. Writes nothing.
    pub async fn plan(&self, stores: &Stores) -> Result<ReencryptReport> {
        let mut report = ReencryptReport { complete: true, ..ReencryptReport::default() };
        for place in self.places(stores).await? {
            if place.holds_states() {
                continue;
            }
            let strict = self.stores.reload(&place.space, &place.table).await? == EncryptionState::Strict;
            let mut progress = Progress::default();
            let mut cursor = None;
            loop {
                let page = self.page(&place, cursor).await?;
                for row in self.examine(&place, &page.rows, strict).await? {
                    progress.count(&row);
                }
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
            report.add(&place, progress);
        }
        Ok(report)
    }

    /// Seals every row under the active key. Stops between pages when cancelled; another call goes on from there.
    ///
    /// A store that was not strict is `migrating` while this runs, and strict after a run without failures. In a strict
    /// store a plain row is a failure, never sealed: nobody can pass one in that way.
    ///
    /// Errors: `conflict` while another run holds the lease, or while a live process lacks the key
    /// ([`Registration`](super::Registration)); `lease_lost` if another took over; those of the store.
    pub async fn execute(&self, stores: &Stores, cancel: &CancelToken) -> Result<ReencryptReport> {
        let mut report = ReencryptReport { complete: true, ..ReencryptReport::default() };
        self.check_all_hold_active().await?;
        for place in self.places(stores).await? {
            if cancel.is_cancelled() {
                report.complete = false;
                break;
            }
            let named = Leases::new(self.storage.clone(), Space::System).named(&format!("reencrypt/{}", place.table));
            let claimed = named.claim("reencrypt", LEASE).await?;
            let lease = claimed.ok_or_else(|| {
                Error::new(ErrorKind::Conflict, "another run re-encrypts this store").with("table", &place.table)
            })?;
            let run = self.run(&place, &named, lease.clone(), cancel).await;
            // A lease that is not given back lapses by itself.
            let released = named.release(lease).await;
            let progress = run?;
            released.or_else(|error| if error.kind() == ErrorKind::LeaseLost { Ok(()) } else { Err(error) })?;
            report.complete &= progress.finished();
            if !place.holds_states() {
                report.add(&place, progress);
            }
        }
        let rows = report.per_store.values().map(|counts| counts.migrated).sum();
        if report.complete && report.failures.is_empty() && rows > 0 {
            let space = self.only.clone().map_or(Space::System, Space::Tenant);
            let key = self.stores.ring(&space).await?.active_key_id();
            self.parts.telemetry.tell(IntegrityEvent::KeyRotated { key, tenant: self.only.clone(), rows });
        }
        Ok(report)
    }

    async fn run(&self, place: &Place, named: &NamedLease, lease: Lease, cancel: &CancelToken) -> Result<Progress> {
        let (state, mut state_expect) = self.begin(place).await?;
        let strict = state == EncryptionState::Strict;
        let active = self.stores.ring(&place.space).await?.active_key_id();
        let mut progress = self.resume(place, active).await?;
        let mut lease = lease;
        let mut chunk = PAGE;
        let mut collisions = 0;
        while !progress.finished() {
            if cancel.is_cancelled() {
                return Ok(progress);
            }
            lease = named.renew(&lease, LEASE).await?;
            let page = self.page_of(place, progress.cursor()?, chunk).await?;
            let rows = self.examine(place, &page.rows, strict).await?;
            let mut next = progress.clone();
            let mut ops = Vec::with_capacity(rows.len() + 2);
            for row in &rows {
                next.count(row);
                ops.extend(row.put.clone());
            }
            next.advance(page.next.as_ref(), self.parts.clock.now());
            ops.push(Self::progress_put(place, &next)?);
            ops.push(Op::Fence(lease.clone()));
            if next.finished() && next.counts().failed == 0 && !strict {
                let states = &self.stores.states;
                ops.push(states.put_op(&place.space, &place.table, EncryptionState::Strict, state_expect).await?);
            }
            let progress_at = ops.iter().position(|op| matches!(op, Op::Fence(_))).and_then(|at| at.checked_sub(1));
            match self.storage.apply(Batch::of(ops)).await {
                Ok(commit) => {
                    next.written(progress_at.and_then(|at| commit.revisions.get(at).copied()).flatten());
                    self.count(place, &rows);
                    progress = next;
                    chunk = PAGE;
                    collisions = 0;
                }
                // Somebody wrote a row of the page: it is read again, in smaller pages while that goes on.
                Err(error) if error.kind() == ErrorKind::Conflict && collisions < COLLISIONS => {
                    state_expect = self.begin(place).await?.1;
                    collisions += 1;
                    chunk = (chunk / 2).max(1);
                    backoff::pause(Some(&self.parts)).await?;
                }
                Err(error) => return Err(error),
            }
        }
        if !place.holds_states() {
            // So that this process goes by it at once.
            self.stores.reload(&place.space, &place.table).await?;
        }
        Ok(progress)
    }

    /// Makes a store that is not strict `migrating`. Gives its state and what to expect there.
    async fn begin(&self, place: &Place) -> Result<(EncryptionState, Precondition)> {
        if place.holds_states() {
            return Ok((EncryptionState::Strict, Precondition::Any));
        }
        let (state, expect) = self.stores.stored(&place.space, &place.table).await?;
        match state {
            EncryptionState::Strict => Ok((state, expect)),
            EncryptionState::Migrating if matches!(expect, Precondition::Revision(_)) => Ok((state, expect)),
            EncryptionState::Migrating | EncryptionState::Plain => {
                self.stores.write(&place.space, &place.table, EncryptionState::Migrating, expect).await
            }
        }
    }

    fn count(&self, place: &Place, rows: &[page::Row]) {
        let table = place.table.as_str();
        for row in rows {
            let status = match &row.verdict {
                Verdict::Migrated => "migrated",
                Verdict::Skipped => "skipped",
                Verdict::Failed(error) => {
                    self.parts.telemetry.counter(&names::MIGRATION_ERRORS_TOTAL, &[table, error.code()]).increment();
                    tracing::warn!(table, key = ?row.key, code = error.code(), "a row cannot be re-encrypted");
                    "failed"
                }
                Verdict::Gone => continue,
            };
            self.parts.telemetry.counter(&names::MIGRATION_RECORDS_TOTAL, &[table, status]).increment();
        }
    }

    /// Every selected table of every space that is known to hold one.
    async fn places(&self, stores: &Stores) -> Result<Vec<Place>> {
        let mut found: BTreeSet<(Space, TableName)> = BTreeSet::new();
        found.extend(self.stores.states.list().await?.into_iter().map(|(space, table, _)| (space, table)));
        for def in &self.defs {
            let table = TableName::new(def.name)?;
            if matches!(def.space, SpaceKind::System | SpaceKind::Either) {
                found.insert((Space::System, table.clone()));
            }
            if matches!(def.space, SpaceKind::Tenant | SpaceKind::Either) {
                let tenants: BTreeSet<Space> = self.tenants.iter().cloned().map(Space::Tenant).collect();
                found.extend(tenants.into_iter().map(|space| (space, table.clone())));
            }
        }
        let places = found.into_iter().filter(|(_, table)| stores.covers(table)).map(|(space, table)| Place {
            seal: self.stores.policies.seal(&table),
            space,
            table,
        });
        let wanted = |space: &Space| self.only.as_ref().is_none_or(|only| space.tenant() == only.as_str());
        let mut places: Vec<Place> = places.filter(|place| place.seal != Seal::Plain && wanted(&place.space)).collect();
        // The states are sealed too, and come last.
        if *stores == Stores::All && self.only.is_none() {
            let table = TableName::of_definition(STATES);
            places.push(Place { space: Space::System, table, seal: Seal::Record });
        }
        Ok(places)
    }

    async fn page(&self, place: &Place, cursor: Option<Cursor>) -> Result<page::Rows> {
        self.page_of(place, cursor, PAGE).await
    }

    async fn page_of(&self, place: &Place, cursor: Option<Cursor>, limit: u16) -> Result<page::Rows> {
        let range = place.range();
        let request = PageRequest { limit, cursor, order: ScanOrder::Ascending, on_corrupt: OnCorrupt::Report };
        let page = self.storage.scan(range, request).await?;
        Ok(page::Rows::of(page))
    }
}

impl Place {
    fn holds_states(&self) -> bool {
        self.table.as_str() == STATES
    }

    fn range(&self) -> KeyRange {
        KeyRange::all(self.space.clone(), self.table.clone())
    }
}

impl ReencryptReport {
    fn add(&mut self, place: &Place, progress: Progress) {
        let counts = self.per_store.entry(place.table.as_str().to_owned()).or_default();
        let more = progress.counts();
        counts.migrated += more.migrated;
        counts.skipped += more.skipped;
        counts.failed += more.failed;
        for (key, rows) in progress.keys_seen() {
            *self.keys_seen.entry(*key).or_default() += rows;
        }
        self.failures.extend(progress.failures(&place.space, &place.table));
    }
}
