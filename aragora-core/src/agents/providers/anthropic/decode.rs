//! From a message, whole or in events, to a draft.

use std::collections::BTreeMap;

use serde_json::Value;

use super::usage::{Tokens, by_model};
use crate::agents::providers::codec::{Added, Draft, Reader};
use crate::agents::providers::money;
use crate::agents::reply::{ToolCall, Warning};
use crate::debate::{Refusal, StopReason};

/// Reads one message.
#[derive(Debug)]
pub(super) struct MessagesReader {
    reports_cost: bool,
    tokens: Tokens,
    /// Calls whose arguments still arrive: the block's index, the call's place in the draft, and whether a piece came.
    open: BTreeMap<u64, (usize, bool)>,
}

impl MessagesReader {
    pub(super) fn new(reports_cost: bool) -> Self {
        Self { reports_cost, tokens: Tokens::default(), open: BTreeMap::new() }
    }

    fn head(&mut self, message: &Value, draft: &mut Draft) {
        draft.begun = true;
        for (own, name) in [(&mut draft.model, "model"), (&mut draft.id, "id")] {
            if own.is_empty() {
                text(message.get(name)).clone_into(own);
            }
        }
        ending(message, draft);
        self.usage(message.get("usage"), draft);
    }

    fn usage(&mut self, usage: Option<&Value>, draft: &mut Draft) {
        let Some(usage) = usage.filter(|usage| usage.is_object()) else { return };
        self.tokens.absorb(usage);
        draft.usage = self.tokens.usage();
        let parts = by_model(usage, &draft.model);
        if !parts.is_empty() {
            draft.parts = parts;
        }
        if let Some(tier) = usage.get("service_tier").and_then(Value::as_str) {
            draft.service_tier = Some(tier.to_owned());
        }
        if self.reports_cost {
            draft.cost = money::reported(usage).or(draft.cost);
        }
    }

    fn delta(&mut self, document: &Value, draft: &mut Draft, added: &mut Added) {
        let Some(delta) = document.get("delta") else { return };
        match text(delta.get("type")) {
            "text_delta" => added.text.push_str(text(delta.get("text"))),
            "thinking_delta" => added.reasoning.push_str(text(delta.get("thinking"))),
            "input_json_delta" => {
                let Some((place, fed)) = index(document).and_then(|index| self.open.get_mut(&index)) else { return };
                if let Some(call) = draft.tools.get_mut(*place) {
                    // Pieces take the place of what stood at the beginning.
                    if !std::mem::replace(fed, true) {
                        call.raw.clear();
                    }
                    call.raw.push_str(text(delta.get("partial_json")));
                }
            }
            _ => {}
        }
    }
}

impl Reader for MessagesReader {
    fn whole(&mut self, document: &Value, draft: &mut Draft) -> Result<Added, String> {
        if is_error(document) {
            return Ok(Added { error: Some(document.clone()), ..Added::default() });
        }
        let Some(content) = document.get("content").and_then(Value::as_array) else {
            return Err("the body has no content, expected a message".into());
        };
        let model = text(document.get("model"));
        let mut added = Added { end: true, ..Added::default() };
        for block in content {
            begin(block, draft, &mut added);
        }
        // What answered is said at the top, also where another was asked first.
        if !model.is_empty() {
            model.clone_into(&mut draft.model);
        }
        self.head(document, draft);
        draft.tools.iter_mut().for_each(settle);
        keep(&added, draft);
        draft.finished = true;
        if draft.stop.is_none() {
            let detail = "taken for a normal end".into();
            draft.warnings.push(Warning { code: "no_finish_reason".into(), detail });
        }
        Ok(added)
    }

