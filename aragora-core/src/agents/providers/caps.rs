use serde::{Deserialize, Serialize};

use crate::agents::request::Effort;

/// What a model can do. Absent means the dialect's permissive default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct ModelCaps {
    /// The window in tokens, prompt and output together.
    pub context: Option<u64>,
    /// The most tokens it writes.
    pub max_output: Option<u32>,
    /// Whether it can be held to a JSON schema.
    pub json_schema: Option<bool>,
    /// Whether it takes `temperature` and `top_p`.
    pub temperature: Option<bool>,
    /// The efforts it takes, weakest first; empty: none.
    pub efforts: Option<Vec<Effort>>,
    /// Whether it knows a system role.
    pub system_role: Option<bool>,
    /// `max_tokens` or `max_completion_tokens`.
    pub max_tokens_key: Option<String>,
}
