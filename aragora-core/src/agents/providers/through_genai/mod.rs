//! Vendors beyond the five wires, through the crate `genai`: Bedrock Converse, native Ollama and others.

mod failure;
mod hear;
mod say;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use genai::adapter::AdapterKind;
use genai::resolver::{AuthData, Endpoint};
use genai::{Client, ModelIden, ModelSpec, ServiceTarget};

use self::hear::Call;
use super::config::StreamMode;
use super::exchange::Timeouts;
use super::{address, family};
use crate::agents::agent::{Agent, AgentProfile, StructuredMode};
use crate::agents::conduct::conduct;
use crate::agents::output::Output;
use crate::agents::parts::AgentParts;
use crate::agents::prices::PriceBook;
use crate::agents::reply::AgentReply;
use crate::agents::request::AgentRequest;
use crate::agents::target::{Target, TargetKey};
use crate::clock::Clock;
use crate::config::{Secret, ShownUrl};
use crate::debate::AgentKind;
use crate::error::{Error, ErrorKind, Result, Violations};
use crate::http::ReqwestTransport;
use crate::ids::AgentId;

/// An agent through the crate `genai`. Everything but adapter and model has a default.
#[derive(Clone)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct GenaiConfig {
    /// The agent's id; default adapter and model.
    pub id: Option<AgentId>,
    /// The crate's word for a vendor's wire, e.g. `bedrock_api`, `ollama`, `cohere`, `together`.
    pub adapter: String,
    /// The model in the vendor's words.
    pub model: String,
    /// Where it is reached. Default: the crate's own address for the vendor, which for Bedrock depends on the
    /// environment's region.
    pub base_url: Option<String>,
    /// The key. Without one an empty key is sent, as local servers expect; the environment is never asked for one.
    pub key: Option<Secret>,
    /// When replies are streamed.
    pub stream: StreamMode,
    /// Time limits of one exchange.
    pub timeouts: Timeouts,
    /// Permits plain `http` beyond this machine.
    pub allow_insecure_http: bool,
    /// Calls cost nothing, e.g. on a server of one's own.
    pub free: bool,
}

impl fmt::Debug for GenaiConfig {
    /// Shows no key, and of the address neither user information nor query.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GenaiConfig")
            .field("id", &self.id)
            .field("adapter", &self.adapter)
            .field("model", &self.model)
            .field("base_url", &self.base_url.as_deref().map(ShownUrl))
            .field("key", &self.key)
            .field("stream", &self.stream)
            .field("timeouts", &self.timeouts)
            .finish_non_exhaustive()
    }
}

impl GenaiConfig {
    /// This model over this adapter, defaults for the rest.
    pub fn new(adapter: impl Into<String>, model: impl Into<String>) -> Self {
        Self {
            id: None,
            adapter: adapter.into(),
            model: model.into(),
            base_url: None,
            key: None,
            stream: StreamMode::default(),
            timeouts: Timeouts::default(),
            allow_insecure_http: false,
            free: false,
        }
    }
}

/// A model behind the crate `genai`, as well as that crate reads it. Best effort: a refusal, an error inside a success
/// or the id of a request may be lost there, and its connections are its own, not the host's
/// [`Transport`](crate::http::Transport). Prefer [`open`](super::open) for the vendors it knows.
///
/// Knobs the vendor does not take are left to the crate. Structured output is asked for in words.
pub struct GenaiAgent {
    profile: AgentProfile,
    config: GenaiConfig,
    client: Client,
    spec: ModelSpec,
    target: Arc<Target>,
    prices: Arc<dyn PriceBook>,
    clock: Arc<dyn Clock>,
}

