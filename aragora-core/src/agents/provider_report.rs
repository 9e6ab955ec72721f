use serde::{Deserialize, Serialize};

/// Whether a provider can be named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct ProviderStatus {
    /// Its word in spec strings.
    pub provider: String,
    /// Whether it has a key, an address or credentials of the host.
    pub configured: bool,
    /// Where from, or what is missing. Never a key.
    pub reason: String,
    /// The model where a spec string names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_model: Option<String>,
}

/// Which providers an instance can ask, found without asking them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct ProviderReport {
    /// Every provider, in a fixed order.
    pub providers: Vec<ProviderStatus>,
    /// What a host should know.
    pub warnings: Vec<String>,
}

impl ProviderReport {
    pub(super) fn new(providers: Vec<ProviderStatus>) -> Self {
        let has = |word: &str| providers.iter().any(|status| status.provider == word && status.configured);
        let mut warnings = Vec::new();
        if !has("anthropic") && !has("openai") {
            warnings.push("neither Anthropic nor OpenAI is configured".to_owned());
        }
        if !has("openrouter") {
            warnings.push("OpenRouter is not configured, so nothing stands in for a provider that fails".to_owned());
        }
        Self { providers, warnings }
    }

    /// Whether any provider is configured.
    pub fn ok(&self) -> bool {
        self.providers.iter().any(|status| status.configured)
    }

    /// One line per provider: `✓ AI provider: anthropic configured`, or `✗` with what is missing; then `!` and a
    /// warning per line.
    pub fn lines(&self) -> Vec<String> {
        let providers = self.providers.iter().map(|ProviderStatus { provider, configured, reason, .. }| {
            if *configured {
                format!("✓ AI provider: {provider} configured")
            } else {
                format!("✗ AI provider: {provider} not configured: {reason}")
            }
        });
        providers.chain(self.warnings.iter().map(|warning| format!("! {warning}"))).collect()
    }
}
