//! Structured output of Gemini models: JSON Schema, the older subset of `OpenAPI`, some JSON, or words.

use serde_json::Value;

use super::super::codec::{JsonMode, Voice};
use super::super::schema::{self, Strict};
use super::{dialect, openapi};
use crate::agents::agent::StructuredMode;
use crate::agents::request::AgentRequest;
use crate::debate::Expect;

/// What is sent for an expected shape.
#[derive(Debug, Default)]
pub(in crate::agents::providers) struct Shape {
    /// How it is asked for, if it is.
    pub(in crate::agents::providers) mode: Option<JsonMode>,
    /// JSON Schema, or its older form, see `old`.
    pub(in crate::agents::providers) schema: Option<Value>,
    /// Whether `schema` is the older subset of `OpenAPI`.
    pub(in crate::agents::providers) old: bool,
    pub(in crate::agents::providers) wrapped: bool,
    /// For the system text.
    pub(in crate::agents::providers) instruction: Option<String>,
    pub(in crate::agents::providers) warning: Option<String>,
}

/// What is sent for the shape a request expects. `always_new` says that the wire takes JSON Schema for every model.
pub(in crate::agents::providers) fn shape(voice: &Voice<'_>, request: &AgentRequest, always_new: bool) -> Shape {
    let ballot;
    let (schema, enforce, is_ballot) = match &request.expect {
        Expect::Text => return Shape::default(),
        Expect::Json(shape) => (shape.schema.as_ref(), shape.strict, false),
        // Prompts for ballots say how to write one; only where it is enforced is a schema sent too.
        Expect::Ballot(shape) => {
            ballot = shape.schema();
            (&ballot, true, true)
        }
    };
    let mode = match voice.structured {
        StructuredMode::Native => best(voice),
        StructuredMode::Instructed => JsonMode::Instructed,
        StructuredMode::None => return Shape::default(),
    };
    let mut shape = Shape { mode: Some(mode), ..Shape::default() };
    if mode == JsonMode::Schema {
        let Strict { schema: strict, wrapped } =
            if enforce { schema::strict(schema) } else { Strict { schema: schema.clone(), wrapped: false } };
        shape.old = !always_new && is_old(voice.model);
        let prepared = match (dialect::is_recursive(schema), shape.old) {
            (true, _) => None,
            (false, true) => openapi::from(&strict),
            (false, false) => Some(dialect::current(&strict)),
        };
        if let Some(prepared) = prepared {
            return Shape { schema: Some(prepared), wrapped, ..shape };
        }
        shape.mode = Some(JsonMode::Object);
        shape.warning = Some("a schema of this kind is not enforced here, some JSON was asked for".into());
    }
    if is_ballot {
        shape.mode = None;
        shape.warning = None;
    } else {
        let words = "Reply with one JSON value and nothing else. It must match this JSON Schema:";
        shape.instruction = Some(format!("{words}\n{schema}"));
    }
    shape
}

fn best(voice: &Voice<'_>) -> JsonMode {
    let name = voice.model.rsplit('/').next().unwrap_or(voice.model);
    let known = match voice.caps.json_schema {
        Some(true) => JsonMode::Schema,
        Some(false) => JsonMode::Object,
        None if name.starts_with("gemma-2") || name.starts_with("gemma-3") => JsonMode::Instructed,
        None => JsonMode::Schema,
    };
    match voice.learnt.json.unwrap_or(known).min(known) {
        // A forced tool is no way here.
        JsonMode::Tool => JsonMode::Object,
        mode => mode,
    }
}

// Models before 2.5 know a subset of OpenAPI only.
fn is_old(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model);
    ["gemini-1", "gemini-2.0", "gemini-pro", "learnlm"].iter().any(|prefix| name.starts_with(prefix))
}
