//! Debates over a mock of the vendors that fails the first time: 429 with a wait, 529, a stream cut in the middle, a slow
//! first token. `ARAGORA_AIMOCK` is the mock's address; `cargo xtask test --only faults` starts it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aragora_core::Aragora;
use aragora_core::agents::layers::{Stack, StackConfig};
use aragora_core::agents::providers::{ApiKey, ProviderConfig, StreamMode, Wire, open};
use aragora_core::agents::{Agent, AgentParts};
use aragora_core::config::Secret;
use aragora_core::debate::Decision;
use aragora_core::engine::Engine;
use aragora_core::http::{HttpRequest, Method};
use aragora_core::protocols::Simultaneous;
use aragora_tests::agents::agent_id;
use serde_json::Value;

/// Seat, provider, wire, model and what its base has behind the address.
const SEATS: [(&str, &str, Wire, &str, &str); 4] = [
    ("chat", "openai", Wire::Chat, "gpt-4.1-mini", "/v1"),
    ("messages", "anthropic", Wire::Messages, "claude-sonnet-4-5", ""),
    ("responses", "openai", Wire::Responses, "gpt-4.1", "/v1"),
    ("gemini", "gemini", Wire::Gemini, "gemini-2.5-flash", ""),
];

fn mock() -> Option<String> {
    let address = std::env::var("ARAGORA_AIMOCK").ok();
    if address.is_none() {
        println!("skipped: no mock of the vendors at ARAGORA_AIMOCK");
    }
    address
}

/// What the mock counts a seat's requests by: a run's own, because the mock may outlive it.
fn counted(fault: &str, seat: &str) -> String {
    format!("{fault}-{seat}-{}", std::process::id())
}

/// One debate in which every seat meets the same fault first.
async fn debate(address: &str, fault: &str) -> (Decision, Vec<String>) {
    let engine = Engine::builder().build().unwrap();
    let parts = AgentParts::new(engine.parts().clone(), AgentParts::system().unwrap().transport);
    let stack = Stack::recommended(&StackConfig::default(), &parts);
    let aragora = Aragora::with_engine(engine);
    let mut debate = aragora.debate("Is water wet?").protocol(Simultaneous::default());
    for (seat, provider, wire, model, path) in SEATS {
        let mut config = ProviderConfig::new(provider.parse().unwrap(), model);
        config.id = Some(agent_id(seat));
        config.wire = Some(wire);
        config.base_url = Some(format!("{address}{path}"));
        config.stream = StreamMode::Always;
        // The mock counts what was asked by the first and chooses its answers by the second.
        config.headers.insert("x-test-id".into(), Secret::from(counted(fault, seat).as_str()));
        config.headers.insert("x-aimock-context".into(), Secret::from(fault));
        let agent: Arc<dyn Agent> = open(&config, Arc::new(ApiKey(Secret::from("canary-key-0123"))), &parts).unwrap();
        debate = debate.seat(stack.wrap(agent).unwrap());
    }
    let handle = debate.start().await.unwrap();
    let mut events = handle.events(0);
    let mut names = Vec::new();
    while let Some(event) = events.next().await {
        names.push(format!("{:?}", event.unwrap().data));
    }
    let decision = handle.result().await.unwrap();
    let report = aragora.shutdown(Duration::from_secs(1)).await;
    assert_eq!(parts.targets.health().iter().map(|target| target.in_flight).sum::<u64>(), 0, "{report:?}");
    (decision, names)
}

/// How often each seat asked, by the mock's own journal, and what it answered.
async fn journal(address: &str, fault: &str, seat: &str) -> Vec<u64> {
    let url = format!("{address}/__aimock/journal?testId={}", counted(fault, seat)).parse().unwrap();
    let transport = AgentParts::system().unwrap().transport;
    let response = transport.send(HttpRequest::new(Method::Get, url)).await.unwrap();
    let body = response.body.collect(1 << 20).await.unwrap();
    let entries: Vec<Value> = serde_json::from_slice(&body).unwrap();
    entries.iter().map(|entry| entry["response"]["status"].as_u64().unwrap()).collect()
}

async fn survived(fault: &str, statuses: &[u64]) {
    let Some(address) = mock() else { return };
    let (decision, events) = debate(&address, fault).await;
    let answer = decision.answer.as_ref().map(|answer| answer.value.to_string());
    assert_eq!(answer.as_deref(), Some("no"), "{decision:?}");
    assert_eq!(decision.supporters.len(), SEATS.len(), "{:?}", decision.failed);
    let mut total = 0;
    for (seat, ..) in SEATS {
        // What the ledger knows is what was sent: no request is without its record, and none is left behind.
        assert_eq!(journal(&address, fault, seat).await, statuses, "{fault} {seat}");
        let usage = &decision.usage.by_seat[&agent_id(seat)];
        assert!(usage.micros.0 > 0, "{fault} {seat}: {usage:?}");
        total += usage.micros.0;
    }
    assert_eq!(decision.usage.total.micros.0, total);
    let told: BTreeMap<&str, usize> = ["AgentRetry"]
        .into_iter()
        .map(|name| (name, events.iter().filter(|event| event.contains(name)).count()))
        .collect();
    println!("{fault}: {statuses:?} per seat, {total} micro-dollars, {told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_that_names_its_wait_is_waited_for() {
    survived("limited", &[429, 200]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_is_busy_is_asked_again() {
    survived("overloaded", &[529, 200]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_breaks_is_begun_again() {
    survived("cut", &[200, 200]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_first_token_is_waited_for() {
    survived("slow", &[200]).await;
}
