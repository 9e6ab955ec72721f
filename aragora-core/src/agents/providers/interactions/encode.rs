//! From a request to the body of an interaction.

use serde_json::{Map, Value, json};

use crate::agents::providers::codec::{Encoded, Voice};
use crate::agents::providers::gemini::{self, Thinking};
use crate::agents::providers::knobs;
use crate::agents::request::AgentRequest;

pub(super) fn encode(voice: &Voice<'_>, request: &AgentRequest, stream: bool) -> Encoded {
    let mut encoded = Encoded::default();
    let format = gemini::format(&mut encoded, voice, request, true);
    encoded.body.insert("model".into(), gemini::bare(voice.model).into());
    let step = |mine, text: &str| {
        let kind = if mine { "model_output" } else { "user_input" };
        json!({ "type": kind, "content": [{ "type": "text", "text": text }] })
    };
    let (system, input) = gemini::prompt(voice, request, format.instruction, step);
    if let Some(system) = system {
        encoded.body.insert("system_instruction".into(), system.into());
    }
    encoded.body.insert("input".into(), input.into());
    let config = config(&mut encoded, voice, request);
    encoded.body.insert("generation_config".into(), config.into());
    if format.json {
        let mut held = json!({ "type": "text", "mime_type": "application/json" });
        if let (Some(members), Some(schema)) = (held.as_object_mut(), format.schema) {
            members.insert("schema".into(), schema);
        }
        encoded.body.insert("response_format".into(), held);
    }
    encoded.no_metadata(voice);
    if let Some(tier) = gemini::tier(&mut encoded, &request.sampling) {
        encoded.body.insert("service_tier".into(), tier.into());
    }
    encoded.body.insert("store".into(), false.into());
    encoded.body.insert("stream".into(), stream.into());
    encoded
}

fn config(encoded: &mut Encoded, voice: &Voice<'_>, request: &AgentRequest) -> Map<String, Value> {
    let sampling = &request.sampling;
    // What a model refuses is remembered under the first wire's names, which stand first.
    let limit = knobs::max_output(sampling, voice.caps, encoded);
    let mut wanted: Vec<(&str, &str, Value)> = vec![("maxOutputTokens", "max_output_tokens", limit.into())];
    for (known, name, value) in
        [("temperature", "temperature", sampling.temperature), ("topP", "top_p", sampling.top_p)]
    {
        match value {
            Some(_) if voice.caps.temperature == Some(false) => encoded.ignored(name),
            Some(value) => wanted.push((known, name, knobs::decimal(value))),
            None => {}
        }
    }
    if !sampling.stop.is_empty() {
        wanted.push(("stopSequences", "stop_sequences", json!(sampling.stop)));
    }
    if let Some(seed) = sampling.seed {
        wanted.push(("seed", "seed", gemini::small_seed(seed).into()));
    }
    if let Some(Thinking::Level(level)) = gemini::thinking(encoded, voice, sampling, true) {
        wanted.push(("thinkingConfig", "thinking_level", level.into()));
    }
    let mut config = Map::new();
    for (known, name, value) in wanted {
        if voice.learnt.omitted.contains(known) {
            encoded.ignored(name);
        } else {
            config.insert(name.into(), value);
        }
    }
    config
}
