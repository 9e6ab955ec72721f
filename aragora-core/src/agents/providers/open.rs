//! From a configuration to an agent: everything wrong with it is told at once, and nothing is sent.

use std::sync::Arc;

use url::Url;

use super::agent::ProviderAgent;
use super::anthropic::Messages;
use super::caps::ModelCaps;
use super::chat::Chat;
use super::codec::Codec;
use super::config::{ProviderConfig, StreamMode, Wire};
use super::credentials::Credentials;
use super::defaults::{self, Provider};
use super::endpoint::Endpoint;
use super::gemini::Gemini;
use super::interactions::Interactions;
use super::responses::Responses;
use super::{address, family};
use crate::agents::agent::{Agent, AgentProfile, StructuredMode};
use crate::agents::parts::AgentParts;
use crate::agents::target::TargetKey;
use crate::debate::AgentKind;
use crate::error::{Error, ErrorKind, Result, Violations};
use crate::http::Headers;

/// Members of a body that are the adapter's own business.
const RESERVED: [&str; 6] = ["model", "messages", "input", "contents", "stream", "store"];

/// Header fields that follow from the body or the connection.
const FRAMING: [&str; 6] =
    ["content-type", "content-length", "content-encoding", "transfer-encoding", "connection", "host"];

/// The codec of a wire, as this provider speaks it.
fn codec(provider: &'static Provider, wire: Wire) -> Arc<dyn Codec> {
    match wire {
        Wire::Chat => Arc::new(Chat::of(provider.word)),
        Wire::Messages => Arc::new(Messages::of(provider.word)),
        Wire::Responses => Arc::new(Responses::of(provider.word)),
        Wire::Gemini if provider.word == "vertex" => Arc::new(Gemini::VERTEX),
        Wire::Gemini => Arc::new(Gemini::GOOGLE),
        Wire::GeminiInteractions => Arc::new(Interactions),
    }
}

/// The bare agent of a model behind a provider, without layers.
///
/// ```
/// # use std::sync::Arc;
/// use aragora_core::agents::providers::{ApiKey, ProviderConfig, open};
/// use aragora_core::agents::{Agent, AgentParts};
/// use aragora_core::config::Secret;
///
/// # fn main() -> aragora_core::Result<()> {
/// let config = ProviderConfig::new("mistral".parse()?, "mistral-large-latest");
/// let agent = open(&config, Arc::new(ApiKey(Secret::from("key"))), &AgentParts::system()?)?;
/// assert_eq!(agent.profile().id.as_str(), "mistral-mistral-large-latest");
/// # Ok(())
/// # }
/// ```
///
/// Errors: `invalid_config` lists everything wrong with the configuration; `unavailable` if the operating system gives no
/// random bytes.
pub fn open(config: &ProviderConfig, credentials: Arc<dyn Credentials>, parts: &AgentParts) -> Result<Arc<dyn Agent>> {
    Ok(Arc::new(connect(config, credentials, parts)?))
}

/// [`open`], not yet hidden behind the trait: lists of models and token counts go through the same endpoint.
pub(super) fn connect(
    config: &ProviderConfig,
    credentials: Arc<dyn Credentials>,
    parts: &AgentParts,
) -> Result<ProviderAgent> {
    let provider = defaults::row(&config.provider);
    let wire = config.wire.unwrap_or(provider.wire);
    let mut v = check(config, provider, &*credentials);
    let address = config.base_url.as_deref().unwrap_or_else(|| provider.base_for(wire));
    let base = address::base(address, &config.query, config.allow_insecure_http);
    if let Err(reason) = &base {
        v.add("/base_url", reason);
    }
    let id = config.id.clone().map_or_else(|| config.default_id(), Ok);
    if let Err(error) = &id {
        v.add("/id", error.reason());
    }
    v.into_result(ErrorKind::InvalidConfig)?;
    let (base, id) = (base.map_err(|reason| invalid("/base_url", &reason))?, id?);
    let codec = codec(provider, wire);
    let url = |stream: bool| -> Result<Url> {
        let url = match &config.path {
            Some(path) => address::with_path(&base, path, &config.model),
            None => codec.url(&base, &config.model, stream),
        };
        url.map_err(|reason| invalid("/path", &reason))
    };
    let (whole_url, stream_url) = (url(false)?, url(true)?);
    let key = TargetKey {
        provider: provider.word.to_owned(),
        origin: base.origin().ascii_serialization(),
        model: config.model.clone(),
        credential: identity(config, &*credentials, parts)?,
    };
    let target = parts.targets.get(&key);
    let caps = config.caps.clone().unwrap_or_default().or(ModelCaps::of(&config.model));
    let profile = AgentProfile {
        provider: provider.word.to_owned(),
        model: config.model.clone(),
        family: config.family.clone().unwrap_or_else(|| family::of(&config.model).to_owned()),
        version: config.version.clone(),
        structured: config.structured.unwrap_or(StructuredMode::Native),
        streams: config.stream != StreamMode::Never,
        targets: vec![target.id().clone()],
        context_tokens: caps.context,
        free: config.free,
        ..AgentProfile::new(id, AgentKind::Model)
    };
    let endpoint = Endpoint {
        provider: provider.word,
        model: config.model.clone(),
        base,
        key_header: provider.key_header(wire),
        headers: headers(config, provider),
        credentials,
        timeouts: config.timeouts,
        capture_raw: config.capture_raw,
        target,
        transport: Arc::clone(&parts.transport),
        clock: Arc::clone(&parts.parts.clock),
    };
    let (config, prices) = (config.clone(), Arc::clone(&parts.prices));
    Ok(ProviderAgent { profile, config, caps, codec, endpoint, whole_url, stream_url, prices })
}

