//! Money that must not be spent: what a call may cost is set aside before it is sent, and what it did cost is put in
//! its place.
//!
//! Under any concurrency, settled and set aside together never pass the limit when something is set aside. What was
//! set aside and never settled counts as spent, so a process that dies leaves no hole.

mod account;
mod book;
mod document;
mod period;
mod quote;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub use book::BudgetBook;
pub(crate) use book::DebateAccounts;
pub use document::{BudgetDocument, BudgetOf};
pub use period::Period;
pub use quote::Quote;
pub(crate) use quote::{estimated, price};

use serde::{Deserialize, Serialize};

use super::agent::AgentProfile;
use super::notice::BudgetNotice;
use super::parts::AgentParts;
use super::reply::Attempt;
use crate::clock::{Deadline, Timestamp};
use crate::debate::Usage;
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{MicroUsd, OrgId, ulid};
use crate::storage::{MemoryStorage, Space, Storage, Table, TableDef, TableRecord as _};
use crate::telemetry::names;
use account::{BudgetPeriod, Lease};

/// The table of budgets.
pub(crate) const TABLE: TableDef = BudgetPeriod::DEF;

/// How long after its deadline a reservation is taken for lost.
const AFTER_DEADLINE: Duration = Duration::from_secs(60);
/// How long a reservation without a deadline lasts.
const WITHOUT_DEADLINE: Duration = Duration::from_secs(3_600);

/// What a budget is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BudgetScope {
    /// Every call by itself.
    Call,
    /// Everything that is booked on this value, e.g. one debate; in memory.
    Debate,
    /// A tenant in every period of the calendar, kept in the store and shared by all its processes.
    Tenant {
        /// Whose.
        tenant: OrgId,
        /// How long until it begins anew.
        period: Period,
    },
}

/// What becomes of a call that has no price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Unpriced {
    /// It is refused as `unpriced`.
    #[default]
    Refuse,
    /// It is let through and counts as nothing.
    Allow,
    /// It counts at these prices.
    Assume {
        /// Micro-dollars per million input tokens.
        input: u64,
        /// Micro-dollars per million output tokens.
        output: u64,
    },
}

/// A limit on what calls cost. Clones are the same budget.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use aragora_core::agents::{AgentParts, Budget, BudgetScope, Quote, Unpriced};
/// use aragora_core::ids::MicroUsd;
///
/// let budget = Budget::new(&AgentParts::system()?, BudgetScope::Debate, MicroUsd(1_000), Unpriced::Refuse);
/// let call = budget.reserve(&Quote::new(100, 100, Some(MicroUsd(600))), None).await?;
/// let refused = budget.reserve(&Quote::new(100, 100, Some(MicroUsd(600))), None).await;
/// assert_eq!(refused.unwrap_err().code(), "budget_exceeded");
/// call.settle(MicroUsd(250)).await?;
/// assert_eq!(budget.usage().await?.spent, MicroUsd(250));
/// # Ok::<(), aragora_core::Error>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct Budget(Arc<Inner>);

struct Inner {
    scope: BudgetScope,
    name: String,
    limit: u64,
    unpriced: Unpriced,
    parts: AgentParts,
    books: Books,
    /// Names reservations in memory.
    next: AtomicU64,
    /// Settlements that are still to be written: of reservations that were dropped, or when the store did not answer.
    open: Mutex<Vec<Settlement>>,
}

enum Books {
    None,
    Memory(Mutex<BudgetPeriod>),
    Stored {
        table: Table<BudgetPeriod>,
        // One writer per process: only processes race for the row.
        turn: tokio::sync::Mutex<()>,
    },
}

#[derive(Clone, Debug)]
struct Settlement {
    id: String,
    start: Timestamp,
    actual: u64,
}

/// How a budget stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct BudgetUsage {
    /// Settled, and set aside by processes that are taken for dead.
    pub spent: MicroUsd,
    /// Set aside for calls under way.
    pub reserved: MicroUsd,
    /// The limit.
    pub limit: MicroUsd,
}

