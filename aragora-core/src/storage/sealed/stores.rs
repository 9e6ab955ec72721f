use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;

use super::keys::SealKeys;
use super::policy::Policies;
use super::state::{EncryptionState, States};
use super::value::{Form, Nonces, open, seal};
use crate::clock::Clock;
use crate::crypto::Keyring;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::address::{Address, Space, TableName};
use crate::storage::batch::Precondition;
use crate::storage::scan::Entry;
use crate::storage::table::Seal;
use crate::storage::{Revision, Storage};
use crate::telemetry::{Counter, Histogram, IntegrityEvent, Parts, Telemetry, names};

/// How long a state that admits plain values is believed before it is read again.
const BELIEVED: Duration = Duration::from_secs(30);

/// What this process knows of the tables it touched.
#[derive(Debug)]
pub(crate) struct Stores {
    pub(crate) states: States,
    pub(crate) policies: Policies,
    pub(super) unlisted: EncryptionState,
    keys: SealKeys,
    clock: Arc<dyn Clock>,
    telemetry: Telemetry,
    known: RwLock<HashMap<Space, HashMap<TableName, Arc<Known>>>>,
}

#[derive(Debug)]
struct Known {
    seal: Seal,
    state: EncryptionState,
    // `None` until somebody wrote down what this store may hold.
    revision: Option<Revision>,
    read_at: Duration,
    encrypted: Counter,
    decrypted: Counter,
    seal_seconds: Histogram,
    open_seconds: Histogram,
}

/// Values above this size are sealed and opened beside the threads that wait (64 KiB, some 30 us of work).
const LARGE: usize = 64 << 10;

/// One table of one space with the keys it is sealed with.
#[derive(Clone)]
pub(super) struct Store {
    known: Arc<Known>,
    ring: Arc<Keyring>,
}

impl Store {
    pub(super) fn state(&self) -> EncryptionState {
        self.known.state
    }

    /// The revision of the state if plain values are still written under it.
    pub(super) fn takes_plain(&self) -> Option<Revision> {
        self.known.revision.filter(|_| self.known.state == EncryptionState::Plain)
    }

    /// Seals a value, a large one on a thread that may be kept busy.
    pub(super) async fn seal(
        &self,
        parts: &Parts,
        at: &Address,
        draft: &Bytes,
        nonces: &mut Nonces<'_>,
    ) -> Result<Bytes> {
        if draft.len() <= LARGE {
            return self.timed_seal(parts, at, draft, nonces);
        }
        let (this, parts, at, draft) = (self.clone(), parts.clone(), at.clone(), draft.clone());
        aside(move || this.timed_seal(&parts, &at, &draft, &mut Nonces::new(&*parts.entropy, 1))).await
    }

    /// Opens a stored entry, a large one on a thread that may be kept busy.
    pub(super) async fn open(&self, parts: &Parts, entry: &Entry) -> Result<(Bytes, Form)> {
        if entry.frame.len() <= LARGE {
            return self.timed_open(parts, entry);
        }
        let (this, parts, entry) = (self.clone(), parts.clone(), entry.clone());
        aside(move || this.timed_open(&parts, &entry)).await
    }

    fn timed_seal(&self, parts: &Parts, at: &Address, draft: &[u8], nonces: &mut Nonces<'_>) -> Result<Bytes> {
        let begun = parts.clock.monotonic();
        let sealed = seal(self.known.seal, &self.ring, at, draft, nonces)?;
        self.known.seal_seconds.observe_seconds(parts.clock.monotonic().saturating_sub(begun));
        self.known.encrypted.increment();
        Ok(sealed)
    }

    fn timed_open(&self, parts: &Parts, entry: &Entry) -> Result<(Bytes, Form)> {
        let begun = parts.clock.monotonic();
        let opened = open(self.known.seal, &self.ring, entry)?;
        if opened.1 == Form::Sealed {
            self.known.open_seconds.observe_seconds(parts.clock.monotonic().saturating_sub(begun));
            self.known.decrypted.increment();
        }
        Ok(opened)
    }
}

async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        let reason = "sealing or opening a value did not end";
        if error.is_panic() { Error::internal(reason) } else { Error::new(ErrorKind::Unavailable, reason) }
    })?
}

impl Stores {
    pub(super) fn new(inner: Arc<dyn Storage>, keys: SealKeys, parts: &Parts) -> Self {
        Self {
            states: States::new(inner, keys.clone(), parts.entropy.clone()),
            policies: Policies::default(),
            unlisted: EncryptionState::default(),
            keys,
            clock: parts.clock.clone(),
            telemetry: parts.telemetry.clone(),
            known: RwLock::default(),
        }
    }

    /// The same keys with other rules; nothing is known yet.
    pub(super) fn with(&self, policies: Policies, unlisted: EncryptionState) -> Self {
        Self {
            states: self.states.clone(),
            policies,
            unlisted,
            keys: self.keys.clone(),
            clock: self.clock.clone(),
            telemetry: self.telemetry.clone(),
            known: RwLock::default(),
        }
    }

