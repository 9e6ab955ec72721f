use super::providers::{ModelSource, ProviderConfig, ProviderId, openrouter_id};
use std::collections::BTreeMap;

/// Who answers when the provider of an agent fails.
#[derive(Clone, Debug, Default)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum StandIns {
    /// OpenRouter, once its key is set, behind each agent of Anthropic, OpenAI, Mistral, Gemini and xAI that is reached
    /// at its provider's own address.
    #[default]
    Auto,
    /// Nobody.
    Off,
    /// These models, in this order.
    Models(Vec<ModelSource>),
}

/// The provider that stands in for others.
pub(super) const ROUTER: &str = "openrouter";

/// The same model at OpenRouter, if it has one; `Err` names what has none.
pub(super) fn routed(
    config: &ProviderConfig,
    router: ProviderId,
    ids: &BTreeMap<String, String>,
) -> Result<Option<ProviderConfig>, String> {
    let provider = config.provider.as_str();
    let stands_for = ["anthropic", "openai", "mistral", "gemini", "xai"].contains(&provider);
    // What goes to a gateway of the host's own stays there.
    if !stands_for || config.base_url.is_some() {
        return Ok(None);
    }
    let Some(model) = openrouter_id(provider, &config.model, ids) else {
        return Err(format!("{provider}/{}", config.model));
    };
    let mut routed = ProviderConfig::new(router, model);
    routed.app_name.clone_from(&config.app_name);
    routed.app_url.clone_from(&config.app_url);
    routed.timeouts = config.timeouts;
    routed.stream = config.stream;
    routed.structured = config.structured;
    routed.forward_metadata.clone_from(&config.forward_metadata);
    routed.version.clone_from(&config.version);
    Ok(Some(routed))
}
