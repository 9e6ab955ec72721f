//! Whether a document is what a case expects, and what a blessing would make of the expectation.

use serde_json::{Map, Value};

/// Every matcher.
pub const MATCHERS: [&str; 9] =
    ["$any", "$absent", "$near", "$ref", "$unordered", "$contains_in_order", "$contains", "$count", "$json"];

/// Looks a `$ref` up.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Result<Value, String>;

/// The first difference, with its pointer.
///
/// # Errors
///
/// What differs, or which matcher is unknown.
pub fn matches(expected: &Value, found: Option<&Value>, lookup: Lookup<'_>) -> Result<(), String> {
    differ("", expected, found, lookup)
}

fn differ(at: &str, expected: &Value, found: Option<&Value>, lookup: Lookup<'_>) -> Result<(), String> {
    let nothing = found.is_none_or(Value::is_null);
    if let Some((name, argument)) = matcher(expected) {
        return matched(at, name, argument, found, lookup);
    }
    match (expected, found) {
        (Value::Null, _) if nothing => Ok(()),
        (Value::Object(expected), Some(Value::Object(found))) => expected
            .iter()
            .try_for_each(|(name, value)| differ(&format!("{at}/{name}"), value, found.get(name), lookup)),
        (Value::Array(expected), Some(Value::Array(found))) => {
            if expected.len() != found.len() {
                return Err(format!("{at}: expected {} items, found {}", expected.len(), shown(found)));
            }
            expected
                .iter()
                .zip(found)
                .enumerate()
                .try_for_each(|(i, (value, found))| differ(&format!("{at}/{i}"), value, Some(found), lookup))
        }
        (Value::Number(a), Some(Value::Number(b))) if a == b || (a.as_f64().is_some() && a.as_f64() == b.as_f64()) => {
            Ok(())
        }
        (expected, Some(found)) if expected == found => Ok(()),
        (expected, found) => Err(format!("{at}: expected {expected}, found {}", said(found))),
    }
}

fn matcher(expected: &Value) -> Option<(&str, &Value)> {
    let members = expected.as_object().filter(|members| members.len() == 1)?;
    members.iter().next().filter(|(name, _)| name.starts_with('$')).map(|(name, value)| (name.as_str(), value))
}

fn matched(at: &str, name: &str, argument: &Value, found: Option<&Value>, lookup: Lookup<'_>) -> Result<(), String> {
    let holds = |holds: bool| {
        if holds { Ok(()) } else { Err(format!("{at}: expected {name} {argument}, found {}", said(found))) }
    };
    let there = found.filter(|value| !value.is_null());
    let list = || argument.as_array().ok_or_else(|| format!("{at}: {name} takes a list"));
    let is = |expected: &Value, found: &Value| differ(at, expected, Some(found), lookup).is_ok();
    match name {
        "$any" => holds(there.is_some()),
        "$absent" => holds(there.is_none()),
        "$near" => {
            let [x, tolerance] = list()?.as_slice() else { return Err(format!("{at}: $near takes two numbers")) };
            let numbers = (x.as_f64(), tolerance.as_f64(), there.and_then(Value::as_f64));
            holds(matches!(numbers, (Some(x), Some(tolerance), Some(found)) if (found - x).abs() <= tolerance))
        }
        "$ref" => {
            let path = argument.as_str().ok_or_else(|| format!("{at}: $ref takes a path"))?;
            differ(at, &lookup(path)?, found, lookup)
        }
        "$contains" => {
            let text = argument.as_str().ok_or_else(|| format!("{at}: $contains takes a text"))?;
            holds(there.and_then(Value::as_str).is_some_and(|found| found.contains(text)))
        }
        "$unordered" => {
            let expected = list()?;
            let Some(found) = there.and_then(Value::as_array) else { return holds(false) };
            // Every item takes the first match left: expectations of one list must not overlap.
            let mut left: Vec<&Value> = found.iter().collect();
            for item in expected {
                let Some(i) = left.iter().position(|value| is(item, value)) else { return holds(false) };
                left.remove(i);
            }
            holds(left.is_empty())
        }
        "$contains_in_order" => {
            let expected = list()?;
            let Some(found) = there.and_then(Value::as_array) else { return holds(false) };
            let mut rest = found.iter();
            for (i, item) in expected.iter().enumerate() {
                if !rest.any(|value| is(item, value)) {
                    return Err(format!(
                        "{at}: item {i} {item} is not there after the ones before, in {}",
                        shown(found)
                    ));
                }
            }
            Ok(())
        }
        "$count" => {
            let (item, is_times) = (argument.get("of"), argument.get("is").and_then(Value::as_u64));
            let (Some(item), Some(times)) = (item, is_times) else {
                return Err(format!("{at}: $count takes of and is"));
            };
            let Some(found) = there.and_then(Value::as_array) else { return holds(false) };
            holds(found.iter().filter(|value| is(item, value)).count() as u64 == times)
        }
        "$json" => {
            let inner = there.and_then(Value::as_str).and_then(|text| serde_json::from_str::<Value>(text).ok());
            match inner {
                Some(inner) => differ(&format!("{at}(json)"), argument, Some(&inner), lookup),
                None => holds(false),
            }
        }
        unknown => Err(format!("{at}: unknown matcher {unknown:?}")),
    }
}

/// The expectation with every literal leaf as it was found; matchers stay, and what was not expected stays out.
pub fn blessed(expected: &Value, found: Option<&Value>) -> Value {
    if matcher(expected).is_some() {
        return expected.clone();
    }
    match (expected, found) {
        (Value::Object(expected), Some(Value::Object(found))) => expected
            .iter()
            .map(|(name, value)| (name.clone(), blessed(value, found.get(name))))
            .collect::<Map<_, _>>()
            .into(),
        (Value::Array(expected), Some(Value::Array(found))) if expected.len() == found.len() => {
            expected.iter().zip(found).map(|(value, found)| blessed(value, Some(found))).collect()
        }
        (_, found) => found.cloned().unwrap_or_default(),
    }
}

fn said(found: Option<&Value>) -> String {
    found.map_or_else(|| "nothing".to_owned(), |value| cut(&value.to_string()))
}

fn shown(found: &[Value]) -> String {
    cut(&Value::Array(found.to_vec()).to_string())
}

fn cut(text: &str) -> String {
    let start: String = text.chars().take(2_000).collect();
    if start.len() < text.len() { format!("{start}...") } else { start }
}
