//! Suite `parsing`, rendered from the hand-written vectors of `vectors/parsing`, so that they are written once.

use serde_json::{Map, Value, json};

use super::format::folder;

/// The suite's text as it should stand in `parsing.json`.
///
/// # Errors
///
/// A vector in no known form.
pub fn rendered() -> Result<String, String> {
    let mut lines = Vec::new();
    for file in ["ballots", "critiques", "answers", "equivalence"] {
        let path = folder().join(format!("vectors/parsing/{file}.json"));
        let text = std::fs::read_to_string(path).map_err(|error| format!("{file}: {error}"))?;
        let vectors: Value = serde_json::from_str(&text).map_err(|error| format!("{file}: {error}"))?;
        for vector in vectors["cases"].as_array().into_iter().flatten() {
            let id = vector["id"].as_str().ok_or("a vector without an id")?;
            let (input, expect) = (&vector["input"], &vector["expect"]);
            let Some((op, args, ok)) = case(file, id, input, expect)? else { continue };
            let step = json!({ "op": op, "args": args, "then": { "ok": ok } });
            lines.push(format!("    {{\"id\": \"{file}-{id}\", \"since\": \"0.1\", \"steps\": [{step}]}}"));
        }
    }
    let about = "What replies say; rendered from vectors/parsing by the Rust runner, not edited.";
    let head = format!("{{\n  \"format\": 1,\n  \"suite\": \"parsing\",\n  \"about\": \"{about}\",\n  \"cases\": [\n");
    Ok(format!("{head}{}\n  ]\n}}\n", lines.join(",\n")))
}

type Rendered = Option<(&'static str, Value, Value)>;

fn case(file: &str, id: &str, input: &Value, expect: &Value) -> Result<Rendered, String> {
    let mut args = only(input, &["text", "structured", "stop"]);
    // An expected member that is left out of a vector is none.
    let or_none = |name: &str| expect.get(name).cloned().unwrap_or(Value::Null);
    Ok(Some(match file {
        "ballots" => {
            args.insert("shape".into(), shape(input)?);
            ("parse.ballot", args.into(), ballot(expect)?)
        }
        "critiques" => {
            if let Some(targets) = input.get("targets") {
                args.insert("targets".into(), targets.clone());
            }
            let list = expect["critiques"].as_array().ok_or("critiques without a list")?;
            ("parse.critiques", args.into(), list.iter().map(critique).collect())
        }
        // How a resolved value is found is no op of its own.
        "answers" if input.get("resolve").is_some() => return Ok(None),
        "answers" if id.starts_with("signals") => {
            let ok = json!({
                "confidence": or_none("confidence"), "continue": or_none("continue"), "ready": or_none("ready"),
                "responds_to": expect.get("responds_to").cloned().unwrap_or_else(|| json!([])),
                "warnings": warnings(expect),
            });
            ("parse.signals", args.into(), ok)
        }
        "answers" => {
            let format = only(input, &["extract", "unparsed"]);
            if !format.is_empty() {
                args.insert("format".into(), format.into());
            }
            let ok = if expect["value"].is_null() { Value::Null } else { only(expect, &["value", "extractor"]).into() };
            ("parse.answer", args.into(), ok)
        }
        _ if input.get("normalise").is_some() => {
            ("parse.normalise", json!({ "text": input["normalise"] }), expect["value"].clone())
        }
        _ if input.get("a").is_some() => {
            ("parse.same", only(input, &["equal", "a", "b"]).into(), expect["same"].clone())
        }
        _ => return Ok(None),
    }))
}

fn only(value: &Value, names: &[&str]) -> Map<String, Value> {
    let given = names.iter().filter_map(|name| Some(((*name).to_owned(), value.get(*name)?.clone())));
    given.collect()
}

fn shape(input: &Value) -> Result<Value, String> {
    let kind = match input.get("kind") {
        None => json!("choice"),
        Some(kind) if kind.get("scores").is_some() => {
            let at = |name: &str| kind["scores"][name].as_f64().map(millionths).ok_or("scores take lo and hi");
            json!({ "scores": { "lo": at("lo")?, "hi": at("hi")? } })
        }
        Some(kind) => kind.clone(),
    };
    let names = input.get("labels").cloned().unwrap_or_else(|| json!(["A", "B", "C"]));
    let label = |name: &Value| json!({ "label": name, "option": option(name) });
    let labels: Vec<Value> = names.as_array().into_iter().flatten().map(label).collect();
    let may_abstain = input.get("may_abstain").cloned().unwrap_or(Value::Bool(true));
    Ok(json!({ "kind": kind, "labels": labels, "may_abstain": may_abstain, "confidence": true, "reason": true }))
}

/// Options are `opt-X` behind label `X`, so that a label that is passed on as an option stands out.
fn option(label: &Value) -> String {
    format!("opt-{}", label.as_str().unwrap_or_default())
}

fn millionths(number: f64) -> i64 {
    (number * 1e6).round() as i64
}

fn ballot(expect: &Value) -> Result<Value, String> {
    let by_option = |name: &str, scale: bool| -> Value {
        let members = expect[name].as_object().into_iter().flatten().map(|(label, number)| {
            let number = if scale { json!(millionths(number.as_f64().unwrap_or_default())) } else { number.clone() };
            (format!("opt-{label}"), number)
        });
        members.collect::<Map<_, _>>().into()
    };
    let list = |value: &Value| value.as_array().into_iter().flatten().map(option).map(Value::from).collect::<Value>();
    let said = expect.as_object().ok_or("an expectation is an object")?;
    let kind = ["choice", "ranking", "approval", "scores", "points", "abstain", "invalid"];
    let kind = kind.into_iter().find(|kind| said.contains_key(*kind)).ok_or("a ballot without its kind")?;
    let content = match kind {
        "choice" => json!(option(&expect["choice"])),
        "ranking" => expect["ranking"].as_array().into_iter().flatten().map(list).collect(),
        "approval" => list(&expect["approval"]),
        "scores" => by_option("scores", true),
        "points" => by_option("points", false),
        "abstain" => json!({ "reason": expect["abstain"] }),
        _ => json!({ "why": expect["invalid"] }),
    };
    let or = |name: &str, other: Value| said.get(name).cloned().unwrap_or(other);
    let mut ok = json!({
        "ballot": { kind: content },
        "confidence": or("confidence", Value::Null), "continue": or("continue", Value::Null),
        "ready": or("ready", Value::Null), "partial": or("partial", json!(false)),
        "responds_to": or("responds_to", json!([])), "warnings": warnings(expect),
    });
    if let Some(reason) = said.get("reason") {
        ok["reason"] = reason.clone();
    }
    if said.contains_key("probabilities") {
        ok["probabilities"] = by_option("probabilities", true);
    }
    Ok(ok)
}

fn critique(expect: &Value) -> Value {
    let or = |name: &str, other: Value| expect.get(name).cloned().unwrap_or(other);
    json!({
        "target": or("target", Value::Null), "issues": or("issues", json!([])),
        "suggestions": or("suggestions", json!([])), "severity": or("severity", Value::Null),
        "reasoning": or("reasoning", json!("")), "warnings": warnings(expect),
    })
}

fn warnings(expect: &Value) -> Value {
    expect["warnings"].as_array().into_iter().flatten().map(|code| json!({ "code": code })).collect()
}
