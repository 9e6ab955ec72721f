//! The processes that share a store: who lives, since when, of which version, and with which keys.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::Storage;
use super::address::Space;
use super::batch::{Batch, Op, Precondition};
use super::lease::{Lease, Leases, NamedLease};
use super::reencrypt::KeyAge;
use super::sealed::Sealed;
use super::table::{Class, Seal, SpaceKind, Table, TableDef, TableRecord};
use crate::clock::Timestamp;
use crate::crypto::KeyId;
use crate::error::{Error, ErrorKind, Result};
use crate::telemetry::Parts;

/// How long a process counts as alive after its last sign of life (90 s).
pub const INSTANCE_TTL: Duration = Duration::from_secs(90);
/// How often it should give one (30 s).
pub const HEARTBEAT: Duration = Duration::from_secs(30);
/// Longest id in bytes.
const MAX_ID: usize = 128;
pub(super) const TABLE: &str = "instance";
/// The token of a row without a lease; leases count from 1.
const NO_PLACE: u64 = 0;

/// A process that lives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct Instance {
    /// Its id, which no other live process has.
    pub id: String,
    /// The version of this library it runs.
    pub version: String,
    /// When it registered.
    pub started_at: Timestamp,
    /// When it last gave a sign of life.
    pub heartbeat: Timestamp,
    /// The key it encrypts with; `None` without a keyring.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_key: Option<KeyId>,
    /// Every key it has loaded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<KeyId>,
}

/// An instance as it is stored, with the lease that makes its id its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    instance: Instance,
    token: u64,
    until: Timestamp,
}

impl TableRecord for Row {
    type Key = String;
    const DEF: TableDef =
        TableDef { space: SpaceKind::System, seal: Seal::Plain, class: Class::Expiring, ..TableDef::tenant(TABLE, 1) };

    fn key(&self) -> String {
        self.instance.id.clone()
    }
}

fn rows(storage: &Arc<dyn Storage>, parts: &Parts) -> Table<Row> {
    Table::new(storage.clone(), Space::System).with_parts(parts)
}

fn lease_of(storage: &Arc<dyn Storage>, id: &str) -> NamedLease {
    Leases::new(storage.clone(), Space::System).named(&format!("instance/{id}"))
}

/// Every process that gave a sign of life within [`INSTANCE_TTL`], by id.
pub(super) async fn list(storage: &Arc<dyn Storage>, parts: &Parts) -> Result<Vec<Instance>> {
    let table = rows(storage, parts);
    Ok(table.collect(table.all()).await?.into_iter().map(|row| row.value.instance).collect())
}

/// Removes every registration: for a store that one process holds alone, where each is that of a process that is gone.
pub(super) async fn clear(storage: &Arc<dyn Storage>, parts: &Parts) -> Result<()> {
    let table = rows(storage, parts);
    for row in table.collect(table.all()).await? {
        let Row { instance, token, until } = row.value;
        let named = lease_of(storage, &instance.id);
        let lease = Lease { at: named.address().clone(), token, owner: instance.id.clone(), until, revision: None };
        match named.release(lease).await {
            Err(error) if error.kind() != ErrorKind::LeaseLost => return Err(error),
            _ => {}
        }
        table.delete(&instance.id).await?;
    }
    Ok(())
}

/// Puts a process on the list that holds no place of its own.
pub(super) async fn announce(
    storage: &Arc<dyn Storage>,
    parts: &Parts,
    id: &str,
    keys: Vec<KeyId>,
    ttl: Duration,
) -> Result<()> {
    check_id(id)?;
    let table = rows(storage, parts);
    let now = parts.clock.now();
    let known = table.get(&id.to_owned()).await?.map(|row| row.value);
    if known.as_ref().is_some_and(|row| row.token != NO_PLACE) {
        return Err(in_use(id));
    }
    let started_at = known.map_or(now, |row| row.instance.started_at);
    let instance = Instance { active_key: keys.first().copied(), keys, ..Instance::at(id, started_at, now) };
    table.put_for(&Row { instance, token: NO_PLACE, until: now }, ttl).await.map(drop)
}

