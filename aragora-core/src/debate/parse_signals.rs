//! What a participant says about itself beside its answer: confidence, whether to go on, readiness.

use serde::Serialize;
use serde_json::{Map, Value};

use super::parse_ballot::ParseWarning;
use super::parse_line::{Said, Topic, last_value, lines, said};
use super::parse_number::{confidence, confidence_of, yes_or_no, yes_or_no_of};
use super::usage::StopReason;

/// What an ordinary reply says about itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Signals {
    /// Stated confidence 0..=1, rounded to six decimals.
    pub confidence: Option<f64>,
    /// Whether to go on, from yes, no, true or false only.
    #[serde(rename = "continue")]
    pub go_on: Option<bool>,
    /// Whether the participant is ready to decide; from structured output only, because a hidden comment in a text
    /// must never control the debate.
    pub ready: Option<bool>,
    /// What the reply says it answers; from structured output only.
    pub responds_to: Vec<String>,
    /// `confidence_rejected`.
    pub warnings: Vec<ParseWarning>,
}

/// Reads the signals of a reply that is no ballot: members of its structured value if it is an object, else the
/// label lines `confidence:` and `continue:` outside fences and quotations.
pub fn parse_signals(text: &str, structured: Option<&Value>, stop: &StopReason) -> Signals {
    match structured {
        Some(Value::Object(members)) => of_members(members),
        _ => of_lines(&said(&lines(text), false), *stop == StopReason::Length),
    }
}

pub(super) fn of_members(members: &Map<String, Value>) -> Signals {
    let member = |wanted: &str| {
        let same = |name: &str| name.trim().replace([' ', '-'], "_").eq_ignore_ascii_case(wanted);
        members.iter().find(|(name, value)| same(name) && !value.is_null()).map(|(_, value)| value)
    };
    let mut signals = Signals {
        go_on: member("continue").and_then(yes_or_no_of),
        ready: member("ready").and_then(Value::as_bool),
        responds_to: member("responds_to").map(texts).unwrap_or_default(),
        ..Signals::default()
    };
    if let Some(stated) = member("confidence") {
        signals.confidence = confidence_of(stated);
        signals.warn_if_rejected(&stated.to_string());
    }
    signals
}

pub(super) fn of_lines(said: &[Said], cut: bool) -> Signals {
    let mut signals =
        Signals { go_on: last_value(said, Topic::Continue, cut).and_then(yes_or_no), ..Signals::default() };
    if let Some(stated) = last_value(said, Topic::Confidence, cut) {
        signals.confidence = confidence(stated);
        signals.warn_if_rejected(stated);
    }
    signals
}

impl Signals {
    fn warn_if_rejected(&mut self, stated: &str) {
        if self.confidence.is_none() {
            self.warnings.push(ParseWarning::new("confidence_rejected", stated));
        }
    }
}

/// The texts of a list, or the one text.
pub(super) fn texts(value: &Value) -> Vec<String> {
    let one = |value: &Value| value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    match value {
        Value::Array(items) => items.iter().filter_map(one).collect(),
        value => one(value).into_iter().collect(),
    }
}
