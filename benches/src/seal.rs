//! Sealing against the raw cipher crate, each with a random nonce for every value.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::aead::{AeadInOut as _, KeyInit as _};
use aragora_core::crypto::{Cipher, FieldPath, Keyring, Plain};
use aragora_core::entropy::{Entropy as _, SystemEntropy};
use aragora_core::storage::{Address, Codec, KeyBytes, MemoryStorage, Sealed, Space, Storage, TableName, draft};
use aragora_core::telemetry::Parts;
use tokio::runtime::Runtime;

use crate::row::{Row, Target};
use crate::timing::{compare, nanos, timed};
use crate::{Result, one_thread};

/// Values per sample.
pub const VALUES: u32 = 1_000;
const AAD: [u8; 120] = [5; 120];
const RECORD: [u8; 1_024] = [7; 1_024];

/// Our cipher and the raw one.
pub struct Ciphers {
    ours: Cipher,
    key: [u8; 32],
    raw: Aes256Gcm,
    plain: Vec<u8>,
}

impl std::fmt::Debug for Ciphers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ciphers").field("bytes", &self.plain.len()).finish_non_exhaustive()
    }
}

impl Ciphers {
    /// Both, for values of this size.
    pub fn new(bytes: usize) -> Result<Self> {
        let mut key = [0; 32];
        SystemEntropy.fill(&mut key)?;
        let ring = Keyring::ephemeral(&SystemEntropy)?;
        let ours = Cipher::new(Arc::new(ring), Arc::new(SystemEntropy));
        Ok(Self { ours, key, raw: Aes256Gcm::new(&key.into()), plain: vec![7; bytes] })
    }

    /// Seals every value for its place.
    pub fn seal(&self) -> Result<()> {
        let at = FieldPath { tenant: "acme", store: "integrations", record: b"slack/u-123/0000000", field: "/token" };
        for _ in 0..VALUES {
            black_box(self.ours.seal(&at, Plain::bytes(self.plain.as_slice()))?);
        }
        Ok(())
    }

    /// Encrypts every value with a key that is set up once.
    pub fn prepared(&self) -> Result<()> {
        (0..VALUES).try_for_each(|_| self.encrypt(&self.raw))
    }

    /// Encrypts every value with a key that is set up for it.
    pub fn with_set_up(&self) -> Result<()> {
        (0..VALUES).try_for_each(|_| self.encrypt(&Aes256Gcm::new(&self.key.into())))
    }

    fn encrypt(&self, cipher: &Aes256Gcm) -> Result<()> {
        let mut nonce = [0; 12];
        SystemEntropy.fill(&mut nonce)?;
        let mut text = self.plain.clone();
        let tag = cipher.encrypt_inout_detached(&nonce.into(), &AAD, InOutBuf::from(text.as_mut_slice()));
        black_box((text, tag.map_err(|_| "the raw cipher failed")?));
        Ok(())
    }
}

/// A sealed store over memory, and memory alone.
#[derive(Debug)]
pub struct SealedStores {
    runtime: Runtime,
    sealed: Arc<dyn Storage>,
    plain: Arc<dyn Storage>,
    addresses: Vec<Address>,
}

impl SealedStores {
    /// Both, filled with records of 1 KiB.
    pub fn new() -> Result<Self> {
        let parts = Parts::system();
        let table = TableName::new("bench")?;
        let at = |n: u32| Address::new(Space::System, table.clone(), KeyBytes::of(&u64::from(n)));
        let below = Arc::new(MemoryStorage::new(parts.clock.clone()));
        let stores = Self {
            runtime: one_thread()?,
            sealed: Arc::new(Sealed::new(below, Keyring::ephemeral(&SystemEntropy)?, &parts)),
            plain: Arc::new(MemoryStorage::new(parts.clock.clone())),
            addresses: (0..VALUES).map(at).collect(),
        };
        stores.put(true)?;
        stores.put(false)?;
        Ok(stores)
    }

    fn store(&self, sealed: bool) -> &Arc<dyn Storage> {
        if sealed { &self.sealed } else { &self.plain }
    }

    /// Writes every record, one by one.
    pub fn put(&self, sealed: bool) -> Result<()> {
        self.runtime.block_on(async {
            for at in &self.addresses {
                self.store(sealed).put(at.clone(), draft(Codec::Raw, 1, &RECORD)).await?;
            }
            Ok(())
        })
    }

    /// Reads every record, one by one.
    pub fn get(&self, sealed: bool) -> Result<()> {
        self.runtime.block_on(async {
            for at in &self.addresses {
                black_box(self.store(sealed).get(at.clone()).await?);
            }
            Ok(())
        })
    }
}

/// The figures of sealing.
pub fn rows() -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    let small = Ciphers::new(64)?;
    let large = Ciphers::new(4 << 10)?;
    type Side = fn(&Ciphers) -> Result<()>;
    let cases: [(&str, &Ciphers, Side, f64); 3] = [
        ("seal 64 B, against the raw cipher with a prepared key", &small, Ciphers::prepared, 3.0),
        ("seal 64 B, against the raw cipher with key set-up", &small, Ciphers::with_set_up, 2.0),
        ("seal 4 KiB, against the raw cipher with a prepared key", &large, Ciphers::prepared, 1.3),
    ];
    for (figure, ciphers, raw, most) in cases {
        let pair = compare(200, || timed(|| ciphers.seal()), || timed(|| raw(ciphers)))?;
        let (ours, reference) = (nanos(pair.ours, VALUES), nanos(pair.reference, VALUES));
        rows.push(Row::new(figure, ours, reference, pair.ratio(), Target::AtMost(most)));
    }
    let record = Ciphers::new(RECORD.len())?;
    let raw = compare(200, || timed(|| record.prepared()), || timed(|| record.prepared()))?.ours;
    let allowed = Duration::from_micros(2 * u64::from(VALUES)).as_secs_f64() + 1.3 * raw.as_secs_f64();
    let stores = SealedStores::new()?;
    let writes = compare(200, || timed(|| stores.put(true)), || timed(|| stores.put(false)))?;
    let reads = compare(200, || timed(|| stores.get(true)), || timed(|| stores.get(false)))?;
    for (what, pair) in [("write", writes), ("read", reads)] {
        let added = pair.ours.saturating_sub(pair.reference);
        let figure = format!("sealed over memory, added to a {what} of 1 KiB, against 2 us + 1.3 x raw cipher");
        let reference = nanos(Duration::from_secs_f64(allowed), VALUES);
        rows.push(Row::new(
            figure,
            nanos(added, VALUES),
            reference,
            added.as_secs_f64() / allowed,
            Target::AtMost(1.0),
        ));
    }
    Ok(rows)
}
