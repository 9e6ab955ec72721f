//! The price list that comes with the library.

use std::time::{Duration, UNIX_EPOCH};

use genai_prices::{Calculator, PriceRequest, Usage as Tokens, UsageKey};

use super::usd::from_usd;
use super::{PriceBook, PriceQuery};
use crate::debate::Usage;
use crate::ids::MicroUsd;

/// Version of the list; the lock file pins it, a test compares.
const VERSION: &str = "genai-prices 0.2";

/// The list of crate `genai-prices`, with dated prices of some fifty providers. It is decoded on first use, which
/// takes some tens of milliseconds; [`BundledPrices::warm`] does it early.
#[derive(Clone, Copy, Debug, Default)]
pub struct BundledPrices;

impl BundledPrices {
    /// The list.
    pub const fn new() -> Self {
        Self
    }

    /// Decodes the list now.
    pub fn warm(&self) {
        let _ = Calculator::bundled();
    }
}

impl PriceBook for BundledPrices {
    fn price(&self, query: &PriceQuery<'_>) -> Option<MicroUsd> {
        // By provider or not at all: the same model costs otherwise elsewhere.
        let provider = listed(query.provider)?;
        let tokens = tokens(query.usage);
        let since = Duration::from_millis(u64::try_from(query.at.as_millis()).unwrap_or_default());
        let mut request =
            PriceRequest::new(query.model, &tokens).with_provider_id(provider).with_timestamp(UNIX_EPOCH + since);
        if let Some(tier) = query.service_tier {
            request = request.with_price_context("service_tier", tier);
        }
        if query.batch {
            request = request.with_price_context("processing", "batch");
        }
        let priced = Calculator::bundled().calculate(&request).ok()?;
        // A listed model without rates adds up to nothing, which is no price. Free ones are on the list as such.
        let used = query.usage.input_total > 0 || query.usage.output_total > 0;
        if used && priced.total_price == 0.0 && !query.model.ends_with(":free") {
            return None;
        }
        from_usd(priced.total_price)
    }

    fn version(&self) -> String {
        VERSION.to_owned()
    }
}

/// The list's word for a provider; servers of one's own are not on it.
fn listed(provider: &str) -> Option<&str> {
    match provider {
        "gemini" | "vertex" => Some("google"),
        "xai" => Some("x-ai"),
        "bedrock" => Some("aws"),
        // A proxy: the list would guess the provider by the model's name.
        proxy if proxy.trim().eq_ignore_ascii_case("litellm") => None,
        "ollama" | "lmstudio" | "vllm" | "llamacpp" | "compatible" | "" => None,
        other => Some(other),
    }
}

/// The list wants input with cached tokens inside and refuses parts larger than the whole, which some vendors report:
/// what is left beside the parts then is nothing.
fn tokens(usage: &Usage) -> Tokens {
    let input = usage.input_total.max(usage.cache_read.saturating_add(usage.cache_write));
    Tokens::from([
        (UsageKey::INPUT_TOKENS, input as f64),
        (UsageKey::CACHE_READ_TOKENS, usage.cache_read as f64),
        (UsageKey::CACHE_WRITE_TOKENS, usage.cache_write as f64),
        (UsageKey::OUTPUT_TOKENS, usage.output_total as f64),
    ])
}
