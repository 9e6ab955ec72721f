//! The structured value in a reply.

use serde_json::Value;

use super::reply::AgentReply;
use crate::debate::{Expect, JsonShape};

impl Expect {
    /// The JSON value a reply holds for this shape: the provider's structured value, else the whole trimmed text, else
    /// the last fenced block, else the last balanced top-level `{...}` of the text. `None` for [`Expect::Text`] and
    /// where nothing parses. For [`Expect::Json`], `null` for an optional property counts as absent.
    pub fn resolve(&self, reply: &AgentReply) -> Option<Value> {
        let value = match self {
            Self::Text => return None,
            Self::Json(_) => reply.structured.clone().or_else(|| find(&reply.text, |_| true)),
            // A bare `1` is JSON too, but only an object can be a ballot.
            Self::Ballot(_) => reply.structured.clone().or_else(|| find(&reply.text, Value::is_object)),
        };
        match self {
            Self::Json(JsonShape { schema, .. }) => value.map(|value| without_optional_nulls(value, schema)),
            Self::Text | Self::Ballot(_) => value,
        }
    }
}

fn find(text: &str, wanted: fn(&Value) -> bool) -> Option<Value> {
    let parse = |text: &str| serde_json::from_str(text.trim()).ok().filter(wanted);
    parse(text).or_else(|| parse(last_fence(text)?)).or_else(|| parse(last_object(text)?))
}

fn last_fence(text: &str) -> Option<&str> {
    let mut last = None;
    let mut open: Option<usize> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        if line.trim_start().starts_with("```") {
            match open.take() {
                Some(start) => last = text.get(start..at),
                None => open = Some(end),
            }
        }
        at = end;
    }
    last
}

// Prose holds stray braces, so an opening one without a partner is skipped and the search goes on behind it. The
// number of such searches is limited because each may read to the end.
fn last_object(text: &str) -> Option<&str> {
    let (mut last, mut at, mut dead_ends) = (None, 0, 0);
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('{')).filter(|_| dead_ends < 64) {
        let start = at + found;
        if let Some(length) = text.get(start..).and_then(balanced) {
            last = text.get(start..start + length);
            at = start + length;
        } else {
            dead_ends += 1;
            at = start + 1;
        }
    }
    last
}

// The length of the object the text begins with; braces inside strings do not count.
fn balanced(text: &str) -> Option<usize> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = byte == b'\\' && !escaped;
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
}

// Strict modes make every property required and optional ones nullable, so `null` is how they say "absent".
fn without_optional_nulls(value: Value, schema: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let required = schema.get("required").and_then(Value::as_array);
            let is_required = |name: &str| required.is_some_and(|list| list.iter().any(|r| r.as_str() == Some(name)));
            let property = |name: &str| schema.get("properties").and_then(|p| p.get(name)).unwrap_or(&Value::Null);
            Value::Object(
                members
                    .into_iter()
                    .filter(|(name, member)| !member.is_null() || is_required(name) || property(name).is_null())
                    .map(|(name, member)| {
                        let member = without_optional_nulls(member, property(&name));
                        (name, member)
                    })
                    .collect(),
            )
        }
        Value::Array(items) => {
            let schema = schema.get("items").unwrap_or(&Value::Null);
            Value::Array(items.into_iter().map(|item| without_optional_nulls(item, schema)).collect())
        }
        other => other,
    }
}
