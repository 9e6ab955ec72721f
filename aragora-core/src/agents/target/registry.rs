use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use sha2::{Digest as _, Sha256};

use super::Target;
use super::snapshot::{BreakerSnapshot, RateLimitSnapshot, TargetHealth};
use crate::agents::agent::TargetId;
use crate::agents::notice::BreakerState;
use crate::error::Result;
use crate::telemetry::Parts;

/// The most targets of one instance.
const MOST: usize = 1_024;

/// The targets of one instance, at most 1,024: beyond them the one that was longest not asked for goes, idle closed
/// ones first. Nothing is process-wide.
pub struct Targets {
    parts: Parts,
    // Random, so that hashes of credentials mean nothing outside this instance.
    key: OnceLock<[u8; 32]>,
    all: Mutex<All>,
}

#[derive(Default)]
struct All {
    by_key: BTreeMap<TargetKey, (u64, Arc<Target>)>,
    // Counts askings, to know which target was longest not asked for.
    asked: u64,
}

/// What makes two agents share a target. The credential is a keyed hash, with a random key per instance.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TargetKey {
    /// The provider.
    pub provider: String,
    /// Scheme, host and port.
    pub origin: String,
    /// The model.
    pub model: String,
    /// Keyed hash of the credential; see [`Targets::credential`].
    pub credential: [u8; 32],
}

impl fmt::Debug for TargetKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TargetKey")
            .field("provider", &self.provider)
            .field("origin", &self.origin)
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Targets {
    /// Names only: neither the key of this instance nor hashes of credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.lock().by_key.values().map(|(_, target)| target.id().to_string())).finish()
    }
}

impl Targets {
    /// None yet.
    pub fn new(parts: Parts) -> Self {
        Self { parts, key: OnceLock::new(), all: Mutex::default() }
    }

    /// The keyed hash of a credential, for [`TargetKey`]. `unavailable` if there are no random bytes for the key.
    pub fn credential(&self, credential: &[u8]) -> Result<[u8; 32]> {
        let key = if let Some(key) = self.key.get() {
            key
        } else {
            let mut key = [0; 32];
            self.parts.entropy.fill(&mut key)?;
            // Of two threads one's key stays, and both use it.
            self.key.get_or_init(|| key)
        };
        // Both parts have a fixed length, so nothing can be appended to either.
        Ok(Sha256::new().chain_update(key).chain_update(Sha256::digest(credential)).finalize().into())
    }

    /// The target of this key, made on first use.
    pub fn get(&self, key: &TargetKey) -> Arc<Target> {
        let mut all = self.lock();
        all.asked += 1;
        let asked = all.asked;
        if let Some((last, target)) = all.by_key.get_mut(key) {
            *last = asked;
            return Arc::clone(target);
        }
        if all.by_key.len() >= MOST {
            all.evict();
        }
        let id = TargetId::new(format!("{}/{}", key.provider, key.model));
        let target = Target::at(id, &key.provider, &key.origin, self.parts.clone());
        all.by_key.insert(key.clone(), (asked, Arc::clone(&target)));
        target
    }

    /// How every target does, by provider, origin and model.
    pub fn health(&self) -> Vec<TargetHealth> {
        self.each(Target::health)
    }

    /// The circuit breaker of every target.
    pub fn breakers(&self) -> Vec<BreakerSnapshot> {
        self.each(Target::breaker)
    }

    /// The rate limits of every target: ours and what the providers stated last.
    pub fn rate_limits(&self) -> Vec<RateLimitSnapshot> {
        self.each(Target::rate_limits)
    }

    /// Whether a target of this name may be asked: none is known to be open, or one of several is not.
    pub fn is_available(&self, id: &TargetId) -> bool {
        let states = self.each(|target| (target.id() == id).then(|| target.breaker_state()));
        let mut known = states.into_iter().flatten().peekable();
        known.peek().is_none() || known.any(|state| state != BreakerState::Open)
    }

    fn each<T>(&self, of: impl Fn(&Target) -> T) -> Vec<T> {
        // Looked at outside the lock: a snapshot of a thousand targets takes its time.
        let all: Vec<Arc<Target>> = self.lock().by_key.values().map(|(_, target)| Arc::clone(target)).collect();
        all.iter().map(|target| of(target)).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, All> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl All {
    fn evict(&mut self) {
        // One that an agent still holds goes after those nobody does: the agent would be alone with its state.
        let rank = |(asked, target): &(u64, Arc<Target>)| (!target.is_idle(), Arc::strong_count(target) > 1, *asked);
        let found = self.by_key.iter().min_by_key(|(_, entry)| rank(entry)).map(|(key, _)| key.clone());
        if let Some(key) = found {
            self.by_key.remove(&key);
        }
    }
}
