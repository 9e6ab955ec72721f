//! From a request to the body of a message.

use serde_json::{Map, Value, json};

use super::cache::Points;
use super::{VERTEX_VERSION, effort, structured};
use crate::agents::providers::codec::{Encoded, Voice};
use crate::agents::providers::turns::{BETWEEN, OPENING, Turn, turns};
use crate::agents::providers::{knobs, shape};
use crate::agents::request::AgentRequest;

/// The largest temperature there is.
const MAX_TEMPERATURE: f32 = 1.0;

pub(super) fn encode(voice: &Voice<'_>, request: &AgentRequest, stream: bool, vertex: bool) -> Encoded {
    let mut encoded = Encoded::default();
    if vertex {
        encoded.body.insert("anthropic_version".into(), VERTEX_VERSION.into());
    } else {
        encoded.body.insert("model".into(), voice.model.into());
    }
    let thinking = effort::set(&mut encoded, voice, request);
    let instruction = structured::set(&mut encoded, voice, request, thinking);
    let turns = turns(request, voice.me);
    let points = Points::of(&mut encoded, voice, request, &turns);
    let system = shape::system(request, instruction);
    if !system.trim().is_empty() {
        encoded.body.insert("system".into(), json!([block(&system, points.system)]));
    }
    encoded.body.insert("messages".into(), messages(&turns, &points));
    sampling(&mut encoded, voice, request, thinking.is_on());
    if let Some(user) = voice.metadata.get("user_id") {
        encoded.body.insert("metadata".into(), json!({ "user_id": user }));
    }
    if voice.metadata.keys().any(|name| name != "user_id") {
        encoded.warn("knob_ignored", "metadata other than user_id is not supported here");
    }
    encoded.body.insert("stream".into(), stream.into());
    encoded
}

fn messages(turns: &[Turn<'_>], points: &Points) -> Value {
    let mut messages = Vec::with_capacity(turns.len() + 1);
    if turns.first().is_some_and(|turn| turn.mine) {
        messages.push(json!({ "role": "user", "content": [block(OPENING, false)] }));
    }
    let mut at = 0;
    for turn in turns {
        let role = if turn.mine { "assistant" } else { "user" };
        let content = if points.any() {
            // A block for every message, so that the ones before a new one stay as they were cached.
            let block = |(nth, text): (usize, &str)| {
                let text = if nth == 0 { text.to_owned() } else { format!("{BETWEEN}{text}") };
                block(&text, points.at(at + nth))
            };
            turn.messages.iter().map(|message| &*message.text).enumerate().map(block).collect()
        } else {
            vec![block(&turn.text(), false)]
        };
        at += turn.messages.len();
        messages.push(json!({ "role": role, "content": content }));
    }
    messages.into()
}

fn block(text: &str, cached: bool) -> Value {
    let mut block = json!({ "type": "text", "text": text });
    if let Some(members) = block.as_object_mut().filter(|_| cached) {
        members.insert("cache_control".into(), json!({ "type": "ephemeral", "ttl": "5m" }));
    }
    block
}

fn sampling(encoded: &mut Encoded, voice: &Voice<'_>, request: &AgentRequest, thinks: bool) {
    let sampling = &request.sampling;
    let takes = voice.caps.temperature != Some(false);
    if let Some(temperature) = sampling.temperature {
        if !takes || thinks {
            refused(encoded, "temperature", takes);
        } else {
            let value = encoded.clamped("temperature", temperature, MAX_TEMPERATURE);
            encoded.set(voice, "temperature", value);
        }
    }
    if let Some(top_p) = sampling.top_p {
        if !takes || thinks {
            refused(encoded, "top_p", takes);
        } else if encoded.body.contains_key("temperature") {
            // Models since Claude 4.1 refuse both together.
            encoded.warn("knob_ignored", "top_p is not sent beside temperature, one of the two is taken");
        } else {
            encoded.set(voice, "top_p", knobs::decimal(top_p));
        }
    }
    stop(encoded, voice, &sampling.stop);
    if sampling.seed.is_some() {
        encoded.ignored("seed");
    }
    match sampling.service_tier.as_deref() {
        None => {}
        Some(tier @ ("auto" | "standard_only")) => encoded.set(voice, "service_tier", tier.into()),
        Some(tier) => encoded.warn("knob_ignored", format!("service_tier {tier} is neither auto nor standard_only")),
    }
}

fn refused(encoded: &mut Encoded, name: &str, takes: bool) {
    let why = if takes { "is not taken beside thinking" } else { "is not supported by this model" };
    encoded.warn("knob_ignored", format!("{name} {why}"));
}

// A stop sequence must have a visible character.
fn stop(encoded: &mut Encoded, voice: &Voice<'_>, stop: &[String]) {
    let sent: Vec<&str> = stop.iter().map(String::as_str).filter(|text| !text.trim().is_empty()).collect();
    if sent.len() < stop.len() {
        encoded.warn("knob_ignored", "a stop sequence without a visible character is not supported");
    }
    if !sent.is_empty() {
        encoded.set(voice, "stop_sequences", json!(sent));
    }
}

/// Adds members to `output_config`, which effort and format share.
pub(super) fn output_config(body: &mut Map<String, Value>, name: &str, value: Value) {
    let config = body.entry("output_config").or_insert_with(|| json!({}));
    if let Some(members) = config.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}
