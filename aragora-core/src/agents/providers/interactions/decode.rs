//! From the body of an interaction, whole or as events, to a draft.

use serde_json::{Value, json};

use super::super::codec::{Added, Draft, Reader};
use crate::agents::reply::{ToolCall, Warning};
use crate::debate::{StopReason, Usage};

/// Reads one interaction.
#[derive(Debug, Default)]
pub(super) struct InteractionsReader {
    usage: Tokens,
    /// Calls whose arguments still arrive: the step's number and the place among the draft's calls.
    open: Vec<(u64, usize)>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tokens {
    input: Option<u64>,
    tools: Option<u64>,
    output: Option<u64>,
    thoughts: Option<u64>,
    cached: Option<u64>,
}

impl Reader for InteractionsReader {
    fn whole(&mut self, document: &Value, draft: &mut Draft) -> Result<Added, String> {
        let document = document.get(0).unwrap_or(document);
        let mut added = Added::default();
        if present(document, "error").is_some() {
            added.error = Some(document.clone());
            if document.get("status").is_some_and(Value::is_string) {
                // An interaction that failed: what there is of it is kept.
                self.head(document, draft);
                steps(document, draft, &mut added);
            }
            return Ok(added);
        }
        if document.get("status").is_none() && document.get("steps").is_none() {
            return Err("the body has neither status nor steps, expected an interaction".into());
        }
        steps(document, draft, &mut added);
        self.end(document, draft, &mut added);
        Ok(added)
    }

    fn event(&mut self, name: &str, document: &Value, draft: &mut Draft) -> Added {
        let mut added = Added::default();
        if present(document, "error").is_some() {
            added.error = Some(document.clone());
            return added;
        }
        let index = document.get("index").and_then(Value::as_u64).unwrap_or(0);
        match document.get("event_type").and_then(Value::as_str).unwrap_or(name) {
            "interaction.created" => {
                self.head(document.get("interaction").unwrap_or(document), draft);
            }
            "step.start" => {
                let Some(begun) = present(document, "step") else { return added };
                draft.begun = true;
                let calls = draft.tools.len();
                step(begun, draft, &mut added);
                if draft.tools.len() > calls {
                    // Complete only when its step stops.
                    self.open.push((index, calls));
                    if let Some(call) = draft.tools.last_mut() {
                        call.arguments = None;
                        if call.raw == "{}" {
                            call.raw.clear();
                        }
                    }
                }
            }
            "step.delta" => {
                let Some(delta) = present(document, "delta") else { return added };
                draft.begun = true;
                self.delta(index, delta, draft, &mut added);
            }
            "step.stop" => self.stop(index, draft),
            "interaction.status_update" => {
                if let Some(usage) = present(document, "usage") {
                    self.count(usage, draft);
                }
            }
            "interaction.completed" => {
                let whole = document.get("interaction").unwrap_or(document);
                let nothing = draft.text.is_empty() && draft.reasoning.is_empty() && draft.tools.is_empty();
                if nothing {
                    // A gateway may keep the pieces and pass on the end alone.
                    steps(whole, draft, &mut added);
                }
                self.end(whole, draft, &mut added);
            }
            "error" => added.error = Some(document.clone()),
            _ => {}
        }
        added
    }
}

impl InteractionsReader {
    fn head(&mut self, interaction: &Value, draft: &mut Draft) {
        draft.begun = true;
        for (own, name) in [(&mut draft.id, "id"), (&mut draft.model, "model")] {
            if own.is_empty() {
                text(interaction.get(name)).clone_into(own);
            }
        }
        if let Some(tier) = interaction.get("service_tier").and_then(Value::as_str) {
            draft.service_tier = Some(tier.to_owned());
        }
        if let Some(usage) = present(interaction, "usage") {
            self.count(usage, draft);
        }
    }

    fn end(&mut self, interaction: &Value, draft: &mut Draft, added: &mut Added) {
        self.head(interaction, draft);
        if added.error.is_some() {
            return;
        }
        let status = text(interaction.get("status"));
        if matches!(status, "failed" | "cancelled") {
            added.error = Some(json!({ "error": { "message": format!("the interaction ended as {status}") } }));
            return;
        }
        draft.finished = true;
        draft.stop = Some(match status {
            "completed" => StopReason::End,
            "incomplete" => StopReason::Length,
            "requires_action" => StopReason::ToolCalls,
            "in_progress" | "queued" | "requires_continuation" => StopReason::Pause,
            "" => {
                let detail = "no status was given, taken for a normal end".into();
                draft.warnings.push(Warning { code: "no_finish_reason".into(), detail });
                StopReason::End
            }
            other => StopReason::Other(other.to_owned()),
        });
        draft.stop_raw = Some(status.to_owned()).filter(|status| !status.is_empty());
    }

