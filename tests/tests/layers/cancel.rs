//! Cancelled or dropped at every point at which a call waits, a stack leaves nothing behind.

use std::sync::Arc;

use aragora_core::ErrorKind;
use aragora_core::agents::layers::{Fallback, Layer, ReplyCache, Shape, Stack, StackConfig};
use aragora_core::agents::{Agent, Budget, BudgetScope, Output, Period, Unpriced};
use aragora_core::clock::ManualClock;
use aragora_core::ids::{MicroUsd, OrgId};
use aragora_core::storage::{MemoryStorage, Storage};
use aragora_tests::agents::{Heard, request};
use aragora_tests::durable::gate::YieldStorage;
use aragora_tests::durable::steps::polled;
use aragora_tests::stub::{Say, Stub};

use super::{fail, reply, stored};

/// One call through everything, on a store that gives way at every access.
struct World {
    clock: ManualClock,
    stubs: Vec<Stub>,
    budgets: Vec<Budget>,
    agent: Arc<dyn Agent>,
}

impl World {
    fn new() -> Self {
        let clock = ManualClock::default();
        let memory: Arc<dyn Storage> = Arc::new(MemoryStorage::new(Arc::new(clock.clone())));
        let parts = stored(&clock, Arc::new(YieldStorage(memory)));
        let tenant = OrgId::new("acme").unwrap();
        let limit = MicroUsd(1_000_000);
        let day = BudgetScope::Tenant { tenant: tenant.clone(), period: Period::Day };
        let budgets = vec![
            Budget::new(&parts, BudgetScope::Debate, limit, Unpriced::Refuse),
            Budget::new(&parts, day, limit, Unpriced::Refuse),
        ];
        let cache = Some(ReplyCache::new(&parts, tenant).always());
        let mut config = StackConfig::default();
        config.cache = cache;
        config.budgets = budgets.clone();
        // The first fails, the second says nothing, then something.
        let first = Stub::new("me", "p/m1", &clock, [fail(ErrorKind::QuotaExhausted)]);
        let second = Stub::new("me", "q/m2", &clock, [Say::Pieces(vec![" ", " "]), Say::Pieces(vec!["an", " answer"])]);
        let agent = Stack::recommended(&config, &parts).wrap_with(first.shared(), vec![second.shared()]).unwrap();
        Self { clock, stubs: vec![first, second], budgets, agent }
    }

    /// What was set aside is settled, nobody waits, and there is one record per sent attempt.
    async fn rest(&self, output: &Output, context: &str) {
        assert_eq!(self.clock.sleepers(), 0, "{context}: sleepers");
        assert!(self.stubs.iter().all(|stub| stub.in_flight() == 0), "{context}: calls under way");
        let sent: usize = self.stubs.iter().map(|stub| stub.asked().len()).sum();
        assert_eq!(output.attempts().len(), sent, "{context}: one record per sent attempt");
        let known: u64 = output.attempts().iter().filter_map(|attempt| attempt.cost).map(|cost| cost.0).sum();
        for budget in &self.budgets {
            let usage = budget.usage().await.unwrap();
            assert_eq!(usage.reserved, MicroUsd(0), "{context}: {} holds something", budget.name());
            assert!(usage.spent.0 >= known, "{context}: {} spent {usage:?}, {known} is proven", budget.name());
            if sent == 0 {
                assert_eq!(usage.spent, MicroUsd(0), "{context}: {} charges for nothing", budget.name());
            }
        }
        let tasks = tokio::runtime::Handle::current().metrics().num_alive_tasks();
        assert_eq!(tasks, 0, "{context}: tasks alive");
    }
}

#[tokio::test]
async fn a_call_dropped_after_any_poll_leaves_nothing_behind() {
    let mut drops = 0;
    for polls in 0.. {
        let world = World::new();
        let output = Output::resettable(Heard::new());
        let outcome = {
            let call = std::pin::pin!(world.agent.respond(request("r", "?"), output.clone()));
            polled(call, polls).await
        };
        world.rest(&output, &format!("dropped after {polls} polls")).await;
        if let Some(outcome) = outcome {
            assert_eq!(outcome.unwrap().text, "an answer");
            break;
        }
        drops += 1;
    }
    assert!(drops > 20, "the call ended after {drops} polls");
}

#[tokio::test]
async fn a_call_cancelled_after_any_poll_ends_at_once() {
    for polls in 0.. {
        let world = World::new();
        let output = Output::resettable(Heard::new());
        let asked = request("r", "?");
        let cancel = asked.cancel.clone();
        let context = format!("cancelled after {polls} polls");
        let ended = {
            let mut call = std::pin::pin!(world.agent.respond(asked, output.clone()));
            match polled(call.as_mut(), polls).await {
                Some(outcome) => Some(outcome),
                None => {
                    cancel.cancel();
                    // Time stands still: whatever waits for it would never end.
                    let outcome = polled(call, 200).await.unwrap_or_else(|| panic!("{context}: still waits"));
                    if let Err(error) = &outcome {
                        assert_eq!(error.kind(), ErrorKind::Cancelled, "{context}: {error:?}");
                    }
                    None
                }
            }
        };
        world.rest(&output, &context).await;
        if ended.is_some() {
            assert!(polls > 20);
            return;
        }
    }
}

#[tokio::test]
async fn single_layers_dropped_after_any_poll_leave_nothing_behind() {
    let clock = ManualClock::default();
    let memory: Arc<dyn Storage> = Arc::new(MemoryStorage::new(Arc::new(clock.clone())));
    let parts = stored(&clock, Arc::new(YieldStorage(memory)));
    let other = Stub::new("other", "q/m", &clock, [reply("x")]);
    let layers: Vec<Box<dyn Layer>> = vec![
        Box::new(Shape::new(parts.parts.clone())),
        Box::new(Fallback::new(parts.parts.clone(), vec![other.shared()])),
        Box::new(ReplyCache::new(&parts, OrgId::new("acme").unwrap()).always()),
    ];
    for layer in layers {
        for polls in 0.. {
            let stub = Stub::new("me", "p/m", &clock, [Say::Breaks("half"), Say::Pieces(vec![" "]), reply("x")]);
            let agent = layer.wrap(stub.shared());
            let output = Output::resettable(Heard::new());
            let before = other.asked().len();
            let done = {
                let call =
                    std::pin::pin!(agent.respond(request(&format!("r{polls}"), &format!("{polls}?")), output.clone()));
                polled(call, polls).await.is_some()
            };
            let sent = stub.asked().len() + other.asked().len() - before;
            assert_eq!((stub.in_flight(), other.in_flight()), (0, 0), "{} after {polls}", layer.name());
            assert_eq!(output.attempts().len(), sent, "{} after {polls}", layer.name());
            assert_eq!(clock.sleepers(), 0, "{} after {polls}", layer.name());
            if done {
                break;
            }
        }
    }
}
