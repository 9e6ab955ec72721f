//! Where in a reply the JSON value is that was asked for.

use serde_json::Value;

use super::ballot::BallotShape;
use super::expect::{Expect, JsonShape};
use super::parse_ballot;
use super::parse_line::{Line, fences, lines, spoken};
use super::strict_json::{Json, read, read_python};

impl Expect {
    /// The structured value of a reply: the provider's own, else the whole text as JSON, else its last fenced
    /// block, else its last balanced top-level `{...}`. Pure and total.
    ///
    /// A repeated key or a number JSON does not know (`NaN`, `1e999`) makes a value malformed, and then there is
    /// none. `null` for an optional property of a strict shape counts as absent.
    ///
    /// Narrower where less was asked for: of [`Expect::Text`] only the whole text or a fenced block that is all of
    /// it, objects only, so that an example or a quotation inside prose is never taken for the participant's own
    /// structured answer; of [`Expect::Ballot`] objects only, nothing quoted with `>`, and a fenced block only if
    /// no ballot stands outside of it.
    ///
    /// Whether the value keeps the caller's own schema is another question: [`JsonShape::violations`].
    pub fn resolve(&self, text: &str, structured: Option<&Value>) -> Option<Value> {
        let found = match self {
            Self::Text => match structured {
                Some(value) => Json::Value(value.clone()),
                None => first(whole(text), objects_only),
            },
            Self::Json(shape) => return json(shape, text, structured),
            Self::Ballot(shape) => ballot(shape, text, structured),
        };
        match found {
            Json::Value(value) => Some(value),
            Json::Malformed(_) | Json::None => None,
        }
    }
}

/// The object a published judge answered with: [`Expect::resolve`] for any JSON shape, else an object in Python
/// notation (single quotes, `True`, `False`, `None`) in the same places.
pub fn judge_object(text: &str, structured: Option<&Value>) -> Option<Value> {
    if let Some(value) = structured {
        return Some(value.clone());
    }
    let found = match anywhere(text, false, objects_only) {
        Json::None => anywhere(text, true, |piece| only_object(read_python(piece))),
        found => found,
    };
    match found {
        Json::Value(value) => Some(value),
        Json::Malformed(_) | Json::None => None,
    }
}

fn json(shape: &JsonShape, text: &str, structured: Option<&Value>) -> Option<Value> {
    let mut value = match structured {
        Some(value) => value.clone(),
        None => match anywhere(text, false, read) {
            Json::Value(value) => value,
            Json::Malformed(_) | Json::None => return None,
        },
    };
    if shape.strict {
        drop_nulls(&mut value, &shape.schema);
    }
    Some(value)
}

/// Providers that enforce a schema make every property required and optional ones nullable.
fn drop_nulls(value: &mut Value, schema: &Value) {
    match value {
        Value::Object(members) => {
            let required = schema.get("required").and_then(Value::as_array);
            let needed = |name: &str| required.is_some_and(|names| names.iter().any(|n| n.as_str() == Some(name)));
            let property = |name: &str| schema.get("properties").and_then(|all| all.get(name));
            members.retain(|name, member| !member.is_null() || needed(name) || property(name).is_none_or(nullable));
            for (name, member) in members.iter_mut() {
                if let Some(inner) = property(name) {
                    drop_nulls(member, inner);
                }
            }
        }
        Value::Array(items) => {
            if let Some(inner) = schema.get("items") {
                for item in items {
                    drop_nulls(item, inner);
                }
            }
        }
        _ => {}
    }
}

/// Whether the caller's own schema says that null is a value.
fn nullable(schema: &Value) -> bool {
    let is_null = |kind: &Value| kind.as_str() == Some("null");
    let listed = |name: &str| schema.get(name).and_then(Value::as_array);
    schema
        .get("type")
        .is_some_and(|kind| is_null(kind) || kind.as_array().is_some_and(|kinds| kinds.iter().any(is_null)))
        || schema.get("const").is_some_and(Value::is_null)
        || listed("enum").is_some_and(|values| values.iter().any(Value::is_null))
        || listed("anyOf").is_some_and(|schemas| schemas.iter().any(nullable))
}

/// The ballot object of a reply, and whether what was found is malformed.
pub(super) fn ballot(shape: &BallotShape, text: &str, structured: Option<&Value>) -> Json {
    if let Some(value @ Value::Object(_)) = structured {
        return Json::Value(value.clone());
    }
    let judges = matches!(shape.kind, super::ballot::BallotKind::Verdict);
    let object = |piece: &str| match objects_only(piece) {
        Json::None if judges => only_object(read_python(piece)),
        // `{}` is what code in a reason looks like, and says nothing a ballot could.
        Json::Value(Value::Object(members)) if members.is_empty() => Json::None,
        found => found,
    };
    let found = first(whole(text), object);
    if found != Json::None {
        return found;
    }
    let lines = lines(text);
    let own = spoken(&lines);
    let found = match first(balanced(&own, false).into_iter().rev(), object) {
        Json::None if judges => first(balanced(&own, true).into_iter().rev(), object),
        found => found,
    };
    if found != Json::None || parse_ballot::says_ballot(&lines, shape) {
        return found;
    }
    first(fences(&lines).iter().rev().map(String::as_str), object)
}

/// The first piece that is JSON, malformed or not.
fn first<'a>(pieces: impl IntoIterator<Item = &'a str>, read: impl Fn(&str) -> Json) -> Json {
    pieces.into_iter().map(read).find(|found| *found != Json::None).unwrap_or(Json::None)
}

fn objects_only(piece: &str) -> Json {
    only_object(read(piece))
}

fn only_object(found: Json) -> Json {
    match found {
        Json::Value(value) if !value.is_object() => Json::None,
        found => found,
    }
}

/// The whole text, and what is left of it when one fence is all around it.
fn whole(text: &str) -> Vec<&str> {
    let all = text.trim();
    let inner = all.strip_prefix("```").and_then(|rest| rest.strip_suffix("```")).and_then(|rest| {
        let (info, inner) = rest.split_once('\n')?;
        (!info.contains('`') && !inner.contains("```")).then_some(inner)
    });
    std::iter::once(all).chain(inner).collect()
}

fn anywhere(text: &str, single_quotes: bool, read: impl Fn(&str) -> Json) -> Json {
    let found = first([text.trim()], &read);
    if found != Json::None {
        return found;
    }
    let lines: Vec<Line<'_>> = lines(text);
    let last_fence = fences(&lines).pop();
    match first(last_fence.as_deref(), &read) {
        Json::None => first(balanced(text, single_quotes).into_iter().rev(), read),
        found => found,
    }
}

/// Every balanced `{...}` that is not inside another one, first to last. Braces in strings do not count; strings
/// exist only inside braces and end at a line end, so an apostrophe or an inch mark in prose hides nothing.
pub(super) fn balanced(text: &str, single_quotes: bool) -> Vec<&str> {
    let mut open: Vec<usize> = Vec::new();
    let mut spans: Vec<(usize, usize)> = Vec::new();
    let mut string: Option<char> = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match string {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(quote) if c == quote || c == '\n' => string = None,
            Some(_) => {}
            None => match c {
                '{' => open.push(at),
                '}' => {
                    if let Some(start) = open.pop() {
                        while spans.last().is_some_and(|(inner, _)| *inner > start) {
                            spans.pop();
                        }
                        spans.push((start, at + 1));
                    }
                }
                '"' if !open.is_empty() => string = Some(c),
                '\'' if single_quotes && !open.is_empty() => string = Some(c),
                _ => {}
            },
        }
    }
    spans.into_iter().map(|(start, end)| &text[start..end]).collect()
}
