//! Debates of models: what is set aside in money, what is told on the stream, what broken attempts count as.

use aragora_core::ErrorKind;
use aragora_core::agents::layers::{Stack, StackConfig};
use aragora_core::agents::{AgentKind, AgentParts, Agents, CostSource, FnAgent, Target, TargetId, Usage};
use aragora_core::clock::ManualClock;
use aragora_core::debate::{AttemptOutcome, Event, GiveUp, Limits, SeatPrice, StopCause};
use aragora_core::engine::{Check, Engine, EventData};
use aragora_core::ids::MicroUsd;
use aragora_core::protocols::VoteOnlyProtocol;
use aragora_core::telemetry::names;
use aragora_tests::agents::agent_id;
use aragora_tests::stage::Stage;
use aragora_tests::stub::{Say, Stub, USED};

use super::{fail, parts};

fn stage() -> (Stage, AgentParts) {
    let clock = ManualClock::default();
    let parts = parts(&clock);
    let agents = Agents::builder().parts(parts.clone()).build();
    let engine = Engine::builder().parts(parts.parts.clone()).agents(agents).build().unwrap();
    (Stage { clock, engine }, parts)
}

fn votes(stage: &Stage, id: &str) -> Stub {
    Stub::new(id, &format!("p/m-{id}"), &stage.clock, [Say::Pieces(vec!["FINAL ANSWER: yes"])])
}

fn cost(micros: u64) -> Limits {
    Limits { cost: Some(MicroUsd(micros)), ..Limits::default() }
}

#[tokio::test]
async fn turns_are_quoted_by_the_price_that_the_log_keeps() {
    let (stage, _) = stage();
    let limits = Limits { max_output_tokens: 100, ..cost(100_000) };
    let debate = stage.debate("Ship it?").protocol(VoteOnlyProtocol::default()).limits(limits);
    let played = stage.play(debate.seat(votes(&stage, "a")).seat(votes(&stage, "b"))).await;
    let decision = played.decision();
    assert_eq!(decision.usage.total.micros, MicroUsd(100), "50 per call, as the provider said");
    let Event::DebateStart(start) = &played.log[0].event else { panic!("a log begins with its start") };
    assert_eq!(start.roster[0].price, Some(SeatPrice { input: 1_000_000, output: 2_000_000 }));
    let planned = played.log.iter().find_map(|record| match &record.event {
        Event::StepStart(body) => Some(body.asks[0].reserve),
        _ => None,
    });
    let reserve = planned.unwrap();
    assert_eq!(reserve.micros, Some(MicroUsd(reserve.tokens_in + 200)));
    let report = stage.engine.replay(&played.log, Check::Strict).unwrap();
    assert!(report.matches, "{:?}", report.difference);
}

#[tokio::test]
async fn seats_beyond_the_cost_limit_are_not_asked() {
    let (stage, _) = stage();
    // A turn may cost some hundred micro-dollars for its prompt and 2,000 for its answer: one fits, two do not.
    let limits = Limits { max_output_tokens: 1_000, max_parallel: 1, ..cost(3_900) };
    let (a, b) = (votes(&stage, "a").using(Some(USED), Some(1_900)), votes(&stage, "b"));
    let debate = stage.debate("Ship it?").protocol(VoteOnlyProtocol::default()).limits(limits);
    let played = stage.play(debate.seat(a.clone()).seat(b.clone())).await;
    let skipped = played.log.iter().any(|record| match &record.event {
        Event::TurnSkipped(body) => body.why == GiveUp::Budget && body.seat == agent_id("b"),
        _ => false,
    });
    assert!(skipped || played.decision().stop.cause == StopCause::Budget);
    assert!(b.asked().is_empty());
    let report = stage.engine.replay(&played.log, Check::Strict).unwrap();
    assert!(report.matches, "{:?}", report.difference);
}

#[tokio::test]
async fn a_model_without_a_price_cannot_be_held_to_a_cost_limit() {
    let (stage, _) = stage();
    let strange = Stub::new("s", "p/strange", &stage.clock, [Say::Pieces(vec!["yes"])]);
    let foreign = votes(&stage, "f").of_kind(AgentKind::Foreign);
    let person = FnAgent::new(agent_id("fn"), |_, _| async { Ok("FINAL ANSWER: yes") });
    let debate = stage.debate("Ship it?").protocol(VoteOnlyProtocol::default());
    let error = debate.limits(cost(10_000)).seat(strange.clone()).seat(foreign).seat(person).start().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unpriced);
    assert!(error.reason().contains("s has no price"), "{}", error.reason());
    assert!(strange.asked().is_empty());
}

