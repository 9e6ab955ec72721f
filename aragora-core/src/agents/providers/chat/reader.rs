//! From the bytes of a chat completion, whole or in chunks, to a draft.

use serde_json::Value;

use super::tools::Tools;
use super::usage::Tokens;
use crate::agents::providers::codec::{Added, Draft, Reader};
use crate::agents::providers::money;
use crate::agents::reply::Warning;
use crate::debate::{Refusal, StopReason};

/// Reads one response. A whole completion is one chunk with a `message` in place of a `delta`.
#[derive(Debug, Default)]
pub(super) struct ChatReader {
    reports_cost: bool,
    refusal: String,
    tools: Tools,
    tokens: Tokens,
}

impl ChatReader {
    pub(super) fn new(reports_cost: bool) -> Self {
        Self { reports_cost, ..Self::default() }
    }

    // An error in a chunk does not hide what else it says.
    fn absorb(&mut self, chunk: &Value, draft: &mut Draft) -> Added {
        let chunk = chunk.get(0).unwrap_or(chunk);
        let mut added = Added::default();
        for (own, name) in [(&mut draft.model, "model"), (&mut draft.id, "id")] {
            if own.is_empty() {
                text(chunk.get(name)).clone_into(own);
            }
        }
        if draft.service_tier.is_none() {
            draft.service_tier = chunk.get("service_tier").and_then(Value::as_str).map(str::to_owned);
        }
        let choices = chunk.get("choices").and_then(Value::as_array);
        let first = |choice: &&Value| choice.get("index").and_then(Value::as_u64).unwrap_or(0) == 0;
        if let Some(choice) = choices.and_then(|all| all.iter().find(first)) {
            self.absorb_choice(choice, draft, &mut added);
        }
        let usage = present(chunk.get("usage")).or_else(|| chunk.pointer("/x_groq/usage"));
        if let Some(usage) = usage {
            self.tokens.absorb(usage);
            draft.usage = self.tokens.usage();
            draft.cost = money::reported(usage).filter(|_| self.reports_cost).or(draft.cost);
        }
        draft.begun |= choices.is_some() || usage.is_some();
        if added.error.is_none() {
            added.error = whole_error(chunk);
        }
        added
    }

    fn absorb_choice(&mut self, choice: &Value, draft: &mut Draft, added: &mut Added) {
        let said = present(choice.get("delta")).or_else(|| choice.get("message")).unwrap_or(&Value::Null);
        (added.text, added.reasoning) = content(said.get("content"));
        for name in ["reasoning_content", "reasoning"] {
            if added.reasoning.is_empty() {
                text(said.get(name)).clone_into(&mut added.reasoning);
            }
        }
        draft.text.push_str(&added.text);
        draft.reasoning.push_str(&added.reasoning);
        self.refusal.push_str(text(said.get("refusal")));
        self.tools.absorb(said);
        let finish = text(choice.get("finish_reason"));
        if !finish.is_empty() {
            draft.stop_raw = Some(finish.to_owned());
            draft.finished = true;
        }
        added.error = present(choice.get("error")).map(|error| serde_json::json!({ "error": error }));
        if finish == "error" && added.error.is_none() {
            added.error = Some(Value::Null);
        }
    }
}

impl Reader for ChatReader {
    fn whole(&mut self, document: &Value, draft: &mut Draft) -> Result<Added, String> {
        let is_completion = document.get("choices").and_then(Value::as_array).is_some_and(|all| !all.is_empty());
        let added = self.absorb(document, draft);
        if !is_completion && added.error.is_none() {
            return Err("the body has no choices, expected a chat completion".to_owned());
        }
        Ok(added)
    }

    fn event(&mut self, _name: &str, document: &Value, draft: &mut Draft) -> Added {
        self.absorb(document, draft)
    }

    // Some servers end a stream with this alone.
    fn done(&mut self, draft: &mut Draft) {
        draft.finished |= draft.begun;
    }

    fn close(&mut self, draft: &mut Draft) {
        draft.tools = self.tools.take();
        let refusal = std::mem::take(&mut self.refusal);
        let stop = match draft.stop_raw.as_deref() {
            _ if !refusal.is_empty() => StopReason::Refusal,
            None | Some("stop") => StopReason::End,
            Some("length" | "model_length") => StopReason::Length,
            Some("tool_calls" | "function_call") => StopReason::ToolCalls,
            Some("content_filter") => StopReason::ContentFilter,
            Some(other) => StopReason::Other(other.to_owned()),
        };
        draft.stop = Some(stop);
        draft.refusal = Some(refusal).filter(|text| !text.is_empty()).map(|text| Refusal { text, category: None });
        if draft.stop_raw.is_none() {
            let detail = "taken for a normal end".into();
            draft.warnings.push(Warning { code: "no_finish_reason".into(), detail });
        }
    }
}

// An `error` of any type, or the shapes of vendors that have none: `{"object":"error"}`, `{"detail"}`, `{"message"}`.
fn whole_error(chunk: &Value) -> Option<Value> {
    let has_error = present(chunk.get("error")).is_some();
    let is_error = chunk.get("object").and_then(Value::as_str) == Some("error");
    let bare = chunk.get("choices").is_none() && ["detail", "message"].iter().any(|name| chunk.get(name).is_some());
    (has_error || is_error || bare).then(|| chunk.clone())
}

pub(super) fn present(value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| !value.is_null())
}

pub(super) fn text(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}

// Visible text and thinking: a string, or a list of parts.
fn content(value: Option<&Value>) -> (String, String) {
    let (mut visible, mut thought) = (String::new(), String::new());
    match value {
        Some(Value::String(text)) => visible.push_str(text),
        Some(Value::Array(parts)) => {
            for part in parts {
                match part.get("type").and_then(Value::as_str) {
                    Some("text") => visible.push_str(text(part.get("text"))),
                    Some("thinking") => match part.get("thinking") {
                        Some(Value::Array(inner)) => inner.iter().for_each(|p| thought.push_str(text(p.get("text")))),
                        other => thought.push_str(text(other)),
                    },
                    _ => {}
                }
            }
        }
        _ => {}
    }
    (visible, thought)
}