fn invalid(pointer: &str, reason: &str) -> Error {
    Error::new(ErrorKind::InvalidConfig, format!("{pointer}: {reason}"))
}

fn check(config: &ProviderConfig, provider: &Provider, credentials: &dyn Credentials) -> Violations {
    let mut v = Violations::new();
    let model = config.model.as_str();
    v.check(!model.trim().is_empty(), "/model", "is blank, expected the model's name");
    v.check(
        model.len() <= 256 && !model.chars().any(char::is_control),
        "/model",
        "is longer than 256 bytes or holds a control character",
    );
    let key = credentials.key().map_or("", |key| key.expose().trim());
    v.check(!key.chars().any(char::is_control), "/api_key", "contains a control character");
    let is_blank_key = credentials.key().is_some() && key.is_empty();
    v.check(!(provider.key_required && is_blank_key), "/api_key", "is missing");
    for name in RESERVED {
        v.check(!config.extra.contains_key(name), format!("/extra/{name}"), "may not be replaced");
    }
    for (name, value) in &config.headers {
        let pointer = format!("/headers/{name}");
        let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        v.check(!name.is_empty() && name.bytes().all(is_token), &pointer, "is no name of a header field");
        v.check(!FRAMING.contains(&name.to_lowercase().as_str()), &pointer, "may not be replaced");
        v.check(!value.expose().chars().any(char::is_control), &pointer, "contains a control character");
    }
    for name in config.query.keys().filter(|name| address::is_key(name)) {
        v.add(format!("/query/{name}"), "a credential belongs in a header");
    }
    let in_path = config.path.as_deref().and_then(|path| path.split_once('?')).map_or("", |(_, query)| query);
    let members = url::form_urlencoded::parse(in_path.as_bytes()).map(|(name, _)| name);
    for name in members.filter(|name| address::is_key(name)) {
        v.add("/path", format!("holds {name:?} in its query, a credential belongs in a header"));
    }
    let named = [
        ("/organization", &config.organization),
        ("/project", &config.project),
        ("/app_name", &config.app_name),
        ("/app_url", &config.app_url),
    ];
    for (pointer, value) in named {
        let clean = value.as_ref().is_none_or(|text| !text.chars().any(char::is_control));
        v.check(clean, pointer, "contains a control character");
    }
    v
}

// Vendor fields first, so that the host's own replace them.
fn headers(config: &ProviderConfig, provider: &Provider) -> Headers {
    let mut headers = Headers::new();
    let is_router = provider.word == "openrouter";
    let fields = [
        ("openai-organization", &config.organization, true),
        ("openai-project", &config.project, true),
        ("x-title", &config.app_name, is_router),
        ("http-referer", &config.app_url, is_router),
    ];
    for (name, value, _) in fields.iter().filter(|(_, _, is_known)| *is_known) {
        if let Some(value) = value {
            headers.set(name, value.as_str());
        }
    }
    for (name, value) in &config.headers {
        headers.secret(name, value.expose().as_str());
    }
    headers
}

// Who pays decides who shares limits: the key, a hook, or header fields of the host that authenticate.
fn identity(config: &ProviderConfig, credentials: &dyn Credentials, parts: &AgentParts) -> Result<[u8; 32]> {
    let mut secret = zeroize::Zeroizing::new(credentials.identity().to_le_bytes().to_vec());
    secret.extend_from_slice(credentials.key().map_or("", |key| key.expose().trim()).as_bytes());
    for (name, value) in &config.headers {
        secret.push(0);
        secret.extend_from_slice(name.to_ascii_lowercase().as_bytes());
        secret.push(0);
        secret.extend_from_slice(value.expose().as_bytes());
    }
    for account in [&config.organization, &config.project] {
        secret.push(0);
        secret.extend_from_slice(account.as_deref().unwrap_or_default().as_bytes());
    }
    parts.targets.credential(&secret)
}
