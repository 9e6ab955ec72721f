//! Agents that speak Responses, against a server on this machine.

use aragora_core::agents::providers::Wire;
use aragora_core::agents::{AgentReply, Author, Expect, Output, PartialReply, PromptCache, StopReason};
use aragora_core::debate::{BallotKind, BallotShape, CostSource, Label};
use aragora_core::ids::{DebateId, MicroUsd};
use aragora_core::{ErrorKind, Result};
use aragora_tests::agents::{Heard, agent_id, message, request};
use aragora_tests::loopback::{Answer, Loopback};
use aragora_tests::providers::Opening;
use serde_json::{Value, json};

const JSON: &str = "application/json";
const SSE: &str = "text/event-stream";

fn speaking(provider: &str, server: &Loopback) -> Opening {
    Opening::of(provider, format!("{}/v1", server.url())).key("canary-key").with(|config| {
        config.wire = Some(Wire::Responses);
        config.model = "gpt-4.1".into();
    })
}

fn text_item(text: &str) -> Value {
    json!({ "type": "message", "content": [{ "type": "output_text", "text": text }] })
}

fn response(status: &str, output: Value) -> Value {
    json!({ "id": "resp_1", "model": "gpt-served", "status": status, "output": output })
}

fn events(events: &[Value]) -> String {
    events.iter().map(|event| format!("data: {event}\n\n")).collect()
}

fn delta(kind: &str, item: u64, piece: &str) -> Value {
    json!({ "type": format!("response.{kind}.delta"), "output_index": item, "content_index": 0, "delta": piece })
}

async fn server(answer: impl Fn(&Value) -> Answer + Send + Sync + 'static) -> Loopback {
    Loopback::start(move |received| answer(&received.json())).await.unwrap()
}

async fn whole(provider: &str, body: Value) -> Result<AgentReply> {
    let server = server(move |_| Answer::new(200, JSON, body.to_string())).await;
    speaking(provider, &server).open()?.respond(request("r", "Is water wet?"), Output::none()).await
}

async fn streamed(body: String) -> (Result<AgentReply>, String) {
    let server = server(move |_| Answer::new(200, SSE, body.clone()).in_pieces_of(11)).await;
    let heard = Heard::new();
    let agent = speaking("openai", &server).open().unwrap();
    let outcome = agent.respond(request("r", "Is water wet?"), Output::resettable(heard.clone())).await;
    (outcome, heard.text())
}

#[tokio::test]
async fn every_status_has_its_stop() {
    let call = json!([{ "type": "function_call", "call_id": "c", "name": "f", "arguments": "{\"a\":1}" }]);
    let refusal = json!([{ "type": "message", "content": [{ "type": "refusal", "refusal": "No." }] }]);
    let cases = [
        ("completed", None, json!([text_item("Wet.")]), StopReason::End, "completed"),
        ("completed", None, call.clone(), StopReason::ToolCalls, "completed"),
        ("completed", None, refusal, StopReason::Refusal, "completed"),
        ("incomplete", Some("max_output_tokens"), json!([]), StopReason::Length, "incomplete:max_output_tokens"),
        ("incomplete", Some("content_filter"), json!([]), StopReason::ContentFilter, "incomplete:content_filter"),
        (
            "incomplete",
            Some("steered"),
            json!([]),
            StopReason::Other("incomplete:steered".into()),
            "incomplete:steered",
        ),
        ("in_progress", None, json!([]), StopReason::Pause, "in_progress"),
        ("queued", None, json!([]), StopReason::Pause, "queued"),
    ];
    for (status, reason, output, stop, raw) in cases {
        let mut body = response(status, output);
        body["incomplete_details"] = reason.map_or(Value::Null, |reason| json!({ "reason": reason }));
        let reply = whole("openai", body).await.unwrap();
        assert_eq!((&reply.stop, reply.stop_raw.as_deref()), (&stop, Some(raw)));
    }
    for status in ["failed", "cancelled"] {
        let error = whole("openai", response(status, json!([]))).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ProviderError);
    }
    let error = whole("openai", json!({ "object": "list", "data": [] })).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MalformedResponse);
}

