//! Keys in order: the first encrypts, all decrypt.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::{Algorithm, Argon2, Params, Version};
use data_encoding::HEXLOWER;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::envelope::key_not_found;
use super::xaes::Xaes;
use crate::config::{Secret, check_keys, parse_keys};
use crate::entropy::Entropy;
use crate::error::{Error, ErrorKind, Result, Violations};

/// Seals under one key after which its use is worth a warning; the bound of the construction is far higher.
const SEAL_BUDGET: u64 = 1 << 48;

/// Names a key without saying anything about it: the first 8 bytes of its tag, 16 hex digits as text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId([u8; 8]);

impl KeyId {
    pub(crate) const fn new(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for KeyId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let bytes = HEXLOWER.decode(text.as_bytes()).ok().and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
        bytes.map(Self).ok_or_else(|| Error::new(ErrorKind::InvalidRequest, "a key id is 16 lower-case hex digits"))
    }
}

impl Serialize for KeyId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for KeyId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(|error: Error| serde::de::Error::custom(error.reason()))
    }
}

/// What one key of 32 bytes becomes, by HKDF-SHA256 without salt.
pub(super) struct DerivedKey {
    pub(super) tag: [u8; 32],
    pub(super) aead: Xaes,
    prk: Zeroizing<[u8; 32]>,
    seals: AtomicU64,
}

impl DerivedKey {
    fn of(key: &[u8; 32]) -> Self {
        let (prk, _) = Hkdf::<Sha256>::extract(None, key);
        let prk = Zeroizing::new(prk.into());
        let tag = *expand(&prk, &[b"aragora/key-tag/v1"]);
        let aead = Xaes::new(&expand(&prk, &[b"aragora/field-enc/v1"]));
        Self { tag, aead, prk, seals: AtomicU64::new(0) }
    }

    fn id(&self) -> KeyId {
        let [a, b, c, d, e, f, g, h, ..] = self.tag;
        KeyId([a, b, c, d, e, f, g, h])
    }

    pub(super) fn count_seal(&self) {
        if self.seals.fetch_add(1, Ordering::Relaxed) == SEAL_BUDGET {
            tracing::warn!(key_id = %self.id(), "a key has sealed 2^48 values; rotate it");
        }
    }
}

/// 32 bytes of a label. The length is one block, for which HKDF cannot fail.
fn expand(prk: &[u8; 32], info: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut out = Zeroizing::new([0; 32]);
    if let Ok(hkdf) = Hkdf::<Sha256>::from_prk(prk) {
        let expanded = hkdf.expand_multi_info(info, &mut *out);
        debug_assert!(expanded.is_ok(), "32 bytes are within what HKDF gives");
    }
    out
}

/// A value to find a record by without storing it: 16 bytes that only holders of the key can compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Blind(pub [u8; 16]);

/// The keys of an installation or a tenant: the first encrypts, all decrypt. Overwritten when dropped; printed as ids.
pub struct Keyring {
    first: DerivedKey,
    rest: Box<[DerivedKey]>,
}

impl Keyring {
    /// The keys of a comma list of 64 hex digits each, 1 to 16, as in `ARAGORA_ENCRYPTION_KEY`. `invalid_config` names
    /// what is wrong by the number of the entry, never by its text: other characters, blanks inside, an empty entry,
    /// another length, a repeated key, a key whose bytes are all equal.
    pub fn from_hex_list(text: &str) -> Result<Self> {
        let mut violations = Violations::new();
        let keys = parse_keys(text, &mut violations);
        violations.into_result(ErrorKind::InvalidConfig)?;
        Self::from_keys(&keys)
    }

    /// These keys, e.g. those of `Config::encryption`, under the same rules.
    pub fn from_keys(keys: &[Secret<[u8; 32]>]) -> Result<Self> {
        let mut violations = Violations::new();
        check_keys(keys, &mut violations);
        violations.check(!keys.is_empty(), "/encryption/keys", "no entry, expected 1 to 16");
        violations.into_result(ErrorKind::InvalidConfig)?;
        let mut keys = keys.iter().map(|key| DerivedKey::of(key.expose()));
        let first = keys.next().ok_or_else(|| Error::internal("a checked list of keys is empty"))?;
        Ok(Self { first, rest: keys.collect() })
    }

