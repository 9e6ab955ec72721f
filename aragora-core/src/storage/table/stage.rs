use std::collections::BTreeSet;
use std::time::Duration;

use super::{Table, TableRecord, Versioned, codec, put_op};
use crate::error::{Error, ErrorKind, Result};
use crate::storage::Revision;
use crate::storage::address::Address;
use crate::storage::batch::{Batch, Precondition};
use crate::storage::frame::{Codec, draft};

/// What a staged record takes the place of; it becomes the condition of the batch.
#[derive(Debug)]
pub enum Replaces<'a, T> {
    /// Nothing may be there.
    Nothing,
    /// Whatever is there. Not for tables with indexes, whose old rows could not be removed.
    Anything,
    /// Exactly this.
    This(&'a Versioned<T>),
}

impl<T> Replaces<'_, T> {
    fn expect(&self) -> Precondition {
        match self {
            Self::Nothing => Precondition::Absent,
            Self::Anything => Precondition::Any,
            Self::This(current) => Precondition::Revision(current.revision),
        }
    }
}

impl<T: TableRecord> Table<T> {
    /// Adds the writing of a record that stays to a batch, with its index rows. The record's own operation comes first.
    pub fn stage_put(&self, batch: &mut Batch, record: &T, replaces: Replaces<'_, T>) -> Result<()> {
        self.stage_put_for(batch, record, replaces, None)
    }

    /// The same for a record that expires, with its index rows.
    pub fn stage_put_for(
        &self,
        batch: &mut Batch,
        record: &T,
        replaces: Replaces<'_, T>,
        ttl: Option<Duration>,
    ) -> Result<()> {
        let key = record.key();
        let at = self.address(&key)?;
        if !T::DEF.indexes.is_empty() && matches!(replaces, Replaces::Anything) {
            let reason = "a record with indexes can only be staged over a known one";
            return Err(Error::new(ErrorKind::InvalidRequest, reason).with("table", T::DEF.name));
        }
        batch.push(put_op(at, codec::encode(record)?, ttl, replaces.expect()));
        let new = self.index_rows(record);
        if let Replaces::This(current) = replaces {
            // Both are rows of one primary key, unless the caller staged over another record.
            if current.value.key_bytes() != record.key_bytes() {
                let reason = "a record was staged over one of another key";
                return Err(Error::new(ErrorKind::InvalidRequest, reason).with("table", T::DEF.name));
            }
            for stale in self.index_rows(&current.value).into_iter().filter(|row| !new.contains(row)) {
                batch.delete(stale, Precondition::Any);
            }
        }
        for row in new {
            batch.push(put_op(row, draft(Codec::Raw, T::DEF.schema, &[]), ttl, Precondition::Any));
        }
        Ok(())
    }

    /// Adds the removal of a record to a batch, with its index rows, under the condition that it was not written since.
    pub fn stage_delete(&self, batch: &mut Batch, current: &Versioned<T>) -> Result<()> {
        let at = self.address(&current.value.key())?;
        batch.delete(at, Precondition::Revision(current.revision));
        for row in self.index_rows(&current.value) {
            batch.delete(row, Precondition::Any);
        }
        Ok(())
    }

    /// Adds the condition that the record of a key is still of this revision.
    pub fn stage_check(&self, batch: &mut Batch, key: &T::Key, revision: Revision) -> Result<()> {
        batch.check(self.address(key)?, Precondition::Revision(revision));
        Ok(())
    }

    pub(crate) fn index_rows(&self, record: &T) -> BTreeSet<Address> {
        let key = record.key();
        let rows = T::DEF
            .indexes
            .iter()
            .flat_map(|index| record.index(index.name).into_iter().map(move |index_key| (index, index_key)));
        rows.map(|(index, index_key)| self.index_address(index, &index_key, &key)).collect()
    }
}

trait KeyOf {
    fn key_bytes(&self) -> crate::storage::key::KeyBytes;
}

impl<T: TableRecord> KeyOf for T {
    fn key_bytes(&self) -> crate::storage::key::KeyBytes {
        crate::storage::key::KeyBytes::of(&self.key())
    }
}
