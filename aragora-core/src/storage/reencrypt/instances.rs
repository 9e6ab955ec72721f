use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Reencrypt;
use crate::clock::Timestamp;
use crate::crypto::KeyId;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::address::Space;
use crate::storage::instances::{self, Instance};
use crate::storage::table::{Seal, SpaceKind, Table, TableDef, TableRecord};
use crate::telemetry::names;

/// Age at which a key should be rotated.
const ROTATION_DUE: Duration = Duration::from_secs(90 * 86_400);

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
    /// When it was first used in this store, as far as [`Reencrypt::key_age`] was asked.
    pub since: Timestamp,
    /// Whether that is 90 days ago.
    pub rotation_due: bool,
}

impl Reencrypt {
    /// How old the key that encrypts is in this store, as far as this was ever asked; sets its gauge. A process asks
    /// with every sign of life, see [`Registration::renew`](crate::storage::Registration::renew).
    pub async fn key_age(&self) -> Result<KeyAge> {
        let key = self.stores.ring(&Space::System).await?.active_key_id();
        let table = Table::<FirstUse>::new(self.storage.clone(), Space::System).with_parts(&self.parts);
        let now = self.parts.clock.now();
        let mut first = table.get(&key.to_string()).await?;
        if first.is_none() {
            table.put_if_absent(&FirstUse { key, at: now }).await?;
            first = table.get(&key.to_string()).await?;
        }
        let since = first.map_or(now, |first| first.value.at);
        let age = now.as_millis().saturating_sub(since.as_millis()).max(0).cast_unsigned();
        self.parts.telemetry.gauge(&names::ENCRYPTION_KEY_AGE_SECONDS, &[]).set(age as f64 / 1_000.0);
        Ok(KeyAge { key, since, rotation_due: Duration::from_millis(age) >= ROTATION_DUE })
    }

    /// Says once that a process lives and which keys it has, until `ttl` has passed, and gives the age of the key that
    /// encrypts. For a process that does not hold a [`Registration`](crate::storage::Registration); it repeats this.
    /// `conflict` if a process that holds one has the id.
    pub async fn announce(&self, instance: &str, ttl: Duration) -> Result<KeyAge> {
        instances::announce(&self.storage, &self.parts, instance, self.key_ids().await?, ttl).await?;
        self.key_age().await
    }

    /// The installation's keys, the one that encrypts first.
    pub(crate) async fn key_ids(&self) -> Result<Vec<KeyId>> {
        Ok(self.stores.ring(&Space::System).await?.key_ids())
    }

    /// `conflict` naming a live process that cannot read what the active key seals.
    pub(super) async fn check_all_hold_active(&self) -> Result<()> {
        let active = self.stores.ring(&Space::System).await?.active_key_id();
        self.check_instances(active, "lacks the key that encrypts now", |instance| instance.keys.contains(&active))
            .await
    }

    /// `conflict` naming a live process that still encrypts with this key.
    pub(super) async fn check_none_uses(&self, key: KeyId) -> Result<()> {
        let fits = |instance: &Instance| instance.active_key != Some(key);
        self.check_instances(key, "still encrypts with this key", fits).await
    }

    async fn check_instances(&self, key: KeyId, wrong: &str, fits: impl Fn(&Instance) -> bool) -> Result<()> {
        let live = instances::list(&self.storage, &self.parts).await?;
        match live.iter().find(|instance| !fits(instance)) {
            None => Ok(()),
            Some(Instance { id, .. }) => {
                Err(Error::new(ErrorKind::Conflict, format!("instance {id} {wrong}")).with("key_id", key))
            }
        }
    }
}
