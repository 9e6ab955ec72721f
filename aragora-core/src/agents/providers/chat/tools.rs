//! Tool calls, which arrive in pieces.

use serde_json::Value;

use super::reader::{present, text};
use crate::agents::reply::ToolCall;

/// The calls so far.
#[derive(Debug, Default)]
pub(super) struct Tools(Vec<Tool>);

#[derive(Debug, Default)]
struct Tool {
    index: usize,
    id: String,
    name: String,
    arguments: String,
}

impl Tools {
    /// Takes in what a message or a delta says about calls.
    pub(super) fn absorb(&mut self, said: &Value) {
        for (position, piece) in said.get("tool_calls").and_then(Value::as_array).into_iter().flatten().enumerate() {
            self.piece(position, piece.get("index"), text(piece.get("id")), piece.get("function"));
        }
        if let Some(call) = present(said.get("function_call")) {
            self.piece(0, None, "", Some(call));
        }
    }

    fn piece(&mut self, position: usize, index: Option<&Value>, id: &str, function: Option<&Value>) {
        let index = index.and_then(Value::as_u64).map_or(position, |index| index as usize);
        let other_call = |tool: &Tool| !id.is_empty() && !tool.id.is_empty() && tool.id != id;
        let known = self.0.iter().rposition(|tool| tool.index == index).filter(|at| {
            // A new id under a used index begins another call: some gateways number every call 0.
            !self.0.get(*at).is_some_and(other_call)
        });
        let at = known.unwrap_or_else(|| {
            self.0.push(Tool { index, ..Tool::default() });
            self.0.len() - 1
        });
        let Some(tool) = self.0.get_mut(at) else { return };
        if tool.id.is_empty() {
            id.clone_into(&mut tool.id);
        }
        let Some(function) = function else { return };
        if tool.name.is_empty() {
            text(function.get("name")).clone_into(&mut tool.name);
        }
        match function.get("arguments") {
            Some(Value::String(part)) => tool.arguments.push_str(part),
            Some(object @ Value::Object(_)) => tool.arguments = object.to_string(),
            _ => {}
        }
    }

    /// The calls as they stand; arguments that were cut off are absent and kept raw.
    pub(super) fn take(&mut self) -> Vec<ToolCall> {
        std::mem::take(&mut self.0).into_iter().map(Tool::into_call).collect()
    }
}

impl Tool {
    fn into_call(self) -> ToolCall {
        let whole = if self.arguments.trim().is_empty() { "{}" } else { &self.arguments };
        ToolCall { arguments: serde_json::from_str(whole).ok(), id: self.id, name: self.name, raw: self.arguments }
    }
}
