use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::digests::{Asked, Digests};
use crate::clock::{CancelToken, Deadline};
use crate::debate::{Author, Expect, Message, Persona, Phase, Role};
use crate::error::{Result, Violations};
use crate::ids::{AgentId, DebateId, Digest, OrgId, RequestId};

/// One turn, ready to be asked. Prompts are rendered already; agents add no words.
#[derive(Clone, Debug)]
pub struct AgentRequest {
    /// Idempotency key: the same turn has the same id over retries, restarts and replays. 1..=256 bytes.
    pub id: RequestId,
    /// Whom the call is for: its budgets and kept replies are this organisation's. Never sent to a provider.
    pub tenant: OrgId,
    /// The debate whose budget it is booked on, and for correlation.
    pub debate: Option<DebateId>,
    /// For correlation only.
    pub round: u32,
    /// For correlation only.
    pub phase: Phase,
    /// The part to play.
    pub role: Role,
    /// Who to be.
    pub persona: Option<Persona>,
    /// Rules and output format.
    pub system: String,
    /// The conversation. The last visible message is not the agent's own.
    pub messages: Vec<Message>,
    /// What must be returned.
    pub expect: Expect,
    /// Sampling.
    pub sampling: Sampling,
    /// When waiting becomes pointless.
    pub deadline: Option<Deadline>,
    /// Tells the agent to stop.
    pub cancel: CancelToken,
    /// At most 32 entries of at most 512 bytes; leaves the process only when configured.
    pub metadata: BTreeMap<String, String>,
    /// Provider body fields, merged last; may not replace model, messages, stream or store.
    pub extra: Map<String, Value>,
}

/// How a model samples. Absent means the provider's default.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Sampling {
    /// 0..=2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f32>,
    /// Above 0, at most 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f32>,
    /// At least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u32>,
    /// At most 4 of at most 64 characters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<String>,
    /// A seed for providers that take one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// How hard to think.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effort: Option<Effort>,
    /// The provider's service tier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_tier: Option<String>,
    /// Whether cache points are used.
    #[serde(skip_serializing_if = "PromptCache::is_off")]
    pub prompt_cache: PromptCache,
}

/// How hard to think.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Effort {
    /// Not at all.
    None,
    /// As little as there is.
    Minimal,
    /// Little.
    Low,
    /// Some.
    Medium,
    /// Much.
    High,
    /// Very much.
    XHigh,
    /// As much as there is.
    Max,
}

/// Whether cache points are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PromptCache {
    /// No.
    #[default]
    Off,
    /// Where the provider supports it.
    Auto,
}

impl PromptCache {
    fn is_off(&self) -> bool {
        *self == Self::Off
    }
}

impl AgentRequest {
    /// The messages that may reach this agent.
    pub fn messages_for<'a>(&'a self, me: &'a AgentId) -> impl Iterator<Item = &'a Message> {
        self.messages.iter().filter(move |message| message.visibility.allows(me))
    }

    /// The request without the messages this agent may not see, as it is handed to whoever answers.
    #[must_use]
    pub fn visible_to(mut self, me: &AgentId) -> Self {
        self.messages.retain(|message| message.visibility.allows(me));
        self
    }

    /// SHA-256 of the canonical JSON of role, persona, system, visible (author, text), expect and sampling. Two
    /// requests with equal digests ask the same.
    pub fn digest(&self, me: &AgentId) -> Result<Digest> {
        let asked = Asked {
            role: &self.role,
            persona: self.persona.as_ref(),
            system: &self.system,
            messages: &self.messages,
            expect: &self.expect,
            sampling: &self.sampling,
        };
        Digests::default().of(&asked, me)
    }

    /// Lists every violation in one `invalid_request`, before any I/O.
    pub fn validate(&self, me: &AgentId) -> Result<()> {
        let mut v = Violations::new();
        let id = self.id.as_str().len();
        v.check((1..=256).contains(&id), "/id", format_args!("{id} bytes, expected 1 to 256"));
        let visible: Vec<&Message> = self.messages_for(me).collect();
        v.check(!visible.is_empty(), "/messages", "no message is visible to the agent");
        // Models since 2026 reject a conversation that ends with an assistant turn.
        v.check(
            visible.last().is_none_or(|m| m.author != Author::Agent(me.clone())),
            "/messages",
            "the last visible message is the agent's own",
        );
        v.check(
            self.messages.len() <= 10_000,
            "/messages",
            format_args!("{} messages, at most 10000 are allowed", self.messages.len()),
        );
        let nul = |text: &str| memchr::memchr(0, text.as_bytes()).is_some();
        v.check(!nul(&self.system), "/system", "contains a NUL character");
        for (i, _) in self.messages.iter().enumerate().filter(|(_, message)| nul(&message.text)) {
            v.add(format!("/messages/{i}/text"), "contains a NUL character");
        }
        if let Some(persona) = &self.persona {
            v.check(!nul(&persona.name) && !nul(&persona.instructions), "/persona", "contains a NUL character");
        }
        let total: usize = self.system.len() + self.messages.iter().map(|m| m.text.len()).sum::<usize>();
        v.check(total <= 8 << 20, "/messages", format_args!("{total} bytes in total, at most 8 MiB are allowed"));
        if let Expect::Json(shape) = &self.expect {
            v.check(shape.schema.is_object(), "/expect/schema", "a schema is an object");
            if deeper_than(32, &shape.schema) {
                v.add("/expect/schema", "deeper than 32 levels");
            } else {
                let size = serde_json::to_vec(&shape.schema).map_or(usize::MAX, |bytes| bytes.len());
                v.check(size <= 64 << 10, "/expect/schema", format_args!("{size} bytes, at most 64 KiB are allowed"));
            }
        }
        v.nest("/sampling", self.sampling.violations());
        v.check(
            self.metadata.len() <= 32,
            "/metadata",
            format_args!("{} entries, at most 32 are allowed", self.metadata.len()),
        );
        v.check(
            self.metadata.values().all(|value| value.len() <= 512),
            "/metadata",
            "an entry is longer than 512 bytes",
        );
        let fixed =
            |key: &&String| ["model", "messages", "input", "contents", "stream", "store"].contains(&key.as_str());
        for key in self.extra.keys().filter(fixed) {
            v.add(format!("/extra/{key}"), "may not be replaced");
        }
        v.into_invalid_request()
    }
}

impl Sampling {
    /// Every field outside its documented range.
    pub fn violations(&self) -> Violations {
        let mut v = Violations::new();
        v.check(self.temperature.is_none_or(|t| (0.0..=2.0).contains(&t)), "/temperature", "expected 0 to 2");
        v.check(self.top_p.is_none_or(|p| p > 0.0 && p <= 1.0), "/top_p", "expected above 0, at most 1");
        v.check(self.max_output_tokens != Some(0), "/max_output_tokens", "0, expected at least 1");
        v.check(
            self.stop.len() <= 4 && self.stop.iter().all(|s| s.chars().count() <= 64),
            "/stop",
            "expected at most 4 strings of at most 64 characters",
        );
        v
    }
}

// Stops at the limit: a value built by the host may be deeper than the stack.
fn deeper_than(levels: usize, value: &Value) -> bool {
    let Some(below) = levels.checked_sub(1) else { return true };
    match value {
        Value::Array(items) => items.iter().any(|item| deeper_than(below, item)),
        Value::Object(members) => members.values().any(|member| deeper_than(below, member)),
        _ => false,
    }
}
