//! What the runner needs of an SDK: the core's public API is one, the boundary of the bindings another.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

use aragora_core::Error;
use async_trait::async_trait;
use serde_json::Value;

use super::cast::Cast;
use super::format::Given;

/// One way into the library.
#[async_trait]
pub trait Sdk: Debug + Send + Sync {
    /// A fresh instance on a manual clock.
    async fn open(&self, given: &Given, cast: Arc<Cast>) -> Result<Box<dyn Instance>, Failure>;
}

/// An instance.
#[async_trait]
pub trait Instance: Debug + Send + Sync {
    /// Ops without a debate's handle.
    async fn call(&self, op: &str, args: &Value) -> Result<Value, Failure>;
    /// `debate`, `fork` or `resume`; participants stand in the specification by name.
    async fn start(&self, kind: &str, spec: &Value) -> Result<Arc<dyn Running>, Failure>;
}

/// A debate's handle.
#[async_trait]
pub trait Running: Debug + Send + Sync {
    /// Its id.
    fn id(&self) -> String;
    /// Ops of a handle, `debate.` and `human.`.
    async fn call(&self, op: &str, args: &Value) -> Result<Value, Failure>;
    /// A stream of events from a seq on.
    fn events(&self, from: u64) -> Result<Box<dyn Events>, Failure>;
}

/// A stream of events.
#[async_trait]
pub trait Events: Send {
    /// The next ones; `None` after the last.
    async fn next(&mut self) -> Result<Option<Vec<Value>>, Failure>;
}

/// An error as every language sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The code.
    pub code: String,
    /// The reason.
    pub reason: String,
    /// Whether repeating helps.
    pub retryable: bool,
    /// How long to wait before.
    pub retry_after_ms: Option<u64>,
    /// Facts by name.
    pub context: BTreeMap<String, String>,
    /// The texts of the causes.
    pub causes: Vec<String>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let mut causes = Vec::new();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            causes.push(cause.to_string());
            source = cause.source();
        }
        Self {
            code: error.code().to_owned(),
            reason: error.reason().to_owned(),
            retryable: error.retryable(),
            retry_after_ms: error.retry_after().map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
            context: error.context().clone(),
            causes,
        }
    }
}
