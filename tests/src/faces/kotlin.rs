//! Kotlin: final classes with values in a constructor, sealed interfaces for unions, enums for words.

use std::fmt::Write as _;

use super::BANNER;
use super::model::{Case, Field, Kind, Model, Ty, Type, Word};
use super::output::File;
use super::text::{camel, pascal, wrap};

const PATH: &str = "aragora-ffi/kotlin/aragora-core/src/main/kotlin/ai/aragora/Values.kt";

/// Written by hand: an event has its type beside its data, a request can be answered in pieces, a step that ends needs
/// no words, and the documents of participants hold objects of the host.
#[rustfmt::skip]
const BY_HAND: [&str; 8] = [
    "Event", "AgentRequest", "Step", "AgentDocument", "CredentialsDocument", "SeatDocument", "ProtocolDocument",
    "ScriptDocument",
];

/// Unions a later core may add cases to, and every reader keeps what it does not know.
const KEEPS_UNKNOWN: &str = "EventData";

/// The file of all value types.
pub(super) fn render(model: &Model) -> Result<File, String> {
    let mut out = format!("// {BANNER}\n\n@file:Suppress(\"RedundantVisibilityModifier\")\n\n");
    out.push_str("package ai.aragora\n\nimport java.time.Instant\nimport kotlin.time.Duration\n");
    errors(&mut out, model);
    for ty in model.types.iter().filter(|ty| !BY_HAND.contains(&ty.name.as_str())) {
        out.push('\n');
        let written = Writer { model, nested: &[] };
        match &ty.kind {
            Kind::Record { fields } => written.record(&mut out, ty, fields)?,
            Kind::Words { cases, open: false } => words(&mut out, ty, cases),
            Kind::Words { cases, open: true } => open_words(&mut out, ty, cases),
            Kind::Union { tag, cases } => union(&mut out, model, ty, tag.as_deref(), cases)?,
            Kind::Alias { ty: aliased } => {
                doc(&mut out, "", &ty.doc);
                let _ = writeln!(out, "public typealias {} = {}", ty.name, written.name(aliased)?);
            }
        }
    }
    Ok(File { path: PATH, text: out })
}

fn errors(out: &mut String, model: &Model) {
    out.push('\n');
    doc(out, "", "What went wrong, as a stable word. Keep a branch for words this version does not know.");
    out.push_str("@JvmInline\npublic value class ErrorCode(public val word: String) {\n");
    doc(out, "    ", "Whether errors of this kind are worth repeating unless they say otherwise.");
    out.push_str("    public val retryable: Boolean get() = word in RETRYABLE\n\n");
    out.push_str("    override fun toString(): String = word\n\n    public companion object {\n");
    let retryable = model.errors.iter().filter(|error| error.retryable).map(|error| format!("\"{}\"", error.code));
    let retryable = retryable.collect::<Vec<_>>();
    out.push_str("        private val RETRYABLE = setOf(\n");
    for code in retryable {
        let _ = writeln!(out, "            {code},");
    }
    out.push_str("        )\n");
    for error in &model.errors {
        out.push('\n');
        doc(out, "        ", &error.doc);
        let (name, word) = (pascal(&error.code), &error.code);
        let _ = writeln!(out, "        public val {name}: ErrorCode = ErrorCode(\"{word}\")");
    }
    out.push_str("\n        /** Every code this version knows. */\n");
    out.push_str("        public val entries: List<ErrorCode> = listOf(\n");
    for error in &model.errors {
        let _ = writeln!(out, "            {},", pascal(&error.code));
    }
    out.push_str("        )\n    }\n}\n");
}

