//! From a request to the bytes of a chat completion.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::dialect::{Dialect, EffortKnob, JsonMode, MaxTokens};
use crate::agents::agent::StructuredMode;
use crate::agents::providers::schema::{self, Strict};
use crate::agents::reply::Warning;
use crate::agents::request::{AgentRequest, Effort};
use crate::debate::{Author, Expect};
use crate::ids::AgentId;

/// What a model turned out not to accept, learnt from its refusals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Learnt {
    /// Knobs that are left out.
    pub(super) omitted: BTreeSet<String>,
    /// The other name of the output limit.
    pub(super) max_tokens: Option<&'static str>,
    /// The best structured output that was not refused.
    pub(super) json: Option<JsonMode>,
}

/// A request in the vendor's words.
#[derive(Debug)]
pub(super) struct Encoded {
    pub(super) body: Map<String, Value>,
    /// Whether the structured value comes wrapped in `{"value": ..}`.
    pub(super) wrapped: bool,
    pub(super) warnings: Vec<Warning>,
}

/// Everything about the agent that shapes its requests.
#[derive(Clone, Copy, Debug)]
pub(super) struct Voice<'a> {
    pub(super) dialect: &'a Dialect,
    pub(super) model: &'a str,
    pub(super) me: &'a AgentId,
    pub(super) structured: StructuredMode,
}

/// Default output limit, and with an effort set, because thinking can eat the whole allowance.
const MAX_OUTPUT: (u32, u32) = (4_096, 16_384);

pub(super) fn encode(voice: Voice<'_>, request: &AgentRequest, stream: bool, learnt: &Learnt) -> Encoded {
    let mut encoder = Encoder { voice, learnt, body: Map::new(), warnings: Vec::new() };
    let shape = encoder.shape(request);
    encoder.body.insert("model".into(), voice.model.into());
    encoder.body.insert("messages".into(), encoder.messages(request, shape.instruction.as_deref()));
    encoder.knobs(request);
    if let Some(format) = shape.format {
        encoder.body.insert("response_format".into(), format);
        // Otherwise the router may pick a host that ignores the format.
        if voice.dialect.provider == "openrouter" {
            encoder.body.insert("provider".into(), json!({ "require_parameters": true }));
        }
    }
    encoder.body.insert("stream".into(), stream.into());
    if stream && voice.dialect.stream_usage && !learnt.omitted.contains("stream_options") {
        encoder.body.insert("stream_options".into(), json!({ "include_usage": true }));
    }
    encoder.body.extend(request.extra.iter().map(|(name, value)| (name.clone(), value.clone())));
    Encoded { body: encoder.body, wrapped: shape.wrapped, warnings: encoder.warnings }
}

struct Encoder<'a> {
    voice: Voice<'a>,
    learnt: &'a Learnt,
    body: Map<String, Value>,
    warnings: Vec<Warning>,
}

#[derive(Default)]
struct Shape {
    format: Option<Value>,
    instruction: Option<String>,
    wrapped: bool,
}

