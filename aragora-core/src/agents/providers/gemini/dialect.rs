//! JSON Schema as today's Gemini models read it.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// A strictly prepared schema without `const`, which these models do not know, and with a type beside every list of
/// values.
pub(super) fn current(schema: &Value) -> Value {
    let Value::Object(members) = schema else { return schema.clone() };
    let mut kept = Map::new();
    for (keyword, value) in members {
        let value = match keyword.as_str() {
            "const" => {
                kept.insert("enum".into(), json!([value]));
                continue;
            }
            // Their members' names are no keywords.
            "properties" | "$defs" => {
                let members = value.as_object().into_iter().flatten();
                Value::Object(members.map(|(name, member)| (name.clone(), current(member))).collect())
            }
            "anyOf" => value.as_array().into_iter().flatten().map(current).collect(),
            "items" => current(value),
            _ => value.clone(),
        };
        kept.insert(keyword.clone(), value);
    }
    let listed = kept.get("enum").and_then(Value::as_array).and_then(|values| kind(values));
    if let (Some(kind), false) = (listed, kept.contains_key("type")) {
        kept.insert("type".into(), kind.into());
    }
    if let Some(order) = order(schema) {
        kept.insert("propertyOrdering".into(), order);
    }
    Value::Object(kept)
}

/// The order in which an object's properties are to be written, where it is not that of their names: what is required
/// is written as it is listed, so that a reason comes before the choice it is for.
pub(super) fn order(schema: &Value) -> Option<Value> {
    let names = schema.get("properties")?.as_object()?.keys();
    let listed = schema.get("required")?.as_array()?;
    let named: Vec<&str> = listed.iter().filter_map(Value::as_str).collect();
    let rest = names.clone().map(String::as_str).filter(|name| !named.contains(name));
    let order: Vec<&str> = named.iter().copied().chain(rest).collect();
    (!names.map(String::as_str).eq(order.iter().copied())).then(|| json!(order))
}

/// The type that all values but null have in common.
pub(super) fn kind(values: &[Value]) -> Option<&'static str> {
    let of = |value: &Value| match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let kinds: BTreeSet<&str> = values.iter().map(of).filter(|kind| *kind != "null").collect();
    match kinds.iter().copied().collect::<Vec<_>>().as_slice() {
        [one] => Some(one),
        ["integer", "number"] => Some("number"),
        _ => None,
    }
}

/// Whether a schema refers to itself, directly or through others. Such a one is enforced only in parts, and not at all
/// where its properties are required.
pub(super) fn is_recursive(schema: &Value) -> bool {
    Search { root: schema, path: Vec::new(), clear: BTreeSet::new() }.returns(schema)
}

struct Search<'a> {
    root: &'a Value,
    /// The references on the way here.
    path: Vec<&'a str>,
    /// References that lead to no circle.
    clear: BTreeSet<&'a str>,
}

impl<'a> Search<'a> {
    fn returns(&mut self, schema: &'a Value) -> bool {
        match schema {
            Value::Object(members) => members.iter().any(|(keyword, member)| match (keyword.as_str(), member) {
                ("$ref", Value::String(target)) => self.follows(target),
                ("properties", Value::Object(each)) => each.values().any(|property| self.returns(property)),
                ("$defs" | "definitions" | "enum" | "const" | "default" | "examples", _) => false,
                _ => self.returns(member),
            }),
            Value::Array(items) => items.iter().any(|item| self.returns(item)),
            _ => false,
        }
    }

    fn follows(&mut self, target: &'a str) -> bool {
        if self.path.contains(&target) || target == "#" {
            return true;
        }
        let found = target.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
        let Some(found) = found.filter(|_| !self.clear.contains(target)) else { return false };
        self.path.push(target);
        let returns = self.returns(found);
        self.path.pop();
        self.clear.insert(target);
        returns
    }
}
