//! `Values.swift`: structures and enumerations that read and write the core's own documents.
//!
//! Where Swift can derive the conversion it does; durations, instants and full 64-bit values have a written one, and
//! so has every union, because its form in a document is the core's and not Swift's.

use super::BANNER;
use super::model::{Case, ErrorCode, Field, Kind, Model, Ty, Type, Word};
use super::output::File;
use super::text::{camel, pascal, wrap};

const PATH: &str = "aragora-ffi/swift/Sources/Aragora/Values.swift";

/// Written by hand: the envelope, whose `type` says how its `data` is read; the request, which can stream; and what
/// stands for an object of the host.
#[rustfmt::skip]
const BY_HAND: [&str; 8] = [
    "AgentDocument", "AgentRequest", "CredentialsDocument", "Event", "ProtocolDocument", "ScriptDocument",
    "SeatDocument", "Step",
];
/// The union whose cases are read by the envelope's type, one structure each.
const EVENTS: &str = "EventData";

/// Words Swift takes for itself.
#[rustfmt::skip]
const KEYWORDS: [&str; 52] = [
    "any", "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer", "deinit", "do",
    "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for", "func", "guard", "if", "import", "in",
    "init", "inout", "internal", "is", "let", "nil", "operator", "precedencegroup", "private", "protocol", "public",
    "repeat", "rethrows", "return", "self", "static", "struct", "subscript", "super", "switch", "throw", "throws",
    "true", "try", "typealias", "var", "where", "while",
];

/// The Swift values of this model.
pub(super) fn render(model: &Model) -> Result<File, String> {
    let mut out = Out(format!("// {BANNER}\n\nimport Foundation\n"));
    for ty in model.types.iter().filter(|ty| !BY_HAND.contains(&ty.name.as_str())) {
        out.ty(ty)?;
    }
    out.errors(&model.errors);
    Ok(File { path: PATH, text: out.0 })
}

struct Out(String);

impl Out {
    fn line(&mut self, depth: usize, text: &str) {
        if !text.is_empty() {
            self.0.push_str(&"    ".repeat(depth));
            self.0.push_str(text);
        }
        self.0.push('\n');
    }

    fn doc(&mut self, depth: usize, doc: &str) {
        for line in wrap(doc, 110 - 4 * depth) {
            self.line(depth, format!("/// {line}").trim_end());
        }
    }

    fn ty(&mut self, ty: &Type) -> Result<(), String> {
        match &ty.kind {
            Kind::Record { fields } => self.record(&ty.name, &ty.doc, ty.input, fields),
            Kind::Words { cases, open: false } => {
                self.words(ty, cases);
                Ok(())
            }
            Kind::Words { cases, open: true } => {
                self.open_words(ty, cases);
                Ok(())
            }
            Kind::Union { cases, .. } if ty.name == EVENTS => self.events(ty, cases),
            Kind::Union { tag, cases } => self.union(ty, tag.as_deref(), cases),
            Kind::Alias { ty: target } => {
                self.line(0, "");
                self.doc(0, &ty.doc);
                self.line(0, &format!("public typealias {} = {}", ty.name, swift(target)?));
                Ok(())
            }
        }
    }

    fn record(&mut self, name: &str, doc: &str, input: bool, fields: &[Field]) -> Result<(), String> {
        self.line(0, "");
        self.doc(0, doc);
        self.line(0, &format!("public struct {name}: Hashable, AragoraDocument {{"));
        let mut parameters = Vec::new();
        for field in fields {
            self.doc(1, &field.doc);
            let ty = member(field)?;
            self.line(1, &format!("public {} {}: {ty}", if input { "var" } else { "let" }, property(field)));
            let default = if ty.ends_with('?') { " = nil" } else { "" };
            parameters.push(format!("{}: {ty}{default}", property(field)));
        }
        if input {
            self.line(0, "");
            self.initialiser(&parameters, fields);
        }
        self.keys("CodingKeys", fields);
        if fields.iter().any(is_special) {
            self.line(0, "");
            self.line(1, "public init(from decoder: any Decoder) throws {");
            self.line(2, "let keyed = try decoder.container(keyedBy: CodingKeys.self)");
            for field in fields {
                self.line(2, &format!("{} = {}", property(field), read(field)?));
            }
            self.line(1, "}");
            self.line(0, "");
            self.line(1, "public func encode(to encoder: any Encoder) throws {");
            self.line(2, "var keyed = encoder.container(keyedBy: CodingKeys.self)");
            for field in fields {
                self.line(2, &write(field, &property(field))?);
            }
            self.line(1, "}");
        }
        self.line(0, "}");
        self.hiding(name, fields);
        Ok(())
    }

