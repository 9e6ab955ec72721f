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

impl ModelCaps {
    /// What the table says about a model of this name. Nothing, where it is not known.
    pub fn of(_model: &str) -> Self {
        Self::default()
    }

    /// These, and where they say nothing the others.
    #[must_use]
    pub fn or(self, others: Self) -> Self {
        Self {
            context: self.context.or(others.context),
            max_output: self.max_output.or(others.max_output),
            json_schema: self.json_schema.or(others.json_schema),
            temperature: self.temperature.or(others.temperature),
            efforts: self.efforts.or(others.efforts),
            system_role: self.system_role.or(others.system_role),
            max_tokens_key: self.max_tokens_key.or(others.max_tokens_key),
        }
    }
}
