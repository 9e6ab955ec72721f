//! What a host says about encryption, and what becomes of it: settings, the assembled stack, a debate kept in it.

use std::io::Write as _;
use std::sync::Arc;

use aragora_core::agents::FnAgent;
use aragora_core::config::Config;
use aragora_core::crypto::{Cipher, Keyring};
use aragora_core::engine::Engine;
use aragora_core::ids::{AgentId, OrgId};
use aragora_core::protocols::Simultaneous;
use aragora_core::storage::backup::{BackupArchive, Backups, DirTarget};
use aragora_core::storage::{
    Address, Codec, Control, FieldPolicy, KeyBytes, KeyRange, MemoryStorage, PageRequest, Seal, Space, Stack, Storage,
    TableDef, TableName, draft, open_frame,
};
use aragora_core::telemetry::{Parts, names};
use aragora_core::{Aragora, ErrorKind};
use aragora_tests::sealing::{KEY_1, KEY_2};
use aragora_tests::secrets::{files_with, keep_debate};

const SECRET: &str = "the-codename-is-heron";

fn org(name: &str) -> OrgId {
    OrgId::new(name).unwrap()
}

fn at(tenant: &str, table: &str) -> Address {
    Address::new(Space::Tenant(org(tenant)), TableName::new(table).unwrap(), KeyBytes::of(&1u64))
}

#[test]
fn keys_come_from_a_variable_or_a_file_and_are_never_shown() {
    let config = Config::load([("ARAGORA_ENCRYPTION_KEY", &*format!(" {KEY_1},{KEY_2} "))]).unwrap();
    assert_eq!(config.encryption.keys.len(), 2);
    let ring = Keyring::from_keys(&config.encryption.keys).unwrap();
    assert_eq!(ring.active_key_id(), Keyring::from_hex_list(KEY_1).unwrap().active_key_id());
    assert!(!format!("{config:?}").contains(&KEY_1[..16]));

    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "{KEY_2}").unwrap();
    let path = file.path().to_str().unwrap().to_owned();
    let config = Config::load([("ARAGORA_ENCRYPTION_KEY_FILE", &*path)]).unwrap();
    assert_eq!(config.encryption.keys.len(), 1);
    let both = Config::load([("ARAGORA_ENCRYPTION_KEY", KEY_1), ("ARAGORA_ENCRYPTION_KEY_FILE", &path)]).unwrap_err();
    assert!(both.reason().contains("both set"), "{both}");

    let wrong = Config::load([("ARAGORA_ENCRYPTION_KEY", &*format!("{KEY_1},{}", &KEY_2[1..]))]).unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::InvalidConfig);
    assert!(wrong.reason().contains("/encryption/keys/1: entry 2 has 63 characters"), "{wrong}");
    assert!(!format!("{wrong:?}").contains(&KEY_2[1..20]));
    assert!(Config::load([("ARAGORA_ENCRYPTION_KEY", " ")]).unwrap().encryption.keys.is_empty());
}

#[tokio::test]
async fn a_debate_in_a_sealed_store_leaves_no_word_below() {
    let parts = Parts::system();
    let below: Arc<dyn Storage> = Arc::new(MemoryStorage::new(parts.clock.clone()));
    let stack = Stack::over(below.clone(), &parts).sealed_with(Keyring::from_hex_list(KEY_1).unwrap()).build().unwrap();
    let engine = Engine::builder().parts(parts.clone()).storage(stack.whole()).build().unwrap();
    let aragora = Aragora::with_engine(engine);
    let mut debate = aragora.debate(format!("What is {SECRET}?")).protocol(Simultaneous::default());
    for name in ["ada", "bob", "eve"] {
        let agent = FnAgent::new(AgentId::new(name).unwrap(), |_, _| async {
            Ok(format!("I know that {SECRET}.\nFINAL ANSWER: a bird"))
        });
        debate = debate.seat(agent);
    }
    let handle = debate.start().await.unwrap();
    let id = handle.id().clone();
    let decision = handle.result().await.unwrap();
    let log = aragora.debates().log(&org("default"), &id).await.unwrap();
    assert!(serde_json::to_string(&log).unwrap().contains(SECRET));
    assert!(decision.answer.is_some());

    let mut rows = 0;
    for table in ["event", "debate"] {
        let range = KeyRange::all(Space::Tenant(org("default")), TableName::new(table).unwrap());
        for entry in below.scan(range, PageRequest::first(1_000)).await.unwrap().entries {
            rows += 1;
            let text = String::from_utf8_lossy(&entry.frame).into_owned();
            assert!(!text.contains("heron") && !text.contains("bird") && !text.contains("ada"), "{table}");
            assert!(open_frame(&entry.frame, &entry.address.physical()).unwrap().sealed);
        }
    }
    assert!(rows > log.len(), "every record and the header");
    assert!(stack.health().is_healthy());
    assert!(parts.telemetry.count_of(&names::STORAGE_OPERATIONS_TOTAL, &["apply", "success"]) > 3);
}

