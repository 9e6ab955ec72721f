//! Agents that speak chat completions, against a server on this machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aragora_core::agents::providers::{StreamMode, Timeouts, Wire, classify};
use aragora_core::agents::{
    AgentReply, AttemptOutcome, Author, CostSource, Effort, Expect, JsonShape, Output, PartialReply, StopReason,
    StructuredMode, Visibility,
};
use aragora_core::clock::{Deadline, ManualClock};
use aragora_core::debate::{BallotKind, BallotShape, Label};
use aragora_core::http::Headers;
use aragora_core::{Error, ErrorKind, Result};
use aragora_tests::agents::{Heard, agent_id, message, request};
use aragora_tests::loopback::{Answer, End, Loopback};
use aragora_tests::providers::Opening;
use proptest::prelude::*;
use serde_json::{Value, json};

const JSON: &str = "application/json";
const SSE: &str = "text/event-stream";

fn completion(text: &str) -> String {
    json!({
        "id": "chatcmpl-1",
        "model": "served-model",
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": text }, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12 },
    })
    .to_string()
}

fn chunk(text: &str) -> String {
    format!("data: {}\n\n", json!({ "choices": [{ "index": 0, "delta": { "content": text } }] }))
}

fn finish(reason: &str) -> String {
    format!("data: {}\n\n", json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": reason }] }))
}

fn speaking(provider: &str, server: &Loopback) -> Opening {
    Opening::of(provider, format!("{}/v1", server.url())).with(|config| config.wire = Some(Wire::Chat))
}

fn builder(server: &Loopback) -> Opening {
    speaking("compatible", server)
}

async fn server(answer: impl Fn(&Value) -> Answer + Send + Sync + 'static) -> Loopback {
    Loopback::start(move |received| answer(&received.json())).await.unwrap()
}

async fn ask(server: &Loopback) -> Result<AgentReply> {
    builder(server).open()?.respond(request("d/r1.answer.0", "Is water wet?"), Output::none()).await
}

async fn streamed(body: String, pieces: usize, end: End) -> (Result<AgentReply>, Arc<Heard>, Output) {
    let server = server(move |_| Answer::new(200, SSE, body.clone()).in_pieces_of(pieces).ending(end)).await;
    let heard = Heard::new();
    let output = Output::resettable(heard.clone());
    let agent = builder(&server).open().unwrap();
    let outcome = agent.respond(request("r", "Is water wet?"), output.clone()).await;
    (outcome, heard, output)
}

#[tokio::test]
async fn what_is_sent_is_what_the_wire_expects() {
    let server = server(|_| Answer::new(200, JSON, completion("Wet.")).header("x-request-id", "req_7")).await;
    let agent = speaking("openai", &server)
        .key("sk-canary-key-0123456789")
        .with(|config| {
            config.organization = Some("org-1".into());
            config.extra.insert("top_logprobs".into(), json!(2));
        })
        .open()
        .unwrap();
    let mut asked = request("d/r1.answer.0", "Is water wet?");
    let mut hidden = message(Author::Human("boss".into()), "canary-hidden");
    hidden.visibility = Visibility::Only([agent_id("other")].into());
    asked.messages.push(message(Author::Agent(agent_id("model")), "It is."));
    asked.messages.push(hidden);
    asked.messages.push(message(Author::Agent(agent_id("rival")), "It is not."));
    asked.sampling.temperature = Some(0.7);
    asked.sampling.stop = vec!["END".into()];
    asked.sampling.seed = Some(7);
    asked.sampling.effort = Some(Effort::Low);
    asked.extra.insert("user".into(), json!("u1"));
    asked.metadata.insert("canary-metadata".into(), "stays".into());
    let output = Output::none();
    let reply = agent.respond(asked, output.clone()).await.unwrap();

    let received = &server.received()[0];
    assert_eq!((received.method.as_str(), received.path.as_str()), ("POST", "/v1/chat/completions"));
    assert_eq!(received.headers["authorization"], "Bearer sk-canary-key-0123456789");
    assert_eq!(received.headers["openai-organization"], "org-1");
    assert_eq!(received.headers["x-client-request-id"], "d/r1.answer.0");
    assert!(received.headers["user-agent"].starts_with("aragora-core/"));
    assert_eq!(
        received.json(),
        json!({
            "model": "asked-model",
            "messages": [
                { "role": "system", "content": "Be brief." },
                { "role": "user", "content": "Is water wet?" },
                { "role": "assistant", "content": "It is." },
                { "role": "user", "content": "It is not." },
            ],
            "max_completion_tokens": 16_384,
            "temperature": 0.7,
            "stop": ["END"],
            "seed": 7,
            "reasoning_effort": "low",
            "stream": false,
            "top_logprobs": 2,
            "user": "u1",
        })
    );
    assert_eq!((reply.text.as_str(), reply.model.as_str()), ("Wet.", "served-model"));
    assert_eq!((reply.request_id.as_deref(), reply.response_id.as_deref()), (Some("req_7"), Some("chatcmpl-1")));
    assert_eq!((reply.cost, reply.cost_source.clone()), (None, CostSource::Unknown));
    assert_eq!(reply.attempts, output.attempts());
    assert_eq!(reply.attempts[0].usage.unwrap().input_total, 9);
}

#[tokio::test]
async fn vendors_name_the_same_knobs_differently() {
    let server = server(|_| Answer::new(200, JSON, completion("Wet."))).await;
    let mut asked = request("r", "?");
    asked.sampling.seed = Some(7);
    asked.sampling.temperature = Some(1.8);
    asked.sampling.effort = Some(Effort::High);
    asked.sampling.max_output_tokens = Some(100);
    for provider in ["mistral", "openrouter"] {
        let agent = speaking(provider, &server).key("canary-key-0123456789").open().unwrap();
        let reply = agent.respond(asked.clone(), Output::none()).await.unwrap();
        let sent = server.received().last().unwrap().json();
        assert_eq!(sent["max_tokens"], 100);
        let codes: Vec<&str> = reply.warnings.iter().map(|w| w.code.as_str()).collect();
        if provider == "mistral" {
            assert_eq!((&sent["random_seed"], &sent["temperature"]), (&json!(7), &json!(1.5)));
            assert_eq!(sent["reasoning_effort"], "high");
            assert_eq!(codes, ["knob_clamped"]);
        } else {
            assert_eq!((&sent["seed"], &sent["temperature"]), (&json!(7), &json!(1.8)));
            assert_eq!(sent["reasoning"], json!({ "effort": "high" }));
            assert!(codes.is_empty());
        }
    }
}

#[tokio::test]
async fn structured_output_is_enforced_instructed_or_left_alone() {
    let server = server(|_| Answer::new(200, JSON, completion(r#"{"value":["a"]}"#))).await;
    let schema = json!({ "type": "array", "items": { "type": "string", "minLength": 1 } });
    let mut asked = request("r", "List one.");
    asked.expect = Expect::Json(JsonShape { name: "my list!".into(), schema: schema.clone().into(), strict: true });

    let native = builder(&server).open().unwrap().respond(asked.clone(), Output::none()).await.unwrap();
    let sent = server.received().last().unwrap().json();
    assert_eq!(sent["response_format"]["type"], "json_schema");
    assert_eq!(sent["response_format"]["json_schema"]["name"], "my_list_");
    let wrapped = json!({ "type": "array", "items": { "type": "string" } });
    assert_eq!(sent["response_format"]["json_schema"]["schema"]["properties"]["value"], wrapped);
    assert_eq!(native.structured, Some(json!(["a"])), "the wrapping is taken off again");

    let instructed = builder(&server).with(|c| c.structured = Some(StructuredMode::Instructed)).open().unwrap();
    instructed.respond(asked.clone(), Output::none()).await.unwrap();
    let sent = server.received().last().unwrap().json();
    assert!(sent.get("response_format").is_none());
    let system = sent["messages"][0]["content"].as_str().unwrap();
    assert!(system.starts_with("Be brief.\n\n") && system.ends_with(&schema.to_string()));

    let object_only = speaking("deepseek", &server).key("canary-key-0123456789").open().unwrap();
    object_only.respond(asked, Output::none()).await.unwrap();
    let sent = server.received().last().unwrap().json();
    assert_eq!(sent["response_format"], json!({ "type": "json_object" }));

    let label = |l: &str| Label { label: l.into(), option: l.parse().unwrap() };
    let mut vote = request("v", "Vote.");
    vote.expect = Expect::Ballot(BallotShape {
        kind: BallotKind::Choice,
        labels: vec![label("A"), label("B")],
        may_abstain: true,
        confidence: false,
        reason: false,
    });
    builder(&server).open().unwrap().respond(vote, Output::none()).await.unwrap();
    let sent = server.received().last().unwrap().json();
    let choice = &sent["response_format"]["json_schema"]["schema"]["properties"]["choice"]["enum"];
    assert_eq!(*choice, json!(["A", "B", "abstain"]));
}

#[tokio::test]
async fn a_stream_in_odd_pieces_is_the_same_reply() {
    let body = [
        "\u{feff}: keep-alive\r\n\r\n".to_owned(),
        "data: {\"choices\":[]}\n\n".into(),
        chunk("Wäßrig, "),
        "event: unknown\ndata: {\"odd\":true}\n\n".into(),
        chunk("I think 💧."),
        finish("stop"),
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":4}}\n\n".into(),
        "data: [DONE]\n\n".into(),
    ]
    .concat();
    for pieces in [1, 2, 3, 7, 37, 4_096] {
        let (outcome, heard, output) = streamed(body.clone(), pieces, End::Clean).await;
        let reply = outcome.unwrap();
        assert_eq!(reply.text, "Wäßrig, I think 💧.");
        assert_eq!(heard.text(), reply.text);
        assert_eq!(heard.pieces().len(), 2, "what was streamed is not pushed again");
        assert_eq!(reply.usage.unwrap().output_total, 4);
        assert!(reply.latency.first_token.is_some());
        assert_eq!(output.attempts().len(), 1);
    }
}

#[tokio::test]
async fn a_stream_without_its_last_blank_line_is_complete() {
    let body = format!("{}{}", chunk("Wet."), finish("stop").trim_end());
    let (outcome, ..) = streamed(body, 5, End::Clean).await;
    assert_eq!(outcome.unwrap().text, "Wet.");
}

#[tokio::test]
async fn a_cut_stream_is_interrupted_and_keeps_what_had_arrived() {
    for end in [End::Cut, End::Clean] {
        let (outcome, heard, output) = streamed(format!("{}{}", chunk("Wet, "), chunk("I th")), 11, end).await;
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted);
        assert!(error.retryable());
        assert_eq!(PartialReply::of(&error).unwrap().text, "Wet, I th");
        assert_eq!(heard.text(), "Wet, I th");
        assert_eq!(output.attempts()[0].outcome, AttemptOutcome::Failed);
        assert_eq!(output.attempts()[0].code.as_deref(), Some("interrupted"));
    }
}

#[tokio::test]
async fn a_broken_end_after_the_last_piece_is_only_a_warning() {
    let (outcome, ..) = streamed(format!("{}{}", chunk("Wet."), finish("stop")), 64, End::Cut).await;
    let reply = outcome.unwrap();
    assert_eq!((reply.text.as_str(), reply.usage), ("Wet.", None));
    assert_eq!(reply.warnings[0].code, "broken_end");
}

#[tokio::test]
async fn the_body_decides_what_it_is() {
    // Asked to stream, answered whole.
    let whole = server(|_| Answer::new(200, SSE, format!("\n\n{}", completion("Wet.")))).await;
    let heard = Heard::new();
    let agent = builder(&whole).open().unwrap();
    let reply = agent.respond(request("r", "?"), Output::resettable(heard.clone())).await.unwrap();
    assert_eq!((reply.text.as_str(), heard.text().as_str()), ("Wet.", "Wet."));
    assert_eq!(whole.received()[0].json()["stream"], true);
    // Not asked to stream, streamed all the same.
    let stream = server(|_| Answer::new(200, JSON, format!("{}{}", chunk("Wet."), finish("stop")))).await;
    assert_eq!(ask(&stream).await.unwrap().text, "Wet.");
    // Neither.
    for body in ["<html>welcome</html>", "", "plain text", "{\"half\":", "{\"choices\":[]}", "[1]"] {
        let odd = server(move |_| Answer::new(200, JSON, body)).await;
        let error = ask(&odd).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::MalformedResponse, "{body:?}: {error}");
    }
}

#[tokio::test]
async fn refusals_filters_and_cut_answers_are_replies() {
    let cases = [
        (json!({ "content": null, "refusal": "I cannot." }), "stop", StopReason::Refusal),
        (json!({ "content": "I would" }), "content_filter", StopReason::ContentFilter),
        (json!({ "content": "Because" }), "length", StopReason::Length),
        (json!({ "content": "So" }), "eos", StopReason::Other("eos".into())),
        (
            json!({ "tool_calls": [{ "id": "c", "function": { "name": "f", "arguments": "{\"a\":" } }] }),
            "tool_calls",
            StopReason::ToolCalls,
        ),
    ];
    for (said, reason, stop) in cases {
        let body = json!({ "choices": [{ "message": said, "finish_reason": reason }] }).to_string();
        let server = server(move |_| Answer::new(200, JSON, body.clone())).await;
        let reply = ask(&server).await.unwrap();
        assert_eq!((&reply.stop, reply.stop_raw.as_deref()), (&stop, Some(reason)));
        assert_eq!(reply.refusal.is_some(), stop == StopReason::Refusal);
        if let Some(call) = reply.tool_calls.first() {
            assert_eq!((call.name.as_str(), &call.arguments, call.raw.as_str()), ("f", &None, "{\"a\":"));
        }
    }
}

#[tokio::test]
async fn each_status_is_the_error_it_means() {
    let error = |code: &str, message: &str| json!({ "error": { "code": code, "message": message } }).to_string();
    let cases = [
        (401, error("invalid_api_key", "no"), ErrorKind::Unauthenticated, false),
        (403, error("", "no"), ErrorKind::PermissionDenied, false),
        (404, error("model_not_found", "no"), ErrorKind::ModelNotFound, false),
        (408, String::new(), ErrorKind::Timeout, true),
        (413, "<html>too large</html>".into(), ErrorKind::RequestTooLarge, false),
        (400, error("context_length_exceeded", "no"), ErrorKind::ContextTooLong, false),
        (429, error("rate_limit_exceeded", "slow"), ErrorKind::RateLimited, true),
        (429, error("insufficient_quota", "pay"), ErrorKind::QuotaExhausted, false),
        (400, error("content_filter", "no"), ErrorKind::Blocked, false),
        (500, String::new(), ErrorKind::ProviderError, true),
        (503, error("", "busy"), ErrorKind::Overloaded, true),
        (302, String::new(), ErrorKind::InvalidRequest, false),
        (418, "teapot".into(), ErrorKind::InvalidRequest, false),
    ];
    for (status, body, kind, retryable) in cases {
        let server = server(move |_| {
            Answer::new(status, "", body.clone()).header("retry-after", "2").header("location", "/elsewhere")
        })
        .await;
        let error = ask(&server).await.unwrap_err();
        assert_eq!((error.kind(), error.retryable()), (kind, retryable), "{status}: {error}");
        assert_eq!(error.context()["http_status"], status.to_string());
        assert_eq!(error.retry_after(), retryable.then_some(Duration::from_secs(2)));
        assert_eq!(server.received().len(), 1, "nothing is repeated or followed here");
    }
}

#[tokio::test]
async fn an_error_inside_a_success_is_an_error() {
    let limited = json!({ "error": { "code": 429, "message": "slow down, try again in 3s" } }).to_string();
    let server = server(move |_| Answer::new(200, JSON, limited.clone())).await;
    let error = ask(&server).await.unwrap_err();
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::RateLimited, Some(Duration::from_secs(3))));
    let body = format!("{}event: error\ndata: {{\"error\":{{\"type\":\"overloaded_error\"}}}}\n\n", chunk("Wet"));
    let (outcome, ..) = streamed(body, 9, End::Clean).await;
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Overloaded);
    assert_eq!(PartialReply::of(&error).unwrap().text, "Wet");
}

