//! JSON Schema as strict modes want it.

use serde_json::{Map, Value, json};

/// A schema that a strict mode accepts.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Strict {
    /// The prepared schema.
    pub(super) schema: Value,
    /// Whether the value arrives as `{"value": ..}` because the root was no object.
    pub(super) wrapped: bool,
}

/// What becomes of a property that need not be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Optional {
    /// It is required and may be null, for vendors that know no optional properties.
    Nullable,
    /// It stays optional.
    Kept,
}

/// Closes every object, requires every property (optional ones become nullable) and drops keywords strict modes
/// refuse. A root that is no object is wrapped.
pub(super) fn strict(schema: &Value) -> Strict {
    prepared(schema, Optional::Nullable)
}

/// The same, with a choice for optional properties.
pub(super) fn prepared(schema: &Value, optional: Optional) -> Strict {
    wrapped(schema, prepare(schema, optional))
}

/// The schema as it is, wrapped where its root is no object.
pub(super) fn as_object(schema: &Value) -> Strict {
    wrapped(schema, schema.clone())
}

fn wrapped(schema: &Value, prepared: Value) -> Strict {
    let is_object = schema.get("type").and_then(Value::as_str) == Some("object")
        || (schema.get("type").is_none() && schema.get("properties").is_some());
    if is_object {
        return Strict { schema: prepared, wrapped: false };
    }
    let mut inner = prepared;
    // Definitions are found from the root only.
    let definitions = inner.as_object_mut().and_then(|members| members.remove("$defs"));
    let mut outer = json!({
        "type": "object",
        "properties": { "value": inner },
        "required": ["value"],
        "additionalProperties": false,
    });
    if let (Some(members), Some(definitions)) = (outer.as_object_mut(), definitions) {
        members.insert("$defs".into(), definitions);
    }
    Strict { schema: outer, wrapped: true }
}

fn prepare(schema: &Value, optional: Optional) -> Value {
    let prepare = |schema: &Value| prepare(schema, optional);
    let Some(members) = schema.as_object() else { return schema.clone() };
    let mut kept = Map::new();
    for (keyword, value) in members {
        let value = match keyword.as_str() {
            "type" | "enum" | "const" | "$ref" | "description" | "required" => value.clone(),
            "items" => prepare(value),
            "anyOf" => value.as_array().map_or(Value::Null, |list| list.iter().map(&prepare).collect()),
            "oneOf" if !members.contains_key("anyOf") => {
                kept.insert("anyOf".into(), value.as_array().map_or(Value::Null, |l| l.iter().map(&prepare).collect()));
                continue;
            }
            "properties" | "$defs" => each(value, &prepare),
            "definitions" => {
                kept.insert("$defs".into(), each(value, &prepare));
                continue;
            }
            _ => continue,
        };
        kept.insert(keyword.clone(), value);
    }
    if let Some(Value::String(path)) = kept.get_mut("$ref") {
        *path = path.replacen("#/definitions/", "#/$defs/", 1);
    }
    let is_object = kept.get("type").is_some_and(|t| names(t).any(|name| name == "object"));
    if is_object || kept.contains_key("properties") {
        close(&mut kept, optional);
    }
    // Where nothing is optional, nothing may stand beside a reference either.
    let is_alone = kept.len() == 1 || kept.contains_key("anyOf");
    if optional == Optional::Nullable
        && !is_alone
        && let Some(reference) = kept.remove("$ref")
    {
        kept.insert("anyOf".into(), json!([{ "$ref": reference }]));
    }
    Value::Object(kept)
}

/// Whether a part of a prepared schema says nothing about its type, which no strict mode takes.
pub(super) fn is_untyped(schema: &Value) -> bool {
    let Some(members) = schema.as_object() else { return true };
    let says = ["type", "$ref", "anyOf", "enum", "const"].iter().any(|word| members.contains_key(*word));
    let named = ["properties", "$defs"].iter().filter_map(|word| members.get(*word)?.as_object());
    let listed = members.get("anyOf").and_then(Value::as_array).into_iter().flatten();
    !says
        || members.get("items").is_some_and(is_untyped)
        || listed.into_iter().any(is_untyped)
        || named.flat_map(Map::values).any(is_untyped)
}

