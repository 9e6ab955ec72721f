//! Keys of tenants: random, checked, cached for a while, rotated, and destroyed for good.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aragora_core::clock::{CancelToken, ManualClock};
use aragora_core::config::Secret;
use aragora_core::crypto::{DataKey, KeyRef, Keyring, Kms, KmsContext, LocalKms, SecretKey, Wrapped};
use aragora_core::entropy::SystemEntropy;
use aragora_core::ids::{OrgId, PrincipalId};
use aragora_core::storage::{
    Grace, MemoryStorage, Sealed, ShredProof, Space, Storage, Table, TableDef, TableRecord, TenantKeys,
};
use aragora_core::telemetry::{Parts, names};
use aragora_core::testing::storage::Hurried;
use aragora_core::{Error, ErrorKind, Result};
use aragora_tests::sealing::{KEY_1, KEY_2, hex};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Note {
    id: u64,
    text: String,
}

impl TableRecord for Note {
    type Key = u64;
    const DEF: TableDef = TableDef::tenant("test_note", 1);

    fn key(&self) -> u64 {
        self.id
    }
}

/// What a service does instead of answering.
#[derive(Clone, Debug, Default)]
enum Mood {
    #[default]
    Well,
    Down,
    Denied,
    Answers(Vec<u8>),
    Silent,
}

/// A local service that can misbehave and counts its calls.
#[derive(Debug)]
struct Moody {
    inner: LocalKms,
    mood: Mutex<Mood>,
    calls: AtomicU64,
}

impl Moody {
    fn new(keys: &str) -> Arc<Self> {
        let ring = Arc::new(Keyring::from_hex_list(keys).unwrap());
        Arc::new(Self {
            inner: LocalKms::new(ring, Arc::new(SystemEntropy)),
            mood: Mutex::default(),
            calls: AtomicU64::new(0),
        })
    }

    fn is(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    fn calls(&self) -> u64 {
        self.calls.swap(0, Ordering::SeqCst)
    }

    async fn answer(&self) -> Result<Option<Vec<u8>>> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let mood = self.mood.lock().unwrap().clone();
        match mood {
            Mood::Well => Ok(None),
            Mood::Down => Err(Error::new(ErrorKind::KmsUnavailable, "down")),
            Mood::Denied => Err(Error::new(ErrorKind::KmsDenied, "denied")),
            Mood::Answers(bytes) => Ok(Some(bytes)),
            Mood::Silent => std::future::pending().await,
        }
    }
}

#[async_trait]
impl Kms for Moody {
    async fn generate_data_key(&self, key: KeyRef, cx: KmsContext) -> Result<DataKey> {
        let answer = self.answer().await?;
        let made = self.inner.generate_data_key(key, cx).await?;
        Ok(match answer {
            Some(bytes) => DataKey { plaintext: Secret::new(bytes), ..made },
            None => made,
        })
    }

    async fn decrypt_data_key(&self, key: KeyRef, wrapped: Vec<u8>, cx: KmsContext) -> Result<SecretKey> {
        match self.answer().await? {
            Some(bytes) => Ok(Secret::new(bytes)),
            None => self.inner.decrypt_data_key(key, wrapped, cx).await,
        }
    }

    async fn reencrypt(&self, key: KeyRef, wrapped: Vec<u8>, cx: KmsContext) -> Result<Wrapped> {
        self.answer().await?;
        self.inner.reencrypt(key, wrapped, cx).await
    }
}

struct Lab {
    below: Arc<dyn Storage>,
    parts: Parts,
    clock: ManualClock,
    kms: Arc<Moody>,
}

fn org(name: &str) -> OrgId {
    OrgId::new(name).unwrap()
}

fn notes(storage: &Arc<Sealed>, tenant: &str) -> Table<Note> {
    Table::new(storage.clone(), Space::Tenant(org(tenant)))
}

fn note(id: u64) -> Note {
    Note { id, text: format!("secret {id}") }
}

