//! From a request to the body of `generateContent`.

use serde_json::{Map, Value, json};

use super::{Format, Thinking, bare, format, prompt, small_seed, thinking, tier};
use crate::agents::providers::codec::{Encoded, Voice};
use crate::agents::providers::knobs;
use crate::agents::request::AgentRequest;

pub(super) fn encode(voice: &Voice<'_>, request: &AgentRequest) -> Encoded {
    let mut encoded = Encoded::default();
    let format = format(&mut encoded, voice, request, false);
    encoded.body = contents(voice, request, format.instruction.clone());
    let mut config = config(&mut encoded, voice, request);
    structured(&mut config, format);
    encoded.body.insert("generationConfig".into(), config.into());
    encoded.no_metadata(voice);
    if let Some(tier) = tier(&mut encoded, &request.sampling) {
        encoded.body.insert("serviceTier".into(), tier.into());
    }
    encoded
}

/// The body that only counts: the prompt without knobs, which Google's own address wants inside a whole request.
pub(super) fn counting(voice: &Voice<'_>, request: &AgentRequest, vertex: bool) -> Value {
    let format = format(&mut Encoded::default(), voice, request, false);
    let mut prompt = contents(voice, request, format.instruction);
    if vertex {
        return prompt.into();
    }
    prompt.insert("model".into(), format!("models/{}", bare(voice.model)).into());
    json!({ "generateContentRequest": prompt })
}

fn contents(voice: &Voice<'_>, request: &AgentRequest, instruction: Option<String>) -> Map<String, Value> {
    let content =
        |mine, text: &str| json!({ "role": if mine { "model" } else { "user" }, "parts": [{ "text": text }] });
    let (system, contents) = prompt(voice, request, instruction, content);
    let mut body = Map::new();
    if let Some(system) = system {
        body.insert("systemInstruction".into(), json!({ "parts": [{ "text": system }] }));
    }
    body.insert("contents".into(), contents.into());
    body
}

fn config(encoded: &mut Encoded, voice: &Voice<'_>, request: &AgentRequest) -> Map<String, Value> {
    let sampling = &request.sampling;
    let mut wanted = vec![("maxOutputTokens", knobs::max_output(sampling, voice.caps, encoded).into())];
    for (name, value) in [("temperature", sampling.temperature), ("topP", sampling.top_p)] {
        match value {
            Some(_) if voice.caps.temperature == Some(false) => encoded.ignored(name),
            Some(value) => wanted.push((name, knobs::decimal(value))),
            None => {}
        }
    }
    if !sampling.stop.is_empty() {
        wanted.push(("stopSequences", json!(sampling.stop)));
    }
    if let Some(seed) = sampling.seed {
        wanted.push(("seed", small_seed(seed).into()));
    }
    match thinking(encoded, voice, sampling, false) {
        Some(Thinking::Level(level)) => wanted.push(("thinkingConfig", json!({ "thinkingLevel": level }))),
        Some(Thinking::Budget(tokens)) => wanted.push(("thinkingConfig", json!({ "thinkingBudget": tokens }))),
        None => {}
    }
    let mut config = Map::new();
    for (name, value) in wanted {
        if voice.learnt.omitted.contains(name) {
            encoded.ignored(name);
        } else {
            config.insert(name.into(), value);
        }
    }
    config
}

fn structured(config: &mut Map<String, Value>, format: Format) {
    if format.json {
        config.insert("responseMimeType".into(), "application/json".into());
    }
    if let Some(schema) = format.schema {
        config.insert(if format.old { "responseSchema" } else { "responseJsonSchema" }.into(), schema);
    }
}
