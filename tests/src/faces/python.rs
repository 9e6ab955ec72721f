//! Python: what type checkers see as frozen dataclasses, `StrEnum`s, and unions of classes with a literal `type`.

use std::fmt::Write as _;

use super::model::{Case, Field, Kind, Model, Ty, Type, Word};
use super::output::File;
use super::text::{pascal, snake, upper, wrap};
use super::{BANNER, public, python_doc::docstring};

type Result<T> = std::result::Result<T, String>;

const KEYWORDS: &[&str] = &[
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except",
    "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise",
    "return", "try", "while", "with", "yield",
];

const HEAD: &str = "\
from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar, Literal, Self, TypeAlias

from ._codec import (
    DEFAULT,
    Default,
    Members,
    OpenWord,
    Read,
    Word,
    anything,
    boolean,
    duration,
    instant,
    instant_ms,
    integer,
    listed,
    mapped,
    nullable,
    number,
    seconds,
    tagged,
    text,
    to_millis,
    to_rfc3339,
    to_unix_millis,
    uint64,
    without,
    worded,
)
from ._json import Json
from ._value import Value
";

/// What users meet as a class of the face, or never.
const OWN: &[&str] = &[
    "AgentRequest",
    "ProtocolDocument",
    "RequestMessage",
    "ScriptDocument",
    "SeatDocument",
    "Step",
    "agent_document_from_dict",
    "step_from_dict",
];

/// The package's value types.
pub(super) fn render(model: &Model) -> Result<File> {
    let python = Python { model };
    let mut names = vec!["DEFAULT".to_owned(), "Default".to_owned(), "UnknownEvent".to_owned()];
    let mut body = String::new();
    for ty in public(model) {
        names.push(ty.name.clone());
        body.push_str("\n\n");
        match &ty.kind {
            Kind::Record { fields } => python.record(ty, fields, &mut body)?,
            Kind::Words { cases, open } => words(ty, cases, *open, &mut body),
            Kind::Union { tag, cases } => {
                names.extend(cases.iter().map(|case| class_of(&ty.name, case)));
                names.push(reader_of(&ty.name));
                python.union(ty, tag.as_deref(), cases, &mut body)?;
            }
            Kind::Alias { ty: target } => {
                let _ = writeln!(body, "{}: TypeAlias = {}", ty.name, python.annotation(target));
                let _ = writeln!(body, "{}", docstring(&ty.doc, &[], 0));
            }
        }
    }
    names.sort();
    if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(format!("Python would have two names {}", twice[0]));
    }
    let mut out = format!("\"\"\"The values of debates.\n\n{BANNER}\n\"\"\"\n\n{HEAD}\n__all__ = [\n");
    // The hand-written face has classes of its own for these, and offers everything else at the package's top.
    let own = |name: &&String| !OWN.contains(&name.as_str()) && !name.starts_with("AgentDocument");
    for name in names.iter().filter(own) {
        let _ = writeln!(out, "    \"{name}\",");
    }
    out.push_str("]\n");
    out.push_str(&body);
    Ok(File { path: "aragora-py/python/aragora_core/_values.py", text: out })
}

struct Python<'a> {
    model: &'a Model,
}

/// The class of one case of a union.
pub(super) fn class_of(union: &str, case: &Case) -> String {
    // An event's data is known by the event.
    if union == "EventData" { format!("{}Event", pascal(&case.name)) } else { format!("{union}{}", pascal(&case.name)) }
}

fn reader_of(union: &str) -> String {
    format!("{}_from_dict", snake(union))
}

/// The attribute of a member: durations are typed, so their unit goes, and keywords get an underscore.
pub(super) fn attribute(field: &Field) -> String {
    let name = match field.ty {
        Ty::DurationMs => field.name.strip_suffix("_ms").unwrap_or(&field.name),
        _ => &field.name,
    };
    if KEYWORDS.contains(&name) { format!("{name}_") } else { name.to_owned() }
}

fn words(ty: &Type, cases: &[Word], open: bool, out: &mut String) {
    let docs: Vec<(String, &str)> = cases.iter().map(|case| (upper(&case.name), case.doc.as_str())).collect();
    let _ = writeln!(out, "class {}({}):", ty.name, if open { "OpenWord" } else { "Word" });
    let _ = writeln!(out, "    {}\n", docstring(&ty.doc, &docs, 4));
    for case in cases {
        let _ = writeln!(out, "    {} = \"{}\"", upper(&case.name), case.json);
    }
}

