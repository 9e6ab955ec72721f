//! What every agent behind a provider does whatever its wire: where it sends, what it signs, what it learns, what it
//! costs.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aragora_core::agents::providers::{FnCredentials, ProviderConfig, StreamMode, Wire};
use aragora_core::agents::{
    AgentReply, AttemptOutcome, CostSource, Effort, Expect, JsonShape, Output, PriceBook, PriceQuery,
};
use aragora_core::clock::ManualClock;
use aragora_core::http::{Body, Headers, HttpRequest, HttpResponse, Transport};
use aragora_core::ids::MicroUsd;
use aragora_core::{Error, ErrorKind, Result};
use aragora_tests::agents::{Heard, request};
use aragora_tests::loopback::{Answer, End, Loopback};
use aragora_tests::providers::Opening;
use serde_json::{Value, json};

const JSON: &str = "application/json";

/// Keeps every request and answers with a completion.
#[derive(Debug, Default)]
struct Kept(Mutex<Vec<HttpRequest>>);

#[async_trait::async_trait]
impl Transport for Kept {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        self.0.lock().unwrap().push(request);
        Ok(HttpResponse { status: 200, headers: Headers::new(), body: Body::full(completion()) })
    }
}

impl Kept {
    fn last(&self) -> HttpRequest {
        self.0.lock().unwrap().last().unwrap().clone()
    }
}

