//! Agents that speak Anthropic Messages, against a server on this machine.

use std::sync::Arc;

use aragora_core::ErrorKind;
use aragora_core::agents::providers::{FnCredentials, Wire};
use aragora_core::agents::{
    AgentReply, AgentRequest, Author, Expect, JsonShape, Output, PriceBook, PriceQuery, PromptCache, StopReason,
};
use aragora_core::debate::CostSource;
use aragora_core::http::Headers;
use aragora_core::ids::MicroUsd;
use aragora_tests::agents::{Heard, message, request};
use aragora_tests::loopback::{Answer, Loopback};
use aragora_tests::providers::Opening;
use serde_json::{Value, json};

const JSON: &str = "application/json";
const SSE: &str = "text/event-stream";

fn speaking(model: &str, server: &Loopback) -> Opening {
    Opening::of("anthropic", server.url()).key("canary-key").with(|config| config.model = model.to_owned())
}

fn said(text: &str) -> Value {
    json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-served",
        "content": [{ "type": "text", "text": text }], "stop_reason": "end_turn",
        "usage": { "input_tokens": 10, "output_tokens": 2 },
    })
}

fn refused(message: &str) -> Answer {
    let error = json!({ "type": "error", "error": { "type": "invalid_request_error", "message": message } });
    Answer::new(400, JSON, error.to_string())
}

fn events(events: &[Value]) -> String {
    let line = |event: &Value| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap());
    events.iter().map(line).collect()
}

async fn server(answer: impl Fn(&Value) -> Answer + Send + Sync + 'static) -> Loopback {
    Loopback::start(move |received| answer(&received.json())).await.unwrap()
}

fn list() -> Expect {
    let schema = json!({ "type": "array", "items": { "type": "string" } });
    Expect::Json(JsonShape { name: "names".into(), schema: schema.into(), strict: true })
}

fn codes(reply: &AgentReply) -> Vec<&str> {
    reply.warnings.iter().map(|warning| warning.code.as_str()).collect()
}

#[tokio::test]
async fn the_key_and_the_version_are_in_headers_and_a_base_with_a_path_and_a_query_is_kept() {
    let server = server(|_| Answer::new(200, JSON, said("Wet.").to_string())).await;
    let base = format!("{}/gateway/?tenant=a%2Fb", server.url());
    let opening = speaking("claude-sonnet-5", &server).with(|config| config.base_url = Some(base));
    let reply = opening.open().unwrap().respond(request("r", "Is water wet?"), Output::none()).await.unwrap();
    assert_eq!((reply.text.as_str(), reply.model.as_str()), ("Wet.", "claude-served"));
    let received = &server.received()[0];
    assert_eq!(received.path, "/gateway/v1/messages?tenant=a%2Fb");
    assert_eq!(received.headers["x-api-key"], "canary-key");
    assert_eq!(received.headers["anthropic-version"], "2023-06-01");
    assert!(!received.headers.contains_key("authorization"));
}

#[tokio::test]
async fn vertex_names_the_model_in_the_path_and_the_version_in_the_body() {
    let server = server(|_| Answer::new(200, JSON, said("Wet.").to_string())).await;
    let token = FnCredentials::new(|_, _| async {
        let mut headers = Headers::new();
        headers.secret("authorization", "Bearer token");
        Ok(headers)
    });
    let opening = Opening::of("vertex", format!("{}/v1/projects/p/locations/l", server.url())).credentials(token);
    let agent = opening
        .with(|config| {
            config.wire = Some(Wire::Messages);
            config.model = "claude-sonnet-4-5@20250929".into();
        })
        .open()
        .unwrap();
    for output in [Output::none(), Output::resettable(Heard::new())] {
        agent.respond(request("r", "Is water wet?"), output).await.unwrap();
    }
    let received = server.received();
    let root = "/v1/projects/p/locations/l/publishers/anthropic/models/claude-sonnet-4-5@20250929";
    let paths: Vec<&str> = received.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(paths, [format!("{root}:rawPredict"), format!("{root}:streamRawPredict")]);
    for one in &received {
        assert_eq!(one.json()["anthropic_version"], "vertex-2023-10-16");
        assert!(one.json().get("model").is_none() && !one.headers.contains_key("anthropic-version"));
        assert_eq!(one.headers["authorization"], "Bearer token");
    }
}

