//! Settings as documents: variables in, what may be shown out.

use std::collections::BTreeMap;

use aragora_core::Result;
use aragora_core::config::Config;
use serde_json::{Map, Value, json};

use super::documents::maybe;

/// Settings from variables.
pub(super) fn load(args: &Value) -> Result<Config> {
    let env: BTreeMap<String, String> = maybe(args, "env")?.unwrap_or_default();
    Config::load(env)
}

/// Every setting, with secrets as `***`.
pub(super) fn document(config: &Config) -> Value {
    let keys: Map<String, Value> = config.providers.keys.keys().map(|name| (name.clone(), json!("***"))).collect();
    let hosts: Map<String, Value> =
        config.providers.hosts.iter().map(|(name, url)| (name.clone(), json!(url.as_str()))).collect();
    json!({
        "events": { "buffer_size": config.events.buffer_size },
        "providers": { "keys": keys, "hosts": hosts },
    })
}
