//! What lies below is ciphertext, what lies above is not.
//!
//! Each table is sealed as its definition says: whole records, single members, or not at all. What may be read is the
//! store's [`EncryptionState`], never a marker in the data: in a strict store, which is what a new one is, a plain row
//! is `plaintext_refused`. A store that was written before it had keys is refused too until [`Reencrypt`] has sealed
//! it, or until the host says what to expect with [`Sealed::unlisted`].
//!
//! Keys, revisions, expiry, leases and the schema number of a record stay readable. A whole older record at its own
//! place is not told from a newer one here; receipts and the audit log do that.
//!
//! [`Reencrypt`]: super::Reencrypt

mod fields;
mod keys;
mod policy;
mod state;
mod stores;
mod unkeyed;
mod value;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

pub use keys::SealKeys;
pub use state::EncryptionState;

pub(crate) use fields::key_ids;
#[cfg(feature = "upstream-import")]
pub(crate) use fields::replace_members;
pub(crate) use state::TABLE as STATES;
pub(crate) use stores::Stores as SealStores;
pub(crate) use unkeyed::Unkeyed;
pub(crate) use value::{Form, Nonces, open as open_entry, seal as seal_draft};

use policy::Policies;
use state::States;

use super::address::{Address, KeyRange};
use super::backup::Copyable;
use super::batch::{Batch, Commit, MAX_BATCH_OPS, Op, Precondition, limit, not_applied};
use super::control::{Control, ControlReport};
use super::frame::payload_len;
use super::lease::{Lease, LeaseClaim};
use super::reencrypt::Reencrypt;
use super::scan::{Corrupt, Entry, OnCorrupt, PageRequest, ScanPage};
use super::table::TableDef;
use super::watch::Watch;
use super::{Capability, Storage};
use crate::crypto::{ENVELOPE_OVERHEAD, MAX_PLAIN};
use crate::error::{Error, ErrorKind, Result};
use crate::telemetry::Parts;

/// How often a batch is sealed anew because the state of a store changed under it.
const TRIES: usize = 4;

/// A store whose values are sealed on their way down and opened on their way up.
#[derive(Debug)]
pub struct Sealed {
    inner: Arc<dyn Storage>,
    parts: Parts,
    stores: Arc<SealStores>,
    tables: Vec<TableDef>,
}

impl Sealed {
    /// Seals with these keys. Every table is sealed whole until [`Self::tables`] says otherwise.
    pub fn new(inner: Arc<dyn Storage>, keys: impl Into<SealKeys>, parts: &Parts) -> Self {
        let stores = Arc::new(SealStores::new(inner.clone(), keys.into(), parts));
        Self { inner, parts: parts.clone(), stores, tables: Vec::new() }
    }

    /// Seals each of these tables as it is defined. `invalid_config` if two definitions contradict each other.
    pub fn tables(self, defs: &[TableDef]) -> Result<Self> {
        let policies = Policies::of(defs)?;
        let unlisted = self.stores.unlisted;
        Ok(Self { tables: defs.to_vec(), stores: Arc::new(self.stores.with(policies, unlisted)), ..self })
    }

    /// What to expect of a store that nothing is written down about. [`EncryptionState::Strict`] unless said otherwise;
    /// [`EncryptionState::Plain`] is for the time between giving a key to an installation that had none and
    /// re-encrypting it.
    #[must_use]
    pub fn unlisted(self, state: EncryptionState) -> Self {
        let policies = self.stores.policies.clone();
        Self { stores: Arc::new(self.stores.with(policies, state)), ..self }
    }

    /// Seals every row under the key that encrypts now: first encryption and rotation.
    pub fn reencrypt(&self) -> Reencrypt {
        Reencrypt::new(self.inner.clone(), self.stores.clone(), self.parts.clone(), self.tables.clone())
    }

    /// What the rows of one table of one space may be.
    pub async fn state(&self, space: &super::Space, table: &super::TableName) -> Result<EncryptionState> {
        self.stores.reload(space, table).await
    }