fn completion() -> String {
    json!({
        "id": "c1",
        "model": "served-model",
        "choices": [{ "message": { "content": "Wet." }, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 1_000, "completion_tokens": 10 },
    })
    .to_string()
}

fn refusing(param: &str, message: &str) -> Answer {
    Answer::new(400, JSON, json!({ "error": { "message": message, "param": param } }).to_string())
}

/// Over a transport that keeps what is sent.
fn kept(provider: &str) -> (Opening, Arc<Kept>) {
    let transport = Arc::new(Kept::default());
    let mut opening = Opening::of(provider, "https://example.com/v1").key("canary-key-0123456789");
    opening.parts.transport = transport.clone();
    (opening.with(|config| config.wire = Some(Wire::Chat)), transport)
}

async fn serving(answer: impl Fn(&Value) -> Answer + Send + Sync + 'static) -> (Opening, Loopback) {
    let server = Loopback::start(move |received| answer(&received.json())).await.unwrap();
    (Opening::of("compatible", server.url()), server)
}

async fn ask(opening: &Opening) -> Result<AgentReply> {
    opening.open()?.respond(request("r", "Is water wet?"), Output::none()).await
}

fn codes(reply: &AgentReply) -> Vec<&str> {
    reply.warnings.iter().map(|warning| warning.code.as_str()).collect()
}

#[tokio::test]
async fn each_provider_is_reached_at_its_own_address_with_its_own_credential() {
    let bearer = ("authorization", "Bearer key-0123456789");
    let table = [
        ("openai", "https://api.openai.com/v1/chat/completions", bearer),
        ("openrouter", "https://openrouter.ai/api/v1/chat/completions", bearer),
        ("mistral", "https://api.mistral.ai/v1/chat/completions", bearer),
        ("xai", "https://api.x.ai/v1/chat/completions", bearer),
        ("groq", "https://api.groq.com/openai/v1/chat/completions", bearer),
        ("deepseek", "https://api.deepseek.com/chat/completions", bearer),
        ("gemini", "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions", bearer),
        ("anthropic", "https://api.anthropic.com/v1/chat/completions", bearer),
        ("ollama", "http://localhost:11434/v1/chat/completions", bearer),
        ("lmstudio", "http://localhost:1234/v1/chat/completions", bearer),
        ("vllm", "http://localhost:8000/v1/chat/completions", bearer),
        ("llamacpp", "http://localhost:8080/v1/chat/completions", bearer),
    ];
    for (provider, url, (header, value)) in table {
        let (opening, transport) = kept(provider);
        ask(&opening.with(|config| config.base_url = None)).await.unwrap();
        let sent = transport.last();
        assert_eq!((sent.url.as_str(), sent.headers.get(header)), (url, Some(value)), "{provider}");
        assert!(sent.headers.is_secret(header));
    }
    for (provider, base, header) in [
        ("azure", "https://res.openai.azure.com/openai/v1", "api-key"),
        ("azure", "https://res.openai.azure.com/openai/deployments/d?api-version=2024-10-21", "api-key"),
        ("bedrock", "https://bedrock-runtime.eu-west-1.amazonaws.com/openai/v1", "authorization"),
    ] {
        let (opening, transport) = kept(provider);
        ask(&opening.clone().with(|config| config.base_url = Some(base.into()))).await.unwrap();
        assert!(transport.last().headers.get(header).unwrap().ends_with("canary-key-0123456789"));
        let unset = opening.with(|config| config.base_url = None).open().unwrap_err();
        assert!(unset.reason().starts_with("/base_url"), "{unset}");
    }
}

#[tokio::test]
async fn an_address_keeps_its_query_and_takes_the_model_as_one_segment() {
    let sent = async |change: fn(&mut ProviderConfig)| {
        let (opening, transport) = kept("compatible");
        ask(&opening.with(|config| config.model = "org/model one".into()).with(change)).await.unwrap();
        transport.last().url.to_string()
    };
    let plain = sent(|config| {
        config.base_url = Some("https://e.com/a/?api-version=1".into());
        config.query.insert("tag".into(), "x y".into());
    });
    assert_eq!(plain.await, "https://e.com/a/chat/completions?api-version=1&tag=x+y");
    let own = sent(|config| config.path = Some("/models/{model}:ask?alt=sse".into()));
    assert_eq!(own.await, "https://example.com/v1/models/org%2Fmodel%20one:ask?alt=sse");
}

#[test]
fn everything_wrong_with_a_configuration_is_told_at_once() {
    let (opening, _) = kept("openai");
    let opening = opening.key(" \u{7} ").with(|config| {
        config.model = " ".into();
        config.base_url = Some("https://e.com?api_key=canary-key-secret".into());
        config.query.insert("Access_Token".into(), "canary-key-secret".into());
        config.headers.insert("Content-Length".into(), "1".into());
        config.headers.insert("bad name".into(), "canary-key-secret\u{1}".into());
        config.organization = Some("o\n".into());
        config.extra.insert("messages".into(), json!([]));
    });
    let error = opening.open().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfig);
    for pointer in [
        "/api_key",
        "/base_url",
        "/extra/messages",
        "/headers/Content-Length",
        "/headers/bad name",
        "/model",
        "/organization",
        "/query/Access_Token",
    ] {
        assert!(error.context()["violations"].contains(&format!("{pointer:?}")), "{pointer}: {error}");
    }
    assert!(!format!("{error:?} {:?}", opening.config.headers).contains("canary"), "{error:?}");
    let blank = kept("openai").0.key(" ").open().unwrap_err();
    assert_eq!(blank.reason(), "/api_key: is missing");
}

#[tokio::test]
async fn fields_of_the_host_replace_those_of_the_vendor() {
    let (opening, transport) = kept("openrouter");
    let opening = opening.with(|config| {
        config.app_name = Some("demo".into());
        config.app_url = Some("https://demo.example".into());
        config.project = Some("p-1".into());
        config.headers.insert("X-Title".into(), "mine".into());
        config.headers.insert("User-Agent".into(), "host/1".into());
    });
    ask(&opening).await.unwrap();
    let headers = transport.last().headers;
    let value = |name: &str| headers.get(name);
    assert_eq!((value("x-title"), value("http-referer")), (Some("mine"), Some("https://demo.example")));
    assert_eq!((value("openai-project"), value("user-agent")), (Some("p-1"), Some("host/1")));
    assert_eq!((value("content-type"), value("accept")), (Some(JSON), Some(JSON)));
    assert!(headers.is_secret("x-title"), "nothing the host adds is shown");
}

