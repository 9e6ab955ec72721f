//! The contract of agents, for an agent under each policy and under all of them.

use std::sync::Arc;

use aragora_core::agents::layers::{Breaker, Concurrency, Hedge, HedgeAfter, Layer, RateLimit, Retry, TimeLimit};
use aragora_core::agents::{Agent, AgentProfile, AgentReply, AgentRequest, FnAgent, Output};
use aragora_core::clock::ManualClock;
use aragora_core::testing::agents::{AgentUnderTest, Mood, agent_suite};
use aragora_tests::agents::agent_id;
use async_trait::async_trait;

use super::{ms, target};

/// What the suite holds is an agent by value.
#[derive(Debug)]
struct Held(Arc<dyn Agent>);

#[async_trait]
impl Agent for Held {
    fn profile(&self) -> AgentProfile {
        self.0.profile()
    }

    async fn respond(&self, request: AgentRequest, output: Output) -> aragora_core::Result<AgentReply> {
        self.0.respond(request, output).await
    }
}

#[tokio::test]
async fn every_policy_keeps_the_contract() {
    for number in 0..=6 {
        agent_suite(|mood| {
            let clock = ManualClock::default();
            let target = target(&clock, "openai/m");
            let layers: [&dyn Layer; 6] = [
                &TimeLimit::new(&target),
                &Concurrency::new(&target),
                &RateLimit::new(&target),
                &Hedge::new(&target, HedgeAfter::Delay(ms(1))),
                &Retry::new(&target),
                &Breaker::new(&target),
            ];
            let agent = FnAgent::new(agent_id("fn"), move |request, _output| async move {
                match mood {
                    Mood::Answers => Ok(format!("{:?}", request.messages)),
                    Mood::Hangs => std::future::pending().await,
                }
            });
            let agent: Arc<dyn Agent> = Arc::new(agent.with_clock(Arc::new(clock.clone())));
            let agent = match layers.get(number) {
                Some(layer) => layer.wrap(agent),
                None => layers.iter().fold(agent, |agent, layer| layer.wrap(agent)),
            };
            Some(AgentUnderTest::new(Held(agent)).on(clock))
        })
        .await;
    }
}
