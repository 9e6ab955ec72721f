use std::collections::BTreeMap;
use std::sync::Arc;

use super::budget::BudgetBook;
use super::handle::{Agents, Shared};
use super::layers::{LayersDocument, StackConfig};
use super::parts::AgentParts;
use super::providers::{Credentials, ProviderId};
use super::stand_ins::StandIns;
use crate::config::ProviderSettings;
use crate::error::Result;
use crate::telemetry::Parts;

/// Collects what [`Agents`] are opened from.
#[derive(Debug, Default)]
pub struct AgentsBuilder {
    settings: ProviderSettings,
    parts: Option<AgentParts>,
    models: BTreeMap<ProviderId, String>,
    credentials: BTreeMap<ProviderId, Arc<dyn Credentials>>,
    layers: Option<StackConfig>,
    bare: bool,
    stand_ins: StandIns,
    router_ids: BTreeMap<String, String>,
}

impl AgentsBuilder {
    /// Keys and addresses; none unless set.
    #[must_use]
    pub fn providers(mut self, settings: ProviderSettings) -> Self {
        self.settings = settings;
        self
    }

    /// Clock, transport, prices and targets; the machine's own unless set.
    #[must_use]
    pub fn parts(mut self, parts: AgentParts) -> Self {
        self.parts = Some(parts);
        self
    }

    /// The model of a provider that is named without one.
    #[must_use]
    pub fn default_model(mut self, provider: ProviderId, model: impl Into<String>) -> Self {
        self.models.insert(provider, model.into());
        self
    }

    /// What proves to a provider who calls, in place of a key of the settings: a hook that signs, or fetches tokens.
    #[must_use]
    pub fn credentials(mut self, provider: ProviderId, credentials: Arc<dyn Credentials>) -> Self {
        self.credentials.insert(provider, credentials);
        self
    }

    /// The layers around every agent, default the recommended ones with their defaults.
    #[must_use]
    pub fn layers(mut self, layers: StackConfig) -> Self {
        self.layers = Some(layers);
        self.bare = false;
        self
    }

    /// The layers of a document, with its budgets, its cache and who stands in. Wants [`AgentsBuilder::parts`] before
    /// it: budgets and kept replies live in their store.
    ///
    /// Errors: `invalid_config` with everything that is wrong with the document.
    pub fn document(mut self, document: &LayersDocument) -> Result<Self> {
        document.validate()?;
        let parts = self.parts.get_or_insert_with(|| AgentParts::over(Parts::system()));
        let mut layers = StackConfig::from(document);
        if !document.budgets.is_empty() {
            layers.book = Some(BudgetBook::new(parts, document.budgets.clone())?);
        }
        layers.cache = document.cache.as_ref().map(|cache| cache.open(parts));
        let agents = self.layers(layers).stand_ins(document.stand_ins());
        Ok(if document.bare { agents.without_layers() } else { agents })
    }

    /// No layers: every failure reaches the caller at once, and nobody stands in.
    #[must_use]
    pub fn without_layers(mut self) -> Self {
        self.bare = true;
        self
    }

    /// Who answers when a provider fails, default OpenRouter where its key is set.
    #[must_use]
    pub fn stand_ins(mut self, stand_ins: StandIns) -> Self {
        self.stand_ins = stand_ins;
        self
    }

    /// What models are called at OpenRouter where our own table and rules are wrong: by `provider/model` or by model.
    #[must_use]
    pub fn openrouter_ids(mut self, ids: BTreeMap<String, String>) -> Self {
        self.router_ids = ids;
        self
    }

    /// The agents. Opens no connection.
    pub fn build(self) -> Agents {
        let Self { settings, parts, models, credentials, layers, bare, stand_ins, router_ids } = self;
        let parts = parts.unwrap_or_else(|| AgentParts::over(Parts::system()));
        let layers = (!bare).then(|| layers.unwrap_or_default());
        let book = layers.as_ref().and_then(|layers| layers.book.clone());
        let within_budgets = false;
        Agents::over(Shared {
            settings,
            parts,
            models,
            credentials,
            layers,
            book,
            within_budgets,
            stand_ins,
            router_ids,
        })
    }
}
