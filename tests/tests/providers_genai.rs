//! Agents through the crate genai against a server on this machine.

use std::sync::Arc;
use std::time::Duration;

use aragora_core::agents::providers::{GenaiAgent, GenaiConfig};
use aragora_core::agents::{
    Agent, AgentParts, AttemptOutcome, Author, CostSource, Expect, JsonShape, Output, PartialReply, StopReason, Usage,
    Visibility,
};
use aragora_core::clock::{ManualClock, Timestamp};
use aragora_core::config::Secret;
use aragora_core::ids::MicroUsd;
use aragora_core::{ErrorKind, Result};
use aragora_tests::agents::{Heard, agent_id, message, request};
use aragora_tests::loopback::{Answer, End, Loopback};
use serde_json::{Value, json};

const JSON: &str = "application/json";

fn config(server: &Loopback, adapter: &str) -> GenaiConfig {
    let mut config = GenaiConfig::new(adapter, "llama-9");
    config.id = Some(agent_id("model"));
    config.base_url = Some(server.url());
    config.key = Some(Secret::from("canary-key-0123456789"));
    config
}

fn open(config: &GenaiConfig) -> Result<GenaiAgent> {
    GenaiAgent::open(config, &AgentParts::system()?)
}

async fn server(status: u16, body: Value) -> Loopback {
    Loopback::start(move |_| Answer::new(status, JSON, body.to_string())).await.unwrap()
}

fn spoken(text: &str) -> Value {
    json!({ "model": "llama-9", "message": { "role": "assistant", "content": text }, "done": true,
        "done_reason": "stop", "prompt_eval_count": 9, "eval_count": 3 })
}

fn converse(text: &str) -> Value {
    json!({ "output": { "message": { "role": "assistant", "content": [{ "text": text }] } }, "stopReason": "end_turn",
        "usage": { "inputTokens": 9, "outputTokens": 3, "totalTokens": 12 } })
}

