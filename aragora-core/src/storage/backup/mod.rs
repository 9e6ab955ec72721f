//! Copies of a store that count only after they were read back.
//!
//! A chain is a full backup and the increments after it. [`Backups::full`] and [`Backups::increment`] write to a
//! [`BackupTarget`], [`Backups::verify`] reads a chain as a restore would, [`BackupArchive::restore`] fills an empty store
//! from it, and [`Backups::run`] does all of it on a schedule. The end of every increment is a point in time to go back
//! to.

mod bundle;
mod chain;
mod chunk;
mod drill;
pub(crate) mod gate;
// Without a backend nothing is waited for.
#[cfg_attr(
    not(any(feature = "storage-redb", feature = "storage-sled", feature = "storage-postgres")),
    allow(clippy::unused_async)
)]
mod in_place;
mod manifest;
mod metrics;
mod prune;
mod restore;
mod schedule;
mod source;
mod target;
mod verify;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use chain::{Known, Shelf};

pub use drill::{DrillReport, RECOVERY_POINT, RECOVERY_TIME};
pub use in_place::{StagedRestore, discard_previous, discard_staged};
pub use manifest::{BackupId, BackupKind};
pub use prune::{BackupFacts, PrunePlan, RetentionPreset, plan_prune};
pub use restore::{RestoreAt, RestoreOptions, RestoreReport};
pub use schedule::{BackupEvent, BackupSchedule};
pub use source::{
    Copyable, Counters, Freeze, JournalLag, JournalMark, MAX_ROWS, Source, StoreIdentity, StoreLoader, StoreView,
    StoredRow, StoredValue, TableCount, TableCounts,
};
pub use target::{BackupTarget, DirTarget, ObjectInfo};
pub use verify::VerifyReport;

use super::Storage;
use crate::crypto::{Cipher, KeyId};
use crate::error::{Error, ErrorKind, Result};
use crate::telemetry::Parts;

/// What lies at a target, of one store or of several, and how to read it.
#[derive(Clone, Debug)]
pub struct BackupArchive {
    target: Arc<dyn BackupTarget>,
    cipher: Option<Cipher>,
    checks: Vec<Arc<dyn RestoreCheck>>,
    parts: Parts,
    known: Known,
}

/// The backups of one store that is open.
#[derive(Clone, Debug)]
pub struct Backups {
    store: Arc<dyn Storage>,
    source: Source,
    archive: BackupArchive,
}

/// Something that must hold in a restored store, beyond sound rows in the right number.
#[async_trait]
pub trait RestoreCheck: Send + Sync + std::fmt::Debug + 'static {
    /// Its name in reports, e.g. `debates_fold`.
    fn name(&self) -> &'static str;
    /// Looks at the restored store; the error says what does not hold.
    async fn check(&self, store: Arc<dyn Storage>) -> Result<()>;
}

impl BackupArchive {
    /// What lies at this target. With a cipher, backups are sealed and authenticated, and others are refused; without
    /// one they are readable by whoever reads the target, except for rows that are sealed.
    pub fn new(target: Arc<dyn BackupTarget>, cipher: Option<Cipher>, parts: Parts) -> Self {
        Self { target, cipher, checks: Vec::new(), parts, known: Known::default() }
    }

    /// The same, with something more that a restored copy must satisfy.
    #[must_use]
    pub fn with_check(mut self, check: Arc<dyn RestoreCheck>) -> Self {
        self.checks.push(check);
        self
    }

    /// The ids of the stores that have objects here.
    pub async fn stores(&self) -> Result<Vec<String>> {
        let objects = self.target.list(String::new()).await?;
        let mut ids: Vec<String> =
            objects.into_iter().filter_map(|object| Some(object.name.split_once('/')?.0.to_owned())).collect();
        ids.dedup();
        Ok(ids)
    }

    fn shelf(&self, store_id: impl Into<String>) -> Shelf<'_> {
        Shelf { archive: self, store_id: store_id.into() }
    }
}

impl Backups {
    /// Backups of this store. `unsupported` if its backend cannot be copied.
    pub fn new(store: Arc<dyn Storage>, archive: BackupArchive) -> Result<Self> {
        let source = copyable(&store)?;
        Ok(Self { store, source, archive })
    }

    /// Where they lie.
    pub fn archive(&self) -> &BackupArchive {
        &self.archive
    }

    /// Every complete backup of this store, oldest first.
    pub async fn list(&self) -> Result<Vec<BackupFacts>> {
        let shelf = self.shelf().await?;
        shelf.facts(&shelf.list().await?).await
    }

    /// The keys that reading each complete backup takes, by backup, oldest first. The key of the bundle beside them is
    /// one of each.
    pub async fn key_ids(&self) -> Result<BTreeMap<BackupId, Vec<KeyId>>> {
        let shelf = self.shelf().await?;
        let (mut found, shared) = (BTreeMap::new(), shelf.bundle_keys().await?);
        for (id, _) in shelf.list().await? {
            let keys = shelf.manifest(&id).await?.keys;
            let keys: BTreeSet<KeyId> = keys.into_iter().chain(shared.iter().copied()).collect();
            found.insert(id, keys.into_iter().collect());
        }
        Ok(found)
    }

    async fn shelf(&self) -> Result<Shelf<'_>> {
        Ok(self.archive.shelf(self.source.identity().await?.store_id))
    }
}

/// The copyable side of a store.
pub(crate) fn copyable(store: &Arc<dyn Storage>) -> Result<Source> {
    store.clone().copyable().ok_or_else(|| {
        let backend = store.capability().backend;
        Error::new(ErrorKind::Unsupported, format!("a store of backend {backend} cannot be copied"))
    })
}

pub(crate) fn invalid(reason: &str) -> Error {
    Error::new(ErrorKind::BackupInvalid, reason)
}
