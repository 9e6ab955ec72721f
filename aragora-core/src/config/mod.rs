//! Typed settings and secrets: every mistake at once, no secret ever printed.
//!
//! ```
//! use aragora_core::config::Config;
//!
//! let config = Config::load([("ARAGORA_EVENT_BUFFER_SIZE", "256"), ("OPENAI_API_KEY", "sk-test")])?;
//! assert_eq!(config.events.buffer_size, 256);
//! assert_eq!(format!("{:?}", config.providers.key("openai")), "Some(***)");
//!
//! let error = Config::load([("ARAGORA_EVENT_BUFFER_SIZE", "5")]).unwrap_err();
//! assert_eq!(error.code(), "invalid_config");
//! # Ok::<(), aragora_core::Error>(())
//! ```

mod agents;
mod encryption;
mod env;
mod environment;
mod events;
mod providers;
mod secret;
mod shown_url;
mod storage;

pub use agents::AgentSettings;
pub use encryption::EncryptionSettings;
pub(crate) use encryption::{check_keys, parse_keys};
pub use env::{EnvSource, ProcessEnv};
pub use environment::RunEnvironment;
pub use events::EventSettings;
pub use providers::ProviderSettings;
pub use secret::Secret;
pub(crate) use shown_url::ShownUrl;
pub use storage::{ApprovalBackend, StorageSettings};

use crate::error::{ErrorKind, Result, Violation, Violations};
use env::Reader;

/// The settings of one instance.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct Config {
    /// Where the instance runs.
    pub env: RunEnvironment,
    /// Who may take part.
    pub agents: AgentSettings,
    /// Encryption of what is stored.
    pub encryption: EncryptionSettings,
    /// Event streams.
    pub events: EventSettings,
    /// Providers of models.
    pub providers: ProviderSettings,
    /// Where things are stored.
    pub storage: StorageSettings,
    /// Whether several processes run this installation (`ARAGORA_MULTI_INSTANCE`): then everything they share must lie
    /// where all of them can reach it, and a start that finds otherwise is refused.
    pub multi_instance: bool,
    /// Whether PostgreSQL must be set and reachable at start (`ARAGORA_REQUIRE_DATABASE`).
    pub require_database: bool,
    /// Jobs one worker runs at once, 1..=256, default 4 (`ARAGORA_WORKERS`).
    pub workers: u16,
    /// The name of this process among those that share a store, random unless given. No other live process may have it.
    pub instance_id: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            env: RunEnvironment::default(),
            agents: AgentSettings::default(),
            encryption: EncryptionSettings::default(),
            events: EventSettings::default(),
            providers: ProviderSettings::default(),
            storage: StorageSettings::default(),
            multi_instance: false,
            require_database: false,
            workers: WORKERS,
            instance_id: None,
        }
    }
}

/// Jobs one worker runs at once unless said otherwise.
const WORKERS: u16 = 4;

impl Config {
    /// Defaults overridden by these variables; `invalid_config` lists every violation, sorted by pointer, and never
    /// shows a secret. Pass [`ProcessEnv`] for the process environment: nothing else reads it.
    pub fn load(env: impl EnvSource) -> Result<Self> {
        let mut reader = Reader::new(&env);
        let config = Self {
            env: RunEnvironment::read(&mut reader),
            agents: AgentSettings::default(),
            encryption: EncryptionSettings::read(&mut reader),
            events: EventSettings::read(&mut reader),
            providers: ProviderSettings::read(&mut reader),
            storage: StorageSettings::read(&mut reader),
            multi_instance: reader.switch("/multi_instance", "ARAGORA_MULTI_INSTANCE"),
            require_database: reader.switch("/require_database", "ARAGORA_REQUIRE_DATABASE"),
            workers: reader.number("/workers", "ARAGORA_WORKERS").unwrap_or(WORKERS),
            instance_id: None,
        };
        let mut violations = reader.into_violations();
        config.events.check(&mut violations);
        config.check_ranges(&mut violations);
        violations.into_result(ErrorKind::InvalidConfig)?;
        Ok(config)
    }

    /// The same rules for settings made in code, and what production needs beyond them. `Aragora::open` asks it too,
    /// after the host had its chance to add to what variables cannot say.
    pub fn validate(&self) -> Result<()> {
        let mut violations = Violations::new();
        self.check(&mut violations);
        violations.into_result(ErrorKind::InvalidConfig)
    }

    /// What [`Config::validate`] refuses, sorted by pointer.
    pub(crate) fn violations(&self) -> Vec<Violation> {
        let mut violations = Violations::new();
        self.check(&mut violations);
        violations.into_sorted()
    }

    fn check_ranges(&self, violations: &mut Violations) {
        self.storage.check(violations);
        let workers = (1..=256).contains(&self.workers);
        violations.check(workers, "/workers", format!("{} workers, expected 1 to 256", self.workers));
    }

    fn check(&self, violations: &mut Violations) {
        self.encryption.check(violations);
        self.events.check(violations);
        self.check_ranges(violations);
        let may_lack_providers = !self.env.is_production() || self.agents.other_agents || self.agents.allow_demo;
        if !may_lack_providers && self.providers.is_empty() {
            let reason =
                "no_provider: no provider of models has a key or an address, and agents.other_agents is not set";
            violations.add("/providers", reason);
        }
    }
}
