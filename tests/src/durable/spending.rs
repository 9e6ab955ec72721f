//! Calls that cost money, in a process that is killed, and what its notes say the books must hold.
//!
//! Notes are `sent KEY`, `proved KEY MICROS` and `settled KEY`: the call was sent, so money was set aside for it; its
//! attempt is in the ledger with this cost; and the budget took that in.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aragora_core::agents::layers::{Budgets, Layer as _};
use aragora_core::agents::{
    Agent, AgentKind, AgentParts, AgentProfile, AgentReply, AgentRequest, Attempt, AttemptOutcome, Budget, BudgetScope,
    CostSource, Output, Period, PriceRow, PriceTable, TargetId, Unpriced,
};
use aragora_core::clock::{Clock as _, Deadline, ManualClock};
use aragora_core::entropy::SystemEntropy;
use aragora_core::ids::MicroUsd;
use aragora_core::storage::Storage;
use aragora_core::telemetry::Parts;
use aragora_core::{ErrorKind, Result};
use async_trait::async_trait;

use super::tenant;
use crate::agents::{agent_id, request};

/// What may be spent in a day, in micro-dollars.
pub const LIMIT: u64 = 2_000;
/// What is set aside for a call.
pub const QUOTE: u64 = 100;
/// Calls of one life, at the same time.
pub const CALLS: u64 = 5;
/// What a call may take.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// Where a call came to.
pub type Tell = Arc<dyn Fn(String) + Send + Sync>;

/// The parts of a process whose budget lives in this store.
pub fn parts(store: &Arc<dyn Storage>, clock: &ManualClock) -> Result<AgentParts> {
    let parts = Parts::new(Arc::new(clock.clone()), Arc::new(SystemEntropy));
    // A micro-dollar per token of output, and nothing for input.
    let prices = PriceTable::new("own").with(PriceRow::new("*", "*", 0, 1_000_000));
    let transport = AgentParts::system()?.transport;
    Ok(AgentParts::new(parts, transport).with_prices(Arc::new(prices)).with_storage(Arc::clone(store)))
}

/// The budget all lives share.
pub fn budget(parts: &AgentParts) -> Budget {
    let scope = BudgetScope::Tenant { tenant: tenant(), period: Period::Day };
    Budget::new(parts, scope, MicroUsd(LIMIT), Unpriced::Refuse)
}

/// The calls of one life, all at once; a refusal by the budget is no failure.
pub async fn spend(life: u32, parts: &AgentParts, clock: &ManualClock, tell: &Tell) -> Result<()> {
    let agent = Budgets::new(parts, vec![budget(parts)]).wrap(Arc::new(Spender(clock.clone(), Arc::clone(tell))));
    let calls = (0..CALLS).map(|number| {
        let agent = Arc::clone(&agent);
        async move {
            let key = format!("{life}.{number}");
            let mut asked = request(&key, "?");
            asked.sampling.max_output_tokens = u32::try_from(QUOTE).ok();
            asked.deadline = Some(Deadline::after(clock, DEADLINE));
            match agent.respond(asked, Output::none()).await {
                Ok(reply) if reply.warnings.is_empty() => tell(format!("settled {key}")),
                // The money stays set aside.
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::BudgetExceeded => tell(format!("refused {key}")),
                Err(error) => return Err(error),
            }
            Ok(())
        }
    });
    futures_util::future::try_join_all(calls).await.map(drop)
}

/// What a call costs: less than was set aside, and not always the same.
fn cost(key: &str) -> u64 {
    10 + key.bytes().map(u64::from).sum::<u64>() % 80
}

/// A model that tells when it is sent a request and when it has answered.
struct Spender(ManualClock, Tell);

impl std::fmt::Debug for Spender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Spender")
    }
}

#[async_trait]
impl Agent for Spender {
    fn profile(&self) -> AgentProfile {
        AgentProfile {
            provider: "p".into(),
            model: "m".into(),
            targets: vec![TargetId::new("p/m")],
            ..AgentProfile::new(agent_id("spender"), AgentKind::Model)
        }
    }

    async fn respond(&self, request: AgentRequest, output: Output) -> Result<AgentReply> {
        let (key, cost) = (request.id.as_str(), cost(request.id.as_str()));
        (self.1)(format!("sent {key}"));
        tokio::task::yield_now().await;
        output.record(Attempt {
            target: TargetId::new("p/m"),
            started: self.0.now(),
            outcome: AttemptOutcome::Ok,
            code: None,
            usage: None,
            cost: Some(MicroUsd(cost)),
            cost_source: CostSource::Provider,
            request_id: None,
            latency: Duration::ZERO,
            hedge: false,
        });
        (self.1)(format!("proved {key} {cost}"));
        tokio::task::yield_now().await;
        Ok(AgentReply::text("done"))
    }
}

/// What the books must hold, in micro-dollars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// What the ledgers of all lives prove.
    pub proved: u64,
    /// The least that settled and set aside come to together.
    pub least: u64,
    /// The most.
    pub most: u64,
}

impl Books {
    /// By the notes of so many lives. The last line of a life may be torn by its kill.
    pub fn of(notes: &str, lives: u32) -> Self {
        let mut calls: BTreeMap<String, (u64, bool)> = BTreeMap::new();
        for line in notes.lines() {
            match line.split(' ').collect::<Vec<_>>()[..] {
                ["sent", key] => drop(calls.entry(key.to_owned()).or_default()),
                ["proved", key, micros] => calls.entry(key.to_owned()).or_default().0 = micros.parse().unwrap_or(0),
                ["settled", key] => calls.entry(key.to_owned()).or_default().1 = true,
                _ => {}
            }
        }
        let mut books = Self::default();
        for (cost, settled) in calls.values() {
            books.proved += cost;
            match (cost, settled) {
                (cost, true) => (books.least, books.most) = (books.least + cost, books.most + cost),
                (0, false) => (books.least, books.most) = (books.least + QUOTE, books.most + QUOTE),
                // Killed while it was settled: before or after that was durable.
                (cost, false) => (books.least, books.most) = (books.least + cost, books.most + QUOTE),
            }
        }
        // Set aside, and killed before it could be sent.
        let unsent = u64::from(lives) * CALLS - (calls.len() as u64).min(u64::from(lives) * CALLS);
        books.most += unsent * QUOTE;
        books
    }
}
