//! `seal_samples write FILE` seals values for another reader; `seal_samples read FILE` opens what it sealed.

use std::io::Write as _;
use std::sync::Arc;

use aragora_core::crypto::{Cipher, FieldPath, Keyring, Plain};
use aragora_core::entropy::{Entropy as _, SystemEntropy};
use aragora_core::ids::OrgId;
use aragora_core::storage::{
    Address, FieldPolicy, KeyBytes, MemoryStorage, Seal, Sealed, Space, Storage, TableDef, TableName, draft_json,
    open_frame,
};
use aragora_core::telemetry::Parts;
use aragora_tests::sealing::hex;
use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Value, json};

const VALUES: usize = 200;
const ROWS: TableDef =
    TableDef { seal: Seal::Fields(&FieldPolicy { plain: &["/id"] }), ..TableDef::tenant("integrations", 1) };

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["write", file] => write(file),
        ["read", file] => read(file),
        _ => Err("usage: seal_samples write|read FILE".into()),
    }
}

fn random(most: u8) -> Vec<u8> {
    let mut length = [0];
    SystemEntropy.fill(&mut length).expect("random bytes");
    let mut bytes = vec![0; usize::from(length[0] % most)];
    SystemEntropy.fill(&mut bytes).expect("random bytes");
    bytes
}

fn key() -> String {
    let mut key = [0; 32];
    SystemEntropy.fill(&mut key).expect("random bytes");
    hex(&key)
}

fn cipher(key: &str) -> Result<Cipher, Box<dyn std::error::Error>> {
    Ok(Cipher::new(Arc::new(Keyring::from_hex_list(key)?), Arc::new(SystemEntropy)))
}

fn write(file: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::fs::File::create(file)?;
    for index in 0..VALUES {
        let key = key();
        let bytes = random(255);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let value = json!({ "text": text, "n": index, "none": null });
        let (kind, plain, raw) = match index % 3 {
            0 => ("s", Plain::text(text.clone()), text.into_bytes()),
            1 => ("b", Plain::bytes(bytes.clone()), bytes),
            _ => ("j", Plain::json(value.clone()), serde_json::to_vec(&value)?),
        };
        let (tenant, store) = (hex(&random(8)), hex(&random(8)));
        let (record, field) = (random(40), format!("/{}", hex(&random(5))));
        let at = FieldPath { tenant: &tenant, store: &store, record: &record, field: &field };
        let envelope = cipher(&key)?.seal(&at, plain)?.to_base64();
        let line = json!({
            "key": key, "tenant": tenant, "store": store, "record": hex(&record), "field": field,
            "type": kind, "plain": BASE64.encode(&raw), "envelope": envelope,
        });
        writeln!(out, "{line}")?;
    }
    for index in 0..10 {
        let key = key();
        let row = json!({ "id": index, "token": hex(&random(40)), "a/b~c": [1, null], "text": "gr\u{fc}n \u{1f600}" });
        writeln!(out, "{}", record(&key, &row)?)?;
    }
    Ok(())
}

/// A record as it lies below the seal.
fn record(key: &str, row: &Value) -> Result<Value, Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let parts = Parts::system();
    let below: Arc<dyn Storage> = Arc::new(MemoryStorage::new(parts.clock.clone()));
    let above: Arc<dyn Storage> =
        Arc::new(Sealed::new(below.clone(), Keyring::from_hex_list(key)?, &parts).tables(&[ROWS])?);
    let space = Space::Tenant(OrgId::new("acme")?);
    let at = Address::new(space, TableName::new(ROWS.name)?, KeyBytes::of(&("slack".to_owned(), 7u64)));
    let entry = runtime.block_on(async {
        above.put(at.clone(), draft_json(1, row)?).await?;
        below.get(at.clone()).await
    })?;
    let entry = entry.ok_or("the row is gone")?;
    let stored: Value = serde_json::from_slice(open_frame(&entry.frame, &at.physical())?.payload)?;
    Ok(json!({
        "key": key, "tenant": "acme", "store": ROWS.name, "record": hex(at.key.as_bytes()),
        "plain": ["/id"], "row": stored, "expected": row,
    }))
}

fn read(file: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut count = 0;
    for line in std::fs::read_to_string(file)?.lines() {
        let line: Value = serde_json::from_str(line)?;
        let text = |name: &str| line[name].as_str().map(str::to_owned).ok_or(format!("no {name}"));
        let (tenant, store, field) = (text("tenant")?, text("store")?, text("field")?);
        let record = HEXLOWER.decode(text("record")?.as_bytes())?;
        let at = FieldPath { tenant: &tenant, store: &store, record: &record, field: &field };
        let opened = cipher(&text("key")?)?.open(&at, &BASE64.decode(text("envelope")?.as_bytes())?)?;
        let expected = BASE64.decode(text("plain")?.as_bytes())?;
        let same = match text("type")?.as_str() {
            "s" => opened.as_text().map(str::as_bytes) == Some(&expected[..]),
            "b" => opened.as_bytes() == Some(&expected[..]),
            _ => opened.as_json() == Some(&serde_json::from_slice(&expected)?),
        };
        if !same {
            return Err(format!("another value: {line}").into());
        }
        count += 1;
    }
    println!("{count} values opened");
    if count == VALUES { Ok(()) } else { Err(format!("expected {VALUES} values").into()) }
}
