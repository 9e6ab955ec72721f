use std::sync::Arc;

use async_trait::async_trait;
use zeroize::Zeroizing;

use super::cipher::Cipher;
use super::envelope::{Envelope, FieldPath};
use super::keyring::Keyring;
use super::kms::{DataKey, KeyRef, Kms, KmsContext, SecretKey, Wrapped};
use super::plain::Plain;
use crate::config::Secret;
use crate::entropy::Entropy;
use crate::error::{Error, ErrorKind, Result};
use crate::ids::OrgId;

/// A key service in the process: data keys are wrapped in envelopes under a keyring of the installation.
///
/// What is shredded is gone from what the library manages. Copies of the wrapped keys made elsewhere, together with the
/// keyring, are outside that promise; a service that deletes its key is not.
#[derive(Clone, Debug)]
pub struct LocalKms {
    cipher: Cipher,
    entropy: Arc<dyn Entropy>,
}

impl LocalKms {
    /// Wraps under the first key of this ring.
    pub fn new(keyring: Arc<Keyring>, entropy: Arc<dyn Entropy>) -> Self {
        Self { cipher: Cipher::new(keyring, entropy.clone()), entropy }
    }

    fn wrap(&self, tenant: &OrgId, key: &[u8]) -> Result<Wrapped> {
        let envelope: Envelope = self.cipher.seal(&path(tenant), Plain::bytes(key))?;
        let version = self.cipher.keyring().active_key_id().to_string();
        Ok(Wrapped { bytes: envelope.into_bytes(), version })
    }

    fn unwrap(&self, key: &KeyRef, wrapped: &[u8], cx: &KmsContext) -> Result<SecretKey> {
        check(key, cx)?;
        match self.cipher.open(&path(&cx.tenant), wrapped) {
            Ok(Plain::Bytes(key)) => Ok(key),
            Ok(_) => Err(denied()),
            Err(error) if error.kind() == ErrorKind::DecryptionFailed => Err(denied().caused_by(error)),
            Err(error) => Err(error),
        }
    }
}

fn path(tenant: &OrgId) -> FieldPath<'_> {
    FieldPath { tenant: "", store: "kms", record: tenant.as_str().as_bytes(), field: "data_key" }
}

fn check(key: &KeyRef, cx: &KmsContext) -> Result<()> {
    if *key == KeyRef::of(&cx.tenant) { Ok(()) } else { Err(denied()) }
}

fn denied() -> Error {
    Error::new(ErrorKind::KmsDenied, "this key was not wrapped for this tenant")
}

#[async_trait]
impl Kms for LocalKms {
    async fn generate_data_key(&self, key: KeyRef, cx: KmsContext) -> Result<DataKey> {
        check(&key, &cx)?;
        let mut plain = Zeroizing::new([0; 32]);
        self.entropy.fill(&mut *plain)?;
        let Wrapped { bytes, version } = self.wrap(&cx.tenant, &*plain)?;
        Ok(DataKey { plaintext: Secret::new(plain.to_vec()), wrapped: bytes, version })
    }

    async fn decrypt_data_key(&self, key: KeyRef, wrapped: Vec<u8>, cx: KmsContext) -> Result<SecretKey> {
        self.unwrap(&key, &wrapped, &cx)
    }

    async fn reencrypt(&self, key: KeyRef, wrapped: Vec<u8>, cx: KmsContext) -> Result<Wrapped> {
        let plain = self.unwrap(&key, &wrapped, &cx)?;
        self.wrap(&cx.tenant, plain.expose())
    }
}