#[tokio::test]
async fn a_debate_tells_what_its_layers_do_and_counts_it_once() {
    let (stage, parts) = stage();
    let stack = Stack::recommended(&StackConfig::default(), &parts);
    let first = Stub::new("a", "p/m1", &stage.clock, [fail(ErrorKind::Overloaded)]);
    let second = Stub::new("a", "q/m2", &stage.clock, [Say::Pieces(vec!["FINAL ANSWER: ", "yes"])]);
    let agent = stack.wrap_with(first.shared(), vec![second.shared()]).unwrap();
    let debate = stage.debate("Ship it?").protocol(VoteOnlyProtocol::default()).seat(agent).seat(votes(&stage, "b"));
    let handle = debate.start().await.unwrap();
    let mut events = handle.events(0);
    let played = stage.finish(&handle).await;
    let mut told = Vec::new();
    while let Some(event) = events.next().await {
        let event = event.unwrap();
        match &event.data {
            EventData::Recorded(_) | EventData::TokenStart { .. } | EventData::TokenDelta { .. } => {}
            EventData::TokenEnd { .. } | EventData::TokenReset { .. } | EventData::Heartbeat => {}
            _ => {
                assert_eq!(event.agent, Some(agent_id("a")));
                told.push(event.to_json());
            }
        }
    }
    let kinds: Vec<&str> = told.iter().filter_map(|event| event["type"].as_str()).collect();
    assert_eq!(
        kinds,
        ["agent_error", "agent_retry", "agent_error", "agent_retry", "agent_error", "agent_fallback_triggered",]
    );
    assert_eq!(told[1]["code"], "overloaded");
    assert_eq!(told[1]["attempt"], 2);
    assert!(told[1]["delay_ms"].as_u64().unwrap() >= 250);
    assert_eq!((&told[5]["from"], &told[5]["to"]), (&"p/m1".into(), &"q/m2".into()));
    let attempts = played.log.iter().filter(|record| matches!(record.event, Event::AgentAttempt(_))).count();
    assert_eq!(attempts, 5, "three of one target, one of the other, one of the other seat");
    let t = &parts.parts.telemetry;
    assert_eq!(t.count_of(&names::AGENT_RETRIES_TOTAL, &["a", "p", "overloaded"]), 2);
    assert_eq!(t.count_of(&names::AGENT_FALLBACKS_TOTAL, &["a", "p/m1", "q/m2"]), 1);
    assert_eq!(t.count_of(&names::AGENT_ERRORS_TOTAL, &["a", "p", "overloaded"]), 3);
    assert_eq!(t.count_of(&names::AGENT_RESPONSE_SECONDS, &["a", "p", "ok"]), 1);
    assert_eq!(t.count_of(&names::TOKENS_USED_TOTAL, &["a", "q", "m2", "input"]), 100);
}

#[tokio::test]
async fn a_breaker_that_opens_is_told() {
    let (stage, parts) = stage();
    let stack = Stack::recommended(&StackConfig::default(), &parts);
    let mut debate = stage.debate("Ship it?").protocol(VoteOnlyProtocol::default()).seat(votes(&stage, "good"));
    let target = Target::new(TargetId::new("p/m1"), parts.parts.clone());
    for id in ["a", "b", "c"] {
        let bad = Stub::new(id, "p/m1", &stage.clock, [fail(ErrorKind::QuotaExhausted)]).at(&target);
        debate = debate.seat(stack.wrap(bad.shared()).unwrap());
    }
    let handle = debate.start().await.unwrap();
    let mut events = handle.events(0);
    stage.finish(&handle).await;
    let mut opened = Vec::new();
    while let Some(event) = events.next().await {
        if let EventData::BreakerOpened(body) = event.unwrap().data {
            opened.push((body.scope, body.name, body.failures));
        }
    }
    assert_eq!(opened, [("agent".to_owned(), "p/m1".to_owned(), 3)], "three seats of one target add up");
    assert_eq!(target.breaker().opened_by.as_deref(), Some("quota_exhausted"));
}

#[tokio::test]
async fn a_turn_that_is_cancelled_counts_its_prompt_and_what_was_streamed() {
    let (stage, _) = stage();
    let hangs = Stub::new("a", "p/m1", &stage.clock, [Say::Hangs("fourteen bytes")]);
    let debate = stage.debate("Ship it?").protocol(VoteOnlyProtocol::default()).limits(cost(1_000_000));
    let handle = debate.seat(hangs.clone()).seat(votes(&stage, "b")).start().await.unwrap();
    while hangs.in_flight() == 0 {
        tokio::task::yield_now().await;
    }
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    handle.cancel("enough");
    let played = stage.finish(&handle).await;
    let attempt = played.log.iter().find_map(|record| match &record.event {
        Event::AgentAttempt(body) if body.outcome == AttemptOutcome::Cancelled => Some(body.clone()),
        _ => None,
    });
    let attempt = attempt.unwrap();
    let usage = attempt.usage.unwrap();
    assert_eq!((usage.output_total, usage.reasoning), (4, 0));
    assert!(usage.input_total > 20, "{usage:?}");
    assert_eq!(attempt.cost_source, CostSource::Estimate);
    assert_eq!(attempt.cost_micros, Some(MicroUsd(usage.input_total + 8)));
    assert_eq!(Usage { input_total: 0, ..usage }, Usage { output_total: 4, ..Usage::default() });
}