fn words(out: &mut String, ty: &Type, cases: &[Word]) {
    let name = &ty.name;
    doc(out, "", &ty.doc);
    let _ = writeln!(out, "public enum class {name}(");
    out.push_str("    /** The word in a document. */\n    public val word: String,\n) {\n");
    for case in cases {
        doc(out, "    ", &case.doc);
        let _ = writeln!(out, "    {}(\"{}\"),", pascal(&case.name), case.json);
    }
    out.push_str("    ;\n\n    /** The JSON form. */\n    public fun toJson(): JsonValue = jsonOf(word)\n");
    out.push_str("\n    public companion object {\n        /** From the JSON form. */\n        @JvmStatic\n");
    let _ = writeln!(out, "        public fun fromJson(json: JsonValue): {name} =");
    let _ = writeln!(
        out,
        "            entries.find {{ it.word == json.asString() }} ?: throw unexpected(json, \"a word of {name}\")"
    );
    out.push_str("    }\n}\n");
}

fn open_words(out: &mut String, ty: &Type, cases: &[Word]) {
    let name = &ty.name;
    doc(out, "", &ty.doc);
    let _ = writeln!(out, "public class {name}(");
    out.push_str("    /** The word in a document. */\n    public val word: String,\n) : Value() {\n");
    out.push_str("    override fun toJson(): JsonValue = jsonOf(word)\n\n    public companion object {\n");
    for case in cases {
        doc(out, "        ", &case.doc);
        let _ = writeln!(out, "        public val {}: {name} = {name}(\"{}\")\n", pascal(&case.name), case.json);
    }
    out.push_str("        /** From the JSON form. */\n        @JvmStatic\n");
    let _ = writeln!(out, "        public fun fromJson(json: JsonValue): {name} = {name}(json.asString())\n    }}\n}}");
}

fn union(out: &mut String, model: &Model, ty: &Type, tag: Option<&str>, cases: &[Case]) -> Result<(), String> {
    let name = &ty.name;
    let nested: Vec<String> = cases.iter().map(|case| pascal(&case.name)).collect();
    let writer = Writer { model, nested: &nested };
    doc(out, "", &ty.doc);
    let _ = writeln!(out, "public sealed interface {name} {{");
    out.push_str("    /** The JSON form. */\n    public fun toJson(): JsonValue\n");
    for case in cases {
        out.push('\n');
        writer.case(out, name, tag, case)?;
    }
    if name == KEEPS_UNKNOWN {
        out.push_str(UNKNOWN);
    }
    out.push_str("\n    public companion object {\n        /** From the JSON form. */\n        @JvmStatic\n");
    let _ = writeln!(out, "        public fun fromJson(json: JsonValue): {name} {{");
    match tag {
        Some(tag) => {
            let _ = writeln!(out, "            return when (val case = json.required(\"{tag}\").asString()) {{");
            for case in cases {
                let read = if case.fields.is_some() { ".fromJson(json)" } else { "" };
                let _ = writeln!(out, "                \"{}\" -> {}{read}", case.json, pascal(&case.name));
            }
            if name == KEEPS_UNKNOWN {
                out.push_str("                else -> Unknown(case, json)\n");
            } else {
                let _ =
                    writeln!(out, "                else -> throw unexpected(JsonString(case), \"a case of {name}\")");
            }
            out.push_str("            }\n");
        }
        None => {
            out.push_str("            val (case, inner) = caseOf(json)\n            return when (case) {\n");
            for case in cases {
                let class = pascal(&case.name);
                let read = match (&case.fields, &case.payload) {
                    (Some(_), _) => format!("{class}.fromJson(inner)"),
                    (None, Some(payload)) => format!("{class}({})", writer.read(payload, "inner", 0)?),
                    (None, None) => class,
                };
                let _ = writeln!(out, "                \"{}\" -> {read}", case.json);
            }
            let _ =
                writeln!(out, "                else -> throw unexpected(json, \"a case of {name}\")\n            }}");
        }
    }
    out.push_str("        }\n    }\n}\n");
    Ok(())
}

/// What a reader of this version gets of events that are newer.
const UNKNOWN: &str = "
    /** An event this version does not know; nothing of it is lost. */
    public class Unknown(
        /** Its type. */
        public val type: String,
        /** All of its members. */
        public val json: JsonValue,
    ) : Value(), EventData {
        override fun toJson(): JsonValue = json
    }
