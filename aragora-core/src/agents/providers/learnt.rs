//! What refusals teach: a knob is left out, or takes its other name, from the next request on.

use super::codec::{Encoded, JsonMode, Learnt, Lesson, Refused};

/// The two names of the output limit.
const LIMITS: [&str; 2] = ["max_tokens", "max_completion_tokens"];

/// Members at the top of a body that ask for structured output.
const FORMATS: [&str; 2] = ["response_format", "tool_choice"];

/// Members no request can do without.
const NEEDED: [&str; 5] = ["model", "messages", "input", "contents", "stream"];

impl Learnt {
    /// Takes in what was learnt meanwhile by another call.
    pub(crate) fn merge(&mut self, other: Self) {
        self.omitted.extend(other.omitted);
        self.max_tokens = other.max_tokens.or(self.max_tokens);
        self.json = match (self.json, other.json) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
}

impl JsonMode {
    /// The next best.
    pub(super) fn below(self) -> Self {
        match self {
            Self::Schema => Self::Tool,
            Self::Tool => Self::Object,
            Self::Object | Self::Instructed => Self::Instructed,
        }
    }
}

impl Refused<'_> {
    /// Whether the words say that a parameter or a value is not supported.
    pub(super) fn is_about_a_knob(&self) -> bool {
        let told = self.told.to_lowercase();
        let words = [
            "unsupported parameter",
            "unsupported value",
            "unsupported_parameter",
            "unsupported_value",
            // Mistral, of a value and of a parameter.
            "is not supported for this model",
            "extra inputs are not permitted",
            // OpenAI of metadata, and we store nothing.
            "only allowed when 'store' is enabled",
        ];
        self.is_about_effort() || words.iter().any(|word| told.contains(word))
    }

    /// Whether the words are about structured output, which vendors refuse in words of their own.
    pub(super) fn is_about_format(&self) -> bool {
        let told = self.told.to_lowercase();
        let words = ["response_format", "json_schema", "text.format", "output_config.format", "structured output"];
        let named = self.param.split(['.', '[']).next().unwrap_or_default();
        let is_named = FORMATS.contains(&named) || words.iter().any(|word| told.contains(word));
        is_named && ["not support", "unsupported", "unavailable"].iter().any(|word| told.contains(word))
    }

    /// Whether the words are about a level of effort.
    pub(super) fn is_about_effort(&self) -> bool {
        self.told.to_lowercase().contains("does not support effort level")
    }

    /// The knob's name: the field named apart, else the first quoted word.
    pub(super) fn name(&self) -> &str {
        let quoted = self.told.split(['\'', '`', '"']).nth(1).unwrap_or_default();
        if self.param.is_empty() { quoted } else { self.param }
    }
}

/// The lesson of a refusal that names a member at the top of the body.
pub(super) fn lesson(learnt: &Learnt, encoded: &Encoded, refused: Refused<'_>) -> Option<Lesson> {
    let body = &encoded.body;
    if let Some(mode) = encoded.mode.filter(|mode| *mode > JsonMode::Instructed && refused.is_about_format()) {
        let learnt = Learnt { json: Some(mode.below()), ..learnt.clone() };
        let detail = "this structured output is not supported by this model, the next best was asked for".into();
        return Some(Lesson { learnt, detail, loses: false });
    }
    if !refused.is_about_a_knob() {
        return None;
    }
    let mut named = refused.name().split(['.', '[']).next().unwrap_or_default();
    if !body.contains_key(named) {
        // Named in the sentence, without quotes.
        let words = refused.told.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        named = words.into_iter().find(|word| body.contains_key(*word) && !NEEDED.contains(word)).unwrap_or(named);
    }
    if refused.is_about_effort() && !body.contains_key(named) {
        named = if body.contains_key("reasoning") { "reasoning" } else { "reasoning_effort" };
    }
    if !body.contains_key(named) || NEEDED.contains(&named) {
        return None;
    }
    let mut next = learnt.clone();
    if LIMITS.contains(&named) && learnt.max_tokens.is_none() {
        next.max_tokens = LIMITS.into_iter().find(|name| *name != named);
        let detail = format!("{named} is not supported by this model, its other name was sent");
        return Some(Lesson { learnt: next, detail, loses: false });
    }
    next.omitted.insert(named.to_owned());
    let detail = format!("{named} is not supported by this model and was left out");
    Some(Lesson { learnt: next, detail, loses: true })
}