#[tokio::test]
async fn members_of_the_host_are_merged_into_the_body_one_by_one() {
    let (opening, transport) = kept("openrouter");
    let opening = opening.with(|config| {
        config.extra.insert("provider".into(), json!({ "order": ["a"], "sort": "price" }));
        config.extra.insert("temperature".into(), json!(0.1));
    });
    let mut asked = request("r", "List.");
    asked.sampling.temperature = Some(0.9);
    asked.expect =
        Expect::Json(JsonShape { name: "l".into(), schema: json!({ "type": "object" }).into(), strict: true });
    asked.extra.insert("provider".into(), json!({ "sort": "latency" }));
    opening.open().unwrap().respond(asked, Output::none()).await.unwrap();
    let body: Value = serde_json::from_slice(&transport.last().body).unwrap();
    assert_eq!(body["provider"], json!({ "require_parameters": true, "order": ["a"], "sort": "latency" }));
    assert_eq!(body["temperature"], 0.1);
}

#[tokio::test]
async fn a_hook_sees_what_is_sent_and_is_asked_once_more_after_a_401() {
    let server = Loopback::start(|received| match received.headers["authorization"].as_str() {
        "Bearer fresh-token-2" => Answer::new(200, JSON, completion()),
        old => Answer::new(401, JSON, json!({ "error": { "message": format!("bad {old}") } }).to_string()),
    })
    .await
    .unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let hook = |fresh: &'static str| {
        let seen = seen.clone();
        FnCredentials::new(move |request, refresh| {
            seen.lock().unwrap().push((request.url.to_string(), request.body.clone(), refresh));
            let mut headers = Headers::new();
            headers.set("authorization", format!("Bearer {}", if refresh { fresh } else { "stale-token-1" }));
            async move { Ok(headers) }
        })
    };
    let output = Output::none();
    let opening = Opening::of("compatible", server.url()).credentials(hook("fresh-token-2"));
    let reply = opening.open().unwrap().respond(request("r", "?"), output.clone()).await.unwrap();
    assert_eq!(reply.text, "Wet.");
    let outcomes: Vec<AttemptOutcome> = output.attempts().iter().map(|attempt| attempt.outcome).collect();
    assert_eq!(outcomes, [AttemptOutcome::Failed, AttemptOutcome::Ok]);
    assert_eq!(reply.attempts, output.attempts());
    {
        let seen = seen.lock().unwrap();
        assert_eq!(seen.iter().map(|(_, _, refresh)| *refresh).collect::<Vec<_>>(), [false, true]);
        assert_eq!(seen[0].0, format!("{}/chat/completions", server.url()));
        assert_eq!(seen[1].1, server.received()[1].body, "what was signed is what was sent");
    }
    // The same again, and something else that is refused too: once is enough.
    for (fresh, calls) in [("stale-token-1", 1), ("wrong-token-3", 2)] {
        let before = server.received().len();
        let opening = Opening::of("compatible", server.url()).credentials(hook(fresh));
        let error = ask(&opening).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthenticated);
        assert_eq!(server.received().len() - before, calls, "{fresh}");
        assert!(!format!("{error:?}").contains("token"), "an echoed token comes back out nowhere: {error:?}");
    }
}

#[tokio::test]
async fn a_hook_that_fails_or_never_answers_sends_nothing() {
    let (opening, server) = serving(|_| Answer::new(200, JSON, completion())).await;
    let failing = FnCredentials::new(|_, _| async { Err(Error::new(ErrorKind::KmsDenied, "no")) });
    let output = Output::none();
    let agent = opening.clone().credentials(failing).open().unwrap();
    let error = agent.respond(request("r", "?"), output.clone()).await.unwrap_err();
    assert_eq!((error.kind(), error.context()["provider"].as_str()), (ErrorKind::KmsDenied, "compatible"));

    let clock = ManualClock::default();
    let agent = opening.credentials(FnCredentials::new(|_, _| std::future::pending())).clock(clock.clone()).open();
    let call = tokio::spawn(agent.unwrap().respond_owned(request("r", "?"), output.clone()));
    while clock.sleepers() == 0 {
        tokio::task::yield_now().await;
    }
    clock.advance(Duration::from_secs(120));
    let error = call.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.context()["phase"].as_str()), (ErrorKind::Timeout, "credentials"));
    assert!(server.received().is_empty());
    assert!(output.attempts().is_empty(), "what was never sent is in no ledger");
}