fn close(schema: &mut Map<String, Value>, optional: Optional) {
    schema.insert("additionalProperties".into(), Value::Bool(false));
    let required: Vec<String> = schema.get("required").map(names).into_iter().flatten().map(str::to_owned).collect();
    let mut all = Vec::new();
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        // The order in which they are required is the order in which they are written.
        all.extend(required.iter().filter(|name| properties.contains_key(*name)).cloned());
        let properties = if optional == Optional::Kept { &mut Map::new() } else { properties };
        for (name, property) in properties.iter_mut().filter(|(name, _)| !required.contains(name)) {
            all.push(name.clone());
            let optional = property.take();
            *property = nullable(optional);
        }
    }
    schema.entry("properties").or_insert_with(|| json!({}));
    schema.insert("required".into(), all.into());
}

fn nullable(mut schema: Value) -> Value {
    let plain = schema.get("enum").is_none() && schema.get("const").is_none();
    match schema.get_mut("type") {
        Some(Value::String(name)) if plain && name != "null" => {
            let both = json!([name.clone(), "null"]);
            if let Some(members) = schema.as_object_mut() {
                members.insert("type".into(), both);
            }
            schema
        }
        Some(Value::Array(types)) if plain => {
            if !types.iter().any(|name| name == "null") {
                types.push("null".into());
            }
            schema
        }
        _ => json!({ "anyOf": [schema, { "type": "null" }] }),
    }
}

fn each(value: &Value, change: &dyn Fn(&Value) -> Value) -> Value {
    let members = value.as_object().into_iter().flatten();
    Value::Object(members.map(|(name, member)| (name.clone(), change(member))).collect())
}

fn names(value: &Value) -> impl Iterator<Item = &str> {
    let list = value.as_array().into_iter().flatten().filter_map(Value::as_str);
    value.as_str().into_iter().chain(list)
}

/// A name as providers allow it: letters, digits, `_` and `-`, at most 64.
pub(super) fn name(text: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') { c } else { '_' };
    let name: String = text.chars().take(64).map(safe).collect();
    if name.is_empty() { "reply".into() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_object_is_closed_and_optional_properties_become_nullable() {
        let prepared = strict(&json!({
            "type": "object",
            "title": "Claim",
            "properties": {
                "text": { "type": "string", "minLength": 1 },
                "score": { "type": "number" },
                "kind": { "enum": ["a", "b"] },
                "by": { "type": "object", "properties": { "name": { "type": "string" } }, "required": ["name"] },
            },
            "required": ["text", "by"],
        }));
        let expected = json!({
            "type": "object",
            "properties": {
                "text": { "type": "string" },
                "score": { "type": ["number", "null"] },
                "kind": { "anyOf": [{ "enum": ["a", "b"] }, { "type": "null" }] },
                "by": {
                    "type": "object",
                    "properties": { "name": { "type": "string" } },
                    "required": ["name"],
                    "additionalProperties": false,
                },
            },
            "required": ["by", "kind", "score", "text"],
            "additionalProperties": false,
        });
        let mut found = prepared.schema;
        if let Some(Value::Array(required)) = found.get_mut("required") {
            required.sort_by_key(ToString::to_string);
        }
        assert_eq!(found, expected);
        assert!(!prepared.wrapped);
    }

    #[test]
    fn optional_properties_may_stay_optional() {
        let schema =
            json!({ "properties": { "a": { "type": "string" }, "b": { "type": "string" } }, "required": ["a"] });
        let Strict { schema, wrapped } = prepared(&schema, Optional::Kept);
        assert_eq!(schema["required"], json!(["a"]));
        assert_eq!(schema["properties"]["b"], json!({ "type": "string" }));
        assert_eq!((schema["additionalProperties"].as_bool(), wrapped), (Some(false), false));
    }

    #[test]
    fn a_root_that_is_no_object_is_wrapped_and_keeps_its_definitions_at_the_root() {
        let prepared = strict(&json!({
            "type": "array", "items": { "$ref": "#/definitions/n" }, "definitions": { "n": { "type": "integer" } },
        }));
        assert!(prepared.wrapped);
        assert_eq!(
            prepared.schema["properties"]["value"],
            json!({ "type": "array", "items": { "$ref": "#/$defs/n" } })
        );
        assert_eq!(prepared.schema["$defs"], json!({ "n": { "type": "integer" } }));
    }
}
