//! Ops about what is stored: the keys it is sealed under, its backups, and values sealed beside it.

use std::sync::Arc;
use std::time::Duration;

use aragora_core::clock::{CancelToken, Timestamp};
use aragora_core::crypto::{Cipher, FieldPath, KeyId, Keyring, Plain};
use aragora_core::entropy::SystemEntropy;
use aragora_core::foreign::{
    BackupVerifyDocument, KeyAgeDocument, KeyCensusDocument, ReencryptProgressDocument, ReencryptReportDocument,
    RestoreDocument,
};
use aragora_core::ids::OrgId;
use aragora_core::storage::backup::{BackupArchive, Backups, DirTarget, PrunePlan, RestoreAt, RestoreOptions};
use aragora_core::storage::{
    Control, EncryptionState, Grace, KeyWriter, MemoryStorage, Reencrypt, Stack, Storage, Stores, open,
};
use aragora_core::telemetry::Parts;
use aragora_core::{Aragora, Error, ErrorKind, Result};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use super::documents::{maybe, member};
use super::format::Given;

/// A store as a Rust host puts it together.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) stack: Stack,
    keyring: Option<Arc<Keyring>>,
    parts: Parts,
}

impl Kept {
    pub(super) async fn open(given: &Given, parts: &Parts) -> Result<Self> {
        // Nonces never repeat, whatever a case says about ids.
        let parts = parts.clone().with_entropy(SystemEntropy);
        let encryption = given.encryption.clone().unwrap_or_default();
        let keyring = match &encryption.keys {
            Some(keys) => Some(Arc::new(Keyring::from_hex_list(&keys.join(","))?)),
            None => None,
        };
        let backend = open(given.storage.as_deref().unwrap_or("memory:"), &parts).await?;
        let mut builder = Stack::over(backend, &parts).tables(&Aragora::tables());
        if let Some(keyring) = &keyring {
            builder = builder.sealed_with(keyring.clone());
        }
        if encryption.admit_plain == Some(true) {
            builder = builder.unlisted(EncryptionState::Plain);
        }
        Ok(Self { stack: builder.build()?, keyring, parts })
    }

    pub(super) async fn close(&self) -> Result<()> {
        self.stack.whole().control(Control::Close).await.map(drop)
    }

    fn reencrypt(&self, args: &Value) -> Result<Reencrypt> {
        let mut tenants: Vec<OrgId> = maybe(args, "tenants")?.unwrap_or_default();
        tenants.push(OrgId::new("default")?);
        let run = self.stack.reencrypt()?.tenants(tenants);
        let folders: Vec<String> = maybe(args, "backups")?.unwrap_or_default();
        folders.iter().try_fold(run, |run, folder| {
            Ok(run.kept_by(Backups::new(self.stack.whole(), self.archive(&json!({ "target": folder }))?)?))
        })
    }

    pub(super) async fn encryption(&self, op: &str, args: &Value) -> Result<Value> {
        let stores = || Ok::<_, Error>(maybe::<Vec<String>>(args, "stores")?.map_or(Stores::All, Stores::Tables));
        Ok(match op {
            "encryption.key_ids" => json!(self.keyring.as_ref().map(|keys| keys.key_ids()).unwrap_or_default()),
            "encryption.census" => json!(KeyCensusDocument::from(self.reencrypt(args)?.census().await?)),
            "encryption.plan" => {
                json!(ReencryptReportDocument::from(self.reencrypt(args)?.plan(&stores()?).await?))
            }
            "encryption.reencrypt" => {
                let report = self.reencrypt(args)?.execute(&stores()?, &CancelToken::new()).await?;
                json!(ReencryptReportDocument::from(report))
            }
            "encryption.status" => {
                let runs = self.reencrypt(args)?.status().await?;
                runs.into_iter().map(|run| json!(ReencryptProgressDocument::from(run))).collect()
            }
            "encryption.announce" => {
                let ttl = Duration::from_millis(member(args, "ttl_ms")?);
                let instance: String = member(args, "instance")?;
                json!(KeyAgeDocument::from(self.reencrypt(args)?.announce(&instance, ttl).await?))
            }
            _ => {
                let (run, key) = (self.reencrypt(args)?, member::<KeyId>(args, "key")?);
                let census = run.census().await?;
                let compromised = maybe(args, "compromised")? == Some(true);
                run.retire(key, &census, if compromised { Grace::Override } else { Grace::Kept }).await?;
                Value::Null
            }
        })
    }

