//! Gemini Interactions against a server on this machine.

use std::sync::Arc;

use aragora_core::agents::providers::Wire;
use aragora_core::agents::{AgentReply, Author, Effort, Expect, JsonShape, Output, PartialReply, StopReason, Usage};
use aragora_core::{ErrorKind, Result};
use aragora_tests::agents::{Heard, agent_id, message, request};
use aragora_tests::loopback::{Answer, Loopback};
use aragora_tests::providers::Opening;
use serde_json::{Value, json};

const JSON: &str = "application/json";
const SSE: &str = "text/event-stream";

fn opening(server: &Loopback) -> Opening {
    Opening::of("gemini", server.url()).key("AIza-canary-key-0123456789").with(|config| {
        config.model = "gemini-3-flash-preview".into();
        config.wire = Some(Wire::GeminiInteractions);
    })
}

async fn ask(body: Value) -> Result<AgentReply> {
    let server = Loopback::start(move |_| Answer::new(200, JSON, body.to_string())).await.unwrap();
    opening(&server).open()?.respond(request("r", "?"), Output::none()).await
}

async fn streamed(documents: &[Value], pieces: usize) -> (Result<AgentReply>, Arc<Heard>) {
    let event = |document: &Value| format!("event: {}\ndata: {document}\n\n", document["event_type"].as_str().unwrap());
    let body: String = documents.iter().map(event).collect();
    let server = Loopback::start(move |_| Answer::new(200, SSE, body.clone()).in_pieces_of(pieces)).await.unwrap();
    let heard = Heard::new();
    let agent = opening(&server).open().unwrap();
    (agent.respond(request("r", "?"), Output::resettable(heard.clone())).await, heard)
}

fn start(index: u64, step: Value) -> Value {
    json!({ "event_type": "step.start", "index": index, "step": step })
}

fn delta(index: u64, delta: Value) -> Value {
    json!({ "event_type": "step.delta", "index": index, "delta": delta })
}

fn stop(index: u64) -> Value {
    json!({ "event_type": "step.stop", "index": index })
}

fn completed(status: &str) -> Value {
    let usage = json!({ "total_input_tokens": 10, "total_tool_use_tokens": 2, "total_output_tokens": 3,
        "total_thought_tokens": 4, "total_cached_tokens": 5 });
    let interaction = json!({ "id": "v1_1", "status": status, "model": "m", "usage": usage, "service_tier": "flex" });
    json!({ "event_type": "interaction.completed", "interaction": interaction })
}

#[tokio::test]
async fn what_is_sent_is_what_the_wire_expects() {
    let whole = json!({ "id": "v1_1", "status": "completed", "model": "m",
        "steps": [{ "type": "model_output", "content": [{ "type": "text", "text": "{\"value\":[1]}" }] }] });
    let server = Loopback::start(move |_| Answer::new(200, JSON, whole.to_string())).await.unwrap();
    let mut asked = request("r", "Is water wet?");
    asked.messages.push(message(Author::Agent(agent_id("model")), "It is."));
    asked.messages.push(message(Author::Agent(agent_id("rival")), "It is not."));
    asked.sampling.temperature = Some(0.4);
    asked.sampling.top_p = Some(0.5);
    asked.sampling.max_output_tokens = Some(64);
    asked.sampling.stop = vec!["END".into()];
    asked.sampling.seed = Some(7);
    asked.sampling.effort = Some(Effort::Low);
    asked.sampling.service_tier = Some("flex".into());
    let schema = json!({ "type": "array", "items": { "type": "integer" } });
    asked.expect = Expect::Json(JsonShape { name: "claim".into(), schema: schema.clone().into(), strict: true });
    let reply = opening(&server).open().unwrap().respond(asked, Output::none()).await.unwrap();
    let received = &server.received()[0];
    assert_eq!(
        (received.path.as_str(), received.headers["api-revision"].as_str()),
        ("/v1beta/interactions", "2026-05-20")
    );
    assert_eq!(received.headers["x-goog-api-key"], "AIza-canary-key-0123456789");
    assert_eq!(
        received.json(),
        json!({
            "model": "gemini-3-flash-preview",
            "system_instruction": "Be brief.",
            "input": [
                { "type": "user_input", "content": [{ "type": "text", "text": "Is water wet?" }] },
                { "type": "model_output", "content": [{ "type": "text", "text": "It is." }] },
                { "type": "user_input", "content": [{ "type": "text", "text": "It is not." }] },
            ],
            "generation_config": {
                "temperature": 0.4, "top_p": 0.5, "max_output_tokens": 64, "stop_sequences": ["END"], "seed": 7,
                "thinking_level": "low",
            },
            "response_format": { "type": "text", "mime_type": "application/json", "schema": {
                "type": "object", "properties": { "value": schema }, "required": ["value"], "additionalProperties": false,
            } },
            "service_tier": "flex",
            "store": false,
            "stream": false,
        })
    );
    assert_eq!(reply.structured, Some(json!([1])));
}

#[tokio::test]
async fn every_status_has_its_meaning() {
    let cases = [
        ("completed", StopReason::End),
        ("incomplete", StopReason::Length),
        ("requires_action", StopReason::ToolCalls),
        ("in_progress", StopReason::Pause),
        ("queued", StopReason::Pause),
        ("budget_exceeded", StopReason::Other("budget_exceeded".into())),
    ];
    for (status, expected) in cases {
        let reply = ask(json!({ "id": "v1_1", "status": status })).await.unwrap();
        assert_eq!((reply.stop, reply.stop_raw.as_deref()), (expected, Some(status)));
    }
    for status in ["failed", "cancelled"] {
        let error = ask(json!({ "id": "v1_1", "status": status })).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ProviderError, "{status}");
    }
    assert_eq!(ask(json!({ "candidates": [] })).await.unwrap_err().kind(), ErrorKind::MalformedResponse);
}

