use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::debate::event_step::Reserve;
use crate::debate::usage::{Usage, UsageTotals};
use crate::ids::{AgentId, MicroUsd, TurnId};

/// What was spent: settled attempts, in total and by seat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Spent {
    /// All attempts together.
    pub total: UsageTotals,
    /// By seat.
    pub by_seat: BTreeMap<AgentId, UsageTotals>,
    /// Turns that were asked.
    pub calls: u64,
    /// Of these, failed.
    pub failed: u64,
    /// Attempts that were hedges.
    pub hedged: u64,
    /// What a fork took over from its parent; not in the total.
    pub inherited: Option<UsageTotals>,
}

/// Reservations of running turns beside what was spent. Invariant: settled + reserved <= limit at every reserve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    /// Settled.
    pub spent: Spent,
    /// Set aside for turns that run.
    pub reserved: BTreeMap<TurnId, Reserve>,
    /// Reservations of turns whose owner was lost: spent until the provider proves otherwise.
    pub lost: Vec<Reserve>,
}

impl Ledger {
    pub(super) fn new() -> Self {
        let total = UsageTotals::zero();
        let spent = Spent { total, by_seat: BTreeMap::new(), calls: 0, failed: 0, hedged: 0, inherited: None };
        Self { spent, reserved: BTreeMap::new(), lost: Vec::new() }
    }

    pub(super) fn settle(&mut self, seat: &AgentId, usage: Option<Usage>, cost: Option<MicroUsd>) {
        self.spent.total.add(usage, cost);
        self.spent.by_seat.entry(seat.clone()).or_insert_with(UsageTotals::zero).add(usage, cost);
    }

    /// Input tokens settled, set aside and lost.
    pub fn input_tokens(&self) -> u64 {
        self.held().fold(self.spent.total.input, |sum, r| sum.saturating_add(r.tokens_in))
    }

    /// Output tokens settled, set aside and lost.
    pub fn output_tokens(&self) -> u64 {
        self.held().fold(self.spent.total.output, |sum, r| sum.saturating_add(r.tokens_out))
    }

    /// Money settled, set aside and lost.
    pub fn micros(&self) -> u64 {
        self.held().fold(self.spent.total.micros.0, |sum, r| sum.saturating_add(r.micros.map_or(0, |m| m.0)))
    }

    fn held(&self) -> impl Iterator<Item = &Reserve> {
        self.reserved.values().chain(&self.lost)
    }
}
