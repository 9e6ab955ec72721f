//! Tables spread over several backends.
//!
//! Each table lies in one backend with its indexes. A batch is atomic because it goes to one backend: one that would
//! cross two is refused, at the call and before that by [`RoutedBuilder::build`], which knows which tables are written
//! together.
//!
//! What the library notes down about a single table lies where that table lies, so that it is written in one batch with
//! it: its encryption state, the progress of its re-encryption, and the lease of that. A scan of such notes reads all
//! backends.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::{join_all, try_join_all};

use super::address::{Address, KeyRange, TableName};
use super::backup::Copyable;
use super::batch::{Batch, Commit, Op, not_applied};
use super::control::{Control, ControlReport, ProbeReport, StorageUsage};
use super::key::KeyBytes;
use super::lease::{ClaimTarget, Lease, LeaseClaim};
use super::reencrypt::PROGRESS;
use super::scan::{Cursor, Entry, PageRequest, ScanOrder, ScanPage};
use super::sealed::STATES;
use super::table::{Class, TableDef};
use super::watch::Watch;
use super::{Capability, ClockSource, Storage};
use crate::error::{Error, ErrorKind, Result, Violations};

/// Tables that are written in one batch, and so must lie in one backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchGroup {
    /// What it is for, e.g. `audit and effect`.
    pub name: &'static str,
    /// Its tables.
    pub tables: &'static [&'static str],
}

/// A store whose tables lie in several backends.
#[derive(Debug)]
pub struct Routed {
    backends: Backends,
    /// Whether everything that must not be lost lies in the first backend.
    whole: bool,
}

/// Backends by place: 0 is that of every table nobody said anything about.
#[derive(Debug)]
struct Backends {
    first: Arc<dyn Storage>,
    others: Vec<Arc<dyn Storage>>,
    routes: HashMap<String, usize>,
}

impl Backends {
    fn all(&self) -> impl Iterator<Item = &Arc<dyn Storage>> {
        std::iter::once(&self.first).chain(&self.others)
    }

    fn get(&self, place: usize) -> &Arc<dyn Storage> {
        self.all().nth(place).unwrap_or(&self.first)
    }

    fn place_of(&self, table: &str) -> usize {
        self.routes.get(table).copied().unwrap_or(0)
    }

    fn place(&self, at: &Address) -> usize {
        match noted_table(&at.table, &at.key) {
            Some(table) => self.place_of(&table),
            None => self.place_of(at.table.as_str()),
        }
    }
}

/// Says where tables lie.
#[derive(Debug)]
pub struct RoutedBuilder {
    backends: Backends,
    whole: bool,
    violations: Violations,
}

impl Routed {
    /// Every table lies in this backend, until [`RoutedBuilder::tables`] says otherwise.
    pub fn over(rest: Arc<dyn Storage>) -> RoutedBuilder {
        let backends = Backends { first: rest, others: Vec::new(), routes: HashMap::new() };
        RoutedBuilder { backends, whole: true, violations: Violations::new() }
    }

    /// The one backend of every address; `None` if there are several.
    fn only<'a>(&self, mut addresses: impl Iterator<Item = &'a Address>) -> Result<usize, (TableName, TableName)> {
        let Some(first) = addresses.next() else { return Ok(0) };
        let place = self.backends.place(first);
        match addresses.find(|at| self.backends.place(at) != place) {
            None => Ok(place),
            Some(other) => Err((first.table.clone(), other.table.clone())),
        }
    }

    fn of_range(&self, range: &KeyRange) -> &Arc<dyn Storage> {
        self.backends.get(self.backends.place_of(range.table.as_str()))
    }

    /// A page of notes, which lie in every backend: each gives its next entries, and the smallest keys of all win.
    async fn scan_notes(&self, range: KeyRange, page: PageRequest) -> Result<ScanPage> {
        let pages = self.backends.all().map(|backend| backend.scan(range.clone(), page.clone()));
        let pages = try_join_all(pages).await?;
        let before = |a: &KeyBytes, b: &KeyBytes| match page.order {
            ScanOrder::Ascending => a < b,
            ScanOrder::Descending => a > b,
        };
        // Beyond the end of a page that goes on, nobody knows what that backend holds.
        let ends = pages.iter().filter(|page| page.next.is_some());
        let end = ends.filter_map(|page| page.entries.last()).map(|entry| entry.address.key.clone());
        let end = end.reduce(|a, b| if before(&a, &b) { a } else { b });
        let known = |key: &KeyBytes| end.as_ref().is_none_or(|end| key == end || before(key, end));
        let (mut entries, mut corrupt) = (Vec::new(), Vec::new());
        for page in pages {
            entries.extend(page.entries);
            corrupt.extend(page.corrupt);
        }
        entries.sort_by(|a, b| match page.order {
            ScanOrder::Ascending => a.address.key.cmp(&b.address.key),
            ScanOrder::Descending => b.address.key.cmp(&a.address.key),
        });
        let all = entries.len();
        entries.retain(|entry| known(&entry.address.key));
        entries.truncate(page.limit.into());
        let next = entries.last().filter(|_| end.is_some() || entries.len() < all);
        let next = next.map(|entry| Cursor::after(entry.address.key.clone(), page.order, &range));
        Ok(ScanPage { entries, corrupt, next })
    }
}

