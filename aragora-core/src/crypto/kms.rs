//! Data keys of tenants, kept by a key service. Adapters for cloud services are the host's;
//! `aragora_core::testing::kms` is their suite.

use std::collections::BTreeMap;
use std::fmt;

use async_trait::async_trait;

use crate::config::Secret;
use crate::error::Result;
use crate::ids::OrgId;

/// A key in the open, overwritten when dropped.
pub type SecretKey = Secret<Vec<u8>>;

/// A key service. `kms_unavailable` if it does not answer, which is tried again; `kms_denied` if it refuses.
#[async_trait]
pub trait Kms: Send + Sync + fmt::Debug {
    /// A new data key of 32 random bytes, in the open and wrapped for this context.
    async fn generate_data_key(&self, key: KeyRef, cx: KmsContext) -> Result<DataKey>;
    /// The data key that was wrapped for this context, and for no other.
    async fn decrypt_data_key(&self, key: KeyRef, wrapped: Vec<u8>, cx: KmsContext) -> Result<SecretKey>;
    /// The same data key wrapped anew under the newest version of the wrapping key.
    async fn reencrypt(&self, key: KeyRef, wrapped: Vec<u8>, cx: KmsContext) -> Result<Wrapped>;
}

/// Names the wrapping key of a tenant: `alias/aragora/tenant/{tenant}`. Ids hold no `/`, so no two tenants share one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyRef(String);

impl KeyRef {
    /// The alias of this tenant.
    pub fn of(tenant: &OrgId) -> Self {
        Self(format!("alias/aragora/tenant/{tenant}"))
    }

    /// The alias as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a wrapped key is bound to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KmsContext {
    /// Whose data the key is for.
    pub tenant: OrgId,
}

impl KmsContext {
    /// The encryption context as services take it: `{"tenant": id}`.
    pub fn pairs(&self) -> BTreeMap<&'static str, &str> {
        BTreeMap::from([("tenant", self.tenant.as_str())])
    }
}

/// A new data key.
#[derive(Clone, Debug)]
pub struct DataKey {
    /// In the open.
    pub plaintext: SecretKey,
    /// As it may be stored.
    pub wrapped: Vec<u8>,
    /// The version of the wrapping key, as the service names it.
    pub version: String,
}

/// A data key as it may be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrapped {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The version of the wrapping key.
    pub version: String,
}
