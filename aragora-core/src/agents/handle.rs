//! The agents behind providers of one instance: keys and addresses from its configuration, targets shared by all.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::agent::Agent;
use super::agents_builder::AgentsBuilder;
use super::budget::{BudgetBook, BudgetUsage, DebateAccounts};
use super::embed::Embedder;
use super::layers::{Budgets, GuardedEmbedder, Layer as _, LayersDocument, ReplyCache, Stack, StackConfig};
use super::parts::AgentParts;
use super::provider_report::{ProviderReport, ProviderStatus};
use super::providers::{
    ApiKey, Credentials, ModelSource, NoCredentials, ProviderConfig, ProviderFacts, ProviderHandle, ProviderId, open,
    unreachable,
};
use super::stand_ins::{ROUTER, StandIns, routed};
use super::target::{BreakerSnapshot, RateLimitSnapshot, TargetHealth};
use crate::config::ProviderSettings;
use crate::debate::AgentKind;
use crate::error::{Error, ErrorKind, Result, Violations};
use crate::ids::{AgentId, DebateId, MicroUsd, OrgId};

/// Opens agents behind providers by name; held by an instance and cheap to clone.
///
/// ```
/// use aragora_core::agents::{Agent, Agents, providers::ProviderConfig};
/// use aragora_core::config::Config;
///
/// # fn main() -> aragora_core::Result<()> {
/// let config = Config::load([("MISTRAL_API_KEY", "key")])?;
/// let agents = Agents::builder().providers(config.providers).build();
/// assert_eq!(agents.open("mistral")?.profile().model, "mistral-large-latest");
/// assert_eq!(agents.open("mistral/codestral-2508")?.profile().model, "codestral-2508");
///
/// let mut own = ProviderConfig::new("compatible".parse()?, "qwen3");
/// own.base_url = Some("http://localhost:9000/v1".into());
/// assert_eq!(agents.open(own)?.profile().provider, "compatible");
///
/// assert_eq!(agents.open("openai/gpt-5.4").unwrap_err().code(), "not_configured");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Agents {
    inner: Arc<Shared>,
}

/// What the handles of one instance share.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) settings: ProviderSettings,
    pub(super) parts: AgentParts,
    pub(super) models: BTreeMap<ProviderId, String>,
    pub(super) credentials: BTreeMap<ProviderId, Arc<dyn Credentials>>,
    pub(super) layers: Option<StackConfig>,
    /// The budgets of the instance, which other layers of a seat do not take away.
    pub(super) book: Option<BudgetBook>,
    /// Whether those stand around a model that has no layers.
    pub(super) within_budgets: bool,
    pub(super) stand_ins: StandIns,
    pub(super) router_ids: BTreeMap<String, String>,
}

impl fmt::Debug for Agents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Agents").field("providers", &self.configured()).finish_non_exhaustive()
    }
}

impl Agents {
    pub(super) fn over(shared: Shared) -> Self {
        Self { inner: Arc::new(shared) }
    }

    /// A builder.
    pub fn builder() -> AgentsBuilder {
        AgentsBuilder::default()
    }

    /// What all of them share.
    pub fn parts(&self) -> &AgentParts {
        &self.inner.parts
    }

    /// The agent of a model, named by a spec string such as `anthropic/claude-sonnet-5` or described by a
    /// configuration, with the key and the address the settings hold for its provider, in the recommended layers
    /// ([`Stack`]) and with whoever stands in for it ([`StandIns`]).
    ///
    /// Errors: `invalid_request` for a name with an unknown provider; `not_configured` if the key is missing (the
    /// context entry `variable` says where it is read from), or if no model was named and the provider has no default;
    /// `invalid_config` that lists everything wrong with a configuration.
    pub fn open(&self, model: impl Into<ModelSource>) -> Result<Arc<dyn Agent>> {
        let config = self.complete(model.into().config()?)?;
        let credentials = self.credentials(&config)?;
        self.open_with(config, credentials)
    }

    /// [`Agents::open`] with these credentials in place of those of the settings.
    pub fn open_with(
        &self,
        model: impl Into<ModelSource>,
        credentials: Arc<dyn Credentials>,
    ) -> Result<Arc<dyn Agent>> {
        let config = self.complete(model.into().config()?)?;
        let agent = open(&config, credentials, &self.inner.parts)?;
        let Some(layers) = &self.inner.layers else { return Ok(self.within_budgets(agent)) };
        let stand_ins = self.stand_ins(&config)?;
        Stack::recommended(layers, &self.inner.parts).wrap_with(agent, stand_ins)
    }

