use std::fmt;

use serde::Serialize;

use super::{Error, ErrorKind, Result};

/// One field outside its documented form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Violation {
    /// RFC 6901 pointer to the field, e.g. `/limits/rounds`.
    pub pointer: String,
    /// What was found and what was expected.
    pub reason: String,
}

/// Collects every violation of a request, so that the caller corrects all of them at once.
#[derive(Clone, Debug, Default)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// Nothing violated yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes one violation.
    pub fn add(&mut self, pointer: impl Into<String>, reason: impl fmt::Display) {
        self.0.push(Violation { pointer: pointer.into(), reason: reason.to_string() });
    }

    /// Notes a violation unless the condition holds.
    pub fn check(&mut self, holds: bool, pointer: impl Into<String>, reason: impl fmt::Display) {
        if !holds {
            self.add(pointer, reason);
        }
    }

    /// Takes over what another validation found, below the given pointer.
    pub fn nest(&mut self, pointer: &str, inner: Self) {
        self.0.extend(
            inner.0.into_iter().map(|v| Violation { pointer: format!("{pointer}{}", v.pointer), reason: v.reason }),
        );
    }

    /// Whether nothing was violated.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every one once, sorted by pointer.
    pub(crate) fn into_sorted(mut self) -> Vec<Violation> {
        self.0.sort();
        self.0.dedup();
        self.0
    }

    /// `Ok` when empty, else one error of this kind that lists every violation sorted by pointer.
    pub fn into_result(self, kind: ErrorKind) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let all = self.into_sorted();
        let listed: Vec<String> = all.iter().map(|v| format!("{}: {}", v.pointer, v.reason)).collect();
        let document = serde_json::to_string(&all).unwrap_or_default();
        Err(Error::new(kind, listed.join("; ")).with("violations", document).with("count", all.len()))
    }

    /// [`Self::into_result`] with [`ErrorKind::InvalidRequest`].
    pub fn into_invalid_request(self) -> Result<()> {
        self.into_result(ErrorKind::InvalidRequest)
    }
}
