//! A backend under its decorators, in the one order they belong in.

use std::sync::Arc;

use super::instances::{self, Instance, Registration};
use super::observed::{Observed, StorageHealth};
use super::reencrypt::Reencrypt;
use super::routed::{BatchGroup, Routed};
use super::sealed::{EncryptionState, SealKeys, Sealed, Unkeyed};
use super::table::{TableDef, check_definitions};
use super::tenanted::Tenanted;
use super::{Storage, open};
use crate::config::{Config, Secret};
use crate::crypto::Keyring;
use crate::error::{Error, ErrorKind, Result};
use crate::ids::OrgId;
use crate::telemetry::Parts;

/// A store as a host opens it: observed, confined to tenants, sealed, kept by a backend or by several.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use aragora_core::crypto::Keyring;
/// use aragora_core::ids::OrgId;
/// use aragora_core::storage::{Stack, open};
/// use aragora_core::telemetry::Parts;
///
/// let parts = Parts::system();
/// let keyring = Keyring::ephemeral(&*parts.entropy)?;
/// let stack = Stack::over(open("memory:", &parts).await?, &parts).sealed_with(keyring).build()?;
/// let acme = stack.tenant(OrgId::new("acme")?);
/// # let _ = acme;
/// # Ok::<(), aragora_core::Error>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct Stack {
    whole: Arc<Observed>,
    below: Arc<dyn Storage>,
    sealed: Option<Arc<Sealed>>,
    parts: Parts,
}

/// Puts a [`Stack`] together.
#[derive(Debug)]
pub struct StackBuilder {
    backend: Arc<dyn Storage>,
    parts: Parts,
    routes: Vec<(Vec<TableDef>, Arc<dyn Storage>)>,
    groups: Vec<BatchGroup>,
    keys: Option<SealKeys>,
    tables: Vec<TableDef>,
    unlisted: EncryptionState,
    production: bool,
}

impl Stack {
    /// Over this backend; plain unless keys are given.
    pub fn over(backend: Arc<dyn Storage>, parts: &Parts) -> StackBuilder {
        StackBuilder {
            backend,
            parts: parts.clone(),
            routes: Vec::new(),
            groups: Vec::new(),
            keys: None,
            tables: Vec::new(),
            unlisted: EncryptionState::Strict,
            production: false,
        }
    }

    /// Over this backend, plain, without declared tables.
    pub fn plain(backend: Arc<dyn Storage>, parts: &Parts) -> Self {
        Self {
            whole: Arc::new(Observed::new(backend.clone(), parts)),
            below: backend,
            sealed: None,
            parts: parts.clone(),
        }
    }

    /// Opens the store of a URI with the keys and rules of a configuration, for these tables.
    pub(crate) async fn open(
        uri: &str,
        config: &Config,
        tables: &[TableDef],
        groups: &[BatchGroup],
        parts: &Parts,
    ) -> Result<Self> {
        let uri = with_settings(uri, config);
        let mut builder = Self::over(open(uri.expose(), parts).await?, parts).tables(tables).groups(groups);
        builder.production = config.env.is_production();
        if !config.encryption.keys.is_empty() {
            builder = builder.sealed_with(Keyring::from_keys(&config.encryption.keys)?);
        }
        if config.encryption.admit_plain {
            builder = builder.unlisted(EncryptionState::Plain);
        }
        builder.build()
    }

    /// The whole store, every tenant and the installation's own space.
    pub fn whole(&self) -> Arc<dyn Storage> {
        self.whole.clone()
    }

    /// What one tenant may reach.
    pub fn tenant(&self, tenant: OrgId) -> Arc<dyn Storage> {
        Arc::new(self.whole.beside(Arc::new(Tenanted::new(self.below.clone(), tenant))))
    }

    /// Whether the store answers.
    pub fn health(&self) -> StorageHealth {
        self.whole.health()
    }

    /// The seal, if keys were given.
    pub fn sealed(&self) -> Option<&Arc<Sealed>> {
        self.sealed.as_ref()
    }

    /// Puts this process on the list of those that share the store, under this id. Whoever holds a registration gives
    /// a sign of life every [`HEARTBEAT`](super::HEARTBEAT).
    ///
    /// Errors: `conflict` if a live process has the id; `invalid_request` unless it has 1 to 128 bytes without control
    /// characters.
    pub async fn register(&self, id: &str) -> Result<Registration> {
        Registration::new(self.whole(), self.sealed.clone(), &self.parts, id).await
    }