    /// The embedder of a model, named or described as [`Agents::open`] takes it, with the key and the address the settings
    /// hold for its provider, behind the breaker, retries, pacing and places of its target.
    ///
    /// Errors: those of [`Agents::open`]; `unsupported` for a provider without vectors.
    pub fn embedder(&self, model: impl Into<ModelSource>) -> Result<Arc<dyn Embedder>> {
        let config = self.complete(model.into().config()?)?;
        let credentials = self.credentials(&config)?;
        let handle = ProviderHandle::open(&config, credentials, &self.inner.parts)?;
        let embedder = GuardedEmbedder::new(handle.embedder(None)?, handle.target());
        let budgets = self.inner.layers.as_ref().map_or(&[][..], |layers| &layers.budgets);
        if budgets.is_empty() {
            return Ok(Arc::new(embedder));
        }
        let budgets = Budgets::new(&self.inner.parts, budgets.to_vec());
        Ok(Arc::new(embedder.with_budgets(budgets, handle.profile().clone())))
    }

    // What stays of the layers where there are none.
    fn within_budgets(&self, agent: Arc<dyn Agent>) -> Arc<dyn Agent> {
        match &self.inner.book {
            Some(book) if self.inner.within_budgets => {
                Budgets::new(&self.inner.parts, Vec::new()).with_book(book.clone()).wrap(agent)
            }
            _ => agent,
        }
    }

    /// The same keys, addresses, targets and budgets with the layers of a document, with who stands in, around what is
    /// opened from now on. Replies are kept as the instance keeps them unless the document says how.
    ///
    /// Errors: `invalid_config` with everything that is wrong with the document; for one with budgets too, because
    /// those belong to all seats of an instance.
    pub fn in_layers(&self, document: &LayersDocument) -> Result<Self> {
        document.validate()?;
        if !document.budgets.is_empty() {
            let mut v = Violations::new();
            v.add("/budgets", "budgets hold for all seats of an instance; give them to it");
            v.into_result(ErrorKind::InvalidConfig)?;
        }
        let within = Shared { within_budgets: true, ..(*self.inner).clone() };
        if document.bare {
            return Ok(Self::over(Shared { layers: None, stand_ins: StandIns::Off, ..within }));
        }
        let mut layers = StackConfig::from(document);
        let kept = self.inner.layers.as_ref().and_then(|own| own.cache.clone());
        layers.cache = document.cache.as_ref().map(|cache| cache.open(&self.inner.parts)).or(kept);
        layers.book.clone_from(&self.inner.book);
        Ok(Self::over(Shared { layers: Some(layers), stand_ins: document.stand_ins(), ..within }))
    }

    /// The same without layers: every failure reaches the caller at once, and nobody stands in.
    #[must_use]
    pub fn without_layers(&self) -> Self {
        let (layers, stand_ins) = (None, StandIns::Off);
        Self::over(Shared { layers, stand_ins, within_budgets: false, ..(*self.inner).clone() })
    }

    /// An agent of any kind, also one of the host's own, in the layers of these agents, with `others` to stand in for
    /// it in this order; without any, the models that were named for that. OpenRouter stands in by itself only for
    /// models that are opened by name.
    ///
    /// Errors: those of [`Agents::open`] for a model that stands in; `invalid_request` for others where there are no
    /// layers, or where the agent is neither a model nor foreign and so never fails over.
    pub fn around(&self, agent: Arc<dyn Agent>, mut others: Vec<Arc<dyn Agent>>) -> Result<Arc<dyn Agent>> {
        let refused = |reason: &str| Err(Error::new(ErrorKind::InvalidRequest, reason));
        let fails_over = matches!(agent.profile().kind, AgentKind::Model | AgentKind::Foreign);
        let Some(layers) = &self.inner.layers else {
            if others.is_empty() {
                return Ok(agent);
            }
            return refused("without layers nobody stands in for an agent");
        };
        if !fails_over && !others.is_empty() {
            return refused("only for models and agents of the host somebody can stand in");
        }
        if let (StandIns::Models(models), true, true) = (&self.inner.stand_ins, fails_over, others.is_empty()) {
            others = models.iter().map(|model| self.open_bare(model.clone().config()?)).collect::<Result<_>>()?;
        }
        Stack::recommended(layers, &self.inner.parts).wrap_with(agent, others)
    }

