//! What was spent and what is set aside, in one period.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::period::Period;
use crate::clock::Timestamp;
use crate::storage::{Seal, TableDef, TableRecord};

/// Shares of the limit that are told, in percent.
pub(super) const SHARES: [u8; 4] = [50, 75, 90, 100];

/// Leases that lapsed longer ago than this are folded into what was spent, in milliseconds.
const FOLDED_AFTER: i64 = 86_400_000;

/// One period of one budget. A lease counts in full until it is settled, also when nobody is left to settle it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BudgetPeriod {
    pub(super) name: String,
    pub(super) period: Period,
    pub(super) start: Timestamp,
    /// Settled, in micro-dollars.
    pub(super) spent: u64,
    /// Set aside, by reservation.
    pub(super) leases: BTreeMap<String, Lease>,
    /// Shares that were told already.
    pub(super) told: BTreeSet<u8>,
}

/// Money set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lease {
    pub(super) micros: u64,
    /// After this its process is taken for dead, and the money for spent.
    pub(super) until: Timestamp,
}

impl TableRecord for BudgetPeriod {
    type Key = (String, i64);
    const DEF: TableDef = TableDef { seal: Seal::Plain, ..TableDef::tenant("budget_period", 1) };

    fn key(&self) -> (String, i64) {
        (self.name.clone(), self.start.as_millis())
    }
}

impl BudgetPeriod {
    pub(super) fn new(name: &str, period: Period, start: Timestamp) -> Self {
        Self { name: name.to_owned(), period, start, spent: 0, leases: BTreeMap::new(), told: BTreeSet::new() }
    }

    /// Settled and set aside.
    pub(super) fn total(&self) -> u64 {
        self.leases.values().fold(self.spent, |sum, lease| sum.saturating_add(lease.micros))
    }

    /// Settled, and set aside by processes that are taken for dead.
    pub(super) fn spent(&self, now: Timestamp) -> u64 {
        let lost = self.leases.values().filter(|lease| lease.until <= now);
        lost.fold(self.spent, |sum, lease| sum.saturating_add(lease.micros))
    }

    /// Sets money aside unless the limit would be passed.
    pub(super) fn reserve(&mut self, id: &str, lease: Lease, limit: u64, now: Timestamp) -> bool {
        if self.total().saturating_add(lease.micros) > limit {
            return false;
        }
        let lost_since = |lease: &Lease| now.as_millis().saturating_sub(lease.until.as_millis());
        let folded: u64 = self.leases.values().filter(|l| lost_since(l) > FOLDED_AFTER).map(|l| l.micros).sum();
        self.leases.retain(|_, lease| lost_since(lease) <= FOLDED_AFTER);
        self.spent = self.spent.saturating_add(folded);
        self.leases.insert(id.to_owned(), lease);
        true
    }

    /// Puts what was used in the place of what was set aside. A second settlement of one reservation changes nothing.
    pub(super) fn settle(&mut self, id: &str, actual: u64) {
        if self.leases.remove(id).is_some() {
            self.spent = self.spent.saturating_add(actual);
        }
    }

    /// Shares of the limit that were reached and not told yet; they count as told now.
    pub(super) fn reached(&mut self, limit: u64, now: Timestamp) -> Vec<u8> {
        let spent = u128::from(self.spent(now));
        let new: Vec<u8> = SHARES
            .into_iter()
            .filter(|share| spent > 0 && spent * 100 >= u128::from(limit) * u128::from(*share))
            .filter(|share| !self.told.contains(share))
            .collect();
        self.told.extend(&new);
        new
    }
}
