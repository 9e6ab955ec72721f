//! The hand-written parsing vectors of `tests/conformance/vectors/parsing`, run through the public API.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use aragora_core::debate::{
    AnswerFormat, Ballot, BallotKind, BallotShape, Equal, Equivalence, Expect, Fixed6, JsonShape, Label, ParseWarning,
    StopReason, group, judge_object, math_normalise, normalise, numeric, parse_ballot, parse_critiques, parse_signals,
};
use aragora_core::ids::OptionId;
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    suite: String,
    #[serde(rename = "about")]
    _about: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    input: Map<String, Value>,
    expect: Map<String, Value>,
}

/// Runs every case of a file and reports all that differ, not only the first.
fn run(file: &str, read: impl Fn(&Case) -> Value) -> usize {
    let path = format!("{}/conformance/vectors/parsing/{file}.json", env!("CARGO_MANIFEST_DIR"));
    let file: File = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!((file.format, file.suite.as_str()), (1, "parsing"));
    let mut differing = String::new();
    for case in &file.cases {
        let found = read(case);
        let expected = Value::Object(case.expect.clone());
        if found != expected {
            writeln!(
                differing,
                "{}\n  input    {}\n  expected {expected}\n  found    {found}",
                case.id,
                json!(case.input)
            )
            .unwrap();
        }
    }
    assert!(differing.is_empty(), "{differing}");
    file.cases.len()
}

impl Case {
    fn text(&self) -> &str {
        self.input.get("text").and_then(Value::as_str).unwrap_or_default()
    }

    fn structured(&self) -> Option<&Value> {
        self.input.get("structured")
    }

    fn read<T: for<'de> Deserialize<'de>>(&self, name: &str) -> Option<T> {
        let value = self.input.get(name)?.clone();
        Some(serde_json::from_value(value).unwrap_or_else(|error| panic!("{}: {name}: {error}", self.id)))
    }

    fn stop(&self) -> StopReason {
        self.read("stop").unwrap_or_default()
    }
}

/// Whole numbers as JSON writes them, so that 7 and 7.0 are one expectation.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 { json!(value as i64) } else { json!(value) }
}

/// Leaves out what the vectors leave out: none, false, empty.
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

/// `continue: no` is not the same as silence.
fn flag(value: Option<bool>) -> Option<Value> {
    value.map(Value::from)
}

fn shape(case: &Case) -> BallotShape {
    let kind = match case.input.get("kind") {
        None => BallotKind::Choice,
        Some(Value::String(word)) => serde_json::from_value(json!(word)).unwrap(),
        Some(Value::Object(kind)) => match (kind.get("scores"), kind.get("points")) {
            (Some(range), _) => {
                let at = |name: &str| Fixed6::from_f64(range[name].as_f64().unwrap()).unwrap();
                BallotKind::Scores { lo: at("lo"), hi: at("hi") }
            }
            (None, Some(points)) => BallotKind::Points { total: points["total"].as_u64().unwrap() as u32 },
            (None, None) => panic!("{}: unknown kind", case.id),
        },
        Some(other) => panic!("{}: unknown kind {other}", case.id),
    };
    let names: Vec<String> = case.read("labels").unwrap_or_else(|| ["A", "B", "C"].map(str::to_owned).to_vec());
    let label = |label: String| Label { option: OptionId::new(format!("opt-{label}")).unwrap(), label };
    let labels = names.into_iter().map(label).collect();
    BallotShape { kind, labels, may_abstain: case.read("may_abstain").unwrap_or(true), confidence: true, reason: true }
}

fn label(option: &OptionId) -> String {
    option.as_str().strip_prefix("opt-").unwrap_or_else(|| panic!("{option} is a label, not an option")).to_owned()
}

fn by_label(numbers: impl IntoIterator<Item = (String, f64)>) -> Value {
    numbers.into_iter().map(|(label, value)| (label, number(value))).collect::<Map<_, _>>().into()
}

