//! Writing full backups and increments.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::bundle;
use super::chain::{Listing, Shelf};
use super::chunk::ChunkWriter;
use super::manifest::{BackupId, BackupKind, ChunkInfo, FORMAT, Manifest};
use super::metrics::Outcome;
use super::source::{StoreView, StoredRow, TableCounts};
use super::{Backups, invalid};
use crate::crypto::{KeyId, envelope_key_id};
use crate::error::{Error, ErrorKind, Result};
use crate::storage::{Address, Codec, FieldPolicy, Lease, Leases, Space, key_ids, open_frame};

/// How long the lease of a backup lasts without a renewal.
const LEASE: Duration = Duration::from_secs(120);
/// How many milliseconds later than it began a backup may be dated, so that it comes after the latest one.
const SAME_MOMENT: u64 = 64;

/// The right to write backups of a store, and what lies there already.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    pub(super) shelf: Shelf<'a>,
    pub(super) seen: Listing,
    lease: Lease,
}

impl Backups {
    /// Writes everything, while writers go on. `conflict` if another process is writing a backup of this store.
    pub async fn full(&self) -> Result<BackupId> {
        let written = self.measured(BackupKind::Full, async {
            let mut turn = self.turn().await?;
            let written = self.write_full(&mut turn).await;
            self.end(turn).await;
            written.map(Some)
        });
        let written = written.await?.ok_or_else(|| Error::internal("a full backup is always written"))?;
        Ok(written.id.clone())
    }

    /// Writes what changed since the latest backup; `None` if nothing did. A full backup instead if there is none yet,
    /// if the journal does not reach back to it, or if the store keeps none.
    pub async fn increment(&self) -> Result<Option<BackupId>> {
        let written = self.measured(BackupKind::Increment, async {
            let mut turn = self.turn().await?;
            let written = self.write_increment(&mut turn).await;
            self.end(turn).await;
            written
        });
        Ok(written.await?.map(|written| written.id.clone()))
    }

    pub(super) async fn write_full(&self, turn: &mut Turn<'_>) -> Result<Arc<Manifest>> {
        let view = self.source.view().await?;
        let written = self.write(turn, view, None).await?;
        written.ok_or_else(|| Error::internal("a full backup is written even of an empty store"))
    }

    pub(super) async fn write_increment(&self, turn: &mut Turn<'_>) -> Result<Option<Arc<Manifest>>> {
        let parent = turn.shelf.latest(&turn.seen).await?;
        let Some((parent, mark)) = parent.and_then(|parent| parent.journal_to.clone().map(|mark| (parent, mark)))
        else {
            return self.write_full(turn).await.map(Some);
        };
        // A mark means something only to the kind of store that made it.
        let readable = parent.backend == self.store.capability().backend;
        if readable && let Some(view) = self.source.changes(&mark).await? {
            return self.write(turn, view, Some(&parent)).await;
        }
        tracing::warn!(backup = %parent.id, "the change journal does not reach back to the latest backup");
        self.write_full(turn).await.map(Some)
    }

    async fn write(
        &self,
        turn: &mut Turn<'_>,
        mut view: Box<dyn StoreView>,
        parent: Option<&Manifest>,
    ) -> Result<Option<Arc<Manifest>>> {
        let Turn { shelf, lease, seen } = turn;
        let kind = if parent.is_some() { BackupKind::Increment } else { BackupKind::Full };
        let started_at = self.archive.parts.clock.now();
        let mut id = BackupId::new(kind, started_at, &*self.archive.parts.entropy)?;
        // Of two ids of one millisecond chance says which comes first, so the later one is dated a little later.
        for later in 1..=SAME_MOMENT {
            if seen.last().is_some_and(|(latest, _)| *latest >= id) {
                let dated = started_at.plus(Duration::from_millis(later));
                id = BackupId::new(kind, dated, &*self.archive.parts.entropy)?;
            }
        }
        if parent.is_some_and(|parent| parent.id >= id) {
            let reason = "the latest backup was written later than now; the clock was set back";
            return Err(Error::new(ErrorKind::ClockJump, reason).with("backup", &id));
        }
        let mut contents = Contents::default();
        let mut chunks = Vec::new();
        let mut chunk = ChunkWriter::new();
        let mut renewed = self.archive.parts.clock.monotonic();
        let mut keys_changed = false;
        loop {
            let mut rows = view.next().await?;
            if rows.is_empty() {
                break;
            }
            keys_changed |= bundle::take_out(&mut rows);
            for row in &rows {
                contents.add(row)?;
                if !chunk.push(row) {
                    let full = std::mem::replace(&mut chunk, ChunkWriter::new());
                    chunks.push(self.store_chunk(shelf, &id, chunks.len(), full).await?);
                    chunk.push(row);
                }
            }
            if self.archive.parts.clock.monotonic() >= renewed + LEASE / 3 {
                renewed = self.archive.parts.clock.monotonic();
                *lease = self.store.renew(lease.clone(), Some(LEASE)).await?;
            }
        }
        if !chunk.is_empty() {
            chunks.push(self.store_chunk(shelf, &id, chunks.len(), chunk).await?);
        }
        if parent.is_some() && chunks.is_empty() && !keys_changed {
            return Ok(None);
        }
        let journal_to = view.mark();
        if let Some(keyring) = shelf.keyring() {
            contents.keys.insert(keyring.active_key_id());
        }
        let mut manifest = Manifest {
            format: FORMAT,
            id: id.clone(),
            store: self.source.identity().await?,
            backend: self.store.capability().backend.to_owned(),
            library: env!("CARGO_PKG_VERSION").to_owned(),
            schemas: contents.schemas,
            parent: parent.map(|parent| parent.id.clone()),
            journal_from: parent.and_then(|parent| parent.journal_to.clone()),
            journal_to: journal_to.clone(),
            counters: view.counters(),
            started_at,
            ended_at: self.archive.parts.clock.now(),
            tables: contents.tables,
            chunks,
            sealed: self.archive.cipher.is_some(),
            keys: contents.keys.into_iter().collect(),
            keys_in_bundle: false,
            mac_key: None,
            mac: None,
        };
        // The view is closed before the journal is cut: a store may keep what an open view can see.
        drop(view);
        // Before there is a backup that needs them.
        manifest.keys_in_bundle = self.keep_keys().await?.any;
        let written = shelf.put_manifest(manifest).await?;
        if let Some(mark) = journal_to {
            self.source.cut_journal(&mark).await?;
        }
        Ok(Some(written))
    }

