use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

use super::page::{Row, Verdict};
use super::{Counts, Place, Reencrypt};
use crate::clock::Timestamp;
use crate::crypto::KeyId;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::Revision;
use crate::storage::address::{Address, KeyRange, Space, TableName};
use crate::storage::batch::{Op, Precondition};
use crate::storage::frame;
use crate::storage::key::KeyBytes;
use crate::storage::scan::{Corrupt, Cursor, Entry, ScanOrder};

pub(in crate::storage) const TABLE: &str = "reencryption";
/// Failures that a run remembers by place; the count goes on.
const MAX_FAILURES: usize = 1_000;

/// How far the re-encryption of one table of one tenant came.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// Whose; empty for the installation.
    pub tenant: String,
    /// The table.
    pub store: String,
    /// The key everything is sealed under.
    pub target: Option<KeyId>,
    /// Rows so far.
    pub counts: Counts,
    /// When the end was reached; `None` while it was not.
    pub finished_at: Option<Timestamp>,
    keys_seen: BTreeMap<KeyId, u64>,
    failures: Vec<Failure>,
    cursor: Option<String>,
    #[serde(skip)]
    revision: Option<Revision>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Failure {
    key: String,
    code: String,
    reason: String,
}

impl Progress {
    pub(super) fn counts(&self) -> Counts {
        self.counts
    }

    pub(super) fn keys_seen(&self) -> &BTreeMap<KeyId, u64> {
        &self.keys_seen
    }

    pub(super) fn finished(&self) -> bool {
        self.finished_at.is_some()
    }

    pub(super) fn count(&mut self, row: &Row) {
        match &row.verdict {
            Verdict::Migrated => self.counts.migrated += 1,
            Verdict::Skipped => self.counts.skipped += 1,
            Verdict::Gone => return,
            Verdict::Failed(error) => {
                self.counts.failed += 1;
                if self.failures.len() < MAX_FAILURES {
                    self.failures.push(Failure {
                        key: HEXLOWER.encode(row.key.as_bytes()),
                        code: error.code().to_owned(),
                        reason: error.reason().to_owned(),
                    });
                }
            }
        }
        for key in &row.keys {
            *self.keys_seen.entry(*key).or_default() += 1;
        }
    }

    pub(super) fn advance(&mut self, next: Option<&Cursor>, now: Timestamp) {
        self.cursor = next.map(Cursor::to_string);
        self.finished_at = if next.is_none() { Some(now) } else { None };
    }

    pub(super) fn written(&mut self, revision: Option<Revision>) {
        self.revision = revision;
    }

    pub(super) fn cursor(&self) -> Result<Option<Cursor>> {
        self.cursor.as_deref().map(str::parse).transpose()
    }

    pub(super) fn failures(&self, space: &Space, table: &TableName) -> impl Iterator<Item = Corrupt> {
        self.failures.iter().map(move |failure| {
            let key = KeyBytes::from_bytes(HEXLOWER.decode(failure.key.as_bytes()).unwrap_or_default());
            let kind = ErrorKind::from_code(&failure.code).unwrap_or(ErrorKind::Corrupt);
            let address = Address::new(space.clone(), table.clone(), key);
            let error = Error::new(kind, &failure.reason).with("table", table).with("key", &failure.key);
            Corrupt { address, error }
        })
    }
}

impl Reencrypt {
    /// Every run that was begun, finished or not, by table and tenant.
    pub async fn status(&self) -> Result<Vec<Progress>> {
        use futures_util::TryStreamExt as _;
        let range = KeyRange::all(Space::System, TableName::of_definition(TABLE));
        let pages: Vec<_> = self.storage.scan_all(range, ScanOrder::Ascending).try_collect().await?;
        pages.iter().flat_map(|page| &page.entries).map(decode).collect()
    }

    /// Where an unfinished run towards this key stands; the beginning otherwise.
    pub(super) async fn resume(&self, place: &Place, target: KeyId) -> Result<Progress> {
        let stored = self.storage.get(address(place)).await?.as_ref().map(decode).transpose()?;
        let revision = stored.as_ref().and_then(|progress| progress.revision);
        let unfinished = stored.filter(|progress| !progress.finished() && progress.target == Some(target));
        Ok(unfinished.unwrap_or_else(|| Progress {
            tenant: place.space.tenant().to_owned(),
            store: place.table.as_str().to_owned(),
            target: Some(target),
            revision,
            ..Progress::default()
        }))
    }

    pub(super) fn progress_put(place: &Place, progress: &Progress) -> Result<Op> {
        let expect = progress.revision.map_or(Precondition::Absent, Precondition::Revision);
        Ok(Op::Put { at: address(place), frame: frame::draft_json(1, progress)?, ttl: None, expect })
    }
}

fn address(place: &Place) -> Address {
    let key = KeyBytes::of(&(place.table.as_str().to_owned(), place.space.tenant().to_owned()));
    Address::new(Space::System, TableName::of_definition(TABLE), key)
}

fn decode(entry: &Entry) -> Result<Progress> {
    let stored = frame::open(&entry.frame, &entry.address.physical())?;
    let progress: Progress = serde_json::from_slice(stored.payload)
        .map_err(|error| Error::new(ErrorKind::Corrupt, "the progress of a run cannot be read").caused_by(error))?;
    Ok(Progress { revision: Some(entry.revision), ..progress })
}
