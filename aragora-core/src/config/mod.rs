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

pub use agents::AgentSettings;
pub use encryption::EncryptionSettings;
pub(crate) use encryption::{check_keys, parse_keys};
pub use env::{EnvSource, ProcessEnv};
pub use environment::RunEnvironment;
pub use events::EventSettings;
pub use providers::ProviderSettings;
pub use secret::Secret;
pub(crate) use shown_url::ShownUrl;

use crate::error::{ErrorKind, Result, Violation, Violations};
use env::Reader;

/// The settings of one instance.
#[derive(Clone, Debug, Default, PartialEq)]
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
}

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
        };
        let mut violations = reader.into_violations();
        config.events.check(&mut violations);
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

    fn check(&self, violations: &mut Violations) {
        self.encryption.check(violations);
        self.events.check(violations);
        let may_lack_providers = !self.env.is_production() || self.agents.other_agents || self.agents.allow_demo;
        if !may_lack_providers && self.providers.is_empty() {
            let reason =
                "no_provider: no provider of models has a key or an address, and agents.other_agents is not set";
            violations.add("/providers", reason);
        }
    }
}
