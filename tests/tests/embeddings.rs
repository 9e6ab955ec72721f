//! Vectors: the lexical embedder, providers on a server of this machine, and answers compared by meaning.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aragora_core::agents::layers::{Budgets, GuardedEmbedder};
use aragora_core::agents::providers::{ProviderHandle, Timeouts};
use aragora_core::agents::{
    AttemptOutcome, Budget, BudgetScope, BudgetUsage, CallContext, CostSource, EmbedTask, Embedder, Embeddings,
    FnAgent, HashEmbedder, Output, PriceBook, PriceQuery, PriceRow, PriceTable, SemanticComparator, Unpriced, cosine,
};
use aragora_core::clock::{CancelToken, Clock, Deadline, ManualClock, SystemClock, Timestamp};
use aragora_core::config::Config;
use aragora_core::debate::{AnswerFormat, Comparator, Record};
use aragora_core::ids::MicroUsd;
use aragora_core::protocols::Simultaneous;
use aragora_core::telemetry::{Telemetry, names};
use aragora_core::{Aragora, Decision, ErrorKind, Question, Result};
use aragora_tests::agents::agent_id;
use aragora_tests::durable::tenant;
use aragora_tests::loopback::{Answer, End, Loopback, Received};
use aragora_tests::providers::Opening;
use proptest::prelude::*;
use serde_json::{Value, json};

const JSON: &str = "application/json";

fn texts(all: &[&str]) -> Vec<String> {
    all.iter().map(|text| (*text).to_owned()).collect()
}

async fn lexical(all: &[&str]) -> Vec<Vec<f32>> {
    let made = HashEmbedder::new().embed(texts(all), EmbedTask::Document, CallContext::new()).await.unwrap();
    assert_eq!((made.cost, made.cost_source), (Some(MicroUsd(0)), CostSource::Free));
    made.vectors
}

fn embedder(opening: &Opening, dimensions: Option<u32>) -> Result<Arc<dyn Embedder>> {
    ProviderHandle::open(&opening.config, opening.credentials.clone(), &opening.parts)?.embedder(dimensions)
}