    /// A key that nobody else has, as 64 hex digits: to be kept where secrets are kept, and given to
    /// [`Self::from_hex_list`]. `unavailable` without random bytes.
    pub fn new_key(entropy: &dyn Entropy) -> Result<Secret> {
        let mut key = Zeroizing::new([0; 32]);
        entropy.fill(&mut *key)?;
        Ok(Secret::new(HEXLOWER.encode(&*key)))
    }

    /// A key that nobody else has and that ends with the process.
    pub fn ephemeral(entropy: &dyn Entropy) -> Result<Self> {
        let mut key = Zeroizing::new([0; 32]);
        entropy.fill(&mut *key)?;
        Self::from_keys(&[Secret::new(*key)])
    }

    /// The same for a durable store on a developer's machine; says in the log what that means.
    pub fn ephemeral_for_development(entropy: &dyn Entropy) -> Result<Self> {
        let ring = Self::ephemeral(entropy)?;
        tracing::warn!(key_id = %ring.active_key_id(), "Data will not be recoverable after restart");
        Ok(ring)
    }

    /// The key of a password, for tools only: Argon2id with 64 MiB, 3 passes, 1 lane. The salt is stored beside what was
    /// sealed. Takes a fraction of a second of processor time.
    pub fn from_password(password: &Secret, salt: &[u8; 16]) -> Result<Self> {
        let params = Params::new(64 << 10, 3, 1, Some(32)).map_err(|error| Error::internal(error.to_string()))?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(password.expose().as_bytes(), salt, &mut *key)
            .map_err(|error| Error::new(ErrorKind::InvalidRequest, format!("this password gives no key: {error}")))?;
        Self::from_keys(&[Secret::new(*key)])
    }

    /// The key that encrypts.
    pub fn active_key_id(&self) -> KeyId {
        self.first.id()
    }

    /// Every key, the one that encrypts first.
    pub fn key_ids(&self) -> Vec<KeyId> {
        self.keys().map(DerivedKey::id).collect()
    }

    /// Whether this key can decrypt here.
    pub fn holds(&self, id: KeyId) -> bool {
        self.keys().any(|key| key.id() == id)
    }

    /// What finds a record by a secret or personal value under the active key: the first 16 bytes of HMAC-SHA256 under
    /// the tenant's index key.
    pub fn blind(&self, tenant: &str, value: &[u8]) -> Blind {
        blind(&self.first, tenant, value)
    }

    /// The same under every key, the active one first, to look for records that were written before a rotation.
    pub fn blinds(&self, tenant: &str, value: &[u8]) -> Vec<Blind> {
        self.keys().map(|key| blind(key, tenant, value)).collect()
    }

    /// The code of a backup's manifest under this key: HMAC-SHA256. `key_not_found` if the key is not held.
    pub(crate) fn backup_mac(&self, key: KeyId, text: &[u8]) -> Result<[u8; 32]> {
        let held = self.keys().find(|held| held.id() == key);
        let held = held.ok_or_else(|| key_not_found(&key))?;
        let mac_key = expand(&held.prk, &[b"aragora/backup/v1"]);
        // HMAC takes keys of any length.
        let mac = Hmac::<Sha256>::new_from_slice(&*mac_key).map_err(|error| Error::internal(error.to_string()))?;
        Ok(mac.chain_update(text).finalize().into_bytes().into())
    }

    pub(super) fn active(&self) -> &DerivedKey {
        &self.first
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &DerivedKey> {
        std::iter::once(&self.first).chain(&self.rest)
    }
}

fn blind(key: &DerivedKey, tenant: &str, value: &[u8]) -> Blind {
    let length = u32::try_from(tenant.len()).unwrap_or(u32::MAX).to_be_bytes();
    let index_key = expand(&key.prk, &[b"aragora/blind/v1", &length, tenant.as_bytes()]);
    // HMAC takes keys of any length.
    let mac = Hmac::<Sha256>::new_from_slice(&*index_key).map(|mac| mac.chain_update(value).finalize().into_bytes());
    let front = mac.ok().and_then(|mac| mac.first_chunk::<16>().copied()).unwrap_or_default();
    Blind(front)
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").field("keys", &self.key_ids()).finish()
    }
}
