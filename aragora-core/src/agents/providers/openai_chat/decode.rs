//! From the bytes of a chat completion, whole or in chunks, to a reply.

use serde_json::Value;

use crate::agents::providers::money;
use crate::agents::reply::{AgentReply, ToolCall, Warning};
use crate::debate::{Refusal, StopReason, Usage};
use crate::ids::MicroUsd;

/// What has arrived of a reply. A whole completion is one chunk with a `message` in place of a `delta`.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) text: String,
    reasoning: String,
    refusal: String,
    tools: Vec<Tool>,
    finish: Option<String>,
    usage: Tokens,
    cost: Option<MicroUsd>,
    model: String,
    id: String,
    chunks: usize,
}

#[derive(Clone, Debug, Default)]
struct Tool {
    index: usize,
    id: String,
    name: String,
    arguments: String,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tokens {
    prompt: Option<u64>,
    completion: Option<u64>,
    total: Option<u64>,
    cached: Option<u64>,
    written: Option<u64>,
    reasoning: Option<u64>,
}

/// What one chunk added.
#[derive(Debug, Default)]
pub(super) struct Added {
    pub(super) text: String,
    pub(super) reasoning: String,
    /// The part of the chunk that says what went wrong, if it does.
    pub(super) error: Option<Value>,
}

impl Draft {
    /// Takes in a chunk. An error in it does not hide what else it says.
    pub(super) fn absorb(&mut self, chunk: &Value) -> Added {
        self.chunks += 1;
        let chunk = chunk.get(0).unwrap_or(chunk);
        let mut added = Added::default();
        for (own, name) in [(&mut self.model, "model"), (&mut self.id, "id")] {
            if own.is_empty() {
                text(chunk.get(name)).clone_into(own);
            }
        }
        let choices = chunk.get("choices").and_then(Value::as_array);
        let first = |choice: &&Value| choice.get("index").and_then(Value::as_u64).unwrap_or(0) == 0;
        if let Some(choice) = choices.and_then(|all| all.iter().find(first)) {
            self.absorb_choice(choice, &mut added);
        }
        let groq = chunk.pointer("/x_groq/usage");
        if let Some(usage) = present(chunk.get("usage")).or(groq) {
            self.absorb_usage(usage);
        }
        if added.error.is_none() {
            added.error = whole_error(chunk);
        }
        added
    }

    fn absorb_choice(&mut self, choice: &Value, added: &mut Added) {
        let said = present(choice.get("delta")).or(choice.get("message")).unwrap_or(&Value::Null);
        let (visible, thought) = content(said.get("content"));
        added.text = visible;
        added.reasoning = thought;
        for name in ["reasoning_content", "reasoning"] {
            if added.reasoning.is_empty() {
                text(said.get(name)).clone_into(&mut added.reasoning);
            }
        }
        self.text.push_str(&added.text);
        self.reasoning.push_str(&added.reasoning);
        self.refusal.push_str(text(said.get("refusal")));
        for (position, piece) in said.get("tool_calls").and_then(Value::as_array).into_iter().flatten().enumerate() {
            self.absorb_tool(position, piece);
        }
        if let Some(call) = present(said.get("function_call")) {
            self.absorb_tool(0, &serde_json::json!({ "function": call }));
        }
        let finish = text(choice.get("finish_reason"));
        if !finish.is_empty() {
            self.finish = Some(finish.to_owned());
        }
        added.error = present(choice.get("error")).map(|error| serde_json::json!({ "error": error }));
        if finish == "error" && added.error.is_none() {
            added.error = Some(Value::Null);
        }
    }

    fn absorb_tool(&mut self, position: usize, piece: &Value) {
        let index = piece.get("index").and_then(Value::as_u64).map_or(position, |index| index as usize);
        let id = text(piece.get("id"));
        let other_call = |tool: &Tool| !id.is_empty() && !tool.id.is_empty() && tool.id != id;
        let known = self.tools.iter().rposition(|tool| tool.index == index).filter(|at| {
            // A new id under a used index begins another call: some gateways number every call 0.
            !self.tools.get(*at).is_some_and(other_call)
        });
        let at = known.unwrap_or_else(|| {
            self.tools.push(Tool { index, ..Tool::default() });
            self.tools.len() - 1
        });
        let Some(tool) = self.tools.get_mut(at) else { return };
        if tool.id.is_empty() {
            id.clone_into(&mut tool.id);
        }
        if tool.name.is_empty() {
            text(piece.pointer("/function/name")).clone_into(&mut tool.name);
        }
        match piece.pointer("/function/arguments") {
            Some(Value::String(part)) => tool.arguments.push_str(part),
            Some(object @ Value::Object(_)) => tool.arguments = object.to_string(),
            _ => {}
        }
    }

