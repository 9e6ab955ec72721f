//! Models by name: `anthropic/claude-sonnet-5`.

use std::fmt;
use std::str::FromStr;

use super::config::{ProviderConfig, ProviderId};
use super::defaults;
use crate::error::{Error, ErrorKind, Result};

/// A model by name: `provider/model`, or a provider alone for its default model.
///
/// ```
/// use aragora_core::agents::providers::ModelSpec;
///
/// # fn main() -> aragora_core::Result<()> {
/// let routed: ModelSpec = "openrouter/openai/gpt-5.4-mini".parse()?;
/// assert_eq!((routed.provider.as_str(), routed.model.as_deref()), ("openrouter", Some("openai/gpt-5.4-mini")));
/// let claude: ModelSpec = "claude".parse()?;
/// assert_eq!((claude.provider.as_str(), claude.model), ("anthropic", None));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct ModelSpec {
    /// The provider, aliases resolved.
    pub provider: ProviderId,
    /// The model, slashes and all; absent where only a provider was named.
    pub model: Option<String>,
}

impl FromStr for ModelSpec {
    type Err = Error;

    /// `invalid_request` for an unknown provider or an empty model.
    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        let (word, model) = text.split_once('/').map_or((text, None), |(word, model)| (word, Some(model.trim())));
        let refused = |reason: String| Err(Error::new(ErrorKind::InvalidRequest, reason));
        let Some(provider) = defaults::provider(&word.trim().to_ascii_lowercase()) else {
            let known = defaults::words();
            return refused(format!("model {text:?}, expected provider/model with one of the providers {known}"));
        };
        if model.is_some_and(|model| model.is_empty() || model.chars().any(char::is_control)) {
            return refused(format!("model {text:?} names no model behind its provider"));
        }
        Ok(Self { provider, model: model.map(str::to_owned) })
    }
}

impl fmt::Display for ModelSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.model {
            Some(model) => write!(f, "{}/{model}", self.provider),
            None => write!(f, "{}", self.provider),
        }
    }
}

/// What names an agent behind a provider: a spec string, or a whole configuration.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum ModelSource {
    /// A [`ModelSpec`] in words.
    Spec(String),
    /// A configuration; a blank model means the provider's default.
    Config(Box<ProviderConfig>),
}

impl From<&str> for ModelSource {
    fn from(text: &str) -> Self {
        Self::Spec(text.to_owned())
    }
}

impl From<String> for ModelSource {
    fn from(text: String) -> Self {
        Self::Spec(text)
    }
}

impl From<&String> for ModelSource {
    fn from(text: &String) -> Self {
        Self::Spec(text.clone())
    }
}

impl From<ModelSpec> for ProviderConfig {
    /// Defaults for the rest; calls to a server on this machine are free. Without a model the provider's default is
    /// meant.
    fn from(spec: ModelSpec) -> Self {
        let free = defaults::row(&spec.provider).is_local();
        Self { free, ..Self::new(spec.provider, spec.model.unwrap_or_default()) }
    }
}

impl From<ModelSpec> for ModelSource {
    fn from(spec: ModelSpec) -> Self {
        ProviderConfig::from(spec).into()
    }
}

impl From<ProviderConfig> for ModelSource {
    fn from(config: ProviderConfig) -> Self {
        Self::Config(Box::new(config))
    }
}

impl ModelSource {
    /// The configuration meant, possibly with a blank model.
    pub(in crate::agents) fn config(self) -> Result<ProviderConfig> {
        match self {
            Self::Config(config) => Ok(*config),
            Self::Spec(text) => Ok(text.parse::<ModelSpec>()?.into()),
        }
    }
}
