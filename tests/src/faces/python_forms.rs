//! How a member is typed, read and written in Python.

use super::model::{Kind, Ty};
use super::python::{Python, reader_of};

impl Python<'_> {
    pub(super) fn annotation(&self, ty: &Ty) -> String {
        match ty {
            Ty::String => "str".into(),
            Ty::Integer | Ty::Uint64 => "int".into(),
            Ty::Float => "float".into(),
            Ty::Boolean => "bool".into(),
            Ty::Json => "Json".into(),
            Ty::Instant | Ty::InstantMs => "datetime".into(),
            Ty::DurationMs => "timedelta".into(),
            Ty::Ref(name) if self.is_open(name) => format!("{name} | str"),
            Ty::Ref(name) => name.clone(),
            Ty::Optional(inner) => format!("{} | None", self.annotation(inner)),
            Ty::List(inner) => format!("list[{}]", self.annotation(inner)),
            Ty::Map(inner) => format!("dict[str, {}]", self.annotation(inner)),
            Ty::Tuple(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| self.annotation(part)).collect();
                format!("tuple[{}]", parts.join(", "))
            }
        }
    }

    pub(super) fn reader(&self, ty: &Ty) -> String {
        match ty {
            Ty::String => "text".into(),
            Ty::Integer => "integer".into(),
            Ty::Float => "number".into(),
            Ty::Boolean => "boolean".into(),
            Ty::Json => "anything".into(),
            Ty::Instant => "instant".into(),
            Ty::InstantMs => "instant_ms".into(),
            Ty::Uint64 => "uint64".into(),
            Ty::DurationMs => "duration".into(),
            Ty::Ref(name) => match self.model.get(name).map(|ty| &ty.kind) {
                Some(Kind::Union { .. }) => reader_of(name),
                Some(Kind::Alias { ty }) => self.reader(ty),
                _ => format!("{name}.from_dict"),
            },
            Ty::Optional(inner) => format!("nullable({})", self.reader(inner)),
            Ty::List(inner) => format!("listed({})", self.reader(inner)),
            Ty::Map(inner) => format!("mapped({})", self.reader(inner)),
            Ty::Tuple(_) => "anything".into(),
        }
    }

    pub(super) fn writer(&self, ty: &Ty, value: &str) -> String {
        match ty {
            Ty::String | Ty::Integer | Ty::Float | Ty::Boolean | Ty::Json | Ty::Tuple(_) => value.to_owned(),
            Ty::Instant => format!("to_rfc3339({value})"),
            Ty::InstantMs => format!("to_unix_millis({value})"),
            Ty::Uint64 => format!("str({value})"),
            Ty::DurationMs => format!("to_millis({value})"),
            Ty::Ref(name) => match self.model.get(name).map(|ty| &ty.kind) {
                Some(Kind::Words { .. }) => format!("str({value})"),
                Some(Kind::Alias { ty }) => self.writer(ty, value),
                _ => format!("{value}.to_dict()"),
            },
            Ty::Optional(inner) => {
                let written = self.writer(inner, value);
                if written == value { written } else { format!("None if {value} is None else {written}") }
            }
            Ty::List(inner) => {
                let written = self.writer(inner, "item");
                if written == "item" { format!("[*{value}]") } else { format!("[{written} for item in {value}]") }
            }
            Ty::Map(inner) => {
                let written = self.writer(inner, "item");
                if written == "item" {
                    format!("{{**{value}}}")
                } else {
                    format!("{{key: {written} for key, item in {value}.items()}}")
                }
            }
        }
    }

    fn is_open(&self, name: &str) -> bool {
        matches!(self.model.get(name).map(|ty| &ty.kind), Some(Kind::Words { open: true, .. }))
    }
}
