//! What each store of each tenant may hold: the policy that decides, where a marker never does.

use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::keys::SealKeys;
use super::value::{Form, Nonces, open, record};
use crate::entropy::Entropy;
use crate::error::{Error, ErrorKind, Result};
use crate::ids::OrgId;
use crate::storage::address::{Address, KeyRange, Space, TableName};
use crate::storage::batch::{Batch, Op, Precondition};
use crate::storage::frame;
use crate::storage::key::KeyBytes;
use crate::storage::scan::{Entry, ScanOrder};
use crate::storage::table::Seal;
use crate::storage::{Revision, Storage};

pub(crate) const TABLE: &str = "encryption_state";

/// What the rows of one table of one tenant may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EncryptionState {
    /// Not encrypted yet: both forms are read, plain ones are written.
    Plain,
    /// On the way: both forms are read, sealed ones are written.
    Migrating,
    /// Everything is sealed; a plain row is refused.
    #[default]
    Strict,
}

/// A state as it is stored, sealed itself so that nobody without the key lowers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    state: EncryptionState,
}

/// The states of a store, in its system space.
#[derive(Clone, Debug)]
pub(crate) struct States {
    storage: Arc<dyn Storage>,
    keys: SealKeys,
    entropy: Arc<dyn Entropy>,
}

impl States {
    pub(crate) fn new(storage: Arc<dyn Storage>, keys: SealKeys, entropy: Arc<dyn Entropy>) -> Self {
        Self { storage, keys, entropy }
    }

    pub(crate) fn address(space: &Space, table: &TableName) -> Address {
        let key = KeyBytes::of(&(space.tenant().to_owned(), table.as_str().to_owned()));
        Address::new(Space::System, TableName::of_definition(TABLE), key)
    }

    /// The stored state, if there is one, with its revision.
    pub(crate) async fn read(&self, space: &Space, table: &TableName) -> Result<Option<(EncryptionState, Revision)>> {
        let Some(entry) = self.storage.get(Self::address(space, table)).await? else { return Ok(None) };
        Ok(Some((self.decode(&entry).await?, entry.revision)))
    }

    async fn decode(&self, entry: &Entry) -> Result<EncryptionState> {
        let ring = self.keys.ring(&Space::System).await?;
        let (frame, form) = open(Seal::Record, &ring, entry)?;
        if form == Form::Plain {
            return Err(Error::new(ErrorKind::PlaintextRefused, "the state of encryption is not sealed"));
        }
        let row: Row = serde_json::from_slice(frame::head(&frame)?.payload)
            .map_err(|error| Error::new(ErrorKind::Corrupt, "a state of encryption cannot be read").caused_by(error))?;
        Ok(row.state)
    }

    /// Writes a state over what is expected there; `conflict` if somebody was quicker.
    pub(crate) async fn write(
        &self,
        space: &Space,
        table: &TableName,
        state: EncryptionState,
        expect: Precondition,
    ) -> Result<Revision> {
        let op = self.put_op(space, table, state, expect).await?;
        crate::storage::helpers::first_revision(&self.storage.apply(Batch::of([op])).await?)
    }

    /// The writing of a state, for a batch.
    pub(crate) async fn put_op(
        &self,
        space: &Space,
        table: &TableName,
        state: EncryptionState,
        expect: Precondition,
    ) -> Result<Op> {
        let at = Self::address(space, table);
        let frame = self.encode(&at, state).await?;
        Ok(Op::Put { at, frame, ttl: None, expect })
    }

    async fn encode(&self, at: &Address, state: EncryptionState) -> Result<Bytes> {
        let ring = self.keys.ring(&Space::System).await?;
        let draft = frame::draft_json(1, &Row { state })?;
        record(&ring, at, &frame::read_draft(&draft)?, &mut Nonces::new(&*self.entropy, 1))
    }

    /// Every (tenant, table) with a stored state.
    pub(crate) async fn list(&self) -> Result<Vec<(Space, TableName, EncryptionState)>> {
        use futures_util::TryStreamExt as _;
        let range = KeyRange::all(Space::System, TableName::of_definition(TABLE));
        let pages: Vec<_> = self.storage.scan_all(range, ScanOrder::Ascending).try_collect().await?;
        let mut found = Vec::new();
        for entry in pages.iter().flat_map(|page| &page.entries) {
            let (tenant, table): (String, String) = entry.address.key.decode()?;
            let space = if tenant.is_empty() { Space::System } else { Space::Tenant(OrgId::new(tenant)?) };
            found.push((space, TableName::new(&table)?, self.decode(entry).await?));
        }
        Ok(found)
    }
}
