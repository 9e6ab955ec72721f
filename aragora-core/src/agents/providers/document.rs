//! A configuration as a document. What is absent keeps its default; the provider may stand beside it, in a spec string.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::caps::ModelCaps;
use super::config::{ProviderConfig, ProviderId, StreamMode, Wire};
use super::exchange::Timeouts;
use super::spec::ModelSpec;
use crate::agents::agent::StructuredMode;
use crate::config::Secret;
use crate::error::{Error, ErrorKind, Result};
use crate::ids::AgentId;

/// An agent behind a provider, as a document. What is absent keeps its default.
#[derive(Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct ProviderDocument {
    /// The provider, or an alias of it; absent only where a model's name stands beside the document.
    #[serde(default)]
    pub provider: Option<ProviderId>,
    /// The model, with Azure the deployment; default the provider's.
    #[serde(default)]
    pub model: Option<String>,
    /// The agent's id, default made of provider and model.
    #[serde(default)]
    pub id: Option<AgentId>,
    /// The wire format, default the provider's.
    #[serde(default)]
    pub wire: Option<Wire>,
    /// Where it is reached, default the provider's.
    #[serde(default)]
    pub base_url: Option<String>,
    /// The path after the base, with `{model}` in it; default the wire's.
    #[serde(default)]
    pub path: Option<String>,
    /// Header fields of every request; never shown.
    #[serde(default)]
    pub headers: BTreeMap<String, Secret>,
    /// Query members of every request. A credential belongs in a header.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
    /// `OpenAI-Organization`.
    #[serde(default)]
    pub organization: Option<String>,
    /// `OpenAI-Project`.
    #[serde(default)]
    pub project: Option<String>,
    /// The host's name, for OpenRouter's `X-Title`.
    #[serde(default)]
    pub app_name: Option<String>,
    /// The host's site, for OpenRouter's `HTTP-Referer`.
    #[serde(default)]
    pub app_url: Option<String>,
    /// Time limits of one exchange.
    #[serde(default)]
    pub timeouts: TimeoutsDocument,
    /// When replies are streamed, default where somebody listens.
    #[serde(default)]
    pub stream: StreamMode,
    /// Permits plain `http` beyond this machine.
    #[serde(default)]
    pub allow_insecure_http: bool,
    /// Refuses a request with a knob the model does not take, instead of leaving it out with a warning.
    #[serde(default)]
    pub strict_knobs: bool,
    /// What the model can do, default by its name.
    #[serde(default)]
    pub caps: Option<ModelCaps>,
    /// Whether the model can be held to a schema, default native where the provider can.
    #[serde(default)]
    pub structured: Option<StructuredMode>,
    /// Names of metadata that leave the process.
    #[serde(default)]
    pub forward_metadata: Vec<String>,
    /// Keeps the raw body of a refused call in the error.
    #[serde(default)]
    pub capture_raw: bool,
    /// Calls cost nothing, e.g. on a server of one's own.
    #[serde(default)]
    pub free: bool,
    /// Members of every request's body; the request's own `extra` wins.
    #[serde(default)]
    pub extra: Map<String, Value>,
    /// The model's lineage, default guessed from its name.
    #[serde(default)]
    pub family: Option<String>,
    /// The agent's version.
    #[serde(default)]
    pub version: Option<String>,
}

/// Time limits of one exchange, in milliseconds.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct TimeoutsDocument {
    /// Until the head of a streamed response, default 120,000.
    pub headers_ms: Option<u64>,
    /// Between two pieces of the body, default 60,000.
    pub idle_ms: Option<u64>,
    /// For everything, default 240,000.
    pub total_ms: Option<u64>,
}

impl From<TimeoutsDocument> for Timeouts {
    fn from(document: TimeoutsDocument) -> Self {
        let TimeoutsDocument { headers_ms, idle_ms, total_ms } = document;
        let default = Self::default();
        let or = |ms: Option<u64>, default| ms.map_or(default, Duration::from_millis);
        Self {
            headers: or(headers_ms, default.headers),
            idle: or(idle_ms, default.idle),
            total: or(total_ms, default.total),
        }
    }
}

impl fmt::Debug for ProviderDocument {
    /// Whom it names; [`ProviderConfig`] shows the rest, as far as it may be shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderDocument")
            .field("provider", &self.provider)
            .field("model", &self.model)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl ProviderDocument {
    /// The same for the provider and model a spec string names. `invalid_request` where the document names one itself.
    pub fn with_spec(mut self, spec: ModelSpec) -> Result<Self> {
        if self.provider.is_some() || self.model.is_some() {
            let reason = format!("model \"{spec}\" beside a configuration that names a provider or model itself");
            return Err(Error::new(ErrorKind::InvalidRequest, reason));
        }
        let named = ProviderConfig::from(spec);
        self.free |= named.free;
        self.provider = Some(named.provider);
        self.model = Some(named.model);
        Ok(self)
    }
}

impl TryFrom<ProviderDocument> for ProviderConfig {
    type Error = Error;

    fn try_from(document: ProviderDocument) -> Result<Self> {
        let ProviderDocument {
            provider,
            model,
            id,
            wire,
            base_url,
            path,
            headers,
            query,
            organization,
            project,
            app_name,
            app_url,
            timeouts,
            stream,
            allow_insecure_http,
            strict_knobs,
            caps,
            structured,
            forward_metadata,
            capture_raw,
            free,
            extra,
            family,
            version,
        } = document;
        let provider =
            provider.ok_or_else(|| Error::new(ErrorKind::InvalidRequest, "a configuration without a provider"))?;
        let default = Self::new(provider, model.unwrap_or_default());
        Ok(Self {
            id,
            wire,
            base_url,
            path,
            headers,
            query,
            organization,
            project,
            app_name,
            app_url,
            timeouts: timeouts.into(),
            stream,
            allow_insecure_http,
            strict_knobs,
            caps,
            structured,
            forward_metadata,
            capture_raw,
            free,
            extra,
            family,
            version: version.unwrap_or_default(),
            ..default
        })
    }
}
