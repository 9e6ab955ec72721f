//! Agents opened by a name come in their layers, with OpenRouter behind them where it has a key.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aragora_core::agents::providers::ProviderConfig;
use aragora_core::agents::{AgentParts, Agents, AgentsBuilder, Output, Served, StandIns};
use aragora_core::clock::ManualClock;
use aragora_core::config::Config;
use aragora_core::http::{Headers, HttpRequest, HttpResponse, Transport};
use aragora_core::telemetry::Parts;
use aragora_core::{ErrorKind, Result};
use aragora_tests::agents::request;
use serde_json::{Value, json};

/// OpenRouter answers; everybody else has no credit left.
#[derive(Debug, Default)]
struct Internet(Mutex<Vec<(String, Value)>>);

#[async_trait::async_trait]
impl Transport for Internet {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        let host = request.url.host_str().unwrap_or_default().to_owned();
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        self.0.lock().unwrap().push((host.clone(), body["model"].clone()));
        let (status, answer) = if host == "openrouter.ai" {
            let choice =
                json!({"index": 0, "message": {"role": "assistant", "content": "relayed"}, "finish_reason": "stop"});
            let usage = json!({"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10, "cost": 0.00002});
            (200, json!({"id": "gen-1", "model": body["model"], "choices": [choice], "usage": usage}))
        } else {
            (
                429,
                json!({"error": {"type": "insufficient_quota", "code": "insufficient_quota", "message": "no credit"}}),
            )
        };
        Ok(HttpResponse::full(status, Headers::new(), answer.to_string()))
    }
}

fn agents(keys: &[(&str, &str)]) -> (Arc<Internet>, AgentsBuilder) {
    let net = Arc::new(Internet::default());
    let parts = AgentParts::new(Parts::system().with_clock(ManualClock::default()), net.clone());
    let config =
        Config::load(keys.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect::<BTreeMap<_, _>>())
            .unwrap();
    (net, Agents::builder().providers(config.providers).parts(parts))
}

const BOTH: [(&str, &str); 3] = [
    ("OPENAI_API_KEY", "canary-key-one-12345"),
    ("MISTRAL_API_KEY", "canary-key-two-12345"),
    ("OPENROUTER_API_KEY", "canary-key-three-12345"),
];

async fn asked(net: &Internet, agents: &Agents, model: &str) -> Result<(Served, Vec<(String, Value)>)> {
    let agent = agents.open(model)?;
    let reply = agent.respond(request("r", "?"), Output::none()).await?;
    Ok((reply.served, net.0.lock().unwrap().clone()))
}

#[tokio::test]
async fn openrouter_stands_in_where_it_has_a_key() {
    let (net, builder) = agents(&BOTH);
    let (served, calls) = asked(&net, &builder.build(), "openai/gpt-5.4-2026-03-05").await.unwrap();
    assert_eq!(served, Served::Fallback { from: "openai/gpt-5.4-2026-03-05".into() });
    let calls: Vec<(&str, &str)> = calls.iter().map(|(host, model)| (host.as_str(), model.as_str().unwrap())).collect();
    assert_eq!(calls, [("api.openai.com", "gpt-5.4-2026-03-05"), ("openrouter.ai", "openai/gpt-5.4")]);
}

#[tokio::test]
async fn the_fallback_answers_under_the_same_name_and_is_priced_by_who_answered() {
    let (_, builder) = agents(&BOTH);
    let agent = builder.build().open("openai/gpt-5.4").unwrap();
    let profile = agent.profile();
    assert_eq!((profile.provider.as_str(), profile.id.as_str()), ("openai", "openai-gpt-5.4"));
    let targets: Vec<&str> = profile.targets.iter().map(|target| target.as_str()).collect();
    assert_eq!(targets, ["openai/gpt-5.4", "openrouter/openai/gpt-5.4"]);
    let reply = agent.respond(request("r", "?"), Output::none()).await.unwrap();
    assert_eq!(
        (reply.text.as_str(), reply.provider.as_str(), reply.model.as_str()),
        ("relayed", "openrouter", "openai/gpt-5.4")
    );
    assert_eq!(reply.cost.map(|cost| cost.0), Some(20));
    assert_eq!(reply.attempts.len(), 2);
}

#[tokio::test]
async fn without_a_key_a_name_or_the_hosts_consent_nobody_stands_in() {
    let (net, builder) = agents(&BOTH[..1]);
    assert_eq!(asked(&net, &builder.build(), "openai/gpt-5.4").await.unwrap_err().kind(), ErrorKind::QuotaExhausted);
    let (net, builder) = agents(&BOTH);
    let error = asked(&net, &builder.build(), "mistral/ministral-latest").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::QuotaExhausted, "no id at OpenRouter is known");
    let (net, builder) = agents(&BOTH);
    let off = builder.stand_ins(StandIns::Off).build();
    assert_eq!(asked(&net, &off, "openai/gpt-5.4").await.unwrap_err().kind(), ErrorKind::QuotaExhausted);
    // A gateway of one's own is a choice of where prompts go.
    let (net, builder) = agents(&BOTH);
    let mut own = ProviderConfig::new("openai".parse().unwrap(), "gpt-5.4");
    own.base_url = Some("https://gateway.example/v1".into());
    let agent = builder.build().open(own).unwrap();
    agent.respond(request("r", "?"), Output::none()).await.unwrap_err();
    assert!(net.0.lock().unwrap().iter().all(|(host, _)| host == "gateway.example"));
}

#[tokio::test]
async fn the_host_names_who_stands_in() {
    let (net, builder) = agents(&BOTH);
    let known = builder
        .openrouter_ids(BTreeMap::from([("mistral/ministral-latest".into(), "mistralai/ministral-8b".into())]))
        .build();
    let (_, calls) = asked(&net, &known, "mistral/ministral-latest").await.unwrap();
    assert_eq!(calls.last().unwrap().1, "mistralai/ministral-8b");
    let (net, builder) = agents(&BOTH);
    let other = ProviderConfig::new("openrouter".parse().unwrap(), "house/model");
    let listed = builder.stand_ins(StandIns::Models(vec![other.into()])).build();
    let (_, calls) = asked(&net, &listed, "openai/gpt-5.4").await.unwrap();
    assert_eq!(calls.last().unwrap().1, "house/model");
}

#[tokio::test]
async fn bare_agents_have_no_layers() {
    let (net, builder) = agents(&BOTH);
    let agent = builder.without_layers().build().open("openai/gpt-5.4").unwrap();
    agent.respond(request("r", "?"), Output::none()).await.unwrap_err();
    assert_eq!(net.0.lock().unwrap().len(), 1);
}
