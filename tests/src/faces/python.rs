//! Python: what type checkers see as frozen dataclasses, `StrEnum`s, and unions of classes with a literal `type`.

use std::fmt::Write as _;

use super::model::{Case, Field, Kind, Model, Ty, Type, Word};
use super::output::File;
use super::python_texts::{HEAD, UNKNOWN_EVENT};
use super::text::{pascal, snake, upper, wrap};
use super::{BANNER, python_doc::docstring};

type Result<T> = std::result::Result<T, String>;

const KEYWORDS: &[&str] = &[
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except",
    "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise",
    "return", "try", "while", "with", "yield",
];

/// What users meet as a class of the face, or never.
const OWN: &[&str] = &[
    "AgentRequest",
    "CredentialsDocument",
    "PlannedCalls",
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
    for ty in &model.types {
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

pub(super) struct Python<'a> {
    pub(super) model: &'a Model,
}

/// The class of one case of a union.
pub(super) fn class_of(union: &str, case: &Case) -> String {
    // An event's data is known by the event.
    if union == "EventData" { format!("{}Event", pascal(&case.name)) } else { format!("{union}{}", pascal(&case.name)) }
}

pub(super) fn reader_of(union: &str) -> String {
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
        secrets(fields, out);
        for field in fields {
            let default = self.default(field);
            let _ = writeln!(out, "    {}: {}{default}", attribute(field), self.member(field, false));
        }
        if own_init {
            self.init(fields, out);
        }
        let _ = writeln!(out, "\n    @classmethod\n    def from_dict(cls, document: Json) -> Self:");
        self.construct(&ty.name, fields, ty.closed.then_some(""), out);
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
        match_args(fields, out);
        secrets(fields, out);
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
            // What only holds the case's members is read leniently, as the core does.
            None => self.construct(&class, fields, tag.filter(|_| ty.closed), out),
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

    /// `closed`: members nobody knows are refused, as the core does, but the one of this name, which names the case.
    fn construct(&self, of: &str, fields: &[Field], closed: Option<&str>, out: &mut String) {
        if fields.is_empty() {
            out.push_str("        return cls()\n");
            return;
        }
        let _ = writeln!(out, "        m = Members(\"{of}\", document)");
        if let Some(tag) = closed {
            let names = fields.iter().map(|field| field.json.as_str()).chain((!tag.is_empty()).then_some(tag));
            let names: Vec<String> = names.map(|name| format!("\"{name}\",")).collect();
            listed("        m.only", &names.join(" "), out);
        }
        out.push_str("        return cls(\n");
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
}

fn attribute_docs(fields: &[Field]) -> Vec<(String, &str)> {
    fields.iter().map(|field| (attribute(field), field.doc.as_str())).collect()
}

fn match_args(fields: &[Field], out: &mut String) {
    if fields.is_empty() {
        return;
    }
    let names: Vec<String> = fields.iter().map(|field| format!("\"{}\",", attribute(field))).collect();
    if names.len() == 1 {
        let _ = writeln!(out, "    __match_args__ = ({})", names[0]);
        return;
    }
    listed("    __match_args__ = ", &names.join(" "), out);
}

/// The members that `repr` does not show.
fn secrets(fields: &[Field], out: &mut String) {
    let names = fields.iter().filter(|field| field.secret).map(attribute);
    let names: Vec<String> = names.map(|name| format!("\"{name}\",")).collect();
    if !names.is_empty() {
        let _ = writeln!(out, "    _secrets = ({})", names.join(" "));
    }
}

/// What is opened, the items in one line where they fit, and the end.
fn listed(opened: &str, items: &str, out: &mut String) {
    let line = format!("{opened}({})", items.trim_end_matches(','));
    if line.len() <= 118 {
        let _ = writeln!(out, "{line}");
        return;
    }
    let pad: String = opened.chars().take_while(|letter| *letter == ' ').collect();
    let _ = writeln!(out, "{opened}(");
    for line in wrap(items, 110) {
        let _ = writeln!(out, "{pad}    {line}");
    }
    let _ = writeln!(out, "{pad})");
}

fn unique(class: &str, fields: &[Field]) -> Result<()> {
    let mut names: Vec<String> = fields.iter().map(attribute).collect();
    names.sort();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("{class} would have two attributes {}", pair[0])),
        None => Ok(()),
    }
}
