//! What a refusal of this vendor teaches. It names no parameter apart, only in its words.

use crate::agents::providers::codec::{Encoded, JsonMode, Learnt, Lesson, Refused};

/// Knobs that can be left out, the longer of two names that contain each other first.
const KNOBS: &[&str] = &["service_tier", "stop_sequences", "temperature", "thinking", "effort", "top_p"];

const REFUSALS: &[&str] = &["not support", "unsupported", "deprecated", "not permitted", "not allowed", "may not be"];

const FORMATS: &[&str] = &["output_config.format", "output_format", "json_schema", "structured output", "schema"];

pub(super) fn lesson(learnt: &Learnt, encoded: &Encoded, refused: Refused<'_>) -> Option<Lesson> {
    let told = refused.told.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| told.contains(word));
    let is_format = match encoded.mode {
        Some(JsonMode::Schema) => says(FORMATS),
        Some(JsonMode::Tool) => says(&["tool_choice", "tools.0", "input_schema"]),
        _ => false,
    };
    if let Some(mode) = encoded.mode.filter(|_| is_format) {
        let learnt = Learnt { json: Some(mode.below()), ..learnt.clone() };
        let detail = "this structured output is not taken by this model, the next best was asked for".into();
        return Some(Lesson { learnt, detail, loses: false });
    }
    if !says(REFUSALS) {
        return None;
    }
    let effort = encoded.body.get("output_config").is_some_and(|config| config.get("effort").is_some());
    let sent = |knob: &&&str| encoded.body.contains_key(**knob) || (**knob == "effort" && effort);
    let knob = *KNOBS.iter().filter(sent).find(|knob| told.contains(**knob))?;
    let mut next = learnt.clone();
    next.omitted.insert(knob.to_owned());
    let detail = format!("{knob} is not supported by this model and was left out");
    Some(Lesson { learnt: next, detail, loses: true })
}
