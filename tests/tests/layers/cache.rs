use std::sync::Arc;
use std::time::Duration;

use aragora_core::agents::layers::{Layer, ReplyCache};
use aragora_core::agents::{
    AgentReply, AgentRequest, Author, CostSource, Output, Refusal, Served, StopReason, ToolCall, Usage, Visibility,
};
use aragora_core::clock::ManualClock;
use aragora_core::ids::{MicroUsd, OrgId};
use aragora_core::storage::MemoryStorage;
use aragora_core::testing::storage::{Call, Fault, FaultStorage};
use aragora_tests::agents::{Heard, agent_id, message, request};
use aragora_tests::stub::{Say, Stub};
use futures_util::FutureExt as _;

use super::{parts, reply, stored};

fn tenant(name: &str) -> OrgId {
    OrgId::new(name).unwrap()
}

fn cold(text: &str) -> AgentRequest {
    let mut asked = request("r", text);
    asked.sampling.temperature = Some(0.0);
    asked
}

#[tokio::test]
async fn the_same_request_is_asked_once() {
    let clock = ManualClock::default();
    let stub = Stub::new("me", "p/m", &clock, [Say::Pieces(vec!["one ", "answer"]), reply("another")]);
    let cache = ReplyCache::new(&parts(&clock), tenant("acme"));
    let agent = cache.wrap(stub.shared());
    let first = agent.respond(cold("?"), Output::none()).await.unwrap();
    assert_eq!((first.served, first.cost), (Served::Live, Some(MicroUsd(50))));
    let heard = Heard::new();
    let output = Output::resettable(heard.clone());
    let hit = agent.respond(cold("?"), output.clone()).await.unwrap();
    assert_eq!((hit.text.as_str(), hit.served), ("one answer", Served::Cache));
    assert_eq!((hit.cost, hit.cost_source, hit.usage), (Some(MicroUsd(0)), CostSource::Free, Some(Usage::default())));
    assert_eq!(heard.pieces().len(), 1, "the text comes as one piece");
    assert!(output.attempts().is_empty(), "nothing was sent");
    assert_eq!(stub.asked().len(), 1);
    clock.advance(Duration::from_secs(3_600));
    let later = agent.respond(cold("?"), Output::none()).await.unwrap();
    assert_eq!((later.text.as_str(), later.served), ("another", Served::Live), "after an hour it is asked again");
}

#[tokio::test]
async fn another_request_is_another_question() {
    let clock = ManualClock::default();
    let changes: [fn(&mut AgentRequest); 6] = [
        |r| r.system.push('!'),
        |r| r.messages.push(message(Author::Moderator, "more")),
        |r| r.messages.insert(0, message(Author::Agent(agent_id("me")), "mine")),
        |r| r.sampling.max_output_tokens = Some(9),
        |r| {
            r.extra.insert("user".into(), 1.into());
        },
        |r| r.sampling.temperature = Some(0.5),
    ];
    for change in changes {
        let stub = Stub::new("me", "p/m", &clock, [reply("x")]);
        let agent = ReplyCache::new(&parts(&clock), tenant("acme")).wrap(stub.shared());
        agent.respond(cold("?"), Output::none()).await.unwrap();
        let mut other = cold("?");
        change(&mut other);
        agent.respond(other, Output::none()).await.unwrap();
        assert_eq!(stub.asked().len(), 2);
    }
}

#[tokio::test]
async fn what_the_agent_does_not_see_makes_no_difference_and_its_words_do() {
    let clock = ManualClock::default();
    let stub = Stub::new("me", "p/m", &clock, [reply("x")]);
    let agent = ReplyCache::new(&parts(&clock), tenant("acme")).wrap(stub.shared());
    agent.respond(cold("?"), Output::none()).await.unwrap();
    let mut hidden = cold("?");
    hidden.messages.insert(0, message(Author::Moderator, "secret"));
    hidden.messages[0].visibility = Visibility::Except([agent_id("me")].into());
    assert_eq!(agent.respond(hidden, Output::none()).await.unwrap().served, Served::Cache);
}

