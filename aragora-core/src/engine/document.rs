//! A debate's settings as a document.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use crate::debate::{DebateOptions, Limits, RiskTier, RuleConfig, Seed};
use crate::error::{Error, ErrorKind, Result};
use crate::protocols::{DebateProtocol, Registry};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct DebateDocument {
    pub(super) protocol: Option<ProtocolChoice>,
    pub(super) rule: Option<RuleConfig>,
    pub(super) limits: Option<Limits>,
    pub(super) options: Option<DebateOptions>,
    pub(super) tier: Option<RiskTier>,
    pub(super) topic: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) seed: Option<Seed>,
}

/// A protocol by name, with its parameters where they differ from the defaults.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum ProtocolChoice {
    Name(String),
    With {
        name: String,
        #[serde(default)]
        params: Value,
    },
}

impl DebateDocument {
    pub(super) fn read(document: Value) -> Result<Self> {
        serde_json::from_value(document)
            .map_err(|error| Error::new(ErrorKind::InvalidRequest, format!("not a debate document: {error}")))
    }
}

impl ProtocolChoice {
    pub(super) fn build(&self, registry: &Registry) -> Result<Arc<dyn DebateProtocol>> {
        let (name, params) = match self {
            Self::Name(name) => (name, &Value::Null),
            Self::With { name, params } => (name, params),
        };
        registry.named(name, params).map_err(|error| Error::new(ErrorKind::InvalidRequest, error.reason().to_owned()))
    }
}
