//! What describes an agent behind a provider.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::caps::ModelCaps;
use super::document::ProviderDocument;
use super::exchange::Timeouts;
use crate::agents::agent::StructuredMode;
use crate::config::{Secret, ShownUrl};
use crate::error::{Error, ErrorKind};
use crate::ids::AgentId;

/// The wire formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum Wire {
    /// Anthropic Messages.
    Messages,
    /// OpenAI Responses.
    Responses,
    /// OpenAI Chat Completions and its dialects.
    Chat,
    /// Gemini `generateContent`.
    Gemini,
    /// Gemini Interactions.
    GeminiInteractions,
}

/// When replies are streamed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum StreamMode {
    /// Where somebody listens.
    #[default]
    Auto,
    /// Always, e.g. because a gateway cuts long silent calls.
    Always,
    /// Never.
    Never,
}

/// A provider by its word in a spec string, e.g. `anthropic`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProviderId(&'static str);

impl ProviderId {
    /// The provider's word.
    pub fn as_str(&self) -> &str {
        self.0
    }

    pub(super) const fn known(word: &'static str) -> Self {
        Self(word)
    }
}

impl fmt::Display for ProviderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl FromStr for ProviderId {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self, Error> {
        super::defaults::provider(word).ok_or_else(|| {
            let reason = format!("provider {word:?} is not known, expected one of {}", super::defaults::words());
            Error::new(ErrorKind::InvalidRequest, reason)
        })
    }
}

impl TryFrom<String> for ProviderId {
    type Error = Error;

    fn try_from(word: String) -> Result<Self, Error> {
        word.parse()
    }
}

impl Serialize for ProviderId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for ProviderId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(|error: Error| serde::de::Error::custom(error.reason()))
    }
}

/// An agent behind a provider. Everything but provider and model has a default. Read from a document, it is a
/// [`ProviderDocument`].
#[derive(Clone, Deserialize)]
#[serde(try_from = "ProviderDocument")]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct ProviderConfig {
    /// The agent's id; default provider and model.
    pub id: Option<AgentId>,
    /// The provider.
    pub provider: ProviderId,
    /// The model; with Azure the deployment.
    pub model: String,
    /// The wire format, default the provider's.
    pub wire: Option<Wire>,
    /// Where it is reached, default the provider's; a query such as `?api-version=..` is kept.
    pub base_url: Option<String>,
    /// The path after the base, with `{model}` in it; default the wire's.
    pub path: Option<String>,
    /// Header fields of every request; never shown.
    pub headers: BTreeMap<String, Secret>,
    /// Query members of every request. A credential belongs in a header.
    pub query: BTreeMap<String, String>,
    /// `OpenAI-Organization`.
    pub organization: Option<String>,
    /// `OpenAI-Project`.
    pub project: Option<String>,
    /// The host's name, for OpenRouter's `X-Title`.
    pub app_name: Option<String>,
    /// The host's site, for OpenRouter's `HTTP-Referer`.
    pub app_url: Option<String>,
    /// Time limits of one exchange.
    pub timeouts: Timeouts,
    /// When replies are streamed.
    pub stream: StreamMode,
    /// Permits plain `http` beyond this machine.
    pub allow_insecure_http: bool,
    /// Refuses a request with a knob the model does not take, instead of leaving it out with a warning.
    pub strict_knobs: bool,
    /// What the model can do, default by its name.
    pub caps: Option<ModelCaps>,
    /// Whether the model can be held to a schema, default native where the provider can.
    pub structured: Option<StructuredMode>,
    /// Names of metadata that leave the process.
    pub forward_metadata: Vec<String>,
    /// Keeps the raw body of a refused call in the error.
    pub capture_raw: bool,
    /// Calls cost nothing, e.g. on a server of one's own.
    pub free: bool,
    /// Members of every request's body; the request's own `extra` wins.
    pub extra: Map<String, Value>,
    /// The model's lineage, default guessed from its name.
    pub family: Option<String>,
    /// The agent's version, default empty.
    pub version: String,
}

impl fmt::Debug for ProviderConfig {
    /// Shows neither the values of header fields and of query members nor user information and query of addresses.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = |address: &Option<String>| address.as_ref().map(|url| ShownUrl(url).to_string());
        f.debug_struct("ProviderConfig")
            .field("id", &self.id)
            .field("provider", &self.provider)
            .field("model", &self.model)
            .field("wire", &self.wire)
            .field("base_url", &address(&self.base_url))
            .field("path", &address(&self.path))
            .field("headers", &self.headers)
            .field("query", &self.query.keys().collect::<Vec<_>>())
            .field("organization", &self.organization)
            .field("project", &self.project)
            .field("app_name", &self.app_name)
            .field("app_url", &address(&self.app_url))
            .field("timeouts", &self.timeouts)
            .field("stream", &self.stream)
            .field("allow_insecure_http", &self.allow_insecure_http)
            .field("strict_knobs", &self.strict_knobs)
            .field("caps", &self.caps)
            .field("structured", &self.structured)
            .field("forward_metadata", &self.forward_metadata)
            .field("capture_raw", &self.capture_raw)
            .field("free", &self.free)
            .field("extra", &self.extra.keys().collect::<Vec<_>>())
            .field("family", &self.family)
            .field("version", &self.version)
            .finish()
    }
}

impl ProviderConfig {
    /// This model of this provider, defaults for the rest.
    pub fn new(provider: ProviderId, model: impl Into<String>) -> Self {
        Self {
            id: None,
            provider,
            model: model.into(),
            wire: None,
            base_url: None,
            path: None,
            headers: BTreeMap::new(),
            query: BTreeMap::new(),
            organization: None,
            project: None,
            app_name: None,
            app_url: None,
            timeouts: Timeouts::default(),
            stream: StreamMode::default(),
            allow_insecure_http: false,
            strict_knobs: false,
            caps: None,
            structured: None,
            forward_metadata: Vec::new(),
            capture_raw: false,
            free: false,
            extra: Map::new(),
            family: None,
            version: String::new(),
        }
    }

    /// Provider and the model's last segment, because several providers may serve the same model.
    pub(in crate::agents) fn default_id(&self) -> Result<AgentId, Error> {
        let short = self.model.rsplit('/').next().unwrap_or(&self.model);
        let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '-' };
        let id: String = format!("{}-{short}", self.provider).chars().map(safe).take(60).collect();
        AgentId::new(&id)
    }
}