impl Lab {
    fn new() -> Self {
        let clock = ManualClock::default();
        let parts = Parts::system().with_clock(Hurried(clock.clone()));
        let below = Arc::new(MemoryStorage::new(parts.clock.clone()));
        Self { below, parts, clock, kms: Moody::new(KEY_1) }
    }

    fn keys(&self) -> Arc<TenantKeys> {
        let system = Arc::new(Keyring::from_hex_list(KEY_1).unwrap());
        Arc::new(TenantKeys::new(self.below.clone(), self.kms.clone(), system, &self.parts))
    }

    fn sealed(&self, keys: &Arc<TenantKeys>) -> Arc<Sealed> {
        Arc::new(Sealed::new(self.below.clone(), keys.clone(), &self.parts).tables(&[Note::DEF]).unwrap())
    }
}

#[tokio::test]
async fn the_local_service_keeps_the_rules_of_key_services() {
    let ring = Arc::new(Keyring::from_hex_list(KEY_1).unwrap());
    aragora_core::testing::kms::run_all(&LocalKms::new(ring, Arc::new(SystemEntropy))).await;
}

#[tokio::test]
async fn each_tenant_has_a_key_of_its_own_and_it_is_fetched_once() {
    let lab = Lab::new();
    let keys = lab.keys();
    let sealed = lab.sealed(&keys);
    for tenant in ["acme", "other"] {
        notes(&sealed, tenant).put(&note(1)).await.unwrap();
    }
    let id = |tenant: &str| {
        let (keys, tenant) = (keys.clone(), org(tenant));
        async move { keys.get_tenant_key(&tenant).await.unwrap().active_key_id() }
    };
    assert_ne!(id("acme").await, id("other").await);
    lab.kms.calls();
    for _ in 0..10 {
        assert_eq!(notes(&sealed, "acme").get(&1).await.unwrap().unwrap().value, note(1));
    }
    assert_eq!(lab.kms.calls(), 0);
    notes(&sealed, "third").put(&note(1)).await.unwrap();
    lab.kms.calls();
    notes(&sealed, "acme").get(&1).await.unwrap();
    assert_eq!(lab.kms.calls(), 0, "a tenant more makes nobody else's key be fetched again");
    // Another process opens the same rows with the key that is stored.
    let elsewhere = lab.sealed(&lab.keys());
    let reads: Vec<_> = (0..8)
        .map(|_| {
            let table = notes(&elsewhere, "acme");
            tokio::spawn(async move { table.get(&1).await.unwrap().unwrap().value })
        })
        .collect();
    for read in reads {
        assert_eq!(read.await.unwrap(), note(1));
    }
    assert_eq!(lab.kms.calls(), 1, "eight readers wait for one fetch");
}

#[tokio::test]
async fn two_processes_agree_on_the_first_key() {
    let lab = Lab::new();
    let (one, two) = (lab.keys(), lab.keys());
    let acme = org("acme");
    let (a, b) = tokio::join!(one.get_tenant_key(&acme), two.get_tenant_key(&acme));
    assert_eq!(a.unwrap().active_key_id(), b.unwrap().active_key_id());
}

