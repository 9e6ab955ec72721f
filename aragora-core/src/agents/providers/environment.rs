//! Agents for whatever keys the environment holds, for examples and first steps.

use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};

use super::config::ProviderConfig;
use super::credentials::{ApiKey, Credentials, NoCredentials};
use super::open::agent_id;
use crate::agents::agent::Agent;
use crate::agents::parts::AgentParts;
use crate::config::Secret;
use crate::error::{Error, ErrorKind, Result, Violations};
use crate::http::Transport;
use crate::ids::AgentId;
use crate::telemetry::Parts;

/// One row per provider: its key, the variable for its models, the models without one, its dialect.
const PROVIDERS: &[(&str, &str, &[&str], &str)] = &[
    ("OPENAI_API_KEY", "OPENAI_MODEL", &["gpt-5.4-mini", "gpt-5.4-nano", "gpt-4.1"], "openai"),
    (
        "OPENROUTER_API_KEY",
        "OPENROUTER_MODEL",
        &["anthropic/claude-sonnet-4.5", "google/gemini-2.5-flash", "openai/gpt-5.4-mini"],
        "openrouter",
    ),
    ("MISTRAL_API_KEY", "MISTRAL_MODEL", &["mistral-large-latest"], "mistral"),
    ("GROQ_API_KEY", "GROQ_MODEL", &["openai/gpt-oss-120b"], "groq"),
    ("DEEPSEEK_API_KEY", "DEEPSEEK_MODEL", &["deepseek-v4-flash"], "deepseek"),
    ("XAI_API_KEY", "XAI_MODEL", &["grok-4.3"], "xai"),
];

/// The agents the environment has credentials for, in a fixed order; empty if it has none.
///
/// Read are `OPENAI_API_KEY` (with `OPENAI_BASE_URL` for any compatible server, which may need no key),
/// `OPENROUTER_API_KEY`, `MISTRAL_API_KEY`, `GROQ_API_KEY`, `DEEPSEEK_API_KEY`, `XAI_API_KEY` and `OLLAMA_HOST`; blank
/// means unset. For each, `{PROVIDER}_MODEL` holds one or several models separated by commas. Without it:
/// `gpt-5.4-mini`, `gpt-5.4-nano` and `gpt-4.1` for OpenAI; `anthropic/claude-sonnet-4.5`, `google/gemini-2.5-flash` and
/// `openai/gpt-5.4-mini` for OpenRouter; `mistral-large-latest`, `openai/gpt-oss-120b` (Groq), `deepseek-v4-flash`,
/// `grok-4.3`; for Ollama `llama3.2`. Everything wrong is reported at once as `invalid_config`, and no value of a key is
/// ever shown.
pub fn from_environment(env: &dyn Fn(&str) -> Option<String>) -> Result<Vec<Arc<dyn Agent>>> {
    collect(env, None)
}

/// [`from_environment`] over a transport of the host.
pub fn from_environment_with(
    env: &dyn Fn(&str) -> Option<String>,
    transport: Arc<dyn Transport>,
) -> Result<Vec<Arc<dyn Agent>>> {
    collect(env, Some(transport))
}

