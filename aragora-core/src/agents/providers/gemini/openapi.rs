//! JSON Schema in the words of older Gemini models: a subset of `OpenAPI` 3.0 without references.

use serde_json::{Map, Value, json};

use super::dialect::{kind, order};

/// The most schemas that are written out in place of references, and the deepest nesting.
const SIZE: usize = 4_096;
const DEPTH: usize = 64;

/// A strictly prepared schema in the older words; `None` if it cannot be said in them, or not at a sensible length.
pub(super) fn from(schema: &Value) -> Option<Value> {
    let definitions = schema.get("$defs").cloned().unwrap_or_default();
    Writer { definitions, left: SIZE }.write(schema, DEPTH).map(Value::Object)
}

struct Writer {
    definitions: Value,
    left: usize,
}

impl Writer {
    fn write(&mut self, schema: &Value, depth: usize) -> Option<Map<String, Value>> {
        let below = depth.checked_sub(1)?;
        self.left = self.left.checked_sub(1)?;
        if let Some(path) = schema.get("$ref").and_then(Value::as_str) {
            let found = self.definitions.get(path.strip_prefix("#/$defs/")?)?.clone();
            let mut target = self.write(&found, below)?;
            if let Some(description) = schema.get("description") {
                target.insert("description".into(), description.clone());
            }
            return Some(target);
        }
        let mut kept = Map::new();
        if let Some(description) = schema.get("description") {
            kept.insert("description".into(), description.clone());
        }
        let (types, mut nullable) = types(schema);
        let mut options = Vec::new();
        for option in schema.get("anyOf").and_then(Value::as_array).into_iter().flatten() {
            if option.get("type").is_some_and(|name| name == "null") {
                nullable = true;
            } else {
                options.push(self.write(option, below)?);
            }
        }
        // A choice of one is that one.
        if options.len() == 1 {
            kept = options.pop().map(|only| only.into_iter().chain(kept).collect())?;
        } else if !options.is_empty() {
            kept.insert("anyOf".into(), options.into_iter().map(Value::Object).collect());
        }
        match types.as_slice() {
            [] => {}
            [one] => {
                kept.insert("type".into(), one.to_uppercase().into());
            }
            many => {
                let each = many.iter().map(|name| json!({ "type": name.to_uppercase() }));
                kept.insert("anyOf".into(), each.collect());
            }
        }
        if let Some(values) = values(schema) {
            // Only texts can be listed; a list of others is left to whoever reads the reply.
            let texts: Vec<&Value> = values.iter().filter(|value| value.is_string()).collect();
            nullable |= values.iter().any(Value::is_null);
            if texts.len() + usize::from(values.contains(&Value::Null)) == values.len() && !texts.is_empty() {
                kept.insert("type".into(), "STRING".into());
                kept.insert("enum".into(), json!(texts));
            } else if !kept.contains_key("type") {
                kept.insert("type".into(), kind(values).unwrap_or("string").to_uppercase().into());
            }
        }
        if let Some(items) = schema.get("items") {
            kept.insert("items".into(), Value::Object(self.write(items, below)?));
        }
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            let mut converted = Map::new();
            for (name, property) in properties {
                converted.insert(name.clone(), Value::Object(self.write(property, below)?));
            }
            // An object without properties is refused unless it says no more than that.
            if !converted.is_empty() {
                kept.insert("properties".into(), converted.into());
            }
        }
        if let Some(required) =
            schema.get("required").filter(|list| list.as_array().is_some_and(|list| !list.is_empty()))
        {
            kept.insert("required".into(), required.clone());
        }
        if let Some(order) = order(schema) {
            kept.insert("propertyOrdering".into(), order);
        }
        if nullable {
            kept.insert("nullable".into(), true.into());
        }
        Some(kept)
    }
}

// The types but null, and whether null is among them.
fn types(schema: &Value) -> (Vec<&str>, bool) {
    let all: Vec<&str> = match schema.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let nullable = all.contains(&"null");
    (all.into_iter().filter(|name| *name != "null").collect(), nullable)
}

fn values(schema: &Value) -> Option<&[Value]> {
    schema.get("const").map(std::slice::from_ref).or_else(|| schema.get("enum")?.as_array().map(Vec::as_slice))
}
