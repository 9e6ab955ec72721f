use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use super::document::{BudgetDocument, BudgetOf};
use super::{Budget, BudgetScope, BudgetUsage, Period, lock};
use crate::agents::parts::AgentParts;
use crate::error::{ErrorKind, Result};
use crate::ids::{DebateId, MicroUsd, OrgId};
use crate::storage::MemoryStorage;

/// The budgets of an instance: from a call's organisation and debate to those it is booked on. Clones are the same
/// book.
///
/// A debate's own budgets are there while the engine runs it. A call of no such debate is booked on a budget that all
/// of them share.
#[derive(Clone)]
pub struct BudgetBook(Arc<Inner>);

struct Inner {
    parts: AgentParts,
    documents: Vec<BudgetDocument>,
    /// Those that are one for everybody: per call, and of calls outside debates.
    common: Vec<Option<Budget>>,
    tenants: Mutex<BTreeMap<(OrgId, usize), Budget>>,
    debates: Mutex<BTreeMap<(OrgId, DebateId), Arc<Own>>>,
}

/// The budgets of one debate, each with its place among the descriptions.
type Own = Vec<(usize, Budget)>;

/// Organisations whose budgets are held ready; those of others are opened again from the store.
const READY: usize = 1_024;

/// The budgets of one debate. Dropped, they are gone.
#[derive(Debug)]
pub(crate) struct DebateAccounts {
    book: BudgetBook,
    key: (OrgId, DebateId),
    own: Arc<Own>,
}

impl Drop for DebateAccounts {
    fn drop(&mut self) {
        let mut debates = lock(&self.book.0.debates);
        // The debate may run again already.
        if debates.get(&self.key).is_some_and(|now| Arc::ptr_eq(now, &self.own)) {
            debates.remove(&self.key);
        }
    }
}

impl BudgetBook {
    /// These budgets. Those of organisations live in the store of these parts, or in memory if they have none.
    ///
    /// Errors: `invalid_config` where two would be kept under one name, or a name is too long.
    pub fn new(parts: &AgentParts, documents: Vec<BudgetDocument>) -> Result<Self> {
        BudgetDocument::violations(&documents).into_result(ErrorKind::InvalidConfig)?;
        let mut parts = parts.clone();
        if parts.storage.is_none() {
            parts.storage = Some(Arc::new(MemoryStorage::new(parts.parts.clock.clone())));
        }
        let common = documents.iter().map(|budget| {
            let scope = match budget.scope {
                BudgetOf::Call => BudgetScope::Call,
                BudgetOf::Debate => BudgetScope::Debate,
                BudgetOf::Tenant { .. } => return None,
            };
            Some(Budget::named(&parts, budget.known_as(), scope, budget.limit, budget.unpriced))
        });
        let common = common.collect();
        Ok(Self(Arc::new(Inner { parts, documents, common, tenants: Mutex::default(), debates: Mutex::default() })))
    }

    /// The budgets a call is booked on, in the order in which they were described.
    pub fn of(&self, tenant: &OrgId, debate: Option<&DebateId>) -> Vec<Budget> {
        let inner = &self.0;
        let own = debate.and_then(|debate| lock(&inner.debates).get(&(tenant.clone(), debate.clone())).cloned());
        let own = |place: usize| {
            own.as_deref().into_iter().flatten().find(|(at, _)| *at == place).map(|(_, budget)| budget.clone())
        };
        let budgets = inner.documents.iter().enumerate().filter_map(|(place, document)| match &document.scope {
            BudgetOf::Call => inner.common.get(place).cloned().flatten(),
            BudgetOf::Debate => own(place).or_else(|| inner.common.get(place).cloned().flatten()),
            BudgetOf::Tenant { tenant: Some(whose), .. } if whose != tenant => None,
            BudgetOf::Tenant { period, .. } => Some(self.of_tenant(tenant, *period, place, document)),
        });
        budgets.collect()
    }

    /// How the budgets of an organisation stand in their current periods, by name.
    pub async fn usage(&self, tenant: &OrgId) -> Result<Vec<(String, BudgetUsage)>> {
        let mut stands = Vec::new();
        for (place, document) in self.0.documents.iter().enumerate() {
            if let BudgetOf::Tenant { tenant: whose, period } = &document.scope
                && whose.as_ref().is_none_or(|whose| whose == tenant)
            {
                stands.push((document.known_as(), self.of_tenant(tenant, *period, place, document).usage().await?));
            }
        }
        Ok(stands)
    }

    /// Opens a debate's own budgets, with what it has spent so far.
    pub(crate) fn enter(&self, tenant: &OrgId, debate: &DebateId, spent: MicroUsd) -> Option<DebateAccounts> {
        let of_debate = |(_, document): &(usize, &BudgetDocument)| document.scope == BudgetOf::Debate;
        let budgets = self.0.documents.iter().enumerate().filter(of_debate).map(|(place, document)| {
            let BudgetDocument { limit, unpriced, .. } = *document;
            (place, Budget::resumed(&self.0.parts, &document.known_as(), limit, unpriced, spent))
        });
        let own = Arc::new(budgets.collect::<Own>());
        if own.is_empty() {
            return None;
        }
        let key = (tenant.clone(), debate.clone());
        lock(&self.0.debates).insert(key.clone(), Arc::clone(&own));
        Some(DebateAccounts { book: self.clone(), key, own })
    }

    fn of_tenant(&self, tenant: &OrgId, period: Period, place: usize, document: &BudgetDocument) -> Budget {
        let mut ready = lock(&self.0.tenants);
        if ready.len() >= READY {
            ready.retain(|_, budget| budget.is_busy());
        }
        let open = || {
            let scope = BudgetScope::Tenant { tenant: tenant.clone(), period };
            Budget::named(&self.0.parts, document.known_as(), scope, document.limit, document.unpriced)
        };
        ready.entry((tenant.clone(), place)).or_insert_with(open).clone()
    }
}

impl fmt::Debug for BudgetBook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BudgetBook").field("budgets", &self.0.documents).finish_non_exhaustive()
    }
}
