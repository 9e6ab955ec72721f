use std::time::Duration;

use crate::agents::{AgentParts, Agents};
use crate::config::Config;
use crate::debate::Question;
use crate::engine::{DebateBuilder, Engine, EngineConfig, ShutdownReport};
use crate::error::Result;
use crate::storage::{Stack, TableDef};
use crate::telemetry::Parts;

/// The assembled library a host holds: one engine over one store.
///
/// It opens no port, installs no logger, starts no thread, and writes nothing to disk unless it is given a store.
#[derive(Clone, Debug)]
pub struct Aragora {
    engine: Engine,
    storage: Stack,
}

impl Aragora {
    /// Keeps everything in memory. `unavailable` if the operating system gives no random bytes.
    pub fn in_memory() -> Result<Self> {
        Ok(Self::with_engine(Engine::in_memory()?))
    }

    /// Opens the store of a URI with the settings of a configuration: names of models mean
    /// the providers whose keys it holds.
    ///
    /// Errors: `invalid_config` for settings outside their range, and in production without any provider
    /// ([`Config::validate`]); errors of the store.
    pub async fn open(uri: &str, config: &Config) -> Result<Self> {
        config.validate()?;
        let parts = Parts::system();
        let stack = Self::stack(uri, config, &parts).await?;
        let storage = stack.whole();
        let agent_parts = AgentParts::over(parts.clone()).with_storage(storage.clone());
        let agents = Agents::builder().providers(config.providers.clone()).parts(agent_parts).build();
        let engine = Engine::builder().parts(parts).storage(storage).config(EngineConfig::of(config)).agents(agents);
        Ok(Self { engine: engine.build()?, storage: stack })
    }

    /// Every table of the library, for a host that puts its [`Stack`] together by hand.
    pub fn tables() -> Vec<TableDef> {
        [&crate::agents::TABLES[..], &crate::engine::TABLES].concat()
    }

    /// The store of a URI as a configuration wants it kept.
    pub(crate) async fn stack(uri: &str, config: &Config, parts: &Parts) -> Result<Stack> {
        Stack::open(uri, config, &Self::tables(), parts).await
    }

    /// An engine over the whole of this store.
    #[cfg(feature = "foreign")]
    pub(crate) fn over(engine: Engine, storage: Stack) -> Self {
        Self { engine, storage }
    }

    /// Uses an engine that was configured by hand.
    pub fn with_engine(engine: Engine) -> Self {
        let storage = Stack::plain(engine.storage().clone(), engine.parts());
        Self { engine, storage }
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
        self.engine.shutdown(grace).await
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
