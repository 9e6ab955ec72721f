//! How an instance is opened.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use serde::Deserialize;
use serde_json::Value;

use super::documents::ProtocolDocument;
use crate::agents::PriceTable;
use crate::agents::layers::LayersDocument;
use crate::clock::Timestamp;
use crate::config::{EncryptionSettings, Secret, parse_keys};
use crate::debate::Seed;
use crate::entropy::Entropy;
use crate::error::{ErrorKind, Result, Violations};

/// The open document.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Settings {
    pub(super) config: ConfigDocument,
    pub(super) storage: Option<String>,
    pub(super) protocols: Vec<HostProtocol>,
    pub(super) clock: Option<ClockDocument>,
    pub(super) seed: Option<Seed>,
    pub(super) layers: LayersDocument,
    pub(super) prices: Option<PriceTable>,
    pub(super) encryption: Option<EncryptionDocument>,
}

/// Where settings come from; a binding reads no environment by itself.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ConfigDocument {
    pub(super) env: BTreeMap<String, String>,
}

impl std::fmt::Debug for ConfigDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ConfigDocument({} variables)", self.env.len())
    }
}

/// Keys in the place of those of the configuration.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct EncryptionDocument {
    keys: KeyList,
    admit_plain: Option<bool>,
}

/// Texts that no error quotes.
#[derive(Debug, Default)]
struct KeyList(Option<Secret>);

impl<'de> Deserialize<'de> for KeyList {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let wrong = || serde::de::Error::custom("encryption keys are a list of texts of 64 hex digits");
        let given = Value::deserialize(deserializer)?;
        if given.is_null() {
            return Ok(Self(None));
        }
        let keys = given.as_array().ok_or_else(wrong)?.iter().map(Value::as_str);
        let keys = keys.collect::<Option<Vec<_>>>().ok_or_else(wrong)?;
        Ok(Self(Some(Secret::new(keys.join(",")))))
    }
}

impl EncryptionDocument {
    pub(super) fn into_settings(self, settings: &mut EncryptionSettings) -> Result<()> {
        if let Some(keys) = self.keys.0 {
            let mut violations = Violations::new();
            settings.keys = parse_keys(keys.expose(), &mut violations);
            violations.into_result(ErrorKind::InvalidConfig)?;
        }
        settings.admit_plain = self.admit_plain.unwrap_or(settings.admit_plain);
        Ok(())
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HostProtocol {
    pub(super) foreign: ProtocolDocument,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClockDocument {
    pub(super) manual: Instant,
}

/// RFC 3339, or milliseconds since 1970.
#[derive(Clone, Copy, Debug)]
pub(super) struct Instant(pub(super) Timestamp);

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => text.parse().map(Self).map_err(serde::de::Error::custom),
            Value::Number(ms) if ms.is_i64() => Ok(Self(Timestamp::from_millis(ms.as_i64().unwrap_or_default()))),
            other => Err(serde::de::Error::custom(format!("{other} is no instant"))),
        }
    }
}

/// Random bytes that are the same in every run, for ids in tests.
#[derive(Debug)]
pub(super) struct SeededEntropy(Mutex<ChaCha8Rng>);

impl SeededEntropy {
    pub(super) fn new(seed: Seed) -> Arc<Self> {
        Arc::new(Self(Mutex::new(ChaCha8Rng::seed_from_u64(seed.0))))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, out: &mut [u8]) -> Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(out);
        Ok(())
    }
}
