//! The vendors that speak chat completions, and what each says differently.

/// How a vendor names the limit of output tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MaxTokens {
    MaxTokens,
    MaxCompletionTokens,
}

impl MaxTokens {
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::MaxTokens => "max_tokens",
            Self::MaxCompletionTokens => "max_completion_tokens",
        }
    }
}

/// The best structured output a vendor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum JsonMode {
    /// The schema in the system text.
    Instructed,
    /// Some JSON object, and the schema in the system text.
    Object,
    /// The schema is enforced.
    Schema,
}

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
pub struct Dialect {
    pub(super) provider: &'static str,
    pub(super) base_url: &'static str,
    pub(super) credential: &'static str,
    pub(super) max_tokens: MaxTokens,
    pub(super) json: JsonMode,
    pub(super) effort: EffortKnob,
    pub(super) seed: &'static str,
    pub(super) stream_usage: bool,
    pub(super) service_tier: bool,
    pub(super) max_temperature: f32,
    pub(super) client_request_id: bool,
    /// Whether what it says a call cost is what is billed: hosts of other vendors' models pass on zeros.
    pub(super) reports_cost: bool,
    pub(super) key_required: bool,
}

const COMMON: Dialect = Dialect {
    provider: "compatible",
    base_url: "",
    credential: "authorization",
    max_tokens: MaxTokens::MaxTokens,
    json: JsonMode::Schema,
    effort: EffortKnob::Flat,
    seed: "seed",
    stream_usage: true,
    service_tier: false,
    max_temperature: 2.0,
    client_request_id: false,
    reports_cost: false,
    key_required: false,
};

impl Dialect {
    /// OpenAI itself.
    pub const OPENAI: Self = Self {
        provider: "openai",
        base_url: "https://api.openai.com/v1",
        max_tokens: MaxTokens::MaxCompletionTokens,
        service_tier: true,
        client_request_id: true,
        key_required: true,
        ..COMMON
    };
    /// OpenRouter.
    pub const OPENROUTER: Self = Self {
        provider: "openrouter",
        base_url: "https://openrouter.ai/api/v1",
        effort: EffortKnob::Nested,
        reports_cost: true,
        key_required: true,
        ..COMMON
    };
    /// Mistral.
    pub const MISTRAL: Self = Self {
        provider: "mistral",
        base_url: "https://api.mistral.ai/v1",
        effort: EffortKnob::Unsupported,
        seed: "random_seed",
        stream_usage: false,
        max_temperature: 1.5,
        key_required: true,
        ..COMMON
    };
    /// xAI.
    pub const XAI: Self =
        Self { provider: "xai", base_url: "https://api.x.ai/v1", reports_cost: true, key_required: true, ..COMMON };
    /// Azure OpenAI; the base URL is the resource's and the model is the deployment.
    pub const AZURE: Self = Self {
        provider: "azure",
        credential: "api-key",
        max_tokens: MaxTokens::MaxCompletionTokens,
        key_required: true,
        ..COMMON
    };
    /// Groq.
    pub const GROQ: Self = Self {
        provider: "groq",
        base_url: "https://api.groq.com/openai/v1",
        max_tokens: MaxTokens::MaxCompletionTokens,
        service_tier: true,
        key_required: true,
        ..COMMON
    };
    /// DeepSeek, which knows no schemas.
    pub const DEEPSEEK: Self = Self {
        provider: "deepseek",
        base_url: "https://api.deepseek.com",
        json: JsonMode::Object,
        effort: EffortKnob::Unsupported,
        key_required: true,
        ..COMMON
    };
    /// Ollama on this machine.
    pub const OLLAMA: Self = Self { provider: "ollama", base_url: "http://localhost:11434/v1", ..COMMON };
    /// LM Studio on this machine.
    pub const LMSTUDIO: Self = Self { provider: "lmstudio", base_url: "http://localhost:1234/v1", ..COMMON };
    /// vLLM on this machine.
    pub const VLLM: Self = Self { provider: "vllm", base_url: "http://localhost:8000/v1", ..COMMON };
    /// llama.cpp on this machine.
    pub const LLAMACPP: Self = Self { provider: "llamacpp", base_url: "http://localhost:8080/v1", ..COMMON };
    /// Any other server; the base URL must be given. A cost it reports is believed.
    pub const COMPATIBLE: Self = Self { reports_cost: true, ..COMMON };

    /// Every dialect.
    pub const ALL: &'static [Self] = &[
        Self::OPENAI,
        Self::OPENROUTER,
        Self::MISTRAL,
        Self::XAI,
        Self::AZURE,
        Self::GROQ,
        Self::DEEPSEEK,
        Self::OLLAMA,
        Self::LMSTUDIO,
        Self::VLLM,
        Self::LLAMACPP,
        Self::COMPATIBLE,
    ];

    /// The provider's name, e.g. `openai`.
    pub const fn provider(&self) -> &'static str {
        self.provider
    }

    /// Where it is reached unless the host says otherwise; empty where it must.
    pub const fn base_url(&self) -> &'static str {
        self.base_url
    }
}
