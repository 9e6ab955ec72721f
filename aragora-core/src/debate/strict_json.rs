//! JSON as participants write it, read strictly: a key given twice or a number JSON does not know makes a value
//! malformed, because picking one reading would be a guess.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// What a piece of text is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    Value(Value),
    /// JSON but for a repeated key or a number such as `NaN`, `1e999`, `.5`.
    Malformed(&'static str),
    /// No JSON at all.
    None,
}

/// Reads the whole text as one JSON value of at most 127 levels.
pub(super) fn read(text: &str) -> Json {
    let text = trimmed(text);
    if text.is_empty() {
        return Json::None;
    }
    // Prose is told by its first word: a value that is no list, object or text is one word and nothing else.
    if !text.starts_with(['{', '[', '"']) && !text.chars().all(in_word) {
        return Json::None;
    }
    match parse(text) {
        Some((value, false)) => Json::Value(value),
        Some((_, true)) => Json::Malformed("a key is given twice"),
        None if zeroed(text).is_some_and(|plain| parse(&plain).is_some()) => Json::Malformed("a number is not JSON"),
        None => Json::None,
    }
}

// What numbers and the words of JSON are made of.
fn in_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '_')
}

/// Reads an object in Python notation: single quotes, `True`, `False`, `None`. Published judges answer like this.
pub(super) fn read_python(text: &str) -> Json {
    match to_json(trimmed(text)) {
        Some(json) => read(&json),
        None => Json::None,
    }
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'))
}

fn parse(text: &str) -> Option<(Value, bool)> {
    let repeated = Cell::new(false);
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Strict { repeated: &repeated }.deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some((value, repeated.get()))
}

/// The text with every token that was meant as a number replaced by 0; `None` if there is none.
fn zeroed(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut found = false;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => string_end(rest, '"'),
            c if in_word(c) => rest.find(|c: char| !in_word(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        // Rust's float grammar knows signs, bare dots, nan and inf: exactly what people write instead of JSON.
        if token.parse::<f64>().is_ok() || token.strip_prefix("0x").is_some_and(|hex| !hex.is_empty()) {
            found = true;
            out.push('0');
        } else {
            out.push_str(token);
        }
        rest = after;
    }
    found.then_some(out)
}

/// Bytes of the string literal at the start of the text, both quotes included; all of it if it is not closed.
fn string_end(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

fn to_json(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (token, after) = match first {
            '\'' | '"' => {
                let (literal, after) = rest.split_at(string_end(rest, first));
                let inner = literal.strip_prefix(first).and_then(|l| l.strip_suffix(first))?;
                python_string(inner, &mut out)?;
                rest = after;
                continue;
            }
            c if c.is_ascii_alphabetic() => {
                rest.split_at(rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len()))
            }
            c => rest.split_at(c.len_utf8()),
        };
        out.push_str(match token {
            "True" => "true",
            "False" => "false",
            "None" => "null",
            other => other,
        });
        rest = after;
    }
    Some(out)
}

/// Only the escapes both notations share, and quotes; anything else is not what a judge means.
fn python_string(inner: &str, out: &mut String) -> Option<()> {
    out.push('"');
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next()? {
                '\'' => out.push('\''),
                c @ ('"' | '\\' | 'n' | 't' | 'r' | 'b' | 'f' | 'u') => out.extend(['\\', c]),
                _ => return None,
            },
            '"' => out.push_str("\\\""),
            c => out.push(c),
        }
    }
    out.push('"');
    Some(())
}

#[derive(Clone, Copy)]
struct Strict<'a> {
    repeated: &'a Cell<bool>,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number that is not finite"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            let value = members.next_value_seed(self)?;
            // Noted instead of returned as an error: half an object with a repeated key is no JSON at all.
            if map.insert(key, value).is_some() {
                self.repeated.set(true);
            }
        }
        Ok(Value::Object(map))
    }
}
