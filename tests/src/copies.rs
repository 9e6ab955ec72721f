//! Stores of every backend that can be started, for what is copied and moved between them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aragora_core::Result;
use aragora_core::ids::OrgId;
use aragora_core::storage::{
    Address, Codec, KeyBytes, KeyRange, MemoryStorage, OnCorrupt, PageRequest, Space, Storage, TableName, draft, open,
    open_frame,
};
use aragora_core::telemetry::Parts;

use crate::embedded::{BACKENDS, scratch};
#[cfg(feature = "servers")]
use crate::servers::{PostgresStores, RedisStores, address};

/// Where stores of one backend come from.
#[derive(Debug)]
pub enum Site {
    /// In this process.
    Memory,
    /// Directories of `redb` or `sled`.
    Directory(&'static str, tempfile::TempDir, AtomicU32),
    /// Schemas.
    #[cfg(feature = "servers")]
    Postgres(PostgresStores),
    /// Namespaces.
    #[cfg(feature = "servers")]
    Redis(RedisStores),
}

/// A store and, where it has one, its address.
#[derive(Clone, Debug)]
pub struct Made {
    /// The store, open.
    pub store: Arc<dyn Storage>,
    /// Its address.
    pub uri: Option<String>,
}

/// Every backend that is compiled in and whose server is there.
///
/// # Panics
///
/// If the address of a server is none.
#[allow(clippy::expect_used)]
pub fn sites() -> Vec<Site> {
    let mut sites = vec![Site::Memory];
    sites.extend(BACKENDS.iter().map(|backend| Site::Directory(backend, scratch(), AtomicU32::new(0))));
    #[cfg(feature = "servers")]
    {
        if let Some(address) = address("ARAGORA_TEST_POSTGRES") {
            let stores = PostgresStores::new(&address, "aragora.journal=on");
            sites.push(Site::Postgres(stores.expect("the address of the tests' server is one")));
        }
        if let Some(address) = address("ARAGORA_TEST_REDIS") {
            sites.push(Site::Redis(RedisStores::new(&address)));
        }
    }
    sites
}

impl Site {
    /// The name of the backend.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Directory(backend, ..) => backend,
            #[cfg(feature = "servers")]
            Self::Postgres(_) => "postgres",
            #[cfg(feature = "servers")]
            Self::Redis(_) => "redis",
        }
    }

    /// A store that holds nothing and keeps a journal where its backend has one.
    ///
    /// # Errors
    ///
    /// If it does not open.
    pub async fn fresh(&self, parts: &Parts) -> Result<Made> {
        Ok(match self {
            Self::Memory => Made { store: Arc::new(MemoryStorage::journaled(parts.clock.clone())), uri: None },
            Self::Directory(backend, folder, made) => {
                let number = made.fetch_add(1, Ordering::SeqCst);
                let uri = format!("{backend}:{}/{number}?journal=on", folder.path().display());
                Made { store: open(&uri, parts).await?, uri: Some(uri) }
            }
            #[cfg(feature = "servers")]
            Self::Postgres(stores) => {
                stores.begin();
                Made { store: open(&stores.uri(), parts).await?, uri: Some(stores.uri()) }
            }
            #[cfg(feature = "servers")]
            Self::Redis(stores) => {
                stores.begin();
                Made { store: open(&stores.uri(), parts).await?, uri: Some(stores.uri()) }
            }
        })
    }
}

/// An address of one of the tables that [`contents`] reads.
///
/// # Panics
///
/// If the table is none of them.
#[allow(clippy::expect_used)]
pub fn at(space: &str, table: &str, key: &str) -> Address {
    let space = if space.is_empty() { Space::System } else { Space::Tenant(OrgId::new(space).expect("an id")) };
    Address::new(space, TableName::new(table).expect("the name of a table"), KeyBytes::of(&key.to_owned()))
}

/// A value.
pub fn value(text: &str) -> bytes::Bytes {
    draft(Codec::Raw, 3, text.as_bytes())
}

/// One row as it is compared: revision, expiry in ms, schema, payload.
pub type Seen = (u64, Option<i64>, u16, Vec<u8>);

/// Every row of the tables `one` and `two` of the system and the tenants `acme` and `other`.
///
/// # Errors
///
/// If the store cannot be read.
pub async fn contents(store: &Arc<dyn Storage>) -> Result<BTreeMap<Address, Seen>> {
    let mut found = BTreeMap::new();
    for space in ["", "acme", "other"] {
        for table in ["one", "two"] {
            let Address { space, table, .. } = at(space, table, "any");
            let range = KeyRange::all(space, table);
            let mut page = PageRequest { limit: 1_000, on_corrupt: OnCorrupt::Fail, ..PageRequest::default() };
            loop {
                let read = store.scan(range.clone(), page.clone()).await?;
                for entry in read.entries {
                    let frame = open_frame(&entry.frame, &entry.address.physical())?;
                    let expires = entry.expires_at.map(aragora_core::clock::Timestamp::as_millis);
                    let seen = (entry.revision.get(), expires, frame.schema, frame.payload.to_vec());
                    found.insert(entry.address.clone(), seen);
                }
                match read.next {
                    Some(next) => page.cursor = Some(next),
                    None => break,
                }
            }
        }
    }
    Ok(found)
}