#[tokio::test]
async fn a_key_the_server_echoes_comes_back_out_nowhere() {
    let key = "canary-key-0123456789";
    let echo =
        json!({ "error": { "message": format!("bad key {key} or {}***", &key[..12]), "code": key } }).to_string();
    let server = server(move |_| Answer::new(401, JSON, echo.clone()).header("x-request-id", key)).await;
    let agent = builder(&server)
        .key(key)
        .with(|config| drop(config.headers.insert("x-extra".into(), "canary-key-extra".into())))
        .open()
        .unwrap();
    let output = Output::none();
    let error = agent.respond(request("r", "?"), output.clone()).await.unwrap_err();
    let told = format!("{error} {error:?} {agent:?} {:?}", output.attempts());
    assert!(!told.contains("canary-k") && !told.contains("canary-key-extra"), "{told}");
}

#[tokio::test]
async fn a_knob_the_model_refuses_is_left_out_from_then_on() {
    let server = server(|body| {
        let refuse = |name: &str| {
            let message = format!("Unsupported parameter: '{name}' is not supported with this model.");
            Answer::new(400, JSON, json!({ "error": { "message": message, "param": name } }).to_string())
        };
        match () {
            () if body.get("temperature").is_some() => refuse("temperature"),
            () if body.get("max_tokens").is_some() => refuse("max_tokens"),
            () => Answer::new(200, JSON, completion("Wet.")),
        }
    })
    .await;
    let agent = builder(&server).open().unwrap();
    let mut asked = request("r", "?");
    asked.sampling.temperature = Some(0.2);
    let output = Output::none();
    let reply = agent.respond(asked.clone(), output.clone()).await.unwrap();
    assert_eq!(reply.warnings.iter().filter(|w| w.code == "knob_ignored").count(), 3);
    assert_eq!(output.attempts().len(), 3, "every attempt is in the ledger");
    assert_eq!(server.received().last().unwrap().json()["max_completion_tokens"], 4_096);
    agent.respond(asked, Output::none()).await.unwrap();
    assert_eq!(server.received().len(), 4, "what was learnt is remembered");
}

