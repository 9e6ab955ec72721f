//! From JSON schemas to the neutral model.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::model::{Case, Field, Kind, Ty, Type, Word};
use super::text::plain;

type Result<T> = std::result::Result<T, String>;
type Object = Map<String, Value>;

/// Members whose key is a keyword in most languages, with the name the core has for them.
const RENAMED: &[(&str, &str)] = &[("continue", "go_on")];

/// Names that break generated or conventional members of a class in some language. `message` and `cause` are not
/// among them: no value type is an exception.
const RESERVED: &[&str] = &["stackTrace", "suppressed", "description", "hashValue", "close", "init", "self"];

/// The schemas of one contract, by name.
pub(super) struct Definitions(pub(super) Object);

impl Definitions {
    /// These types and all they are made of.
    pub(super) fn reachable(&self, roots: Vec<String>) -> Result<BTreeSet<String>> {
        let (mut found, mut open) = (BTreeSet::new(), roots);
        while let Some(name) = open.pop() {
            let schema = self.0.get(&name).ok_or_else(|| format!("no schema is named {name}"))?;
            if found.insert(name) {
                references(schema, &mut open);
            }
        }
        Ok(found)
    }

    /// The model of one type.
    pub(super) fn read(&self, name: &str, input: bool) -> Result<Type> {
        let schema = self.0.get(name).and_then(Value::as_object).ok_or_else(|| format!("no schema is named {name}"))?;
        let kind = self.kind(schema).map_err(|reason| format!("{name}: {reason}"))?;
        Ok(Type { name: name.to_owned(), doc: doc(schema), input, closed: input && is_closed(schema), kind })
    }

    fn kind(&self, schema: &Object) -> Result<Kind> {
        if let Some(variants) = schema.get("oneOf").and_then(Value::as_array) {
            if schema.contains_key("properties") {
                return Err("a flattened enum has no form in every language".into());
            }
            let variants: Vec<&Object> = variants.iter().filter_map(Value::as_object).collect();
            if variants.iter().all(|variant| is(variant, "string")) {
                let cases = variants.iter().flat_map(|variant| words(variant)).collect();
                let open = schema.get("x-open") == Some(&Value::Bool(true));
                return Ok(Kind::Words { cases, open });
            }
            return match tag(&variants) {
                Some(tag) => self.tagged(tag, &variants),
                None => self.untagged(&variants),
            };
        }
        if schema.contains_key("enum") || schema.contains_key("const") {
            return Ok(Kind::Words { cases: words(schema), open: false });
        }
        if is(schema, "object") && !is_map(schema) {
            return Ok(Kind::Record { fields: self.fields(schema, None)? });
        }
        Ok(Kind::Alias { ty: ty(&Value::Object(schema.clone()))? })
    }

    fn tagged(&self, tag: &str, variants: &[&Object]) -> Result<Kind> {
        let mut cases = Vec::new();
        for variant in variants {
            let json = variant["properties"][tag]["const"].as_str().unwrap_or_default();
            let mut fields = match variant.get("$ref").and_then(Value::as_str) {
                Some(reference) => {
                    let inner = self.0.get(target(reference)).and_then(Value::as_object);
                    self.fields(inner.ok_or_else(|| format!("{reference} is unknown"))?, None)?
                }
                None => Vec::new(),
            };
            fields.extend(self.fields(variant, Some(tag))?);
            let fields = (!fields.is_empty()).then_some(fields);
            cases.push(Case { name: json.to_owned(), json: json.to_owned(), doc: doc(variant), fields, payload: None });
        }
        Ok(Kind::Union { tag: Some(tag.to_owned()), cases })
    }

    fn untagged(&self, variants: &[&Object]) -> Result<Kind> {
        let mut cases = Vec::new();
        for variant in variants {
            if is(variant, "string") {
                cases.extend(words(variant).into_iter().map(|word| Case {
                    name: word.name,
                    json: word.json,
                    doc: word.doc,
                    fields: None,
                    payload: None,
                }));
                continue;
            }
            let properties = variant.get("properties").and_then(Value::as_object);
            let (json, inner) = properties
                .filter(|properties| properties.len() == 1)
                .and_then(|properties| properties.iter().next())
                .ok_or_else(|| format!("neither a word nor an object of one member: {variant:?}"))?;
            let members = inner.as_object().filter(|inner| is(inner, "object") && inner.contains_key("properties"));
            let (fields, payload) = match members {
                Some(members) => (Some(self.fields(members, None)?), None),
                None => (None, Some(ty(inner)?)),
            };
            cases.push(Case { name: json.clone(), json: json.clone(), doc: doc(variant), fields, payload });
        }
        Ok(Kind::Union { tag: None, cases })
    }