fn check_id(id: &str) -> Result<()> {
    if !id.is_empty() && id.len() <= MAX_ID && !id.chars().any(char::is_control) {
        return Ok(());
    }
    let reason = format!("the id of an instance has 1 to {MAX_ID} bytes without control characters");
    Err(Error::new(ErrorKind::InvalidRequest, reason))
}

impl Instance {
    fn at(id: &str, started_at: Timestamp, heartbeat: Timestamp) -> Self {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        Self { id: id.to_owned(), version, started_at, heartbeat, active_key: None, keys: Vec::new() }
    }
}

/// The place of one process among those that share a store. It lapses by itself when nobody renews it.
#[derive(Debug)]
pub struct Registration {
    storage: Arc<dyn Storage>,
    sealed: Option<Arc<Sealed>>,
    parts: Parts,
    instance: Instance,
    lease: Mutex<Lease>,
}

impl Registration {
    pub(super) async fn new(
        storage: Arc<dyn Storage>,
        sealed: Option<Arc<Sealed>>,
        parts: &Parts,
        id: &str,
    ) -> Result<Self> {
        check_id(id)?;
        let lease = lease_of(&storage, id).claim(id, INSTANCE_TTL).await?.ok_or_else(|| in_use(id))?;
        let now = parts.clock.now();
        let instance = Instance::at(id, now, now);
        let this = Self { storage, sealed, parts: parts.clone(), instance, lease: Mutex::new(lease) };
        this.renew().await?;
        Ok(this)
    }

    /// The id.
    pub fn id(&self) -> &str {
        &self.instance.id
    }

    /// Gives a sign of life and says which keys this process has. A re-encryption does not begin while a live process
    /// lacks the new key, and no key is retired that one of them still encrypts with. Gives the age of the key that
    /// encrypts, and sets its gauge; `None` without a keyring.
    ///
    /// `lease_lost` if another process took the id over after this one was silent for too long.
    pub async fn renew(&self) -> Result<Option<KeyAge>> {
        let mut held = self.lease.lock().await;
        let lease = lease_of(&self.storage, self.id()).renew(&held, INSTANCE_TTL).await?;
        *held = lease.clone();
        let (active_key, keys, age) = match &self.sealed {
            None => (None, Vec::new(), None),
            Some(sealed) => {
                let reencrypt = sealed.reencrypt();
                let keys = reencrypt.key_ids().await?;
                (keys.first().copied(), keys, Some(reencrypt.key_age().await?))
            }
        };
        let instance = Instance { heartbeat: self.parts.clock.now(), active_key, keys, ..self.instance.clone() };
        let row = Row { instance, token: lease.token, until: lease.until };
        let table = rows(&self.storage, &self.parts);
        let mut batch = Batch::default();
        batch.ops.push(Op::Put {
            at: table.address(&row.key())?,
            frame: super::draft_json(Row::DEF.schema, &row)?,
            ttl: Some(INSTANCE_TTL),
            expect: Precondition::Any,
        });
        batch.ops.push(Op::Fence(lease));
        self.storage.apply(batch).await?;
        Ok(age)
    }

    /// Takes this process off the list.
    pub async fn leave(&self) -> Result<()> {
        let held = self.lease.lock().await;
        let at = rows(&self.storage, &self.parts).address(&self.instance.id)?;
        let delete = Op::Delete { at, expect: Precondition::Any };
        match self.storage.apply(Batch::of([delete, Op::Fence(held.clone())])).await {
            Ok(_) => lease_of(&self.storage, self.id()).release(held.clone()).await,
            // The place is somebody else's by now.
            Err(error) if error.kind() == ErrorKind::LeaseLost => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn in_use(id: &str) -> Error {
    Error::new(ErrorKind::Conflict, format!("the instance id {id} is in use by a live process"))
}