/// The agent of a model named `provider/model`, e.g. `openai/gpt-5.4-mini`, with the key the environment holds for that
/// provider. Without an id it is called after provider and model.
///
/// Errors: `invalid_request` for a name without a provider or with an unknown one; `not_configured` naming the variable
/// that holds the missing key.
pub fn by_name(
    name_of_model: &str,
    id: Option<AgentId>,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Arc<dyn Agent>> {
    let read = |name: &str| env(name).map(|value| value.trim_ascii().to_owned()).filter(|value| !value.is_empty());
    let known = || PROVIDERS.iter().map(|row| row.3).chain(["ollama"]).collect::<Vec<_>>().join(", ");
    let (provider, model) =
        name_of_model.split_once('/').filter(|(_, model)| !model.trim().is_empty()).ok_or_else(|| {
            let reason =
                format!("model {name_of_model:?}, expected provider/model with one of the providers {}", known());
            Error::new(ErrorKind::InvalidRequest, reason)
        })?;
    let missing = |variable: &str| {
        let reason = format!(
            "model {name_of_model:?} needs {variable}, which is not set; set it in the environment and hand that to the configuration"
        );
        Error::new(ErrorKind::NotConfigured, reason).with("variable", variable)
    };
    let id = id.map_or_else(|| name(provider, model, &|_| false), Ok)?;
    if provider == "ollama" {
        let host = read("OLLAMA_HOST").ok_or_else(|| missing("OLLAMA_HOST"))?;
        return open(id, "ollama", model, Some(ollama(&host)), None, None);
    }
    let (key_name, _, _, dialect) = PROVIDERS.iter().find(|row| row.3 == provider).ok_or_else(|| {
        let reason =
            format!("provider {provider:?} of model {name_of_model:?} is not known, expected one of {}", known());
        Error::new(ErrorKind::InvalidRequest, reason)
    })?;
    let key = read(key_name).map(SecretString::from);
    let base = (provider == "openai").then(|| read("OPENAI_BASE_URL")).flatten();
    if key.is_none() && base.is_none() {
        return Err(missing(key_name));
    }
    let dialect = if base.is_some() { "compatible" } else { dialect };
    open(id, dialect, model, base, key.as_ref(), None)
}

fn collect(env: &dyn Fn(&str) -> Option<String>, transport: Option<Arc<dyn Transport>>) -> Result<Vec<Arc<dyn Agent>>> {
    let read = |name: &str| env(name).map(|value| value.trim_ascii().to_owned()).filter(|value| !value.is_empty());
    let mut v = Violations::new();
    let mut wanted = Vec::new();
    for (key_name, models_name, defaults, dialect) in PROVIDERS {
        let key = read(key_name).map(SecretString::from);
        let base = (*dialect == "openai").then(|| read("OPENAI_BASE_URL")).flatten();
        if key.is_none() && base.is_none() {
            continue;
        }
        if key.as_ref().is_some_and(|key| key.expose_secret().chars().any(char::is_control)) {
            v.add(format!("/{key_name}"), "contains a control character");
            continue;
        }
        // Another server behind the same variable has neither OpenAI's knobs nor its models.
        let dialect = if base.is_some() { "compatible" } else { dialect };
        let models = models(read(models_name), defaults);
        wanted.extend(models.into_iter().map(|model| (dialect, model, base.clone(), key.clone())));
    }
    if let Some(host) = read("OLLAMA_HOST") {
        let base = Some(ollama(&host));
        let models = models(read("OLLAMA_MODEL"), &["llama3.2"]);
        wanted.extend(models.into_iter().map(|model| ("ollama", model, base.clone(), None)));
    }
    // One pool of connections for all of them.
    let transport = match transport {
        None if wanted.is_empty() => None,
        None => Some(super::open::default_transport()?),
        given => given,
    };
    let mut agents: Vec<Arc<dyn Agent>> = Vec::new();
    for (dialect, model, base, key) in wanted {
        let at = format!("/{}/{model}", dialect);
        let taken =
            |id: &AgentId| agents.iter().any(|agent| agent.profile().id.as_str().eq_ignore_ascii_case(id.as_str()));
        let opened = name(dialect, &model, &taken)
            .and_then(|id| open(id, dialect, &model, base, key.as_ref(), transport.as_ref()));
        match opened {
            Ok(agent) => agents.push(agent),
            Err(error) => match (error.reason().strip_prefix("/base_url: "), dialect) {
                // An address is one variable, however many models are behind it.
                (Some(reason), "ollama") => v.add("/OLLAMA_HOST", reason),
                (Some(reason), _) => v.add("/OPENAI_BASE_URL", reason),
                (None, _) => v.add(at, error.reason()),
            },
        }
    }
    v.into_result(ErrorKind::InvalidConfig)?;
    Ok(agents)
}

fn open(
    id: AgentId,
    provider: &str,
    model: &str,
    base: Option<String>,
    key: Option<&SecretString>,
    transport: Option<&Arc<dyn Transport>>,
) -> Result<Arc<dyn Agent>> {
    let mut config = ProviderConfig::new(provider.parse()?, model);
    config.id = Some(id);
    config.base_url = base;
    config.free = provider == "ollama";
    // Chat completions is what this function has always spoken.
    config.wire = Some(super::Wire::Chat);
    let credentials: Arc<dyn Credentials> = match key {
        Some(key) => Arc::new(ApiKey(Secret::from(key.expose_secret()))),
        None => Arc::new(NoCredentials),
    };
    let parts = match transport {
        Some(transport) => AgentParts::new(Parts::system(), Arc::clone(transport)),
        None => AgentParts::system()?,
    };
    super::open(&config, credentials, &parts)
}

// The model's last segment. Several providers may serve the same model, so the provider stands before it; a router
// may serve two of one name, so a number may stand behind it.
fn name(provider: &str, model: &str, taken: &dyn Fn(&AgentId) -> bool) -> Result<AgentId> {
    let mut id = agent_id(provider, model)?;
    let base = id.to_string();
    for number in 2..100 {
        if !taken(&id) {
            break;
        }
        id = AgentId::new(format!("{base}-{number}"))?;
    }
    Ok(id)
}

fn models(listed: Option<String>, defaults: &[&str]) -> Vec<String> {
    let own = listed.unwrap_or_default();
    let own: Vec<String> = own.split(',').map(|m| m.trim().to_owned()).filter(|m| !m.is_empty()).collect();
    if own.is_empty() { defaults.iter().map(|model| (*model).to_owned()).collect() } else { own }
}

// `OLLAMA_HOST` is what the server listens on: it may lack a scheme, and 0.0.0.0 cannot be dialled.
fn ollama(host: &str) -> String {
    let url = if host.contains("://") { host.to_owned() } else { format!("http://{host}") };
    let url = url.replacen("//0.0.0.0", "//127.0.0.1", 1);
    let authority = url.split("://").nth(1).unwrap_or_default();
    let port = if authority.trim_end_matches('/').contains(':') { "" } else { ":11434" };
    format!("{}{port}/v1", url.trim_end_matches('/'))
}