    fn fields(&self, schema: &Object, but: Option<&str>) -> Result<Vec<Field>> {
        let required: Vec<&str> =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let properties = schema.get("properties").and_then(Value::as_object);
        let mut fields = Vec::new();
        for (json, property) in properties.into_iter().flatten().filter(|(json, _)| Some(json.as_str()) != but) {
            fields.push(field(json, property, required.contains(&json.as_str()))?);
        }
        Ok(fields)
    }
}

fn field(json: &str, property: &Value, required: bool) -> Result<Field> {
    let name = RENAMED.iter().find(|(from, _)| *from == json).map_or(json, |(_, to)| to).to_owned();
    if RESERVED.contains(&name.as_str()) {
        return Err(format!("the member {name} is reserved"));
    }
    let mut found = ty(property).map_err(|reason| format!("{json}: {reason}"))?;
    if json.ends_with("_ms") {
        found = duration(found)?;
    }
    // Null and absence are the same unless the core has another default for absence.
    let default = property.get("default").is_some_and(|default| !default.is_null());
    let ty = match found {
        Ty::Optional(inner) if !required && !default => *inner,
        other => other,
    };
    let mut doc = property.as_object().map(doc).unwrap_or_default();
    if property.get("format").and_then(Value::as_str) == Some("millionths") {
        doc.push_str(" In millionths.");
    }
    Ok(Field { name, json: json.to_owned(), ty, required, doc, secret: is_secret(property), tag: None })
}

/// Whether it is a secret or holds some.
fn is_secret(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => {
            members.get("format").and_then(Value::as_str) == Some("secret") || members.values().any(is_secret)
        }
        Value::Array(items) => items.iter().any(is_secret),
        _ => false,
    }
}

fn duration(found: Ty) -> Result<Ty> {
    match found {
        Ty::Integer => Ok(Ty::DurationMs),
        Ty::Optional(inner) => Ok(Ty::Optional(Box::new(duration(*inner)?))),
        other => Err(format!("{other:?} is no count of milliseconds")),
    }
}

fn ty(schema: &Value) -> Result<Ty> {
    let Some(schema) = schema.as_object() else { return Ok(Ty::Json) };
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return Ok(Ty::Ref(target(reference).to_owned()));
    }
    if let Some([inner, null]) = schema.get("anyOf").and_then(Value::as_array).map(Vec::as_slice)
        && null.get("type").and_then(Value::as_str) == Some("null")
    {
        return Ok(Ty::Optional(Box::new(ty(inner)?)));
    }
    let kind = match schema.get("type") {
        None if schema.contains_key("oneOf") || schema.contains_key("anyOf") || schema.contains_key("const") => {
            return Err(format!("an unnamed choice: {schema:?}"));
        }
        None => return Ok(Ty::Json),
        Some(Value::Array(kinds)) => {
            let [one, Value::String(null)] = kinds.as_slice() else { return Err(format!("{kinds:?}")) };
            if null != "null" {
                return Err(format!("{kinds:?}"));
            }
            let mut inner = schema.clone();
            inner.insert("type".into(), one.clone());
            return Ok(Ty::Optional(Box::new(ty(&Value::Object(inner))?)));
        }
        Some(kind) => kind.as_str().unwrap_or_default(),
    };
    let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
    match (kind, format) {
        ("string", "uint64") => Ok(Ty::Uint64),
        ("string", "date-time") => Ok(Ty::Instant),
        ("string", _) => Ok(Ty::String),
        ("integer", "unix-millis") => Ok(Ty::InstantMs),
        ("integer", _) => Ok(Ty::Integer),
        ("number", _) => Ok(Ty::Float),
        ("boolean", _) => Ok(Ty::Boolean),
        ("array", _) => match schema.get("prefixItems").and_then(Value::as_array) {
            Some(parts) => Ok(Ty::Tuple(parts.iter().map(ty).collect::<Result<_>>()?)),
            None => Ok(Ty::List(Box::new(ty(schema.get("items").unwrap_or(&Value::Bool(true)))?))),
        },
        ("object", _) if is_map(schema) => {
            Ok(Ty::Map(Box::new(ty(schema.get("additionalProperties").unwrap_or(&Value::Bool(true)))?)))
        }
        _ => Err(format!("no type of the model: {schema:?}")),
    }
}

fn references(schema: &Value, out: &mut Vec<String>) {
    match schema {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::String(reference) if key == "$ref" => out.push(target(reference).to_owned()),
                    _ => references(value, out),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, out)),
        _ => {}
    }
}

fn target(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or(reference)
}

fn is(schema: &Object, kind: &str) -> bool {
    schema.get("type").and_then(Value::as_str) == Some(kind)
}

