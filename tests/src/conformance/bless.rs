//! Rewrites `ok` documents in place, so that everything else of a file keeps its bytes.

use std::collections::BTreeMap;

use serde_json::Value;

use super::format::folder;

/// Replaces the `ok` documents of these (case, step) pairs. Documents are found by their text, so a file must be
/// written as `serde_json` writes one line, with spaces after commas and colons.
///
/// # Errors
///
/// What could not be read, found or written.
pub(super) fn write(suite: &str, found: &BTreeMap<(usize, usize), Value>) -> Result<(), String> {
    let path = folder().join(format!("{suite}.json"));
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{suite}.json: {error}"))?;
    let file: Value = serde_json::from_str(&text).map_err(|error| format!("{suite}.json: {error}"))?;
    let mut written = text.clone();
    for ((case, step), document) in found {
        let case = &file["cases"][*case];
        let old = spaced(&case["steps"][*step]["then"]["ok"]);
        let new = spaced(document);
        let id = format!("{{\"id\": {},", case["id"]);
        let at = written.find(&id).ok_or_else(|| format!("{suite}.json: {id} is not there"))?;
        let from = written[at..].find(&format!("\"ok\": {old}")).ok_or_else(|| format!("{suite}: {old} not found"))?;
        let start = at + from + "\"ok\": ".len();
        written.replace_range(start..start + old.len(), &new);
    }
    std::fs::write(&path, written).map_err(|error| format!("{suite}.json: {error}"))
}

/// JSON on one line with a space after commas and colons.
fn spaced(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(name, value)| format!("{}: {}", Value::from(name.as_str()), spaced(value)))
                .collect();
            format!("{{{}}}", members.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(spaced).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}
