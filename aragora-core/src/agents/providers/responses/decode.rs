//! From a response, whole or in events, to a draft.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::output::{Output, call, settled, text};
use crate::agents::providers::codec::{Added, Draft, Reader};
use crate::agents::providers::money;
use crate::agents::reply::Warning;
use crate::debate::{Refusal, StopReason, Usage};

/// Reads one response.
#[derive(Debug)]
pub(super) struct ResponsesReader {
    reports_cost: bool,
    /// Whole items by their place in the output.
    done: BTreeMap<u64, Value>,
    /// Calls by their item's place in the output, as places in the draft.
    calls: BTreeMap<u64, usize>,
    /// Parts of which pieces came, by kind, item and place in the item.
    streamed: BTreeSet<(Kind, u64, u64)>,
}

/// What a part of an item holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Text,
    Refusal,
    Summary,
    Reasoning,
}

impl ResponsesReader {
    pub(super) fn new(reports_cost: bool) -> Self {
        Self { reports_cost, done: BTreeMap::new(), calls: BTreeMap::new(), streamed: BTreeSet::new() }
    }

    /// What the response says about itself, apart from its output.
    fn head(&self, response: &Value, draft: &mut Draft) {
        draft.begun = true;
        for (own, name) in [(&mut draft.model, "model"), (&mut draft.id, "id")] {
            let said = text(response.get(name));
            if !said.is_empty() {
                said.clone_into(own);
            }
        }
        if let Some(tier) = response.get("service_tier").and_then(Value::as_str) {
            draft.service_tier = Some(tier.to_owned());
        }
        let status = text(response.get("status"));
        let reason = response.pointer("/incomplete_details/reason").and_then(Value::as_str);
        if !status.is_empty() {
            draft.stop = Some(stop(status, reason, draft));
            draft.stop_raw = Some(match reason {
                Some(reason) if status == "incomplete" => format!("{status}:{reason}"),
                _ => status.to_owned(),
            });
        }
        let Some(usage) = response.get("usage").filter(|usage| usage.is_object()) else { return };
        draft.usage = tokens(usage, draft.usage);
        if self.reports_cost {
            draft.cost = money::reported(usage).or(draft.cost);
        }
    }

    /// The whole response: at the end of a stream, or all there is. What was shown stays shown.
    fn complete(&mut self, response: &Value, draft: &mut Draft) -> Added {
        let items = response.get("output").and_then(Value::as_array).filter(|items| !items.is_empty());
        let output = match items {
            Some(items) => Output::of(items),
            None => Output::of(self.done.values()),
        };
        let mut added = Added { end: true, ..Added::default() };
        added.text = rest(&output.text, &mut draft.text).unwrap_or_else(|| {
            let detail = "the end of the stream repeats the text differently; what was streamed is kept".into();
            draft.warnings.push(Warning { code: "stream_differs".into(), detail });
            String::new()
        });
        added.reasoning = rest(&output.reasoning, &mut draft.reasoning).unwrap_or_default();
        if !output.refusal.is_empty() {
            draft.refusal = Some(Refusal { text: output.refusal, category: None });
        }
        if !output.tools.is_empty() {
            draft.tools = output.tools;
        }
        self.head(response, draft);
        if draft.stop.is_none() {
            let detail = "taken for a normal end".into();
            draft.warnings.push(Warning { code: "no_finish_reason".into(), detail });
        }
        if let Some(error) = failure(response) {
            added.error = Some(error);
        } else {
            draft.finished = true;
        }
        added
    }

    fn piece(&mut self, kind: Kind, document: &Value, piece: &str, draft: &mut Draft, added: &mut Added) {
        if piece.is_empty() {
            return;
        }
        draft.begun = true;
        self.streamed.insert(part(kind, document));
        match kind {
            Kind::Text => {
                draft.text.push_str(piece);
                added.text.push_str(piece);
            }
            Kind::Refusal => draft.refusal.get_or_insert_default().text.push_str(piece),
            Kind::Summary | Kind::Reasoning => {
                draft.reasoning.push_str(piece);
                added.reasoning.push_str(piece);
            }
        }
    }

    // A whole part, of which gateways send no pieces.
    fn whole_part(&mut self, kind: Kind, document: &Value, member: &str, draft: &mut Draft, added: &mut Added) {
        if !self.streamed.contains(&part(kind, document)) {
            self.piece(kind, document, text(document.get(member)), draft, added);
        }
    }

    fn item(&mut self, item: &Value, document: &Value, done: bool, draft: &mut Draft) {
        let place = number(document, "output_index");
        draft.begun = true;
        if text(item.get("type")) == "function_call" {
            let call = if done { settled(call(item)) } else { call(item) };
            let known = self.calls.get(&place).and_then(|at| draft.tools.get_mut(*at));
            if let Some(known) = known {
                *known = call;
            } else {
                self.calls.insert(place, draft.tools.len());
                draft.tools.push(call);
            }
        }
        if done {
            self.done.insert(place, item.clone());
        }
    }

    fn arguments(&self, document: &Value, draft: &mut Draft) {
        let at = self.calls.get(&number(document, "output_index"));
        let Some(call) = at.and_then(|at| draft.tools.get_mut(*at)) else { return };
        match document.get("arguments").and_then(Value::as_str) {
            Some(whole) => {
                whole.clone_into(&mut call.raw);
                *call = settled(std::mem::take(call));
            }
            None => call.raw.push_str(text(document.get("delta"))),
        }
    }
}