#[tokio::test]
async fn a_model_that_refuses_everything_is_asked_three_times_at_most() {
    let calls = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&calls);
    let server = server(move |body| {
        counted.fetch_add(1, Ordering::Relaxed);
        let name = ["temperature", "top_p", "seed", "stop"].into_iter().find(|name| body.get(*name).is_some());
        let message = format!("Unsupported parameter: '{}'", name.unwrap_or("model"));
        Answer::new(400, JSON, json!({ "error": { "message": message } }).to_string())
    })
    .await;
    let mut asked = request("r", "?");
    asked.sampling.temperature = Some(0.2);
    asked.sampling.top_p = Some(0.2);
    asked.sampling.seed = Some(1);
    asked.sampling.stop = vec!["x".into()];
    let error = builder(&server).open().unwrap().respond(asked, Output::none()).await.unwrap_err();
    assert_eq!((error.kind(), calls.load(Ordering::Relaxed)), (ErrorKind::InvalidRequest, 3));
}

/// Starts a call on a manual clock at a server that falls silent, and gives it once the server has it.
async fn silent_after(body: &str) -> (ManualClock, Loopback, Output, Call) {
    let body = body.to_owned();
    let server = server(move |_| Answer::new(200, SSE, body.clone()).ending(End::Silence)).await;
    let clock = ManualClock::default();
    let timeouts =
        Timeouts { headers: Duration::from_secs(20), idle: Duration::from_secs(10), total: Duration::from_secs(60) };
    let agent = builder(&server).clock(clock.clone()).with(|c| c.timeouts = timeouts).open().unwrap();
    let heard = Heard::new();
    let output = Output::resettable(heard.clone());
    let channel = output.clone();
    let call = tokio::spawn(async move { agent.respond(request("r", "?"), output).await });
    server.arrival().await;
    // Until the reader has shown what had arrived and waits for more.
    while heard.text().is_empty() || clock.sleepers() == 0 {
        tokio::task::yield_now().await;
    }
    (clock, server, channel, call)
}

