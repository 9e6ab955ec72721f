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
    local("compatible", ""),
];

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
