//! Agents opened by a name come in their layers, with OpenRouter behind them where it has a key.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aragora_core::agents::layers::LayersDocument;
use aragora_core::agents::providers::ProviderConfig;
use aragora_core::agents::{AgentKind, AgentParts, Agents, AgentsBuilder, Output, Served, StandIns};
use aragora_core::clock::ManualClock;
use aragora_core::config::Config;
use aragora_core::http::{Headers, HttpRequest, HttpResponse, Transport};
use aragora_core::telemetry::Parts;
use aragora_core::{ErrorKind, Result};
use aragora_tests::agents::request;
use aragora_tests::stub::{Say, Stub};
use serde_json::{Value, json};

use super::fail;

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

#[tokio::test]
async fn an_agent_of_any_kind_comes_in_the_layers_of_the_host() {
    let (_, builder) = agents(&BOTH);
    let own = builder.build();
    let document: LayersDocument = serde_json::from_value(json!({"retries": 0, "breaker_failures": 1})).unwrap();
    let strict = own.in_layers(&document).unwrap();
    let clock = ManualClock::default();
    let stub = |id: &str, say: Say| Stub::new(id, &format!("p/{id}"), &clock, [say]).of_kind(AgentKind::Foreign);
    let (bad, good) = (stub("bad", fail(ErrorKind::Overloaded)), stub("good", Say::Pieces(vec!["yes"])));
    let agent = strict.around(bad.shared(), vec![good.shared()]).unwrap();
    for _ in 0..2 {
        let reply = agent.respond(request("r", "?"), Output::none()).await.unwrap();
        assert_eq!((reply.text.as_str(), reply.served), ("yes", Served::Fallback { from: "p/bad".into() }));
    }
    assert_eq!((bad.asked().len(), good.asked().len()), (1, 2), "the breaker opened after one failure");
    let alone = strict.around(bad.shared(), Vec::new()).unwrap();
    assert_eq!(
        alone.respond(request("r", "?"), Output::none()).await.unwrap_err().kind(),
        ErrorKind::CircuitOpen,
        "the target is the instance's"
    );
}

#[tokio::test]
async fn nobody_stands_in_for_an_agent_that_never_fails_over() {
    let (_, builder) = agents(&BOTH);
    let agents = builder.build();
    let clock = ManualClock::default();
    let stub = |kind: AgentKind| Stub::new("a", "p/m", &clock, [Say::Pieces(vec!["yes"])]).of_kind(kind).shared();
    let refused =
        |agents: &Agents, kind| agents.around(stub(kind), vec![stub(AgentKind::Foreign)]).map(|_| ()).unwrap_err();
    assert_eq!(refused(&agents, AgentKind::Scripted).kind(), ErrorKind::InvalidRequest);
    let bare: LayersDocument = serde_json::from_value(json!({"bare": true})).unwrap();
    assert!(refused(&agents.in_layers(&bare).unwrap(), AgentKind::Foreign).reason().contains("without layers"));
    let named: LayersDocument = serde_json::from_value(json!({"fallback": ["nobody/fake-1"]})).unwrap();
    let error = agents.in_layers(&named).unwrap().around(stub(AgentKind::Foreign), Vec::new()).map(|_| ()).unwrap_err();
    assert!(error.reason().contains("nobody/fake-1"), "{error}");
    agents.in_layers(&named).unwrap().around(stub(AgentKind::Scripted), Vec::new()).unwrap();
}
