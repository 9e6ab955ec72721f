//! Parsing as the documents of `vectors/parsing`: what is absent, false or empty is left out.

use aragora_core::debate::{
    AnswerFormat, Ballot, BallotKind, BallotShape, Expect, Fixed6, JsonShape, Label, ParseWarning, StopReason,
    judge_object, parse_ballot, parse_critiques, parse_signals,
};
use aragora_core::ids::OptionId;
use aragora_core::{Error, ErrorKind, Result};
use serde_json::{Map, Value, json};

use super::documents::{maybe, read};

fn text(input: &Value) -> &str {
    input["text"].as_str().unwrap_or_default()
}

fn structured(input: &Value) -> Option<&Value> {
    input.get("structured")
}

fn stop(input: &Value) -> Result<StopReason> {
    Ok(maybe(input, "stop")?.unwrap_or_default())
}

/// Whole numbers as JSON writes them, so that 7 and 7.0 are one expectation.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 { json!(value as i64) } else { json!(value) }
}

fn said(members: Vec<(&str, Value)>) -> Map<String, Value> {
    let empty = |value: &Value| match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(items) => items.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    };
    members.into_iter().filter(|(_, value)| !empty(value)).map(|(name, value)| (name.to_owned(), value)).collect()
}

fn codes(warnings: &[ParseWarning]) -> Value {
    warnings.iter().map(|warning| Value::from(warning.code)).collect()
}

fn invalid(reason: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidRequest, reason)
}

fn shape(input: &Value) -> Result<BallotShape> {
    let kind = match input.get("kind") {
        None => BallotKind::Choice,
        Some(Value::Object(kind)) if kind.contains_key("scores") => {
            let at = |name: &str| kind["scores"][name].as_f64().and_then(Fixed6::from_f64);
            let (Some(lo), Some(hi)) = (at("lo"), at("hi")) else { return Err(invalid("scores take lo and hi")) };
            BallotKind::Scores { lo, hi }
        }
        Some(kind) => read("kind", kind)?,
    };
    let names: Vec<String> = maybe(input, "labels")?.unwrap_or_else(|| ["A", "B", "C"].map(str::to_owned).to_vec());
    let label = |label: String| Ok(Label { option: OptionId::new(format!("opt-{label}"))?, label });
    let labels = names.into_iter().map(label).collect::<Result<_>>()?;
    let may_abstain = maybe(input, "may_abstain")?.unwrap_or(true);
    Ok(BallotShape { kind, labels, may_abstain, confidence: true, reason: true })
}

// A label that was passed on as an option stands out: options are `opt-X`.
fn label(option: &OptionId) -> String {
    option.as_str().strip_prefix("opt-").map_or_else(|| format!("{option} is no option"), str::to_owned)
}

fn by_label(numbers: impl IntoIterator<Item = (String, f64)>) -> Value {
    numbers.into_iter().map(|(label, value)| (label, number(value))).collect::<Map<_, _>>().into()
}

fn flags(go_on: Option<bool>, ready: Option<bool>) -> impl Iterator<Item = (String, Value)> {
    let flag = |name: &str, value: Option<bool>| value.map(|value| (name.to_owned(), value.into()));
    flag("continue", go_on).into_iter().chain(flag("ready", ready))
}

/// `parse.ballot`.
///
/// # Errors
///
/// `invalid_request` for input that is none.
pub fn ballot(input: &Value) -> Result<Value> {
    let parsed = parse_ballot(text(input), structured(input), &stop(input)?, &shape(input)?);
    let mut found = said(vec![
        ("confidence", parsed.confidence.map(number).into()),
        ("partial", parsed.partial.into()),
        ("responds_to", json!(parsed.responds_to)),
        ("reason", json!(parsed.reason)),
        ("warnings", codes(&parsed.warnings)),
        ("probabilities", by_label(parsed.probabilities.iter().map(|(o, p)| (label(o), p.to_f64())))),
    ]);
    found.extend(flags(parsed.go_on, parsed.ready));
    let (name, value) = match &parsed.ballot {
        Ballot::Choice(option) => ("choice", label(option).into()),
        Ballot::Ranking(ranks) => {
            ("ranking", json!(ranks.iter().map(|rank| rank.iter().map(label).collect()).collect::<Vec<Vec<_>>>()))
        }
        Ballot::Approval(approved) => ("approval", json!(approved.iter().map(label).collect::<Vec<_>>())),
        Ballot::Scores(scores) => ("scores", by_label(scores.iter().map(|(o, s)| (label(o), s.to_f64())))),
        Ballot::Points(points) => ("points", by_label(points.iter().map(|(o, p)| (label(o), f64::from(*p))))),
        Ballot::Abstain { reason } => ("abstain", json!(reason)),
        Ballot::Invalid { why, .. } => ("invalid", json!(why.as_str())),
    };
    found.insert(name.into(), value);
    Ok(found.into())
}

/// `parse.critiques`.
///
/// # Errors
///
/// `invalid_request` for input that is none.
pub fn critiques(input: &Value) -> Result<Value> {
    let targets: Vec<String> = maybe(input, "targets")?.unwrap_or_default();
    let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
    let found: Vec<Value> = parse_critiques(text(input), structured(input), &targets)
        .into_iter()
        .map(|critique| {
            Value::Object(said(vec![
                ("target", critique.target.into()),
                ("issues", critique.issues.into()),
                ("suggestions", critique.suggestions.into()),
                ("severity", critique.severity.map(number).into()),
                ("reasoning", critique.reasoning.into()),
                ("warnings", codes(&critique.warnings)),
            ]))
        })
        .collect();
    Ok(json!({ "critiques": found }))
}

/// `parse.signals`.
///
/// # Errors
///
/// `invalid_request` for input that is none.
pub fn signals(input: &Value) -> Result<Value> {
    let signals = parse_signals(text(input), structured(input), &stop(input)?);
    let mut found = said(vec![
        ("confidence", signals.confidence.map(number).into()),
        ("responds_to", json!(signals.responds_to)),
        ("warnings", codes(&signals.warnings)),
    ]);
    found.extend(flags(signals.go_on, signals.ready));
    Ok(found.into())
}

/// `parse.answer`.
///
/// # Errors
///
/// `invalid_request` for input that is none.
pub fn answer(input: &Value) -> Result<Value> {
    if let Some(kind) = maybe::<String>(input, "resolve")? {
        return resolved(&kind, input);
    }
    let mut format = AnswerFormat::default();
    if let Some(extract) = maybe(input, "extract")? {
        format.extract = extract;
    }
    if let Some(unparsed) = maybe(input, "unparsed")? {
        format.unparsed = unparsed;
    }
    let answer = format.compile()?.extract(text(input), structured(input));
    let value = answer.as_ref().map(|answer| answer.value.as_ref());
    Ok(json!({ "value": value, "extractor": answer.as_ref().map(|answer| &answer.extractor) }))
}

fn resolved(kind: &str, input: &Value) -> Result<Value> {
    let schema = input.get("schema").cloned();
    let expect = match kind {
        "text" => Expect::Text,
        "ballot" => Expect::Ballot(shape(input)?),
        "json" => Expect::Json(JsonShape {
            name: "vector".into(),
            strict: schema.is_some(),
            schema: schema.unwrap_or_else(|| json!({})).into(),
        }),
        "judge" => return Ok(json!({ "resolved": judge_object(text(input), structured(input)) })),
        other => return Err(invalid(format!("unknown shape {other}"))),
    };
    Ok(json!({ "resolved": expect.resolve(text(input), structured(input)) }))
}
