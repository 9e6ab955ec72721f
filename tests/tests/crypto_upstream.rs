//! Values of the system before this one: read as what the caller says they are, never written, never in a strict store.

use std::sync::Arc;

use aragora_core::ErrorKind;
use aragora_core::clock::CancelToken;
use aragora_core::config::Secret;
use aragora_core::crypto::{Keyring, Upstream, UpstreamType};
use aragora_core::ids::OrgId;
use aragora_core::storage::{
    Counts, EncryptionState, FieldPolicy, KeyRange, MemoryStorage, PageRequest, Seal, Sealed, Space, Storage, Stores,
    Table, TableDef, TableName, TableRecord,
};
use aragora_core::telemetry::Parts;
use aragora_tests::sealing::KEY_1;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const SECRET: &str = "AQZtYXN0ZXIAAAABDAABAgMEBQYHCAkKCzRntWmgkcMYG1DlXMto8Ad42Wuw+og=";

fn key() -> Secret<[u8; 32]> {
    Secret::new(std::array::from_fn(|n| n as u8))
}

fn other() -> Secret<[u8; 32]> {
    Secret::new(std::array::from_fn(|n| n as u8 + 1))
}

#[test]
fn the_vector_of_the_specification_opens() {
    let upstream = Upstream::new(&[other(), key()]).unwrap().additional_data([b"unused".to_vec()]);
    assert_eq!(upstream.open(SECRET, UpstreamType::Text).unwrap().as_text(), Some("secret"));
    assert_eq!(upstream.open(SECRET, UpstreamType::Bytes).unwrap().as_bytes(), Some(&b"secret"[..]));
    let no_json = upstream.open(SECRET, UpstreamType::Json).unwrap_err();
    assert_eq!(no_json.kind(), ErrorKind::DecryptionFailed);
    let wrong_key = Upstream::new(&[other()]).unwrap().open(SECRET, UpstreamType::Text).unwrap_err();
    assert_eq!(wrong_key.kind(), ErrorKind::DecryptionFailed);
}

#[test]
fn every_change_and_every_cut_is_refused() {
    let upstream = Upstream::new(&[key()]).unwrap();
    let blob = data_encoding::BASE64.decode(SECRET.as_bytes()).unwrap();
    let open = |bytes: &[u8]| upstream.open(&data_encoding::BASE64.encode(bytes), UpstreamType::Bytes);
    for at in 0..blob.len() {
        let mut changed = blob.clone();
        changed[at] ^= 1;
        // The key id and the version number were never authenticated.
        let ignored = (2..12).contains(&at);
        assert_eq!(open(&changed).is_ok(), ignored, "byte {at}");
        assert!(open(&blob[..at]).is_err(), "{at} bytes");
    }
    let mut newer = blob.clone();
    newer[0] = 2;
    assert_eq!(open(&newer).unwrap_err().kind(), ErrorKind::UnsupportedVersion);
    assert!(upstream.open("not base64!", UpstreamType::Bytes).is_err());
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Integration {
    id: String,
    token: Value,
    note: Value,
}

impl TableRecord for Integration {
    type Key = String;
    const DEF: TableDef =
        TableDef { seal: Seal::Fields(&FieldPolicy { plain: &["/id"] }), ..TableDef::tenant("integrations", 1) };

    fn key(&self) -> String {
        self.id.clone()
    }
}

#[tokio::test]
async fn a_migration_rewrites_them_and_a_strict_store_takes_none() {
    let parts = Parts::system();
    let below: Arc<dyn Storage> = Arc::new(MemoryStorage::new(parts.clock.clone()));
    let space = Space::Tenant(OrgId::new("acme").unwrap());
    let marker = |text: &str| json!({"_encrypted": true, "_value": text});
    let row = |id: &str, token: Value| Integration { id: id.to_owned(), token, note: marker("AgFz") };
    let table = Table::<Integration>::new(below.clone(), space.clone());
    table.put(&row("a", marker(SECRET))).await.unwrap();
    table.put(&row("b", json!("plain"))).await.unwrap();
    let mut damaged = data_encoding::BASE64.decode(SECRET.as_bytes()).unwrap();
    *damaged.last_mut().unwrap() ^= 1;
    table.put(&row("c", marker(&data_encoding::BASE64.encode(&damaged)))).await.unwrap();

    let seal = |unlisted| {
        let sealed = Sealed::new(below.clone(), Keyring::from_hex_list(KEY_1).unwrap(), &parts);
        Arc::new(sealed.tables(&[Integration::DEF]).unwrap().unlisted(unlisted))
    };
    let run = |unlisted| {
        let run = seal(unlisted).reencrypt().tenants([OrgId::new("acme").unwrap()]);
        run.upstream(Upstream::new(&[key()]).unwrap(), |_, _| UpstreamType::Text)
    };
    let cancel = CancelToken::new();
    let refused = run(EncryptionState::Strict).execute(&Stores::Integrations, &cancel).await.unwrap();
    assert_eq!(refused.per_store["integrations"], Counts { migrated: 0, skipped: 0, failed: 3 });

    let report = run(EncryptionState::Plain).execute(&Stores::Integrations, &cancel).await.unwrap();
    assert_eq!(report.per_store["integrations"], Counts { migrated: 2, skipped: 0, failed: 1 });
    assert_eq!(report.failures[0].error.kind(), ErrorKind::DecryptionFailed);
    let above = Table::<Integration>::new(seal(EncryptionState::Strict), space.clone());
    let read = |id: &str| {
        let (above, id) = (above.clone(), id.to_owned());
        async move { above.get(&id).await.unwrap().unwrap().value }
    };
    assert_eq!(read("a").await, row("a", json!("secret")), "what only looks like an old value stays");
    assert_eq!(read("b").await, row("b", json!("plain")));
    let page = below.scan(KeyRange::all(space, TableName::new("integrations").unwrap()), PageRequest::default()).await;
    let first = page.unwrap().entries[0].frame.clone();
    assert!(!first.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()));
}
