//! Prompt templates: text with named slots, strict about names.

use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};

/// Fills `{slot}`s. An unknown slot, or one without a value here, is `invalid_config`; other braces stay.
pub fn fill(template: &str, values: &[(&str, &str)]) -> Result<String> {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let (before, after) = rest.split_at(open);
        out.push_str(before);
        let name_end = after[1..].find(|c: char| !(c.is_ascii_lowercase() || c == '_')).map_or(after.len(), |i| i + 1);
        let name = &after[1..name_end];
        if name.is_empty() || !after[name_end..].starts_with('}') {
            out.push('{');
            rest = &after[1..];
            continue;
        }
        let Some((_, value)) = values.iter().find(|(slot, _)| *slot == name) else {
            return Err(Error::new(
                ErrorKind::InvalidConfig,
                format!("template slot {{{name}}} is unknown here, expected one of {:?}", slots_of(values)),
            ));
        };
        out.push_str(value);
        rest = &after[name_end + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

/// The slots of a template that are none of the known ones, each once, in order.
pub fn unknown_slots(template: &str, known: &[&str]) -> Vec<String> {
    let mut unknown: Vec<String> = Vec::new();
    for part in template.split('{').skip(1) {
        let name = part.split_once('}').map(|(name, _)| name).unwrap_or_default();
        let is_slot = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        if is_slot && !known.contains(&name) && !unknown.iter().any(|other| other == name) {
            unknown.push(name.to_owned());
        }
    }
    unknown
}

fn slots_of<'a>(values: &[(&'a str, &str)]) -> Vec<&'a str> {
    values.iter().map(|(slot, _)| *slot).collect()
}

/// Fills only these slots and leaves every other brace as it is, for published texts that hold braces of their own.
pub fn fill_known(template: &str, values: &[(&str, &str)]) -> Arc<str> {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    'outer: while let Some(open) = rest.find('{') {
        let (before, after) = rest.split_at(open);
        out.push_str(before);
        for (slot, value) in values {
            if let Some(tail) = after[1..].strip_prefix(slot).and_then(|tail| tail.strip_prefix('}')) {
                out.push_str(value);
                rest = tail;
                continue 'outer;
            }
        }
        out.push('{');
        rest = &after[1..];
    }
    out.push_str(rest);
    out.into()
}