    fn delta(&mut self, index: u64, delta: &Value, draft: &mut Draft, added: &mut Added) {
        match text(delta.get("type")) {
            "text" => text(delta.get("text")).clone_into(&mut added.text),
            "thought_summary" => text(delta.pointer("/content/text")).clone_into(&mut added.reasoning),
            "arguments_delta" => {
                let at = self.open.iter().find(|(step, _)| *step == index).map(|(_, at)| *at);
                if let Some(call) = at.and_then(|at| draft.tools.get_mut(at)) {
                    match delta.get("arguments") {
                        Some(Value::String(piece)) => call.raw.push_str(piece),
                        Some(whole @ Value::Object(_)) => call.raw = whole.to_string(),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        draft.text.push_str(&added.text);
        draft.reasoning.push_str(&added.reasoning);
    }

    fn stop(&mut self, index: u64, draft: &mut Draft) {
        let Some(at) = self.open.iter().position(|(step, _)| *step == index) else { return };
        let (_, at) = self.open.swap_remove(at);
        if let Some(call) = draft.tools.get_mut(at) {
            let whole = if call.raw.trim().is_empty() { "{}" } else { &call.raw };
            call.arguments = serde_json::from_str(whole).ok();
        }
    }

    fn count(&mut self, usage: &Value, draft: &mut Draft) {
        let tokens = &mut self.usage;
        let members = [
            (&mut tokens.input, "total_input_tokens"),
            (&mut tokens.tools, "total_tool_use_tokens"),
            (&mut tokens.output, "total_output_tokens"),
            (&mut tokens.thoughts, "total_thought_tokens"),
            (&mut tokens.cached, "total_cached_tokens"),
        ];
        for (own, name) in members {
            *own = usage.get(name).and_then(Value::as_u64).or(*own);
        }
        let t = *tokens;
        let sum = |a: Option<u64>, b: Option<u64>| a.unwrap_or(0).saturating_add(b.unwrap_or(0));
        if t.input.is_some() || t.output.is_some() || t.thoughts.is_some() {
            draft.usage = Some(Usage {
                input_total: sum(t.input, t.tools),
                output_total: sum(t.output, t.thoughts),
                cache_read: t.cached.unwrap_or(0),
                cache_write: 0,
                reasoning: t.thoughts.unwrap_or(0),
            });
        }
    }
}

fn steps(interaction: &Value, draft: &mut Draft, added: &mut Added) {
    for each in interaction.get("steps").and_then(Value::as_array).into_iter().flatten() {
        step(each, draft, added);
    }
}

// One step, as far as it has come.
fn step(step: &Value, draft: &mut Draft, added: &mut Added) {
    let (said, thought) = (added.text.len(), added.reasoning.len());
    match text(step.get("type")) {
        "model_output" => pieces(step.get("content"), &mut added.text),
        "thought" => pieces(step.get("summary"), &mut added.reasoning),
        "function_call" => {
            let arguments = match step.get("arguments") {
                Some(Value::String(written)) => serde_json::from_str(written).ok(),
                Some(Value::Null) | None => Some(json!({})),
                Some(value) => Some(value.clone()),
            };
            let raw = match step.get("arguments") {
                Some(Value::String(written)) => written.clone(),
                _ => arguments.as_ref().map(Value::to_string).unwrap_or_default(),
            };
            let (id, name) = (text(step.get("id")).to_owned(), text(step.get("name")).to_owned());
            draft.tools.push(ToolCall { id, name, arguments, raw });
        }
        _ => {}
    }
    draft.text.push_str(added.text.get(said..).unwrap_or_default());
    draft.reasoning.push_str(added.reasoning.get(thought..).unwrap_or_default());
    if let Some(status) = present(step, "error") {
        added.error = Some(json!({ "error": rpc(status) }));
    }
}

fn pieces(content: Option<&Value>, into: &mut String) {
    for piece in content.and_then(Value::as_array).into_iter().flatten() {
        if matches!(text(piece.get("type")), "text" | "") {
            into.push_str(text(piece.get("text")));
        }
    }
}

// An error of Google's RPC system, whose codes are small numbers, with the HTTP status its code stands for.
fn rpc(status: &Value) -> Value {
    let http = match status.get("code").and_then(Value::as_u64) {
        Some(3 | 9 | 11) => 400,
        Some(16) => 401,
        Some(7) => 403,
        Some(5) => 404,
        Some(8) => 429,
        Some(14) => 503,
        Some(4) => 504,
        Some(code @ 400..600) => code,
        _ => 500,
    };
    let mut status = status.clone();
    if let Some(members) = status.as_object_mut() {
        members.insert("code".into(), http.into());
    }
    status
}

fn present<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.get(name).filter(|value| !value.is_null())
}

fn text(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}