    /// The store an address lies in; `None` for tables that are not sealed.
    pub(super) async fn get(&self, at: &Address) -> Result<Option<Store>> {
        if self.policies.seal(&at.table) == Seal::Plain {
            return Ok(None);
        }
        let found = {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            known.get(&at.space).and_then(|tables| tables.get(&at.table)).cloned()
        };
        let now = || self.clock.monotonic();
        let known = match found {
            Some(known) if known.state == EncryptionState::Strict => known,
            Some(known) if now().saturating_sub(known.read_at) < BELIEVED => known,
            _ => self.look(&at.space, &at.table).await?,
        };
        let ring = self.keys.ring(&at.space).await.map_err(|error| self.count_error("decrypt", error))?;
        Ok(Some(Store { known, ring }))
    }

    /// The same for a write, which writes down what the store may hold if nobody has.
    pub(super) async fn get_listed(&self, at: &Address) -> Result<Option<Store>> {
        let Some(store) = self.get(at).await? else { return Ok(None) };
        if store.known.revision.is_some() {
            return Ok(Some(store));
        }
        match self.states.write(&at.space, &at.table, self.unlisted, Precondition::Absent).await {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Conflict => {}
            Err(error) => return Err(error),
        }
        let known = self.look(&at.space, &at.table).await?;
        Ok(Some(Store { known, ..store }))
    }

    /// Reads the state of a store again.
    pub(crate) async fn reload(&self, space: &Space, table: &TableName) -> Result<EncryptionState> {
        Ok(self.look(space, table).await?.state)
    }

    /// The keys of a space.
    pub(crate) async fn ring(&self, space: &Space) -> Result<Arc<Keyring>> {
        self.keys.ring(space).await
    }

    /// The state of a store, and what a change of it must expect.
    pub(crate) async fn stored(&self, space: &Space, table: &TableName) -> Result<(EncryptionState, Precondition)> {
        let stored = self.states.read(space, table).await?;
        Ok(stored.map_or((self.unlisted, Precondition::Absent), |(state, revision)| {
            (state, Precondition::Revision(revision))
        }))
    }

    /// Changes the state of a store. Gives the new one, and what a change of it must expect.
    pub(crate) async fn write(
        &self,
        space: &Space,
        table: &TableName,
        state: EncryptionState,
        expect: Precondition,
    ) -> Result<(EncryptionState, Precondition)> {
        let revision = self.states.write(space, table, state, expect).await?;
        self.look(space, table).await?;
        Ok((state, Precondition::Revision(revision)))
    }

    /// Makes the next call read the state again.
    pub(super) fn forget(&self, at: &Address) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(tables) = known.get_mut(&at.space) {
            tables.remove(&at.table);
        }
    }

    async fn look(&self, space: &Space, table: &TableName) -> Result<Arc<Known>> {
        let read_at = self.clock.monotonic();
        let stored = self.states.read(space, table).await.map_err(|error| self.count_error("decrypt", error))?;
        let known = Arc::new(Known {
            seal: self.policies.seal(table),
            state: stored.map_or(self.unlisted, |(state, _)| state),
            revision: stored.map(|(_, revision)| revision),
            read_at,
            encrypted: self.telemetry.counter(&names::ENCRYPTION_OPERATIONS_TOTAL, &["encrypt", table.as_str()]),
            decrypted: self.telemetry.counter(&names::ENCRYPTION_OPERATIONS_TOTAL, &["decrypt", table.as_str()]),
            seal_seconds: self.telemetry.histogram(&names::ENCRYPTION_OPERATION_LATENCY_SECONDS, &["encrypt"]),
            open_seconds: self.telemetry.histogram(&names::ENCRYPTION_OPERATION_LATENCY_SECONDS, &["decrypt"]),
        });
        let mut all = self.known.write().unwrap_or_else(PoisonError::into_inner);
        all.entry(space.clone()).or_default().insert(table.clone(), known.clone());
        Ok(known)
    }

    /// Counts an error of the cipher and gives it back.
    pub(super) fn count_error(&self, operation: &'static str, error: Error) -> Error {
        let kind = match error.kind() {
            kind @ (ErrorKind::DecryptionFailed
            | ErrorKind::KeyNotFound
            | ErrorKind::PlaintextRefused
            | ErrorKind::UnsupportedVersion) => kind.code(),
            ErrorKind::KmsUnavailable | ErrorKind::KmsDenied | ErrorKind::KmsInvalid => "kms",
            _ => return error,
        };
        self.telemetry.counter(&names::ENCRYPTION_ERRORS_TOTAL, &[operation, kind]).increment();
        self.telemetry.tell(IntegrityEvent::CryptoFailed { operation, code: error.code() });
        error
    }
}
