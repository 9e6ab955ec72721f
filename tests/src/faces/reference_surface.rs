//! The hand-written surface in the reference: classes, their members, functions, with their names in each language.

use std::fmt::Write as _;

use serde_json::Value;

use super::text::camel;

const LANGUAGES: [&str; 4] = ["python", "typescript", "swift", "kotlin"];
const COLUMNS: &str = "| Python | TypeScript | Swift | Kotlin | meaning |\n|---|---|---|---|---|\n";

/// One section per class, then the functions and modules of their own.
pub(super) fn section(items: &[Value]) -> String {
    let mut out = String::from("## Classes and functions\n");
    for class in items.iter().filter(|item| text(item, "kind") == "class") {
        let name = text(class, "name");
        let _ = writeln!(out, "\n### {name}\n\n{}", text(class, "doc"));
        let elsewhere = elsewhere(class);
        if !elsewhere.is_empty() {
            let _ = writeln!(out, "\n{}.", elsewhere.join(". "));
        }
        let prefix = format!("{name}.");
        table(items.iter().filter(|item| text(item, "name").starts_with(&prefix)), &mut out);
    }
    out.push_str("\n### Functions and modules\n");
    let free = |item: &&Value| matches!(text(item, "kind"), "function" | "module") && !text(item, "name").contains('.');
    table(items.iter().filter(free), &mut out);
    out
}

/// Where a class has another name, or none.
fn elsewhere(class: &Value) -> Vec<String> {
    let languages = ["Python", "TypeScript", "Swift", "Kotlin"].iter().zip(LANGUAGES);
    let other = |(shown, language): (&&str, &str)| match class.get(language) {
        Some(Value::String(name)) => Some(format!("In {shown} `{name}`")),
        Some(Value::Null) => Some(format!("Not in {shown}")),
        _ => None,
    };
    languages.filter_map(other).collect()
}

fn table<'a>(members: impl Iterator<Item = &'a Value>, out: &mut String) {
    let rows: Vec<String> = members.map(row).collect();
    if !rows.is_empty() {
        let _ = write!(out, "\n{COLUMNS}{}\n", rows.join("\n"));
    }
}

fn row(item: &Value) -> String {
    let names: Vec<String> = LANGUAGES.iter().map(|language| name_in(item, language)).collect();
    let waits = if item.get("async") == Some(&Value::Bool(true)) { " Waits." } else { "" };
    format!("| {} | {}{waits} |", names.join(" | "), text(item, "doc").replace('|', "\\|"))
}

/// The name without its owner, in code; a dash where the language has another idiom.
fn name_in(item: &Value, language: &str) -> String {
    let name = match item.get(language) {
        Some(Value::Null) => return "-".into(),
        Some(Value::String(name)) => name.clone(),
        _ if language == "python" => text(item, "name").to_owned(),
        _ => {
            let name = text(item, "name");
            match name.rsplit_once('.') {
                Some((owner, member)) => format!("{owner}.{}", camel(member)),
                None if text(item, "kind") == "class" => name.to_owned(),
                None => camel(name),
            }
        }
    };
    let owner = text(item, "name").split_once('.').map_or("", |(owner, _)| owner);
    let own = name.strip_prefix(owner).and_then(|rest| rest.strip_prefix('.')).unwrap_or(&name);
    format!("`{own}`")
}

fn text<'a>(item: &'a Value, key: &str) -> &'a str {
    item.get(key).and_then(Value::as_str).unwrap_or_default()
}
