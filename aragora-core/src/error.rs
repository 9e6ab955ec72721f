//! One error type for the whole library and every language.
//!
//! `Display` is one line for logs: kind, reason, context. `Debug` is many lines for people and adds the
//! chain of causes. Neither ever holds a secret or the text of a reply.
//!
//! ```
//! use aragora_core::{Error, ErrorKind};
//!
//! let error = Error::new(ErrorKind::NotFound, "no debate has this id").with("debate", "deb_1");
//! assert_eq!(error.code(), "not_found");
//! assert_eq!(error.to_string(), "not_found: no debate has this id {debate=deb_1}");
//! ```

mod kind;
mod violation;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use kind::ErrorKind;
pub use violation::{Violation, Violations};

/// The result of everything that can fail here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Source = Arc<dyn std::error::Error + Send + Sync + 'static>;

/// What went wrong, whether repeating helps, and where to look.
///
/// Cloning is cheap enough for one failure to be reported by several debates; the cause is shared.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    reason: String,
    retryable: bool,
    retry_after: Option<Duration>,
    context: BTreeMap<String, String>,
    source: Option<Source>,
}

impl Error {
    /// An error of this kind, with a reason in lower case that names what was found and what was expected.
    pub fn new(kind: ErrorKind, reason: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            reason: reason.into(),
            retryable: kind.retryable_by_default(),
            retry_after: None,
            context: BTreeMap::new(),
            source: None,
        }))
    }

    /// Adds one context entry; a second entry of the same name replaces the first.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl fmt::Display) -> Self {
        self.0.context.insert(key.to_owned(), value.to_string());
        self
    }

    /// Attaches the cause, which stays reachable through [`std::error::Error::source`].
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(Arc::from(source.into()));
        self
    }

    /// Overrides whether repeating the call can help.
    #[must_use]
    pub fn retryable_if(mut self, retryable: bool) -> Self {
        self.0.retryable = retryable;
        self
    }

    /// Says how long to wait before repeating; makes the error retryable.
    #[must_use]
    pub fn retry_after_of(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self.0.retryable = true;
        self
    }

    /// The kind to match on.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The stable name of the kind, the same in every language.
    pub fn code(&self) -> &'static str {
        self.0.kind.code()
    }

    /// One sentence for people, without a full stop.
    pub fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Whether repeating the same call can succeed.
    pub fn retryable(&self) -> bool {
        self.0.retryable
    }

    /// How long to wait before repeating, if the other side said so.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Facts about the failure by name; documents in it are JSON text.
    pub fn context(&self) -> &BTreeMap<String, String> {
        &self.0.context
    }

    /// The shared cause, if one is attached.
    pub fn cause(&self) -> Option<Arc<dyn std::error::Error + Send + Sync>> {
        self.0.source.clone()
    }

    /// Shorthand for [`ErrorKind::Internal`], a bug of ours.
    pub fn internal(reason: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, reason)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), self.0.reason)?;
        let mut open = false;
        // Whole documents (violations, partial decisions) would drown the line; `Debug` shows them.
        for (key, value) in
            self.0.context.iter().filter(|(_, value)| value.len() <= 120 && !value.starts_with(['{', '[']))
        {
            write!(f, "{}{key}={value}", if open { ", " } else { " {" })?;
            open = true;
        }
        if open { f.write_str("}") } else { Ok(()) }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        write!(f, "{}: {}", self.code(), inner.reason)?;
        if inner.retryable {
            write!(f, "\n  retryable")?;
            if let Some(wait) = inner.retry_after {
                write!(f, " after {} ms", wait.as_millis())?;
            }
        }
        for (key, value) in &inner.context {
            write!(f, "\n  {key}: {value}")?;
        }
        let mut cause: Option<&(dyn std::error::Error + 'static)> = inner.source.as_deref().map(|s| s as _);
        while let Some(error) = cause {
            write!(f, "\n  caused by: {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl PartialEq for Error {
    /// Equal in everything a caller can act on; causes are not compared.
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (&self.0, &other.0);
        (a.kind, &a.reason, a.retryable, a.retry_after, &a.context)
            == (b.kind, &b.reason, b.retryable, b.retry_after, &b.context)
    }
}