#[tokio::test]
async fn a_forced_tool_is_the_answer_and_no_call() {
    let input = json!({ "value": ["a", "b"] });
    let mut whole = said("");
    whole["content"] = json!([{ "type": "tool_use", "id": "t", "name": "respond", "input": input }]);
    whole["stop_reason"] = json!("tool_use");
    let stream = events(&[
        json!({ "type": "message_start", "message": { "id": "msg_1", "model": "claude-served", "content": [] } }),
        json!({ "type": "content_block_start", "index": 0,
                "content_block": { "type": "tool_use", "id": "t", "name": "respond", "input": {} } }),
        json!({ "type": "content_block_delta", "index": 0,
                "delta": { "type": "input_json_delta", "partial_json": "{\"value\":[\"a\"" } }),
        json!({ "type": "content_block_delta", "index": 0,
                "delta": { "type": "input_json_delta", "partial_json": ",\"b\"]}" } }),
        // A gateway that leaves out the end of the block.
        json!({ "type": "message_delta", "delta": { "stop_reason": "tool_use" }, "usage": { "output_tokens": 9 } }),
        json!({ "type": "message_stop" }),
    ]);
    let server = server(move |asked| match asked["stream"].as_bool() {
        Some(true) => Answer::new(200, SSE, stream.clone()).in_pieces_of(7),
        _ => Answer::new(200, JSON, whole.to_string()),
    })
    .await;
    let agent = speaking("claude-sonnet-4-20250514", &server).open().unwrap();
    for output in [Output::none(), Output::resettable(Heard::new())] {
        let asked = AgentRequest { expect: list(), ..request("r", "Name two letters.") };
        let reply = agent.respond(asked, output).await.unwrap();
        assert_eq!(reply.structured, Some(json!(["a", "b"])));
        assert_eq!((reply.stop, reply.tool_calls.len()), (StopReason::End, 0));
        assert_eq!(serde_json::from_str::<Value>(&reply.text).unwrap(), json!({ "value": ["a", "b"] }));
    }
}

#[tokio::test]
async fn a_knob_the_model_refuses_in_its_words_is_left_out_from_then_on() {
    let server = server(|asked| {
        if asked["output_config"]["effort"] == "xhigh" {
            return refused("This model does not support effort level 'xhigh'. Supported levels: high, low.");
        }
        if asked.get("temperature").is_some() {
            return refused("`temperature` is deprecated for this model.");
        }
        Answer::new(200, JSON, said("Wet.").to_string())
    })
    .await;
    let opening = speaking("claude-next", &server);
    let mut asked = request("r", "Is water wet?");
    asked.sampling.effort = Some(aragora_core::agents::Effort::XHigh);
    let reply = opening.open().unwrap().respond(asked.clone(), Output::none()).await.unwrap();
    assert_eq!((codes(&reply), reply.attempts.len()), (vec!["knob_ignored"; 2], 2));
    asked.sampling.effort = None;
    asked.sampling.temperature = Some(0.5);
    let reply = opening.open().unwrap().respond(asked.clone(), Output::none()).await.unwrap();
    assert_eq!(reply.attempts.len(), 2);
    asked.sampling.effort = Some(aragora_core::agents::Effort::XHigh);
    let reply = opening.open().unwrap().respond(asked, Output::none()).await.unwrap();
    assert_eq!(reply.attempts.len(), 1, "another agent of the same target knows it");
    let last = server.received().last().unwrap().json();
    assert_eq!((last.get("temperature"), last.get("output_config")), (None, None));
    assert_eq!(last["thinking"], json!({ "type": "adaptive" }));
}

#[tokio::test]
async fn the_id_of_a_refused_request_is_read_from_the_body_where_no_header_has_it() {
    let body = json!({
        "type": "error", "error": { "type": "not_found_error", "message": "model: claude-x" }, "request_id": "req_7",
    });
    let server = server(move |_| Answer::new(404, JSON, body.to_string())).await;
    let agent = speaking("claude-x", &server).open().unwrap();
    let output = Output::none();
    let error = agent.respond(request("r", "Is water wet?"), output.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ModelNotFound);
    assert_eq!(error.context().get("request_id").map(String::as_str), Some("req_7"));
    assert_eq!(output.attempts()[0].request_id.as_deref(), Some("req_7"));
}

#[tokio::test]
async fn a_refused_schema_becomes_a_tool_and_a_refused_tool_becomes_words() {
    let server = server(|asked| {
        if asked.pointer("/output_config/format").is_some() {
            return refused("output_config.format: Extra inputs are not permitted");
        }
        if asked.get("tool_choice").is_some() {
            return refused("tool_choice: forced tool use is not supported on this model");
        }
        Answer::new(200, JSON, said("[\"a\"]").to_string())
    })
    .await;
    let agent = speaking("claude-next", &server).open().unwrap();
    let asked = AgentRequest { expect: list(), ..request("r", "Name a letter.") };
    let reply = agent.respond(asked, Output::none()).await.unwrap();
    assert_eq!((reply.structured, reply.attempts.len()), (Some(json!(["a"])), 3));
    let last = server.received().last().unwrap().json();
    assert!(last["system"][0]["text"].as_str().unwrap().contains("JSON Schema"));
}