impl Reader for ResponsesReader {
    fn whole(&mut self, document: &Value, draft: &mut Draft) -> Result<Added, String> {
        let is_response = document.get("output").is_some_and(Value::is_array) || document.get("status").is_some();
        if !is_response {
            if is_error(document) {
                return Ok(Added { error: Some(document.clone()), ..Added::default() });
            }
            return Err("the body has no output, expected a response".into());
        }
        Ok(self.complete(document, draft))
    }

    fn event(&mut self, name: &str, document: &Value, draft: &mut Draft) -> Added {
        let mut added = Added::default();
        let kind = document.get("type").and_then(Value::as_str).unwrap_or(name);
        let kind = kind.strip_prefix("response.").unwrap_or(kind);
        let delta = text(document.get("delta"));
        match kind {
            "created" | "in_progress" | "queued" => {
                if let Some(response) = document.get("response") {
                    self.head(response, draft);
                    added.error = failure(response);
                }
            }
            "completed" | "incomplete" | "failed" | "cancelled" | "done" => {
                let response = document.get("response").unwrap_or(&Value::Null);
                added = self.complete(response, draft);
                if matches!(kind, "failed" | "cancelled") && added.error.is_none() {
                    draft.finished = false;
                    added.error = Some(Value::Null);
                }
            }
            "output_item.added" | "output_item.done" => {
                if let Some(item) = document.get("item") {
                    self.item(item, document, kind == "output_item.done", draft);
                }
            }
            "output_text.delta" => self.piece(Kind::Text, document, delta, draft, &mut added),
            "output_text.done" => self.whole_part(Kind::Text, document, "text", draft, &mut added),
            "refusal.delta" => self.piece(Kind::Refusal, document, delta, draft, &mut added),
            "refusal.done" => self.whole_part(Kind::Refusal, document, "refusal", draft, &mut added),
            "reasoning_summary_text.delta" => self.piece(Kind::Summary, document, delta, draft, &mut added),
            "reasoning_summary_text.done" => self.whole_part(Kind::Summary, document, "text", draft, &mut added),
            "reasoning_text.delta" => self.piece(Kind::Reasoning, document, delta, draft, &mut added),
            "reasoning_text.done" => self.whole_part(Kind::Reasoning, document, "text", draft, &mut added),
            "function_call_arguments.delta" | "function_call_arguments.done" => self.arguments(document, draft),
            _ if is_error(document) => {
                // `response.failed` may follow, and often knows better what went wrong.
                added.error = Some(document.clone());
                added.more = true;
            }
            _ => {}
        }
        added
    }
}

// What has not been shown yet of a text, now taken for shown; `None` if what was shown is something else.
fn rest(whole: &str, shown: &mut String) -> Option<String> {
    if whole.is_empty() {
        return Some(String::new());
    }
    let rest = whole.strip_prefix(shown.as_str())?.to_owned();
    shown.push_str(&rest);
    Some(rest)
}

// Which part of which item an event is about.
fn part(kind: Kind, document: &Value) -> (Kind, u64, u64) {
    let place = if kind == Kind::Summary { "summary_index" } else { "content_index" };
    (kind, number(document, "output_index"), number(document, place))
}

fn number(document: &Value, name: &str) -> u64 {
    document.get(name).and_then(Value::as_u64).unwrap_or(0)
}

fn stop(status: &str, reason: Option<&str>, draft: &Draft) -> StopReason {
    match (status, reason) {
        ("completed", _) if draft.refusal.is_some() => StopReason::Refusal,
        ("completed", _) if !draft.tools.is_empty() => StopReason::ToolCalls,
        ("completed", _) => StopReason::End,
        ("incomplete", Some("max_output_tokens" | "max_tokens")) => StopReason::Length,
        ("incomplete", Some("content_filter")) => StopReason::ContentFilter,
        ("in_progress" | "queued", _) => StopReason::Pause,
        ("incomplete", Some(reason)) => StopReason::Other(format!("incomplete:{reason}")),
        (other, _) => StopReason::Other(other.to_owned()),
    }
}

// What went wrong with a response that says so.
fn failure(response: &Value) -> Option<Value> {
    if response.get("error").is_some_and(|error| !error.is_null()) {
        return Some(response.clone());
    }
    matches!(text(response.get("status")), "failed" | "cancelled").then_some(Value::Null)
}

fn is_error(document: &Value) -> bool {
    document.get("type").and_then(Value::as_str) == Some("error")
        || document.get("error").is_some_and(|error| !error.is_null())
}

fn tokens(usage: &Value, before: Option<Usage>) -> Option<Usage> {
    let number = |pointer: &str| usage.pointer(pointer).and_then(Value::as_u64);
    let before_or = |found: Option<u64>, field: fn(Usage) -> u64| found.or(before.map(field)).unwrap_or(0);
    let (input, output) = (number("/input_tokens"), number("/output_tokens"));
    if input.is_none() && output.is_none() && before.is_none() {
        return None;
    }
    Some(Usage {
        input_total: before_or(input, |u| u.input_total),
        output_total: before_or(output, |u| u.output_total),
        cache_read: before_or(number("/input_tokens_details/cached_tokens"), |u| u.cache_read),
        cache_write: before_or(number("/input_tokens_details/cache_write_tokens"), |u| u.cache_write),
        reasoning: before_or(number("/output_tokens_details/reasoning_tokens"), |u| u.reasoning),
    })
}
