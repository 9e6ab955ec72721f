//! From a request to the body of a response call.

use serde_json::{Value, json};

use crate::agents::providers::codec::{Encoded, JsonMode, ValueAt, Voice};
use crate::agents::providers::knobs::{self, decimal, word};
use crate::agents::providers::schema::{self, Strict};
use crate::agents::providers::shape::{self, Shape};
use crate::agents::request::{AgentRequest, PromptCache};
use crate::agents::tokens::ByteCounter;
use crate::debate::Author;
use crate::ids::Digest;

/// The fewest estimated input tokens from which a cache key pays.
const FEWEST_CACHED_TOKENS: u64 = 2_048;

pub(super) fn encode(voice: &Voice<'_>, request: &AgentRequest, stream: bool) -> Encoded {
    let mut encoded = Encoded::default();
    encoded.body.insert("model".into(), voice.model.into());
    let instruction = structured(&mut encoded, voice, request);
    let mut input = input(voice, request);
    let system = match (encoded.mode, instruction) {
        // This mode is taken only where the input itself speaks of JSON.
        (Some(JsonMode::Object), Some(instruction)) => {
            input.insert(0, json!({ "role": "system", "content": instruction }));
            request.system.clone()
        }
        (_, instruction) => shape::system(request, instruction),
    };
    if !system.is_empty() && voice.caps.system_role != Some(false) {
        encoded.body.insert("instructions".into(), system.into());
    } else if !system.is_empty() {
        input.insert(0, user(&system));
    }
    encoded.body.insert("input".into(), input.into());
    knobs(&mut encoded, voice, request);
    cache(&mut encoded, voice, request);
    if !voice.metadata.is_empty() {
        encoded.set(voice, "metadata", json!(voice.metadata));
    }
    encoded.set(voice, "store", false.into());
    encoded.body.insert("stream".into(), stream.into());
    encoded
}

fn input(voice: &Voice<'_>, request: &AgentRequest) -> Vec<Value> {
    let me = Author::Agent(voice.me.clone());
    let item = |message: &crate::debate::Message| {
        if message.author == me {
            // As plain text: a list of output parts would need the id and status of a stored response.
            json!({ "type": "message", "role": "assistant", "content": &*message.text })
        } else {
            user(&message.text)
        }
    };
    request.messages_for(voice.me).map(item).collect()
}

fn user(text: &str) -> Value {
    json!({ "role": "user", "content": [{ "type": "input_text", "text": text }] })
}

/// Asks for the value, if one is expected; returns what has to be said about it in words.
fn structured(encoded: &mut Encoded, voice: &Voice<'_>, request: &AgentRequest) -> Option<String> {
    let shape = Shape::of(voice, request)?;
    let of_the_wire = if voice.caps.json_schema == Some(false) { JsonMode::Object } else { JsonMode::Schema };
    let mut mode = Shape::best(voice, of_the_wire);
    if mode == JsonMode::Tool {
        mode = JsonMode::Object;
    }
    let instruction = shape.instruction();
    // Without words about it some JSON object is no help.
    if mode == JsonMode::Object && instruction.is_none() {
        mode = JsonMode::Instructed;
    }
    encoded.mode = Some(mode);
    encoded.value = ValueAt::Text;
    match mode {
        JsonMode::Schema => {
            let prepared = schema::strict(&shape.schema);
            let is_untyped = schema::is_untyped(&prepared.schema);
            if shape.enforced && is_untyped {
                let detail = "a part of the schema says nothing about its type, so the provider does not enforce it";
                encoded.warn("schema_not_enforced", detail);
            }
            let enforced = shape.enforced && !is_untyped;
            let Strict { schema, wrapped } = if enforced { prepared } else { schema::as_object(&shape.schema) };
            let format = json!({
                "type": "json_schema",
                "name": schema::name(shape.name),
                "strict": enforced,
                "schema": schema,
            });
            encoded.body.insert("text".into(), json!({ "format": format }));
            encoded.wrapped = wrapped;
            None
        }
        JsonMode::Object => {
            encoded.body.insert("text".into(), json!({ "format": { "type": "json_object" } }));
            instruction
        }
        JsonMode::Tool | JsonMode::Instructed => instruction,
    }
}

fn knobs(encoded: &mut Encoded, voice: &Voice<'_>, request: &AgentRequest) {
    let sampling = &request.sampling;
    let max = knobs::max_output(&request.sampling, voice.caps, encoded);
    encoded.set(voice, "max_output_tokens", max.into());
    let effort = sampling.effort.and_then(|asked| knobs::effort(asked, voice.caps, encoded));
    if let Some(effort) = effort {
        encoded.set(voice, "reasoning", json!({ "effort": word(effort) }));
    }
    for (name, value) in [("temperature", sampling.temperature), ("top_p", sampling.top_p)] {
        match value {
            Some(value) if knobs::takes_sampling(voice, effort) => encoded.set(voice, name, decimal(value)),
            Some(_) => encoded.warn("knob_ignored", format!("{name} is not taken by a model that reasons")),
            None => {}
        }
    }
    if !sampling.stop.is_empty() {
        encoded.ignored("stop");
    }
    if sampling.seed.is_some() {
        encoded.ignored("seed");
    }
    if let Some(tier) = &sampling.service_tier {
        encoded.set(voice, "service_tier", tier.clone().into());
    }
}

// Requests of one debate share the beginning of their prompts: the key sends them to the same cache.
fn cache(encoded: &mut Encoded, voice: &Voice<'_>, request: &AgentRequest) {
    let asked = request.sampling.prompt_cache == PromptCache::Auto
        || request.messages_for(voice.me).any(|message| message.cache_point);
    let Some(debate) = request.debate.as_ref().filter(|_| asked) else { return };
    if ByteCounter::raw(voice.me, request) >= FEWEST_CACHED_TOKENS {
        let hash = Digest::of(debate.as_str()).to_string();
        let key: String = hash.rsplit(':').next().unwrap_or(&hash).chars().take(32).collect();
        encoded.set(voice, "prompt_cache_key", key.into());
    }
}