/// Keeps a debate about the secret in a directory, backs the store up into the same, in full and by an increment, and
/// gives the bytes of all files and those that hold the secret in plain, base64 or hex.
async fn files_with_the_secret(backend: &str, env: &[(&str, &str)], keys: Option<&str>) -> (usize, Vec<String>) {
    let root = tempfile::tempdir().unwrap();
    let uri = format!("{backend}:{}?journal=on", root.path().join("store").display());
    let backup = root.path().join("backup");
    keep_debate(&uri, env, SECRET, async |aragora| {
        let parts = Parts::system();
        let cipher =
            keys.map(|keys| Cipher::new(Arc::new(Keyring::from_hex_list(keys).unwrap()), parts.entropy.clone()));
        let archive = BackupArchive::new(Arc::new(DirTarget::new(&backup)), cipher, parts);
        let backups = Backups::new(aragora.storage().whole(), archive)?;
        backups.full().await?;
        aragora.storage().whole().put(at("default", "note"), draft(Codec::Raw, 1, SECRET.as_bytes())).await?;
        assert!(backups.increment().await?.is_some());
        Ok(())
    })
    .await
    .unwrap();
    assert!(backup.read_dir().unwrap().next().is_some(), "there is a backup");
    files_with(SECRET, root.path()).unwrap()
}

#[tokio::test]
async fn no_file_of_a_sealed_directory_or_of_its_backup_holds_a_word() {
    let backends: &[&str] = if cfg!(feature = "sled") { &["redb", "sled"] } else { &["redb"] };
    for backend in backends {
        let (bytes, found) = files_with_the_secret(backend, &[], None).await;
        let in_backup = found.iter().any(|file| file.contains("/backup/"));
        assert!(bytes > 1_000 && in_backup && found.len() > 1, "without a key the search finds it: {found:?}");
        let sealed = [("ARAGORA_ENCRYPTION_KEY", KEY_1)];
        for keys in [None, Some(KEY_2)] {
            let (bytes, found) = files_with_the_secret(backend, &sealed, keys).await;
            assert!(bytes > 1_000 && found.is_empty(), "{backend}: {found:?}");
        }
    }
}

#[tokio::test]
async fn a_tenants_handle_is_observed_confined_and_sealed() {
    let parts = Parts::system();
    let below: Arc<dyn Storage> = Arc::new(MemoryStorage::new(parts.clock.clone()));
    let stack = Stack::over(below.clone(), &parts).sealed_with(Keyring::from_hex_list(KEY_1).unwrap()).build().unwrap();
    let acme = stack.tenant(org("acme"));
    acme.put(at("acme", "t"), draft(Codec::Raw, 1, SECRET.as_bytes())).await.unwrap();
    let refused = acme.get(at("other", "t")).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::PermissionDenied);
    assert_eq!(acme.control(Control::Usage).await.unwrap_err().kind(), ErrorKind::PermissionDenied);
    assert!(stack.whole().get(at("acme", "t")).await.unwrap().is_some());
    let stored = below.get(at("acme", "t")).await.unwrap().unwrap();
    assert!(!String::from_utf8_lossy(&stored.frame).contains(SECRET));
    let count = |status| parts.telemetry.count_of(&names::STORAGE_OPERATIONS_TOTAL, &["get_many", status]);
    assert_eq!((count("success"), count("permission_denied")), (1, 1), "one set of counts for every handle");
    stack.reencrypt().unwrap().census().await.unwrap();
}

#[tokio::test]
async fn production_without_a_key_keeps_no_credentials() {
    const CREDENTIALS: TableDef =
        TableDef { seal: Seal::Fields(&FieldPolicy { plain: &[] }), ..TableDef::tenant("integrations", 1) };
    let parts = Parts::system();
    let below: Arc<dyn Storage> = Arc::new(MemoryStorage::new(parts.clock.clone()));
    let stack = Stack::over(below.clone(), &parts).tables(&[CREDENTIALS]).production().build().unwrap();
    let storage = stack.whole();
    for refused in [
        storage.put(at("acme", "integrations"), draft(Codec::Json, 1, b"{}")).await.map(drop),
        storage.get(at("acme", "integrations")).await.map(drop),
        storage
            .scan(
                KeyRange::all(Space::Tenant(org("acme")), TableName::new("integrations").unwrap()),
                PageRequest::default(),
            )
            .await
            .map(drop),
    ] {
        let error = refused.unwrap_err();
        assert_eq!((error.kind(), error.reason()), (ErrorKind::NotConfigured, "ARAGORA_ENCRYPTION_KEY is not set"));
    }
    storage.put(at("acme", "t"), draft(Codec::Json, 1, b"{}")).await.unwrap();
    assert_eq!(stack.reencrypt().unwrap_err().kind(), ErrorKind::NotConfigured);
    let development = Stack::over(below, &parts).tables(&[CREDENTIALS]).build().unwrap();
    development.whole().put(at("acme", "integrations"), draft(Codec::Json, 1, b"{}")).await.unwrap();
}

#[tokio::test]
async fn an_instance_opens_with_the_keys_of_its_settings() {
    let config = Config::load([("ARAGORA_ENCRYPTION_KEY", KEY_1)]).unwrap();
    let aragora = Aragora::open("memory:", &config).await.unwrap();
    assert!(aragora.storage().sealed().is_some());
    let plain = Aragora::open("memory:", &Config::default()).await.unwrap();
    assert!(plain.storage().sealed().is_none());
    let mut config = config;
    config.encryption.keys.push(config.encryption.keys[0].clone());
    assert_eq!(Aragora::open("memory:", &config).await.unwrap_err().kind(), ErrorKind::InvalidConfig);
}