    fn open_bare(&self, config: ProviderConfig) -> Result<Arc<dyn Agent>> {
        let config = self.complete(config)?;
        open(&config, self.credentials(&config)?, &self.inner.parts)
    }

    // Those that stand in for this agent, bare.
    fn stand_ins(&self, config: &ProviderConfig) -> Result<Vec<Arc<dyn Agent>>> {
        match &self.inner.stand_ins {
            StandIns::Off => Ok(Vec::new()),
            StandIns::Models(models) => models.iter().map(|model| self.open_bare(model.clone().config()?)).collect(),
            StandIns::Auto => {
                let router: ProviderId = ROUTER.parse()?;
                if !self.status(&ProviderFacts::of(&router)).configured {
                    return Ok(Vec::new());
                }
                match routed(config, router, &self.inner.router_ids) {
                    Ok(routed) => routed.into_iter().map(|config| self.open_bare(config)).collect(),
                    Err(model) => {
                        tracing::warn!(target: "aragora::agents", model, "nothing at OpenRouter stands in for it");
                        Ok(Vec::new())
                    }
                }
            }
        }
    }

    /// [`Agents::open`]; where no id was given and the default one is taken, a number stands behind it.
    pub(crate) fn open_beside(&self, model: impl Into<ModelSource>, taken: &[AgentId]) -> Result<Arc<dyn Agent>> {
        let mut config = self.complete(model.into().config()?)?;
        if config.id.is_none() {
            config.id = Some(free_id(&config.default_id()?, taken)?);
        }
        let credentials = self.credentials(&config)?;
        self.open_with(config, credentials)
    }

    /// The providers that can be named, as far as that can be said without asking them. Holds no key.
    pub fn check(&self) -> ProviderReport {
        let statuses = ProviderFacts::all().map(|facts| self.status(&facts)).collect();
        ProviderReport::new(statuses)
    }

    /// The providers that have a key, an address or credentials of the host, in a fixed order.
    pub fn configured(&self) -> Vec<ProviderId> {
        let known = ProviderFacts::all().filter(|facts| self.status(facts).configured);
        known.map(|facts| facts.id).collect()
    }

    /// The model of a provider that is named without one, if it has one.
    pub fn default_model(&self, provider: &ProviderId) -> Option<String> {
        let own = self.inner.models.get(provider).cloned();
        own.or_else(|| ProviderFacts::of(provider).default_model.map(str::to_owned))
    }

    /// How every target used so far fares, for the host's own endpoints.
    pub fn health(&self) -> Vec<TargetHealth> {
        self.inner.parts.targets.health()
    }

    /// The breaker of every target used so far.
    pub fn breakers(&self) -> Vec<BreakerSnapshot> {
        self.inner.parts.targets.breakers()
    }

    /// What every target used so far may be asked now, by our limits and by its own.
    pub fn rate_limits(&self) -> Vec<RateLimitSnapshot> {
        self.inner.parts.targets.rate_limits()
    }

    /// How an organisation's budgets stand in their current periods, by name. Errors of the store.
    pub async fn budgets(&self, tenant: &OrgId) -> Result<Vec<(String, BudgetUsage)>> {
        match &self.inner.book {
            Some(book) => book.usage(tenant).await,
            None => Ok(Vec::new()),
        }
    }

    /// Forgets the kept replies of an agent to an organisation and returns how many they were, 0 without a cache. A
    /// reply that was asked for before is not kept when it arrives. Errors of the store.
    pub async fn forget(&self, tenant: &OrgId, agent: &AgentId) -> Result<u64> {
        let own = self.inner.layers.as_ref().and_then(|layers| layers.cache.clone());
        // A seat may keep replies where the instance does not, in the same store.
        let cache = own.unwrap_or_else(|| ReplyCache::by_tenant(&self.inner.parts));
        cache.forget_of(tenant, agent).await
    }

    /// Opens a debate's own budgets, with what it has spent so far.
    pub(crate) fn enter(&self, tenant: &OrgId, debate: &DebateId, spent: MicroUsd) -> Option<DebateAccounts> {
        self.inner.book.as_ref()?.enter(tenant, debate, spent)
    }