impl Budget {
    /// A budget of this limit. Of a tenant it lives in the store of these parts, or in memory if they have none.
    pub fn new(parts: &AgentParts, scope: BudgetScope, limit: MicroUsd, unpriced: Unpriced) -> Self {
        let name = match &scope {
            BudgetScope::Call => "call".to_owned(),
            BudgetScope::Debate => "debate".to_owned(),
            BudgetScope::Tenant { period, .. } => format!("tenant/{}", period.as_str()),
        };
        Self::named(parts, name, scope, limit, unpriced)
    }

    /// The same under a name of its own, so that a tenant can have several budgets of one period.
    pub fn named(
        parts: &AgentParts,
        name: impl Into<String>,
        scope: BudgetScope,
        limit: MicroUsd,
        unpriced: Unpriced,
    ) -> Self {
        let name = name.into();
        let books = match &scope {
            BudgetScope::Call => Books::None,
            BudgetScope::Debate => {
                Books::Memory(Mutex::new(BudgetPeriod::new(&name, Period::Unlimited, Timestamp::from_millis(0))))
            }
            BudgetScope::Tenant { tenant, .. } => {
                let memory = || Arc::new(MemoryStorage::new(parts.parts.clock.clone())) as Arc<dyn Storage>;
                let storage = parts.storage.clone().unwrap_or_else(memory);
                let table = Table::new(storage, Space::Tenant(tenant.clone())).with_parts(&parts.parts);
                Books::Stored { table, turn: tokio::sync::Mutex::new(()) }
            }
        };
        let open = Mutex::default();
        Self(Arc::new(Inner {
            scope,
            name,
            limit: limit.0,
            unpriced,
            parts: parts.clone(),
            books,
            next: AtomicU64::new(0),
            open,
        }))
    }

    /// The budget of a debate of which this much was spent already.
    fn resumed(parts: &AgentParts, name: &str, limit: MicroUsd, unpriced: Unpriced, spent: MicroUsd) -> Self {
        let budget = Self::named(parts, name, BudgetScope::Debate, limit, unpriced);
        if let Books::Memory(account) = &budget.0.books {
            lock(account).spent = spent.0;
        }
        budget
    }

    /// Its name, e.g. `tenant/day`.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Sets money aside for a call that may run until this deadline.
    ///
    /// Errors: `budget_exceeded` if the limit would be passed; `unpriced` if the call has no price and such calls are
    /// refused; errors of the store, after which nothing may be sent.
    pub async fn reserve(&self, quote: &Quote, deadline: Option<Deadline>) -> Result<Reservation> {
        let micros = self.worth(quote)?;
        let (clock, inner) = (&self.0.parts.parts.clock, &self.0);
        let now = clock.now();
        let lasts = deadline.map_or(WITHOUT_DEADLINE, |d| d.left(&**clock).saturating_add(AFTER_DEADLINE));
        let lease = Lease { micros, until: now.plus(lasts) };
        let start = self.start(now);
        let id = match &inner.books {
            Books::Stored { .. } => ulid(now, &*inner.parts.parts.entropy)?,
            Books::Memory(_) => self.next_id(),
            Books::None => String::new(),
        };
        // Whatever becomes of the write, nothing was sent for it: dropped or failed, it is settled as nothing.
        let mut reservation = Reservation { budget: self.clone(), id, start, micros, actual: Some(0) };
        let fits = match &inner.books {
            Books::None => micros <= inner.limit,
            Books::Memory(account) => {
                self.changed(&mut lock(account), |row| row.reserve(&reservation.id, lease, inner.limit, now))
            }
            Books::Stored { .. } => {
                self.change(start, |row| row.reserve(&reservation.id, lease, inner.limit, now)).await?
            }
        };
        if fits {
            // From here on what is not settled is spent.
            reservation.actual = Some(micros);
            return Ok(reservation);
        }
        reservation.actual = None;
        let usage = self.usage().await.unwrap_or_default();
        let reason =
            format!("the call may cost {}, which would pass the limit of {}", MicroUsd(micros), MicroUsd(inner.limit));
        Err(Error::new(ErrorKind::BudgetExceeded, reason)
            .with("scope", &inner.name)
            .with("spent", usage.spent.0)
            .with("reserved", usage.reserved.0)
            .with("limit", inner.limit)
            .with("quote", micros))
    }

