//! Filling an empty store from a chain.

use std::sync::Arc;
use std::time::Duration;

use super::chain::Shelf;
use super::manifest::{BackupId, Manifest};
use super::source::{MAX_ROWS, Source, TableCounts};
use super::verify::check_chain;
use super::{BackupArchive, bundle, copyable, invalid};
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::{Address, Storage};
use crate::telemetry::IntegrityEvent;

/// Tables that are not restored unless asked: what they hold ended with the store that was lost.
const TRANSIENT: [&str; 3] = ["oauth_state", "rate_limit", "session"];

/// How far back to go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RestoreAt {
    /// To the latest backup.
    #[default]
    Latest,
    /// To this backup.
    Backup(BackupId),
    /// To the latest backup that ended at this time or before.
    Time(Timestamp),
}

/// What to restore.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct RestoreOptions {
    /// Whose backup; may be left out where the target holds those of one store only.
    pub store_id: Option<String>,
    /// How far back.
    pub at: RestoreAt,
    /// Whether sessions, OAuth states and rate limits come back too.
    pub transient: bool,
}

impl RestoreOptions {
    /// To this backup or time.
    pub fn at(at: RestoreAt) -> Self {
        Self { at, ..Self::default() }
    }
}

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct RestoreReport {
    /// The backup whose end the store stands at.
    pub backup: BackupId,
    /// Its chain, the full backup first.
    pub chain: Vec<BackupId>,
    /// When that end was: what was written later is lost.
    pub restored_to: Timestamp,
    /// From then until the restore.
    pub gap: Duration,
    /// Rows by table.
    pub tables: TableCounts,
    /// Names of the checks that held.
    pub checks: Vec<&'static str>,
}

impl BackupArchive {
    /// Fills an empty store, which takes the identity of the one that was backed up. Everything is read and checked
    /// before the first row is put: `backup_invalid` for a broken chain, a changed or truncated object,
    /// `key_not_found` naming the key, `unsupported_version` for a newer format, `conflict` if the store holds rows,
    /// `not_found` if there is no such backup. Leases are gone; revisions and lease tokens go on from far above.
    pub async fn restore(&self, into: &Arc<dyn Storage>, options: &RestoreOptions) -> Result<RestoreReport> {
        let destination = copyable(into)?;
        let store_id = match &options.store_id {
            Some(id) => id.clone(),
            None => self.only_store().await?,
        };
        let shelf = self.shelf(store_id);
        let id = find(&shelf, &options.at).await?;
        let chain = shelf.chain(&id).await?;
        check_chain(&shelf, &chain).await?;
        let skip: &[&str] = if options.transient { &[] } else { &TRANSIENT };
        load_chain(&shelf, &chain, &destination, skip).await?;
        let tables = count(&destination).await?;
        let checks = self.check_copy(into).await?;
        let restored_to = chain.last().map_or(Timestamp::default(), |manifest| manifest.ended_at);
        let gap = self.parts.clock.now().as_millis().saturating_sub(restored_to.as_millis()).max(0);
        let event = IntegrityEvent::BackupRestored { backup: id.to_string(), restored_to, gap_ms: gap.cast_unsigned() };
        self.parts.telemetry.tell(event);
        Ok(RestoreReport {
            backup: id,
            chain: chain.into_iter().map(|manifest| manifest.id).collect(),
            restored_to,
            gap: Duration::from_millis(gap.cast_unsigned()),
            tables,
            checks,
        })
    }

    async fn only_store(&self) -> Result<String> {
        let mut stores = self.stores().await?;
        match (stores.pop(), stores.is_empty()) {
            (Some(store), true) => Ok(store),
            (None, _) => Err(Error::new(ErrorKind::NotFound, "there is no backup at this target")),
            (Some(_), false) => Err(Error::new(
                ErrorKind::InvalidRequest,
                "the target holds backups of several stores; say which one by its store id",
            )
            .with("stores", stores.len() + 1)),
        }
    }
}

pub(super) async fn find(shelf: &Shelf<'_>, at: &RestoreAt) -> Result<BackupId> {
    let mut ids: Vec<BackupId> = shelf.list().await?.into_iter().map(|(id, _)| id).collect();
    let none = || Error::new(ErrorKind::NotFound, "there is no such backup");
    match at {
        RestoreAt::Latest => ids.pop().ok_or_else(none),
        RestoreAt::Backup(id) if ids.contains(id) => Ok(id.clone()),
        RestoreAt::Backup(id) => Err(none().with("backup", id)),
        RestoreAt::Time(time) => {
            while let Some(id) = ids.pop() {
                if shelf.manifest(&id).await?.ended_at <= *time {
                    return Ok(id);
                }
            }
            Err(none().with("time", time))
        }
    }
}

/// Puts the rows of a chain, which was checked, into an empty store.
pub(super) async fn load_chain(
    shelf: &Shelf<'_>,
    chain: &[Manifest],
    destination: &Source,
    skip: &[&str],
) -> Result<()> {
    let last = chain.last().ok_or_else(|| invalid("a chain without a backup"))?;
    let keys = shelf.key_rows().await?;
    if keys.is_none() && chain.iter().any(|manifest| manifest.keys_in_bundle) {
        return Err(invalid("the keys of tenants are missing beside the backups").with("backup", &last.id));
    }
    let mut loader = destination.clone().loader().await?;
    for manifest in chain {
        for number in 0..manifest.chunks.len() {
            let mut rows = shelf.chunk(manifest, number).await?;
            if keys.is_some() {
                bundle::take_out(&mut rows);
            }
            rows.retain(|row| {
                Address::of_physical(&row.key).is_ok_and(|address| !skip.contains(&address.table.as_str()))
            });
            loader.put(rows).await?;
        }
    }
    for rows in keys.unwrap_or_default().chunks(MAX_ROWS) {
        loader.put(rows.to_vec()).await?;
    }
    loader.finish(last.store.clone(), last.counters.after_restore()).await
}

/// Rows of a store by table.
pub(super) async fn count(source: &Source) -> Result<TableCounts> {
    let mut view = source.view().await?;
    let mut counts = TableCounts::new();
    loop {
        let rows = view.next().await?;
        if rows.is_empty() {
            return Ok(counts);
        }
        for row in rows {
            counts.entry(Address::of_physical(&row.key)?.table.to_string()).or_default().rows += 1;
        }
    }
}
