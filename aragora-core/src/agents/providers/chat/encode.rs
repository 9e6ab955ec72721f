//! From a request to the body of a chat completion.

use serde_json::{Value, json};

use super::dialect::{Dialect, EffortKnob};
use crate::agents::agent::StructuredMode;
use crate::agents::providers::anthropic::cache::Points;
use crate::agents::providers::codec::{Encoded, JsonMode, ValueAt, Voice};
use crate::agents::providers::knobs;
use crate::agents::providers::schema::{self, Strict};
use crate::agents::providers::turns::Turn;
use crate::agents::request::{AgentRequest, Effort};
use crate::debate::{Author, Expect, Message};

pub(super) fn encode(dialect: &Dialect, voice: &Voice<'_>, request: &AgentRequest, stream: bool) -> Encoded {
    let mut encoder = Encoder { dialect, voice, encoded: Encoded::default() };
    let shape = encoder.shape(request);
    encoder.put("model", voice.model.into());
    let messages = encoder.messages(request, shape.instruction.as_deref());
    encoder.put("messages", messages);
    encoder.knobs(request);
    if let Some(format) = shape.format {
        // Otherwise the router may pick a host that ignores the format.
        if dialect.routes && format["type"] == "json_schema" {
            encoder.put("provider", json!({ "require_parameters": true }));
        }
        encoder.put("response_format", format);
    }
    encoder.put("stream", stream.into());
    if stream && dialect.stream_usage && !voice.learnt.omitted.contains("stream_options") {
        encoder.put("stream_options", json!({ "include_usage": true }));
    }
    encoder.encoded
}

struct Encoder<'a> {
    dialect: &'a Dialect,
    voice: &'a Voice<'a>,
    encoded: Encoded,
}

#[derive(Default)]
struct Shape {
    format: Option<Value>,
    instruction: Option<String>,
}

