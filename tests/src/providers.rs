//! Agents behind providers for suites: a configuration, credentials and parts, opened as a host opens them.

use std::sync::Arc;

use aragora_core::Result;
use aragora_core::agents::providers::{ApiKey, Credentials, NoCredentials, ProviderConfig, open};
use aragora_core::agents::{Agent, AgentParts, PriceBook};
use aragora_core::clock::Clock;
use aragora_core::config::Secret;

use crate::agents::agent_id;

/// What an agent behind a provider is opened from.
#[derive(Clone, Debug)]
pub struct Opening {
    /// The configuration; the agent's id is `model`.
    pub config: ProviderConfig,
    /// What proves who calls; none unless set.
    pub credentials: Arc<dyn Credentials>,
    /// Parts of its own, so that no two openings share a target.
    pub parts: AgentParts,
}

impl Opening {
    /// The model `asked-model` of this provider at this base.
    ///
    /// # Panics
    ///
    /// If there is no such provider or no transport.
    #[allow(clippy::expect_used)]
    pub fn of(provider: &str, base: impl Into<String>) -> Self {
        crate::logs::keep();
        let provider = provider.parse().expect("the test names a provider");
        let mut config = ProviderConfig::new(provider, "asked-model");
        config.id = Some(agent_id("model"));
        config.base_url = Some(base.into());
        let parts = AgentParts::system().expect("a transport");
        Self { config, credentials: Arc::new(NoCredentials), parts }
    }

    /// With a change to the configuration.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut ProviderConfig)) -> Self {
        change(&mut self.config);
        self
    }

    /// With a key.
    #[must_use]
    pub fn key(self, key: &str) -> Self {
        self.credentials(ApiKey(Secret::from(key)))
    }

    /// With other credentials.
    #[must_use]
    pub fn credentials(mut self, credentials: impl Credentials + 'static) -> Self {
        self.credentials = Arc::new(credentials);
        self
    }

    /// On this clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        let parts = self.parts.parts.clone().with_clock(clock);
        let AgentParts { transport, prices, .. } = self.parts;
        self.parts = AgentParts::new(parts, transport).with_prices(prices);
        self
    }

    /// With these prices.
    #[must_use]
    pub fn prices(mut self, prices: impl PriceBook + 'static) -> Self {
        self.parts = self.parts.with_prices(Arc::new(prices));
        self
    }

    /// The agent.
    pub fn open(&self) -> Result<Arc<dyn Agent>> {
        open(&self.config, self.credentials.clone(), &self.parts)
    }
}