type Call = tokio::task::JoinHandle<Result<AgentReply>>;

#[tokio::test]
async fn a_slow_first_token_ends_at_the_deadline_and_closes_the_connection() {
    let server = server(|_| Answer::new(200, SSE, "").ending(End::Silence)).await;
    let clock = ManualClock::default();
    let agent = builder(&server).clock(clock.clone()).with(|c| c.stream = StreamMode::Always).open().unwrap();
    let mut asked = request("r", "?");
    asked.deadline = Some(Deadline::after(&clock, Duration::from_secs(5)));
    let output = Output::none();
    let channel = output.clone();
    let call = tokio::spawn(async move { agent.respond(asked, output).await });
    server.arrival().await;
    clock.advance(Duration::from_secs(5));
    assert_eq!(call.await.unwrap().unwrap_err().kind(), ErrorKind::DeadlineExceeded);
    server.closing().await;
    assert_eq!(channel.attempts().len(), 1);
    assert_eq!(channel.attempts()[0].outcome, AttemptOutcome::Cancelled);
}

#[tokio::test]
async fn a_stream_that_falls_silent_is_a_timeout_with_its_phase() {
    let (clock, server, channel, call) = silent_after(&chunk("Wet")).await;
    clock.advance(Duration::from_secs(10));
    let error = call.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.context()["phase"].as_str()), (ErrorKind::Timeout, "idle"));
    assert_eq!(PartialReply::of(&error).unwrap().text, "Wet");
    assert_eq!(channel.attempts()[0].code.as_deref(), Some("timeout"));
    server.closing().await;
}

