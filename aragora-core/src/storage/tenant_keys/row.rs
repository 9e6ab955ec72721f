use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::crypto::KeyId;
use crate::storage::table::{Class, Seal, SpaceKind, TableDef, TableRecord};

/// Where wrapped keys lie. No backup holds a row of it; see `backup::bundle`.
pub(crate) const KEY_TABLE: &str = "tenant_keys";

/// The data keys of one tenant, wrapped by the key service. One row for all of them, so that which one encrypts is
/// decided by a single conditional write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) tenant: String,
    pub(super) keys: Vec<WrappedKey>,
    /// The tombstone: set once, and the keys are gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) shredded: Option<Shredded>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrappedKey {
    pub(super) key_id: KeyId,
    /// Base64; empty once destroyed.
    pub(super) wrapped: String,
    pub(super) version: String,
    pub(super) state: KeyState,
    pub(super) created_at: Timestamp,
}

/// What a data key is still for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// It encrypts.
    Active,
    /// It decrypts what it encrypted before.
    Decrypt,
    /// Nothing was left under it, and it is gone.
    Destroyed,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shredded {
    pub(super) at: Timestamp,
    pub(super) by: String,
}

impl Row {
    pub(super) fn active(&self) -> Option<&WrappedKey> {
        self.keys.iter().find(|key| key.state == KeyState::Active)
    }

    /// The keys that can still be asked for, the active one first.
    pub(super) fn usable(&self) -> impl Iterator<Item = &WrappedKey> {
        let rest = self.keys.iter().filter(|key| key.state == KeyState::Decrypt);
        self.active().into_iter().chain(rest)
    }
}

/// Whether a stored row says that the keys were destroyed; `None` if it is no such row.
pub(crate) fn is_tombstone(payload: &[u8]) -> Option<bool> {
    serde_json::from_slice::<Row>(payload).ok().map(|row| row.shredded.is_some())
}

impl TableRecord for Row {
    type Key = String;
    const DEF: TableDef = TableDef {
        space: SpaceKind::System,
        seal: Seal::Plain,
        class: Class::Essential,
        signals: true,
        ..TableDef::tenant(KEY_TABLE, 1)
    };

    fn key(&self) -> String {
        self.tenant.clone()
    }
}