#[tokio::test]
async fn cached_keys_serve_until_their_age_ends_and_nothing_takes_their_place() {
    for (stale, lasts) in [(false, 300), (true, 900)] {
        let lab = Lab::new();
        let system = Arc::new(Keyring::from_hex_list(KEY_1).unwrap());
        let keys = TenantKeys::new(lab.below.clone(), lab.kms.clone(), system, &lab.parts);
        let keys = Arc::new(if stale { keys.serve_stale() } else { keys });
        let sealed = lab.sealed(&keys);
        notes(&sealed, "acme").put(&note(1)).await.unwrap();
        notes(&sealed, "acme").get(&1).await.unwrap();
        lab.kms.is(Mood::Down);
        lab.clock.advance(Duration::from_secs(lasts - 1));
        assert!(notes(&sealed, "acme").get(&1).await.is_ok(), "{lasts} s");
        lab.clock.advance(Duration::from_secs(1));
        lab.kms.calls();
        let error = notes(&sealed, "acme").get(&1).await.unwrap_err();
        assert_eq!((error.kind(), error.retryable()), (ErrorKind::KmsUnavailable, true));
        assert_eq!(lab.kms.calls(), 3, "three tries");
        let error = notes(&sealed, "acme").put(&note(2)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::KmsUnavailable, "nothing is written under another key");
        lab.kms.is(Mood::Well);
        assert!(notes(&sealed, "acme").get(&1).await.is_ok());
        let count = |status| lab.parts.telemetry.count_of(&names::KMS_REQUESTS_TOTAL, &["decrypt", status]);
        assert!(count("kms_unavailable") >= 6 && count("success") >= 2);
    }
}

#[tokio::test]
async fn refusals_are_final_and_silence_is_unavailable() {
    let lab = Lab::new();
    lab.kms.is(Mood::Denied);
    let error = lab.keys().get_tenant_key(&org("acme")).await.unwrap_err();
    assert_eq!((error.kind(), lab.kms.calls()), (ErrorKind::KmsDenied, 1));
    lab.kms.is(Mood::Silent);
    let error = lab.keys().get_tenant_key(&org("acme")).await.unwrap_err();
    assert_eq!((error.kind(), lab.kms.calls()), (ErrorKind::KmsUnavailable, 3));
}

#[tokio::test]
async fn nonsense_of_the_service_is_refused() {
    let lab = Lab::new();
    for answer in [vec![], vec![1; 16], vec![7; 32], (0..33).collect()] {
        lab.kms.is(Mood::Answers(answer.clone()));
        let error = lab.keys().get_tenant_key(&org("acme")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::KmsInvalid, "{} bytes", answer.len());
        assert!(!format!("{error:?}").contains(&hex(&answer)) || answer.is_empty());
    }
    // The same key for two tenants.
    let keys = lab.keys();
    lab.kms.is(Mood::Answers((0..32).collect()));
    keys.get_tenant_key(&org("acme")).await.unwrap();
    assert_eq!(keys.get_tenant_key(&org("other")).await.unwrap_err().kind(), ErrorKind::KmsInvalid);
    // Another key than the one that was recorded.
    lab.kms.is(Mood::Answers((1..33).collect()));
    assert_eq!(lab.keys().get_tenant_key(&org("acme")).await.unwrap_err().kind(), ErrorKind::KmsInvalid);
}

#[tokio::test]
async fn rotation_of_a_tenant_ends_with_the_old_key_destroyed() {
    let lab = Lab::new();
    let keys = lab.keys();
    let sealed = lab.sealed(&keys);
    for tenant in ["acme", "other"] {
        for n in 0..5 {
            notes(&sealed, tenant).put(&note(n)).await.unwrap();
        }
    }
    let acme = org("acme");
    let before = keys.get_tenant_key(&acme).await.unwrap().active_key_id();
    let report = keys.rotate_tenant(&acme, sealed.reencrypt(), &CancelToken::new()).await.unwrap();
    assert_eq!(report.per_store["test_note"].migrated, 5, "the other tenant is not touched");
    let ring = keys.get_tenant_key(&acme).await.unwrap();
    assert_eq!((ring.key_ids().len(), ring.holds(before)), (2, true));
    let early = keys.destroy_unused(&acme, sealed.reencrypt(), &CancelToken::new()).await.unwrap_err();
    assert_eq!(early.kind(), ErrorKind::Conflict);
    lab.clock.advance(Duration::from_secs(900));
    assert_eq!(keys.destroy_unused(&acme, sealed.reencrypt(), &CancelToken::new()).await.unwrap(), 1);
    let ring = keys.get_tenant_key(&acme).await.unwrap();
    assert_eq!((ring.key_ids().len(), ring.holds(before)), (1, false));
    assert_eq!(notes(&sealed, "acme").get(&3).await.unwrap().unwrap().value, note(3));
}

