//! The reference page of the guide: everything public, with its name in each language.

use std::fmt::Write as _;

use serde_json::Value;

use super::BANNER;
use super::model::{Case, Field, Kind, Model, Ty, Type, Word};
use super::output::File;
use super::python::{attribute, class_of};
use super::reference_surface::section;
use super::swift::case_name;
use super::text::{camel, pascal, upper};

/// What participants look like on the boundary; users hand over objects.
const BOUNDARY: [&str; 5] =
    ["AgentDocument", "CredentialsDocument", "ProtocolDocument", "ScriptDocument", "SeatDocument"];

const HEAD: &str = "\
# Reference

The same values cross in every language, under the names of one rule. A member `max_parallel` is `max_parallel` in Python
and in documents, `maxParallel` in TypeScript, Swift and Kotlin. Below, each member is listed by its Python name, then by
the name it has elsewhere. A member marked *optional* may be left out of a value you build, because the core has a default
for it, and may be absent in a value you are given.

| here | in a document | Python | TypeScript | Swift | Kotlin |
|---|---|---|---|---|---|
| text | string | `str` | `string` | `String` | `String` |
| whole number | number | `int` | `number` | `Int64` | `Long` |
| 64-bit number | decimal string | `int` | `bigint` | `UInt64` | `ULong` |
| number | number | `float` | `number` | `Double` | `Double` |
| flag | true or false | `bool` | `boolean` | `Bool` | `Boolean` |
| instant | RFC 3339, in rows milliseconds since 1970 | aware `datetime` | `Date` | `Date` | `java.time.Instant` |
| duration | milliseconds, in members ending `_ms` | `timedelta`; seconds are taken too | `number` in members ending `Ms` | `Duration` | `kotlin.time.Duration` |
| JSON | any value | plain data | plain data | `JSONValue` | `JsonValue` |

A **word** is a `StrEnum` in Python, its own text in TypeScript, an enum elsewhere. A **choice** is one of some cases with
data of their own: classes with a `type` in Python and TypeScript, an enum with associated values in Swift, a sealed
interface in Kotlin. Rust's own reference is made by `cargo doc`.
";

/// The page.
pub(super) fn render(model: &Model, items: &[Value]) -> File {
    let mut out = format!("<!-- {BANNER} -->\n\n{HEAD}\n{}\n## Values\n", section(items));
    for ty in model.types.iter().filter(|ty| !BOUNDARY.contains(&ty.name.as_str())) {
        let _ = writeln!(out, "\n### {}\n\n{}\n", ty.name, text(&ty.doc));
        match &ty.kind {
            Kind::Record { fields } if fields.is_empty() => out.push_str("It has no members.\n"),
            Kind::Record { fields } => members(fields, &mut out),
            Kind::Words { cases, open } => words(cases, *open, &mut out),
            Kind::Union { cases, .. } => union(ty, cases, &mut out),
            Kind::Alias { ty } => {
                let _ = writeln!(out, "Written as {}.", kind(ty));
            }
        }
    }
    errors(model, &mut out);
    File { path: "sdk-docs/reference.md", text: out }
}

fn errors(model: &Model, out: &mut String) {
    out.push_str(
        "\n## Error codes\n\nWhat to do about them is said in [Errors](errors.md). Python has a class per code,\n",
    );
    out.push_str("such as `RateLimitedError`; the other languages one type with a code.\n\n");
    out.push_str("| code | repeat | meaning |\n|---|---|---|\n");
    for error in &model.errors {
        let repeat = if error.retryable { "yes" } else { "" };
        let _ = writeln!(out, "| `{}` | {repeat} | {} |", error.code, cell(&error.doc));
    }
}

fn members(fields: &[Field], out: &mut String) {
    out.push_str("| member | elsewhere | type | meaning |\n|---|---|---|---|\n");
    for field in fields {
        let _ = writeln!(out, "{}", row(field));
    }
}

fn row(field: &Field) -> String {
    let optional = if field.required { "" } else { ", optional" };
    // Durations lose their unit where the language has a type for them.
    let typed = camel(attribute(field).trim_end_matches('_'));
    let elsewhere = match field.ty {
        Ty::DurationMs => format!("`{}`; `{typed}`", camel(&field.name)),
        _ => format!("`{}`", camel(&field.name)),
    };
    format!("| `{}` | {elsewhere} | {}{optional} | {} |", attribute(field), kind(&field.ty), cell(&field.doc))
}

fn words(cases: &[Word], open: bool, out: &mut String) {
    out.push_str("| word | Python | Swift | Kotlin | meaning |\n|---|---|---|---|---|\n");
    for case in cases {
        let (python, swift, kotlin) = (upper(&case.name), in_swift(&case.name), pascal(&case.name));
        let _ = writeln!(out, "| `{}` | `{python}` | `{swift}` | `{kotlin}` | {} |", case.json, cell(&case.doc));
    }
    if open {
        out.push_str("\nOther words are possible and stay text.\n");
    }
}

/// A case after a dot, where a keyword needs no escape.
fn in_swift(name: &str) -> String {
    case_name(name).trim_matches('`').to_owned()
}

fn union(ty: &Type, cases: &[Case], out: &mut String) {
    for case in cases {
        let class = class_of(&ty.name, case);
        let _ = writeln!(
            out,
            "- `{}`: {} Class `{class}`, in Swift `.{}`, in Kotlin `{}.{}`.{}",
            case.json,
            text(&case.doc).replace("\n\n", " "),
            in_swift(&case.name),
            ty.name,
            pascal(&case.name),
            case.payload.as_ref().map(|payload| format!(" Its value: {}.", kind(payload))).unwrap_or_default(),
        );
    }
    for case in cases {
        if let Some(fields) = &case.fields {
            let _ = writeln!(out, "\n`{}` has\n", class_of(&ty.name, case));
            members(fields, out);
        }
    }
}

fn kind(ty: &Ty) -> String {
    match ty {
        Ty::String => "text".into(),
        Ty::Integer => "whole number".into(),
        Ty::Uint64 => "64-bit number".into(),
        Ty::Float => "number".into(),
        Ty::Boolean => "flag".into(),
        Ty::Json => "JSON".into(),
        Ty::Instant | Ty::InstantMs => "instant".into(),
        Ty::DurationMs => "duration".into(),
        Ty::Ref(name) => format!("[{name}](#{})", name.to_ascii_lowercase()),
        Ty::Optional(inner) => format!("{} or nothing", kind(inner)),
        Ty::List(inner) => format!("list of {}", kind(inner)),
        Ty::Map(inner) => format!("{} by name", kind(inner)),
        Ty::Tuple(parts) => parts.iter().map(kind).collect::<Vec<_>>().join(" and "),
    }
}

fn cell(doc: &str) -> String {
    text(doc).replace("\n\n", " ").replace('\n', " ").replace('|', "\\|")
}

/// Angle and square brackets outside code would be read as markup.
fn text(doc: &str) -> String {
    let mut out = String::new();
    let mut code = false;
    for letter in doc.chars() {
        code ^= letter == '`';
        if !code && "<>[]".contains(letter) {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}