fn is_map(schema: &Object) -> bool {
    is(schema, "object")
        && !schema.contains_key("properties")
        && schema.get("additionalProperties").is_some_and(|rest| *rest != Value::Bool(false))
}

fn is_closed(schema: &Object) -> bool {
    let closed = |schema: &Object| {
        ["additionalProperties", "unevaluatedProperties"]
            .iter()
            .any(|rest| schema.get(*rest) == Some(&Value::Bool(false)))
    };
    match schema.get("oneOf").and_then(Value::as_array) {
        Some(variants) => {
            let mut objects = variants.iter().filter_map(Value::as_object).filter(|variant| is(variant, "object"));
            objects.clone().count() > 0 && objects.all(closed)
        }
        None => closed(schema),
    }
}

/// The member every variant names its case by.
fn tag<'a>(variants: &[&'a Object]) -> Option<&'a str> {
    let first = variants.first()?.get("properties")?.as_object()?;
    let names = |variant: &Object, name: &str| {
        variant
            .get("properties")
            .and_then(|properties| properties.get(name))
            .is_some_and(|property| property.get("const").is_some_and(Value::is_string))
    };
    first.keys().map(String::as_str).find(|name| variants.iter().all(|variant| names(variant, name)))
}

fn words(schema: &Object) -> Vec<Word> {
    let word = |json: &str| Word { name: json.to_ascii_lowercase(), json: json.to_owned(), doc: doc(schema) };
    match schema.get("const").and_then(Value::as_str) {
        Some(json) => vec![word(json)],
        None => schema
            .get("enum")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(|json| Word { doc: String::new(), ..word(json) })
            .collect(),
    }
}

fn doc(schema: &Object) -> String {
    plain(schema.get("description").and_then(Value::as_str).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(schema: Value) -> Result<Kind> {
        let definitions = Definitions(Object::from_iter([("It".to_owned(), schema)]));
        definitions.read("It", false).map(|ty| ty.kind)
    }

    #[test]
    fn what_has_no_form_in_every_language_is_refused_by_name() {
        let refused = |schema: Value, reason: &str| {
            let found = read(schema).unwrap_err();
            assert!(found.starts_with("It: ") && found.contains(reason), "{found}");
        };
        let text = json!({"type": "string"});
        refused(json!({"type": "object", "properties": {"description": text}}), "reserved");
        refused(json!({"type": "object", "properties": {"wait_ms": text}}), "no count of milliseconds");
        refused(json!({"type": "object", "properties": {"a": {"anyOf": [text, {"type": "integer"}]}}}), "choice");
        refused(json!({"type": "object", "properties": {"a": text}, "oneOf": [{"type": "object"}]}), "flattened");
        refused(json!({"oneOf": [{"type": "object", "properties": {"a": text, "b": text}}]}), "one member");
    }

    #[test]
    fn null_stays_only_where_absence_says_something_else() {
        let nullable = json!({"type": ["integer", "null"]});
        let defaulted = json!({"type": ["integer", "null"], "default": 3});
        let schema = json!({
            "type": "object", "required": ["a"],
            "properties": {"a": nullable, "b": nullable, "c": defaulted, "wait_ms": nullable},
        });
        let Kind::Record { fields } = read(schema).unwrap() else { panic!("no record") };
        let found: Vec<(&str, &Ty, bool)> =
            fields.iter().map(|field| (field.name.as_str(), &field.ty, field.required)).collect();
        let optional = Ty::Optional(Box::new(Ty::Integer));
        assert_eq!(
            found,
            [
                ("a", &optional, true),
                ("b", &Ty::Integer, false),
                ("c", &optional, false),
                ("wait_ms", &Ty::DurationMs, false),
            ]
        );
    }

    #[test]
    fn unions_are_told_apart_by_how_they_are_tagged() {
        let case =
            |name: &str| json!({"type": "object", "properties": {"kind": {"const": name}, "n": {"type": "integer"}}});
        let Kind::Union { tag, cases } = read(json!({"oneOf": [case("a"), case("b")]})).unwrap() else {
            panic!("no union")
        };
        assert_eq!((tag.as_deref(), cases.len()), (Some("kind"), 2));
        let schema = json!({"oneOf": [
            {"type": "string", "enum": ["none", "all"]},
            {"type": "object", "properties": {"some": {"type": "array", "items": {"type": "string"}}}},
        ]});
        let Kind::Union { tag: None, cases } = read(schema).unwrap() else { panic!("no union") };
        let names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
        assert_eq!(names, ["none", "all", "some"]);
        assert_eq!(cases[2].payload, Some(Ty::List(Box::new(Ty::String))));
    }
}