/// The table that a row of the library's notes is about.
fn noted_table(table: &TableName, key: &KeyBytes) -> Option<String> {
    match table.as_str() {
        STATES => key.decode::<(String, String)>().ok().map(|(_, table)| table),
        PROGRESS => key.decode::<(String, String)>().ok().map(|(table, _)| table),
        "lease" => key.decode::<String>().ok()?.strip_prefix("reencrypt/").map(str::to_owned),
        _ => None,
    }
}

fn is_notes(table: &TableName) -> bool {
    matches!(table.as_str(), STATES | PROGRESS)
}

impl RoutedBuilder {
    /// These tables and their indexes lie in this backend.
    #[must_use]
    pub fn tables(mut self, defs: &[TableDef], backend: Arc<dyn Storage>) -> Self {
        let known = self.backends.all().position(|known| Arc::ptr_eq(known, &backend));
        let place = known.unwrap_or_else(|| {
            self.backends.others.push(backend);
            self.backends.others.len()
        });
        for def in defs {
            for name in std::iter::once(def.name).chain(def.indexes.iter().map(|index| index.table)) {
                let routed = self.backends.routes.insert(name.to_owned(), place);
                if routed.is_some_and(|other| other != place) {
                    self.violations.add(format!("/tables/{}", def.name), format!("table {name} lies in two backends"));
                }
            }
            self.whole &= place == 0 || def.class != Class::Essential;
        }
        self
    }