#[tokio::test]
async fn tenants_and_targets_do_not_share() {
    let clock = ManualClock::default();
    let store = Arc::new(MemoryStorage::new(Arc::new(clock.clone())));
    let parts = stored(&clock, store);
    let one = Stub::new("me", "p/m", &clock, [reply("x")]);
    let two = Stub::new("me", "p/other", &clock, [reply("y")]);
    let mine = ReplyCache::new(&parts, tenant("mine"));
    mine.wrap(one.shared()).respond(cold("?"), Output::none()).await.unwrap();
    let theirs = ReplyCache::new(&parts, tenant("theirs")).wrap(one.shared());
    assert_eq!(theirs.respond(cold("?"), Output::none()).await.unwrap().served, Served::Live);
    assert_eq!(mine.wrap(two.shared()).respond(cold("?"), Output::none()).await.unwrap().text, "y");
    // The same target behind another agent of the tenant.
    let namesake = Stub::new("you", "p/m", &clock, [reply("z")]);
    let shared = mine.wrap(namesake.shared()).respond(cold("?"), Output::none()).await.unwrap();
    assert_eq!((shared.text.as_str(), shared.served), ("x", Served::Cache));
}

#[tokio::test]
async fn only_complete_replies_are_kept() {
    let clock = ManualClock::default();
    let refusal = Refusal { text: "no".into(), category: None };
    for incomplete in [
        AgentReply { stop: StopReason::Length, ..AgentReply::text("x") },
        AgentReply { stop: StopReason::ContentFilter, ..AgentReply::text("x") },
        AgentReply { refusal: Some(refusal), ..AgentReply::text("x") },
        AgentReply { tool_calls: vec![ToolCall::default()], ..AgentReply::text("x") },
        AgentReply { served: Served::Fallback { from: "q".into() }, ..AgentReply::text("x") },
    ] {
        let stub = Stub::new("me", "p/m", &clock, [Say::Reply(Box::new(incomplete))]);
        let agent = ReplyCache::new(&parts(&clock), tenant("acme")).wrap(stub.shared());
        for _ in 0..2 {
            agent.respond(cold("?"), Output::none()).await.unwrap();
        }
        assert_eq!(stub.asked().len(), 2);
    }
}

#[tokio::test]
async fn warm_requests_are_kept_only_if_the_host_says_so() {
    let clock = ManualClock::default();
    for (always, asked) in [(false, 2), (true, 1)] {
        let stub = Stub::new("me", "p/m", &clock, [reply("x")]);
        let cache = ReplyCache::new(&parts(&clock), tenant("acme"));
        let agent = if always { cache.always() } else { cache }.wrap(stub.shared());
        for _ in 0..2 {
            agent.respond(request("r", "?"), Output::none()).await.unwrap();
        }
        assert_eq!(stub.asked().len(), asked);
    }
}

#[tokio::test]
async fn a_forgotten_reply_does_not_come_back_with_a_late_answer() {
    let clock = ManualClock::default();
    let stub = Stub::new("me", "p/m", &clock, [reply("x")]);
    let cache = ReplyCache::new(&parts(&clock), tenant("acme"));
    let agent = cache.wrap(stub.shared());
    agent.respond(cold("a"), Output::none()).await.unwrap();
    agent.respond(cold("b"), Output::none()).await.unwrap();
    let mut late = Box::pin(agent.respond(cold("c"), Output::none()));
    while stub.in_flight() == 0 {
        assert!(late.as_mut().now_or_never().is_none());
    }
    assert_eq!(cache.forget(&agent_id("me")).await.unwrap(), 2);
    late.await.unwrap();
    let before = stub.asked().len();
    for text in ["a", "b", "c"] {
        assert_eq!(agent.respond(cold(text), Output::none()).await.unwrap().served, Served::Live, "{text}");
    }
    assert_eq!(stub.asked().len(), before + 3);
    assert_eq!(cache.forget(&agent_id("nobody")).await.unwrap(), 0);
    assert_eq!(cache.forget(&agent_id("me")).await.unwrap(), 3);
}

#[tokio::test]
async fn a_store_that_fails_makes_a_miss_with_a_warning() {
    let clock = ManualClock::default();
    let memory = Arc::new(MemoryStorage::new(Arc::new(clock.clone())));
    let faulty = FaultStorage::new(memory, Arc::new(clock.clone()));
    faulty.plan(Fault::Cut { call: Call::Any, nth: 1 });
    let stub = Stub::new("me", "p/m", &clock, [reply("x")]);
    let agent = ReplyCache::new(&stored(&clock, Arc::new(faulty)), tenant("acme")).wrap(stub.shared());
    let got = agent.respond(cold("?"), Output::none()).await.unwrap();
    assert_eq!((got.text.as_str(), got.warnings[0].code.as_str()), ("x", "cache_unavailable"));
}