/// A call that owns its agent, for tasks.
trait RespondOwned {
    fn respond_owned(
        self,
        request: aragora_core::agents::AgentRequest,
        output: Output,
    ) -> impl Future<Output = Result<AgentReply>> + Send + 'static;
}

impl RespondOwned for Arc<dyn aragora_core::agents::Agent> {
    async fn respond_owned(self, request: aragora_core::agents::AgentRequest, output: Output) -> Result<AgentReply> {
        self.respond(request, output).await
    }
}

#[tokio::test]
async fn only_metadata_that_is_named_leaves_the_process() {
    let mut asked = request("r", "?");
    asked.metadata.insert("session".into(), "s-1".into());
    asked.metadata.insert("canary".into(), "stays".into());
    let (opening, transport) = kept("openai");
    let opening = opening.with(|config| config.forward_metadata = vec!["session".into(), "absent".into()]);
    opening.open().unwrap().respond(asked.clone(), Output::none()).await.unwrap();
    let body: Value = serde_json::from_slice(&transport.last().body).unwrap();
    assert_eq!(body["metadata"], json!({ "session": "s-1" }));

    let (opening, transport) = kept("groq");
    let opening = opening.with(|config| config.forward_metadata = vec!["session".into()]);
    let reply = opening.open().unwrap().respond(asked, Output::none()).await.unwrap();
    assert!(!String::from_utf8_lossy(&transport.last().body).contains("session"));
    assert_eq!(codes(&reply), ["knob_ignored"], "a vendor that takes none is told apart");
}

