use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as Lock, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex;

use crate::crypto::{KeyId, Keyring};
use crate::ids::OrgId;
use crate::storage::Revision;
use crate::storage::watch::Watch;

/// Most tenants whose keys are kept.
const MOST: usize = 1_000;

/// Keys that were fetched.
#[derive(Debug, Default)]
pub(super) struct Cache {
    slots: Lock<HashMap<OrgId, Arc<Mutex<Option<Slot>>>>>,
    // Whose each key seen is: two tenants must never have one.
    owners: Lock<HashMap<KeyId, OrgId>>,
    pub(super) watch: Mutex<Option<Watch>>,
    // Rises whenever somebody may have changed keys.
    generation: AtomicU64,
}

#[derive(Debug)]
pub(super) struct Slot {
    pub(super) ring: Arc<Keyring>,
    pub(super) fetched_at: Duration,
    /// The row it was fetched from, and when that row was last known to be the newest.
    pub(super) revision: Revision,
    pub(super) generation: u64,
}

impl Cache {
    /// The place of a tenant's keys; whoever locks it first fetches them.
    pub(super) fn slot(&self, tenant: &OrgId) -> Arc<Mutex<Option<Slot>>> {
        self.slots().entry(tenant.clone()).or_default().clone()
    }

    /// Drops the oldest keys beyond what may be kept, but not this tenant's.
    pub(super) fn shrink(&self, keep: &OrgId) {
        let mut slots = self.slots();
        while slots.len() > MOST {
            // A slot that is locked is being fetched and stays.
            let age = |slot: &Arc<Mutex<Option<Slot>>>| {
                slot.try_lock().ok().map(|held| held.as_ref().map_or(Duration::ZERO, |kept| kept.fetched_at))
            };
            let oldest = slots
                .iter()
                .filter(|(tenant, _)| *tenant != keep)
                .filter_map(|(tenant, slot)| Some((age(slot)?, tenant.clone())))
                .min_by_key(|(age, _)| *age);
            let Some((_, tenant)) = oldest else { break };
            slots.remove(&tenant);
        }
    }

    /// How often keys may have changed so far.
    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    /// Makes every slot look at its row before it is used again.
    pub(super) fn doubt(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn forget(&self, tenant: &OrgId) {
        self.slots().remove(tenant);
    }

    /// Notes whose key this is; `None` if it is somebody else's.
    pub(super) fn claim(&self, key: KeyId, tenant: &OrgId) -> Option<()> {
        let mut owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
        let owner = owners.entry(key).or_insert_with(|| tenant.clone());
        (owner == tenant).then_some(())
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<OrgId, Arc<Mutex<Option<Slot>>>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
