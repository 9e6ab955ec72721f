//! A store nobody reads without its key: sealed debates and values, a new key, and a backup of it all.

use std::sync::Arc;

use aragora_core::agents::FnAgent;
use aragora_core::clock::CancelToken;
use aragora_core::config::Config;
use aragora_core::crypto::{Cipher, FieldPath, Keyring, Plain};
use aragora_core::entropy::SystemEntropy;
use aragora_core::ids::OrgId;
use aragora_core::protocols::VoteOnlyProtocol;
use aragora_core::storage::backup::{BackupArchive, Backups, DirTarget, RestoreOptions};
use aragora_core::storage::{Control, Grace, KeyBytes, Stores, open};
use aragora_core::telemetry::Parts;
use aragora_core::{AgentId, Aragora, Result};

/// Two seats are for it, one against, and nobody is convinced by anybody.
fn seats() -> Result<Vec<FnAgent>> {
    let seat = |(id, view): (&str, &'static str)| {
        Ok(FnAgent::new(AgentId::new(id)?, move |_, _| async move { Ok(format!("FINAL ANSWER: {view}")) }))
    };
    [("ada", "yes"), ("bob", "yes"), ("eve", "no")].into_iter().map(seat).collect()
}

/// What `ARAGORA_ENCRYPTION_KEY` says.
fn config(keys: &str) -> Result<Config> {
    Config::load([("ARAGORA_ENCRYPTION_KEY", keys)])
}

#[tokio::main]
async fn main() -> Result<()> {
    let folder = std::env::temp_dir().join(format!("encrypted-store-{}", std::process::id()));
    let (uri, copies) = (format!("redb:{}", folder.join("store").display()), folder.join("backups"));
    // START encrypted_store
    // 64 hex digits each, from wherever secrets are kept. The first seals, all open.
    let (old, new) = (Keyring::new_key(&SystemEntropy)?, Keyring::new_key(&SystemEntropy)?);
    let aragora = Aragora::open(&uri, &config(old.expose())?).await?;
    let debate = aragora.debate("Do we tell the board?").protocol(VoteOnlyProtocol::default());
    let handle = seats()?.into_iter().fold(debate, |debate, seat| debate.seat(seat)).start().await?;
    handle.result().await?;
    aragora.storage().whole().control(Control::Close).await?;

    // Rotation: the new key in front, everything sealed anew beside running writers, then the old key may go.
    let aragora = Aragora::open(&uri, &config(&format!("{},{}", new.expose(), old.expose()))?).await?;
    let reencrypt = aragora.storage().reencrypt()?;
    let report = reencrypt.execute(&Stores::All, &CancelToken::new()).await?;
    println!("complete: {}, failures: {}", report.complete, report.failures.len());
    let retired = Keyring::from_hex_list(old.expose())?.active_key_id();
    let census = reencrypt.census().await?;
    println!("rows under the old key: {}", census.rows_under(retired));
    if let Err(error) = reencrypt.retire(retired, &census, Grace::Kept).await {
        println!("not yet: {}", error.reason());
    }

    // A backup is sealed too, and counts once it was read back.
    let cipher = Cipher::new(Arc::new(Keyring::from_hex_list(new.expose())?), Arc::new(SystemEntropy));
    let parts = Parts::system();
    let archive = BackupArchive::new(Arc::new(DirTarget::new(copies)), Some(cipher.clone()), parts.clone());
    let backups = Backups::new(aragora.storage().whole(), archive.clone())?;
    backups.verify(&backups.full().await?).await?;
    aragora.storage().whole().control(Control::Close).await?;

    // The machine is lost. Somewhere else, with the key and the folder:
    let uri = format!("redb:{}", folder.join("restored").display());
    let empty = open(&uri, &parts).await?;
    let restored = archive.restore(&empty, &RestoreOptions::default()).await?;
    println!("restored {} debate", restored.tables["debate"].rows);
    empty.control(Control::Close).await?;
    let aragora = Aragora::open(&uri, &config(new.expose())?).await?;
    let found = aragora.debates().get(&OrgId::new("default")?, handle.id()).await?;
    println!("{}", found.state.as_str());

    // Values of your own tables: sealed for a place, and of no use anywhere else.
    let record = KeyBytes::of(&("slack".to_owned(), "u-123".to_owned()));
    let place = FieldPath { tenant: "acme", store: "integrations", record: record.as_bytes(), field: "/token" };
    let sealed = cipher.seal(&place, Plain::text("xoxb-1"))?;
    println!("{}", cipher.open(&place, sealed.as_bytes())?.as_text() == Some("xoxb-1"));
    let other = FieldPath { tenant: "other", ..place };
    if let Err(error) = cipher.open(&other, sealed.as_bytes()) {
        println!("{}", error.code());
    }
    // END encrypted_store
    aragora.storage().whole().control(Control::Close).await?;
    drop(std::fs::remove_dir_all(folder));
    Ok(())
}