    async fn open(&self, entries: Vec<Entry>) -> Result<Vec<Result<Entry, Corrupt>>> {
        let mut opened = Vec::with_capacity(entries.len());
        for entry in entries {
            opened.push(match self.open_one(&entry).await {
                Ok(frame) => Ok(Entry { frame, ..entry }),
                Err(error) if is_damage(&error) => {
                    let error =
                        error.with("table", &entry.address.table).with("key", format!("{:?}", entry.address.key));
                    Err(Corrupt { address: entry.address, error })
                }
                Err(error) => return Err(error),
            });
        }
        Ok(opened)
    }

    async fn open_one(&self, entry: &Entry) -> Result<Bytes> {
        let Some(store) = self.stores.get(&entry.address).await? else { return Ok(entry.frame.clone()) };
        let opened = store.open(&self.parts, entry).await;
        match opened {
            Ok((frame, Form::Sealed)) => Ok(frame),
            Ok((frame, Form::Plain)) => {
                let admitted = store.state() != EncryptionState::Strict
                    // It may have changed since this process looked.
                    || self.stores.reload(&entry.address.space, &entry.address.table).await? != EncryptionState::Strict;
                if admitted {
                    return Ok(frame);
                }
                let reason = "a plain value in a store that is strictly encrypted";
                Err(self.stores.count_error("decrypt", Error::new(ErrorKind::PlaintextRefused, reason)))
            }
            Err(error) => Err(self.stores.count_error("decrypt", error)),
        }
    }

    async fn open_all(&self, entries: Vec<Option<Entry>>) -> Result<Vec<Option<Entry>>> {
        let places: Vec<bool> = entries.iter().map(Option::is_some).collect();
        let mut opened = self.open(entries.into_iter().flatten().collect()).await?.into_iter();
        let mut out = Vec::with_capacity(places.len());
        for there in places {
            let entry = if there { opened.next().transpose().map_err(|corrupt| corrupt.error)? } else { None };
            out.push(entry);
        }
        Ok(out)
    }

    /// Seals the values of a batch and conditions it on the state of every store that still takes plain ones.
    async fn seal(&self, batch: &Batch) -> Result<Batch> {
        let puts = batch.ops.iter().filter(|op| matches!(op, Op::Put { .. })).count();
        let mut nonces = Nonces::new(&*self.parts.entropy, puts);
        let mut sealed = Batch { ops: Vec::with_capacity(batch.ops.len()), durability: batch.durability };
        let mut checks: Vec<Op> = Vec::new();
        let room = MAX_BATCH_OPS.saturating_sub(batch.ops.len());
        let most = self.capability().max_value as usize;
        for (index, op) in batch.ops.iter().enumerate() {
            let op = match op {
                Op::Put { at, frame, ttl, expect } => {
                    let frame = match self.stores.get_listed(at).await? {
                        None => frame.clone(),
                        Some(store) => {
                            limit("bytes of a value", most, payload_len(frame))
                                .map_err(|error| error.with("op", index))?;
                            let check = store.takes_plain().map(|revision| Op::Check {
                                at: States::address(&at.space, &at.table),
                                expect: Precondition::Revision(revision),
                            });
                            // Without room for the condition the value is sealed, which such a store reads too.
                            let checked = check.filter(|check| checks.contains(check) || checks.len() < room);
                            if let Some(check) = checked {
                                super::frame::read_draft(frame)?;
                                if !checks.contains(&check) {
                                    checks.push(check);
                                }
                                frame.clone()
                            } else {
                                store
                                    .seal(&self.parts, at, frame, &mut nonces)
                                    .await
                                    .map_err(|error| self.stores.count_error("encrypt", error).with("op", index))?
                            }
                        }
                    };
                    Op::Put { at: at.clone(), frame, ttl: *ttl, expect: *expect }
                }
                other => other.clone(),
            };
            sealed.ops.push(op);
        }
        sealed.ops.extend(checks);
        Ok(sealed)
    }

