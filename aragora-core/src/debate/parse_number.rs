//! Numbers as participants write them. Only one reading is accepted; everything else is no number.

use std::sync::LazyLock;

use serde_json::Value;

use super::fixed::round6;
use super::parse_pattern::Pattern;

/// A plain decimal number; `None` for `NaN`, `8/10`, `0,8`, `high` and whatever is not finite.
pub(super) fn decimal(text: &str) -> Option<f64> {
    static DECIMAL: LazyLock<Pattern> =
        LazyLock::new(|| Pattern::new(r"^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"));
    let text = text.trim();
    DECIMAL.is_match(text).then(|| text.parse::<f64>().ok()).flatten().filter(|number| number.is_finite())
}

/// A sentence may end after a number.
fn without_stop(text: &str) -> &str {
    let text = text.trim();
    text.strip_suffix('.').filter(|rest| !rest.is_empty()).unwrap_or(text)
}

/// A confidence 0..=1, or 0..=100 before a percent sign, rounded for events. 85 is none: it could be 85 % or a slip.
pub(super) fn confidence(text: &str) -> Option<f64> {
    let text = without_stop(text);
    let share = match text.strip_suffix('%') {
        Some(percent) => decimal(percent)? / 100.0,
        None => decimal(text)?,
    };
    (0.0..=1.0).contains(&share).then(|| round6(share))
}

/// [`confidence`] of a JSON value: a number, or text as a person would write it.
pub(super) fn confidence_of(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64().filter(|share| (0.0..=1.0).contains(share)).map(round6),
        Value::String(text) => confidence(text),
        _ => None,
    }
}

/// A severity 0..=10, rounded for events. Small numbers are not rescaled.
pub(super) fn severity(text: &str) -> Option<f64> {
    decimal(without_stop(text)).filter(|severity| (0.0..=10.0).contains(severity)).map(round6)
}

/// [`severity`] of a JSON value.
pub(super) fn severity_of(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64().filter(|severity| (0.0..=10.0).contains(severity)).map(round6),
        Value::String(text) => severity(text),
        _ => None,
    }
}

/// Yes or no, true or false; nothing else.
pub(super) fn yes_or_no(text: &str) -> Option<bool> {
    let text = without_stop(text);
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    if is("yes") || is("true") {
        Some(true)
    } else if is("no") || is("false") {
        Some(false)
    } else {
        None
    }
}

/// [`yes_or_no`] of a JSON value.
pub(super) fn yes_or_no_of(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => yes_or_no(text),
        _ => None,
    }
}
