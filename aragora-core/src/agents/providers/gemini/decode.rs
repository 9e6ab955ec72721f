//! From the body of `generateContent`, whole or in pieces, to a draft.

use serde_json::{Value, json};

use super::super::codec::{Added, Draft, Reader};
use super::super::scrub;
use crate::agents::reply::{ToolCall, Warning};
use crate::debate::{StopReason, Usage};

/// Reads one response. Every piece of a stream has the shape of a whole one.
#[derive(Debug, Default)]
pub(super) struct GeminiReader {
    usage: Tokens,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tokens {
    prompt: Option<u64>,
    tools: Option<u64>,
    candidates: Option<u64>,
    thoughts: Option<u64>,
    cached: Option<u64>,
}

impl Reader for GeminiReader {
    fn whole(&mut self, document: &Value, draft: &mut Draft) -> Result<Added, String> {
        // A stream without `alt=sse` is one array of pieces.
        let pieces = document.as_array().map_or(std::slice::from_ref(document), Vec::as_slice);
        let mut all = Added::default();
        for piece in pieces {
            let added = self.absorb(piece, draft);
            all.text.push_str(&added.text);
            all.reasoning.push_str(&added.reasoning);
            all.error = added.error;
            if all.error.is_some() {
                return Ok(all);
            }
        }
        if draft.finished {
            return Ok(all);
        }
        if document.is_array() {
            return Err("the pieces end without a reason for it".into());
        }
        if document.pointer("/candidates/0").is_none() {
            return Err("the body has no candidates, expected generated content".into());
        }
        draft.finished = true;
        draft.warnings.push(Warning { code: "no_finish_reason".into(), detail: "taken for a normal end".into() });
        Ok(all)
    }

    fn event(&mut self, _name: &str, document: &Value, draft: &mut Draft) -> Added {
        let piece = document.get(0).unwrap_or(document);
        self.absorb(piece, draft)
    }
}

impl GeminiReader {
    fn absorb(&mut self, piece: &Value, draft: &mut Draft) -> Added {
        let mut added = Added::default();
        let present = |name: &str| piece.get(name).filter(|value| !value.is_null());
        let parts = ["candidates", "promptFeedback", "usageMetadata", "responseId"];
        draft.begun |= parts.iter().any(|name| present(name).is_some());
        for (own, name) in [(&mut draft.model, "modelVersion"), (&mut draft.id, "responseId")] {
            if own.is_empty() {
                text(piece.get(name)).clone_into(own);
            }
        }
        if let Some(usage) = present("usageMetadata") {
            self.count(usage, draft);
        }
        let candidates = piece.get("candidates").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let first = |candidate: &&Value| candidate.get("index").and_then(Value::as_u64).unwrap_or(0) == 0;
        match candidates.iter().find(first) {
            Some(candidate) => candidate_into(candidate, draft, &mut added),
            None if candidates.is_empty() => {
                let reason = text(piece.pointer("/promptFeedback/blockReason"));
                if !reason.is_empty() {
                    draft.stop = Some(StopReason::ContentFilter);
                    draft.stop_raw = Some(format!("blocked:{reason}"));
                    draft.finished = true;
                    explain(piece.pointer("/promptFeedback/blockReasonMessage"), draft);
                }
            }
            None => {}
        }
        added.error = present("error").map(|_| piece.clone());
        added
    }

    fn count(&mut self, usage: &Value, draft: &mut Draft) {
        let tokens = &mut self.usage;
        let members = [
            (&mut tokens.prompt, "promptTokenCount"),
            (&mut tokens.tools, "toolUsePromptTokenCount"),
            (&mut tokens.candidates, "candidatesTokenCount"),
            (&mut tokens.thoughts, "thoughtsTokenCount"),
            (&mut tokens.cached, "cachedContentTokenCount"),
        ];
        for (own, name) in members {
            *own = usage.get(name).and_then(Value::as_u64).or(*own);
        }
        let t = *tokens;
        let sum = |a: Option<u64>, b: Option<u64>| a.unwrap_or(0).saturating_add(b.unwrap_or(0));
        if t.prompt.is_some() || t.candidates.is_some() || t.thoughts.is_some() {
            draft.usage = Some(Usage {
                input_total: sum(t.prompt, t.tools),
                output_total: sum(t.candidates, t.thoughts),
                cache_read: t.cached.unwrap_or(0),
                cache_write: 0,
                reasoning: t.thoughts.unwrap_or(0),
            });
        }
        let tier = text(usage.get("serviceTier"));
        if !tier.is_empty() {
            draft.service_tier = Some(tier.to_owned());
        }
    }
}

fn candidate_into(candidate: &Value, draft: &mut Draft, added: &mut Added) {
    for part in candidate.pointer("/content/parts").and_then(Value::as_array).into_iter().flatten() {
        let said = text(part.get("text"));
        if part.get("thought").and_then(Value::as_bool) == Some(true) {
            added.reasoning.push_str(said);
        } else {
            added.text.push_str(said);
        }
        if let Some(call) = part.get("functionCall").filter(|call| call.is_object()) {
            let arguments = call.get("args").filter(|args| !args.is_null()).cloned().unwrap_or_else(|| json!({}));
            draft.tools.push(ToolCall {
                id: text(call.get("id")).to_owned(),
                name: text(call.get("name")).to_owned(),
                raw: arguments.to_string(),
                arguments: Some(arguments),
            });
        }
    }
    draft.text.push_str(&added.text);
    draft.reasoning.push_str(&added.reasoning);
    let reason = text(candidate.get("finishReason"));
    if !reason.is_empty() {
        draft.finished = true;
        draft.stop_raw = Some(reason.to_owned());
        if !matches!(reason, "STOP" | "MAX_TOKENS") {
            explain(candidate.get("finishMessage"), draft);
        }
    }
    // A call may come before the reason to stop or after it.
    if let Some(raw) = &draft.stop_raw {
        draft.stop = Some(stop(raw, !draft.tools.is_empty()));
    }
}

fn stop(reason: &str, calls: bool) -> StopReason {
    match reason {
        "STOP" if calls => StopReason::ToolCalls,
        "STOP" => StopReason::End,
        "MAX_TOKENS" => StopReason::Length,
        "SAFETY" | "RECITATION" | "LANGUAGE" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "MODEL_ARMOR" => {
            StopReason::ContentFilter
        }
        image if image.starts_with("IMAGE_") => StopReason::ContentFilter,
        blocked if blocked.starts_with("blocked:") => StopReason::ContentFilter,
        other => StopReason::Other(other.to_owned()),
    }
}

// The vendor's own words about an unusual end.
fn explain(words: Option<&Value>, draft: &mut Draft) {
    let detail = scrub::message(text(words));
    if !detail.is_empty() {
        draft.warnings.push(Warning { code: "stop_explained".into(), detail });
    }
}

fn text(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}
