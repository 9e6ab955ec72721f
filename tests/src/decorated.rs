//! Stores of any backend behind decorators, for the behaviour suite.

use std::sync::Arc;
use std::time::Duration;

use aragora_core::Result;
use aragora_core::crypto::Keyring;
use aragora_core::storage::{EncryptionState, Observed, Sealed, Storage};
use aragora_core::telemetry::Parts;
use aragora_core::testing::storage::StorageFactory;
use async_trait::async_trait;

use crate::sealing::{EachTenant, KEY_1};

/// What is put around a store.
pub type Wrap = fn(Arc<dyn Storage>, &Parts) -> Arc<dyn Storage>;

/// The stores of a factory, each wrapped.
#[derive(Debug)]
pub struct Decorated<F> {
    /// What makes the stores below.
    pub stores: F,
    /// What the decorators go by.
    pub parts: Parts,
    /// The decorators.
    pub wrap: Wrap,
}

#[async_trait]
impl<F: StorageFactory> StorageFactory for Decorated<F> {
    async fn fresh(&self) -> Result<Arc<dyn Storage>> {
        Ok((self.wrap)(self.stores.fresh().await?, &self.parts))
    }

    async fn reopen(&self, closed: Arc<dyn Storage>) -> Result<Option<Arc<dyn Storage>>> {
        Ok(self.stores.reopen(closed).await?.map(|store| (self.wrap)(store, &self.parts)))
    }

    async fn pass(&self, time: Duration) {
        self.stores.pass(time).await;
    }
}

/// Sealed under one key, in this state where no policy says otherwise.
///
/// # Panics
///
/// Never: the key of the tests is one.
#[allow(clippy::expect_used)]
pub fn seal(inner: Arc<dyn Storage>, parts: &Parts, unlisted: EncryptionState) -> Arc<dyn Storage> {
    let keys = Keyring::from_hex_list(KEY_1).expect("the key of the tests is one");
    Arc::new(Sealed::new(inner, keys, parts).unlisted(unlisted))
}

/// Sealed, strictly.
pub fn sealed(inner: Arc<dyn Storage>, parts: &Parts) -> Arc<dyn Storage> {
    seal(inner, parts, EncryptionState::Strict)
}

/// Each tenant through a handle of its own.
pub fn tenanted(inner: Arc<dyn Storage>, _: &Parts) -> Arc<dyn Storage> {
    Arc::new(EachTenant::new(inner, |handle| Arc::new(handle)))
}

/// Observed.
pub fn observed(inner: Arc<dyn Storage>, parts: &Parts) -> Arc<dyn Storage> {
    Arc::new(Observed::new(inner, parts))
}

/// All of them, in the order of the specification.
pub fn stack(inner: Arc<dyn Storage>, parts: &Parts) -> Arc<dyn Storage> {
    let observed = |handle| Arc::new(Observed::new(Arc::new(handle), parts)) as Arc<dyn Storage>;
    Arc::new(EachTenant::new(sealed(inner, parts), observed))
}
