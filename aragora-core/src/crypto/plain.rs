use std::fmt;

use serde_json::Value;
use zeroize::Zeroize;

use super::envelope::PlainType;
use crate::config::Secret;

/// A value to be sealed, or one that was opened. Its type is sealed with it, so `"true"` and `true` stay apart.
#[derive(Clone, Debug)]
pub enum Plain {
    /// Text.
    Text(Secret<String>),
    /// Bytes.
    Bytes(Secret<Vec<u8>>),
    /// A JSON value.
    Json(Secret<PlainJson>),
}

impl Plain {
    /// This text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(Secret::new(text.into()))
    }

    /// These bytes.
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self::Bytes(Secret::new(bytes.into()))
    }

    /// This JSON value.
    pub fn json(value: Value) -> Self {
        Self::Json(Secret::new(PlainJson(value)))
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text.expose()) } else { None }
    }

    /// The bytes, if it is bytes.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        if let Self::Bytes(bytes) = self { Some(bytes.expose()) } else { None }
    }

    /// The JSON value, if it is one.
    pub fn as_json(&self) -> Option<&Value> {
        if let Self::Json(value) = self { Some(&value.expose().0) } else { None }
    }

    pub(super) fn kind(&self) -> PlainType {
        match self {
            Self::Text(_) => PlainType::Text,
            Self::Bytes(_) => PlainType::Bytes,
            Self::Json(_) => PlainType::Json,
        }
    }
}

/// A JSON value that is overwritten when it is dropped.
#[derive(Clone, PartialEq)]
pub struct PlainJson(pub Value);

impl fmt::Debug for PlainJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Zeroize for PlainJson {
    fn zeroize(&mut self) {
        wipe(std::mem::take(&mut self.0));
    }
}

fn wipe(value: Value) {
    match value {
        Value::String(mut text) => text.zeroize(),
        Value::Array(items) => items.into_iter().for_each(wipe),
        Value::Object(members) => {
            for (mut name, value) in members {
                name.zeroize();
                wipe(value);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
