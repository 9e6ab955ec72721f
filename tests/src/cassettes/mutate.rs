//! Random changes to the JSON of a response, and whether a text comes from it.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// One change: which place, counted over all of the document, and what happens to it.
#[derive(Clone, Copy, Debug)]
pub struct Mutation {
    /// The place; taken modulo the number of places.
    pub place: usize,
    /// The change; taken modulo the number of changes.
    pub change: u8,
}

/// The body with every JSON document in it changed where the mutations say so. What is no JSON stays.
pub fn mutated(body: &str, mutations: &[Mutation]) -> String {
    if let Ok(document) = serde_json::from_str::<Value>(body) {
        return mutations.iter().fold(document, |document, mutation| changed(document, *mutation)).to_string();
    }
    let mut lines: Vec<String> = body.split('\n').map(str::to_owned).collect();
    for mutation in mutations {
        let mut documents: Vec<(usize, Value)> = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            let data = line.trim_end().strip_prefix("data:").map(str::trim);
            documents.extend(data.and_then(|data| serde_json::from_str(data).ok()).map(|document| (at, document)));
        }
        let count = documents.len().max(1);
        let Some((at, document)) = documents.into_iter().nth(mutation.place % count) else { continue };
        let inner = Mutation { place: mutation.place / count, ..*mutation };
        if let Some(line) = lines.get_mut(at) {
            let end = if line.ends_with('\r') { "\r" } else { "" };
            *line = format!("data: {}{end}", changed(document, inner));
        }
    }
    lines.join("\n")
}

fn changed(mut document: Value, mutation: Mutation) -> Value {
    let mut place = mutation.place % count(&document).max(1);
    change(&mut document, &mut place, mutation.change);
    document
}

/// How many values a document holds, itself included.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0_usize,
    }
}

/// Changes the value at a place; whether it was found.
fn change(value: &mut Value, place: &mut usize, how: u8) -> bool {
    if *place == 0 {
        *value = replaced(value, how);
        return true;
    }
    *place -= 1;
    match value {
        Value::Array(items) => {
            let found = items.iter_mut().any(|item| change(item, place, how));
            if found && how.is_multiple_of(CHANGES) {
                items.truncate(items.len() / 2);
            }
            found
        }
        Value::Object(members) => {
            let names: Vec<String> = members.keys().cloned().collect();
            for name in names {
                if *place == 0 && how % CHANGES == 1 {
                    members.remove(&name);
                    return true;
                }
                if members.get_mut(&name).is_some_and(|member| change(member, place, how)) {
                    return true;
                }
            }
            false
        }
        _ => false,
    }
}

const CHANGES: u8 = 12;

fn replaced(value: &Value, how: u8) -> Value {
    match how % CHANGES {
        2 => Value::Null,
        3 => json!(true),
        4 => json!(-1),
        5 => json!(1.5e300),
        6 => json!(u64::MAX),
        7 => json!("changed \u{0}\u{10ffff}"),
        8 => json!([]),
        9 => json!({}),
        10 => json!([value, value]),
        11 => Value::Object(Map::from_iter([("inner".to_owned(), value.clone())])),
        _ => match value {
            Value::String(text) => json!(text.chars().rev().collect::<String>()),
            Value::Array(items) => items.iter().rev().cloned().collect(),
            other => json!(other.to_string()),
        },
    }
}

/// Every string in every JSON document of a body.
pub fn strings(body: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    match serde_json::from_str::<Value>(body) {
        Ok(document) => collect(&document, &mut found),
        Err(_) => {
            for data in body.lines().filter_map(|line| line.trim_end().strip_prefix("data:")) {
                if let Ok(document) = serde_json::from_str::<Value>(data.trim()) {
                    collect(&document, &mut found);
                }
            }
        }
    }
    found.retain(|text| !text.is_empty());
    found
}

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            found.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(members) => members.values().for_each(|member| collect(member, found)),
        _ => {}
    }
}

/// Whether a value stands somewhere in a JSON body.
pub fn holds(body: &str, wanted: &Value) -> bool {
    fn within(value: &Value, wanted: &Value) -> bool {
        value == wanted
            || match value {
                Value::Array(items) => items.iter().any(|item| within(item, wanted)),
                Value::Object(members) => members.values().any(|member| within(member, wanted)),
                _ => false,
            }
    }
    serde_json::from_str(body).is_ok_and(|document: Value| within(&document, wanted))
}

/// Whether a text is nothing but these strings, one after the other.
pub fn is_made_of(text: &str, strings: &BTreeSet<String>) -> bool {
    let mut reached = BTreeSet::from([0]);
    while let Some(at) = reached.pop_first() {
        let Some(rest) = text.get(at..) else { continue };
        if rest.is_empty() {
            return true;
        }
        reached.extend(strings.iter().filter(|part| rest.starts_with(part.as_str())).map(|part| at + part.len()));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_a_document_can_be_changed() {
        let body = r#"{"a":[1,"x"],"b":{"c":null}}"#;
        let changed: BTreeSet<String> = (0..6).map(|place| mutated(body, &[Mutation { place, change: 7 }])).collect();
        assert_eq!(changed.len(), 6);
        assert!(!changed.contains(body));
        assert_eq!(mutated(body, &[Mutation { place: 1, change: 1 }]), r#"{"b":{"c":null}}"#);
    }

    #[test]
    fn events_keep_their_frame() {
        let body = "event: x\r\ndata: {\"a\":1}\r\n\r\ndata: [DONE]\n\n";
        let changed = mutated(body, &[Mutation { place: 1, change: 2 }]);
        assert_eq!(changed, "event: x\r\ndata: {\"a\":null}\r\n\r\ndata: [DONE]\n\n");
    }

    #[test]
    fn a_text_is_made_of_parts_in_any_number() {
        let parts = BTreeSet::from(["ab".to_owned(), "a".to_owned(), "c".to_owned()]);
        assert!(is_made_of("abaac", &parts) && is_made_of("", &parts));
        assert!(!is_made_of("abe", &parts));
    }
}