    fn event(&mut self, name: &str, document: &Value, draft: &mut Draft) -> Added {
        let mut added = Added::default();
        if is_error(document) {
            added.error = Some(document.clone());
            return added;
        }
        let kind = document.get("type").and_then(Value::as_str).unwrap_or(name);
        match kind {
            // Gateways begin twice; what the second says of usage is no news.
            "message_start" if draft.begun => {}
            "message_start" => {
                if let Some(message) = document.get("message") {
                    self.head(message, draft);
                }
            }
            "content_block_start" => {
                let calls = draft.tools.len();
                if let Some(block) = document.get("content_block") {
                    begin(block, draft, &mut added);
                }
                if let Some(index) = index(document).filter(|_| draft.tools.len() > calls) {
                    self.open.insert(index, (calls, false));
                }
            }
            "content_block_delta" => self.delta(document, draft, &mut added),
            "content_block_stop" => {
                let place = index(document).and_then(|index| self.open.remove(&index)).map(|(place, _)| place);
                if let Some(call) = place.and_then(|place| draft.tools.get_mut(place)) {
                    settle(call);
                }
            }
            "message_delta" => {
                if let Some(delta) = document.get("delta") {
                    ending(delta, draft);
                }
                self.usage(document.get("usage"), draft);
            }
            "message_stop" => {
                // Gateways leave out the ends of blocks.
                for (place, _) in std::mem::take(&mut self.open).into_values() {
                    draft.tools.get_mut(place).into_iter().for_each(settle);
                }
                draft.finished = true;
                added.end = true;
            }
            _ => {}
        }
        keep(&added, draft);
        added
    }
}

// Why it ended.
fn ending(part: &Value, draft: &mut Draft) {
    let word = text(part.get("stop_reason"));
    if word.is_empty() {
        return;
    }
    draft.stop_raw = Some(word.to_owned());
    draft.stop = Some(match word {
        "end_turn" => StopReason::End,
        "max_tokens" | "model_context_window_exceeded" => StopReason::Length,
        "stop_sequence" => StopReason::StopSequence,
        "tool_use" => StopReason::ToolCalls,
        "pause_turn" => StopReason::Pause,
        "refusal" => StopReason::Refusal,
        other => StopReason::Other(other.to_owned()),
    });
    if word == "refusal" {
        let said = |name: &str| part.get("stop_details").and_then(|details| details.get(name)?.as_str());
        let category = said("category").map(str::to_owned);
        draft.refusal = Some(Refusal { text: said("explanation").unwrap_or_default().to_owned(), category });
    }
}

/// Takes in a block, whole or as it begins.
fn begin(block: &Value, draft: &mut Draft, added: &mut Added) {
    match text(block.get("type")) {
        "text" => added.text.push_str(text(block.get("text"))),
        "thinking" => added.reasoning.push_str(text(block.get("thinking"))),
        "tool_use" => draft.tools.push(ToolCall {
            id: text(block.get("id")).to_owned(),
            name: text(block.get("name")).to_owned(),
            arguments: None,
            raw: block.get("input").filter(|input| !is_empty(input)).map(Value::to_string).unwrap_or_default(),
        }),
        // Another model of the provider's takes over.
        "fallback" => {
            if let Some(model) = block.pointer("/to/model").and_then(Value::as_str) {
                model.clone_into(&mut draft.model);
            }
        }
        _ => {}
    }
}

fn keep(added: &Added, draft: &mut Draft) {
    draft.begun |= !added.text.is_empty() || !added.reasoning.is_empty();
    draft.text.push_str(&added.text);
    draft.reasoning.push_str(&added.reasoning);
}

// The arguments are all there: none at all are an empty object, broken ones stay as they came.
fn settle(call: &mut ToolCall) {
    let whole = if call.raw.trim().is_empty() { "{}" } else { &call.raw };
    call.arguments = serde_json::from_str(whole).ok();
}

fn is_error(document: &Value) -> bool {
    document.get("type").and_then(Value::as_str) == Some("error")
        || document.get("error").is_some_and(|error| !error.is_null())
}

fn is_empty(input: &Value) -> bool {
    input.is_null() || input.as_object().is_some_and(serde_json::Map::is_empty)
}

fn index(document: &Value) -> Option<u64> {
    document.get("index").and_then(Value::as_u64)
}

fn text(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}
