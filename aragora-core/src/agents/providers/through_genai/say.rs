//! From a request to the crate's own.

use genai::chat::{ChatMessage, ChatOptions, ChatRequest, ReasoningEffort};
use serde_json::Value;

use super::super::exchange::Timeouts;
use super::super::shape;
use super::super::turns::{OPENING, turns};
use crate::agents::request::{AgentRequest, Effort};
use crate::debate::Expect;
use crate::ids::AgentId;

/// Default output limit, and with an effort set, because thinking can eat the whole allowance.
const MAX_OUTPUT: (u32, u32) = (4_096, 16_384);

pub(super) fn request(me: &AgentId, request: &AgentRequest, timeouts: &Timeouts) -> (ChatRequest, ChatOptions) {
    let instruction = match &request.expect {
        Expect::Json(shape) => {
            let words = "Reply with one JSON value and nothing else. It must match this JSON Schema:";
            Some(format!("{words}\n{}", shape.schema))
        }
        // Prompts for ballots say themselves how to write one.
        Expect::Text | Expect::Ballot(_) => None,
    };
    let turns = turns(request, me);
    let mut messages = Vec::with_capacity(turns.len() + 1);
    if turns.first().is_some_and(|turn| turn.mine) {
        messages.push(ChatMessage::user(OPENING));
    }
    messages.extend(
        turns.iter().map(
            |turn| {
                if turn.mine { ChatMessage::assistant(turn.text()) } else { ChatMessage::user(turn.text()) }
            },
        ),
    );
    let mut prompt = ChatRequest::new(messages);
    prompt.system = Some(shape::system(request, instruction)).filter(|text| !text.trim().is_empty());
    prompt.store = Some(false);

    let sampling = &request.sampling;
    let default =
        if sampling.effort.is_some_and(|effort| effort != Effort::None) { MAX_OUTPUT.1 } else { MAX_OUTPUT.0 };
    let mut options = ChatOptions::default()
        .with_max_tokens(sampling.max_output_tokens.unwrap_or(default))
        .with_capture_usage(true)
        .with_capture_content(true)
        .with_capture_reasoning_content(true)
        .with_capture_tool_calls(true)
        .with_stream_header_timeout(timeouts.headers)
        .with_stream_read_timeout(timeouts.idle)
        .with_stop_sequences(sampling.stop.clone());
    options.temperature = sampling.temperature.map(f64::from);
    options.top_p = sampling.top_p.map(f64::from);
    options.seed = sampling.seed.map(|seed| seed & (u64::MAX >> 1));
    options.reasoning_effort = sampling.effort.map(effort);
    options.extra_body = (!request.extra.is_empty()).then(|| Value::Object(request.extra.clone()));
    (prompt, options)
}

const fn effort(effort: Effort) -> ReasoningEffort {
    match effort {
        Effort::None => ReasoningEffort::Zero,
        Effort::Minimal => ReasoningEffort::Minimal,
        Effort::Low => ReasoningEffort::Low,
        Effort::Medium => ReasoningEffort::Medium,
        Effort::High => ReasoningEffort::High,
        Effort::XHigh => ReasoningEffort::XHigh,
        Effort::Max => ReasoningEffort::Max,
    }
}
