use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};
use url::{Host, Url};

use super::OpenAiChatAgent;
use super::dialect::Dialect;
use crate::agents::agent::{AgentProfile, StructuredMode, TargetId};
use crate::agents::providers::config::StreamMode;
use crate::agents::providers::exchange::Timeouts;
use crate::clock::{Clock, SystemClock};
use crate::debate::AgentKind;
use crate::error::{Error, ErrorKind, Result, Violations};
use crate::http::{Headers, Transport};
use crate::ids::AgentId;

/// Collects what an [`OpenAiChatAgent`] needs; everything wrong with it is reported at once by
/// [`OpenAiChatBuilder::build`].
pub struct OpenAiChatBuilder {
    id: AgentId,
    model: String,
    dialect: Dialect,
    base_url: Option<String>,
    key: Option<SecretString>,
    headers: Headers,
    extra: Map<String, Value>,
    structured: StructuredMode,
    family: Option<String>,
    version: String,
    stream: StreamMode,
    timeouts: Timeouts,
    allow_insecure_http: bool,
    free: bool,
    transport: Option<Arc<dyn Transport>>,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for OpenAiChatBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAiChatBuilder").field("id", &self.id).field("model", &self.model).finish_non_exhaustive()
    }
}

impl OpenAiChatBuilder {
    pub(super) fn new(id: AgentId, model: String) -> Self {
        Self {
            id,
            model,
            dialect: Dialect::COMPATIBLE,
            base_url: None,
            key: None,
            headers: Headers::new(),
            extra: Map::new(),
            structured: StructuredMode::Native,
            family: None,
            version: String::new(),
            stream: StreamMode::Auto,
            timeouts: Timeouts::default(),
            allow_insecure_http: false,
            free: false,
            transport: None,
            clock: Arc::new(SystemClock::new()),
        }
    }

    /// The vendor, default [`Dialect::COMPATIBLE`].
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// Where `/chat/completions` is appended; a query such as `?api-version=..` is kept. Default: the dialect's.
    /// Plain `http` is for this machine only, unless [`OpenAiChatBuilder::allow_insecure_http`].
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// The credential; it is sent in a header and shown nowhere.
    #[must_use]
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(SecretString::from(key.into()));
        self
    }

    /// A header field sent with every request, e.g. `OpenAI-Organization` or `X-Title`. Its value is not shown.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.secret(name, value);
        self
    }

    /// A member of every request's body; the request's own `extra` wins.
    #[must_use]
    pub fn extra(mut self, name: impl Into<String>, value: Value) -> Self {
        self.extra.insert(name.into(), value);
        self
    }

    /// Whether the model can be held to a schema, default native.
    #[must_use]
    pub fn structured(mut self, mode: StructuredMode) -> Self {
        self.structured = mode;
        self
    }

    /// The model's lineage, default guessed from its name.
    #[must_use]
    pub fn family(mut self, family: impl Into<String>) -> Self {
        self.family = Some(family.into());
        self
    }

    /// The agent's version, default empty.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// When replies are streamed, default where somebody listens.
    #[must_use]
    pub fn stream(mut self, mode: StreamMode) -> Self {
        self.stream = mode;
        self
    }

    /// Time limits of one exchange.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Permits plain `http` beyond this machine.
    #[must_use]
    pub fn allow_insecure_http(mut self) -> Self {
        self.allow_insecure_http = true;
        self
    }

    /// Calls cost nothing, e.g. on a server of one's own.
    #[must_use]
    pub fn free(mut self) -> Self {
        self.free = true;
        self
    }

    /// Sends through this transport; default one of its own over rustls.
    #[must_use]
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Measures time on this clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The agent. `invalid_config` lists everything wrong; `not_configured` without a transport.
    pub fn build(self) -> Result<OpenAiChatAgent> {
        let mut v = Violations::new();
        v.check(!self.model.trim().is_empty(), "/model", "is blank, expected the model's name");
        let key = self.key.as_ref().map_or("", |key| key.expose_secret());
        v.check(!key.chars().any(char::is_control), "/api_key", "contains a control character");
        v.check(!self.dialect.key_required || !key.trim().is_empty(), "/api_key", "is missing");
        for name in ["model", "messages", "stream", "store"] {
            v.check(!self.extra.contains_key(name), format!("/extra/{name}"), "may not be replaced");
        }
        let base = self.base_url.as_deref().unwrap_or(self.dialect.base_url);
        let url = endpoint(base, self.allow_insecure_http);
        if let Err(reason) = &url {
            v.add("/base_url", reason);
        }
        v.into_result(ErrorKind::InvalidConfig)?;
        let url = url.map_err(|reason| Error::new(ErrorKind::InvalidConfig, reason))?;
        let mut headers = self.headers;
        if !key.is_empty() {
            let bearer = if self.dialect.credential == "authorization" { "Bearer " } else { "" };
            headers.secret(self.dialect.credential, format!("{bearer}{}", key.trim()));
        }
        let target = TargetId::new(format!("{}/{}", self.dialect.provider, self.model));
        let profile = AgentProfile {
            provider: self.dialect.provider.to_owned(),
            family: self.family.unwrap_or_else(|| family(&self.model).to_owned()),
            model: self.model,
            version: self.version,
            structured: self.structured,
            streams: self.stream != StreamMode::Never,
            targets: vec![target.clone()],
            ..AgentProfile::new(self.id, AgentKind::Model)
        };
        Ok(OpenAiChatAgent {
            profile,
            target,
            dialect: self.dialect,
            url,
            key: self.key,
            headers,
            extra: self.extra,
            stream: self.stream,
            timeouts: self.timeouts,
            free: self.free,
            transport: self.transport.map_or_else(default_transport, Ok)?,
            clock: self.clock,
            learnt: Arc::default(),
        })
    }
}