    async fn apply_sealed(&self, batch: Batch) -> Result<Commit> {
        batch.check_rules().map_err(not_applied)?;
        let bytes = batch.ops.iter().map(Op::bytes).sum();
        limit("bytes of a batch", self.capability().max_batch_bytes as usize, bytes).map_err(not_applied)?;
        // What is taken is gone: an entry whose key is not loaded must stay.
        let taken: Vec<Address> =
            batch.ops.iter().filter_map(|op| if let Op::Take { at } = op { Some(at.clone()) } else { None }).collect();
        if !taken.is_empty() {
            self.get_many(taken).await.map_err(not_applied)?;
        }
        let count = batch.ops.len();
        for attempt in 1.. {
            let sealed = self.seal(&batch).await.map_err(not_applied)?;
            match self.inner.apply(sealed).await {
                Ok(mut commit) => {
                    commit.revisions.truncate(count);
                    commit.taken.truncate(count);
                    let taken = self.open_all(commit.taken).await;
                    commit.taken = taken.map_err(|error| error.with("outcome", "unknown"))?;
                    return Ok(commit);
                }
                Err(error) if attempt < TRIES && is_of_ours(&error, count) => {
                    for at in batch.ops.iter().map(Op::address) {
                        self.stores.forget(at);
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Err(Error::internal("an endless loop ended"))
    }

    /// Rows this decorator added, which nobody above it stored.
    async fn own_rows(&self) -> Result<u64> {
        Ok(self.stores.states.list().await?.len() as u64)
    }
}

/// Whether an error is about one stored value, so that others can still be served.
pub(crate) fn is_damage(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Corrupt
            | ErrorKind::DecryptionFailed
            | ErrorKind::KeyNotFound
            | ErrorKind::PlaintextRefused
            | ErrorKind::UnsupportedVersion
    )
}

/// Whether the condition that failed is one of those [`Sealed::seal`] added.
fn is_of_ours(error: &Error, count: usize) -> bool {
    error.kind() == ErrorKind::Conflict
        && error.context().get("op").and_then(|op| op.parse::<usize>().ok()).is_some_and(|op| op >= count)
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Storage for Sealed {
    fn capability(&self) -> Capability {
        let inner = self.inner.capability();
        let value = (inner.max_value as usize).saturating_sub(ENVELOPE_OVERHEAD).min(MAX_PLAIN);
        let bytes = (inner.max_batch_bytes as usize).saturating_sub(MAX_BATCH_OPS * ENVELOPE_OVERHEAD);
        Capability { max_value: value as u32, max_batch_bytes: bytes as u32, ..inner }
    }

    fn copyable(self: Arc<Self>) -> Option<Arc<dyn Copyable>> {
        // Rows are copied as they lie below: sealed.
        self.inner.clone().copyable()
    }

    async fn get_many(&self, at: Vec<Address>) -> Result<Vec<Option<Entry>>> {
        let found = self.inner.get_many(at).await?;
        self.open_all(found).await
    }

    async fn scan(&self, range: KeyRange, page: PageRequest) -> Result<ScanPage> {
        let report = page.on_corrupt == OnCorrupt::Report;
        let ScanPage { entries, mut corrupt, next } = self.inner.scan(range, page).await?;
        let mut kept = Vec::with_capacity(entries.len());
        for opened in self.open(entries).await? {
            match opened {
                Ok(entry) => kept.push(entry),
                Err(damage) if report => corrupt.push(damage),
                Err(damage) => return Err(damage.error),
            }
        }
        Ok(ScanPage { entries: kept, corrupt, next })
    }

    async fn apply(&self, batch: Batch) -> Result<Commit> {
        self.apply_sealed(batch).await
    }

    async fn claim(&self, claim: LeaseClaim) -> Result<Vec<Lease>> {
        self.inner.claim(claim).await
    }

    async fn renew(&self, lease: Lease, ttl: Option<Duration>) -> Result<Lease> {
        self.inner.renew(lease, ttl).await
    }

    async fn watch(&self, range: KeyRange) -> Result<Watch> {
        self.inner.watch(range).await
    }

    async fn control(&self, control: Control) -> Result<ControlReport> {
        let report = self.inner.control(control).await?;
        match report {
            ControlReport::Used(mut usage) => {
                usage.rows = usage.rows.saturating_sub(self.own_rows().await?);
                Ok(ControlReport::Used(usage))
            }
            ControlReport::Verified { checked, corrupt } => {
                Ok(ControlReport::Verified { checked: checked.saturating_sub(self.own_rows().await?), corrupt })
            }
            other => Ok(other),
        }
    }
}