#[tokio::test]
async fn a_stream_without_pieces_or_without_a_final_output_is_still_whole() {
    let ends = json!({ "type": "response.completed", "response": response("completed", json!([])) });
    let done = json!({ "type": "response.output_item.done", "output_index": 0, "item": text_item("Wet.") });
    let part = json!({ "type": "response.output_text.done", "output_index": 0, "content_index": 0, "text": "Wet." });
    let full = json!({ "type": "response.completed", "response": response("completed", json!([text_item("Wet.")])) });
    let bodies = [
        events(&[
            delta("output_text", 0, "We"),
            delta("output_text", 0, "t."),
            part.clone(),
            done.clone(),
            ends.clone(),
        ]),
        events(&[part.clone(), done.clone(), ends.clone()]),
        events(&[done, ends]),
        events(&[delta("output_text", 0, "We"), full.clone()]),
        events(&[full]),
    ];
    for body in bodies {
        let (reply, heard) = streamed(body.clone()).await;
        let reply = reply.unwrap();
        assert_eq!((reply.text.as_str(), heard.as_str()), ("Wet.", "Wet."), "{body}");
        assert_eq!((reply.stop, reply.warnings.len()), (StopReason::End, 0), "{body}");
    }
}

#[tokio::test]
async fn what_was_shown_stays_when_the_end_of_the_stream_says_otherwise() {
    let full = json!({ "type": "response.completed", "response": response("completed", json!([text_item("Dry.")])) });
    let (reply, heard) = streamed(events(&[delta("output_text", 0, "Wet."), full])).await;
    let reply = reply.unwrap();
    assert_eq!((reply.text.as_str(), heard.as_str()), ("Wet.", "Wet."));
    assert_eq!(reply.warnings[0].code, "stream_differs");
}

#[tokio::test]
async fn thoughts_refusals_and_calls_arrive_in_pieces_and_a_cut_keeps_them() {
    let added = json!({ "type": "response.output_item.added", "output_index": 1,
                        "item": { "type": "function_call", "call_id": "c", "name": "f", "arguments": "" } });
    let begun = [
        delta("reasoning_summary_text", 0, "Think"),
        delta("reasoning_summary_text", 0, "ing."),
        added,
        delta("function_call_arguments", 1, "{\"a\""),
        delta("function_call_arguments", 1, ":[1"),
        delta("refusal", 2, "No"),
        delta("refusal", 2, "."),
    ];
    let (outcome, _) = streamed(events(&begun)).await;
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    let partial = PartialReply::of(&error).unwrap();
    assert_eq!(partial.reasoning.as_deref(), Some("Thinking."));
    assert_eq!(partial.refusal.as_ref().map(|refusal| refusal.text.as_str()), Some("No."));
    let call = &partial.tool_calls[0];
    assert_eq!((call.name.as_str(), &call.arguments, call.raw.as_str()), ("f", &None, "{\"a\":[1"));

    let mut complete = begun.to_vec();
    complete.push(delta("function_call_arguments", 1, "]}"));
    complete.push(
        json!({ "type": "response.function_call_arguments.done", "output_index": 1, "arguments": "{\"a\":[1]}" }),
    );
    complete.push(json!({ "type": "response.completed", "response": response("completed", json!([])) }));
    let reply = streamed(events(&complete)).await.0.unwrap();
    assert_eq!((reply.stop, &reply.tool_calls[0].arguments), (StopReason::Refusal, &Some(json!({ "a": [1] }))));
}

#[tokio::test]
async fn a_cost_is_believed_where_it_is_what_is_billed() {
    let with = |usage: Value| {
        let mut body = response("completed", json!([text_item("Wet.")]));
        body["usage"] = json!({ "input_tokens": 5, "output_tokens": 1 });
        body["usage"].as_object_mut().unwrap().extend(usage.as_object().unwrap().clone());
        body
    };
    let ticks = json!({ "cost_in_usd_ticks": 760_500 });
    let routed =
        json!({ "cost": 0.000_01, "is_byok": true, "cost_details": { "upstream_inference_cost": 0.000_242_5 } });
    let cases = [
        ("xai", ticks.clone(), Some(MicroUsd(77)), CostSource::Provider),
        ("openrouter", routed, Some(MicroUsd(253)), CostSource::Provider),
        ("azure", ticks, None, CostSource::Unknown),
    ];
    for (provider, usage, cost, source) in cases {
        let reply = whole(provider, with(usage)).await.unwrap();
        assert_eq!((reply.cost, reply.cost_source), (cost, source), "{provider}");
    }
}

