//! The smallest instance of a JSON Schema, as far as the keywords say how it looks.

use serde_json::{Map, Value, json};

/// How deep and how large an instance may get; what lies beyond is `null`. Schemas may refer to themselves.
const DEPTH: usize = 16;
const NODES: usize = 4_096;

/// A minimal instance: `const`, `default`, the first of `enum`, `examples`, `anyOf` and `oneOf`, all of `allOf`, required
/// properties only, as few items, characters and as small numbers as allowed.
pub(super) fn minimal(schema: &Value) -> Value {
    Builder { root: schema, nodes: NODES }.build(schema, DEPTH)
}

struct Builder<'a> {
    root: &'a Value,
    nodes: usize,
}

impl Builder<'_> {
    fn build(&mut self, schema: &Value, depth: usize) -> Value {
        let (Some(below), Some(nodes)) = (depth.checked_sub(1), self.nodes.checked_sub(1)) else { return Value::Null };
        self.nodes = nodes;
        if let Some(value) = schema.get("const").or_else(|| schema.get("default")) {
            return value.clone();
        }
        for list in ["enum", "examples"] {
            if let Some(first) = schema.get(list).and_then(|list| list.get(0)) {
                return first.clone();
            }
        }
        if let Some(target) = referred(schema, self.root) {
            return self.build(target, below);
        }
        for list in ["anyOf", "oneOf"] {
            if let Some(first) = schema.get(list).and_then(|list| list.get(0)) {
                return self.build(first, below);
            }
        }
        if let Some(all) = schema.get("allOf").and_then(Value::as_array) {
            return self.build(&merged(schema, all, self.root), below);
        }
        match type_of(schema) {
            "object" => self.object(schema, below),
            "array" => {
                let count = limit(schema, "minItems").min(64);
                let items = schema.get("items").unwrap_or(&Value::Null);
                (0..count).map(|_| self.build(items, below)).collect()
            }
            "string" => string(schema).into(),
            "integer" => (smallest(schema).ceil() as i64).into(),
            "number" => json!(smallest(schema)),
            "boolean" => Value::Bool(false),
            _ => Value::Null,
        }
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Value {
        let properties = schema.get("properties");
        let names = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let mut members = Map::new();
        for name in names {
            let property = properties.and_then(|properties| properties.get(name)).unwrap_or(&Value::Null);
            members.insert(name.to_owned(), self.build(property, depth));
        }
        Value::Object(members)
    }
}

fn referred<'a>(schema: &Value, root: &'a Value) -> Option<&'a Value> {
    root.pointer(schema.get("$ref")?.as_str()?.strip_prefix('#')?)
}

fn type_of(schema: &Value) -> &str {
    let declared = match schema.get("type") {
        Some(Value::Array(types)) => types.iter().filter_map(Value::as_str).find(|name| *name != "null"),
        Some(single) => single.as_str(),
        None => None,
    };
    let implied = || {
        let has = |keyword: &str| schema.get(keyword).is_some();
        match () {
            () if has("properties") || has("required") => "object",
            () if has("items") || has("minItems") => "array",
            () if has("minLength") || has("pattern") => "string",
            () if has("minimum") || has("maximum") => "number",
            () => "null",
        }
    };
    declared.unwrap_or_else(implied)
}

fn string(schema: &Value) -> String {
    let least = limit(schema, "minLength").min(4_096);
    let most = schema.get("maxLength").and_then(Value::as_u64).map_or(usize::MAX, |most| most as usize);
    let text = match schema.get("format").and_then(Value::as_str) {
        Some("date") => "2026-01-01",
        Some("date-time") => "2026-01-01T00:00:00Z",
        Some("time") => "00:00:00Z",
        Some("email") => "demo@example.com",
        Some("uri" | "url") => "https://example.com/",
        Some("uuid") => "00000000-0000-4000-8000-000000000000",
        _ => "demo",
    };
    let padding = "o".repeat(least.saturating_sub(text.len()));
    text.chars().chain(padding.chars()).take(most).collect()
}

fn smallest(schema: &Value) -> f64 {
    let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
    let integral = schema.get("type").and_then(Value::as_str) == Some("integer");
    let step = bound("multipleOf").filter(|step| *step > 0.0).unwrap_or(if integral { 1.0 } else { 0.5 });
    let above = bound("exclusiveMinimum").map(|least| least + step);
    let low = bound("minimum").or(above).unwrap_or(f64::NEG_INFINITY);
    let below = bound("exclusiveMaximum").map(|most| most - step);
    let high = bound("maximum").or(below).unwrap_or(f64::INFINITY);
    let value = 0.0_f64.max(low).min(high.max(low));
    match bound("multipleOf").filter(|step| *step > 0.0) {
        Some(step) => (value / step).ceil() * step,
        None => value,
    }
}

fn limit(schema: &Value, keyword: &str) -> usize {
    schema.get(keyword).and_then(Value::as_u64).map_or(0, |limit| limit as usize)
}

// The parts of `allOf` over the schema itself: properties and required names add up, other keywords replace.
fn merged(schema: &Value, all: &[Value], root: &Value) -> Value {
    let mut merged = schema.as_object().cloned().unwrap_or_default();
    merged.remove("allOf");
    for part in all {
        for (keyword, value) in referred(part, root).unwrap_or(part).as_object().into_iter().flatten() {
            add(&mut merged, keyword, value);
        }
    }
    Value::Object(merged)
}

fn add(schema: &mut Map<String, Value>, keyword: &str, value: &Value) {
    match (schema.get_mut(keyword), value) {
        (Some(Value::Object(own)), Value::Object(more)) if keyword == "properties" => {
            own.extend(more.iter().map(|(name, property)| (name.clone(), property.clone())));
        }
        (Some(Value::Array(own)), Value::Array(more)) if keyword == "required" => own.extend(more.iter().cloned()),
        _ => {
            schema.insert(keyword.to_owned(), value.clone());
        }
    }
}
