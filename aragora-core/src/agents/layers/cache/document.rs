use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ReplyCache;
use crate::agents::parts::AgentParts;
use crate::error::Violations;

/// The longest time to live, 10 years in milliseconds.
const LONGEST: u64 = 315_360_000_000;

/// Keeps replies of models, so that the same request need not be paid for twice. Every organisation has its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ReplyCache"))]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct ReplyCacheDocument {
    /// How long a reply lives, 1 ms to 10 years, default one hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl_ms: Option<u64>,
    /// Keeps replies at any temperature, instead of those at temperature 0 only.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub always: bool,
}

impl ReplyCacheDocument {
    /// The cache in the store of these parts.
    pub fn open(&self, parts: &AgentParts) -> ReplyCache {
        let mut cache = ReplyCache::by_tenant(parts);
        if let Some(ttl) = self.ttl_ms {
            cache = cache.with_ttl(Duration::from_millis(ttl));
        }
        if self.always { cache.always() } else { cache }
    }

    pub(crate) fn violations(&self) -> Violations {
        let mut v = Violations::new();
        if let Some(ttl) = self.ttl_ms {
            v.check((1..=LONGEST).contains(&ttl), "/ttl_ms", format!("{ttl}, expected 1 to {LONGEST}"));
        }
        v
    }
}
