//! From a request to the body of `generateContent`.

use serde_json::{Map, Value, json};

use super::super::codec::{Encoded, JsonMode, ValueAt, Voice};
use super::super::knobs::{decimal, max_output};
use super::{Shape, Thinking, Turn, alternating, bare, shape, small_seed, system, thinking};
use crate::agents::request::AgentRequest;

pub(super) fn encode(voice: &Voice<'_>, request: &AgentRequest) -> Encoded {
    let shape = shape(voice, request, false);
    let mut encoded = Encoded { mode: shape.mode, wrapped: shape.wrapped, ..Encoded::default() };
    encoded.body = prompt(voice, request, shape.instruction.as_deref());
    let mut config = knobs(voice, request, &mut encoded);
    if let Some(warning) = &shape.warning {
        encoded.warn("json_mode_lowered", warning.clone());
    }
    if shape.mode.is_some() {
        encoded.value = ValueAt::Text;
    }
    structured(&mut config, shape);
    encoded.body.insert("generationConfig".into(), config.into());
    encoded
}

/// The body that only counts: the prompt without knobs, which Google's own address wants inside a whole request.
pub(super) fn counting(voice: &Voice<'_>, request: &AgentRequest, vertex: bool) -> Value {
    let shape = shape(voice, request, false);
    let mut prompt = prompt(voice, request, shape.instruction.as_deref());
    if vertex {
        return prompt.into();
    }
    prompt.insert("model".into(), format!("models/{}", bare(voice.model)).into());
    json!({ "generateContentRequest": prompt })
}

fn prompt(voice: &Voice<'_>, request: &AgentRequest, instruction: Option<&str>) -> Map<String, Value> {
    let mut turns = alternating(request, voice.me);
    let system = system(request, instruction);
    let mut body = Map::new();
    if !system.is_empty() {
        if knows_system(voice) {
            body.insert("systemInstruction".into(), json!({ "parts": [{ "text": system }] }));
        } else if let Some(first) = turns.first_mut() {
            first.text = format!("{system}\n\n{}", first.text);
        }
    }
    let content =
        |Turn { own, text }| json!({ "role": if own { "model" } else { "user" }, "parts": [{ "text": text }] });
    body.insert("contents".into(), turns.into_iter().map(content).collect());
    body
}

fn knows_system(voice: &Voice<'_>) -> bool {
    let name = voice.model.rsplit('/').next().unwrap_or(voice.model);
    voice.caps.system_role.unwrap_or(!name.starts_with("gemma-2") && !name.starts_with("gemma-3"))
}

fn knobs(voice: &Voice<'_>, request: &AgentRequest, encoded: &mut Encoded) -> Map<String, Value> {
    let sampling = &request.sampling;
    let mut config = Map::new();
    let mut wanted: Vec<(&str, Value)> = vec![("maxOutputTokens", max_output(sampling, voice.caps, encoded).into())];
    for (name, value) in [("temperature", sampling.temperature), ("topP", sampling.top_p)] {
        match value {
            Some(_) if voice.caps.temperature == Some(false) => {
                encoded.warn("knob_ignored", format!("{name} is not supported by this model"));
            }
            Some(value) => wanted.push((name, decimal(value))),
            None => {}
        }
    }
    if !sampling.stop.is_empty() {
        wanted.push(("stopSequences", json!(sampling.stop)));
    }
    if let Some(seed) = sampling.seed {
        wanted.push(("seed", small_seed(seed).into()));
    }
    if let Some(effort) = sampling.effort {
        let (given, note) = thinking(voice, effort, false);
        if let Some(note) = note {
            encoded.warn(if given.is_some() { "knob_clamped" } else { "knob_ignored" }, note);
        }
        match given {
            Some(Thinking::Level(level)) => wanted.push(("thinkingConfig", json!({ "thinkingLevel": level }))),
            Some(Thinking::Budget(tokens)) => wanted.push(("thinkingConfig", json!({ "thinkingBudget": tokens }))),
            None => {}
        }
    }
    for (name, value) in wanted {
        if voice.learnt.omitted.contains(name) {
            encoded.warn("knob_ignored", format!("{name} is not supported by this model"));
        } else {
            config.insert(name.into(), value);
        }
    }
    if let Some(tier) = &sampling.service_tier {
        encoded.body.insert("serviceTier".into(), tier.clone().into());
    }
    config
}

fn structured(config: &mut Map<String, Value>, shape: Shape) {
    if shape.mode.is_some_and(|mode| mode > JsonMode::Instructed) {
        config.insert("responseMimeType".into(), "application/json".into());
    }
    if let Some(schema) = shape.schema {
        config.insert(if shape.old { "responseSchema" } else { "responseJsonSchema" }.into(), schema);
    }
}