impl Encoder<'_> {
    fn shape(&mut self, request: &AgentRequest) -> Shape {
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
        let mode = match self.voice.structured {
            StructuredMode::Native => self.best(),
            StructuredMode::Instructed => JsonMode::Instructed,
            StructuredMode::None => return Shape::default(),
        };
        self.encoded.value = ValueAt::Text;
        self.encoded.mode = Some(mode);
        let is_ballot = matches!(request.expect, Expect::Ballot(_));
        let instruction = (mode < JsonMode::Schema && !is_ballot)
            .then(|| format!("Reply with one JSON value and nothing else. It must match this JSON Schema:\n{schema}"));
        let format = match mode {
            JsonMode::Schema => {
                let Strict { schema, wrapped } =
                    if enforce { schema::strict(schema) } else { Strict { schema: schema.clone(), wrapped: false } };
                self.encoded.wrapped = wrapped;
                let format = json!({ "name": schema::name(name), "strict": enforce, "schema": schema });
                Some(json!({ "type": "json_schema", "json_schema": format }))
            }
            JsonMode::Tool | JsonMode::Object if !is_ballot => Some(json!({ "type": "json_object" })),
            _ => None,
        };
        Shape { format, instruction }
    }

    // The best this vendor, this model and what was learnt about it allow; a forced tool is not used here.
    fn best(&self) -> JsonMode {
        let by_model = match self.voice.caps.json_schema {
            Some(false) => JsonMode::Object,
            _ => JsonMode::Schema,
        };
        let best = self.dialect.json.min(by_model);
        match self.voice.learnt.json.unwrap_or(best).min(best) {
            JsonMode::Tool => JsonMode::Object,
            mode => mode,
        }
    }

    fn messages(&mut self, request: &AgentRequest, instruction: Option<&str>) -> Value {
        let mut system = request.system.clone();
        if let Some(instruction) = instruction {
            if !system.is_empty() {
                system.push_str("\n\n");
            }
            system.push_str(instruction);
        }
        let me = Author::Agent(self.voice.me.clone());
        let all: Vec<&Message> = request.messages_for(self.voice.me).collect();
        let points = self.points(request, &all);
        let mut messages: Vec<Value> = Vec::with_capacity(all.len() + 1);
        for (at, message) in all.into_iter().enumerate() {
            let role = if message.author == me { "assistant" } else { "user" };
            messages.push(json!({ "role": role, "content": content(&message.text, points.at(at)) }));
        }
        if system.is_empty() {
            return messages.into();
        }
        if self.voice.caps.system_role == Some(false) || knows_no_system(self.voice.model) {
            if let Some(content) = messages.iter_mut().find(|m| m["role"] == "user").and_then(|m| m.get_mut("content"))
            {
                *content = format!("{system}\n\n{}", content.as_str().unwrap_or_default()).into();
            }
        } else {
            messages.insert(0, json!({ "role": "system", "content": content(&system, points.system) }));
        }
        messages.into()
    }

    // The router passes cache points on to the one vendor that needs them.
    fn points(&mut self, request: &AgentRequest, all: &[&Message]) -> Points {
        if !self.dialect.routes || !self.voice.model.starts_with("anthropic/") {
            return Points::default();
        }
        let whole = [Turn { mine: false, messages: all.to_vec() }];
        Points::of(&mut self.encoded, self.voice, request, &whole)
    }

    fn knobs(&mut self, request: &AgentRequest) {
        let (sampling, dialect, caps) = (&request.sampling, self.dialect, self.voice.caps);
        let limit = self.voice.learnt.max_tokens.or(caps.max_tokens_key.as_deref()).unwrap_or(dialect.max_tokens);
        let most = knobs::max_output(sampling, caps, &mut self.encoded);
        self.knob(limit, most.into());
        if let Some(temperature) = sampling.temperature {
            let sent = temperature.min(dialect.max_temperature);
            if sent < temperature {
                self.encoded.warn("knob_clamped", format!("temperature {temperature} was sent as {sent}"));
            }
            self.sampled("temperature", sent, sampling.effort);
        }
        if let Some(top_p) = sampling.top_p {
            self.sampled("top_p", top_p, sampling.effort);
        }
        if !sampling.stop.is_empty() {
            self.knob("stop", json!(sampling.stop));
        }
        if let Some(seed) = sampling.seed {
            self.knob(dialect.seed, knobs::seed(seed).into());
        }
        if let Some(asked) = sampling.effort {
            match (dialect.effort, knobs::effort(asked, caps, &mut self.encoded)) {
                (EffortKnob::Unsupported, _) => {
                    self.encoded.warn("knob_ignored", "effort is not supported here");
                }
                (_, None) => {}
                (EffortKnob::Flat, Some(effort)) => self.knob("reasoning_effort", knobs::word(effort).into()),
                (EffortKnob::Nested, Some(effort)) => {
                    self.knob("reasoning", json!({ "effort": knobs::word(effort) }));
                }
            }
        }
        if let Some(tier) = &sampling.service_tier {
            if dialect.service_tier {
                self.knob("service_tier", tier.clone().into());
            } else {
                self.encoded.warn("knob_ignored", "service_tier is not supported here");
            }
        }
        if !dialect.metadata {
            self.encoded.no_metadata(self.voice);
        } else if !self.voice.metadata.is_empty() {
            self.knob("metadata", json!(self.voice.metadata));
        }
    }

    fn sampled(&mut self, name: &str, value: f32, effort: Option<Effort>) {
        if knobs::takes_sampling(self.voice, effort) {
            self.knob(name, knobs::decimal(value));
        } else {
            self.encoded.warn("knob_ignored", format!("{name} is not taken by a model that reasons"));
        }
    }

    fn knob(&mut self, name: &str, value: Value) {
        if self.voice.learnt.omitted.contains(name) {
            self.encoded.warn("knob_ignored", format!("{name} is not supported by this model"));
        } else {
            self.put(name, value);
        }
    }

    fn put(&mut self, name: &str, value: Value) {
        self.encoded.body.insert(name.to_owned(), value);
    }
}

fn content(text: &str, is_cached: bool) -> Value {
    if is_cached {
        json!([{ "type": "text", "text": text, "cache_control": { "type": "ephemeral" } }])
    } else {
        text.into()
    }
}

fn knows_no_system(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model);
    name.starts_with("o1-preview") || name.starts_with("o1-mini")
}
