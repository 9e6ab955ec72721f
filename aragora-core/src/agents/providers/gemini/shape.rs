//! Structured output of Gemini models: JSON Schema, the older subset of `OpenAPI`, some JSON, or words.

use serde_json::Value;

use super::{dialect, openapi};
use crate::agents::providers::codec::{Encoded, JsonMode, ValueAt, Voice};
use crate::agents::providers::schema::{self, Strict};
use crate::agents::providers::shape::Shape;
use crate::agents::request::AgentRequest;

/// What a body says about the expected shape.
#[derive(Debug, Default)]
pub(in crate::agents::providers) struct Format {
    /// Whether the reply is held to JSON.
    pub(in crate::agents::providers) json: bool,
    /// What it is held to.
    pub(in crate::agents::providers) schema: Option<Value>,
    /// Whether the schema is the older subset of `OpenAPI`.
    pub(in crate::agents::providers) old: bool,
    /// For the system text.
    pub(in crate::agents::providers) instruction: Option<String>,
}

/// How the value is asked for, if one is expected. `current` says that the wire takes JSON Schema for every model.
pub(in crate::agents::providers) fn format(
    encoded: &mut Encoded,
    voice: &Voice<'_>,
    request: &AgentRequest,
    current: bool,
) -> Format {
    let Some(shape) = Shape::of(voice, request) else { return Format::default() };
    let mut mode = Shape::best(voice, of_the_model(voice));
    // There is no forced tool here, and no schema that is sent without being enforced.
    if mode == JsonMode::Tool || (mode == JsonMode::Schema && !shape.enforced) {
        mode = JsonMode::Object;
    }
    let old = !current && is_old(voice.model);
    if mode == JsonMode::Schema {
        let Strict { schema, wrapped } = schema::strict(&shape.schema);
        let prepared = match (dialect::is_recursive(&shape.schema), old) {
            (true, _) => None,
            (false, true) => openapi::from(&schema),
            (false, false) => Some(dialect::current(&schema)),
        };
        if prepared.is_some() {
            (encoded.mode, encoded.value, encoded.wrapped) = (Some(mode), ValueAt::Text, wrapped);
            return Format { json: true, schema: prepared, old, instruction: None };
        }
        encoded.warn("schema_not_enforced", "a schema of this kind is not taken, so the provider does not enforce it");
        mode = JsonMode::Object;
    }
    let instruction = shape.instruction();
    // The words of a ballot's prompt need not ask for JSON.
    let json = mode == JsonMode::Object && instruction.is_some();
    (encoded.mode, encoded.value) = (Some(mode), ValueAt::Text);
    Format { json, schema: None, old, instruction }
}

fn of_the_model(voice: &Voice<'_>) -> JsonMode {
    match voice.caps.json_schema {
        Some(false) => JsonMode::Object,
        None if is_gemma(voice.model) => JsonMode::Instructed,
        Some(true) | None => JsonMode::Schema,
    }
}

/// Whether it is one of the first open models, which know neither JSON nor a system role.
pub(super) fn is_gemma(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model);
    ["gemma-1", "gemma-2", "gemma-3"].iter().any(|prefix| name.starts_with(prefix))
}

// Models before 2.5 know a subset of OpenAPI only.
fn is_old(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model);
    ["gemini-1", "gemini-2.0", "gemini-pro", "learnlm"].iter().any(|prefix| name.starts_with(prefix))
}