    /// How it stands in the current period.
    pub async fn usage(&self) -> Result<BudgetUsage> {
        let now = self.0.parts.parts.clock.now();
        let limit = MicroUsd(self.0.limit);
        let of = |account: &BudgetPeriod| {
            let spent = account.spent(now);
            BudgetUsage { spent: MicroUsd(spent), reserved: MicroUsd(account.total().saturating_sub(spent)), limit }
        };
        Ok(match &self.0.books {
            Books::None => BudgetUsage { limit, ..BudgetUsage::default() },
            Books::Memory(account) => of(&lock(account)),
            Books::Stored { table, .. } => {
                self.flush().await?;
                let key = (self.0.name.clone(), self.start(now).as_millis());
                table.get(&key).await?.map_or(BudgetUsage { limit, ..BudgetUsage::default() }, |row| of(&row.value))
            }
        })
    }

    /// Writes the settlements of reservations that were dropped. Later reservations do so too.
    pub async fn flush(&self) -> Result<()> {
        let waiting: Option<Timestamp> = lock(&self.0.open).first().map(|settlement| settlement.start);
        match waiting {
            Some(start) => self.change(start, |_| ()).await,
            None => Ok(()),
        }
    }

    /// Whether somebody else holds it, or it has something to write.
    fn is_busy(&self) -> bool {
        Arc::strong_count(&self.0) > 1 || !lock(&self.0.open).is_empty()
    }

    /// What the attempts of a call cost, each with the bytes of text it had shown.
    pub(crate) fn proven(&self, profile: &AgentProfile, attempts: &[(Attempt, usize)], quote: &Quote) -> u64 {
        quote::proven(&self.0.parts, profile, attempts, quote, |usage| self.assumed(usage))
    }

    /// What this use is worth where nobody said what it cost.
    pub(crate) fn worth_of(&self, profile: &AgentProfile, usage: &Usage) -> u64 {
        let priced = price(&self.0.parts, profile, usage.input_total, usage.output_total);
        priced.map_or_else(|| self.assumed(*usage), |cost| cost.0)
    }

    fn worth(&self, quote: &Quote) -> Result<u64> {
        match (quote.micros, self.0.unpriced) {
            (Some(micros), _) => Ok(micros.0),
            (None, Unpriced::Refuse) => {
                let reason = "a budget is set and the model has no price";
                Err(Error::new(ErrorKind::Unpriced, reason).with("scope", &self.0.name))
            }
            (None, _) => {
                let usage = Usage { input_total: quote.input, output_total: quote.output, ..Usage::default() };
                Ok(self.assumed(usage))
            }
        }
    }

    fn assumed(&self, usage: Usage) -> u64 {
        let Unpriced::Assume { input, output } = self.0.unpriced else { return 0 };
        let sum =
            u128::from(usage.input_total) * u128::from(input) + u128::from(usage.output_total) * u128::from(output);
        u64::try_from(sum.div_ceil(1_000_000)).unwrap_or(u64::MAX)
    }

    fn start(&self, now: Timestamp) -> Timestamp {
        match &self.0.scope {
            BudgetScope::Tenant { period, .. } => period.start(now),
            BudgetScope::Call | BudgetScope::Debate => Timestamp::from_millis(0),
        }
    }

    fn next_id(&self) -> String {
        self.0.next.fetch_add(1, Ordering::Relaxed).to_string()
    }

    /// Changes the row of a period, with the open settlements of that period before.
    async fn change<R: Send>(
        &self,
        start: Timestamp,
        mut change: impl FnMut(&mut BudgetPeriod) -> R + Send,
    ) -> Result<R> {
        let Books::Stored { table, turn } = &self.0.books else {
            return Err(Error::internal("a budget without a store has no row"));
        };
        let _turn = turn.lock().await;
        let settled: Vec<Settlement> =
            lock(&self.0.open).iter().filter(|settlement| settlement.start == start).cloned().collect();
        let period = match &self.0.scope {
            BudgetScope::Tenant { period, .. } => *period,
            BudgetScope::Call | BudgetScope::Debate => Period::Unlimited,
        };
        let mut result = None;
        let write = |current: Option<BudgetPeriod>| {
            let before = current.clone();
            let mut row = current.unwrap_or_else(|| BudgetPeriod::new(&self.0.name, period, start));
            for Settlement { id, actual, .. } in &settled {
                row.settle(id, *actual);
            }
            result = Some(self.changed(&mut row, &mut change));
            Ok((before.as_ref() != Some(&row)).then_some(row))
        };
        table.update(&(self.0.name.clone(), start.as_millis()), write).await?;
        lock(&self.0.open).retain(|open| !settled.iter().any(|done| done.id == open.id));
        result.ok_or_else(|| Error::internal("a row was changed without a change"))
    }

