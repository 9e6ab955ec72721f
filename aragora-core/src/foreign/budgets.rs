use serde::Serialize;

use crate::agents::BudgetUsage;
use crate::ids::MicroUsd;

/// How a budget of an organisation stands in its current period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "BudgetUsage"))]
pub struct BudgetUsageDocument {
    /// Its name, e.g. `tenant/day`.
    pub name: String,
    /// Settled, in micro-dollars.
    pub spent_micros: MicroUsd,
    /// Set aside for calls under way, in micro-dollars.
    pub reserved_micros: MicroUsd,
    /// The limit, in micro-dollars.
    pub limit_micros: MicroUsd,
}

impl From<(String, BudgetUsage)> for BudgetUsageDocument {
    fn from((name, BudgetUsage { spent, reserved, limit }): (String, BudgetUsage)) -> Self {
        Self { name, spent_micros: spent, reserved_micros: reserved, limit_micros: limit }
    }
}
