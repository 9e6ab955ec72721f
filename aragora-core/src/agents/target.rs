//! What agents of one endpoint, model and credential share: breaker, limits, retry budget, latency.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use sha2::{Digest as _, Sha256};

use super::agent::TargetId;
use super::providers::Learnt;
use crate::error::Result;
use crate::http::Headers;
use crate::telemetry::Parts;

/// One endpoint, model and credential, shared by every agent of an instance that uses the three. In memory only: a
/// restart begins closed and unpaced.
#[derive(Debug)]
pub struct Target {
    id: TargetId,
    parts: Parts,
    learnt: Mutex<Learnt>,
}

impl Target {
    /// A target of its own, closed and unpaced.
    pub fn new(id: TargetId, parts: Parts) -> Arc<Self> {
        Arc::new(Self { id, parts, learnt: Mutex::default() })
    }

    /// Its name.
    pub fn id(&self) -> &TargetId {
        &self.id
    }

    /// Clock, entropy and metrics it lives by.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// Takes in the rate-limit header fields of a response, successful or not.
    pub(crate) fn observe(&self, _provider: &str, _headers: &Headers) {}

    pub(crate) fn learnt(&self) -> Learnt {
        self.learnt.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds to what is known; two calls may learn different things at once.
    pub(crate) fn learn(&self, learnt: Learnt) {
        self.learnt.lock().unwrap_or_else(PoisonError::into_inner).merge(learnt);
    }
}

/// The targets of one instance. Nothing is process-wide.
#[derive(Debug)]
pub struct Targets {
    parts: Parts,
    salt: OnceLock<[u8; 32]>,
    all: Mutex<BTreeMap<TargetKey, Arc<Target>>>,
}

/// What makes two agents share a target. The credential is a keyed hash, with a random key per instance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
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

impl Targets {
    /// None yet.
    pub fn new(parts: Parts) -> Self {
        Self { parts, salt: OnceLock::new(), all: Mutex::default() }
    }

    /// The keyed hash of a credential, under a key that is random per instance and never leaves it. `unavailable` if
    /// there are no random bytes.
    pub fn credential(&self, secret: &[u8]) -> Result<[u8; 32]> {
        let salt = if let Some(salt) = self.salt.get() {
            salt
        } else {
            let mut fresh = [0; 32];
            self.parts.entropy.fill(&mut fresh)?;
            self.salt.get_or_init(|| fresh)
        };
        Ok(Sha256::new().chain_update(salt).chain_update(secret).finalize().into())
    }

    /// The target of this key, made on first use.
    pub fn get(&self, key: &TargetKey) -> Arc<Target> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let made = || Target::new(TargetId::new(format!("{}/{}", key.provider, key.model)), self.parts.clone());
        Arc::clone(all.entry(key.clone()).or_insert_with(made))
    }
}
