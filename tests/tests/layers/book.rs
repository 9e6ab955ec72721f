//! Budgets and kept replies of an instance as a document: whose they are, and what becomes of them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aragora_core::agents::layers::LayersDocument;
use aragora_core::agents::providers::ProviderConfig;
use aragora_core::agents::{Agent, AgentParts, Agents, Output, PriceRow, PriceTable, Served};
use aragora_core::clock::ManualClock;
use aragora_core::debate::{Event, Limits};
use aragora_core::engine::{DebateBuilder, Engine};
use aragora_core::http::{Headers, HttpRequest, HttpResponse, Transport};
use aragora_core::ids::OrgId;
use aragora_core::protocols::VoteOnlyProtocol;
use aragora_core::storage::{MemoryStorage, Storage};
use aragora_core::telemetry::Parts;
use aragora_core::{ErrorKind, Result};
use aragora_tests::agents::{agent_id, request};
use aragora_tests::stage::Stage;
use serde_json::{Value, json};

/// Answers everybody at 10 micro-dollars for the prompt and 10,000 for the answer, and counts.
#[derive(Debug, Default)]
struct House(Mutex<u64>);

#[async_trait::async_trait]
impl Transport for House {
    async fn send(&self, _request: HttpRequest) -> Result<HttpResponse> {
        *self.0.lock().unwrap() += 1;
        let message = json!({"role": "assistant", "content": "FINAL ANSWER: yes"});
        let choice = json!({"index": 0, "message": message, "finish_reason": "stop"});
        let usage = json!({"prompt_tokens": 10, "completion_tokens": 5_000});
        let answer = json!({"id": "r", "model": "m", "choices": [choice], "usage": usage});
        Ok(HttpResponse::full(200, Headers::new(), answer.to_string()))
    }
}

/// What one call of [`House`] costs.
const COST: u64 = 10_010;

struct World {
    stage: Stage,
    agents: Agents,
    house: Arc<House>,
}

impl World {
    fn new(layers: Value) -> Self {
        let clock = ManualClock::default();
        let storage: Arc<dyn Storage> = Arc::new(MemoryStorage::new(Arc::new(clock.clone())));
        Self::over(layers, &clock, &storage)
    }

    fn over(layers: Value, clock: &ManualClock, storage: &Arc<dyn Storage>) -> Self {
        let house = Arc::new(House::default());
        let agents = opened(layers, clock, storage, &house).unwrap();
        let parts = agents.parts().parts.clone();
        let engine = Engine::builder().parts(parts).storage(storage.clone()).agents(agents.clone()).build().unwrap();
        Self { stage: Stage { clock: clock.clone(), engine }, agents, house }
    }

    fn model(&self, id: &str) -> Arc<dyn Agent> {
        let mut config = ProviderConfig::new("compatible".parse().unwrap(), "m");
        config.base_url = Some("https://house.example/v1".into());
        config.id = Some(agent_id(id));
        self.agents.open(config).unwrap()
    }

    /// One call of an organisation that may cost 48 micro-dollars and does cost [`COST`].
    async fn ask(&self, tenant: &str) -> Result<Served> {
        let mut asked = request("r", "?");
        asked.tenant = org(tenant);
        asked.sampling.max_output_tokens = Some(10);
        asked.sampling.temperature = Some(0.0);
        Ok(self.model("ada").respond(asked, Output::none()).await?.served)
    }

    fn sent(&self) -> u64 {
        *self.house.0.lock().unwrap()
    }

    /// A debate in which nobody speaks at the same time.
    fn debate(&self) -> DebateBuilder {
        let limits = Limits { max_output_tokens: 400, max_parallel: 1, ..Limits::default() };
        self.stage.debate("Ship it?").limits(limits)
    }
}

fn opened(layers: Value, clock: &ManualClock, storage: &Arc<dyn Storage>, house: &Arc<House>) -> Result<Agents> {
    let document: LayersDocument = serde_json::from_value(layers).unwrap();
    let own = PriceTable::new("own").with(PriceRow::new("*", "m*", 1_000_000, 2_000_000));
    let parts = AgentParts::new(Parts::system().with_clock(clock.clone()), house.clone());
    let parts = parts.with_prices(Arc::new(own)).with_storage(storage.clone());
    Ok(Agents::builder().parts(parts).document(&document)?.build())
}

