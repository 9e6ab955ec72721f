//! What the provider's compiler of schemas does not take.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::agents::providers::schema;

const MOST_OPTIONAL: usize = 24;
const MOST_UNIONS: usize = 16;

/// Why this prepared schema cannot be enforced, if it cannot.
pub(super) fn broken(schema: &Value) -> Option<String> {
    let mut found = Found::default();
    found.look(schema);
    if schema::is_untyped(schema) {
        return Some("a part of the schema says nothing about its type".into());
    }
    if found.foreign || is_recursive(schema) {
        return Some("the schema refers to itself or to somewhere else".into());
    }
    if found.optional > MOST_OPTIONAL {
        return Some(format!(
            "the schema has {} optional properties, at most {MOST_OPTIONAL} are taken",
            found.optional
        ));
    }
    (found.unions > MOST_UNIONS)
        .then(|| format!("the schema has {} unions, at most {MOST_UNIONS} are taken", found.unions))
}

#[derive(Debug, Default)]
struct Found {
    optional: usize,
    unions: usize,
    foreign: bool,
}

impl Found {
    fn look(&mut self, schema: &Value) {
        let Some(members) = schema.as_object() else { return };
        self.foreign |= members.contains_key("$ref") && reference(schema).is_none();
        self.unions += usize::from(members.contains_key("anyOf") || members.get("type").is_some_and(Value::is_array));
        let required = members.get("required").and_then(Value::as_array);
        let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|known| known == name));
        for (name, property) in members.get("properties").and_then(Value::as_object).into_iter().flatten() {
            self.optional += usize::from(!is_required(name));
            self.look(property);
        }
        members.get("items").into_iter().for_each(|items| self.look(items));
        members.get("anyOf").and_then(Value::as_array).into_iter().flatten().for_each(|part| self.look(part));
        members.get("$defs").and_then(Value::as_object).into_iter().flatten().for_each(|(_, part)| self.look(part));
    }
}

// The definition a reference names.
fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/$defs/")
}

/// Whether a definition reaches itself.
fn is_recursive(schema: &Value) -> bool {
    let Some(definitions) = schema.get("$defs").and_then(Value::as_object) else { return false };
    definitions.keys().any(|start| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![start.as_str()]);
        while let Some(name) = open.pop() {
            let mut named = BTreeSet::new();
            definitions.get(name).into_iter().for_each(|part| references(part, &mut named));
            if named.contains(start.as_str()) {
                return true;
            }
            open.extend(named.into_iter().filter(|name| seen.insert(*name)));
        }
        false
    })
}

fn references<'a>(schema: &'a Value, found: &mut BTreeSet<&'a str>) {
    match schema {
        Value::Object(members) => {
            found.extend(reference(schema));
            members.values().for_each(|part| references(part, found));
        }
        Value::Array(parts) => parts.iter().for_each(|part| references(part, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;

    fn with_properties(count: usize, property: &Value) -> Value {
        let properties: Map<_, _> = (0..count).map(|n| (format!("p{n}"), property.clone())).collect();
        json!({ "type": "object", "properties": properties })
    }

    #[test]
    fn the_limits_are_inclusive() {
        let (text, union) = (json!({ "type": "string" }), json!({ "type": ["string", "null"] }));
        assert_eq!(broken(&with_properties(24, &text)), None);
        assert!(broken(&with_properties(25, &text)).is_some_and(|reason| reason.contains("25 optional")));
        assert_eq!(broken(&with_properties(16, &union)), None);
        assert!(broken(&with_properties(17, &union)).is_some_and(|reason| reason.contains("17 unions")));
    }

    #[test]
    fn recursion_is_seen_through_other_definitions_and_sharing_is_none() {
        let node = |target: &str| json!({ "type": "object", "properties": { "next": { "$ref": target } } });
        let through = json!({ "$ref": "#/$defs/a", "$defs": { "a": node("#/$defs/b"), "b": node("#/$defs/a") } });
        assert!(broken(&through).is_some());
        let leaf = json!({ "type": "string" });
        let shared =
            json!({ "$ref": "#/$defs/a", "$defs": { "a": node("#/$defs/c"), "b": node("#/$defs/c"), "c": leaf } });
        assert_eq!(broken(&shared), None);
        assert!(broken(&node("#")).is_some());
    }

    #[test]
    fn a_part_without_a_type_is_not_taken() {
        assert!(broken(&json!({ "type": "object", "properties": { "value": true } })).is_some());
        assert!(broken(&json!({ "type": "array", "items": {} })).is_some());
    }
}