#[tokio::test]
async fn a_dropped_call_closes_the_connection_and_is_recorded_once() {
    let (_clock, server, channel, call) = silent_after(&chunk("Wet")).await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    server.closing().await;
    let outcomes: Vec<AttemptOutcome> = channel.attempts().iter().map(|attempt| attempt.outcome).collect();
    assert_eq!(outcomes, [AttemptOutcome::Cancelled]);
}

#[tokio::test]
async fn no_server_is_a_transport_error_and_nothing_leaves_for_plain_http_abroad() {
    let gone = server(|_| Answer::new(200, JSON, "")).await;
    let agent = builder(&gone).open().unwrap();
    drop(gone);
    // The port may be taken over by nobody, so the connection is refused.
    let error = agent.respond(request("r", "?"), Output::none()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Transport | ErrorKind::Timeout), "{error}");

    let build = |base: &str| Opening::of("compatible", base).open().map(drop);
    for base in
        ["http://example.com/v1", "ftp://localhost", "https://user:pw@example.com", "https://e.com/#f", "nonsense"]
    {
        assert_eq!(build(base).unwrap_err().kind(), ErrorKind::InvalidConfig, "{base}");
    }
    for base in ["https://example.com/v1/?api-version=1", "http://localhost:1", "http://127.0.0.9", "http://[::1]:5"] {
        assert!(build(base).is_ok(), "{base}");
    }
    assert_eq!(build("").unwrap_err().kind(), ErrorKind::InvalidConfig);
}

