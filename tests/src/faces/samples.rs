//! Documents of every type, for the faces to read and write back: `tests/conformance/vectors/values.json`.

use serde_json::{Map, Value, json};

use super::model::{Case, Field, Kind, Model, Ty, Type};
use super::output::File;

/// Deeper than this a type that holds itself ends.
const DEPTH: usize = 4;

/// The file: per type the documents with every member, with the required ones only, and with null where it is meant.
pub(super) fn render(model: &Model) -> Result<File, String> {
    let samples = Samples { model };
    let types: Map<String, Value> =
        model.types.iter().map(|ty| (ty.name.clone(), Value::Array(samples.of(ty)))).collect();
    let document = json!({
        "format": 1,
        "about": "documents of every value type; reading one and writing it again gives the same document",
        "types": types,
    });
    let mut text = serde_json::to_string_pretty(&document).map_err(|error| error.to_string())?;
    text.push('\n');
    Ok(File { path: "tests/conformance/vectors/values.json", text })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    Whole,
    Least,
}

struct Samples<'a> {
    model: &'a Model,
}

impl Samples<'_> {
    fn of(&self, ty: &Type) -> Vec<Value> {
        let mut found = match &ty.kind {
            Kind::Record { fields } => self.extents(fields),
            Kind::Words { cases, open } => {
                let own = open.then(|| json!("a word of the host"));
                cases.iter().map(|case| json!(case.json)).chain(own).collect()
            }
            Kind::Union { tag, cases } => cases.iter().flat_map(|case| self.cases(tag.as_deref(), case)).collect(),
            Kind::Alias { ty } => vec![self.value(ty, "", Extent::Whole, 0)],
        };
        found.dedup();
        found
    }

    fn extents(&self, fields: &[Field]) -> Vec<Value> {
        let mut found = vec![self.record(fields, Extent::Whole, 0), self.record(fields, Extent::Least, 0)];
        for field in fields.iter().filter(|field| matches!(field.ty, Ty::Optional(_))) {
            let mut with_null = found[1].clone();
            with_null[&field.json] = Value::Null;
            found.push(with_null);
        }
        found
    }

    fn cases(&self, tag: Option<&str>, case: &Case) -> Vec<Value> {
        let extents = [Extent::Whole, Extent::Least];
        extents.iter().map(|&extent| self.case(tag, case, extent, 0)).collect()
    }

    fn case(&self, tag: Option<&str>, case: &Case, extent: Extent, depth: usize) -> Value {
        let fields = case.fields.as_deref().unwrap_or_default();
        match (tag, &case.payload) {
            (Some(tag), _) => {
                let mut members = Map::from_iter([(tag.to_owned(), json!(case.json))]);
                members.extend(self.members(fields, extent, depth));
                Value::Object(members)
            }
            (None, Some(payload)) => json!({ &case.json: self.value(payload, &case.json, extent, depth + 1) }),
            (None, None) if fields.is_empty() => json!(case.json),
            (None, None) => json!({ &case.json: Value::Object(self.members(fields, extent, depth)) }),
        }
    }

    fn record(&self, fields: &[Field], extent: Extent, depth: usize) -> Value {
        Value::Object(self.members(fields, extent, depth))
    }

    fn members(&self, fields: &[Field], extent: Extent, depth: usize) -> Map<String, Value> {
        let mut members = Map::new();
        for field in fields.iter().filter(|field| field.required || (extent == Extent::Whole && depth < DEPTH)) {
            let mut value = self.value(&field.ty, &field.json, extent, depth + 1);
            if let (Some(tag), Value::Object(inner)) = (&field.tag, &mut value) {
                // What names the case stands beside it.
                if let Some(case) = inner.remove(tag) {
                    members.insert(tag.clone(), case);
                }
            }
            members.insert(field.json.clone(), value);
        }
        members
    }

    fn value(&self, ty: &Ty, name: &str, extent: Extent, depth: usize) -> Value {
        match ty {
            Ty::String => json!(text(name)),
            Ty::Integer => json!(1),
            Ty::Float => json!(0.5),
            Ty::Boolean => json!(true),
            Ty::Json => json!({ "keys_stay": [1, null, { "asTheyAre": "x" }] }),
            Ty::Instant => json!("2026-01-01T00:00:00.250Z"),
            Ty::InstantMs => json!(1_767_225_600_250_u64),
            Ty::Uint64 => json!(u64::MAX.to_string()),
            Ty::DurationMs => json!(1_500),
            Ty::Ref(name) => self.named(name, extent, depth),
            Ty::Optional(inner) => self.value(inner, name, extent, depth),
            Ty::List(_) | Ty::Map(_) if depth > DEPTH || extent == Extent::Least => {
                if matches!(ty, Ty::List(_)) {
                    json!([])
                } else {
                    json!({})
                }
            }
            Ty::List(inner) => json!([self.value(inner, name, extent, depth)]),
            Ty::Map(inner) => json!({ "snake_key": self.value(inner, name, extent, depth) }),
            Ty::Tuple(parts) => parts.iter().map(|part| self.value(part, name, extent, depth)).collect(),
        }
    }

    fn named(&self, name: &str, extent: Extent, depth: usize) -> Value {
        match self.model.get(name).map(|ty| &ty.kind) {
            Some(Kind::Record { fields }) => self.record(fields, extent, depth),
            Some(Kind::Words { cases, .. }) => cases.last().map_or(Value::Null, |case| json!(case.json)),
            Some(Kind::Alias { ty }) => self.value(ty, "", extent, depth),
            Some(Kind::Union { tag, cases }) => {
                let bare = |case: &&Case| case.fields.is_none() && case.payload.is_none();
                // With data where there is room for it, else as short as the union has it.
                let chosen = match (extent, depth < DEPTH) {
                    (Extent::Whole, true) => cases.iter().rfind(|case| !bare(case)),
                    _ => cases.iter().find(bare),
                };
                let chosen = chosen.or_else(|| cases.first());
                chosen.map_or(Value::Null, |case| self.case(tag.as_deref(), case, extent, depth))
            }
            None => Value::Null,
        }
    }
}

/// Text the core takes for a member of this name.
fn text(name: &str) -> String {
    match name {
        "share" | "fraction" => "1/2".into(),
        "digest" | "prompt_digest" | "config_digest" | "decision_digest" => "0a".repeat(32),
        "type" => "heartbeat".into(),
        _ => "a".into(),
    }
}