impl Encoder<'_> {
    fn shape(&self, request: &AgentRequest) -> Shape {
        let ballot;
        let (name, schema, enforce) = match &request.expect {
            Expect::Text => return Shape::default(),
            Expect::Json(shape) => (shape.name.as_str(), shape.schema.as_ref(), shape.strict),
            // Prompts for ballots say how to write one; only a provider that enforces a schema is given one too.
            Expect::Ballot(shape) => {
                ballot = shape.schema();
                ("ballot", &ballot, true)
            }
        };
        let best = self.learnt.json.unwrap_or(self.voice.dialect.json).min(self.voice.dialect.json);
        let mode = match self.voice.structured {
            StructuredMode::Native => best,
            StructuredMode::Instructed => JsonMode::Instructed,
            StructuredMode::None => return Shape::default(),
        };
        let is_ballot = matches!(request.expect, Expect::Ballot(_));
        let instruction = (mode < JsonMode::Schema && !is_ballot)
            .then(|| format!("Reply with one JSON value and nothing else. It must match this JSON Schema:\n{schema}"));
        match mode {
            JsonMode::Schema => {
                let Strict { schema, wrapped } =
                    if enforce { schema::strict(schema) } else { Strict { schema: schema.clone(), wrapped: false } };
                let format = json!({ "name": schema::name(name), "strict": enforce, "schema": schema });
                Shape { format: Some(json!({ "type": "json_schema", "json_schema": format })), instruction, wrapped }
            }
            JsonMode::Object if !is_ballot => {
                Shape { format: Some(json!({ "type": "json_object" })), instruction, wrapped: false }
            }
            JsonMode::Object | JsonMode::Instructed => Shape { format: None, instruction, wrapped: false },
        }
    }

    fn messages(&self, request: &AgentRequest, instruction: Option<&str>) -> Value {
        let mut system = request.system.clone();
        if let Some(instruction) = instruction {
            if !system.is_empty() {
                system.push_str("\n\n");
            }
            system.push_str(instruction);
        }
        let me = Author::Agent(self.voice.me.clone());
        let mut messages: Vec<Value> = request
            .messages_for(self.voice.me)
            .map(|message| {
                let role = if message.author == me { "assistant" } else { "user" };
                json!({ "role": role, "content": &*message.text })
            })
            .collect();
        if system.is_empty() {
            return messages.into();
        }
        if knows_no_system(self.voice.model) {
            if let Some(content) = messages.iter_mut().find(|m| m["role"] == "user").and_then(|m| m.get_mut("content"))
            {
                *content = format!("{system}\n\n{}", content.as_str().unwrap_or_default()).into();
            }
        } else {
            messages.insert(0, json!({ "role": "system", "content": system }));
        }
        messages.into()
    }

    fn knobs(&mut self, request: &AgentRequest) {
        let (sampling, dialect) = (&request.sampling, self.voice.dialect);
        let default = if sampling.effort.is_some() { MAX_OUTPUT.1 } else { MAX_OUTPUT.0 };
        let limit = self.learnt.max_tokens.unwrap_or(dialect.max_tokens.key());
        self.knob(limit, sampling.max_output_tokens.unwrap_or(default).into());
        if let Some(temperature) = sampling.temperature {
            let sent = temperature.min(dialect.max_temperature);
            if sent < temperature {
                self.warn("knob_clamped", format!("temperature {temperature} was sent as {sent}"));
            }
            self.knob("temperature", decimal(sent));
        }
        if let Some(top_p) = sampling.top_p {
            self.knob("top_p", decimal(top_p));
        }
        if !sampling.stop.is_empty() {
            self.knob("stop", json!(sampling.stop));
        }
        if let Some(seed) = sampling.seed {
            // Some vendors read a signed 64-bit integer.
            self.knob(dialect.seed, (seed & (u64::MAX >> 1)).into());
        }
        if let Some(effort) = sampling.effort {
            match dialect.effort {
                EffortKnob::Flat => self.knob("reasoning_effort", word(effort).into()),
                EffortKnob::Nested => self.knob("reasoning", json!({ "effort": word(effort) })),
                EffortKnob::Unsupported => self.warn("knob_ignored", "effort is not supported here".into()),
            }
        }
        if let Some(tier) = &sampling.service_tier {
            if dialect.service_tier {
                self.knob("service_tier", tier.clone().into());
            } else {
                self.warn("knob_ignored", "service_tier is not supported here".into());
            }
        }
    }

    fn knob(&mut self, name: &str, value: Value) {
        if self.learnt.omitted.contains(name) {
            self.warn("knob_ignored", format!("{name} is not supported by this model"));
        } else {
            self.body.insert(name.to_owned(), value);
        }
    }

    fn warn(&mut self, code: &str, detail: String) {
        self.warnings.push(Warning { code: code.to_owned(), detail });
    }
}

// Written through its shortest decimal form: 0.7 as a float of 32 bits is 0.699999988079071 as one of 64.
fn decimal(value: f32) -> Value {
    value.to_string().parse::<f64>().map_or(Value::Null, Value::from)
}

const fn word(effort: Effort) -> &'static str {
    match effort {
        Effort::None => "none",
        Effort::Minimal => "minimal",
        Effort::Low => "low",
        Effort::Medium => "medium",
        Effort::High => "high",
        Effort::XHigh => "xhigh",
        Effort::Max => "max",
    }
}

fn knows_no_system(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model);
    name.starts_with("o1-preview") || name.starts_with("o1-mini")
}

impl Learnt {
    /// Learns from a refusal that names a knob which was sent; `None` if nothing can be done about it.
    pub(super) fn after(&self, body: &Map<String, Value>, param: &str, message: &str) -> Option<(Self, String)> {
        let lower = message.to_lowercase();
        let refused = ["unsupported parameter", "unsupported value", "unsupported_parameter", "unsupported_value"];
        let effort = lower.contains("does not support effort level");
        if !effort && !refused.iter().any(|word| lower.contains(word)) {
            return None;
        }
        let quoted = message.split(['\'', '`', '"']).nth(1).unwrap_or_default();
        let named = if param.is_empty() { quoted } else { param };
        let mut named = named.split(['.', '[']).next().unwrap_or_default();
        if effort && !body.contains_key(named) {
            named = if body.contains_key("reasoning") { "reasoning" } else { "reasoning_effort" };
        }
        if !body.contains_key(named) || matches!(named, "model" | "messages" | "stream") {
            return None;
        }
        let mut next = self.clone();
        let warning = match named {
            "max_tokens" | "max_completion_tokens" if self.max_tokens.is_none() => {
                let other =
                    [MaxTokens::MaxTokens, MaxTokens::MaxCompletionTokens].into_iter().find(|k| k.key() != named);
                next.max_tokens = other.map(MaxTokens::key);
                format!("{named} is not supported by this model, its other name was sent")
            }
            "response_format" => {
                let is_schema = body.get("response_format").is_some_and(|format| format["type"] == "json_schema");
                next.json = Some(if is_schema { JsonMode::Object } else { JsonMode::Instructed });
                "this structured output is not supported by this model, the next best was asked for".into()
            }
            _ => {
                next.omitted.insert(named.to_owned());
                format!("{named} is not supported by this model and was left out")
            }
        };
        Some((next, warning))
    }
}
