//! What a backup says about itself, written last: without it there is no backup.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

use super::invalid;
use super::source::{Counters, JournalMark, StoreIdentity, TableCounts};
use crate::clock::Timestamp;
use crate::crypto::canonical::to_canonical;
use crate::crypto::{KeyId, Keyring, key_not_found};
use crate::entropy::Entropy;
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{Digest, ulid};

/// The form of manifests and chunks written here.
pub(super) const FORMAT: u32 = 1;

/// Everything or what changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BackupKind {
    /// Every row.
    Full,
    /// The rows that changed since the parent.
    Increment,
}

impl BackupKind {
    /// `full` or `increment`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Increment => "increment",
        }
    }
}

/// Names a backup: a ULID of when it began, and its kind. Later ones sort after earlier ones.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BackupId {
    ulid: String,
    kind: BackupKind,
}

impl BackupId {
    pub(super) fn new(kind: BackupKind, now: Timestamp, entropy: &dyn Entropy) -> Result<Self> {
        Ok(Self { ulid: ulid(now, entropy)?, kind })
    }

    /// Full or increment.
    pub fn kind(&self) -> BackupKind {
        self.kind
    }
}

impl fmt::Display for BackupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.ulid, self.kind.as_str())
    }
}

impl FromStr for BackupId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let refused = || Error::new(ErrorKind::InvalidRequest, "a backup's id is a ULID, `-`, and full or increment");
        let (ulid, kind) = text.split_once('-').ok_or_else(refused)?;
        let kind = match kind {
            "full" => BackupKind::Full,
            "increment" => BackupKind::Increment,
            _ => return Err(refused()),
        };
        if ulid.len() != 26 || !ulid.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()) {
            return Err(refused());
        }
        Ok(Self { ulid: ulid.to_owned(), kind })
    }
}

impl TryFrom<String> for BackupId {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<BackupId> for String {
    fn from(id: BackupId) -> Self {
        id.to_string()
    }
}

/// One object of rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChunkInfo {
    pub sha256: Digest,
    pub bytes: u64,
    pub records: u64,
}

/// The manifest of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub format: u32,
    pub id: BackupId,
    pub store: StoreIdentity,
    pub backend: String,
    pub library: String,
    /// The latest schema of the rows of each table.
    pub schemas: BTreeMap<String, u16>,
    /// The backup this one goes on from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<BackupId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal_from: Option<JournalMark>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal_to: Option<JournalMark>,
    pub counters: Counters,
    pub started_at: Timestamp,
    pub ended_at: Timestamp,
    pub tables: TableCounts,
    pub chunks: Vec<ChunkInfo>,
    /// Whether chunks are envelopes.
    pub sealed: bool,
    /// The keys that reading all of it takes.
    pub keys: Vec<KeyId>,
    /// Whether tenants had keys, which lie in the bundle beside the backups: without it this one cannot be restored.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keys_in_bundle: bool,
    /// Which key authenticates this document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mac_key: Option<KeyId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mac: Option<String>,
}

#[derive(Deserialize)]
struct Version {
    format: u32,
}

impl Manifest {
    /// The document to store, authenticated if there is a keyring.
    pub(super) fn write(mut self, keyring: Option<&Keyring>) -> Result<Vec<u8>> {
        self.mac = None;
        self.mac_key = keyring.map(Keyring::active_key_id);
        if let Some(keyring) = keyring {
            let mac = keyring.backup_mac(keyring.active_key_id(), &to_canonical(&self)?)?;
            self.mac = Some(HEXLOWER.encode(&mac));
        }
        to_canonical(&self)
    }

    /// Reads what [`Manifest::write`] wrote for this id. A document that a keyring authenticated is `key_not_found`
    /// without that key; with a keyring, one that nobody authenticated is refused.
    pub(super) fn read(id: &BackupId, bytes: &[u8], keyring: Option<&Keyring>) -> Result<Self> {
        let no_manifest = |error: serde_json::Error| invalid("a manifest cannot be read").caused_by(error);
        let Version { format } = serde_json::from_slice(bytes).map_err(no_manifest)?;
        if format != FORMAT {
            let reason = format!("a backup of format {format}, this library reads {FORMAT}");
            return Err(Error::new(ErrorKind::UnsupportedVersion, reason).with("backup", id));
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(no_manifest)?;
        if manifest.id != *id {
            return Err(invalid("a manifest lies in the place of another backup").with("backup", id));
        }
        manifest.authenticate(keyring)?;
        if manifest.parent.is_some() != (id.kind() == BackupKind::Increment) {
            return Err(invalid("a full backup names a parent, or an increment none").with("backup", id));
        }
        Ok(manifest)
    }

    fn authenticate(&self, keyring: Option<&Keyring>) -> Result<()> {
        match (&self.mac, self.mac_key, keyring) {
            (None, None, None) => Ok(()),
            (None, _, Some(_)) => Err(invalid("a manifest that no key authenticates").with("backup", &self.id)),
            (Some(_), Some(key), None) => Err(key_not_found(&key).with("backup", &self.id)),
            (Some(mac), Some(key), Some(keyring)) => {
                let bare = Self { mac: None, ..self.clone() };
                let expected = HEXLOWER.encode(&keyring.backup_mac(key, &to_canonical(&bare)?)?);
                // Whoever sees these may compute neither without the key, so the time of comparing them tells nothing.
                if expected == *mac {
                    return Ok(());
                }
                Err(invalid("a manifest was changed after it was written").with("backup", &self.id))
            }
            _ => Err(invalid("a manifest names a key and no code, or a code and no key").with("backup", &self.id)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_as_they_are_written_and_sort_by_time() {
        let at =
            |millis, kind| BackupId::new(kind, Timestamp::from_millis(millis), &crate::entropy::SystemEntropy).unwrap();
        let early = at(1_000, BackupKind::Increment);
        let late = at(2_000, BackupKind::Full);
        assert!(early < late);
        assert_eq!(early.to_string().parse::<BackupId>().unwrap(), early);
        for wrong in ["", "full", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "01ARZ3NDEKTSV4RRFFQ69G5FAV-half", "../x-full"] {
            assert!(wrong.parse::<BackupId>().is_err(), "{wrong}");
        }
    }
}
