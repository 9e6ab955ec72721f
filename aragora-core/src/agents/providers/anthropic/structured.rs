//! Structured output: an enforced schema, else a forced tool, else words.

use serde_json::json;

use super::effort::Thinking;
use super::encode::output_config;
use super::limits;
use crate::agents::providers::codec::{Encoded, JsonMode, ValueAt, Voice};
use crate::agents::providers::schema::{self, Optional, Strict};
use crate::agents::providers::shape::Shape;
use crate::agents::providers::value::TOOL;
use crate::agents::request::AgentRequest;

/// Asks for the value, if one is expected; returns what the system text has to say about it.
pub(super) fn set(
    encoded: &mut Encoded,
    voice: &Voice<'_>,
    request: &AgentRequest,
    thinking: Thinking,
) -> Option<String> {
    let shape = Shape::of(voice, request)?;
    let prepared = schema::prepared(&shape.schema, Optional::Kept);
    let mode = mode(encoded, voice, &shape, &prepared, thinking);
    encoded.mode = Some(mode);
    match mode {
        JsonMode::Schema => {
            let Strict { schema, wrapped } = prepared;
            output_config(&mut encoded.body, "format", json!({ "type": "json_schema", "schema": schema }));
            (encoded.value, encoded.wrapped) = (ValueAt::Text, wrapped);
            None
        }
        JsonMode::Tool => {
            let Strict { schema, wrapped } = schema::as_object(&shape.schema);
            encoded.body.insert("tools".into(), json!([{ "name": TOOL, "input_schema": schema }]));
            encoded.body.insert("tool_choice".into(), json!({ "type": "tool", "name": TOOL }));
            (encoded.value, encoded.wrapped) = (ValueAt::Tool, wrapped);
            None
        }
        JsonMode::Object | JsonMode::Instructed => {
            encoded.value = ValueAt::Text;
            shape.instruction()
        }
    }
}

fn mode(
    encoded: &mut Encoded,
    voice: &Voice<'_>,
    shape: &Shape<'_>,
    prepared: &Strict,
    thinking: Thinking,
) -> JsonMode {
    let mut mode = Shape::best(voice, JsonMode::Schema);
    // A schema that need not be enforced goes whole into a tool instead of stripped into a format.
    if mode == JsonMode::Schema && (voice.caps.json_schema == Some(false) || !shape.enforced) {
        mode = JsonMode::Tool;
    }
    if mode == JsonMode::Schema
        && let Some(reason) = limits::broken(&prepared.schema)
    {
        encoded.warn("schema_not_enforced", format!("{reason}, so the provider does not enforce the schema"));
        mode = JsonMode::Tool;
    }
    // A model that thinks by a budget cannot be forced, nor can some at all.
    if mode == JsonMode::Tool && (thinking == Thinking::Budget || voice.caps.forced_tool == Some(false)) {
        mode = JsonMode::Instructed;
    }
    if mode == JsonMode::Object { JsonMode::Instructed } else { mode }
}