#[tokio::test]
async fn the_query_of_the_base_is_kept_and_reported_costs_are_counted_in_micro_dollars() {
    let body = json!({
        "choices": [{ "message": { "content": "Wet." }, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 635, "completion_tokens": 42, "total_tokens": 720, "cost": 0.000_252_5,
            "completion_tokens_details": { "reasoning_tokens": 43 } },
    })
    .to_string();
    let server = server(move |_| Answer::new(200, JSON, body.clone())).await;
    let base = format!("{}/openai/?api-version=2024-10-21", server.url());
    let agent = Opening::of("compatible", base).open().unwrap();
    let reply = agent.respond(request("r", "?"), Output::none()).await.unwrap();
    assert_eq!(server.received()[0].path, "/openai/chat/completions?api-version=2024-10-21");
    assert_eq!((reply.cost.unwrap().0, reply.cost_source.clone()), (253, CostSource::Provider));
    assert_eq!(reply.usage.unwrap().output_total, 85, "thinking outside of the completion is added");
    let free = builder(&server).with(|config| config.free = true).open().unwrap();
    let reply = free.respond(request("r", "?"), Output::none()).await.unwrap();
    assert_eq!((reply.cost.unwrap().0, reply.cost_source.clone()), (0, CostSource::Free));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_status_and_every_body_has_a_kind(status in 300_u16..600, body in any::<Vec<u8>>(), hint in ".{0,12}") {
        let mut headers = Headers::new();
        headers.set("retry-after", hint.clone());
        let error: Error = classify(status, &headers, &body);
        prop_assert_eq!(&error.context()["http_status"], &status.to_string());
        if let (Some(wait), Ok(told)) = (error.retry_after(), hint.trim().parse::<f64>()) {
            prop_assert!(wait.as_secs_f64() <= told + 1e-9, "waits longer than it was told");
        }
    }

    #[test]
    fn a_stream_cut_anywhere_is_whole_or_interrupted(cut in 0_usize..400, pieces in 1_usize..64) {
        let body = format!("{}{}{}data: [DONE]\n\n", chunk("Wäßrig, "), chunk("I think."), finish("stop"));
        let end = body.len().min(cut);
        let kept = String::from_utf8_lossy(&body.as_bytes()[..end]).into_owned();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (outcome, heard, _) = runtime.block_on(streamed(kept, pieces, End::Clean));
        match outcome {
            Ok(reply) => prop_assert_eq!(reply.text, "Wäßrig, I think."),
            Err(error) => {
                prop_assert!(matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::MalformedResponse), "{}", error);
                prop_assert!(error.kind() == ErrorKind::Interrupted || end < 8, "{}", error);
                prop_assert!("Wäßrig, I think.".starts_with(&heard.text()));
            }
        }
    }
}