#[tokio::test]
async fn strict_knobs_refuse_before_anything_is_sent() {
    let (opening, transport) = kept("deepseek");
    let opening = opening.with(|config| config.strict_knobs = true);
    let mut asked = request("r", "?");
    asked.sampling.effort = Some(Effort::High);
    let error = opening.open().unwrap().respond(asked, Output::none()).await.unwrap_err();
    assert_eq!((error.kind(), error.context()["code"].as_str()), (ErrorKind::InvalidRequest, "knob_ignored"));
    let (opening, mistral) = kept("mistral");
    let opening = opening.with(|config| config.strict_knobs = true);
    let mut asked = request("r", "?");
    asked.sampling.temperature = Some(1.9);
    let error = opening.open().unwrap().respond(asked, Output::none()).await.unwrap_err();
    assert_eq!(error.context()["code"], "knob_clamped");
    assert!(transport.0.lock().unwrap().is_empty() && mistral.0.lock().unwrap().is_empty());

    // What the server refuses is not left out either; another name for the same is no loss.
    let (opening, server) = serving(|body| match () {
        () if body.get("max_tokens").is_some() => refusing("max_tokens", "Unsupported parameter: 'max_tokens'"),
        () if body.get("seed").is_some() => refusing("seed", "Unsupported parameter: 'seed'"),
        () => Answer::new(200, JSON, completion()),
    })
    .await;
    let opening = opening.with(|config| config.strict_knobs = true);
    assert_eq!(codes(&ask(&opening).await.unwrap()), ["knob_ignored"]);
    let mut asked = request("r", "?");
    asked.sampling.seed = Some(1);
    let error = opening.open().unwrap().respond(asked, Output::none()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn a_knob_is_left_out_in_whichever_words_it_is_refused() {
    let mistral = "reasoning_effort='medium' is not supported for this model. Must be one of ('none', 'high')";
    let detail = json!([{ "type": "extra_forbidden", "loc": ["body", "reasoning_effort"],
        "msg": "Extra inputs are not permitted", "input": "high" }]);
    let store = "The 'metadata' parameter is only allowed when 'store' is enabled.";
    for (knob, refusal) in [
        ("reasoning_effort", json!({ "object": "error", "message": mistral, "param": null, "code": "3051" })),
        ("reasoning_effort", json!({ "object": "error", "message": { "detail": detail } })),
        ("reasoning_effort", json!({ "detail": detail })),
        ("metadata", json!({ "error": { "message": store, "param": "metadata", "code": null } })),
        ("metadata", json!({ "error": { "message": store } })),
    ] {
        let (opening, server) = serving(move |body| match body.get(knob) {
            Some(_) => Answer::new(if knob == "metadata" { 400 } else { 422 }, JSON, refusal.to_string()),
            None => Answer::new(200, JSON, completion()),
        })
        .await;
        let opening = opening.with(|config| config.forward_metadata = vec!["team".into()]);
        let agent = opening.open().unwrap();
        for (expected, sent) in [(2, "told"), (1, "remembered")] {
            let mut asked = request("r", "?");
            asked.sampling.effort = Some(Effort::High);
            asked.metadata.insert("team".into(), "blue".into());
            let reply = agent.respond(asked, Output::none()).await.unwrap();
            assert_eq!(
                (reply.attempts.len(), codes(&reply)),
                (expected, vec!["knob_ignored"; expected]),
                "{knob} {sent}"
            );
        }
        let last = server.received().pop().unwrap().json();
        assert!(last.get(knob).is_none() && last.get("model").is_some(), "{knob}: {last}");
    }
}

#[tokio::test]
async fn structured_output_that_is_refused_falls_to_the_next_best_and_stays_there() {
    let (opening, server) = serving(|body| match body["response_format"]["type"].as_str() {
        Some("json_schema") => {
            let message =
                "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.";
            refusing("response_format", message)
        }
        Some("json_object") => refusing("", "This response_format type is unavailable now"),
        _ => Answer::new(200, JSON, completion().replace("Wet.", "{\\\"a\\\":1}")),
    })
    .await;
    let mut asked = request("r", "List.");
    asked.expect =
        Expect::Json(JsonShape { name: "l".into(), schema: json!({ "type": "object" }).into(), strict: true });
    let agent = opening.open().unwrap();
    let reply = agent.respond(asked.clone(), Output::none()).await.unwrap();
    assert_eq!((reply.structured, reply.attempts.len()), (Some(json!({ "a": 1 })), 3));
    let system = server.received().pop().unwrap().json()["messages"][0]["content"].to_string();
    assert!(system.contains("JSON Schema"), "{system}");
    agent.respond(asked, Output::none()).await.unwrap();
    assert_eq!(server.received().len(), 4);
}

#[tokio::test]
async fn what_a_model_refused_is_known_to_all_agents_of_its_target_and_to_no_other() {
    let calls = Arc::new(AtomicU32::new(0));
    let counted = calls.clone();
    let (opening, _server) = serving(move |body| {
        counted.fetch_add(1, Ordering::Relaxed);
        match body.get("top_p") {
            Some(_) => refusing("top_p", "Unsupported parameter: 'top_p'"),
            None => Answer::new(200, JSON, completion()),
        }
    })
    .await;
    let calls_of = async |opening: &Opening| {
        let before = calls.load(Ordering::Relaxed);
        let mut asked = request("r", "?");
        asked.sampling.top_p = Some(0.5);
        opening.open().unwrap().respond(asked, Output::none()).await.unwrap();
        calls.load(Ordering::Relaxed) - before
    };
    let one = opening.key("canary-key-of-one");
    assert_eq!(calls_of(&one).await, 2);
    assert_eq!(calls_of(&one.clone().with(|config| config.version = "2".into())).await, 1, "the same target");
    assert_eq!(calls_of(&one.clone().key("canary-key-of-two")).await, 2, "another credential");
    assert_eq!(calls_of(&one.with(|config| config.model = "other".into())).await, 2, "another model");
}

#[tokio::test]
async fn a_raw_body_is_kept_only_where_that_was_asked_for_and_without_keys() {
    let (opening, _server) =
        serving(|_| Answer::new(500, "text/html", "<p>oops canary-key-0123456789 sk-abcdef</p>")).await;
    let opening = opening.key("canary-key-0123456789");
    assert!(ask(&opening).await.unwrap_err().context().get("raw_body").is_none());
    let error = ask(&opening.with(|config| config.capture_raw = true)).await.unwrap_err();
    assert_eq!(error.context()["raw_body"], "<p>oops *** ***</p>");
}

/// Model and service tier.
type Asked = (String, Option<String>);

/// One micro-dollar per token, and the questions it was asked.
#[derive(Debug, Default, Clone)]
struct PerToken(Arc<Mutex<Vec<Asked>>>);

impl PriceBook for PerToken {
    fn price(&self, query: &PriceQuery<'_>) -> Option<MicroUsd> {
        self.0.lock().unwrap().push((query.model.to_owned(), query.service_tier.map(str::to_owned)));
        (query.model != "unknown").then(|| MicroUsd(query.usage.input_total + query.usage.output_total))
    }

    fn version(&self) -> String {
        "per-token-1".into()
    }
}

#[tokio::test]
async fn a_cost_is_what_the_provider_says_else_what_the_price_book_says_else_unknown() {
    let answering = |usage: Value, model: &'static str| {
        let body = json!({
            "model": model, "service_tier": "flex", "usage": usage,
            "choices": [{ "message": { "content": "Wet." }, "finish_reason": "stop" }],
        });
        serving(move |_| Answer::new(200, JSON, body.to_string()))
    };
    let tokens = json!({ "prompt_tokens": 90, "completion_tokens": 10 });
    let told = json!({ "prompt_tokens": 90, "completion_tokens": 10, "cost": 0.000_252_5 });
    let book = PerToken::default();
    let (opening, _server) = answering(told, "served").await;
    let reply = ask(&opening.prices(book.clone())).await.unwrap();
    assert_eq!((reply.cost, reply.cost_source), (Some(MicroUsd(253)), CostSource::Provider));
    let (opening, _server) = answering(tokens.clone(), "served").await;
    let reply = ask(&opening.prices(book.clone())).await.unwrap();
    assert_eq!((reply.cost, reply.cost_source), (Some(MicroUsd(100)), CostSource::PriceBook("per-token-1".into())));
    assert_eq!(reply.attempts[0].cost, Some(MicroUsd(100)));
    assert_eq!(book.0.lock().unwrap().last().unwrap(), &("served".to_owned(), Some("flex".to_owned())));
    let (opening, _server) = answering(tokens, "unknown").await;
    let reply = ask(&opening.prices(book)).await.unwrap();
    assert_eq!((reply.cost, reply.cost_source), (None, CostSource::Unknown));
}

#[tokio::test]
async fn routers_and_xai_say_what_a_call_cost_in_units_of_their_own() {
    let cases = [
        ("openrouter", json!({ "cost": 0.01 }), 10_000),
        (
            "openrouter",
            json!({ "cost": 0.001, "is_byok": true, "cost_details": { "upstream_inference_cost": 0.02 } }),
            21_000,
        ),
        (
            "openrouter",
            json!({ "cost": 0.001, "is_byok": false, "cost_details": { "upstream_inference_cost": 0.02 } }),
            1_000,
        ),
        ("xai", json!({ "cost_in_usd_ticks": 760_500 }), 77),
    ];
    for (provider, usage, micros) in cases {
        let mut usage = usage;
        usage["prompt_tokens"] = 9.into();
        let body = json!({ "usage": usage, "choices": [{ "message": { "content": "a" }, "finish_reason": "stop" }] });
        let server = Loopback::start(move |_| Answer::new(200, JSON, body.to_string())).await.unwrap();
        let opening = Opening::of(provider, server.url()).key("canary-key-0123456789");
        let reply = ask(&opening.with(|config| config.wire = Some(Wire::Chat))).await.unwrap();
        assert_eq!(reply.cost, Some(MicroUsd(micros)), "{provider} {usage}");
    }
}

#[tokio::test]
async fn a_stream_that_breaks_after_its_usage_is_charged_for_it() {
    let usage = json!({ "choices": [], "usage": { "prompt_tokens": 90, "completion_tokens": 10 } });
    let body = format!("data: {}\n\ndata: {usage}\n\n", json!({ "choices": [{ "delta": { "content": "We" } }] }));
    let (opening, _server) =
        serving(move |_| Answer::new(200, "text/event-stream", body.clone()).ending(End::Cut)).await;
    let output = Output::resettable(Heard::new());
    let agent = opening.prices(PerToken::default()).open().unwrap();
    let error = agent.respond(request("r", "?"), output.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert_eq!(
        (output.attempts()[0].cost, output.attempts()[0].outcome),
        (Some(MicroUsd(100)), AttemptOutcome::Failed)
    );
}

#[tokio::test]
async fn a_complete_stream_whose_end_never_comes_is_waited_for_shortly() {
    let body =
        format!("data: {}\n\n", json!({ "choices": [{ "delta": { "content": "Wet." }, "finish_reason": "stop" }] }));
    let (opening, _server) =
        serving(move |_| Answer::new(200, "text/event-stream", body.clone()).ending(End::Silence)).await;
    let clock = ManualClock::default();
    let opening = opening.clock(clock.clone()).with(|config| config.stream = StreamMode::Always);
    let heard = Heard::new();
    let call =
        tokio::spawn(opening.open().unwrap().respond_owned(request("r", "?"), Output::resettable(heard.clone())));
    while heard.text().is_empty() || clock.sleepers() == 0 {
        tokio::task::yield_now().await;
    }
    clock.advance(Duration::from_secs(5));
    let reply = call.await.unwrap().unwrap();
    assert_eq!((reply.text.as_str(), codes(&reply)), ("Wet.", vec!["broken_end"]));
}

#[tokio::test]
async fn a_router_is_told_where_its_one_vendor_with_cache_points_may_cache() {
    let long = "water ".repeat(2_000);
    let sent = async |model: &'static str, marked: bool| {
        let (opening, transport) = kept("openrouter");
        let mut asked = request("r", &long);
        asked.messages[0].cache_point = marked;
        let opening = opening.with(|config| config.model = model.into());
        opening.open().unwrap().respond(asked, Output::none()).await.unwrap();
        let body: Value = serde_json::from_slice(&transport.last().body).unwrap();
        body["messages"][1]["content"].clone()
    };
    let block = json!([{ "type": "text", "text": long, "cache_control": { "type": "ephemeral" } }]);
    assert_eq!(sent("anthropic/claude-sonnet-5", true).await, block);
    assert_eq!(sent("anthropic/claude-sonnet-5", false).await, json!(long));
    assert_eq!(sent("openai/gpt-5.4", true).await, json!(long));
}

#[test]
fn a_configuration_is_read_from_a_document_and_knows_no_other_member() {
    let config: ProviderConfig = serde_json::from_value(json!({
        "provider": "claude",
        "model": "claude-sonnet-5",
        "wire": "messages",
        "base_url": "https://gateway.example",
        "headers": { "x-extra": "canary-key-secret" },
        "timeouts": { "total_ms": 1_000 },
        "stream": "never",
        "structured": "instructed",
        "caps": { "context": 200_000, "efforts": ["low", "high"] },
        "extra": { "top_k": 5 },
    }))
    .unwrap();
    assert_eq!((config.provider.as_str(), config.wire), ("anthropic", Some(Wire::Messages)));
    assert_eq!((config.timeouts.total, config.timeouts.idle), (Duration::from_secs(1), Duration::from_mins(1)));
    assert_eq!((config.stream, config.free), (StreamMode::Never, false));
    assert_eq!(config.extra["top_k"], 5);
    assert!(!format!("{config:?}").contains("canary"));
    for broken in [json!({}), json!({ "provider": "nobody" }), json!({ "provider": "openai", "colour": "x" })] {
        assert!(serde_json::from_value::<ProviderConfig>(broken.clone()).is_err(), "{broken}");
    }
}
