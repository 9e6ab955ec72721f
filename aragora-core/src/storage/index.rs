//! Finding records by something other than their key.
//!
//! An index row is the index key followed by the primary key, without a value, in the same batch as its record. A row
//! that leads to no record, or to one that is no longer filed under it, is skipped and counted.

use std::collections::BTreeSet;

use futures_util::stream::TryStreamExt as _;

use super::address::{Address, KeyRange, TableName};
use super::batch::{Batch, Precondition};
use super::frame::{Codec, draft};
use super::key::{KeyBytes, KeyCodec};
use super::scan::{Corrupt, Cursor, OnCorrupt, PageRequest, ScanOrder};
use super::table::{IndexDef, Table, TableRecord, Versioned};
use crate::error::{Error, ErrorKind, Result};

/// Records in the order of their index keys.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexPage<T> {
    /// The records; fewer than asked for if rows were orphans.
    pub records: Vec<Versioned<T>>,
    /// Rows that cannot be read, with [`OnCorrupt::Report`].
    pub corrupt: Vec<Corrupt>,
    /// Index rows that led to no record.
    pub orphans: u64,
    /// Where to go on; `None` exactly when nothing followed.
    pub next: Option<Cursor>,
}

/// What became of the indexes of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IndexReport {
    /// Records read.
    pub records: u64,
    /// Index rows that should be there and are not.
    pub missing: u64,
    /// Index rows that should not be there.
    pub orphans: u64,
}

impl IndexReport {
    /// Whether indexes and records agree.
    pub fn is_sound(&self) -> bool {
        self.missing == 0 && self.orphans == 0
    }
}

impl<T: TableRecord> Table<T> {
    /// The index keys that begin with these components.
    pub fn index_prefix<P: KeyCodec>(&self, index: &str, first: &P) -> Result<KeyRange> {
        let index = index_of::<T>(index)?;
        Ok(KeyRange::prefix(self.space().clone(), TableName::of_definition(index.table), &KeyBytes::of(first)))
    }

    /// Every index key.
    pub fn index_all(&self, index: &str) -> Result<KeyRange> {
        let index = index_of::<T>(index)?;
        Ok(KeyRange::all(self.space().clone(), TableName::of_definition(index.table)))
    }

    /// One page of records by an index, over a range of [`Self::index_prefix`] or [`Self::index_all`].
    pub async fn scan_index(&self, index: &str, range: KeyRange, page: PageRequest) -> Result<IndexPage<T>> {
        let index = index_of::<T>(index)?;
        let report = page.on_corrupt == OnCorrupt::Report;
        let page = self.storage().scan(range, page).await?;
        let mut found = IndexPage { records: Vec::new(), corrupt: page.corrupt, orphans: 0, next: page.next };
        let mut rows = Vec::with_capacity(page.entries.len());
        let mut at = Vec::with_capacity(page.entries.len());
        for entry in page.entries {
            match entry.address.key.split_last(T::Key::PARTS).and_then(|(_, key)| self.address(&key.decode()?)) {
                Ok(address) => {
                    at.push(address);
                    rows.push(entry.address);
                }
                Err(error) if report => found.corrupt.push(Corrupt { address: entry.address, error }),
                Err(error) => return Err(error),
            }
        }
        let entries = self.storage().get_many(at).await?;
        for (row, entry) in rows.into_iter().zip(entries) {
            match entry.map(|entry| Self::decode(&entry)).transpose() {
                Ok(Some(record)) if self.files_under(index, &record.value, &row) => found.records.push(record),
                Ok(_) => found.orphans += 1,
                Err(error) if report => found.corrupt.push(Corrupt { address: row, error }),
                Err(error) => return Err(error),
            }
        }
        self.count_orphans(found.orphans);
        Ok(found)
    }

    fn files_under(&self, index: &IndexDef, record: &T, row: &Address) -> bool {
        let key = record.key();
        record.index(index.name).iter().any(|index_key| self.index_address(index, index_key, &key) == *row)
    }

    /// Compares indexes and records. Exact on a quiet table; while others write, their rows may be counted.
    pub async fn verify_indexes(&self) -> Result<IndexReport> {
        let (report, ..) = self.compare_indexes().await?;
        Ok(report)
    }

    /// Writes the index rows that are missing and removes those that lead nowhere; reports what it found.
    pub async fn rebuild_indexes(&self) -> Result<IndexReport> {
        let (report, missing, orphans) = self.compare_indexes().await?;
        for (row, record) in missing {
            let mut batch = Batch::default();
            self.stage_check(&mut batch, &record.value.key(), record.revision)?;
            batch.put(row, draft(Codec::Raw, T::DEF.schema, &[]), Precondition::Any);
            match self.storage().apply(batch).await {
                // Whoever changed the record wrote its rows.
                Err(error) if error.kind() != ErrorKind::Conflict => return Err(error),
                _ => {}
            }
        }
        for row in orphans {
            // Looked at once more: a record may have been filed under it since, and the row's revision would tell.
            let Some(entry) = self.storage().get(row.clone()).await? else { continue };
            if self.is_orphan(&row).await? {
                let mut batch = Batch::default();
                batch.delete(row, Precondition::Revision(entry.revision));
                match self.storage().apply(batch).await {
                    Err(error) if error.kind() != ErrorKind::Conflict => return Err(error),
                    _ => {}
                }
            }
        }
        Ok(report)
    }

    async fn is_orphan(&self, row: &Address) -> Result<bool> {
        let (_, key) = row.key.split_last(T::Key::PARTS)?;
        let Some(record) = self.get(&key.decode()?).await? else { return Ok(true) };
        Ok(!self.index_rows(&record.value).contains(row))
    }

    async fn compare_indexes(&self) -> Result<(IndexReport, Vec<(Address, Versioned<T>)>, Vec<Address>)> {
        let mut present = BTreeSet::new();
        for index in T::DEF.indexes {
            let range = self.index_all(index.name)?;
            let mut pages = std::pin::pin!(self.storage().scan_all(range, ScanOrder::Ascending));
            while let Some(page) = pages.try_next().await? {
                present.extend(page.entries.into_iter().map(|entry| entry.address));
            }
        }
        let mut report = IndexReport::default();
        let mut missing = Vec::new();
        let mut records = std::pin::pin!(self.scan_all(self.all(), ScanOrder::Ascending));
        while let Some(record) = records.try_next().await? {
            report.records += 1;
            for row in self.index_rows(&record.value) {
                if !present.remove(&row) {
                    report.missing += 1;
                    missing.push((row, record.clone()));
                }
            }
        }
        report.orphans = present.len() as u64;
        Ok((report, missing, present.into_iter().collect()))
    }
}

fn index_of<T: TableRecord>(name: &str) -> Result<&'static IndexDef> {
    T::DEF
        .indexes
        .iter()
        .find(|index| index.name == name)
        .ok_or_else(|| Error::new(ErrorKind::InvalidRequest, format!("table {} has no index {name}", T::DEF.name)))
}
