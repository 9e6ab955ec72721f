//! What refusals of Gemini models teach. They name members of the configuration in sentences of many forms.

use super::super::codec::{Encoded, JsonMode, Learnt, Lesson, Refused};

/// Words for what cannot be set, and the members they mean.
const KNOBS: &[(&[&str], &str)] = &[
    (&["thinking level", "thinking budget", "thinkinglevel", "thinkingbudget", "thinking mode"], "thinkingConfig"),
    (&["thinking_level", "thinking_budget", "thinking_config", "thinkingconfig"], "thinkingConfig"),
    (&["temperature"], "temperature"),
    (&["topp", "top_p"], "topP"),
    (&["stopsequences", "stop_sequences", "stop sequences"], "stopSequences"),
    (&["seed"], "seed"),
];

/// Words for structured output.
const FORMATS: &[&str] =
    &["responsejsonschema", "response_json_schema", "response_schema", "responseschema", "json mode"];

/// Words that say that something cannot be set at all.
const REFUSALS: &[&str] =
    &["not support", "unsupported", "not enabled", "cannot find field", "only works in", "not available", "is invalid"];

pub(super) fn lesson(config: &str, learnt: &Learnt, encoded: &Encoded, refused: Refused<'_>) -> Option<Lesson> {
    let told = refused.told.to_lowercase();
    if !REFUSALS.iter().any(|words| told.contains(words)) {
        return None;
    }
    let mode = encoded.mode.filter(|mode| *mode > JsonMode::Instructed);
    if let Some(mode) = mode.filter(|_| FORMATS.iter().any(|word| told.contains(word))) {
        let below = if mode == JsonMode::Schema { JsonMode::Object } else { JsonMode::Instructed };
        let detail = "this structured output is not supported by this model, the next best was asked for".into();
        return Some(Lesson { learnt: Learnt { json: Some(below), ..learnt.clone() }, detail, loses: false });
    }
    let sent = encoded.body.get(config)?;
    let is_sent = |name: &str| [name.to_owned(), snake(name)].iter().any(|name| sent.get(name).is_some());
    let names = KNOBS.iter().filter(|(words, _)| words.iter().any(|word| told.contains(word)));
    let name = names.map(|(_, name)| *name).find(|name| is_sent(name))?;
    let mut next = learnt.clone();
    next.omitted.insert(name.to_owned());
    Some(Lesson {
        learnt: next,
        detail: format!("{name} is not supported by this model and was left out"),
        loses: true,
    })
}

// The same member on the second wire, where the level stands alone.
fn snake(name: &str) -> String {
    match name {
        "thinkingConfig" => "thinking_level".into(),
        "topP" => "top_p".into(),
        "stopSequences" => "stop_sequences".into(),
        other => other.to_owned(),
    }
}