    /// What is printed, dumped or shown by a debugger has the names of secrets and nothing of their values.
    fn hiding(&mut self, name: &str, fields: &[Field]) {
        if !fields.iter().any(|field| field.secret) {
            return;
        }
        self.line(0, "");
        self.line(0, &format!("extension {name}: CustomStringConvertible, CustomReflectable {{"));
        self.line(1, "public var description: String { Hidden.text(of: customMirror) }");
        self.line(1, "public var customMirror: Mirror {");
        self.line(2, "Mirror(");
        self.line(3, "self,");
        self.line(3, "children: [");
        for field in fields {
            let name = property(field);
            let shown = if field.secret { format!("Hidden.shown({name})") } else { format!("{name} as Any") };
            self.line(4, &format!("\"{}\": {shown},", name.trim_matches('`')));
        }
        self.line(3, "])");
        self.line(1, "}");
        self.line(0, "}");
    }

    fn initialiser(&mut self, parameters: &[String], fields: &[Field]) {
        self.line(1, "public init(");
        for (i, parameter) in parameters.iter().enumerate() {
            self.line(2, &format!("{parameter}{}", if i + 1 < parameters.len() { "," } else { "" }));
        }
        self.line(1, ") {");
        for field in fields {
            let name = property(field);
            self.line(2, &format!("self.{name} = {name}"));
        }
        self.line(1, "}");
    }

    fn keys(&mut self, name: &str, fields: &[Field]) {
        self.line(0, "");
        if fields.is_empty() {
            self.line(1, &format!("private enum {name}: CodingKey {{}}"));
            return;
        }
        self.line(1, &format!("private enum {name}: String, CodingKey {{"));
        for field in fields {
            self.line(2, &key(&property(field), &field.json));
        }
        self.line(1, "}");
    }

    fn words(&mut self, ty: &Type, cases: &[Word]) {
        self.line(0, "");
        self.doc(0, &ty.doc);
        self.line(0, &format!("public enum {}: String, Hashable, CaseIterable, AragoraDocument {{", ty.name));
        for case in cases {
            self.doc(1, &case.doc);
            self.line(1, &key(&case_name(&case.name), &case.json));
        }
        self.line(0, "}");
    }

    fn open_words(&mut self, ty: &Type, cases: &[Word]) {
        self.line(0, "");
        self.doc(0, &ty.doc);
        let conforms = "RawRepresentable, Hashable, AragoraDocument, ExpressibleByStringLiteral";
        self.line(0, &format!("public struct {}: {conforms} {{", ty.name));
        for case in cases {
            self.doc(1, &case.doc);
            let name = case_name(&case.name);
            self.line(1, &format!("public static let {name} = {}(rawValue: {:?})", ty.name, case.json));
        }
        self.line(0, "");
        self.line(1, "public let rawValue: String");
        self.line(1, "public init(rawValue: String) { self.rawValue = rawValue }");
        self.line(1, "public init(stringLiteral value: String) { rawValue = value }");
        self.line(0, "}");
    }

    fn union(&mut self, ty: &Type, tag: Option<&str>, cases: &[Case]) -> Result<(), String> {
        self.line(0, "");
        self.doc(0, &ty.doc);
        self.line(0, &format!("public enum {}: Hashable, AragoraDocument {{", ty.name));
        for case in cases {
            self.doc(1, &case.doc);
            let declared = match (members(case), &case.payload) {
                ([], None) => String::new(),
                ([], Some(payload)) => format!("({})", swift(payload)?),
                (fields, _) => {
                    let parameter = |field: &Field| {
                        let ty = member(field)?;
                        let default = if ty.ends_with('?') { " = nil" } else { "" };
                        Ok(format!("{}: {ty}{default}", property(field)))
                    };
                    let parameters: Vec<String> = fields.iter().map(parameter).collect::<Result<_, String>>()?;
                    format!("({})", parameters.join(", "))
                }
            };
            self.line(1, &format!("case {}{declared}", case_name(&case.name)));
        }
        for case in cases.iter().filter(|case| !members(case).is_empty()) {
            self.keys(&keys_of(case), members(case));
        }
        self.line(0, "");
        match tag {
            Some(tag) => self.tagged(ty, tag, cases)?,
            None => self.external(ty, cases)?,
        }
        self.line(0, "}");
        Ok(())
    }