#[tokio::test]
async fn wrapping_keys_change_without_touching_data() {
    let lab = Lab::new();
    let sealed = lab.sealed(&lab.keys());
    notes(&sealed, "acme").put(&note(1)).await.unwrap();
    let census = sealed.reencrypt().census().await.unwrap();
    let old = Keyring::from_hex_list(KEY_1).unwrap().active_key_id();
    assert_eq!(census.rows["tenant_keys"][&old], 1, "a wrapped key needs the key it was wrapped under");

    let both = format!("{KEY_2},{KEY_1}");
    let rotated =
        Lab { kms: Moody::new(&both), below: lab.below.clone(), parts: lab.parts.clone(), clock: lab.clock.clone() };
    let system = Arc::new(Keyring::from_hex_list(&both).unwrap());
    let keys = Arc::new(TenantKeys::new(lab.below.clone(), rotated.kms.clone(), system, &lab.parts));
    let above = rotated.sealed(&keys);
    let row = notes(&above, "acme").get(&1).await.unwrap().unwrap().revision;
    let report = keys.rotate_wrapping().await.unwrap();
    assert_eq!((report.tenants, report.keys), (1, 1));
    assert_eq!(notes(&above, "acme").get(&1).await.unwrap().unwrap().revision, row);
    above.reencrypt().execute(&aragora_core::storage::Stores::All, &CancelToken::new()).await.unwrap();
    lab.clock.advance(Duration::from_secs(1));
    let census = above.reencrypt().census().await.unwrap();
    above.reencrypt().retire(old, &census, Grace::Override).await.unwrap();
    let only_new = Lab { kms: Moody::new(KEY_2), ..rotated };
    let system = Arc::new(Keyring::from_hex_list(KEY_2).unwrap());
    let keys = Arc::new(TenantKeys::new(lab.below.clone(), only_new.kms.clone(), system, &lab.parts));
    assert_eq!(notes(&only_new.sealed(&keys), "acme").get(&1).await.unwrap().unwrap().value, note(1));
}

#[tokio::test]
async fn what_was_shredded_stays_unreadable() {
    let lab = Lab::new();
    let (keys, elsewhere) = (lab.keys(), lab.keys());
    let (sealed, other) = (lab.sealed(&keys), lab.sealed(&elsewhere));
    notes(&sealed, "acme").put(&note(1)).await.unwrap();
    notes(&sealed, "other").put(&note(2)).await.unwrap();
    notes(&other, "acme").get(&1).await.unwrap();
    let at = notes(&sealed, "acme").address(&1).unwrap();
    let backup = lab.below.get(at.clone()).await.unwrap().unwrap();

    let by = PrincipalId::new("ada").unwrap();
    assert_eq!(ShredProof::new(by.clone(), false, false).unwrap_err().kind(), ErrorKind::MfaRequired);
    assert_eq!(ShredProof::new(by.clone(), true, true).unwrap_err().kind(), ErrorKind::LegalHold);
    for _ in 0..2 {
        keys.shred(&org("acme"), ShredProof::new(by.clone(), true, false).unwrap()).await.unwrap();
    }
    for storage in [&sealed, &other] {
        let error = notes(storage, "acme").get(&1).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::KeyNotFound, "also where the key was cached");
        assert_eq!(notes(storage, "acme").put(&note(3)).await.unwrap_err().kind(), ErrorKind::KeyNotFound);
        assert_eq!(notes(storage, "other").get(&2).await.unwrap().unwrap().value, note(2));
    }
    lab.below.delete(at.clone()).await.unwrap();
    lab.below.put(at, backup.frame).await.unwrap();
    assert_eq!(notes(&sealed, "acme").get(&1).await.unwrap_err().kind(), ErrorKind::KeyNotFound);
}