    // Default model and configured address.
    fn complete(&self, mut config: ProviderConfig) -> Result<ProviderConfig> {
        if config.model.trim().is_empty() {
            let provider = &config.provider;
            config.model = self.default_model(provider).ok_or_else(|| {
                let reason = format!("{provider} has no default model, name one as {provider}/<model>");
                Error::new(ErrorKind::NotConfigured, reason)
            })?;
        }
        if config.base_url.is_none() {
            config.base_url = self.address(&config.provider);
        }
        Ok(config)
    }

    fn address(&self, provider: &ProviderId) -> Option<String> {
        let mut url = self.inner.settings.host(provider.as_str())?.clone();
        // The variables name the server; its chat completions lie below `/v1`.
        if matches!(url.path(), "" | "/") {
            url.set_path("/v1");
        }
        Some(url.into())
    }

    fn credentials(&self, config: &ProviderConfig) -> Result<Arc<dyn Credentials>> {
        let provider = &config.provider;
        if let Some(given) = self.inner.credentials.get(provider) {
            return Ok(Arc::clone(given));
        }
        if let Some(key) = self.inner.settings.key(provider.as_str()) {
            return Ok(Arc::new(ApiKey(key.clone())));
        }
        let authenticates = |name: &String| {
            ["authorization", "x-api-key", "api-key", "x-goog-api-key"].contains(&name.to_ascii_lowercase().as_str())
        };
        if !ProviderFacts::of(provider).key_required || config.headers.keys().any(authenticates) {
            return Ok(Arc::new(NoCredentials));
        }
        Err(missing(provider, &config.model))
    }

    fn status(&self, facts: &ProviderFacts) -> ProviderStatus {
        let provider = &facts.id;
        let variables = ProviderSettings::variables(provider.as_str());
        let names = variables.join(" or ");
        let own = self.inner.credentials.contains_key(provider);
        let keyed = self.inner.settings.key(provider.as_str()).is_some();
        let address = self.address(provider);
        let unreachable = address.as_deref().and_then(unreachable);
        let (configured, reason) = match () {
            () if unreachable.is_some() => {
                (false, format!("the address in {names} {}", unreachable.unwrap_or_default()))
            }
            () if own => (true, "credentials of the host".to_owned()),
            () if keyed && facts.base_url.is_empty() => {
                (true, "a key is set; every agent needs a base_url of its own".to_owned())
            }
            () if keyed => (true, "a key is set".to_owned()),
            () if address.is_some() => (true, format!("reached at the address in {names}")),
            () if !facts.key_required && facts.base_url.is_empty() => (false, "needs a base_url in code".to_owned()),
            () if !facts.key_required && variables.is_empty() => {
                (false, format!("reached at {} when it is named", facts.base_url))
            }
            () if !facts.key_required => {
                (false, format!("{names} is not set; reached at {} when it is named", facts.base_url))
            }
            () if variables.is_empty() => (false, "needs credentials of the host, given in code".to_owned()),
            () => (false, format!("{names} is not set")),
        };
        let default_model = self.default_model(provider);
        ProviderStatus { provider: provider.to_string(), configured, reason, default_model }
    }
}

fn free_id(id: &AgentId, taken: &[AgentId]) -> Result<AgentId> {
    let is_free = |id: &AgentId| !taken.iter().any(|other| other.as_str().eq_ignore_ascii_case(id.as_str()));
    let mut free = id.clone();
    for number in 2..=taken.len() + 1 {
        if is_free(&free) {
            break;
        }
        free = AgentId::new(format!("{id}-{number}"))?;
    }
    Ok(free)
}

fn missing(provider: &ProviderId, model: &str) -> Error {
    let spec = format!("{provider}/{model}");
    let Some(variable) = ProviderSettings::variables(provider.as_str()).first() else {
        let reason = format!("model {spec:?} needs credentials of the host, give {provider}'s in code");
        return Error::new(ErrorKind::NotConfigured, reason);
    };
    let reason = format!(
        "model {spec:?} needs {variable}, which is not set; set it in the environment and hand that to the configuration"
    );
    Error::new(ErrorKind::NotConfigured, reason).with("variable", variable)
}