";

struct Writer<'a> {
    model: &'a Model,
    /// Names that mean something else inside the union that is being written.
    nested: &'a [String],
}

impl Writer<'_> {
    fn record(&self, out: &mut String, ty: &Type, fields: &[Field]) -> Result<(), String> {
        doc(out, "", &ty.doc);
        let _ = writeln!(out, "public class {}(", ty.name);
        self.parameters(out, "    ", fields)?;
        out.push_str(") : Value() {\n");
        self.to_json(out, "    ", None, fields)?;
        let secrets = fields.iter().filter(|field| field.secret).map(|field| format!("\"{}\"", field.json));
        let secrets = secrets.collect::<Vec<_>>().join(", ");
        if !secrets.is_empty() {
            let _ = writeln!(out, "\n    override fun toString(): String = hiding({secrets})");
        }
        out.push_str("\n    public companion object {\n");
        self.reads(out, "        ", &ty.name, fields)?;
        out.push_str("    }\n}\n");
        Ok(())
    }

    fn case(&self, out: &mut String, union: &str, tag: Option<&str>, case: &Case) -> Result<(), String> {
        let class = pascal(&case.name);
        doc(out, "    ", &case.doc);
        match (&case.fields, &case.payload) {
            (Some(fields), _) => {
                let _ = writeln!(out, "    public class {class}(");
                self.parameters(out, "        ", fields)?;
                let _ = writeln!(out, "    ) : Value(), {union} {{");
                self.to_json(out, "        ", Some((tag, &case.json)), fields)?;
                out.push_str("\n        public companion object {\n");
                self.reads(out, "            ", &class, fields)?;
                out.push_str("        }\n    }\n");
            }
            (None, Some(payload)) => {
                let _ = writeln!(out, "    public class {class}(");
                out.push_str("        /** The value. */\n");
                let _ = writeln!(out, "        public val value: {},", self.name(payload)?);
                let _ = writeln!(out, "    ) : Value(), {union} {{");
                let write = self.write(payload, "value", 0)?;
                let _ = writeln!(
                    out,
                    "        override fun toJson(): JsonValue = JsonObject(mapOf(\"{}\" to {write}))",
                    case.json
                );
                out.push_str("    }\n");
            }
            (None, None) => {
                let _ = writeln!(out, "    public object {class} : Value(), {union} {{");
                let json = match tag {
                    Some(tag) => format!("JsonObject(mapOf(\"{tag}\" to jsonOf(\"{}\")))", case.json),
                    None => format!("jsonOf(\"{}\")", case.json),
                };
                let _ = writeln!(out, "        override fun toJson(): JsonValue = {json}\n");
                let _ = writeln!(out, "        override fun toString(): String = \"{class}\"\n    }}");
            }
        }
        Ok(())
    }

    fn parameters(&self, out: &mut String, indent: &str, fields: &[Field]) -> Result<(), String> {
        for field in fields {
            doc(out, indent, &field.doc);
            let ty = self.name(&field.ty)?;
            let ty = match (&field.ty, field.required) {
                (_, true) => ty,
                (Ty::Optional(inner), false) => format!("Given<{}>? = null", self.name(inner)?),
                (_, false) => format!("{ty}? = null"),
            };
            let _ = writeln!(out, "{indent}public val {}: {ty},", member(field));
        }
        Ok(())
    }

    fn to_json(
        &self,
        out: &mut String,
        indent: &str,
        case: Option<(Option<&str>, &str)>,
        fields: &[Field],
    ) -> Result<(), String> {
        let (open, close) = match case {
            Some((None, json)) => (format!("JsonObject(mapOf(\"{json}\" to Members()"), "))"),
            _ => ("Members()".to_owned(), ""),
        };
        let _ = writeln!(out, "{indent}override fun toJson(): JsonValue = {open}");
        if let Some((Some(tag), json)) = case {
            let _ = writeln!(out, "{indent}    .put(\"{tag}\", jsonOf(\"{json}\"))");
        }
        for field in fields {
            let name = member(field);
            let value = match (&field.ty, field.required) {
                (Ty::Optional(inner), true) => {
                    format!("{name}?.let {{ a -> {} }} ?: JsonNull", self.write(inner, "a", 1)?)
                }
                (ty, true) => self.write(ty, &name, 0)?,
                (Ty::Optional(inner), false) => {
                    format!("{name}?.let {{ a -> a.value?.let {{ b -> {} }} ?: JsonNull }}", self.write(inner, "b", 2)?)
                }
                (Ty::Json, false) => name,
                (ty, false) => format!("{name}?.let {{ a -> {} }}", self.write(ty, "a", 1)?),
            };
            let _ = writeln!(out, "{indent}    .put(\"{}\", {value})", field.json);
        }
        let _ = writeln!(out, "{indent}    .done(){close}");
        Ok(())
    }

    fn reads(&self, out: &mut String, indent: &str, class: &str, fields: &[Field]) -> Result<(), String> {
        let _ = writeln!(out, "{indent}/** From the JSON form. */\n{indent}@JvmStatic");
        if fields.is_empty() {
            let _ = writeln!(
                out,
                "{indent}public fun fromJson(json: JsonValue): {class} = json.asObject().let {{ {class}() }}"
            );
            return Ok(());
        }
        let _ = writeln!(out, "{indent}public fun fromJson(json: JsonValue): {class} = {class}(");
        for field in fields {
            let json = &field.json;
            let value = match (&field.ty, field.required) {
                (Ty::Json, true) => format!("json[\"{json}\"] ?: JsonNull"),
                (Ty::Json, false) => format!("json.member(\"{json}\")"),
                (Ty::Optional(inner), false) => {
                    let read = self.read(inner, "b", 2)?;
                    format!(
                        "json[\"{json}\"]?.let {{ a -> Given(a.takeUnless {{ it === JsonNull }}?.let {{ b -> {read} }}) }}"
                    )
                }
                (Ty::Optional(inner), true) => {
                    format!("json.member(\"{json}\")?.let {{ a -> {} }}", self.read(inner, "a", 1)?)
                }
                (ty, true) => self.read(ty, &format!("json.required(\"{json}\")"), 0)?,
                (ty, false) => format!("json.member(\"{json}\")?.let {{ a -> {} }}", self.read(ty, "a", 1)?),
            };
            let _ = writeln!(out, "{indent}    {value},");
        }
        let _ = writeln!(out, "{indent})");
        Ok(())
    }

    /// The Kotlin type.
    fn name(&self, ty: &Ty) -> Result<String, String> {
        Ok(match ty {
            Ty::String => "String".into(),
            Ty::Integer => "Long".into(),
            Ty::Float => "Double".into(),
            Ty::Boolean => "Boolean".into(),
            Ty::Json => "JsonValue".into(),
            Ty::Instant | Ty::InstantMs => "Instant".into(),
            Ty::Uint64 => "ULong".into(),
            Ty::DurationMs => "Duration".into(),
            // A case of this union may have the name of a type.
            Ty::Ref(name) if self.nested.contains(name) => format!("ai.aragora.{name}"),
            Ty::Ref(name) => name.clone(),
            Ty::Optional(inner) => format!("{}?", self.name(inner)?),
            Ty::List(inner) => format!("List<{}>", self.name(inner)?),
            Ty::Map(inner) => format!("Map<String, {}>", self.name(inner)?),
            Ty::Tuple(_) => return Err("Kotlin has no form for tuples yet; add it to tests/src/faces/kotlin.rs".into()),
        })
    }

    /// An expression that makes the value out of a JSON value.
    fn read(&self, ty: &Ty, json: &str, depth: usize) -> Result<String, String> {
        let inner = variable(depth);
        Ok(match ty {
            Ty::String => format!("{json}.asString()"),
            Ty::Integer => format!("{json}.asLong()"),
            Ty::Float => format!("{json}.asDouble()"),
            Ty::Boolean => format!("{json}.asBoolean()"),
            Ty::Json => json.to_owned(),
            Ty::Instant => format!("{json}.asInstant()"),
            Ty::InstantMs => format!("{json}.asInstantMs()"),
            Ty::Uint64 => format!("{json}.asULong()"),
            Ty::DurationMs => format!("{json}.asDuration()"),
            Ty::Ref(name) => match self.alias(name) {
                Some(ty) => self.read(ty, json, depth)?,
                None => format!("{}.fromJson({json})", self.name(ty)?),
            },
            Ty::Optional(of) => {
                let read = self.read(of, inner, depth + 1)?;
                format!("{json}.takeUnless {{ it === JsonNull }}?.let {{ {inner} -> {read} }}")
            }
            Ty::List(of) => format!("{json}.asList {{ {inner} -> {} }}", self.read(of, inner, depth + 1)?),
            Ty::Map(of) => format!("{json}.asMap {{ {inner} -> {} }}", self.read(of, inner, depth + 1)?),
            Ty::Tuple(_) => self.name(ty)?,
        })
    }

    /// An expression that makes JSON out of the value.
    fn write(&self, ty: &Ty, value: &str, depth: usize) -> Result<String, String> {
        let inner = variable(depth);
        Ok(match ty {
            Ty::Json => value.to_owned(),
            Ty::InstantMs => format!("jsonOfMillis({value})"),
            Ty::Ref(name) => match self.alias(name) {
                Some(ty) => self.write(ty, value, depth)?,
                None => format!("{value}.toJson()"),
            },
            Ty::Optional(of) => {
                format!("({value}?.let {{ {inner} -> {} }} ?: JsonNull)", self.write(of, inner, depth + 1)?)
            }
            Ty::List(of) => format!("jsonList({value}) {{ {inner} -> {} }}", self.write(of, inner, depth + 1)?),
            Ty::Map(of) => format!("jsonMap({value}) {{ {inner} -> {} }}", self.write(of, inner, depth + 1)?),
            Ty::Tuple(_) => self.name(ty)?,
            _ => format!("jsonOf({value})"),
        })
    }

    fn alias(&self, name: &str) -> Option<&Ty> {
        match &self.model.get(name)?.kind {
            Kind::Alias { ty } => Some(ty),
            _ => None,
        }
    }
}