/// Numbers the texts of a request by what they say, as `[n, 1]`.
fn numbered(received: &Received) -> Value {
    let vector = |text: &Value| json!([text.as_str().unwrap().parse::<f64>().unwrap(), 1.0]);
    let data: Vec<Value> = received.json()["input"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
        .map(|(index, text)| json!({ "index": index, "embedding": vector(text) }))
        .rev()
        .collect();
    let tokens = data.len();
    json!({ "data": data, "model": "served", "usage": { "prompt_tokens": tokens, "total_tokens": tokens } })
}

async fn answering(body: Value) -> Result<Embeddings> {
    let server = Loopback::start(move |_| Answer::new(200, JSON, body.to_string())).await.unwrap();
    let embedder = embedder(&Opening::of("compatible", server.url()), None)?;
    embedder.embed(texts(&["a", "b"]), EmbedTask::Document, CallContext::new()).await
}

#[tokio::test]
async fn the_lexical_embedder_is_the_same_everywhere() {
    let vectors = lexical(&["Is water wet?", "is  WATER wet?", "Is the sea wet?", "Prime numbers", "x"]).await;
    let close = |a: usize, b: usize| cosine(&vectors[a], &vectors[b]).unwrap();
    assert_eq!(vectors[0], vectors[1]);
    assert!(close(0, 2) > 0.3 && close(0, 2) < 0.9, "{}", close(0, 2));
    assert!(close(0, 3).abs() < 0.3, "{}", close(0, 3));
    for vector in &vectors {
        assert_eq!(vector.len(), 256);
        let length: f64 = vector.iter().map(|x| f64::from(*x) * f64::from(*x)).sum();
        assert!((length - 1.0).abs() < 1e-6);
    }
    // Stored vectors outlive the version that made them: these places are part of the space's id.
    let places: Vec<(usize, i32)> =
        vectors[4].iter().enumerate().filter(|(_, x)| **x != 0.0).map(|(i, x)| (i, x.signum() as i32)).collect();
    assert_eq!(places, [(191, -1)]);
}

proptest! {
    #[test]
    fn every_text_has_a_lexical_vector(text in "\\PC{1,80}") {
        prop_assume!(!text.trim().is_empty());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let vector = runtime.block_on(lexical(&[&text])).remove(0);
        prop_assert!(cosine(&vector, &vector).is_some_and(|same| (same - 1.0).abs() < 1e-6));
    }
}

#[tokio::test]
async fn texts_without_content_are_refused_before_anything_is_sent() {
    let server = Loopback::start(|received| Answer::new(200, JSON, numbered(received).to_string())).await.unwrap();
    let remote = embedder(&Opening::of("compatible", server.url()), None).unwrap();
    for embedder in [remote, Arc::new(HashEmbedder::new())] {
        let bad = texts(&["1", " \n", "2", "a\0b"]);
        let error = embedder.embed(bad, EmbedTask::Query, CallContext::new()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        let shown = format!("{error:?}");
        assert!(shown.contains("/texts/1") && shown.contains("/texts/3"), "{shown}");
        let none = embedder.embed(Vec::new(), EmbedTask::Query, CallContext::new()).await.unwrap();
        assert_eq!((none.vectors.len(), none.cost), (0, Some(MicroUsd(0))));
    }
    assert_eq!(server.received().len(), 0);
}

#[tokio::test]
async fn many_texts_go_in_batches_and_come_back_in_order() {
    let server = Loopback::start(|received| Answer::new(200, JSON, numbered(received).to_string())).await.unwrap();
    let opening = Opening::of("openai", server.url()).key("sk-canary-key-0123456789");
    let embedder = embedder(&opening, None).unwrap();
    assert_eq!((embedder.space().dims, embedder.space().id.as_str()), (None, "openai/asked-model"));
    let all: Vec<String> = (0..200).map(|n| n.to_string()).collect();
    let output = Output::none();
    let made = embedder.embed(all, EmbedTask::Document, CallContext::new().with_output(output.clone())).await.unwrap();
    let order: Vec<usize> = made.vectors.iter().map(|vector| vector[0] as usize).collect();
    assert_eq!(order, (0..200).collect::<Vec<_>>());
    let sizes: Vec<usize> = server.received().iter().map(|r| r.json()["input"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [96, 96, 8]);
    assert_eq!((made.usage.unwrap().input_total, made.cost, made.space.dims), (200, None, Some(2)));
    assert_eq!(output.attempts().len(), 3);
    let first = &server.received()[0];
    assert_eq!(
        (first.path.as_str(), first.headers["authorization"].as_str()),
        ("/embeddings", "Bearer sk-canary-key-0123456789")
    );
    assert_eq!((&first.json()["encoding_format"], &first.json()["dimensions"]), (&json!("float"), &Value::Null));
}

#[tokio::test]
async fn batches_are_limited_by_bytes_too() {
    let answer = |received: &Received| {
        let count = received.json()["input"].as_array().unwrap().len();
        let data: Vec<Value> = (0..count).map(|index| json!({ "index": index, "embedding": [1] })).collect();
        Answer::new(200, JSON, json!({ "data": data }).to_string())
    };
    let server = Loopback::start(answer).await.unwrap();
    let embedder = embedder(&Opening::of("compatible", server.url()), None).unwrap();
    let all = ["a".repeat(200 << 10), "b".repeat(60 << 10), "c".into(), "d".repeat(300 << 10), "e".into()].to_vec();
    let made = embedder.embed(all, EmbedTask::Document, CallContext::new()).await.unwrap();
    assert_eq!(made.vectors.len(), 5);
    let sizes: Vec<usize> = server.received().iter().map(|r| r.json()["input"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [1, 2, 1, 1]);
}

#[tokio::test]
async fn a_batch_that_is_too_large_is_split_until_it_fits() {
    let server = Loopback::start(|received| {
        if received.json()["input"].as_array().unwrap().len() > 2 {
            let words = "input (4002 tokens) is too large to process. increase the physical batch size";
            return Answer::new(500, JSON, json!({ "error": { "code": 500, "message": words } }).to_string());
        }
        Answer::new(200, JSON, numbered(received).to_string())
    })
    .await
    .unwrap();
    let embedder = embedder(&Opening::of("llamacpp", server.url()), None).unwrap();
    let all: Vec<String> = (0..7).map(|n| n.to_string()).collect();
    let made = embedder.embed(all, EmbedTask::Document, CallContext::new()).await.unwrap();
    let order: Vec<usize> = made.vectors.iter().map(|vector| vector[0] as usize).collect();
    assert_eq!(order, (0..7).collect::<Vec<_>>());

    let server = Loopback::start(|_| Answer::new(413, JSON, "{}")).await.unwrap();
    let embedder = self::embedder(&Opening::of("compatible", server.url()), None).unwrap();
    let error = embedder.embed(texts(&["a", "b"]), EmbedTask::Document, CallContext::new()).await.unwrap_err();
    assert_eq!((error.kind(), server.received().len()), (ErrorKind::RequestTooLarge, 2));
}

#[tokio::test]
async fn vectors_out_of_form_are_refused() {
    let data = |items: Value| json!({ "data": items });
    let item = |index: u64, vector: Value| json!({ "index": index, "embedding": vector });
    let good = answering(data(json!([item(1, json!([0, 1])), item(0, json!([1, 0]))]))).await.unwrap();
    assert_eq!(good.vectors, [[1.0, 0.0], [0.0, 1.0]]);
    let floats: Vec<u8> = [0.5_f32, -2.0].iter().flat_map(|x| x.to_le_bytes()).collect();
    assert_eq!(floats, [0, 0, 0, 63, 0, 0, 0, 192]);
    let packed = answering(data(json!([item(0, json!("AAAAPwAAAMA=")), item(1, json!([1, 1]))]))).await.unwrap();
    assert_eq!(packed.vectors[0], [0.5, -2.0]);
    let bad = [
        data(json!([item(0, json!([1, 0]))])),
        data(json!([item(0, json!([1, 0])), item(0, json!([1, 0]))])),
        data(json!([item(0, json!([1, 0])), item(7, json!([1, 0]))])),
        data(json!([item(0, json!([1, 0])), item(1, json!([1]))])),
        data(json!([item(0, json!([1, 0])), item(1, json!([0, 0]))])),
        data(json!([item(0, json!([1, 0])), item(1, json!([1e300, 0]))])),
        data(json!([item(0, json!([1, 0])), item(1, json!(["x", 0]))])),
        data(json!([item(0, json!([1, 0])), item(1, json!("AAAA"))])),
        data(json!([item(0, json!([])), item(1, json!([]))])),
        json!({ "object": "list" }),
    ];
    for body in bad {
        assert_eq!(answering(body.clone()).await.unwrap_err().kind(), ErrorKind::MalformedResponse, "{body}");
    }
}

#[tokio::test]
async fn later_vectors_have_the_length_of_the_first() {
    let server = Loopback::start(|received| {
        let length = received.json()["input"][0].as_str().unwrap().len();
        let data = json!([{ "index": 0, "embedding": vec![1; length] }]);
        Answer::new(200, JSON, json!({ "data": data }).to_string())
    })
    .await
    .unwrap();
    let opening = Opening::of("mistral", server.url()).key("canary-key-0123456789");
    let any = embedder(&opening, None).unwrap();
    any.embed(texts(&["aaa"]), EmbedTask::Document, CallContext::new()).await.unwrap();
    let other = any.embed(texts(&["aa"]), EmbedTask::Document, CallContext::new()).await.unwrap_err();
    assert_eq!((other.kind(), any.space().dims), (ErrorKind::MalformedResponse, Some(3)));
    let fixed = embedder(&opening, Some(2)).unwrap();
    fixed.embed(texts(&["aa"]), EmbedTask::Document, CallContext::new()).await.unwrap();
    assert_eq!(server.received().last().unwrap().json()["output_dimension"], 2);
    assert_eq!(fixed.space().id, "mistral/asked-model@2");
    assert!(fixed.space() != any.space());
    assert_eq!(embedder(&opening, Some(0)).unwrap_err().kind(), ErrorKind::InvalidConfig);
}

#[tokio::test]
async fn gemini_is_asked_for_batches_with_the_task() {
    let body = json!({ "embeddings": [{ "values": [1, 2] }, { "values": [3, 4] }], "usageMetadata": { "promptTokenCount": 6 } });
    let server = Loopback::start(move |_| Answer::new(200, JSON, body.to_string())).await.unwrap();
    let opening = Opening::of("gemini", server.url()).key("AIza-canary-key-0123456789");
    let embedder = embedder(&opening, Some(2)).unwrap();
    let made = embedder.embed(texts(&["a", "b"]), EmbedTask::Query, CallContext::new()).await.unwrap();
    assert_eq!(made.vectors, [[1.0, 2.0], [3.0, 4.0]]);
    assert_eq!(made.usage.unwrap().input_total, 6);
    let received = &server.received()[0];
    assert_eq!(received.path, "/v1beta/models/asked-model:batchEmbedContents");
    let part = |text: &str| {
        json!({ "model": "models/asked-model", "content": { "parts": [{ "text": text }] },
        "taskType": "RETRIEVAL_QUERY", "outputDimensionality": 2 })
    };
    assert_eq!(received.json(), json!({ "requests": [part("a"), part("b")] }));
}

#[derive(Debug)]
struct TenPerToken;

impl PriceBook for TenPerToken {
    fn price(&self, query: &PriceQuery<'_>) -> Option<MicroUsd> {
        (query.model == "served").then_some(MicroUsd(query.usage.input_total * 10))
    }

    fn version(&self) -> String {
        "ten".into()
    }
}

#[tokio::test]
async fn vectors_cost_what_the_provider_says_or_the_price_book() {
    let server = Loopback::start(|received| Answer::new(200, JSON, numbered(received).to_string())).await.unwrap();
    let opening = Opening::of("openai", server.url()).key("sk-canary-key").prices(TenPerToken);
    let all: Vec<String> = (0..97).map(|n| n.to_string()).collect();
    let made = embedder(&opening, None).unwrap().embed(all, EmbedTask::Document, CallContext::new()).await.unwrap();
    assert_eq!((made.cost, made.cost_source), (Some(MicroUsd(970)), CostSource::PriceBook("ten".into())));

    let body = json!({ "data": [{ "embedding": [1] }], "usage": { "prompt_tokens": 7, "cost": 1.4e-7 } });
    let server = Loopback::start(move |_| Answer::new(200, JSON, body.to_string())).await.unwrap();
    let routed = embedder(&Opening::of("openrouter", server.url()).key("sk-canary-key"), None).unwrap();
    let made = routed.embed(texts(&["a"]), EmbedTask::Document, CallContext::new()).await.unwrap();
    assert_eq!((made.cost, made.cost_source), (Some(MicroUsd(1)), CostSource::Provider));

    let free = Opening::of("ollama", server.url()).with(|config| config.free = true);
    let made =
        embedder(&free, None).unwrap().embed(texts(&["a"]), EmbedTask::Document, CallContext::new()).await.unwrap();
    assert_eq!((made.cost, made.cost_source), (Some(MicroUsd(0)), CostSource::Free));
}

/// An embedder of `asked-model` at 10 micro-dollars per token, and a debate's budget of this limit around it.
fn budgeted(opening: &Opening, limit: u64) -> (GuardedEmbedder, Budget, Telemetry) {
    let prices = PriceTable::new("own").with(PriceRow::new("*", "*", 10_000_000, 0));
    let opening = opening.clone().prices(prices);
    let handle = ProviderHandle::open(&opening.config, opening.credentials.clone(), &opening.parts).unwrap();
    let budget = Budget::new(&opening.parts, BudgetScope::Debate, MicroUsd(limit), Unpriced::Refuse);
    let budgets = Budgets::new(&opening.parts, vec![budget.clone()]);
    let profile = handle.profile().clone();
    let embedder = GuardedEmbedder::new(handle.embedder(None).unwrap(), handle.target()).with_budgets(budgets, profile);
    (embedder, budget, opening.parts.parts.telemetry.clone())
}

#[tokio::test]
async fn a_budget_refuses_before_the_first_text_is_sent_and_settles_what_was_used() {
    let server = Loopback::start(|received| Answer::new(200, JSON, numbered(received).to_string())).await.unwrap();
    let opening = Opening::of("openai", server.url()).key("sk-canary-key-0123456789");
    let all: Vec<String> = (0..97).map(|n| n.to_string()).collect();
    let output = Output::none();
    let context = CallContext::new().with_output(output.clone());

    // One digit is estimated at 5 tokens, so are two.
    let (embedder, budget, telemetry) = budgeted(&opening, 97 * 50 - 1);
    let error = embedder.embed(all.clone(), EmbedTask::Document, context.clone()).await.unwrap_err();
    assert_eq!((error.kind(), error.context()["quote"].as_str()), (ErrorKind::BudgetExceeded, "4850"));
    assert_eq!((server.received().len(), output.attempts().len()), (0, 0));
    assert_eq!(budget.usage().await.unwrap(), budget_usage(0, 4_849));
    assert_eq!(telemetry.count_of(&names::EMBEDDING_SECONDS, &[]), 0);

    let (embedder, budget, telemetry) = budgeted(&opening, 6_000);
    for calls in 1..=2 {
        let made = embedder.embed(all.clone(), EmbedTask::Document, context.clone()).await.unwrap();
        assert_eq!((made.cost, made.warnings), (Some(MicroUsd(970)), vec![]));
        // Two batches each time; several calls on one output are not settled twice.
        assert_eq!((server.received().len(), output.attempts().len()), (2 * calls, 2 * calls));
        assert_eq!(budget.usage().await.unwrap(), budget_usage(970 * calls as u64, 6_000));
        assert_eq!(telemetry.count_of(&names::EMBEDDING_SECONDS, &[]), 2 * calls as u64);
    }
}

#[tokio::test]
async fn a_budget_pays_for_the_batches_before_a_failure_and_for_what_was_broken_off() {
    let answered = AtomicUsize::new(0);
    let server = Loopback::start(move |received| match answered.fetch_add(1, Ordering::SeqCst) {
        0 => Answer::new(200, JSON, numbered(received).to_string()),
        1 => Answer::new(400, JSON, json!({ "error": { "message": "no" } }).to_string()),
        _ => Answer::new(200, JSON, "{\"data\":").ending(End::Silence),
    });
    let server = server.await.unwrap();
    let opening = Opening::of("openai", server.url()).key("sk-canary-key-0123456789");
    let (embedder, budget, _) = budgeted(&opening, 6_000);
    let all: Vec<String> = (0..97).map(|n| n.to_string()).collect();
    let error = embedder.embed(all, EmbedTask::Document, CallContext::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!(budget.usage().await.unwrap(), budget_usage(960, 6_000));

    // What came so far left one sign.
    server.arrival().await;
    let cancel = CancelToken::new();
    let context = CallContext::new().with_cancel(cancel.clone());
    let call = tokio::spawn(async move { embedder.embed(texts(&["1"]), EmbedTask::Document, context).await });
    server.arrival().await;
    cancel.cancel();
    assert_eq!(call.await.unwrap().unwrap_err().kind(), ErrorKind::Cancelled);
    // Its prompt, as it was estimated: 5 tokens.
    assert_eq!(budget.usage().await.unwrap(), budget_usage(960 + 50, 6_000));
}

fn budget_usage(spent: u64, limit: u64) -> BudgetUsage {
    let mut usage = BudgetUsage::default();
    (usage.spent, usage.limit) = (MicroUsd(spent), MicroUsd(limit));
    usage
}

#[tokio::test]
async fn a_provider_without_vectors_says_so() {
    for provider in ["anthropic", "xai", "deepseek", "vertex"] {
        let opening = Opening::of(provider, "http://localhost:1").key("canary-key");
        assert_eq!(embedder(&opening, None).unwrap_err().kind(), ErrorKind::Unsupported, "{provider}");
    }
}

#[tokio::test]
async fn a_call_ends_with_its_token_its_deadline_and_its_own_limits() {
    let server = Loopback::start(|_| Answer::new(200, JSON, "{\"data\":").ending(End::Silence)).await.unwrap();
    let clock = ManualClock::new(Timestamp::from_millis(0));
    let opening = Opening::of("compatible", server.url()).clock(clock.clone()).with(|config| {
        config.timeouts = Timeouts { idle: Duration::from_secs(30), ..Timeouts::default() };
    });
    let embedder = embedder(&opening, None).unwrap();
    let run = |context: CallContext| {
        let embedder = embedder.clone();
        tokio::spawn(async move { embedder.embed(texts(&["a"]), EmbedTask::Document, context).await })
    };

    let (cancel, output) = (CancelToken::new(), Output::none());
    let call = run(CallContext::new().with_cancel(cancel.clone()).with_output(output.clone()));
    server.arrival().await;
    cancel.cancel();
    assert_eq!(call.await.unwrap().unwrap_err().kind(), ErrorKind::Cancelled);
    let attempts = output.attempts();
    assert_eq!((attempts.len(), attempts[0].outcome), (1, AttemptOutcome::Cancelled));

    let soon = Deadline::after(&clock, Duration::from_secs(3));
    let call = run(CallContext::new().with_deadline(soon));
    server.arrival().await;
    clock.advance(Duration::from_secs(3));
    assert_eq!(call.await.unwrap().unwrap_err().kind(), ErrorKind::DeadlineExceeded);

    let call = run(CallContext::new());
    server.arrival().await;
    // The body's first piece may still be under way when the clock is moved.
    while !call.is_finished() {
        clock.advance(Duration::from_secs(30));
        tokio::task::yield_now().await;
    }
    let error = call.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);

    let late = CallContext::new().with_deadline(soon);
    assert_eq!(run(late).await.unwrap().unwrap_err().kind(), ErrorKind::DeadlineExceeded);
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn answers_are_the_same_if_their_vectors_are_close() {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let server = Loopback::start(|received| {
        let angle = |text: &str| match text {
            "yes" => 0.0_f64,
            "indeed" => 0.3,
            _ => 2.0,
        };
        let input = received.json()["input"].as_array().unwrap().clone();
        let data: Vec<Value> = input
            .iter()
            .map(|text| angle(text.as_str().unwrap()))
            .map(|angle| json!({ "embedding": [angle.cos(), angle.sin()] }))
            .collect();
        Answer::new(200, JSON, json!({ "data": data }).to_string())
    })
    .await
    .unwrap();
    let embedder = embedder(&Opening::of("compatible", server.url()), None).unwrap();
    let alike = SemanticComparator::new(embedder, 0.9, clock.clone()).unwrap();
    assert_eq!(alike.name(), "semantic(compatible/asked-model, 0.9)");
    assert!(alike.equal("yes", "indeed").await.unwrap());
    assert!(!alike.equal("yes", "no").await.unwrap());
    assert!(!alike.equal("indeed", "no").await.unwrap());
    assert!(!alike.equal("yes", "").await.unwrap());
    // Every answer is embedded once.
    assert_eq!(server.received().len(), 2);
    for min in [0.0, 1.1, f64::NAN] {
        let refused = SemanticComparator::new(Arc::new(HashEmbedder::new()), min, clock.clone());
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::InvalidRequest);
    }
}

/// Three views, of which two mean the same, in a debate that compares like this.
async fn decided(aragora: &Aragora, format: AnswerFormat) -> Result<(Decision, Vec<Record>)> {
    let mut debate =
        aragora.debate(Question::new("What is water?").with_format(format)).protocol(Simultaneous::default());
    let views = [("ada", "a wet liquid"), ("bob", "it is a wet liquid"), ("eve", "prime numbers everywhere")];
    for (id, view) in views {
        debate =
            debate.seat(FnAgent::new(agent_id(id), move |_, _| async move { Ok(format!("FINAL ANSWER: {view}")) }));
    }
    let debate = debate.start().await?;
    let decision = debate.result().await?;
    Ok((decision, aragora.debates().log(&tenant(), debate.id()).await?))
}

fn meaning(document: Value) -> AnswerFormat {
    AnswerFormat { equal: serde_json::from_value(document).unwrap(), ..AnswerFormat::default() }
}

#[tokio::test]
async fn a_debate_counts_answers_that_mean_the_same_as_one() {
    let alike = SemanticComparator::new(Arc::new(HashEmbedder::new()), 0.6, Arc::new(SystemClock::new())).unwrap();
    let server = Loopback::start(|received| {
        let vector = |text: &Value| if text.as_str().unwrap().contains("wet") { [1, 0] } else { [0, 1] };
        let texts = received.json()["input"].as_array().unwrap().clone();
        let data: Vec<Value> = texts.iter().map(|text| json!({ "embedding": vector(text) })).collect();
        Answer::new(200, JSON, json!({ "data": data }).to_string())
    });
    let server = server.await.unwrap();
    let config = Config::load([("OLLAMA_HOST", server.url().as_str())]).unwrap();
    let aragora = Aragora::open("memory:", &config).await.unwrap();
    for (format, name) in [
        (AnswerFormat { equal: alike.into(), ..AnswerFormat::default() }, "semantic(hash/ngram-3-5-fnv1a/v1, 0.6)"),
        (meaning(json!({ "name": "semantic", "min": 0.6 })), "semantic(hash, 0.6)"),
        (meaning(json!({ "name": "semantic", "min": 0.9, "embedder": "ollama/m" })), "semantic(ollama/m, 0.9)"),
    ] {
        let (decision, log) = decided(&aragora, format).await.unwrap();
        assert_eq!(decision.answer.as_ref().map(|answer| answer.value.as_ref()), Some("a wet liquid"), "{name}");
        assert_eq!(decision.supporters, [agent_id("ada"), agent_id("bob")]);
        assert_eq!(decision.dissenters, [agent_id("eve")]);
        assert!(serde_json::to_string(&log).unwrap().contains(&format!("\"comparator\":\"{name}\"")), "{name}");
    }
    let sent: usize = server.received().iter().map(|sent| sent.json()["input"].as_array().unwrap().len()).sum();
    // Two comparisons may run at once, before either has the vectors that both need.
    assert!(sent >= 3, "{sent} answers were sent to the embedder");
}

#[tokio::test]
async fn an_embedder_that_cannot_be_had_stops_a_debate_before_it_begins() {
    let aragora = Aragora::in_memory().unwrap();
    for (document, kind) in [
        (
            json!({ "name": "semantic", "min": 0.5, "embedder": "openai/text-embedding-3-small" }),
            ErrorKind::NotConfigured,
        ),
        (json!({ "name": "semantic", "min": 0.5, "embedder": "nobody/m" }), ErrorKind::InvalidRequest),
        (json!({ "name": "semantic", "min": 0.0 }), ErrorKind::InvalidRequest),
        (json!({ "name": "semantic", "min": 0.5, "embedder": " " }), ErrorKind::InvalidRequest),
    ] {
        assert_eq!(decided(&aragora, meaning(document.clone())).await.unwrap_err().kind(), kind, "{document}");
    }
}

#[tokio::test]
async fn a_guarded_embedder_repeats_paces_and_breaks_like_an_agent() {
    let refusals = AtomicUsize::new(1);
    let server = Loopback::start(move |received| match refusals.fetch_sub(1, Ordering::SeqCst) {
        1 => Answer::new(503, JSON, "{}"),
        _ => Answer::new(200, JSON, numbered(received).to_string()),
    })
    .await
    .unwrap();
    let clock = ManualClock::new(Timestamp::from_millis(0));
    let opening = Opening::of("compatible", server.url()).clock(clock.clone());
    let handle = ProviderHandle::open(&opening.config, opening.credentials.clone(), &opening.parts).unwrap();
    let guarded = GuardedEmbedder::new(handle.embedder(None).unwrap(), handle.target());
    let output = Output::none();
    let context = CallContext::new().with_output(output.clone());
    let all: Vec<String> = (0..100).map(|n| n.to_string()).collect();
    let call = {
        let guarded = guarded.clone();
        tokio::spawn(async move { guarded.embed(all, EmbedTask::Document, context).await })
    };
    while !call.is_finished() {
        clock.advance(Duration::from_millis(100));
        tokio::task::yield_now().await;
    }
    let made = call.await.unwrap().unwrap();
    let order: Vec<usize> = made.vectors.iter().map(|vector| vector[0] as usize).collect();
    assert_eq!(order, (0..100).collect::<Vec<_>>());
    // Only the refused batch was repeated.
    assert_eq!((server.received().len(), output.attempts().len()), (3, 3));

    let down = Loopback::start(|_| Answer::new(401, JSON, "{}")).await.unwrap();
    let opening = Opening::of("compatible", down.url()).clock(clock.clone());
    let handle = ProviderHandle::open(&opening.config, opening.credentials.clone(), &opening.parts).unwrap();
    let guarded = GuardedEmbedder::new(handle.embedder(None).unwrap(), handle.target());
    let mut kinds = Vec::new();
    for _ in 0..4 {
        let outcome = guarded.embed(texts(&["1"]), EmbedTask::Document, CallContext::new()).await;
        kinds.push(outcome.unwrap_err().kind());
    }
    use ErrorKind::{CircuitOpen, Unauthenticated};
    assert_eq!(kinds, [Unauthenticated, Unauthenticated, Unauthenticated, CircuitOpen]);
    assert_eq!(down.received().len(), 3);
}