    /// The processes that live, by id.
    pub async fn instances(&self) -> Result<Vec<Instance>> {
        instances::list(&self.whole(), &self.parts).await
    }

    /// Forgets registrations of a store that only this process can have open: they are those of processes that ended.
    pub(crate) async fn forget_instances(&self) -> Result<()> {
        instances::clear(&self.whole(), &self.parts).await
    }

    /// First encryption, rotation of keys and their census. `not_configured` without keys.
    pub fn reencrypt(&self) -> Result<Reencrypt> {
        let sealed = self.sealed.as_ref();
        sealed
            .map(|sealed| sealed.reencrypt())
            .ok_or_else(|| Error::new(ErrorKind::NotConfigured, "ARAGORA_ENCRYPTION_KEY is not set"))
    }
}

/// The address of PostgreSQL with what settings say about it and the address does not.
fn with_settings(uri: &str, config: &Config) -> Secret {
    if !uri.starts_with("postgres:") && !uri.starts_with("postgresql:") {
        return Secret::from(uri);
    }
    let mut uri = zeroize::Zeroizing::new(uri.to_owned());
    let production = if config.env.is_production() { "on" } else { "off" };
    let settings = [
        ("aragora.pool_size", config.storage.pool_size.to_string()),
        ("aragora.pool_timeout", config.storage.pool_timeout.as_secs().to_string()),
        ("aragora.production", production.to_owned()),
    ];
    for (name, value) in settings {
        if !uri.contains(&format!("{name}=")) {
            let sign = if uri.contains('?') { '&' } else { '?' };
            uri.extend([sign.to_string().as_str(), name, "=", &value]);
        }
    }
    Secret::from(uri.as_str())
}

impl StackBuilder {
    /// Seals every table as it is declared, undeclared ones whole.
    #[must_use]
    pub fn sealed_with(mut self, keys: impl Into<SealKeys>) -> Self {
        self.keys = Some(keys.into());
        self
    }

    /// Declares tables, besides those declared before.
    #[must_use]
    pub fn tables(mut self, defs: &[TableDef]) -> Self {
        self.tables.extend_from_slice(defs);
        self
    }

    /// Keeps these tables in a backend of their own, and declares them.
    #[must_use]
    pub fn route(mut self, defs: &[TableDef], backend: Arc<dyn Storage>) -> Self {
        self.routes.push((defs.to_vec(), backend));
        self.tables(defs)
    }

    /// Declares which tables are written in one batch, besides those declared before.
    #[must_use]
    pub fn groups(mut self, groups: &[BatchGroup]) -> Self {
        self.groups.extend_from_slice(groups);
        self
    }

    /// What to expect of a table of a tenant that nothing is written down about; see [`Sealed::unlisted`].
    #[must_use]
    pub fn unlisted(mut self, state: EncryptionState) -> Self {
        self.unlisted = state;
        self
    }

    /// Refuses, without keys, the tables that hold credentials: `not_configured`.
    #[must_use]
    pub fn production(mut self) -> Self {
        self.production = true;
        self
    }

    /// The stack. `invalid_config` if two declarations of a table contradict each other, if a table has two backends, or
    /// if tables that are written in one batch lie in several.
    pub fn build(self) -> Result<Stack> {
        let Self { backend, parts, routes, groups, keys, tables, unlisted, production } = self;
        check_definitions(&tables)?;
        let backend: Arc<dyn Storage> = if routes.is_empty() {
            backend
        } else {
            let routed = routes.into_iter().fold(Routed::over(backend), |all, (defs, one)| all.tables(&defs, one));
            Arc::new(routed.build(&groups)?)
        };
        let (below, sealed): (Arc<dyn Storage>, _) = match keys {
            Some(keys) => {
                let sealed = Arc::new(Sealed::new(backend, keys, &parts).tables(&tables)?.unlisted(unlisted));
                (sealed.clone(), Some(sealed))
            }
            None if production => (Arc::new(Unkeyed::new(backend, &tables)), None),
            None => (backend, None),
        };
        Ok(Stack { whole: Arc::new(Observed::new(below.clone(), &parts)), below, sealed, parts })
    }
}