    /// `{"name": "word", ...members}`.
    fn tagged(&mut self, ty: &Type, tag: &str, cases: &[Case]) -> Result<(), String> {
        self.line(1, "public init(from decoder: any Decoder) throws {");
        self.line(2, "let tags = try decoder.container(keyedBy: Name.self)");
        self.line(2, &format!("let word = try tags.decode(String.self, forKey: Name({tag:?}))"));
        self.line(2, "switch word {");
        for case in cases {
            self.line(2, &format!("case {:?}:", case.json));
            self.read_members(3, case, "decoder")?;
        }
        self.line(2, &format!("default: throw Unknown.word(word, of: \"{}\", tags.codingPath)", ty.name));
        self.line(2, "}");
        self.line(1, "}");
        self.line(0, "");
        self.line(1, "public func encode(to encoder: any Encoder) throws {");
        self.line(2, "var tags = encoder.container(keyedBy: Name.self)");
        self.line(2, "switch self {");
        for case in cases {
            self.line(2, &format!("case .{}{}:", case_name(&case.name), bindings(case)));
            self.line(3, &format!("try tags.encode({:?}, forKey: Name({tag:?}))", case.json));
            self.write_members(3, case, "encoder")?;
        }
        self.line(2, "}");
        self.line(1, "}");
        Ok(())
    }

    /// `"word"`, `{"word": payload}` or `{"word": {...members}}`.
    fn external(&mut self, ty: &Type, cases: &[Case]) -> Result<(), String> {
        let is_bare = |case: &&Case| members(case).is_empty() && case.payload.is_none();
        let bare: Vec<&Case> = cases.iter().filter(is_bare).collect();
        let full: Vec<&Case> = cases.iter().filter(|case| !is_bare(case)).collect();
        self.line(1, "public init(from decoder: any Decoder) throws {");
        if !bare.is_empty() {
            self.line(2, "if let word = try? decoder.singleValueContainer().decode(String.self) {");
            self.line(3, "switch word {");
            for case in bare {
                let name = case_name(&case.name);
                self.line(3, &format!("case {:?}: self = .{name}", case.json));
            }
            self.line(3, &format!("default: throw Unknown.word(word, of: \"{}\", decoder.codingPath)", ty.name));
            self.line(3, "}");
            self.line(3, "return");
            self.line(2, "}");
        }
        self.line(2, "let cases = try decoder.container(keyedBy: Name.self)");
        self.line(2, "let key = cases.allKeys.count == 1 ? cases.allKeys[0] : Name(\"\")");
        self.line(2, "switch key.stringValue {");
        for case in full {
            self.line(2, &format!("case {:?}:", case.json));
            match &case.payload {
                Some(payload) => {
                    let name = case_name(&case.name);
                    self.line(3, &format!("self = .{name}(try cases.decode({}.self, forKey: key))", swift(payload)?));
                }
                None => {
                    self.line(3, "let decoder = try cases.superDecoder(forKey: key)");
                    self.read_members(3, case, "decoder")?;
                }
            }
        }
        self.line(2, &format!("default: throw Unknown.word(key.stringValue, of: \"{}\", cases.codingPath)", ty.name));
        self.line(2, "}");
        self.line(1, "}");
        self.line(0, "");
        self.line(1, "public func encode(to encoder: any Encoder) throws {");
        self.line(2, "switch self {");
        for case in cases {
            let name = case_name(&case.name);
            self.line(2, &format!("case .{name}{}:", bindings(case)));
            if is_bare(&case) {
                self.line(3, "var single = encoder.singleValueContainer()");
                self.line(3, &format!("try single.encode({:?})", case.json));
            } else {
                self.line(3, "var cases = encoder.container(keyedBy: Name.self)");
                if case.payload.is_some() {
                    self.line(3, &format!("try cases.encode(payload, forKey: Name({:?}))", case.json));
                } else {
                    self.line(3, &format!("let encoder = cases.superEncoder(forKey: Name({:?}))", case.json));
                    self.write_members(3, case, "encoder")?;
                }
            }
        }
        self.line(2, "}");
        self.line(1, "}");
        Ok(())
    }

    fn read_members(&mut self, depth: usize, case: &Case, decoder: &str) -> Result<(), String> {
        let name = case_name(&case.name);
        if members(case).is_empty() {
            self.line(depth, &format!("self = .{name}"));
            return Ok(());
        }
        self.line(depth, &format!("let keyed = try {decoder}.container(keyedBy: {}.self)", keys_of(case)));
        let arguments: Vec<String> = members(case)
            .iter()
            .map(|field| Ok(format!("{}: {}", property(field), read(field)?)))
            .collect::<Result<_, String>>()?;
        self.line(depth, &format!("self = .{name}("));
        for (i, argument) in arguments.iter().enumerate() {
            let end = if i + 1 < arguments.len() { "," } else { ")" };
            self.line(depth + 1, &format!("{argument}{end}"));
        }
        Ok(())
    }