    /// The store. `invalid_config` lists every table with two backends and every group of tables that are written
    /// together and do not lie in one.
    pub fn build(self, groups: &[BatchGroup]) -> Result<Routed> {
        let Self { backends, whole, mut violations } = self;
        for group in groups {
            let mut places: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
            for table in group.tables {
                places.entry(backends.place_of(table)).or_default().push(table);
            }
            if places.len() > 1 {
                let split: Vec<String> = places
                    .iter()
                    .map(|(place, tables)| {
                        format!("{} in {}", tables.join(", "), backends.get(*place).capability().backend)
                    })
                    .collect();
                let reason = format!("written in one batch, but lies in several backends: {}", split.join("; "));
                violations.add(format!("/groups/{}", group.name.replace(' ', "_")), reason);
            }
        }
        violations.into_result(ErrorKind::InvalidConfig)?;
        Ok(Routed { backends, whole })
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Storage for Routed {
    /// What every backend can do.
    fn capability(&self) -> Capability {
        let mut all = Capability { backend: "routed", ..self.backends.first.capability() };
        for one in self.backends.others.iter().map(|backend| backend.capability()) {
            all = Capability {
                backend: all.backend,
                shared: all.shared && one.shared,
                durable: all.durable && one.durable,
                clock: if one.clock == all.clock { all.clock } else { ClockSource::Server },
                survives_failover: all.survives_failover && one.survives_failover,
                push_signals: all.push_signals && one.push_signals,
                snapshots: all.snapshots && one.snapshots,
                journal: all.journal,
                max_value: all.max_value.min(one.max_value),
                max_batch_bytes: all.max_batch_bytes.min(one.max_batch_bytes),
            };
        }
        all
    }

    /// The first backend, if nothing that must not be lost lies in another: what expires or can be built again is not
    /// restored.
    fn copyable(self: Arc<Self>) -> Option<Arc<dyn Copyable>> {
        if self.whole { self.backends.first.clone().copyable() } else { None }
    }

    /// One snapshot of each backend.
    async fn get_many(&self, at: Vec<Address>) -> Result<Vec<Option<Entry>>> {
        if let Ok(place) = self.only(at.iter()) {
            return self.backends.get(place).get_many(at).await;
        }
        let mut asked: BTreeMap<usize, Vec<(usize, Address)>> = BTreeMap::new();
        let count = at.len();
        for (index, at) in at.into_iter().enumerate() {
            asked.entry(self.backends.place(&at)).or_default().push((index, at));
        }
        let answers = asked.into_iter().map(|(place, asked)| async move {
            let (indexes, at): (Vec<usize>, Vec<Address>) = asked.into_iter().unzip();
            let found = self.backends.get(place).get_many(at).await?;
            Ok::<_, Error>(indexes.into_iter().zip(found).collect::<Vec<_>>())
        });
        let mut out = vec![None; count];
        for (index, entry) in try_join_all(answers).await?.into_iter().flatten() {
            if let Some(slot) = out.get_mut(index) {
                *slot = entry;
            }
        }
        Ok(out)
    }

    async fn scan(&self, range: KeyRange, page: PageRequest) -> Result<ScanPage> {
        if is_notes(&range.table) && !self.backends.others.is_empty() {
            return self.scan_notes(range, page).await;
        }
        self.of_range(&range).scan(range, page).await
    }

    async fn apply(&self, batch: Batch) -> Result<Commit> {
        match self.only(batch.ops.iter().map(Op::address)) {
            Ok(place) => self.backends.get(place).apply(batch).await,
            Err((one, other)) => {
                let reason = format!("a batch cannot write tables {one} and {other}, which lie in two backends");
                Err(not_applied(Error::new(ErrorKind::InvalidRequest, reason).with("table", other)))
            }
        }
    }

    async fn claim(&self, claim: LeaseClaim) -> Result<Vec<Lease>> {
        let place = match &claim.target {
            ClaimTarget::Name(at) => self.backends.place(at),
            ClaimTarget::Ready { range, .. } => self.backends.place_of(range.table.as_str()),
        };
        self.backends.get(place).claim(claim).await
    }

    async fn renew(&self, lease: Lease, ttl: Option<Duration>) -> Result<Lease> {
        self.backends.get(self.backends.place(&lease.at)).renew(lease, ttl).await
    }

    /// Notes are watched in the first backend only.
    async fn watch(&self, range: KeyRange) -> Result<Watch> {
        self.of_range(&range).watch(range).await
    }

    async fn control(&self, control: Control) -> Result<ControlReport> {
        let reports = join_all(self.backends.all().map(|backend| backend.control(control))).await;
        // Each was asked, whatever another answered: closing ends all of them.
        let mut sum: Option<ControlReport> = None;
        for report in reports {
            let report = report?;
            sum = Some(match sum {
                None => report,
                Some(sum) => added(sum, report),
            });
        }
        sum.ok_or_else(|| Error::internal("a routed store without a backend"))
    }
}

fn added(sum: ControlReport, more: ControlReport) -> ControlReport {
    match (sum, more) {
        (ControlReport::Probed(ProbeReport { mut notes }), ControlReport::Probed(more)) => {
            notes.extend(more.notes);
            ControlReport::Probed(ProbeReport { notes })
        }
        (ControlReport::Used(a), ControlReport::Used(b)) => ControlReport::Used(StorageUsage {
            rows: a.rows + b.rows,
            bytes: a.bytes + b.bytes,
            expired: a.expired + b.expired,
            leases: a.leases + b.leases,
        }),
        (ControlReport::Swept { removed, more }, ControlReport::Swept { removed: also, more: and_more }) => {
            ControlReport::Swept { removed: removed + also, more: more || and_more }
        }
        (
            ControlReport::Verified { checked, mut corrupt },
            ControlReport::Verified { checked: also, corrupt: others },
        ) => {
            corrupt.extend(others);
            ControlReport::Verified { checked: checked + also, corrupt }
        }
        (first, _) => first,
    }
}