fn variable(depth: usize) -> &'static str {
    ["a", "b", "c", "d", "e"].get(depth).copied().unwrap_or("f")
}

/// A property; durations lose the unit their type has.
fn member(field: &Field) -> String {
    let name = match (&field.ty, field.name.strip_suffix("_ms")) {
        (Ty::DurationMs, Some(name)) => name,
        (Ty::Optional(inner), Some(name)) if **inner == Ty::DurationMs => name,
        _ => &field.name,
    };
    let name = camel(name);
    if KEYWORDS.contains(&name.as_str()) { format!("`{name}`") } else { name }
}

const KEYWORDS: [&str; 17] = [
    "as",
    "break",
    "class",
    "continue",
    "do",
    "else",
    "for",
    "fun",
    "if",
    "in",
    "interface",
    "is",
    "object",
    "return",
    "val",
    "var",
    "when",
];

fn doc(out: &mut String, indent: &str, text: &str) {
    let text = text.replace("*/", "* /");
    let lines = wrap(&text, 110 - indent.len());
    match lines.as_slice() {
        [] => {}
        [line] if line.is_empty() => {}
        [line] => drop(writeln!(out, "{indent}/** {line} */")),
        lines => {
            let _ = writeln!(out, "{indent}/**");
            for line in lines {
                let _ = writeln!(out, "{}", format!("{indent} * {line}").trim_end());
            }
            let _ = writeln!(out, "{indent} */");
        }
    }
}
