//! TypeScript: readonly interfaces in camelCase, and the table by which `codec.ts` reads and writes them.

use std::fmt::Write as _;

use super::model::{Case, Field, Kind, Model, Ty, Type, Word};
use super::output::File;
use super::text::{camel, wrap};
use super::{BANNER, python::class_of};

const WIDTH: usize = 118;

const HEAD: &str = "
/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** The type of an event this version does not know. At run time it is the bare type; the prefix is for the compiler
 * only, so that comparing with a known type narrows to that event. */
export type UnknownEventType = `unknown:${string}`
";

/// The package's value types.
pub(super) fn render(model: &Model) -> File {
    let typescript = TypeScript { model };
    let mut out = format!("// {BANNER}\n\nimport type {{ CodecRow }} from './codec.js'\n{HEAD}");
    for ty in &model.types {
        out.push('\n');
        typescript.declare(ty, &mut out);
    }
    errors(model, &mut out);
    out.push_str("\n/** Every value type by its name. */\nexport interface Values {\n");
    for ty in &model.types {
        let _ = writeln!(out, "  readonly {0}: {0}", ty.name);
    }
    out.push_str("}\n\n");
    out.push_str(TABLE_HEAD);
    for ty in &model.types {
        if let Some(row) = typescript.row(ty) {
            let _ = writeln!(out, "  {}: {row},", ty.name);
        }
    }
    out.push_str("}\n");
    File { path: "aragora-node/ts/values.ts", text: out }
}

const TABLE_HEAD: &str = "\
/** The rows of all types whose documents differ from their values. @internal */
export const codecs: { readonly [name: string]: CodecRow } = {
";

struct TypeScript<'a> {
    model: &'a Model,
}

impl TypeScript<'_> {
    fn declare(&self, ty: &Type, out: &mut String) {
        match &ty.kind {
            // An event's data follows from its type.
            Kind::Record { fields } if ty.name == "Event" => self.event(ty, fields, out),
            Kind::Record { fields } => {
                comment(&ty.doc, 0, out);
                let _ = writeln!(out, "export interface {} {{", ty.name);
                self.fields(fields, out);
                out.push_str("}\n");
            }
            Kind::Words { cases, open } => words(ty, cases, *open, out),
            Kind::Union { cases, .. } => self.union(ty, cases, out),
            Kind::Alias { ty: target } => {
                comment(&ty.doc, 0, out);
                let _ = writeln!(out, "export type {} = {}", ty.name, self.type_of(target));
            }
        }
    }

    fn fields(&self, fields: &[Field], out: &mut String) {
        for field in fields {
            comment(&field.doc, 2, out);
            let plain = self.type_of(match &field.ty {
                Ty::Optional(inner) => inner,
                other => other,
            });
            let name = camel(&field.name);
            let _ = match (&field.ty, field.required) {
                (Ty::Optional(_), false) => writeln!(out, "  readonly {name}?: {plain} | null | undefined"),
                (Ty::Optional(_), true) | (_, false) => writeln!(out, "  readonly {name}?: {plain} | undefined"),
                (_, true) => writeln!(out, "  readonly {name}: {plain}"),
            };
        }
    }

    fn union(&self, ty: &Type, cases: &[Case], out: &mut String) {
        for case in cases {
            comment(&case.doc, 0, out);
            let _ = writeln!(out, "export interface {} {{\n  readonly type: '{}'", class_of(&ty.name, case), case.json);
            self.fields(case.fields.as_deref().unwrap_or_default(), out);
            if let Some(payload) = &case.payload {
                let _ = writeln!(out, "  readonly value: {}", self.type_of(payload));
            }
            out.push_str("}\n\n");
        }
        comment(&ty.doc, 0, out);
        let names: Vec<String> = cases.iter().map(|case| class_of(&ty.name, case)).collect();
        let _ = writeln!(out, "export type {} =\n  | {}", ty.name, names.join("\n  | "));
    }

    fn event(&self, ty: &Type, fields: &[Field], out: &mut String) {
        let envelope: Vec<Field> =
            fields.iter().filter(|field| !["type", "data"].contains(&field.name.as_str())).cloned().collect();
        out.push_str("/** What every event has beside its type and data. */\nexport interface EventEnvelope {\n");
        self.fields(&envelope, out);
        out.push_str("}\n\n/** An event of a type this version does not know, with its members as they came. */\n");
        out.push_str("export interface UnknownEvent extends EventEnvelope {\n");
        out.push_str("  readonly type: UnknownEventType\n  readonly data: Json\n}\n\n");
        comment(&ty.doc, 0, out);
        let _ = writeln!(out, "export type {} =", ty.name);
        out.push_str("  | {\n      [Type in EventData['type']]: EventEnvelope & {\n");
        out.push_str(
            "        readonly type: Type\n        readonly data: Extract<EventData, { readonly type: Type }>\n",
        );
        out.push_str("      }\n    }[EventData['type']]\n  | UnknownEvent\n");
    }

    fn type_of(&self, ty: &Ty) -> String {
        match ty {
            Ty::String => "string".into(),
            Ty::Integer | Ty::Float | Ty::DurationMs => "number".into(),
            Ty::Boolean => "boolean".into(),
            Ty::Json => "Json".into(),
            Ty::Instant | Ty::InstantMs => "Date".into(),
            Ty::Uint64 => "bigint".into(),
            Ty::Ref(name) => name.clone(),
            Ty::Optional(inner) => format!("{} | null", self.type_of(inner)),
            Ty::List(inner) => match **inner {
                Ty::Optional(_) => format!("readonly ({})[]", self.type_of(inner)),
                Ty::List(_) => format!("readonly ({})[]", self.type_of(inner)),
                _ => format!("readonly {}[]", self.type_of(inner)),
            },
            Ty::Map(inner) => format!("{{ readonly [key: string]: {} }}", self.type_of(inner)),
            Ty::Tuple(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| self.type_of(part)).collect();
                format!("readonly [{}]", parts.join(", "))
            }
        }
    }

    fn row(&self, ty: &Type) -> Option<String> {
        match &ty.kind {
            Kind::Record { fields } => Some(format!("{{ record: {} }}", self.members(fields))),
            Kind::Union { tag, cases } => {
                let tag = tag.as_ref().map_or_else(|| "null".to_owned(), |tag| format!("'{tag}'"));
                let cases: Vec<String> = cases.iter().map(|case| self.case(case)).collect();
                Some(format!("{{ tag: {tag}, cases: {{ {} }} }}", cases.join(", ")))
            }
            Kind::Words { .. } | Kind::Alias { .. } => None,
        }
    }

    fn case(&self, case: &Case) -> String {
        match &case.payload {
            Some(payload) => format!("{}: {{ value: {} }}", case.json, self.form(payload)),
            None => format!("{}: {}", case.json, self.members(case.fields.as_deref().unwrap_or_default())),
        }
    }

    fn members(&self, fields: &[Field]) -> String {
        let members: Vec<String> = fields.iter().map(|field| self.row_of(field)).collect();
        format!("[{}]", members.join(", "))
    }

    fn row_of(&self, field: &Field) -> String {
        let (form, nulls) = match &field.ty {
            Ty::Optional(inner) if field.required => (self.form(inner), true),
            // Null is kept, because absence says something else.
            Ty::Optional(inner) => (format!("['optional', {}]", self.form(inner)), false),
            ty => (self.form(ty), false),
        };
        let rest = match (&field.tag, nulls) {
            (Some(tag), _) => format!(", 0, '{tag}'"),
            (None, true) => ", 1".to_owned(),
            (None, false) => String::new(),
        };
        format!("['{}', '{}', {form}{rest}]", camel(&field.name), field.json)
    }

    fn form(&self, ty: &Ty) -> String {
        let of = |word: &str, inner: &Ty| match self.form(inner).as_str() {
            "0" => "0".to_owned(),
            form => format!("['{word}', {form}]"),
        };
        match ty {
            Ty::String | Ty::Integer | Ty::Float | Ty::Boolean | Ty::Json | Ty::DurationMs | Ty::Tuple(_) => "0".into(),
            Ty::Instant => "'instant'".into(),
            Ty::InstantMs => "'instantMs'".into(),
            Ty::Uint64 => "'uint64'".into(),
            Ty::Ref(name) => match self.model.get(name).map(|ty| &ty.kind) {
                Some(Kind::Record { .. } | Kind::Union { .. }) => format!("'{name}'"),
                Some(Kind::Alias { ty }) => self.form(ty),
                _ => "0".into(),
            },
            Ty::Optional(inner) => of("optional", inner),
            Ty::List(inner) => of("list", inner),
            Ty::Map(inner) => of("map", inner),
        }
    }
}

