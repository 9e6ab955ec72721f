//! The vendors that speak chat completions, and what each says differently.

use crate::agents::providers::codec::JsonMode;

/// Where the effort goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EffortKnob {
    /// `reasoning_effort`.
    Flat,
    /// `reasoning: {effort}`.
    Nested,
    Unsupported,
}

/// A vendor's way of speaking chat completions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Dialect {
    provider: &'static str,
    /// The name of the limit of output tokens.
    pub(super) max_tokens: &'static str,
    pub(super) json: JsonMode,
    pub(super) effort: EffortKnob,
    pub(super) seed: &'static str,
    pub(super) stream_usage: bool,
    pub(super) service_tier: bool,
    pub(super) max_temperature: f32,
    pub(super) client_request_id: bool,
    /// Whether requests may be labelled.
    pub(super) metadata: bool,
    /// Whether it routes to hosts that may ignore what they do not know, and passes on cache points.
    pub(super) routes: bool,
    /// Whether what it says a call cost is what is billed: hosts of other vendors' models pass on zeros.
    pub(super) reports_cost: bool,
}

const COMMON: Dialect = Dialect {
    provider: "",
    max_tokens: "max_tokens",
    json: JsonMode::Schema,
    effort: EffortKnob::Flat,
    seed: "seed",
    stream_usage: true,
    service_tier: false,
    max_temperature: 2.0,
    client_request_id: false,
    metadata: false,
    routes: false,
    reports_cost: false,
};

const DIALECTS: &[Dialect] = &[
    Dialect {
        provider: "openai",
        max_tokens: "max_completion_tokens",
        service_tier: true,
        client_request_id: true,
        metadata: true,
        ..COMMON
    },
    Dialect {
        provider: "openrouter",
        effort: EffortKnob::Nested,
        metadata: true,
        routes: true,
        reports_cost: true,
        ..COMMON
    },
    Dialect {
        provider: "mistral",
        seed: "random_seed",
        stream_usage: false,
        max_temperature: 1.5,
        metadata: true,
        ..COMMON
    },
    Dialect { provider: "xai", reports_cost: true, ..COMMON },
    Dialect { provider: "azure", max_tokens: "max_completion_tokens", metadata: true, ..COMMON },
    Dialect { provider: "groq", max_tokens: "max_completion_tokens", service_tier: true, ..COMMON },
    Dialect { provider: "deepseek", json: JsonMode::Object, effort: EffortKnob::Unsupported, ..COMMON },
    // A cost that a server of the host's own reports is believed.
    Dialect { provider: "compatible", metadata: true, reports_cost: true, ..COMMON },
];

/// The dialect of this provider; plain where it has no peculiarities.
pub(super) fn of(provider: &str) -> &'static Dialect {
    DIALECTS.iter().find(|dialect| dialect.provider == provider).unwrap_or(&COMMON)
}
