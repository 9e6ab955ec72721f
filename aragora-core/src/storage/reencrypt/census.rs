use std::collections::BTreeMap;
use std::time::Duration;

use super::{Place, Reencrypt, Stores, page};
use crate::clock::Timestamp;
use crate::crypto::KeyId;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::backup::BackupId;
use crate::storage::tenant_keys::wrapping_keys;
use crate::telemetry::IntegrityEvent;

/// How long after a re-encryption a key may be needed again.
const GRACE: Duration = Duration::from_secs(7 * 86_400);

/// Which keys the stored rows need.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct Census {
    /// Rows by table and key; a row under two keys counts for both.
    pub rows: BTreeMap<String, BTreeMap<KeyId, u64>>,
    /// Rows of sealed tables that no key protects, by table.
    pub plain: BTreeMap<String, u64>,
    /// The keys that reading each retained backup takes; see [`Reencrypt::kept_by`].
    pub backups: BTreeMap<BackupId, Vec<KeyId>>,
    /// When it was begun.
    pub taken_at: Timestamp,
}

impl Census {
    /// Rows that need this key.
    pub fn rows_under(&self, key: KeyId) -> u64 {
        self.rows.values().filter_map(|keys| keys.get(&key)).sum()
    }

    /// The backups that need this key, oldest first.
    pub fn backups_under(&self, key: KeyId) -> impl Iterator<Item = &BackupId> {
        self.backups.iter().filter(move |(_, keys)| keys.contains(&key)).map(|(id, _)| id)
    }
}

/// Whether a key may go before its grace has passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grace {
    /// Seven days after the end of the re-encryption.
    #[default]
    Kept,
    /// At once, because somebody else may know the key.
    Override,
}

impl Reencrypt {
    /// Counts the keys that stored rows and retained backups name, without opening any.
    pub async fn census(&self) -> Result<Census> {
        let taken_at = self.parts.clock.now();
        let mut census =
            Census { rows: BTreeMap::new(), plain: BTreeMap::new(), backups: self.backups().await?, taken_at };
        for place in self.places(&Stores::All).await? {
            self.census_of(&place, &mut census).await?;
        }
        // Data keys that a local key service wrapped need the key they were wrapped under.
        if self.only.is_none() {
            for key in wrapping_keys(&self.storage).await? {
                *census.rows.entry("tenant_keys".to_owned()).or_default().entry(key).or_default() += 1;
            }
        }
        Ok(census)
    }

    async fn backups(&self) -> Result<BTreeMap<BackupId, Vec<KeyId>>> {
        let mut found = BTreeMap::new();
        for backups in &self.kept_by {
            found.extend(backups.key_ids().await?);
        }
        Ok(found)
    }

    async fn census_of(&self, place: &Place, census: &mut Census) -> Result<()> {
        let table = place.table.as_str();
        let mut cursor = None;
        loop {
            let rows = self.page(place, cursor).await?;
            for entry in rows.rows.iter().flatten() {
                let keys = page::named_keys(place.seal, entry);
                if keys.is_empty() {
                    *census.plain.entry(table.to_owned()).or_default() += 1;
                }
                let counted = census.rows.entry(table.to_owned()).or_default();
                for key in keys {
                    *counted.entry(key).or_default() += 1;
                }
            }
            cursor = rows.next;
            if cursor.is_none() {
                return Ok(());
            }
        }
    }

    /// Answers whether a key may be taken out of the settings. It removes nothing itself.
    ///
    /// Errors: `conflict` while the key encrypts, while a row or a backup needs it, while a re-encryption is not
    /// finished or had failures, if the census is older than the last one, and within seven days of it.
    pub async fn retire(&self, key: KeyId, census: &Census, grace: Grace) -> Result<()> {
        let refused = |reason: String| Err(Error::new(ErrorKind::Conflict, reason).with("key_id", key));
        let needed = census.rows_under(key);
        if needed > 0 {
            return refused(format!("{needed} rows need this key"));
        }
        // A backup may have been written since the census.
        let written = Census { backups: self.backups().await?, ..census.clone() };
        if let Some(backup) = census.backups_under(key).chain(written.backups_under(key)).next() {
            return refused(format!("backup {backup} needs this key"));
        }
        self.check_none_uses(key).await?;
        let runs = self.status().await?;
        for place in self.places(&Stores::All).await? {
            if self.stores.ring(&place.space).await?.active_key_id() == key {
                return refused("this key encrypts".to_owned());
            }
            let run = runs.iter().find(|run| run.store == place.table.as_str() && run.tenant == place.space.tenant());
            let done = run.filter(|run| run.target != Some(key) && run.counts.failed == 0);
            let Some(finished) = done.and_then(|run| run.finished_at) else {
                return refused(format!("table {} was not re-encrypted without failures", place.table));
            };
            if census.taken_at < finished {
                return refused(format!("the census is older than the re-encryption of table {}", place.table));
            }
            let now = self.parts.clock.now();
            if grace == Grace::Kept && now < finished.plus(GRACE) {
                return refused(format!("the re-encryption of table {} ended less than 7 days ago", place.table));
            }
        }
        self.parts.telemetry.tell(IntegrityEvent::KeyRetired { key, tenant: self.only.clone() });
        Ok(())
    }
}