fn words(ty: &Type, cases: &[Word], open: bool, out: &mut String) {
    let mut doc = ty.doc.clone();
    for case in cases {
        let _ = write!(doc, "\n\n- `{}`: {}", case.json, case.doc.replace("\n\n", " "));
    }
    comment(&doc, 0, out);
    let mut words: Vec<String> = cases.iter().map(|case| format!("'{}'", case.json)).collect();
    if open {
        words.push("(string & {})".into());
    }
    let _ = writeln!(out, "export type {} = {}", ty.name, words.join(" | "));
}

fn errors(model: &Model, out: &mut String) {
    let mut doc = "The codes of errors. A version to come may add some.".to_owned();
    for error in &model.errors {
        let _ = write!(doc, "\n\n- `{}`: {}", error.code, error.doc);
    }
    out.push('\n');
    comment(&doc, 0, out);
    let codes: Vec<String> = model.errors.iter().map(|error| format!("'{}'", error.code)).collect();
    let _ = writeln!(out, "export type ErrorCode =\n  | {}", codes.join("\n  | "));
}

fn comment(doc: &str, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    let doc = doc.replace("*/", "*\\/");
    if doc.chars().count() + indent + 7 <= WIDTH && !doc.contains('\n') {
        let _ = writeln!(out, "{pad}/** {doc} */");
        return;
    }
    let _ = writeln!(out, "{pad}/**");
    let mut item = false;
    for line in wrap(&doc, WIDTH - indent - 5) {
        // Items of a list follow each other without an empty line.
        if line.is_empty() {
            item = true;
            continue;
        }
        if item && !line.starts_with("- ") {
            let _ = writeln!(out, "{pad} *");
        }
        item = false;
        let _ = writeln!(out, "{pad} * {line}");
    }
    let _ = writeln!(out, "{pad} */");
}