#[tokio::test]
async fn the_hosts_own_id_is_sent_to_those_who_take_it() {
    let server =
        server(|_| Answer::new(200, JSON, response("completed", json!([text_item("Wet.")])).to_string())).await;
    for provider in ["openai", "xai"] {
        let agent = speaking(provider, &server).open().unwrap();
        agent.respond(request("d/r1.answer.0", "Is water wet?"), Output::none()).await.unwrap();
    }
    let [openai, xai] = &server.received()[..] else { panic!("two requests") };
    assert_eq!(openai.path, "/v1/responses");
    assert_eq!(openai.headers["authorization"], "Bearer canary-key");
    assert_eq!(openai.headers["x-client-request-id"], "d/r1.answer.0");
    assert!(!xai.headers.contains_key("x-client-request-id"));
}

#[tokio::test]
async fn a_ballot_asks_for_the_reason_before_the_choice() {
    let server = server(|_| Answer::new(200, JSON, response("completed", json!([text_item("{}")])).to_string())).await;
    let label = |word: &str| Label { label: word.into(), option: word.parse().unwrap() };
    let labels = vec![label("A"), label("B")];
    let shape = BallotShape { kind: BallotKind::Choice, labels, may_abstain: false, confidence: true, reason: true };
    let mut asked = request("r", "Vote.");
    asked.expect = Expect::Ballot(shape);
    speaking("openai", &server).open().unwrap().respond(asked, Output::none()).await.unwrap();
    let received = &server.received()[0];
    let body = String::from_utf8(received.body.clone()).unwrap();
    let properties = body.split_once("\"properties\":").unwrap().1;
    let at = |name: &str| properties.find(&format!("\"{name}\":")).unwrap();
    assert!(at("reason") < at("choice") && at("choice") < at("confidence"), "{body}");
}

#[tokio::test]
async fn agents_of_one_debate_share_a_cache_key_and_short_requests_have_none() {
    let server =
        server(|_| Answer::new(200, JSON, response("completed", json!([text_item("Wet.")])).to_string())).await;
    let agent = speaking("openai", &server).open().unwrap();
    let key = async |debate: Option<&str>, bytes: usize, cache: PromptCache| {
        let mut asked = request("r", &"x".repeat(bytes));
        asked.debate = debate.map(|id| DebateId::new(id).unwrap());
        asked.messages.insert(0, message(Author::Agent(agent_id("model")), "I spoke first."));
        asked.sampling.prompt_cache = cache;
        agent.respond(asked, Output::none()).await.unwrap();
        server.received().last().unwrap().json().get("prompt_cache_key").cloned()
    };
    let first = key(Some("one"), 8_000, PromptCache::Auto).await.unwrap();
    let text = first.as_str().unwrap();
    assert!(text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()), "{text}");
    assert_eq!(key(Some("one"), 9_000, PromptCache::Auto).await.as_ref(), Some(&first));
    assert_ne!(key(Some("two"), 8_000, PromptCache::Auto).await.as_ref(), Some(&first));
    assert_eq!(key(Some("one"), 8_000, PromptCache::Off).await, None);
    assert_eq!(key(Some("one"), 800, PromptCache::Auto).await, None);
    assert_eq!(key(None, 8_000, PromptCache::Auto).await, None);
}

#[tokio::test]
async fn a_knob_the_model_refuses_by_name_is_left_out_from_then_on() {
    let refused = json!({ "error": {
        "message": "Unsupported parameter: 'temperature' is not supported with this model.",
        "type": "invalid_request_error", "param": "temperature", "code": null,
    } });
    let server = server(move |asked| match asked.get("temperature") {
        Some(_) => Answer::new(400, JSON, refused.to_string()),
        None => Answer::new(200, JSON, response("completed", json!([text_item("Wet.")])).to_string()),
    })
    .await;
    let opening = speaking("openai", &server);
    let mut asked = request("r", "Is water wet?");
    asked.sampling.temperature = Some(0.3);
    for attempts in [2, 1] {
        let reply = opening.open().unwrap().respond(asked.clone(), Output::none()).await.unwrap();
        assert_eq!((reply.text.as_str(), reply.attempts.len()), ("Wet.", attempts));
        assert!(reply.warnings.iter().any(|warning| warning.code == "knob_ignored"));
    }
}
