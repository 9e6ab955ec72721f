mod maintenance;

use std::sync::Arc;
use std::time::Duration;

use crate::agents::{AgentParts, Agents};
use crate::config::Config;
use crate::debate::Question;
use crate::engine::{DebateBuilder, Engine, EngineConfig, ShutdownReport};
use crate::error::Result;
use crate::start;
use crate::storage::{BatchGroup, Registration, Stack, TableDef};
use crate::telemetry::Parts;

/// The assembled library a host holds: one engine over one store.
///
/// It opens no port, installs no logger, starts no thread, and writes nothing to disk unless it is given a store.
#[derive(Clone, Debug)]
pub struct Aragora {
    engine: Engine,
    storage: Stack,
    registration: Option<Arc<Registration>>,
}

/// Tables that are written in one batch.
const GROUPS: [BatchGroup; 2] = [
    BatchGroup { name: "debate log", tables: &["debate", "event", "lease"] },
    BatchGroup { name: "reply cache", tables: &["cached_reply", "cached_reply_epoch"] },
];

impl Aragora {
    /// Keeps everything in memory. `unavailable` if the operating system gives no random bytes.
    pub fn in_memory() -> Result<Self> {
        Ok(Self::with_engine(Engine::in_memory()?))
    }

    /// Opens the store of a URI with the settings of a configuration: names of models mean
    /// the providers whose keys it holds.
    ///
    /// A process with a durable store is put on the list of [`Self::instances`], where [`Self::maintenance`] keeps it.
    ///
    /// Errors: `invalid_config` for settings outside their range, in production without any provider
    /// ([`Config::validate`]), and for servers that do not answer as several instances, a required database or
    /// production need them to; `conflict` if a live process has the id of this one; errors of the store.
    pub async fn open(uri: &str, config: &Config) -> Result<Self> {
        config.validate()?;
        start::check(uri, config).await?;
        let parts = Parts::system();
        let stack = Self::stack(uri, config, &parts).await?;
        let registration = maintenance::register(&stack, config, &parts).await?;
        let storage = stack.whole();
        let agent_parts = AgentParts::over(parts.clone()).with_storage(storage.clone());
        let agents = Agents::builder().providers(config.providers.clone()).parts(agent_parts).build();
        let engine = Engine::builder().parts(parts).storage(storage).config(EngineConfig::of(config)).agents(agents);
        Ok(Self { engine: engine.build()?, storage: stack, registration })
    }

    /// Every table of the library, for a host that puts its [`Stack`] together by hand.
    pub fn tables() -> Vec<TableDef> {
        [&crate::agents::TABLES[..], &crate::engine::TABLES].concat()
    }

    /// The store of a URI as a configuration wants it kept.
    pub(crate) async fn stack(uri: &str, config: &Config, parts: &Parts) -> Result<Stack> {
        Stack::open(uri, config, &Self::tables(), &GROUPS, parts).await
    }

    /// An engine over the whole of this store.
    #[cfg(feature = "foreign")]
    pub(crate) fn over(engine: Engine, storage: Stack) -> Self {
        Self { engine, storage, registration: None }
    }

    /// Uses an engine that was configured by hand.
    pub fn with_engine(engine: Engine) -> Self {
        let storage = Stack::plain(engine.storage().clone(), engine.parts());
        Self { engine, storage, registration: None }
    }

    /// The store: handles of single tenants, health, re-encryption.
    pub fn storage(&self) -> &Stack {
        &self.storage
    }

    /// Describes a debate on this question; nothing happens before `start`.
    pub fn debate(&self, question: impl Into<Question>) -> DebateBuilder {
        self.engine.debate(question.into())
    }

    /// The engine: resume, replay, fork, lists and exports.
    pub fn debates(&self) -> &Engine {
        &self.engine
    }

    /// The agents behind providers: opens them by name, says which are configured.
    pub fn agents(&self) -> &Agents {
        self.engine.agents()
    }

    /// Admits nothing any more and waits up to `grace` for running debates; the rest can be resumed.
    pub async fn shutdown(&self, grace: Duration) -> ShutdownReport {
        let report = self.engine.shutdown(grace).await;
        self.leave().await;
        report
    }
}

impl From<&str> for Question {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Question {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}
