//! Models by name and at an address of your own, with a budget.
//!
//! `MODEL_SERVER` is the address of a server that speaks chat completions, `MODEL_KEY` its key, and `OLLAMA_HOST` where
//! Ollama runs; `cargo xtask test` brings a server of its own.

use std::env;
use std::sync::Arc;

use aragora_core::agents::layers::{LayersDocument, ReplyCacheDocument};
use aragora_core::agents::providers::{ApiKey, FnCredentials, ProviderConfig, StreamMode};
use aragora_core::agents::{AgentParts, Agents, BudgetDocument, BudgetOf, Period, PriceRow, PriceTable, Prices};
use aragora_core::config::{Config, ProcessEnv, Secret};
use aragora_core::engine::{Engine, EngineConfig};
use aragora_core::http::Headers;
use aragora_core::ids::{MicroUsd, OrgId};
use aragora_core::protocols::VoteOnlyProtocol;
use aragora_core::telemetry::Parts;
use aragora_core::{AgentId, Aragora, Result};

#[tokio::main]
async fn main() -> Result<()> {
    let Ok(server) = env::var("MODEL_SERVER") else {
        println!("set MODEL_SERVER to the address of a server that speaks chat completions");
        return Ok(());
    };
    let key = env::var("MODEL_KEY").unwrap_or_default();

    // START layers
    let mut layers = LayersDocument::default();
    layers.retries = Some(1);
    layers.attempt_limit_ms = Some(30_000);
    layers.requests_per_minute = Some(600);
    layers.fallback = Some(Vec::new()); // nobody stands in for a model whose provider fails
    layers.cache = Some(ReplyCacheDocument::default());
    layers.budgets = vec![
        BudgetDocument::new(BudgetOf::Call, MicroUsd(50_000)),
        BudgetDocument::new(BudgetOf::Debate, MicroUsd(500_000)),
        BudgetDocument::new(BudgetOf::Tenant { period: Period::Month, tenant: None }, MicroUsd(20_000_000)),
    ];
    // In micro-dollars per million tokens. They win over the list that comes with the library.
    let house = PriceRow::new("compatible", "qwen3*", 100_000, 400_000);
    let prices = Prices::known().before(PriceTable::new("2026-11").with(house));
    // END layers

    // START models
    // Nothing else reads keys; pass a map in place of the process environment to bring your own.
    let config = Config::load(ProcessEnv)?;
    let parts = Parts::system();
    let agents = Agents::builder()
        .providers(config.providers.clone())
        .parts(AgentParts::over(parts.clone()).with_prices(Arc::new(prices)))
        .document(&layers)?
        .build();
    let engine = Engine::builder().parts(parts).config(EngineConfig::of(&config)).agents(agents.clone());
    let aragora = Aragora::with_engine(engine.build()?);
    for line in agents.check().lines() {
        println!("{line}");
    }

    // Everything beyond a name is a configuration: an address, and whatever else its provider takes.
    let mut own = ProviderConfig::new("compatible".parse()?, "qwen3-large");
    own.id = Some(AgentId::new("own")?);
    own.base_url = Some(server.clone());
    own.stream = StreamMode::Never;
    own.headers.insert("x-team".to_owned(), Secret::new("core".to_owned()));
    let own = agents.open_with(own, Arc::new(ApiKey(Secret::new(key.clone()))))?;
    // END models

    // START credentials
    // Asked for every request, and once more with `refresh` after the provider has refused the fields. It sees method,
    // address and final body, so it can sign too.
    let token = FnCredentials::new(move |_request, refresh| {
        let key = key.clone();
        async move {
            let mut fields = Headers::new();
            fields.secret("authorization", format!("Bearer {}", fetch_token(&key, refresh).await));
            Ok(fields)
        }
    });
    let mut signed = ProviderConfig::new("compatible".parse()?, "qwen3-coder");
    signed.id = Some(AgentId::new("signed")?);
    signed.base_url = Some(server);
    let signed = agents.open_with(signed, Arc::new(token))?;
    // END credentials

    // By its name alone: key and address come from the configuration.
    let debate = aragora.debate("A batch or a queue?").model("ollama/qwen3").seat(own).seat(signed);
    let decision = debate.protocol(VoteOnlyProtocol::default()).start().await?.result().await?;

    // START usage
    println!("answer: {:?}", decision.answer.map(|answer| answer.value));
    for (seat, used) in &decision.usage.by_seat {
        println!("{seat}: {} tokens in, {} out, {}", used.input, used.output, used.micros);
    }
    // A cost nobody knows is in no sum, and the total says so.
    let total = &decision.usage.total;
    println!("{}{}", total.micros, if total.complete { "" } else { " or more" });
    for (name, usage) in agents.budgets(&OrgId::new("default")?).await? {
        println!("{name}: {} of {}", usage.spent, usage.limit);
    }
    for health in agents.health() {
        println!("{}: {}, {} calls, {} failed", health.target, health.state.as_str(), health.calls, health.errors);
    }
    // END usage
    Ok(())
}

async fn fetch_token(key: &str, _renew: bool) -> String {
    key.to_owned()
}