    fn absorb_usage(&mut self, usage: &Value) {
        let number = |pointer: &str| {
            let value = usage.pointer(pointer)?;
            value.as_u64().or_else(|| value.as_f64().filter(|n| *n >= 0.0).map(|n| n as u64))
        };
        let cached = ["/prompt_tokens_details/cached_tokens", "/num_cached_tokens", "/prompt_cache_hit_tokens"];
        let tokens = &mut self.usage;
        let update = |own: &mut Option<u64>, found: Option<u64>| *own = found.or(*own);
        update(&mut tokens.prompt, number("/prompt_tokens"));
        update(&mut tokens.completion, number("/completion_tokens"));
        update(&mut tokens.total, number("/total_tokens"));
        update(&mut tokens.cached, cached.iter().find_map(|pointer| number(pointer)));
        update(&mut tokens.written, number("/prompt_tokens_details/cache_write_tokens"));
        update(&mut tokens.reasoning, number("/completion_tokens_details/reasoning_tokens"));
        let ticks = usage.get("cost_in_usd_ticks").and_then(Value::as_u64).map(money::from_ticks);
        let dollars = usage.get("cost").and_then(Value::as_f64);
        // With the host's own upstream key the router's fee is only a part of what the call costs.
        let byok = usage.get("is_byok").and_then(Value::as_bool) == Some(true);
        let upstream = usage.pointer("/cost_details/upstream_inference_cost").and_then(Value::as_f64);
        let dollars = dollars.map(|fee| fee + upstream.filter(|_| byok).unwrap_or(0.0));
        self.cost = ticks.or_else(|| dollars.and_then(money::from_usd)).or(self.cost);
    }

    /// Whether the stream may end here.
    pub(super) fn is_finished(&self) -> bool {
        self.finish.is_some()
    }

    /// Whether anything was a completion at all.
    pub(super) fn is_blank(&self) -> bool {
        self.chunks == 0
    }

    pub(super) fn usage(&self) -> Option<Usage> {
        let t = self.usage;
        if t.prompt.is_none() && t.completion.is_none() {
            return None;
        }
        let (prompt, completion) = (t.prompt.unwrap_or(0), t.completion.unwrap_or(0));
        let reasoning = t.reasoning.unwrap_or(0);
        // Some vendors leave thinking out of the completion; the total gives it away.
        let apart =
            reasoning > 0 && t.total == prompt.checked_add(completion).and_then(|sum| sum.checked_add(reasoning));
        Some(Usage {
            input_total: prompt,
            output_total: if apart { completion.saturating_add(reasoning) } else { completion },
            cache_read: t.cached.unwrap_or(0),
            cache_write: t.written.unwrap_or(0),
            reasoning,
        })
    }

    pub(super) fn cost(&self) -> Option<MicroUsd> {
        self.cost
    }

    /// The reply so far, without structured value, cost and timing.
    pub(super) fn into_reply(self) -> AgentReply {
        let usage = self.usage();
        let stop = match self.finish.as_deref() {
            _ if !self.refusal.is_empty() => StopReason::Refusal,
            None | Some("stop") => StopReason::End,
            Some("length" | "model_length") => StopReason::Length,
            Some("tool_calls" | "function_call") => StopReason::ToolCalls,
            Some("content_filter") => StopReason::ContentFilter,
            Some(other) => StopReason::Other(other.to_owned()),
        };
        let mut warnings = Vec::new();
        if self.finish.is_none() {
            warnings.push(Warning { code: "no_finish_reason".into(), detail: "taken for a normal end".into() });
        }
        if usage
            .is_some_and(|u| u.reasoning > u.output_total || u.cache_read.saturating_add(u.cache_write) > u.input_total)
        {
            let detail = "a part is reported larger than its whole; numbers are kept as reported";
            warnings.push(Warning { code: "usage_inconsistent".into(), detail: detail.into() });
        }
        AgentReply {
            text: self.text,
            reasoning: Some(self.reasoning).filter(|text| !text.is_empty()),
            tool_calls: self.tools.into_iter().map(Tool::into_call).collect(),
            refusal: Some(self.refusal).filter(|text| !text.is_empty()).map(|text| Refusal { text, category: None }),
            stop,
            stop_raw: self.finish,
            usage,
            model: self.model,
            response_id: Some(self.id).filter(|id| !id.is_empty()),
            warnings,
            ..AgentReply::default()
        }
    }
}

impl Tool {
    fn into_call(self) -> ToolCall {
        let whole = if self.arguments.trim().is_empty() { "{}" } else { &self.arguments };
        ToolCall { arguments: serde_json::from_str(whole).ok(), id: self.id, name: self.name, raw: self.arguments }
    }
}

// An `error` of any type, or the shapes of vendors that have none: `{"object":"error"}`, `{"detail"}`, `{"message"}`.
fn whole_error(chunk: &Value) -> Option<Value> {
    let has_error = present(chunk.get("error")).is_some();
    let is_error = chunk.get("object").and_then(Value::as_str) == Some("error");
    let bare = chunk.get("choices").is_none() && ["detail", "message"].iter().any(|name| chunk.get(name).is_some());
    (has_error || is_error || bare).then(|| chunk.clone())
}

fn present(value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| !value.is_null())
}

fn text(value: Option<&Value>) -> &str {
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