#[test]
fn ballots_are_read_as_written_down() {
    let cases = run("ballots", |case| {
        let parsed = parse_ballot(case.text(), case.structured(), &case.stop(), &shape(case));
        let mut found = said(vec![
            ("confidence", parsed.confidence.map(number).into()),
            ("partial", parsed.partial.into()),
            ("responds_to", json!(parsed.responds_to)),
            ("warnings", codes(&parsed.warnings)),
            ("probabilities", by_label(parsed.probabilities.iter().map(|(o, p)| (label(o), p.to_f64())))),
        ]);
        found.extend(flag(parsed.go_on).map(|value| ("continue".to_owned(), value)));
        found.extend(flag(parsed.ready).map(|value| ("ready".to_owned(), value)));
        if case.expect.contains_key("reason") {
            found.insert("reason".into(), json!(parsed.reason));
        }
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
        found.into()
    });
    assert!(cases >= 300, "{cases} cases");
}

#[test]
fn critiques_are_read_as_written_down() {
    run("critiques", |case| {
        let targets: Vec<String> = case.read("targets").unwrap_or_default();
        let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
        let critiques = parse_critiques(case.text(), case.structured(), &targets);
        let found: Vec<Value> = critiques
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
        json!({ "critiques": found })
    });
}

#[test]
fn answers_and_signals_are_read_as_written_down() {
    run("answers", |case| {
        if case.input.contains_key("resolve") {
            return resolved(case);
        }
        if case.id.starts_with("signals") {
            let signals = parse_signals(case.text(), case.structured(), &case.stop());
            let mut found = said(vec![
                ("confidence", signals.confidence.map(number).into()),
                ("responds_to", json!(signals.responds_to)),
                ("warnings", codes(&signals.warnings)),
            ]);
            found.extend(flag(signals.go_on).map(|value| ("continue".to_owned(), value)));
            found.extend(flag(signals.ready).map(|value| ("ready".to_owned(), value)));
            return found.into();
        }
        let mut format = AnswerFormat::default();
        if let Some(extract) = case.read("extract") {
            format.extract = extract;
        }
        if let Some(unparsed) = case.read("unparsed") {
            format.unparsed = unparsed;
        }
        let answer = format.compile().unwrap().extract(case.text(), case.structured());
        assert_eq!(answer, format.extract(case.text(), case.structured()));
        let mut found = BTreeMap::from([("value", json!(answer.as_ref().map(|answer| answer.value.as_ref())))]);
        if let Some(answer) = answer.filter(|_| case.expect.contains_key("extractor")) {
            found.insert("extractor", json!(answer.extractor));
        }
        json!(found)
    });
}

fn resolved(case: &Case) -> Value {
    let schema = case.input.get("schema").cloned();
    let expect = match case.read::<String>("resolve").unwrap().as_str() {
        "text" => Expect::Text,
        "ballot" => Expect::Ballot(shape(case)),
        "json" => Expect::Json(JsonShape {
            name: "vector".into(),
            strict: schema.is_some(),
            schema: schema.unwrap_or_else(|| json!({})).into(),
        }),
        "judge" => return json!({ "resolved": judge_object(case.text(), case.structured()) }),
        other => panic!("{}: unknown shape {other}", case.id),
    };
    json!({ "resolved": expect.resolve(case.text(), case.structured()) })
}

#[test]
fn answers_are_equal_as_written_down() {
    run("equivalence", |case| {
        let text = |name: &str| case.read::<String>(name);
        if let Some(text) = text("normalise") {
            return json!({ "value": normalise(&text) });
        }
        if let Some(text) = text("numeric") {
            return json!({ "value": numeric(&text).map(|number| number.to_string()) });
        }
        if let Some(text) = text("math") {
            return json!({ "value": math_normalise(&text) });
        }
        let equal: Equivalence = case.read("equal").unwrap();
        if let Some(answers) = case.read::<Vec<String>>("answers") {
            let recorded: Vec<(String, String, bool)> = case.read("verdicts").unwrap_or_default();
            let verdicts =
                |a: &str, b: &str| recorded.iter().find(|(x, y, _)| x == a && y == b).map(|(_, _, same)| *same);
            let answers: Vec<&str> = answers.iter().map(String::as_str).collect();
            let groups = group(&answers, &Equal::new(&equal), &verdicts);
            assert!(groups.iter().all(|group| *group.value == *answers[group.members[0]]));
            return json!({ "groups": groups.into_iter().map(|group| group.members).collect::<Vec<_>>() });
        }
        let (a, b) = (text("a").unwrap(), text("b").unwrap());
        let same = equal.same(&a, &b, &());
        assert_eq!(same, equal.same(&b, &a, &()), "{}: not symmetric", case.id);
        json!({ "same": same })
    });
}
