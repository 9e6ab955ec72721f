use std::sync::Arc;

use crate::crypto::Keyring;
use crate::error::Result;
use crate::storage::address::Space;

/// The keys a store is sealed with.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum SealKeys {
    /// One ring for everything.
    Shared(Arc<Keyring>),
}

impl SealKeys {
    /// The ring of this space.
    #[allow(clippy::unused_async)] // Keys of tenants are fetched here.
    pub(crate) async fn ring(&self, _: &Space) -> Result<Arc<Keyring>> {
        match self {
            Self::Shared(ring) => Ok(ring.clone()),
        }
    }
}

impl From<Keyring> for SealKeys {
    fn from(ring: Keyring) -> Self {
        Self::Shared(Arc::new(ring))
    }
}

impl From<Arc<Keyring>> for SealKeys {
    fn from(ring: Arc<Keyring>) -> Self {
        Self::Shared(ring)
    }
}