fn org(name: &str) -> OrgId {
    OrgId::new(name).unwrap()
}

fn codes_of_failed_turns(log: &[aragora_core::debate::Record]) -> Vec<String> {
    let code = |record: &aragora_core::debate::Record| match &record.event {
        Event::TurnFailed(body) => Some(body.error.code.clone()),
        _ => None,
    };
    log.iter().filter_map(code).collect()
}

#[tokio::test]
async fn every_organisation_has_a_budget_of_its_own_that_begins_anew() {
    let world = World::new(json!({"budgets": [{"scope": {"tenant": {"period": "day"}}, "limit_micros": COST}]}));
    assert_eq!(world.ask("acme").await.unwrap(), Served::Live);
    let refused = world.ask("acme").await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::BudgetExceeded);
    let said = ["scope", "spent", "reserved", "limit", "quote"].map(|name| refused.context()[name].to_string());
    // The estimate of its prompt has learnt from the first call: 25 tokens instead of 28.
    assert_eq!(said, ["tenant/day", "10010", "0", "10010", "45"]);
    assert_eq!(world.ask("bolt").await.unwrap(), Served::Live, "another organisation has spent nothing");
    assert_eq!(world.sent(), 2, "nothing is sent that may not be paid for");
    let stands = world.agents.budgets(&org("acme")).await.unwrap();
    let stands: Vec<_> = stands.iter().map(|(name, usage)| (name.as_str(), usage.spent.0, usage.limit.0)).collect();
    assert_eq!(stands, [("tenant/day", COST, COST)]);
    world.stage.clock.advance(Duration::from_secs(86_400));
    assert_eq!(world.ask("acme").await.unwrap(), Served::Live);
}

#[tokio::test]
async fn a_budget_of_one_organisation_is_nothing_to_others_and_outlives_the_process() {
    let (clock, layers) = (
        ManualClock::default(),
        json!({"budgets": [{"scope": {"tenant": {"period": "unlimited", "tenant": "acme"}}, "limit_micros": COST}]}),
    );
    let storage: Arc<dyn Storage> = Arc::new(MemoryStorage::new(Arc::new(clock.clone())));
    let first = World::over(layers.clone(), &clock, &storage);
    first.ask("acme").await.unwrap();
    let second = World::over(layers, &clock, &storage);
    assert_eq!(second.ask("acme").await.unwrap_err().kind(), ErrorKind::BudgetExceeded);
    second.ask("bolt").await.unwrap();
    assert!(second.agents.budgets(&org("bolt")).await.unwrap().is_empty());
}

#[tokio::test]
async fn every_debate_has_a_budget_of_its_own_and_says_why_a_turn_was_not_asked() {
    let world = World::new(json!({"budgets": [{"scope": "debate", "limit_micros": COST + 100}]}));
    for _ in 0..2 {
        let debate = world.debate().protocol(VoteOnlyProtocol::default());
        let seats = debate.seat(world.model("ada")).seat(world.model("bob"));
        let played = world.stage.play(seats.seat(world.stage.seat("cyd").reply("FINAL ANSWER: yes"))).await;
        assert_eq!(played.decision().usage.total.micros.0, COST);
        assert_eq!(played.decision().failed, [agent_id("bob")]);
        assert_eq!(codes_of_failed_turns(&played.log), ["budget_exceeded"]);
    }
    assert_eq!(world.sent(), 2);
}

