use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Reencrypt;
use crate::clock::Timestamp;
use crate::crypto::KeyId;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::address::Space;
use crate::storage::table::{Class, Seal, SpaceKind, Table, TableDef, TableRecord};
use crate::telemetry::names;

/// Age at which a key should be rotated.
const ROTATION_DUE: Duration = Duration::from_secs(90 * 86_400);
pub(super) const TABLE: &str = "encryption_instance";

/// A process that lives, and the keys it has loaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Instance {
    id: String,
    active: KeyId,
    keys: Vec<KeyId>,
}

impl TableRecord for Instance {
    type Key = String;
    const DEF: TableDef =
        TableDef { space: SpaceKind::System, seal: Seal::Plain, class: Class::Expiring, ..TableDef::tenant(TABLE, 1) };

    fn key(&self) -> String {
        self.id.clone()
    }
}

/// When a key was first used to encrypt in this store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FirstUse {
    key: KeyId,
    at: Timestamp,
}

impl TableRecord for FirstUse {
    type Key = String;
    const DEF: TableDef =
        TableDef { space: SpaceKind::System, seal: Seal::Plain, ..TableDef::tenant("encryption_key", 1) };

    fn key(&self) -> String {
        self.key.to_string()
    }
}

/// How old the key that encrypts is. Age never stops decryption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct KeyAge {
    /// The key.
    pub key: KeyId,
    /// When it was first used in this store, as far as [`Reencrypt::announce`] saw.
    pub since: Timestamp,
    /// Whether that is 90 days ago.
    pub rotation_due: bool,
}

impl Reencrypt {
    /// Says that this process lives and which keys it has, until `ttl` has passed. Processes that share a store repeat
    /// it; a re-encryption does not begin while one of them lacks the new key, and no key is retired that one of them
    /// still encrypts with.
    /// Gives the age of the key, and sets its gauge.
    pub async fn announce(&self, instance: &str, ttl: Duration) -> Result<KeyAge> {
        let ring = self.stores.ring(&Space::System).await?;
        let row = Instance { id: instance.to_owned(), active: ring.active_key_id(), keys: ring.key_ids() };
        self.instances().put_for(&row, ttl).await?;
        let table = Table::<FirstUse>::new(self.storage.clone(), Space::System).with_parts(&self.parts);
        let now = self.parts.clock.now();
        table.put_if_absent(&FirstUse { key: row.active, at: now }).await?;
        let since = table.get(&row.active.to_string()).await?.map_or(now, |first| first.value.at);
        let age = now.as_millis().saturating_sub(since.as_millis()).max(0).cast_unsigned();
        self.parts.telemetry.gauge(&names::ENCRYPTION_KEY_AGE_SECONDS, &[]).set(age as f64 / 1_000.0);
        Ok(KeyAge { key: row.active, since, rotation_due: Duration::from_millis(age) >= ROTATION_DUE })
    }

    /// `conflict` naming a live process that cannot read what the active key seals.
    pub(super) async fn check_all_hold_active(&self) -> Result<()> {
        let active = self.stores.ring(&Space::System).await?.active_key_id();
        self.check_instances(active, "lacks the key that encrypts now", |instance| instance.keys.contains(&active))
            .await
    }

    /// `conflict` naming a live process that still encrypts with this key.
    pub(super) async fn check_none_uses(&self, key: KeyId) -> Result<()> {
        self.check_instances(key, "still encrypts with this key", |instance| instance.active != key).await
    }

    async fn check_instances(&self, key: KeyId, wrong: &str, fits: impl Fn(&Instance) -> bool) -> Result<()> {
        let table = self.instances();
        let live = table.collect(table.all()).await?;
        match live.iter().find(|row| !fits(&row.value)) {
            None => Ok(()),
            Some(row) => {
                let id = &row.value.id;
                Err(Error::new(ErrorKind::Conflict, format!("instance {id} {wrong}")).with("key_id", key))
            }
        }
    }

    fn instances(&self) -> Table<Instance> {
        Table::new(self.storage.clone(), Space::System).with_parts(&self.parts)
    }
}