#[tokio::test]
async fn native_ollama_is_asked_and_understood() {
    let server = server(200, spoken("{\"a\":1}")).await;
    let mut asked = request("r", "Is water wet?");
    let mut hidden = message(Author::Human("boss".into()), "canary-hidden");
    hidden.visibility = Visibility::Only([agent_id("other")].into());
    asked.messages.insert(0, message(Author::Agent(agent_id("model")), "It is."));
    asked.messages.push(hidden);
    asked.sampling.temperature = Some(0.5);
    let schema = json!({ "type": "object", "properties": { "a": { "type": "integer" } } });
    asked.expect = Expect::Json(JsonShape { name: "x".into(), schema: schema.into(), strict: true });
    let mut config = config(&server, "ollama");
    config.free = true;
    let agent = open(&config).unwrap();
    assert_eq!((agent.profile().provider.as_str(), agent.profile().family.as_str()), ("genai/ollama", "llama"));
    let reply = agent.respond(asked, Output::none()).await.unwrap();
    assert_eq!((reply.text.as_str(), reply.stop), ("{\"a\":1}", StopReason::End));
    let usage = Usage { input_total: 9, output_total: 3, ..Usage::default() };
    assert_eq!((reply.usage, reply.cost, reply.cost_source), (Some(usage), Some(MicroUsd(0)), CostSource::Free));
    assert_eq!(reply.attempts.len(), 1);
    let received = &server.received()[0];
    assert_eq!((received.method.as_str(), received.path.as_str()), ("POST", "/api/chat"));
    let sent = received.json();
    let said: Vec<(&str, &str)> = sent["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| (m["role"].as_str().unwrap(), m["content"].as_str().unwrap()))
        .collect();
    assert_eq!(said[0].0, "system");
    assert!(said[0].1.starts_with("Be brief.\n\n") && said[0].1.contains("JSON Schema"));
    assert_eq!(said[1..], [("user", "(context follows)"), ("assistant", "It is."), ("user", "Is water wet?")]);
    assert!(!sent.to_string().contains("canary"));
}

#[tokio::test]
async fn bedrock_converse_is_asked_and_understood() {
    let server = server(200, converse("Wet.")).await;
    let heard = Heard::new();
    let mut config = config(&server, "bedrock_api");
    config.stream = aragora_core::agents::providers::StreamMode::Never;
    let reply = open(&config).unwrap().respond(request("r", "?"), Output::resettable(heard.clone())).await.unwrap();
    assert_eq!((reply.text.as_str(), heard.text().as_str()), ("Wet.", "Wet."));
    assert_eq!((reply.cost, reply.cost_source), (None, CostSource::Unknown));
    let received = &server.received()[0];
    assert_eq!(received.path, "/model/llama-9/converse");
    assert_eq!(received.headers["authorization"], "Bearer canary-key-0123456789");
}

#[tokio::test]
async fn errors_have_their_kinds_and_no_key() {
    let cases = [
        (429, json!({ "message": "Too many requests for canary-key-0123456789" }), ErrorKind::RateLimited),
        (401, json!({ "error": "unauthorized" }), ErrorKind::Unauthenticated),
        (404, json!({ "error": "model not found" }), ErrorKind::ModelNotFound),
        (503, json!({}), ErrorKind::Overloaded),
        (200, json!("text"), ErrorKind::MalformedResponse),
    ];
    for (status, body, kind) in cases {
        let server = server(status, body.clone()).await;
        let output = Output::none();
        let agent = open(&config(&server, "ollama")).unwrap();
        let error = agent.respond(request("r", "prompt-canary"), output.clone()).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{status} {body}");
        let shown = format!("{error:?} {error} {agent:?} {:?}", output.attempts());
        assert!(!shown.contains("canary"), "{shown}");
        assert_eq!((output.attempts().len(), output.attempts()[0].outcome), (1, AttemptOutcome::Failed));
    }
}

#[tokio::test]
async fn a_stream_is_passed_on_and_a_broken_one_is_an_error() {
    let line = |text: &str, done: bool| {
        let mut piece =
            json!({ "model": "llama-9", "message": { "role": "assistant", "content": text }, "done": done });
        if done {
            piece["done_reason"] = json!("stop");
            piece["prompt_eval_count"] = json!(9);
            piece["eval_count"] = json!(3);
        }
        format!("{piece}\n")
    };
    let whole = [line("We", false), line("t.", false), line("", true)].concat();
    let server = Loopback::start(move |_| Answer::new(200, "application/x-ndjson", whole.clone()).in_pieces_of(11))
        .await
        .unwrap();
    let heard = Heard::new();
    let agent = open(&config(&server, "ollama")).unwrap();
    let reply = agent.respond(request("r", "?"), Output::resettable(heard.clone())).await.unwrap();
    assert_eq!((reply.text.as_str(), heard.text().as_str()), ("Wet.", "Wet."));
    assert_eq!(reply.usage.unwrap().output_total, 3);

    let cut = line("We", false);
    let server =
        Loopback::start(move |_| Answer::new(200, "application/x-ndjson", cut.clone()).ending(End::Cut)).await.unwrap();
    let agent = open(&config(&server, "ollama")).unwrap();
    let error = agent.respond(request("r", "?"), Output::resettable(Heard::new())).await.unwrap_err();
    assert_eq!((error.kind(), PartialReply::of(&error).unwrap().text.as_str()), (ErrorKind::Interrupted, "We"));
}

#[tokio::test]
async fn a_call_that_hangs_is_ended_by_its_limit_or_its_token_and_recorded_once() {
    let server = Loopback::start(|_| Answer::new(200, JSON, "{").ending(End::Silence)).await.unwrap();
    let clock = ManualClock::new(Timestamp::from_millis(0));
    let parts = AgentParts::system().unwrap();
    let parts = AgentParts::new(parts.parts.clone().with_clock(clock.clone()), parts.transport);
    let agent = Arc::new(GenaiAgent::open(&config(&server, "ollama"), &parts).unwrap());
    let run = |output: Output, asked| {
        let agent = agent.clone();
        tokio::spawn(async move { agent.respond(asked, output).await })
    };
    let output = Output::none();
    let asked = request("r", "?");
    let cancel = asked.cancel.clone();
    let call = run(output.clone(), asked);
    server.arrival().await;
    cancel.cancel();
    assert_eq!(call.await.unwrap().unwrap_err().kind(), ErrorKind::Cancelled);
    let outcomes: Vec<AttemptOutcome> = output.attempts().iter().map(|attempt| attempt.outcome).collect();
    assert_eq!(outcomes, [AttemptOutcome::Cancelled]);

    let call = run(Output::none(), request("r", "?"));
    server.arrival().await;
    clock.advance(Duration::from_secs(240));
    let error = call.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.context()["phase"].as_str()), (ErrorKind::Timeout, "total"));
}

#[test]
fn everything_wrong_with_a_configuration_is_told_at_once() {
    let mut config = GenaiConfig::new("no_such_adapter", " ");
    config.base_url = Some("http://example.com".into());
    config.key = Some(Secret::from("a\nb"));
    let error = open(&config).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfig);
    let shown = format!("{error:?}");
    for pointer in ["/adapter", "/model", "/key", "/base_url"] {
        assert!(shown.contains(pointer), "{shown}");
    }
    let plain = GenaiConfig::new("ollama", "llama-9");
    assert_eq!(open(&plain).unwrap().profile().id.as_str(), "ollama-llama-9");
}
