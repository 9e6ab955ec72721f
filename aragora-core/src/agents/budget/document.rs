use serde::{Deserialize, Serialize};

use super::{Period, Unpriced};
use crate::error::Violations;
use crate::ids::{MicroUsd, OrgId};

/// The longest name of a budget, in bytes; it is part of a key in the store.
const NAME: usize = 64;

/// A budget of an instance, as its host describes it.
///
/// What a call may cost at most is set aside before it is sent. A call that would pass the limit fails with
/// `budget_exceeded`, and nothing is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Budget"))]
#[serde(deny_unknown_fields)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct BudgetDocument {
    /// What is counted together.
    pub scope: BudgetOf,
    /// The most that may be spent, in micro-dollars.
    #[serde(rename = "limit_micros")]
    pub limit: MicroUsd,
    /// What becomes of a call whose model has no price, default `refuse`.
    #[serde(default)]
    pub unpriced: Unpriced,
    /// Its name in errors and alerts, and in the store: a budget that keeps its name keeps what was spent. Default by
    /// the scope, e.g. `tenant/day`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What a budget counts together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "BudgetScope"))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum BudgetOf {
    /// Nothing: every call by itself.
    Call,
    /// The calls of a debate, each debate by itself. What it spent before it was resumed counts.
    Debate,
    /// The calls of an organisation in every period of the calendar; kept in the store, and shared by all processes
    /// that use it.
    Tenant {
        /// How long until it begins anew.
        period: Period,
        /// Whose; absent: every organisation has one of its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tenant: Option<OrgId>,
    },
}

impl BudgetDocument {
    /// A budget under its scope's name that refuses what has no price.
    pub const fn new(scope: BudgetOf, limit: MicroUsd) -> Self {
        Self { scope, limit, unpriced: Unpriced::Refuse, name: None }
    }

    /// Its name, or that of its scope.
    pub(super) fn known_as(&self) -> String {
        match (&self.name, &self.scope) {
            (Some(name), _) => name.clone(),
            (None, BudgetOf::Call) => "call".to_owned(),
            (None, BudgetOf::Debate) => "debate".to_owned(),
            (None, BudgetOf::Tenant { period, .. }) => format!("tenant/{}", period.as_str()),
        }
    }

    /// Whether both can be those of one organisation, and would be kept as one.
    fn meets(&self, other: &Self) -> bool {
        let whose = |budget: &Self| match &budget.scope {
            BudgetOf::Tenant { tenant, .. } => tenant.clone(),
            BudgetOf::Call | BudgetOf::Debate => None,
        };
        let apart = whose(self).zip(whose(other)).is_some_and(|(one, two)| one != two);
        self.known_as() == other.known_as() && !apart
    }

    /// What is wrong with several of one instance.
    pub(crate) fn violations(budgets: &[Self]) -> Violations {
        let mut v = Violations::new();
        for (i, budget) in budgets.iter().enumerate() {
            let name = budget.known_as();
            let fits = !name.is_empty() && name.len() <= NAME && !name.contains('\0');
            v.check(fits, format!("/{i}/name"), format!("{} bytes, expected 1 to {NAME} without NUL", name.len()));
            let unique = !budgets.iter().take(i).any(|other| other.meets(budget));
            v.check(
                unique,
                format!("/{i}/name"),
                format!("another budget is called {name:?} too; give one of them a name"),
            );
        }
        v
    }
}