#[tokio::test]
async fn cache_points_are_sent_where_they_pay_and_at_most_four() {
    let server = server(|_| Answer::new(200, JSON, said("Wet.").to_string())).await;
    let agent = speaking("claude-sonnet-5", &server).open().unwrap();
    // 3.5 bytes a token, 4 tokens a text, 16 for the whole: beside the 27 of the rest 2,021 are missing.
    for (bytes, pays) in [(7_071, true), (7_070, false)] {
        let mut asked = request("r", &"x".repeat(bytes));
        asked.messages[0].cache_point = true;
        agent.respond(asked, Output::none()).await.unwrap();
        let sent = server.received().last().unwrap().json();
        assert_eq!(sent.to_string().contains("cache_control"), pays, "{bytes}");
    }
    let mut asked = request("r", &"x".repeat(9_000));
    for text in ["b", "c", "d", "e", "f"] {
        asked.messages.push(message(Author::Moderator, text));
    }
    asked.messages.iter_mut().for_each(|message| message.cache_point = true);
    asked.sampling.prompt_cache = PromptCache::Auto;
    let reply = agent.respond(asked, Output::none()).await.unwrap();
    assert_eq!(codes(&reply), ["cache_point_ignored"]);
    let sent = server.received().last().unwrap().json();
    let cached = |block: &Value| block.get("cache_control").is_some();
    assert!(cached(&sent["system"][0]));
    let blocks = sent["messages"][0]["content"].as_array().unwrap();
    assert_eq!(blocks.iter().map(cached).collect::<Vec<_>>(), [false, false, false, true, true, true]);
    let texts: String = blocks.iter().skip(1).map(|block| block["text"].as_str().unwrap()).collect();
    assert_eq!(texts, "\n\nb\n\nc\n\nd\n\ne\n\nf");
}

#[derive(Debug)]
struct ByName;

impl PriceBook for ByName {
    fn price(&self, query: &PriceQuery<'_>) -> Option<MicroUsd> {
        let rate = match query.model {
            "claude-first" => 1,
            "claude-second" => 100,
            _ => return None,
        };
        Some(MicroUsd(rate * (query.usage.input_total + query.usage.output_total)))
    }

    fn version(&self) -> String {
        "test".into()
    }
}

#[tokio::test]
async fn where_another_model_took_over_each_is_priced_by_itself() {
    let usage = json!({
        "input_tokens": 20, "output_tokens": 3,
        "iterations": [
            { "type": "message", "model": "claude-first", "input_tokens": 10, "output_tokens": 0 },
            { "type": "fallback_message", "model": "claude-second", "input_tokens": 20, "output_tokens": 3 },
        ],
    });
    let switch = json!({ "type": "fallback", "from": { "model": "claude-first" }, "to": { "model": "claude-second" } });
    let mut whole = said("Wet.");
    whole["model"] = json!("claude-second");
    whole["content"] = json!([switch.clone(), { "type": "text", "text": "Wet." }]);
    whole["usage"] = usage.clone();
    let stream = events(&[
        json!({ "type": "message_start", "message": { "id": "msg_1", "model": "claude-first", "content": [] } }),
        json!({ "type": "content_block_start", "index": 0, "content_block": switch }),
        json!({ "type": "content_block_stop", "index": 0 }),
        json!({ "type": "content_block_start", "index": 1, "content_block": { "type": "text", "text": "" } }),
        json!({ "type": "content_block_delta", "index": 1, "delta": { "type": "text_delta", "text": "Wet." } }),
        json!({ "type": "message_delta", "delta": { "stop_reason": "end_turn" }, "usage": usage }),
        json!({ "type": "message_stop" }),
    ]);
    let server = server(move |asked| match asked["stream"].as_bool() {
        Some(true) => Answer::new(200, SSE, stream.clone()),
        _ => Answer::new(200, JSON, whole.to_string()),
    })
    .await;
    let agent = speaking("claude-first", &server).prices(ByName).open().unwrap();
    let heard = Heard::new();
    for output in [Output::none(), Output::resettable(Arc::clone(&heard) as _)] {
        let reply = agent.respond(request("r", "Is water wet?"), output).await.unwrap();
        assert_eq!((reply.text.as_str(), reply.model.as_str()), ("Wet.", "claude-second"));
        assert_eq!(reply.cost, Some(MicroUsd(10 + 2_300)));
        assert_eq!(reply.cost_source, CostSource::PriceBook("test".into()));
        assert_eq!(reply.usage.map(|usage| (usage.input_total, usage.output_total)), Some((20, 3)));
    }
    assert_eq!(heard.text(), "Wet.");
}
