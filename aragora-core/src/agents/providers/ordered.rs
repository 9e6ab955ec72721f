//! The order in which a schema names properties, kept on the wire: models write them in it.

use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};
use serde_json::{Map, Value};

/// Members of a body. The properties of every schema in it come in the order in which it requires them, the optional
/// ones last, so that a model asked for a reason before a choice gives the reason first.
#[derive(Debug)]
pub(super) struct Ordered<'a>(pub(super) &'a Map<String, Value>);

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        let required = self.0.get("required").and_then(Value::as_array);
        for (name, value) in self.0 {
            match (value, required) {
                (Value::Object(properties), Some(required)) if name == "properties" => {
                    map.serialize_entry(name, &Properties { properties, required })?;
                }
                _ => map.serialize_entry(name, &Part(value))?,
            }
        }
        map.end()
    }
}

struct Part<'a>(&'a Value);

impl Serialize for Part<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(members) => Ordered(members).serialize(serializer),
            Value::Array(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    seq.serialize_element(&Part(item))?;
                }
                seq.end()
            }
            plain => plain.serialize(serializer),
        }
    }
}

struct Properties<'a> {
    properties: &'a Map<String, Value>,
    required: &'a [Value],
}

impl Serialize for Properties<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.properties.len()))?;
        let mut written: Vec<&str> = Vec::with_capacity(self.properties.len());
        let required = self.required.iter().filter_map(Value::as_str);
        for name in required.chain(self.properties.keys().map(String::as_str)) {
            if let Some(value) = self.properties.get(name).filter(|_| !written.contains(&name)) {
                map.serialize_entry(name, &Part(value))?;
                written.push(name);
            }
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn properties_come_in_the_order_in_which_they_are_required_and_nothing_is_lost() {
        let body = json!({
            "schema": {
                "required": ["reason", "choice", "absent", "reason"],
                "properties": { "choice": { "type": "string" }, "note": {}, "reason": { "type": "string" } },
            },
            "properties": 1,
        });
        let members = body.as_object().unwrap();
        let text = serde_json::to_string(&Ordered(members)).unwrap();
        let at = |name: &str| text.find(&format!("\"{name}\":")).unwrap();
        assert!(at("reason") < at("choice") && at("choice") < at("note"), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), body);
    }
}
