use std::collections::BTreeMap;
use std::fmt;

use url::Url;

use super::Secret;
use super::env::Reader;
use super::shown_url::ShownUrl;

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

/// Local servers with the variable of their address and the port where it names none.
const HOSTS: &[(&str, &str, u16)] = &[("ollama", "OLLAMA_HOST", 11_434), ("lmstudio", "LM_STUDIO_HOST", 1_234)];

/// Keys and addresses of providers.
#[derive(Clone, Default, PartialEq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct ProviderSettings {
    /// API keys by provider: anthropic, openai, openrouter, mistral, gemini, xai, deepseek, groq, azure, bedrock.
    pub keys: BTreeMap<String, Secret>,
    /// Addresses of local model servers by provider: ollama, lmstudio.
    pub hosts: BTreeMap<String, Url>,
}

impl fmt::Debug for ProviderSettings {
    /// Shows neither keys nor what an address holds beside where it leads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts: BTreeMap<_, _> = self.hosts.iter().map(|(name, url)| (name, ShownUrl(url.as_str()))).collect();
        f.debug_struct("ProviderSettings").field("keys", &self.keys).field("hosts", &hosts).finish()
    }
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

    /// Whether there is neither a key nor an address.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.hosts.is_empty()
    }

    /// The variables a provider's key or address is read from, the first to be named first; none for providers that
    /// are set up in code only.
    pub fn variables(provider: &str) -> &'static [&'static str] {
        let key = KEYS.iter().find(|(known, _)| *known == provider).map(|(_, names)| *names);
        let host = HOSTS.iter().find(|(known, ..)| *known == provider).map(|(_, name, _)| std::slice::from_ref(name));
        key.or(host).unwrap_or_default()
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
        for (provider, name, port) in HOSTS {
            let pointer = format!("/providers/{provider}/host");
            let Some(text) = reader.text(&pointer, name) else { continue };
            match host(&text, *port) {
                Some(url) => drop(settings.hosts.insert((*provider).to_owned(), url)),
                None => reader.violation(&pointer, format!("{name} is no http or https address of a host")),
            }
        }
        settings
    }
}

/// What the servers' own tools accept: without a scheme it is plain http and the server's own port, and the address to
/// listen on means this machine.
fn host(text: &str, port: u16) -> Option<Url> {
    let bare = !text.contains("://");
    let text = if bare { format!("http://{text}") } else { text.to_owned() };
    let mut url = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let clean = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    if !clean || url.host_str().is_none_or(str::is_empty) {
        return None;
    }
    if bare && !names_a_port(&text) {
        url.set_port(Some(port)).ok()?;
    }
    match url.host_str() {
        Some("0.0.0.0") => url.set_host(Some("127.0.0.1")).ok()?,
        Some("[::]") => url.set_host(Some("[::1]")).ok()?,
        _ => {}
    }
    Some(url)
}

// A parsed address does not tell whether it named its scheme's own port.
fn names_a_port(text: &str) -> bool {
    let authority = text.split("://").nth(1).and_then(|rest| rest.split(['/', '?']).next()).unwrap_or_default();
    let after_host = authority.rsplit_once(']').map_or(authority, |(_, after)| after);
    after_host.contains(':')
}