    /// Changes an account and shows how full it is then.
    fn changed<R>(&self, row: &mut BudgetPeriod, change: impl FnOnce(&mut BudgetPeriod) -> R) -> R {
        let result = change(row);
        // Nothing may be spent of a limit of nothing, so it is used up.
        let ratio = if self.0.limit == 0 { 1.0 } else { row.total() as f64 / self.0.limit as f64 };
        self.0.parts.parts.telemetry.gauge(&names::BUDGET_UTILIZATION_RATIO, &[&self.0.name]).set(ratio);
        result
    }

    fn told(&self, shares: Vec<u8>, spent: u64) -> Vec<BudgetNotice> {
        let notice = |percent| {
            let (scope, limit) = (self.0.name.clone(), self.0.limit);
            if percent < 75 {
                tracing::info!(target: "aragora::agents", scope, percent, spent, limit, "budget_alert");
            } else {
                tracing::warn!(target: "aragora::agents", scope, percent, spent, limit, "budget_alert");
            }
            BudgetNotice { scope, percent, spent, limit }
        };
        shares.into_iter().map(notice).collect()
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budget")
            .field("name", &self.0.name)
            .field("scope", &self.0.scope)
            .field("limit", &self.0.limit)
            .finish_non_exhaustive()
    }
}

/// Money set aside for one call. Dropped without a settlement it counts as spent in full.
#[derive(Debug)]
pub struct Reservation {
    budget: Budget,
    id: String,
    start: Timestamp,
    micros: u64,
    // What a drop settles; `None` once nothing is left to settle.
    actual: Option<u64>,
}

/// What a settlement brought to light.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct Settled {
    /// Whether more was used than set aside; it is charged in full.
    pub overrun: bool,
    /// Shares of the limit that were reached for the first time in this period.
    pub notices: Vec<BudgetNotice>,
}

impl Reservation {
    /// What is set aside.
    pub fn micros(&self) -> MicroUsd {
        MicroUsd(self.micros)
    }

    /// Says what a drop settles: what the call is known to have cost so far.
    pub(crate) fn at_least(&mut self, actual: u64) {
        self.actual = Some(actual);
    }

    /// Puts what the call did cost in the place of what was set aside. If the store does not answer the settlement is
    /// kept and written with the next one; the money stays set aside until then.
    pub async fn settle(mut self, actual: MicroUsd) -> Result<Settled> {
        self.actual = Some(actual.0);
        let budget = self.budget.clone();
        let (inner, now) = (&budget.0, budget.0.parts.parts.clock.now());
        let overrun = actual.0 > self.micros;
        let (shares, spent) = match &inner.books {
            Books::None => (Vec::new(), actual.0),
            Books::Memory(account) => budget.changed(&mut lock(account), |row| {
                row.settle(&self.id, actual.0);
                (row.reached(inner.limit, now), row.spent(now))
            }),
            Books::Stored { .. } => {
                budget
                    .change(self.start, |row| {
                        row.settle(&self.id, actual.0);
                        (row.reached(inner.limit, now), row.spent(now))
                    })
                    .await?
            }
        };
        self.actual = None;
        Ok(Settled { overrun, notices: budget.told(shares, spent) })
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let Some(actual) = self.actual else { return };
        match &self.budget.0.books {
            Books::None => {}
            Books::Memory(account) => self.budget.changed(&mut lock(account), |row| row.settle(&self.id, actual)),
            Books::Stored { .. } => {
                let settlement = Settlement { id: std::mem::take(&mut self.id), start: self.start, actual };
                lock(&self.budget.0.open).push(settlement);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
