//! The nine calls as a debate of ours, with its log, prompts, limits and decision.

use std::sync::Arc;

use aragora_core::agents::providers::{ApiKey, ProviderConfig, ProviderId, open};
use aragora_core::agents::{Agent, AgentParts};
use aragora_core::config::Secret;
use aragora_core::debate::{DebateOptions, GatePolicy, Limits, Outcome};
use aragora_core::engine::{Engine, EngineConfig};
use aragora_core::protocols::Simultaneous;
use aragora_core::{AgentId, Aragora};

use super::Task;
use super::load::{Load, run};
use crate::Result;

/// Measures it.
pub async fn measure(url: &str, load: Load) -> Result<serde_json::Value> {
    let task = Arc::new(Task::read()?);
    let parts = AgentParts::system()?;
    let mut seats: Vec<Arc<dyn Agent>> = Vec::new();
    for seat in &task.seats {
        let mut agent = ProviderConfig::new(ProviderId::try_from("compatible".to_owned())?, &task.model);
        agent.id = Some(AgentId::new(seat)?);
        agent.base_url = Some(url.to_owned());
        seats.push(open(&agent, Arc::new(ApiKey(Secret::from("sk-bench"))), &parts)?);
    }
    let mut config = EngineConfig::default();
    // The program written by hand limits nothing either.
    config.turn_permits = load.concurrency * task.seats.len();
    let aragora = Aragora::with_engine(Engine::builder().config(config).build()?);
    run(load, move || {
        let (task, seats, aragora) = (Arc::clone(&task), seats.clone(), aragora.clone());
        async move { debate(&task, &seats, &aragora).await }
    })
    .await
}

async fn debate(task: &Task, seats: &[Arc<dyn Agent>], aragora: &Aragora) -> Result<()> {
    // Nothing stops early, so that each debate makes all of its calls.
    let options =
        DebateOptions { stalemate: false, stop_when: None, gate: GatePolicy::Off, ..DebateOptions::default() };
    let limits = Limits { rounds: task.rounds, ..Limits::default() };
    let mut debate =
        aragora.debate(task.question.as_str()).protocol(Simultaneous::default()).options(options).limits(limits);
    for seat in seats {
        debate = debate.seat(Arc::clone(seat));
    }
    let decision = debate.start().await?.result().await?;
    let calls = task.seats.len() * task.rounds as usize;
    if decision.outcome != Outcome::Decided || decision.calls.made as usize != calls {
        return Err(format!("{:?} after {} calls", decision.outcome, decision.calls.made).into());
    }
    Ok(())
}
