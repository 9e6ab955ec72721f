use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Critique, DebateProtocol, Dynamic, Sequential, Simultaneous, VoteOnlyProtocol};
use crate::debate::ProtocolRef;
use crate::error::{Error, ErrorKind, Result};

/// Builds protocols by name, so that a debate can be resumed from its log alone.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    own: BTreeMap<String, Arc<dyn DebateProtocol>>,
}

impl Registry {
    /// The names of the protocols that are built in.
    pub const BUILT_IN: &'static [&'static str] = &["critique", "simultaneous", "sequential", "vote_only", "dynamic"];

    /// Adds a protocol of the host under its own name; a debate that used it can then be resumed.
    pub fn register(&mut self, protocol: Arc<dyn DebateProtocol>) {
        self.own.insert(protocol.describe().name, protocol);
    }

    /// The protocol a log names. Unknown names are `not_configured`, parameters that do not fit `invalid_request`.
    pub fn build(&self, reference: &ProtocolRef) -> Result<Arc<dyn DebateProtocol>> {
        self.named(&reference.name, &reference.params)
    }

    /// A protocol by name with its parameters; null means the defaults.
    pub fn named(&self, name: &str, params: &Value) -> Result<Arc<dyn DebateProtocol>> {
        if let Some(own) = self.own.get(name) {
            return Ok(own.clone());
        }
        match name {
            "critique" => made::<Critique>(name, params),
            "simultaneous" => made::<Simultaneous>(name, params),
            "sequential" => made::<Sequential>(name, params),
            "vote_only" => made::<VoteOnlyProtocol>(name, params),
            "dynamic" => made::<Dynamic>(name, params),
            _ => Err(Error::new(
                ErrorKind::NotConfigured,
                format!("protocol {name:?} is not built in; register it with EngineBuilder::protocol"),
            )),
        }
    }
}

fn made<P: DebateProtocol + Default + DeserializeOwned + 'static>(
    name: &str,
    params: &Value,
) -> Result<Arc<dyn DebateProtocol>> {
    if params.is_null() {
        return Ok(Arc::new(P::default()));
    }
    let protocol: P = serde_json::from_value(params.clone())
        .map_err(|error| Error::new(ErrorKind::InvalidRequest, format!("parameters of protocol {name:?}: {error}")))?;
    Ok(Arc::new(protocol))
}
