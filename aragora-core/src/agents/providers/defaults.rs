//! The providers: their words in spec strings, addresses, wires and default models.

use super::config::{ProviderId, Wire};

/// What is known about a provider.
#[derive(Clone, Copy, Debug)]
pub(super) struct Provider {
    /// Its word in a spec string and in records.
    pub(super) word: &'static str,
    /// Other words for it in spec strings.
    pub(super) aliases: &'static [&'static str],
    /// Where it is reached; empty where the host must say.
    pub(super) base_url: &'static str,
    pub(super) wire: Wire,
    /// The header of its key, which is `Bearer ..` in `authorization`.
    pub(super) credential: &'static str,
    pub(super) key_required: bool,
    /// The model where a spec string names none.
    pub(super) model: Option<&'static str>,
}

const fn bearer(word: &'static str, base_url: &'static str, wire: Wire, model: &'static str) -> Provider {
    Provider { word, aliases: &[], base_url, wire, credential: "authorization", key_required: true, model: Some(model) }
}

const fn local(word: &'static str, base_url: &'static str) -> Provider {
    Provider {
        word,
        aliases: &[],
        base_url,
        wire: Wire::Chat,
        credential: "authorization",
        key_required: false,
        model: None,
    }
}

const COMPATIBLE: Provider = local("compatible", "");

/// Every provider, the six of the closed list of keys first.
pub(super) const PROVIDERS: &[Provider] = &[
    Provider {
        aliases: &["claude", "anthropic-api"],
        credential: "x-api-key",
        ..bearer("anthropic", "https://api.anthropic.com", Wire::Messages, "claude-sonnet-5")
    },
    Provider { aliases: &["openai-api"], ..bearer("openai", "https://api.openai.com/v1", Wire::Responses, "gpt-5.4") },
    bearer("openrouter", "https://openrouter.ai/api/v1", Wire::Chat, "anthropic/claude-sonnet-5"),
    Provider {
        aliases: &["mistral-api"],
        ..bearer("mistral", "https://api.mistral.ai/v1", Wire::Chat, "mistral-large-latest")
    },
    Provider {
        aliases: &["google"],
        credential: "x-goog-api-key",
        ..bearer("gemini", "https://generativelanguage.googleapis.com", Wire::Gemini, "gemini-3-flash-preview")
    },
    Provider { aliases: &["grok"], ..bearer("xai", "https://api.x.ai/v1", Wire::Responses, "grok-4.3") },
    bearer("groq", "https://api.groq.com/openai/v1", Wire::Chat, "openai/gpt-oss-120b"),
    bearer("deepseek", "https://api.deepseek.com", Wire::Chat, "deepseek-v4-flash"),
    Provider { model: None, credential: "api-key", ..bearer("azure", "", Wire::Chat, "") },
    Provider { model: None, ..bearer("bedrock", "", Wire::Chat, "") },
    Provider { model: None, ..bearer("vertex", "", Wire::Gemini, "") },
    local("ollama", "http://localhost:11434/v1"),
    Provider { aliases: &["lm-studio"], ..local("lmstudio", "http://localhost:1234/v1") },
    local("vllm", "http://localhost:8000/v1"),
    local("llamacpp", "http://localhost:8080/v1"),
    COMPATIBLE,
];

impl Provider {
    /// Whether it is a server on this machine unless the host says otherwise.
    pub(super) fn is_local(&self) -> bool {
        self.base_url.starts_with("http://localhost")
    }

    /// Where it is reached on this wire; two vendors serve chat completions below a path of its own.
    pub(super) fn base_for(&self, wire: Wire) -> &'static str {
        match (self.word, wire) {
            ("anthropic", Wire::Chat) => "https://api.anthropic.com/v1",
            ("gemini", Wire::Chat) => "https://generativelanguage.googleapis.com/v1beta/openai",
            _ => self.base_url,
        }
    }

    /// The header of its key on this wire. Servers that speak several wires read the key where each wire's own vendor
    /// does.
    pub(super) fn key_header(&self, wire: Wire) -> &'static str {
        match (self.word, wire) {
            ("anthropic" | "gemini", Wire::Chat | Wire::Responses) => "authorization",
            ("compatible", Wire::Messages) => "x-api-key",
            ("compatible", Wire::Gemini | Wire::GeminiInteractions) => "x-goog-api-key",
            _ => self.credential,
        }
    }
}

/// The row of a provider.
pub(super) fn row(id: &ProviderId) -> &'static Provider {
    // An id is made from a row, so the default is never reached.
    find(id.as_str()).unwrap_or(&COMPATIBLE)
}

/// The provider of this word or alias.
pub(super) fn find(word: &str) -> Option<&'static Provider> {
    PROVIDERS.iter().find(|row| row.word == word || row.aliases.contains(&word))
}

pub(super) fn provider(word: &str) -> Option<ProviderId> {
    find(word).map(|row| ProviderId::known(row.word))
}

/// Every word, for errors.
pub(super) fn words() -> String {
    PROVIDERS.iter().map(|row| row.word).collect::<Vec<_>>().join(", ")
}

/// What a host may know about a provider before it opens an agent.
#[derive(Clone, Debug)]
pub(in crate::agents) struct ProviderFacts {
    pub(in crate::agents) id: ProviderId,
    /// Empty where the host must say.
    pub(in crate::agents) base_url: &'static str,
    pub(in crate::agents) key_required: bool,
    pub(in crate::agents) default_model: Option<&'static str>,
}

impl ProviderFacts {
    /// Of every provider, in the table's order.
    pub(in crate::agents) fn all() -> impl Iterator<Item = Self> {
        PROVIDERS.iter().map(Self::from_row)
    }

    /// Of this one.
    pub(in crate::agents) fn of(id: &ProviderId) -> Self {
        Self::from_row(row(id))
    }

    fn from_row(row: &Provider) -> Self {
        Self {
            id: ProviderId::known(row.word),
            base_url: row.base_url,
            key_required: row.key_required,
            default_model: row.model,
        }
    }
}
