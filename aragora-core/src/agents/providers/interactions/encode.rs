//! From a request to the body of an interaction.

use serde_json::{Map, Value, json};

use super::super::codec::{Encoded, JsonMode, ValueAt, Voice};
use super::super::gemini::{self, Thinking, Turn};
use super::super::knobs::{decimal, max_output};
use crate::agents::request::AgentRequest;

pub(super) fn encode(voice: &Voice<'_>, request: &AgentRequest, stream: bool) -> Encoded {
    let shape = gemini::shape(voice, request, true);
    let mut encoded = Encoded { mode: shape.mode, wrapped: shape.wrapped, ..Encoded::default() };
    encoded.body.insert("model".into(), gemini::bare(voice.model).into());
    let system = gemini::system(request, shape.instruction.as_deref());
    if !system.is_empty() {
        encoded.body.insert("system_instruction".into(), system.into());
    }
    let step = |Turn { own, text }| {
        let kind = if own { "model_output" } else { "user_input" };
        json!({ "type": kind, "content": [{ "type": "text", "text": text }] })
    };
    let input = gemini::alternating(request, voice.me).into_iter().map(step).collect();
    encoded.body.insert("input".into(), input);
    let config = knobs(voice, request, &mut encoded);
    encoded.body.insert("generation_config".into(), config.into());
    if let Some(warning) = shape.warning {
        encoded.warn("json_mode_lowered", warning);
    }
    if let Some(mode) = shape.mode {
        encoded.value = ValueAt::Text;
        if mode > JsonMode::Instructed {
            let mut format = json!({ "type": "text", "mime_type": "application/json" });
            if let (Some(members), Some(schema)) = (format.as_object_mut(), shape.schema) {
                members.insert("schema".into(), schema);
            }
            encoded.body.insert("response_format".into(), format);
        }
    }
    encoded.body.insert("store".into(), false.into());
    encoded.body.insert("stream".into(), stream.into());
    encoded
}

fn knobs(voice: &Voice<'_>, request: &AgentRequest, encoded: &mut Encoded) -> Map<String, Value> {
    let sampling = &request.sampling;
    // What is left out is remembered under the first wire's names.
    let mut wanted: Vec<(&str, &str, Value)> =
        vec![("maxOutputTokens", "max_output_tokens", max_output(sampling, voice.caps, encoded).into())];
    for (learnt, name, value) in
        [("temperature", "temperature", sampling.temperature), ("topP", "top_p", sampling.top_p)]
    {
        match value {
            Some(_) if voice.caps.temperature == Some(false) => {
                encoded.warn("knob_ignored", format!("{name} is not supported by this model"));
            }
            Some(value) => wanted.push((learnt, name, decimal(value))),
            None => {}
        }
    }
    if !sampling.stop.is_empty() {
        wanted.push(("stopSequences", "stop_sequences", json!(sampling.stop)));
    }
    if let Some(seed) = sampling.seed {
        wanted.push(("seed", "seed", gemini::small_seed(seed).into()));
    }
    if let Some(effort) = sampling.effort {
        let (given, note) = gemini::thinking(voice, effort, true);
        if let Some(note) = note {
            encoded.warn(if given.is_some() { "knob_clamped" } else { "knob_ignored" }, note);
        }
        if let Some(Thinking::Level(level)) = given {
            wanted.push(("thinkingConfig", "thinking_level", level.into()));
        }
    }
    let mut config = Map::new();
    for (learnt, name, value) in wanted {
        if voice.learnt.omitted.contains(learnt) {
            encoded.warn("knob_ignored", format!("{name} is not supported by this model"));
        } else {
            config.insert(name.into(), value);
        }
    }
    if let Some(tier) = &sampling.service_tier {
        encoded.body.insert("service_tier".into(), tier.clone().into());
    }
    config
}