#[tokio::test]
async fn what_a_debate_spent_before_it_was_resumed_counts() {
    let (clock, layers) =
        (ManualClock::default(), json!({"budgets": [{"scope": "debate", "limit_micros": COST + 500}], "retries": 0}));
    let storage: Arc<dyn Storage> = Arc::new(MemoryStorage::new(Arc::new(clock.clone())));
    let first = World::over(layers.clone(), &clock, &storage);
    let seats = first.debate().seat(first.model("ada")).seat(first.stage.seat("bob").hang());
    let handle = seats.seat(first.stage.seat("cyd").reply("FINAL ANSWER: yes")).start().await.unwrap();
    while first.sent() == 0 {
        tokio::task::yield_now().await;
    }
    first.stage.settle().await;
    first.stage.engine.shutdown(Duration::ZERO).await;
    assert_eq!(codes_of_failed_turns(&first.stage.log(&handle).await), [""; 0]);

    let second = World::over(layers, &clock, &storage);
    // They disagree, so there is more to ask.
    let scripted = |id: &str| second.stage.seat(id).reply("FINAL ANSWER: no");
    let resumed = second.stage.engine.resume(handle.id().clone());
    let resumed = resumed.seat(second.model("ada")).seat(scripted("bob")).seat(scripted("cyd"));
    let played = second.stage.finish(&resumed.start().await.unwrap()).await;
    assert_eq!(codes_of_failed_turns(&played.log).first().map(String::as_str), Some("budget_exceeded"));
    assert_eq!(second.sent(), 0);
}

#[tokio::test]
async fn kept_replies_are_those_of_one_organisation_and_can_be_forgotten() {
    let world = World::new(json!({"cache": {"ttl_ms": 60_000}}));
    assert_eq!(world.ask("acme").await.unwrap(), Served::Live);
    assert_eq!(world.ask("acme").await.unwrap(), Served::Cache);
    assert_eq!(world.ask("bolt").await.unwrap(), Served::Live, "nobody reads another's replies");
    assert_eq!(world.agents.forget(&org("acme"), &agent_id("ada")).await.unwrap(), 1);
    assert_eq!(world.ask("acme").await.unwrap(), Served::Live);
    assert_eq!(world.ask("bolt").await.unwrap(), Served::Cache);
    world.stage.clock.advance(Duration::from_secs(60));
    assert_eq!(world.ask("bolt").await.unwrap(), Served::Live, "the time to live is the document's");
    let none = World::new(json!({}));
    assert_eq!(none.agents.forget(&org("acme"), &agent_id("ada")).await.unwrap(), 0);
}

#[test]
fn everything_wrong_with_a_document_is_told_at_once() {
    let day = json!({"scope": {"tenant": {"period": "day"}}, "limit_micros": 1});
    let acme = json!({"scope": {"tenant": {"period": "day", "tenant": "acme"}}, "limit_micros": 1});
    let bolt = json!({"scope": {"tenant": {"period": "day", "tenant": "bolt"}}, "limit_micros": 1});
    let refused = |layers: Value| {
        let clock = ManualClock::default();
        let storage: Arc<dyn Storage> = Arc::new(MemoryStorage::new(Arc::new(clock.clone())));
        opened(layers, &clock, &storage, &Arc::default())
            .map(|_| ())
            .map_err(|error| (error.kind(), format!("{error:?}")))
    };
    let (kind, said) = refused(json!({"budgets": [day, day, acme], "cache": {"ttl_ms": 0}, "bare": true})).unwrap_err();
    assert_eq!(kind, ErrorKind::InvalidConfig);
    for pointer in ["/budgets/1/name", "/budgets/2/name", "/cache/ttl_ms", "/budgets", "/cache"] {
        assert!(said.contains(pointer), "{pointer} is not in {said}");
    }
    refused(json!({"budgets": [acme, bolt]})).unwrap();
    let mut named = day.clone();
    named["name"] = "second".into();
    refused(json!({"budgets": [day, named]})).unwrap();
    named["name"] = "x".repeat(65).into();
    assert!(refused(json!({"budgets": [named]})).unwrap_err().1.contains("/budgets/0/name"));
    for wrong in [json!({"scope": "year"}), json!({"scope": "call", "limit_micros": -1}), json!({"scope": "call"})] {
        serde_json::from_value::<LayersDocument>(json!({"budgets": [wrong]})).unwrap_err();
    }
}
