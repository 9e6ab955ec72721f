use std::sync::Arc;
use std::time::Duration;

use crate::crypto::{DataKey, KeyRef, Kms, KmsContext, SecretKey, Wrapped};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::OrgId;
use crate::telemetry::{Parts, names};

/// How long one call of the key service may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How often a call is made before the service counts as unavailable.
const TRIES: u32 = 3;
/// The pause before the second try; it doubles.
const PAUSE: Duration = Duration::from_millis(200);

/// The key service with a limit on each call and new tries where they help.
#[derive(Clone, Debug)]
pub(super) struct Service {
    kms: Arc<dyn Kms>,
    parts: Parts,
}

impl Service {
    pub(super) fn new(kms: Arc<dyn Kms>, parts: Parts) -> Self {
        Self { kms, parts }
    }

    pub(super) async fn generate(&self, tenant: &OrgId) -> Result<DataKey> {
        self.call("generate", || self.kms.generate_data_key(KeyRef::of(tenant), cx(tenant))).await
    }

    pub(super) async fn decrypt(&self, tenant: &OrgId, wrapped: &[u8]) -> Result<SecretKey> {
        let call = || self.kms.decrypt_data_key(KeyRef::of(tenant), wrapped.to_vec(), cx(tenant));
        self.call("decrypt", call).await
    }

    pub(super) async fn reencrypt(&self, tenant: &OrgId, wrapped: &[u8]) -> Result<Wrapped> {
        self.call("reencrypt", || self.kms.reencrypt(KeyRef::of(tenant), wrapped.to_vec(), cx(tenant))).await
    }

    async fn call<T, F: Future<Output = Result<T>>>(&self, operation: &str, make: impl Fn() -> F) -> Result<T> {
        let mut pause = PAUSE;
        for attempt in 1.. {
            let clock = &self.parts.clock;
            let limit = clock.sleep_until(clock.monotonic().saturating_add(TIMEOUT));
            let answer = tokio::select! {
                biased;
                answer = make() => answer,
                () = limit => Err(Error::new(ErrorKind::KmsUnavailable, "the key service did not answer within 5 s")),
            };
            let status = answer.as_ref().err().map_or("success", Error::code);
            self.parts.telemetry.counter(&names::KMS_REQUESTS_TOTAL, &[operation, status]).increment();
            match answer {
                Err(error) if error.kind() == ErrorKind::KmsUnavailable && attempt < TRIES => {
                    clock.sleep_until(clock.monotonic().saturating_add(pause)).await;
                    pause *= 2;
                }
                done => return done,
            }
        }
        Err(Error::internal("an endless loop ended"))
    }
}

fn cx(tenant: &OrgId) -> KmsContext {
    KmsContext { tenant: tenant.clone() }
}
