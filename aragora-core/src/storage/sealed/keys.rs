use std::sync::Arc;

use crate::crypto::Keyring;
use crate::error::Result;
use crate::storage::address::Space;
use crate::storage::tenant_keys::TenantKeys;

/// The keys a store is sealed with.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum SealKeys {
    /// One ring for everything.
    Shared(Arc<Keyring>),
    /// One ring for each tenant, from a key service.
    PerTenant(Arc<TenantKeys>),
}

impl SealKeys {
    /// The ring of this space.
    pub(crate) async fn ring(&self, space: &Space) -> Result<Arc<Keyring>> {
        match (self, space) {
            (Self::Shared(ring), _) => Ok(ring.clone()),
            (Self::PerTenant(keys), Space::System) => Ok(keys.system().clone()),
            (Self::PerTenant(keys), Space::Tenant(tenant)) => keys.get_tenant_key(tenant).await,
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

impl From<Arc<TenantKeys>> for SealKeys {
    fn from(keys: Arc<TenantKeys>) -> Self {
        Self::PerTenant(keys)
    }
}