    fn archive(&self, args: &Value) -> Result<BackupArchive> {
        let cipher = self.keyring.clone().map(|keyring| Cipher::new(keyring, Arc::new(SystemEntropy)));
        let target = DirTarget::new(member::<String>(args, "target")?);
        Ok(BackupArchive::new(Arc::new(target), cipher, self.parts.clone()))
    }

    pub(super) async fn backups(&self, op: &str, args: &Value) -> Result<Value> {
        let archive = self.archive(args)?;
        if op == "backups.restore" {
            return restore(&archive, args, &self.parts).await;
        }
        let backups = Backups::new(self.stack.whole(), archive)?;
        Ok(match op {
            "backups.full" => json!(backups.full().await?),
            "backups.increment" => json!(backups.increment().await?),
            "backups.list" => json!(backups.list().await?),
            "backups.verify" => json!(BackupVerifyDocument::from(backups.verify(&member(args, "id")?).await?)),
            "backups.drill" => {
                let scratch: Arc<dyn Storage> = Arc::new(MemoryStorage::new(self.parts.clock.clone()));
                json!(backups.drill(&scratch).await?)
            }
            "backups.plan_prune" => json!(backups.plan_prune(maybe(args, "preset")?.unwrap_or_default()).await?),
            _ => {
                backups.prune(&member::<PrunePlan>(args, "plan")?).await?;
                Value::Null
            }
        })
    }
}

async fn restore(archive: &BackupArchive, args: &Value, parts: &Parts) -> Result<Value> {
    let at = match (maybe(args, "id")?, maybe::<String>(args, "time")?) {
        (Some(id), _) => RestoreAt::Backup(id),
        (None, Some(time)) => RestoreAt::Time(time.parse::<Timestamp>()?),
        (None, None) => RestoreAt::Latest,
    };
    let transient = maybe(args, "transient")?.unwrap_or_default();
    let mut options = RestoreOptions::at(at);
    (options.store_id, options.transient) = (maybe(args, "store_id")?, transient);
    let into = open(&member::<String>(args, "into")?, parts).await?;
    let restored = archive.restore(&into, &options).await;
    into.control(Control::Close).await?;
    Ok(json!(RestoreDocument::from(restored?)))
}

/// `crypto.`
pub(super) fn crypto(op: &str, args: &Value) -> Result<Value> {
    let hex = |name: &str| {
        let text: String = member(args, name)?;
        let bytes = HEXLOWER.decode(text.as_bytes());
        bytes.map_err(|error| Error::new(ErrorKind::InvalidRequest, format!("{name}: {error}")))
    };
    match op {
        "crypto.generate_key" => return Ok(json!(Keyring::new_key(&SystemEntropy)?.expose())),
        "crypto.record_key" => {
            let mut key = KeyWriter::with_capacity(64);
            member::<Vec<String>>(args, "parts")?.iter().for_each(|part| key.string(part));
            return Ok(json!(HEXLOWER.encode(&key.into_vec())));
        }
        _ => {}
    }
    let keyring = Arc::new(Keyring::from_hex_list(&member::<Vec<String>>(args, "keys")?.join(","))?);
    if op == "crypto.key_ids" {
        return Ok(json!(keyring.key_ids()));
    }
    let cipher = Cipher::new(keyring, Arc::new(SystemEntropy));
    let (tenant, store): (String, String) = (member(args, "tenant")?, member(args, "store")?);
    let field: String = maybe(args, "field")?.unwrap_or_default();
    let record = hex("record")?;
    let at = FieldPath { tenant: &tenant, store: &store, record: &record, field: &field };
    if op == "crypto.seal" {
        let plain = match (maybe::<String>(args, "text")?, args.get("bytes"), args.get("json")) {
            (Some(text), ..) => Plain::text(text),
            (None, Some(_), _) => Plain::bytes(hex("bytes")?),
            (None, None, json) => Plain::json(json.cloned().unwrap_or_default()),
        };
        return Ok(json!(HEXLOWER.encode(cipher.seal(&at, plain)?.as_bytes())));
    }
    let opened = cipher.open(&at, &hex("envelope")?)?;
    Ok(match (opened.as_text(), opened.as_bytes(), opened.as_json()) {
        (Some(text), ..) => json!({ "text": text }),
        (None, Some(bytes), _) => json!({ "bytes": HEXLOWER.encode(bytes) }),
        (None, None, value) => json!({ "json": value }),
    })
}