impl GenaiAgent {
    /// The agent. `invalid_config` lists everything wrong, `not_configured` means that no TLS client can be set up.
    pub fn open(config: &GenaiConfig, parts: &AgentParts) -> Result<Self> {
        let kind = AdapterKind::from_lower_str(&config.adapter);
        let key = config.key.as_ref().map_or("", |key| key.expose().trim());
        let base = config
            .base_url
            .as_deref()
            .map(|base| address::base(base, &std::collections::BTreeMap::new(), config.allow_insecure_http));
        let mut v = Violations::new();
        v.check(kind.is_some(), "/adapter", format!("{:?} is no adapter of the crate", config.adapter));
        v.check(!config.model.trim().is_empty(), "/model", "is blank, expected the model's name");
        v.check(!key.chars().any(char::is_control), "/key", "contains a control character");
        if let Some(Err(reason)) = &base {
            v.add("/base_url", reason);
        }
        v.into_result(ErrorKind::InvalidConfig)?;
        let kind = kind.ok_or_else(|| Error::internal("the adapter was known a moment ago"))?;
        let base = base.transpose().map_err(|reason| Error::new(ErrorKind::InvalidConfig, reason))?;

        let auth = AuthData::from_single(key);
        let model = ModelIden::new(kind, config.model.clone());
        let origin = base.as_ref().map_or_else(|| "default".to_owned(), |base| base.origin().ascii_serialization());
        let spec = match base {
            Some(base) => {
                // Its paths are appended to the text as it is.
                let endpoint = Endpoint::from_owned(format!("{}/", base.as_str().trim_end_matches('/')));
                ModelSpec::Target(ServiceTarget { endpoint, auth: auth.clone(), model })
            }
            None => ModelSpec::Iden(model),
        };
        let client = Client::builder()
            .with_reqwest(ReqwestTransport::client()?)
            .with_auth_resolver_fn(move |_: ModelIden| -> genai::resolver::Result<Option<AuthData>> {
                Ok(Some(auth.clone()))
            })
            .build()
            .map_err(|_| Error::new(ErrorKind::NotConfigured, "the crate genai cannot be set up"))?;
        let provider = format!("genai/{}", config.adapter);
        let target = parts.targets.get(&TargetKey {
            provider: provider.clone(),
            origin,
            model: config.model.clone(),
            credential: parts.targets.credential(key.as_bytes())?,
        });
        let id = match &config.id {
            Some(id) => id.clone(),
            None => default_id(&config.adapter, &config.model)?,
        };
        let profile = AgentProfile {
            provider,
            model: config.model.clone(),
            family: family::of(&config.model).to_owned(),
            structured: StructuredMode::Instructed,
            streams: config.stream != StreamMode::Never,
            targets: vec![target.id().clone()],
            ..AgentProfile::new(id, AgentKind::Model)
        };
        let (prices, clock) = (Arc::clone(&parts.prices), Arc::clone(&parts.parts.clock));
        Ok(Self { profile, config: config.clone(), client, spec, target, prices, clock })
    }

    async fn ask(&self, request: &AgentRequest, output: &Output) -> Result<AgentReply> {
        let stream = match self.config.stream {
            StreamMode::Auto => output.wants_text(),
            StreamMode::Always => true,
            StreamMode::Never => false,
        };
        let (prompt, options) = say::request(&self.profile.id, request, &self.config.timeouts);
        let mut call = Call::start(self, output);
        let outcome = call.run(prompt, options, stream).await;
        call.land(outcome)
    }
}

fn default_id(adapter: &str, model: &str) -> Result<AgentId> {
    let short = model.rsplit('/').next().unwrap_or(model);
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '-' };
    AgentId::new(format!("{adapter}-{short}").chars().map(safe).take(60).collect::<String>())
}

impl fmt::Debug for GenaiAgent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GenaiAgent")
            .field("config", &self.config)
            .field("target", self.target.id())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Agent for GenaiAgent {
    fn profile(&self) -> AgentProfile {
        self.profile.clone()
    }

    async fn respond(&self, request: AgentRequest, output: Output) -> Result<AgentReply> {
        let request = request.visible_to(&self.profile.id);
        conduct(&*self.clock, &self.profile.id, &request, self.ask(&request, &output)).await
    }
}