#[tokio::test]
async fn a_whole_interaction_is_read_step_by_step() {
    let reply = ask(json!({ "id": "v1_1", "status": "requires_action", "model": "m", "steps": [
        { "type": "user_input", "content": [{ "type": "text", "text": "not mine" }] },
        { "type": "thought", "signature": "c2ln", "summary": [{ "text": "Hm." }] },
        { "type": "google_search_call", "arguments": {} },
        { "type": "model_output", "content": [{ "type": "text", "text": "Wet" }, { "type": "image", "data": "aQ==" }] },
        { "type": "model_output", "content": [{ "type": "text", "text": "." }] },
        { "type": "function_call", "id": "c1", "name": "look", "arguments": { "at": "sea" } },
    ] }))
    .await
    .unwrap();
    assert_eq!((reply.text.as_str(), reply.reasoning.as_deref()), ("Wet.", Some("Hm.")));
    assert_eq!(reply.tool_calls.len(), 1);
    assert_eq!(reply.tool_calls[0].arguments, Some(json!({ "at": "sea" })));
}

#[tokio::test]
async fn a_stream_is_read_whatever_its_pieces() {
    for pieces in [1, 37, 4_096] {
        let created =
            json!({ "event_type": "interaction.created", "interaction": { "id": "v1_1", "status": "in_progress" } });
        let (outcome, heard) = streamed(
            &[
                created,
                json!({ "event_type": "interaction.status_update", "status": "in_progress" }),
                start(0, json!({ "type": "thought" })),
                delta(0, json!({ "type": "thought_summary", "content": { "type": "text", "text": "Hm." } })),
                delta(0, json!({ "type": "thought_signature", "signature": "c2ln" })),
                stop(0),
                start(1, json!({ "type": "model_output" })),
                delta(1, json!({ "type": "text", "text": "We" })),
                delta(1, json!({ "type": "text_annotation_delta", "annotations": [] })),
                delta(1, json!({ "type": "text", "text": "t." })),
                stop(1),
                start(2, json!({ "type": "function_call", "id": "c1", "name": "look", "arguments": {} })),
                start(3, json!({ "type": "function_call", "id": "c2", "name": "wait", "arguments": {} })),
                delta(2, json!({ "type": "arguments_delta", "arguments": "{\"at\":" })),
                delta(2, json!({ "type": "arguments_delta", "arguments": "\"sea\"}" })),
                stop(2),
                stop(3),
                completed("requires_action"),
            ],
            pieces,
        )
        .await;
        let reply = outcome.unwrap();
        assert_eq!(
            (reply.text.as_str(), heard.text().as_str(), reply.reasoning.as_deref()),
            ("Wet.", "Wet.", Some("Hm."))
        );
        let calls: Vec<_> = reply.tool_calls.iter().map(|call| (call.name.as_str(), call.arguments.clone())).collect();
        assert_eq!(calls, [("look", Some(json!({ "at": "sea" }))), ("wait", Some(json!({})))]);
        let expected = Usage { input_total: 12, output_total: 7, cache_read: 5, cache_write: 0, reasoning: 4 };
        assert_eq!((reply.usage, reply.response_id.as_deref()), (Some(expected), Some("v1_1")));
    }
}

#[tokio::test]
async fn arguments_that_are_cut_off_are_kept_raw() {
    let events = [
        start(0, json!({ "type": "function_call", "id": "c1", "name": "look", "arguments": {} })),
        delta(0, json!({ "type": "arguments_delta", "arguments": "{\"at\":" })),
        stop(0),
        completed("incomplete"),
    ];
    let call = streamed(&events, 37).await.0.unwrap().tool_calls.remove(0);
    assert_eq!((call.arguments, call.raw.as_str()), (None, "{\"at\":"));

    let error = streamed(&events[..2], 37).await.0.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    let call = PartialReply::of(&error).unwrap().tool_calls[0].clone();
    assert_eq!((call.arguments, call.raw.as_str()), (None, "{\"at\":"));
}

#[tokio::test]
async fn a_gateway_that_passes_on_the_end_alone_loses_nothing() {
    let mut end = completed("completed");
    end["interaction"]["steps"] = json!([{ "type": "model_output", "content": [{ "type": "text", "text": "Wet." }] }]);
    let (outcome, heard) = streamed(&[end], 37).await;
    assert_eq!((outcome.unwrap().text.as_str(), heard.text().as_str()), ("Wet.", "Wet."));
}

#[tokio::test]
async fn an_error_anywhere_is_an_error_with_what_had_arrived() {
    let said = [start(0, json!({ "type": "model_output" })), delta(0, json!({ "type": "text", "text": "We" }))];
    let event = |code: &str| json!({ "event_type": "error", "error": { "code": code, "message": "no" } });
    let step = start(1, json!({ "type": "model_output", "error": { "code": 8, "message": "no" } }));
    let cases = [
        (event("gateway_timeout"), ErrorKind::Timeout),
        (event("resource_exhausted"), ErrorKind::RateLimited),
        (event("something_else"), ErrorKind::ProviderError),
        (step, ErrorKind::RateLimited),
        (completed("failed"), ErrorKind::ProviderError),
    ];
    for (last, kind) in cases {
        let all: Vec<Value> = said.iter().cloned().chain([last.clone()]).collect();
        let error = streamed(&all, 37).await.0.unwrap_err();
        assert_eq!((error.kind(), PartialReply::of(&error).unwrap().text.as_str()), (kind, "We"), "{last}");
    }
}
