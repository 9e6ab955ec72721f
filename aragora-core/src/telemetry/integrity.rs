use super::bus::BusEvent;
use crate::clock::Timestamp;
use crate::crypto::KeyId;
use crate::ids::OrgId;

/// Something an auditor wants to know of: what happened to keys, to the schema, and to what is stored. None holds a
/// secret. Readers get them with [`Telemetry::integrity_events`](super::Telemetry::integrity_events).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum IntegrityEvent {
    /// `key.rotated`: rows were sealed anew under the key that encrypts now, all of them.
    KeyRotated {
        /// The key.
        key: KeyId,
        /// Whose rows; `None` for everybody's.
        tenant: Option<OrgId>,
        /// How many.
        rows: u64,
    },
    /// `key.retired`: nothing needs this key any more.
    KeyRetired {
        /// The key.
        key: KeyId,
        /// Whose it was; `None` for the installation's.
        tenant: Option<OrgId>,
    },
    /// `key.shredded`: the keys of a tenant were destroyed, and with them what they sealed.
    KeyShredded {
        /// Whose they were.
        tenant: OrgId,
        /// Who did it.
        by: String,
    },
    /// `crypto.failed`: a value could not be sealed or opened.
    CryptoFailed {
        /// `encrypt` or `decrypt`.
        operation: &'static str,
        /// The code of the error.
        code: &'static str,
    },
    /// `migration.applied`.
    MigrationApplied {
        /// The step.
        version: String,
    },
    /// `migration.rolled_back`.
    MigrationRolledBack {
        /// The step.
        version: String,
    },
    /// `backup.restored`: an empty store was filled.
    BackupRestored {
        /// The backup.
        backup: String,
        /// The moment the store stands at: what was written later is lost.
        restored_to: Timestamp,
        /// From then until the restore, in milliseconds.
        gap_ms: u64,
    },
}

impl IntegrityEvent {
    /// The name of the act, e.g. `key.rotated`.
    pub const fn action(&self) -> &'static str {
        match self {
            Self::KeyRotated { .. } => "key.rotated",
            Self::KeyRetired { .. } => "key.retired",
            Self::KeyShredded { .. } => "key.shredded",
            Self::CryptoFailed { .. } => "crypto.failed",
            Self::MigrationApplied { .. } => "migration.applied",
            Self::MigrationRolledBack { .. } => "migration.rolled_back",
            Self::BackupRestored { .. } => "backup.restored",
        }
    }
}

impl BusEvent for IntegrityEvent {
    fn recorded_seq(&self) -> Option<u64> {
        None
    }

    fn merges(&self, _: &Self) -> bool {
        false
    }

    fn merge(&mut self, _: &Self) {}
}