    fn write_members(&mut self, depth: usize, case: &Case, encoder: &str) -> Result<(), String> {
        if members(case).is_empty() {
            return Ok(());
        }
        self.line(depth, &format!("var keyed = {encoder}.container(keyedBy: {}.self)", keys_of(case)));
        for field in members(case) {
            self.line(depth, &write(field, &property(field))?);
        }
        Ok(())
    }

    fn events(&mut self, ty: &Type, cases: &[Case]) -> Result<(), String> {
        for case in cases.iter().filter(|case| !members(case).is_empty()) {
            self.record(&event_name(case), &case.doc, false, members(case))?;
        }
        self.line(0, "");
        self.doc(0, &ty.doc);
        self.line(0, &format!("public indirect enum {}: Hashable, Sendable {{", ty.name));
        for case in cases {
            self.doc(1, &case.doc);
            let payload = if members(case).is_empty() { String::new() } else { format!("({})", event_name(case)) };
            self.line(1, &format!("case {}{payload}", case_name(&case.name)));
        }
        self.doc(1, "A type this version does not know.");
        self.line(1, "case unknown(type: String, data: JSONValue)");
        self.line(0, "");
        self.line(1, "init(type: String, from decoder: any Decoder) throws {");
        self.line(2, "switch type {");
        for case in cases {
            let name = case_name(&case.name);
            let value = if members(case).is_empty() {
                String::new()
            } else {
                format!("(try {}(from: decoder))", event_name(case))
            };
            self.line(2, &format!("case {:?}: self = .{name}{value}", case.json));
        }
        self.line(2, "default: self = .unknown(type: type, data: try JSONValue(from: decoder))");
        self.line(2, "}");
        self.line(1, "}");
        self.line(0, "");
        self.line(1, "func encodeMembers(to encoder: any Encoder) throws {");
        self.line(2, "switch self {");
        for case in cases {
            let name = case_name(&case.name);
            if members(case).is_empty() {
                self.line(2, &format!("case .{name}: try JSONValue.object([:]).encode(to: encoder)"));
            } else {
                self.line(2, &format!("case .{name}(let data): try data.encode(to: encoder)"));
            }
        }
        self.line(2, "case .unknown(_, let data): try data.encode(to: encoder)");
        self.line(2, "}");
        self.line(1, "}");
        self.line(0, "}");
        Ok(())
    }

    fn errors(&mut self, errors: &[ErrorCode]) {
        self.line(0, "");
        self.line(0, "extension AragoraError.Code {");
        for error in errors {
            self.doc(1, &error.doc);
            let name = case_name(&error.code);
            self.line(1, &format!("public static let {name} = AragoraError.Code(rawValue: {:?})", error.code));
        }
        self.line(0, "");
        self.doc(1, "Every code this version knows.");
        let all: Vec<String> = errors.iter().map(|error| format!(".{}", case_name(&error.code))).collect();
        self.list("public static let all: [AragoraError.Code] = [", &all);
        self.line(0, "");
        let worth: Vec<String> =
            errors.iter().filter(|e| e.retryable).map(|error| format!(".{}", case_name(&error.code))).collect();
        self.list("static let retryableByDefault: Set<AragoraError.Code> = [", &worth);
        self.line(0, "}");
    }

    fn list(&mut self, head: &str, items: &[String]) {
        self.line(1, head);
        for line in wrap(&items.join(", "), 110) {
            self.line(2, &line);
        }
        self.line(1, "]");
    }
}

fn members(case: &Case) -> &[Field] {
    case.fields.as_deref().unwrap_or_default()
}

/// Swift writes a case as its name unless told otherwise.
fn key(name: &str, json: &str) -> String {
    if name.trim_matches('`') == json { format!("case {name}") } else { format!("case {name} = {json:?}") }
}

fn event_name(case: &Case) -> String {
    format!("{}Event", pascal(&case.name))
}

fn keys_of(case: &Case) -> String {
    format!("{}Keys", pascal(&case.name))
}

fn bindings(case: &Case) -> String {
    match (members(case), &case.payload) {
        ([], None) => String::new(),
        ([], Some(_)) => "(let payload)".to_owned(),
        (fields, _) => {
            let names: Vec<String> = fields.iter().map(|field| format!("let {}", property(field))).collect();
            format!("({})", names.join(", "))
        }
    }
}

fn escaped(name: String) -> String {
    if KEYWORDS.contains(&name.as_str()) { format!("`{name}`") } else { name }
}

