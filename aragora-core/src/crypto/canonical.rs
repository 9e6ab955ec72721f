//! One byte string per value, and refusal of every input for which two readers could disagree.
//!
//! [`to_canonical`] writes RFC 8785, [`read_strict`] reads what it writes and nothing ambiguous: plain `serde_json`
//! merges duplicate names and rounds 9007199254740993, and when another crate of a host's build turns on its
//! `arbitrary_precision`, `{"$serde_json::private::Number":"1"}` becomes `1`. Neither depends on it here.
//!
//! Structure, order and integers are written here, in one pass that also makes the checks; doubles by
//! `serde_json_canonicalizer`. That crate writing whole documents took 8 times as long as `serde_json::to_vec` (a
//! record of 1.2 KB: 11.1 against 1.4 microseconds), for every record of every debate. Tests hold the two equal.
//!
//! ```
//! use aragora_core::crypto::canonical::{Json, JsonLimits, read_strict, to_canonical};
//!
//! let bytes = to_canonical(&serde_json::json!({"b": 1.50, "a": "\u{20ac}"}))?;
//! assert_eq!(bytes, "{\"a\":\"\u{20ac}\",\"b\":1.5}".as_bytes());
//! assert!(read_strict(br#"{"a":1,"\u0061":2}"#, &JsonLimits::RECEIPT).is_err());
//! # Ok::<(), aragora_core::Error>(())
//! ```

mod json;
mod keys;
mod reader;
mod text;
mod writer;

use serde::Serialize;

pub use json::Json;

use crate::error::{Error, ErrorKind, Result};

/// The largest integer that every reader of JSON keeps: 2^53 - 1.
pub const MAX_INTEGER: i64 = 9_007_199_254_740_991;
/// The deepest nesting that is written or read, whatever the limits say.
pub const MAX_DEPTH: u16 = 512;

/// How large a document may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonLimits {
    /// Most bytes.
    pub bytes: usize,
    /// Deepest nesting; a scalar has depth 0, `[]` 1. At most [`MAX_DEPTH`].
    pub depth: u16,
    /// Most values, containers included.
    pub items: usize,
}

impl JsonLimits {
    /// Of receipts: 8 MiB, 64 levels, a million values.
    pub const RECEIPT: Self = Self { bytes: 8 << 20, depth: 64, items: 1_000_000 };
    /// Of bundles: 64 MiB, 64 levels, a million values.
    pub const BUNDLE: Self = Self { bytes: 64 << 20, ..Self::RECEIPT };
}

/// Reads one document. Refused with `invalid_request` and the byte `offset`: a name that occurs twice in one object
/// (compared unescaped); a number that is not finite, is negative zero, or is integral beyond [`MAX_INTEGER`] in any
/// spelling; a lone surrogate; invalid UTF-8; a byte order mark; control characters in strings; anything after the
/// value; more than the limits.
pub fn read_strict(bytes: &[u8], limits: &JsonLimits) -> Result<Json> {
    reader::read(bytes, limits)
}

/// The canonical JSON of a value after RFC 8785. A value with a number or name that [`read_strict`] refuses, or nested
/// deeper than [`MAX_DEPTH`], is `invalid_request`.
pub fn to_canonical<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>> {
    writer::write(value)
        .map_err(|refused| Error::new(ErrorKind::InvalidRequest, format!("no canonical JSON: {refused}")))
}
