//! An opened agent behind its layers, with others that stand in for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Agents;
use crate::agents::agent::Agent;
use crate::agents::layers::{Stack, StackConfig};
use crate::agents::providers::{ProviderConfig, ProviderId, open, openrouter_id};
use crate::error::Result;

/// Who stands in for an agent whose provider fails.
#[derive(Clone, Debug, Default)]
pub enum FallbackMode {
    /// With a key for OpenRouter, the same model there, for models of Anthropic, OpenAI, Mistral, Gemini and xAI that
    /// are asked at their vendor's own address.
    #[default]
    Auto,
    /// Nobody.
    Off,
    /// These models, in this order.
    Models(Vec<ProviderConfig>),
}

/// What is put around opened agents.
#[derive(Clone, Debug, Default)]
pub(super) struct Layered {
    pub(super) stack: StackConfig,
    pub(super) fallback: FallbackMode,
    /// Names of models at OpenRouter that the host knows better.
    pub(super) openrouter: BTreeMap<String, String>,
}

/// Providers whose models OpenRouter offers under a name that can be told.
const RELAYED: [&str; 5] = ["anthropic", "openai", "mistral", "gemini", "xai"];

impl Agents {
    /// The agent in the recommended layers.
    pub(super) fn layered(&self, agent: Arc<dyn Agent>, config: &ProviderConfig) -> Result<Arc<dyn Agent>> {
        let layered = &self.inner.layered;
        let id = agent.profile().id;
        let others = self.others(config)?.into_iter().map(|mut other| {
            // It answers in the first one's name.
            other.id = Some(id.clone());
            let other = self.complete(other)?;
            open(&other, self.credentials(&other)?, &self.inner.parts)
        });
        let others = others.collect::<Result<Vec<_>>>()?;
        Stack::recommended(&layered.stack, &self.inner.parts).wrap_with(agent, others)
    }

    fn others(&self, config: &ProviderConfig) -> Result<Vec<ProviderConfig>> {
        match &self.inner.layered.fallback {
            FallbackMode::Off => Ok(Vec::new()),
            FallbackMode::Models(models) => Ok(models.clone()),
            FallbackMode::Auto => Ok(self.relayed(config)?.into_iter().collect()),
        }
    }

    fn relayed(&self, config: &ProviderConfig) -> Result<Option<ProviderConfig>> {
        let relay = ProviderId::try_from("openrouter".to_owned())?;
        // An address of the host's own is a choice of where prompts go.
        let vendor = RELAYED.contains(&config.provider.as_str()) && config.base_url.is_none() && config.path.is_none();
        let keyed = self.inner.credentials.contains_key(&relay) || self.inner.settings.key("openrouter").is_some();
        if !vendor || !keyed {
            return Ok(None);
        }
        let provider = config.provider.as_str();
        let Some(model) = openrouter_id(provider, &config.model, &self.inner.layered.openrouter) else {
            let model = config.model.as_str();
            tracing::warn!(target: "aragora::agents", provider, model, "no_openrouter_id: nobody stands in for this model");
            return Ok(None);
        };
        let mut other = ProviderConfig::new(relay, model);
        other.timeouts = config.timeouts;
        other.stream = config.stream;
        other.strict_knobs = config.strict_knobs;
        other.app_name.clone_from(&config.app_name);
        other.app_url.clone_from(&config.app_url);
        other.forward_metadata.clone_from(&config.forward_metadata);
        other.version.clone_from(&config.version);
        Ok(Some(other))
    }
}
