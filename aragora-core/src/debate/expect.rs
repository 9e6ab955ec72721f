//! The shape a reply is asked for.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ballot::BallotShape;

/// What a turn must return.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// Free text.
    #[default]
    Text,
    /// A JSON value of this shape.
    Json(JsonShape),
    /// A ballot of this shape.
    Ballot(BallotShape),
}

/// A named JSON Schema.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct JsonShape {
    /// What providers are told it is called.
    pub name: String,
    /// JSON Schema, an object of at most 64 KiB and 32 levels; shared, because every turn of a step asks for the same.
    pub schema: Arc<Value>,
    /// Whether providers should enforce it.
    pub strict: bool,
}
