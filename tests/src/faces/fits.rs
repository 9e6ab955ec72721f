//! Whether a document has the form the model describes: every required member, and no member nobody knows.

use serde_json::{Map, Value};

use super::model::{Case, Field, Kind, Model, Ty};

type Result = std::result::Result<(), String>;

impl Model {
    /// Says where a document is not of this type, and why.
    pub fn fits(&self, name: &str, document: &Value) -> Result {
        self.named(name, document).map_err(|at| format!("{name}{at}"))
    }

    fn named(&self, name: &str, value: &Value) -> Result {
        let ty = self.get(name).ok_or_else(|| format!(": there is no type {name}"))?;
        match &ty.kind {
            Kind::Record { fields } => self.members(fields, object(value)?, None),
            Kind::Words { cases, open } => match value.as_str() {
                Some(word) if *open || cases.iter().any(|case| case.json == word) => Ok(()),
                _ => Err(format!(": {value} is none of its words")),
            },
            Kind::Union { tag: Some(tag), cases } => {
                let members = object(value)?;
                let case = find(cases, members.get(tag).and_then(Value::as_str).unwrap_or_default())?;
                self.members(case.fields.as_deref().unwrap_or_default(), members, Some(tag))
            }
            Kind::Union { tag: None, cases } => self.untagged(cases, value),
            Kind::Alias { ty } => self.value(ty, value),
        }
    }

    fn untagged(&self, cases: &[Case], value: &Value) -> Result {
        if let Some(word) = value.as_str() {
            let case = find(cases, word)?;
            let bare = case.fields.is_none() && case.payload.is_none();
            return if bare { Ok(()) } else { Err(format!("/{word}: the case has data, found a word")) };
        }
        let members = object(value)?;
        let Some((word, inner)) = members.iter().next().filter(|_| members.len() == 1) else {
            return Err(format!(": expected one member, found {value}"));
        };
        let case = find(cases, word)?;
        let found = match (&case.fields, &case.payload) {
            (Some(fields), _) => object(inner).and_then(|inner| self.members(fields, inner, None)),
            (None, Some(ty)) => self.value(ty, inner),
            (None, None) => Err(": the case has no data".into()),
        };
        found.map_err(|at| format!("/{word}{at}"))
    }

    fn members(&self, fields: &[Field], members: &Map<String, Value>, tag: Option<&str>) -> Result {
        for (key, value) in members.iter().filter(|(key, _)| Some(key.as_str()) != tag) {
            let field = fields.iter().find(|field| field.json == *key);
            let field = field.ok_or_else(|| format!("/{key}: the model has no such member"))?;
            if value.is_null() && !field.required {
                continue;
            }
            let whole = field.tag.as_ref().and_then(|tag| with_tag(members, tag, value));
            self.value(&field.ty, whole.as_ref().unwrap_or(value)).map_err(|at| format!("/{key}{at}"))?;
        }
        match fields.iter().find(|field| field.required && !members.contains_key(&field.json)) {
            Some(field) => Err(format!("/{}: is required and not there", field.json)),
            None => Ok(()),
        }
    }

    fn value(&self, ty: &Ty, value: &Value) -> Result {
        let is = |holds: bool| if holds { Ok(()) } else { Err(format!(": {value} is no {ty:?}")) };
        match ty {
            Ty::String => is(value.is_string()),
            Ty::Integer | Ty::InstantMs => is(value.is_i64() || value.is_u64()),
            Ty::DurationMs => is(value.is_u64()),
            Ty::Float => is(value.is_number()),
            Ty::Boolean => is(value.is_boolean()),
            Ty::Json => Ok(()),
            Ty::Instant => is(value.as_str().is_some_and(|text| text.len() == 24 && text.ends_with('Z'))),
            Ty::Uint64 => is(value.as_str().is_some_and(|text| text.parse::<u64>().is_ok())),
            Ty::Ref(name) => self.named(name, value),
            Ty::Optional(_) if value.is_null() => Ok(()),
            Ty::Optional(inner) => self.value(inner, value),
            Ty::List(inner) => {
                let items = value.as_array().ok_or_else(|| format!(": {value} is no array"))?;
                items
                    .iter()
                    .enumerate()
                    .try_for_each(|(i, item)| self.value(inner, item).map_err(|at| format!("/{i}{at}")))
            }
            Ty::Map(inner) => object(value)?
                .iter()
                .try_for_each(|(key, item)| self.value(inner, item).map_err(|at| format!("/{key}{at}"))),
            Ty::Tuple(parts) => {
                let items = value.as_array().filter(|items| items.len() == parts.len());
                let items = items.ok_or_else(|| format!(": {value} has not {} places", parts.len()))?;
                parts
                    .iter()
                    .zip(items)
                    .enumerate()
                    .try_for_each(|(i, (part, item))| self.value(part, item).map_err(|at| format!("/{i}{at}")))
            }
        }
    }
}

/// A value whose tag stands beside it, with its tag inside.
fn with_tag(beside: &Map<String, Value>, tag: &str, value: &Value) -> Option<Value> {
    let mut whole = value.as_object()?.clone();
    whole.insert(tag.to_owned(), beside.get(tag)?.clone());
    Some(Value::Object(whole))
}

fn object(value: &Value) -> std::result::Result<&Map<String, Value>, String> {
    value.as_object().ok_or_else(|| format!(": {value} is no object"))
}

fn find<'a>(cases: &'a [Case], word: &str) -> std::result::Result<&'a Case, String> {
    cases.iter().find(|case| case.json == word).ok_or_else(|| format!(": {word:?} is none of its cases"))
}