impl Python<'_> {
    fn record(&self, ty: &Type, fields: &[Field], out: &mut String) -> Result<()> {
        unique(&ty.name, fields)?;
        // Seconds are taken for durations, and kept as the durations they are.
        let own_init = ty.input && fields.iter().any(|field| field.ty == Ty::DurationMs);
        let _ = writeln!(out, "class {}(Value):", ty.name);
        let _ = writeln!(out, "    {}\n", docstring(&ty.doc, &attribute_docs(fields), 4));
        match_args(fields, out);
        for field in fields {
            let default = self.default(field);
            let _ = writeln!(out, "    {}: {}{default}", attribute(field), self.member(field, false));
        }
        if own_init {
            self.init(fields, out);
        }
        let _ = writeln!(out, "\n    @classmethod\n    def from_dict(cls, document: Json) -> Self:");
        self.construct(&ty.name, fields, out);
        let _ = writeln!(out, "\n    def to_dict(self) -> dict[str, Json]:");
        out.push_str("        out: dict[str, Json] = {}\n");
        self.members(fields, "out", out);
        out.push_str("        return out\n");
        Ok(())
    }

    fn init(&self, fields: &[Field], out: &mut String) {
        out.push_str("\n    def __init__(\n        self,\n        *,\n");
        for field in fields {
            let _ = writeln!(out, "        {}: {}{},", attribute(field), self.member(field, true), self.default(field));
        }
        out.push_str("    ) -> None:\n        members: dict[str, object] = {\n");
        for field in fields {
            let name = attribute(field);
            let value = match (&field.ty, field.required) {
                (Ty::DurationMs, true) => format!("seconds({name})"),
                (Ty::DurationMs, false) => format!("None if {name} is None else seconds({name})"),
                _ => name.clone(),
            };
            let _ = writeln!(out, "            \"{name}\": {value},");
        }
        out.push_str("        }\n        self._set(members)\n");
    }

    fn union(&self, ty: &Type, tag: Option<&str>, cases: &[Case], out: &mut String) -> Result<()> {
        for case in cases {
            self.case(ty, tag, case, out)?;
            out.push_str("\n\n");
        }
        let mut members: Vec<String> = cases.iter().map(|case| class_of(&ty.name, case)).collect();
        let events = ty.name == "EventData";
        if events {
            out.push_str(UNKNOWN_EVENT);
            members.push("UnknownEvent".into());
        }
        let _ = writeln!(out, "{}: TypeAlias = (\n    {}\n)", ty.name, members.join("\n    | "));
        let _ = writeln!(out, "{}\n", docstring(&ty.doc, &[], 0));
        let table = format!("_{}", upper(&snake(&ty.name)));
        let _ = writeln!(out, "{table}: Mapping[str, Read[{}]] = {{", ty.name);
        for case in cases {
            let _ = writeln!(out, "    \"{}\": {}.from_dict,", case.json, class_of(&ty.name, case));
        }
        let _ = writeln!(out, "}}\n\n\ndef {}(document: Json) -> {}:", reader_of(&ty.name), ty.name);
        out.push_str("    \"\"\"Reads the form the core writes.\"\"\"\n");
        let name = &ty.name;
        if events {
            out.push_str("    members = Members(\"EventData\", document)\n");
            out.push_str("    if members.required(\"type\", text) not in _EVENT_DATA:\n");
            out.push_str("        return UnknownEvent.from_dict(document)\n");
        }
        let _ = match tag {
            Some(tag) => writeln!(out, "    return tagged(\"{name}\", \"{tag}\", {table}, document)"),
            None => writeln!(out, "    return worded(\"{name}\", {table}, document)"),
        };
        Ok(())
    }

    fn case(&self, ty: &Type, tag: Option<&str>, case: &Case, out: &mut String) -> Result<()> {
        let class = class_of(&ty.name, case);
        let fields = case.fields.as_deref().unwrap_or_default();
        unique(&class, fields)?;
        if fields.iter().any(|field| field.name == "type") {
            return Err(format!("{class} has a member `type`, which names the case"));
        }
        let by_place = if case.payload.is_some() { ", kw_only=False" } else { "" };
        let _ = writeln!(out, "class {class}(Value{by_place}):");
        let mut docs = attribute_docs(fields);
        if case.payload.is_some() {
            docs.push(("value".into(), "The value."));
        }
        let _ = writeln!(out, "    {}\n", docstring(&case.doc, &docs, 4));
        if !fields.is_empty() {
            match_args(fields, out);
        }
        if let Some(payload) = &case.payload {
            out.push_str("    __match_args__ = (\"value\",)\n");
            let _ = writeln!(out, "    value: {}", self.annotation(payload));
        }
        for field in fields {
            let _ = writeln!(out, "    {}: {}{}", attribute(field), self.member(field, false), self.default(field));
        }
        let word = &case.json;
        let _ = writeln!(out, "    type: ClassVar[Literal[\"{word}\"]] = \"{word}\"");
        let _ = writeln!(out, "\n    @classmethod\n    def from_dict(cls, document: Json) -> Self:");
        match &case.payload {
            Some(payload) => {
                let _ = writeln!(out, "        return cls({}(document))", self.reader(payload));
            }
            None if fields.is_empty() => out.push_str("        return cls()\n"),
            None => self.construct(&class, fields, out),
        }
        let returned = if tag.is_some() { "dict[str, Json]" } else { "Json" };
        let _ = writeln!(out, "\n    def to_dict(self) -> {returned}:");
        match (tag, &case.payload) {
            (Some(tag), _) => {
                let _ = writeln!(out, "        out: dict[str, Json] = {{\"{tag}\": \"{word}\"}}");
                self.members(fields, "out", out);
                out.push_str("        return out\n");
            }
            (None, Some(payload)) => {
                let _ = writeln!(out, "        return {{\"{word}\": {}}}", self.writer(payload, "self.value"));
            }
            (None, None) if fields.is_empty() => {
                let _ = writeln!(out, "        return \"{word}\"");
            }
            (None, None) => {
                out.push_str("        members: dict[str, Json] = {}\n");
                self.members(fields, "members", out);
                let _ = writeln!(out, "        return {{\"{word}\": members}}");
            }
        }
        Ok(())
    }

    fn construct(&self, of: &str, fields: &[Field], out: &mut String) {
        if fields.is_empty() {
            out.push_str("        return cls()\n");
            return;
        }
        let _ = writeln!(out, "        m = Members(\"{of}\", document)\n        return cls(");
        for field in fields {
            let (name, json) = (attribute(field), &field.json);
            let value = match (&field.ty, field.required) {
                _ if field.tag.is_some() => {
                    let tag = field.tag.as_deref().unwrap_or_default();
                    let reader = self.reader(&field.ty);
                    format!("m.required_with(\"{json}\", \"{tag}\", {reader})")
                }
                (ty, true) => format!("m.required(\"{json}\", {})", self.reader(ty)),
                (ty @ Ty::Optional(_), false) => format!("m.unless_default(\"{json}\", {})", self.reader(ty)),
                (ty, false) => format!("m.optional(\"{json}\", {})", self.reader(ty)),
            };
            let _ = writeln!(out, "            {name}={value},");
        }
        out.push_str("        )\n");
    }

    fn members(&self, fields: &[Field], target: &str, out: &mut String) {
        for field in fields {
            let (name, json) = (format!("self.{}", attribute(field)), &field.json);
            if let Some(tag) = &field.tag {
                let whole = self.writer(&field.ty, &name);
                let _ = writeln!(out, "        {target}[\"{json}\"] = without(\"{tag}\", {whole})");
            } else if field.required {
                let _ = writeln!(out, "        {target}[\"{json}\"] = {}", self.writer(&field.ty, &name));
            } else {
                let absent = match field.ty {
                    Ty::Optional(_) => format!("not isinstance({name}, Default)"),
                    _ => format!("{name} is not None"),
                };
                let written = self.writer(&field.ty, &name);
                let _ = writeln!(out, "        if {absent}:\n            {target}[\"{json}\"] = {written}");
            }
        }
    }

    fn default(&self, field: &Field) -> &'static str {
        match (&field.ty, field.required) {
            (_, true) => "",
            (Ty::Optional(_), false) => " = DEFAULT",
            (_, false) => " = None",
        }
    }

    /// The annotation of a member; `given`: as the constructor takes it.
    fn member(&self, field: &Field, given: bool) -> String {
        let plain = match field.ty {
            Ty::DurationMs if given => "timedelta | float".to_owned(),
            _ => self.annotation(&field.ty),
        };
        match (&field.ty, field.required) {
            (_, true) => plain,
            (Ty::Optional(_), false) => format!("{plain} | Default"),
            (Ty::Json, false) => plain,
            (_, false) => format!("{plain} | None"),
        }
    }

    fn annotation(&self, ty: &Ty) -> String {
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

    fn reader(&self, ty: &Ty) -> String {
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

    fn writer(&self, ty: &Ty, value: &str) -> String {
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

fn attribute_docs(fields: &[Field]) -> Vec<(String, &str)> {
    fields.iter().map(|field| (attribute(field), field.doc.as_str())).collect()
}

fn match_args(fields: &[Field], out: &mut String) {
    if fields.is_empty() {
        return;
    }
    let names: Vec<String> = fields.iter().map(|field| format!("\"{}\",", attribute(field))).collect();
    let line = names.join(" ");
    if line.len() < 90 {
        let line = if names.len() > 1 { line.trim_end_matches(',') } else { &line };
        let _ = writeln!(out, "    __match_args__ = ({line})");
        return;
    }
    out.push_str("    __match_args__ = (\n");
    for line in wrap(&line, 110) {
        let _ = writeln!(out, "        {line}");
    }
    out.push_str("    )\n");
}

fn unique(class: &str, fields: &[Field]) -> Result<()> {
    let mut names: Vec<String> = fields.iter().map(attribute).collect();
    names.sort();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("{class} would have two attributes {}", pair[0])),
        None => Ok(()),
    }
}

const UNKNOWN_EVENT: &str = "\
class UnknownEvent(Value):
    \"\"\"An event of a type this version does not know.

    Attributes:
        type: Its type.
        data: Its members as they came.
    \"\"\"

    __match_args__ = (\"type\", \"data\")
    type: str
    data: dict[str, Json]

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        members = mapped(anything)(document)
        return cls(type=text(members.pop(\"type\", None)), data=members)

    def to_dict(self) -> dict[str, Json]:
        return {\"type\": self.type, **self.data}


";