#[cfg(feature = "tls-rustls")]
pub(in crate::agents) fn default_transport() -> Result<Arc<dyn Transport>> {
    Ok(Arc::new(crate::http::ReqwestTransport::new()?))
}

#[cfg(not(feature = "tls-rustls"))]
pub(in crate::agents) fn default_transport() -> Result<Arc<dyn Transport>> {
    Err(Error::new(ErrorKind::NotConfigured, "no transport was given and the feature tls-rustls is off"))
}

fn endpoint(base: &str, allow_insecure: bool) -> Result<Url, String> {
    if base.is_empty() {
        return Err("is missing, and the vendor has no address of its own".into());
    }
    let mut url = Url::parse(base).map_err(|error| format!("is no URL: {error}"))?;
    let is_local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => {}
        "http" if is_local || allow_insecure => {}
        "http" => return Err("is plain http beyond this machine, expected https".into()),
        other => return Err(format!("has the scheme {other:?}, expected https")),
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err("holds user information or a fragment, expected neither".into());
    }
    match url.path_segments_mut() {
        Ok(mut path) => path.pop_if_empty().extend(["chat", "completions"]),
        Err(()) => return Err("cannot be extended by a path".into()),
    };
    Ok(url)
}

// The lineage counts for diversity, so a router's or a host's name must not hide it.
fn family(model: &str) -> &'static str {
    let name = model.to_lowercase();
    let last = name.rsplit('/').next().unwrap_or(&name);
    let known = [
        ("claude", "claude"),
        ("gpt", "gpt"),
        ("chatgpt", "gpt"),
        ("o1", "gpt"),
        ("o3", "gpt"),
        ("o4", "gpt"),
        ("gemini", "gemini"),
        ("gemma", "gemma"),
        ("grok", "grok"),
        ("mistral", "mistral"),
        ("ministral", "mistral"),
        ("mixtral", "mistral"),
        ("magistral", "mistral"),
        ("codestral", "mistral"),
        ("deepseek", "deepseek"),
        ("llama", "llama"),
        ("meta-llama", "llama"),
        ("qwen", "qwen"),
        ("kimi", "kimi"),
        ("glm", "glm"),
        ("phi", "phi"),
        ("command", "command"),
    ];
    known.iter().find(|(prefix, _)| last.starts_with(prefix)).map_or("", |(_, family)| family)
}
