use std::collections::BTreeMap;

use url::Url;

use super::Secret;
use super::env::Reader;

/// Providers by their word in a spec string, with the variables their key is read from, first match wins.
const KEYS: &[(&str, &[&str])] = &[
    ("anthropic", &["ANTHROPIC_API_KEY"]),
    ("openai", &["OPENAI_API_KEY"]),
    ("openrouter", &["OPENROUTER_API_KEY"]),
    ("mistral", &["MISTRAL_API_KEY"]),
    ("gemini", &["GEMINI_API_KEY", "GOOGLE_API_KEY"]),
    ("xai", &["XAI_API_KEY", "GROK_API_KEY"]),
    ("deepseek", &["DEEPSEEK_API_KEY"]),
    ("groq", &["GROQ_API_KEY"]),
    ("azure", &["AZURE_OPENAI_API_KEY"]),
    ("bedrock", &["AWS_BEARER_TOKEN_BEDROCK"]),
];

const HOSTS: &[(&str, &str)] = &[("ollama", "OLLAMA_HOST"), ("lmstudio", "LM_STUDIO_HOST")];

/// Keys and addresses of providers.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct ProviderSettings {
    /// API keys by provider: anthropic, openai, openrouter, mistral, gemini, xai, deepseek, groq, azure, bedrock.
    pub keys: BTreeMap<String, Secret>,
    /// Addresses of local model servers by provider: ollama, lmstudio.
    pub hosts: BTreeMap<String, Url>,
}

impl ProviderSettings {
    /// The API key of a provider.
    pub fn key(&self, provider: &str) -> Option<&Secret> {
        self.keys.get(provider)
    }

    /// The address of a local model server.
    pub fn host(&self, provider: &str) -> Option<&Url> {
        self.hosts.get(provider)
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let mut settings = Self::default();
        for (provider, names) in KEYS {
            let pointer = format!("/providers/{provider}/api_key");
            // Every name is read, so that a broken one is reported even if another is used.
            let found: Vec<Secret> = names.iter().filter_map(|name| reader.secret(&pointer, name)).collect();
            if let Some(key) = found.into_iter().next() {
                settings.keys.insert((*provider).to_owned(), key);
            }
        }
        for (provider, name) in HOSTS {
            let pointer = format!("/providers/{provider}/host");
            let Some(text) = reader.text(&pointer, name) else { continue };
            match host(&text) {
                Some(url) => drop(settings.hosts.insert((*provider).to_owned(), url)),
                None => reader.violation(&pointer, format!("{name} is no http or https address of a host")),
            }
        }
        settings
    }
}

/// What the servers' own tools accept: a scheme may be missing, and the address to listen on means this machine.
fn host(text: &str) -> Option<Url> {
    let text = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let mut url = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    if !bare || url.host_str().is_none_or(str::is_empty) {
        return None;
    }
    if url.host_str() == Some("0.0.0.0") {
        url.set_host(Some("127.0.0.1")).ok()?;
    }
    Some(url)
}