    async fn store_chunk(
        &self,
        shelf: &Shelf<'_>,
        id: &BackupId,
        number: usize,
        chunk: ChunkWriter,
    ) -> Result<ChunkInfo> {
        let records = chunk.records;
        let (sha256, bytes) = shelf.put_chunk(id, number, chunk.into_bytes()).await?;
        self.archive.count_bytes(id.kind(), bytes);
        Ok(ChunkInfo { sha256, bytes, records })
    }

    /// Waits for nobody: `conflict` if another process writes.
    pub(super) async fn turn(&self) -> Result<Turn<'_>> {
        let shelf = self.shelf().await?;
        let lease = Leases::new(self.store.clone(), Space::System).named("backup").claim("backup", LEASE).await?;
        let lease = lease.ok_or_else(|| {
            Error::new(ErrorKind::Conflict, "another backup of this store is being written").retryable_if(true)
        })?;
        // Under the lease: what is the latest now stays so until this one is written.
        match shelf.list().await {
            Ok(seen) => Ok(Turn { shelf, seen, lease }),
            Err(error) => {
                self.give_back(lease).await;
                Err(error)
            }
        }
    }

    pub(super) async fn end(&self, turn: Turn<'_>) {
        self.give_back(turn.lease).await;
    }

    async fn give_back(&self, lease: Lease) {
        // A lease that cannot be given back lapses by itself.
        drop(self.store.renew(lease, None).await);
    }

    pub(super) async fn measured(
        &self,
        asked: BackupKind,
        work: impl Future<Output = Result<Option<Arc<Manifest>>>>,
    ) -> Result<Option<Arc<Manifest>>> {
        let begun = self.archive.parts.clock.monotonic();
        let result = work.await;
        let (kind, outcome) = match &result {
            // A full one may have taken the place of an increment.
            Ok(Some(written)) => (written.id.kind(), Outcome::Written),
            Ok(None) => (asked, Outcome::Nothing),
            Err(_) => (asked, Outcome::Failed),
        };
        let took = self.archive.parts.clock.monotonic().saturating_sub(begun);
        self.archive.count_run(kind, outcome, took);
        result
    }
}

/// What a manifest says of the rows.
#[derive(Default)]
struct Contents {
    tables: TableCounts,
    schemas: std::collections::BTreeMap<String, u16>,
    keys: BTreeSet<KeyId>,
}

impl Contents {
    fn add(&mut self, row: &StoredRow) -> Result<()> {
        let address = Address::of_physical(&row.key)?;
        let table = address.table.to_string();
        let count = self.tables.entry(table.clone()).or_default();
        let Some(value) = &row.value else {
            count.removed += 1;
            return Ok(());
        };
        count.rows += 1;
        // A damaged row would spoil every later copy, and is easier to mend while the older ones exist.
        let frame = open_frame(&value.frame, &row.key).map_err(|error| error.with("table", &table))?;
        if frame.sealed {
            let key = envelope_key_id(frame.payload);
            self.keys.insert(key.ok_or_else(|| invalid("a sealed row holds no envelope").with("table", &table))?);
        } else if frame.codec == Codec::Json {
            // Members that are sealed one by one name their keys themselves.
            self.keys.extend(key_ids(&FieldPolicy { plain: &[] }, frame.payload));
        }
        let schema = self.schemas.entry(table).or_default();
        *schema = (*schema).max(frame.schema);
        Ok(())
    }
}
