//! What a turn must return, as every wire asks for it.

use std::borrow::Cow;

use serde_json::Value;

use super::codec::{JsonMode, Voice};
use crate::agents::agent::StructuredMode;
use crate::agents::request::AgentRequest;
use crate::debate::Expect;

/// A value that is asked for.
#[derive(Debug)]
pub(super) struct Shape<'a> {
    pub(super) name: &'a str,
    pub(super) schema: Cow<'a, Value>,
    /// Whether the provider should enforce the schema.
    pub(super) enforced: bool,
    is_ballot: bool,
}

impl<'a> Shape<'a> {
    /// The value this request asks for in JSON, if it does.
    pub(super) fn of(voice: &Voice<'_>, request: &'a AgentRequest) -> Option<Self> {
        if voice.structured == StructuredMode::None {
            return None;
        }
        match &request.expect {
            Expect::Text => None,
            Expect::Json(shape) => Some(Self {
                name: &shape.name,
                schema: Cow::Borrowed(&shape.schema),
                enforced: shape.strict,
                is_ballot: false,
            }),
            Expect::Ballot(shape) => {
                Some(Self { name: "ballot", schema: Cow::Owned(shape.schema()), enforced: true, is_ballot: true })
            }
        }
    }

    /// The best way to ask for it, no better than the best of the wire and than what was learnt.
    pub(super) fn best(voice: &Voice<'_>, of_the_wire: JsonMode) -> JsonMode {
        match voice.structured {
            StructuredMode::Native => voice.learnt.json.unwrap_or(of_the_wire).min(of_the_wire),
            StructuredMode::Instructed | StructuredMode::None => JsonMode::Instructed,
        }
    }

    /// What the system text says about it. Prompts for ballots say themselves how to write one.
    pub(super) fn instruction(&self) -> Option<String> {
        let schema = &self.schema;
        let text = format!("Reply with one JSON value and nothing else. It must match this JSON Schema:\n{schema}");
        (!self.is_ballot).then_some(text)
    }
}

/// The system text with an instruction after a blank line.
pub(super) fn system(request: &AgentRequest, instruction: Option<String>) -> String {
    match instruction {
        Some(instruction) if request.system.is_empty() => instruction,
        Some(instruction) => format!("{}\n\n{instruction}", request.system),
        None => request.system.clone(),
    }
}