/// `.none` of an optional would be read as no value at all.
pub(super) fn case_name(name: &str) -> String {
    if name == "none" { "nothing".to_owned() } else { escaped(camel(name)) }
}

fn property(field: &Field) -> String {
    let plain = match field.ty {
        Ty::DurationMs => field.name.strip_suffix("_ms").unwrap_or(&field.name),
        _ => &field.name,
    };
    escaped(camel(plain))
}

/// The type of a member, optional where it may be absent.
fn member(field: &Field) -> Result<String, String> {
    let ty = match (&field.ty, field.required) {
        (Ty::Optional(inner), false) => format!("Nullable<{}>", swift(inner)?),
        (ty, _) => swift(ty)?,
    };
    Ok(if field.required || ty.ends_with('?') { ty } else { format!("{ty}?") })
}

fn swift(ty: &Ty) -> Result<String, String> {
    Ok(match ty {
        Ty::String => "String".into(),
        Ty::Integer => "Int64".into(),
        Ty::Float => "Double".into(),
        Ty::Boolean => "Bool".into(),
        Ty::Json => "JSONValue".into(),
        Ty::Instant | Ty::InstantMs => "Date".into(),
        Ty::Uint64 => "UInt64".into(),
        Ty::DurationMs => "Duration".into(),
        Ty::Ref(name) => name.clone(),
        Ty::Optional(inner) => format!("{}?", swift(inner)?),
        Ty::List(inner) => format!("[{}]", swift(plain(inner)?)?),
        Ty::Map(inner) => format!("[String: {}]", swift(plain(inner)?)?),
        Ty::Tuple(_) => return Err("a tuple has no form in Swift that documents can be read into".into()),
    })
}

/// Inside lists and maps only what Swift converts by itself.
fn plain(ty: &Ty) -> Result<&Ty, String> {
    let inner = if let Ty::Optional(inner) = ty { inner } else { ty };
    if wire(inner).is_some() {
        Err(format!("a list or map of {inner:?} is not rendered for Swift yet"))
    } else {
        Ok(ty)
    }
}

/// The type a value takes in a document, and the property that holds the value, where Swift's own form is another.
fn wire(ty: &Ty) -> Option<(&'static str, &'static str)> {
    match ty {
        Ty::InstantMs => Some(("WireDate", "date")),
        Ty::Instant => Some(("WireText", "date")),
        Ty::Uint64 => Some(("WireUInt64", "value")),
        Ty::DurationMs => Some(("WireMillis", "duration")),
        _ => None,
    }
}

fn is_special(field: &Field) -> bool {
    match &field.ty {
        Ty::Optional(inner) => !field.required || wire(inner).is_some(),
        ty => wire(ty).is_some(),
    }
}

/// The expression that reads a member from `keyed`.
fn read(field: &Field) -> Result<String, String> {
    let key = format!(".{}", property(field));
    let (ty, optional) = match &field.ty {
        Ty::Optional(inner) if field.required => (inner.as_ref(), true),
        Ty::Optional(inner) => {
            let ty = format!("Nullable<{}>", swift(inner)?);
            return Ok(format!("keyed.contains({key}) ? try keyed.decode({ty}.self, forKey: {key}) : nil"));
        }
        ty => (ty, !field.required),
    };
    Ok(match (wire(ty), optional) {
        (Some((wire, value)), true) => format!("try keyed.decodeIfPresent({wire}.self, forKey: {key})?.{value}"),
        (Some((wire, value)), false) => format!("try keyed.decode({wire}.self, forKey: {key}).{value}"),
        (None, true) => format!("try keyed.decodeIfPresent({}.self, forKey: {key})", swift(ty)?),
        (None, false) => format!("try keyed.decode({}.self, forKey: {key})", swift(ty)?),
    })
}

/// The statement that writes a member to `keyed`.
fn write(field: &Field, value: &str) -> Result<String, String> {
    let key = format!(".{}", property(field));
    let (ty, optional) = match &field.ty {
        Ty::Optional(inner) => (inner.as_ref(), true),
        ty => (ty, !field.required),
    };
    let nullable = matches!(field.ty, Ty::Optional(_)) && !field.required;
    Ok(match (wire(ty).filter(|_| !nullable), optional) {
        (Some((wire, _)), true) => format!("try keyed.encodeIfPresent({value}.map({wire}.init), forKey: {key})"),
        (Some((wire, _)), false) => format!("try keyed.encode({wire}({value}), forKey: {key})"),
        (None, true) => format!("try keyed.encodeIfPresent({value}, forKey: {key})"),
        (None, false) => format!("try keyed.encode({value}, forKey: {key})"),
    })
}
