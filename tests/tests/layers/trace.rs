use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aragora_core::ErrorKind;
use aragora_core::agents::layers::{Fault, Faults, Layer, ReplyCache, Stack, StackConfig, Trace};
use aragora_core::agents::{AgentReply, FnAgent, Output, Target, TargetId};
use aragora_core::clock::ManualClock;
use aragora_core::ids::OrgId;
use aragora_core::telemetry::{Telemetry, names};
use aragora_tests::agents::{Heard, agent_id, request};
use aragora_tests::stub::{Say, Stub};
use futures_util::FutureExt as _;
use tracing::field::{Field, Visit};
use tracing::instrument::WithSubscriber as _;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;

use super::{fail, parts, reply};

#[tokio::test]
async fn an_agent_that_does_not_stream_has_its_text_delivered_once() {
    let clock = ManualClock::default();
    let agent = Trace::new(parts(&clock).parts).wrap(Stub::new("me", "p/m", &clock, [reply("whole")]).shared());
    let heard = Heard::new();
    let got = agent.respond(request("r", "?"), Output::resettable(heard.clone())).await.unwrap();
    assert_eq!((got.text, heard.text()), ("whole".to_owned(), "whole".to_owned()));
    assert_eq!(got.attempts.len(), 1, "the ledger is in the reply");
}

#[tokio::test]
async fn another_text_than_the_reply_is_warned_about_where_it_stays_shown() {
    let clock = ManualClock::default();
    let liar = FnAgent::new(agent_id("liar"), |_, output| async move {
        output.text("this");
        Ok("that")
    });
    let agent = Trace::new(parts(&clock).parts).wrap(Arc::new(liar));
    let got = agent.respond(request("r", "?"), Output::live(Heard::new())).await.unwrap();
    assert_eq!(got.warnings[0].code, "stream_mismatch");
}

fn tokens(telemetry: &Telemetry, kind: &str) -> u64 {
    telemetry.count_of(&names::TOKENS_USED_TOTAL, &["me", "p", "m", kind])
}

#[tokio::test]
async fn a_call_is_measured_once_however_many_layers_there_are() {
    let clock = ManualClock::default();
    let parts = parts(&clock);
    let stub = Stub::new("me", "p/m", &clock, [fail(ErrorKind::Overloaded), Say::Pieces(vec!["fine"])]);
    let stack = Stack::recommended(&StackConfig::default(), &parts);
    let agent = Trace::new(parts.parts.clone()).wrap(stack.wrap(stub.shared()).unwrap());
    let call = agent.respond(request("r", "?"), Output::none());
    let (got, ()) = tokio::join!(call, async {
        while !clock.advance_to_next() || stub.asked().len() < 2 {
            tokio::task::yield_now().await;
        }
    });
    got.unwrap();
    let t = &parts.parts.telemetry;
    assert_eq!(t.count_of(&names::AGENT_RESPONSE_SECONDS, &["me", "p", "ok"]), 1);
    assert_eq!((tokens(t, "input"), tokens(t, "output")), (100, 20), "of the attempt that reported");
    assert_eq!(t.count_of(&names::AGENT_ERRORS_TOTAL, &["me", "p", "overloaded"]), 1);
    assert_eq!(t.count_of(&names::AGENT_RETRIES_TOTAL, &["me", "p", "overloaded"]), 1);
    assert_eq!(t.count_of(&names::AGENT_COST_MICRODOLLARS_TOTAL, &["me", "p", "unknown"]), 50);
    assert_eq!(t.count_of(&names::AGENT_UNPRICED_TOTAL, &["me", "p"]), 1, "the failed attempt has no cost");
    assert_eq!(t.count_of(&names::AGENT_IN_FLIGHT, &["p"]), 0);
}

#[tokio::test]
async fn a_dropped_call_counts_as_cancelled_and_a_hit_as_cache() {
    let clock = ManualClock::default();
    let parts = parts(&clock);
    let t = parts.parts.telemetry.clone();
    let hangs = Trace::new(parts.parts.clone()).wrap(Stub::new("me", "p/m", &clock, [Say::Hangs("x")]).shared());
    let mut call = Box::pin(hangs.respond(request("r", "?"), Output::none()));
    for _ in 0..4 {
        assert!(call.as_mut().now_or_never().is_none());
    }
    assert_eq!(t.count_of(&names::AGENT_IN_FLIGHT, &["p"]), 1);
    drop(call);
    assert_eq!(t.count_of(&names::AGENT_RESPONSE_SECONDS, &["me", "p", "cancelled"]), 1);
    assert_eq!(t.count_of(&names::AGENT_IN_FLIGHT, &["p"]), 0);

    let cache = ReplyCache::new(&parts, OrgId::new("acme").unwrap()).always();
    let mut config = StackConfig::default();
    config.cache = Some(cache);
    let stack = Stack::recommended(&config, &parts);
    let agent = stack.wrap(Stub::new("me", "p/m", &clock, [reply("x")]).shared()).unwrap();
    for _ in 0..3 {
        agent.respond(request("r", "?"), Output::none()).await.unwrap();
    }
    assert_eq!(t.count_of(&names::AGENT_RESPONSE_SECONDS, &["me", "p", "cache"]), 2);
    assert_eq!(t.count_of(&names::AGENT_CACHE_HITS_TOTAL, &["me", "p"]), 2);
    assert_eq!(tokens(&t, "input"), 100, "a hit uses no tokens");
}

#[tokio::test]
async fn the_breaker_shows_on_every_agent_of_its_target_and_slow_replies_are_missed() {
    let clock = ManualClock::default();
    let parts = parts(&clock);
    let t = parts.parts.telemetry.clone();
    let stack = Stack::recommended(&StackConfig::default(), &parts);
    let target = Target::new(TargetId::new("p/m"), parts.parts.clone());
    let bad = Stub::new("bad", "p/m", &clock, [fail(ErrorKind::QuotaExhausted)]).at(&target);
    let other = Stub::new("other", "p/m", &clock, [Say::Pieces(vec!["x"])]).at(&target);
    let (bad, other) = (stack.wrap(bad.shared()).unwrap(), stack.wrap(other.shared()).unwrap());
    for _ in 0..3 {
        bad.respond(request("r", "?"), Output::none()).await.unwrap_err();
    }
    let state = |agent| t.count_of(&names::CIRCUIT_BREAKER_STATE, &[agent]);
    assert_eq!((state("bad"), t.count_of(&names::CIRCUIT_BREAKER_TRIPS_TOTAL, &["bad"])), (2, 1));
    other.respond(request("r", "?"), Output::none()).await.unwrap_err();
    assert_eq!((state("other"), t.count_of(&names::CIRCUIT_BREAKER_TRIPS_TOTAL, &["other"])), (2, 0));
    clock.advance(std::time::Duration::from_secs(60));
    other.respond(request("r", "?"), Output::none()).await.unwrap();
    assert_eq!(state("other"), 0, "the probe closed it");

    assert_eq!(t.count_of(&names::AGENT_TARGET_MISSED_TOTAL, &["other", "p", "slow"]), 0);
    let mut config = StackConfig::default();
    let late = Fault::Delay(std::time::Duration::from_secs(31));
    config.faults = Some(Faults::script(parts.parts.clone(), [late]));
    let slow = Stub::new("slow", "p/m2", &clock, [Say::Pieces(vec!["x"])]);
    let agent = Stack::recommended(&config, &parts).wrap(slow.shared()).unwrap();
    let call = agent.respond(request("r", "?"), Output::none());
    let (got, ()) = tokio::join!(call, async {
        while slow.asked().is_empty() {
            tokio::task::yield_now().await;
            clock.advance(std::time::Duration::from_secs(31));
        }
    });
    got.unwrap();
    assert_eq!(t.count_of(&names::AGENT_TARGET_MISSED_TOTAL, &["slow", "p", "slow"]), 1);
}

/// A span's name and its fields.
type Span = (String, BTreeMap<String, String>);

/// Spans in the order they began.
#[derive(Clone, Debug, Default)]
struct Spans(Arc<Mutex<Vec<Span>>>);

struct Fields<'a>(&'a mut BTreeMap<String, String>);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").trim_matches('"').to_owned());
    }
}

impl<S: tracing::Subscriber + for<'a> LookupSpan<'a>> tracing_subscriber::Layer<S> for Spans {
    fn on_new_span(
        &self,
        attributes: &tracing::span::Attributes<'_>,
        id: &tracing::span::Id,
        context: tracing_subscriber::layer::Context<'_, S>,
    ) {
        let mut fields = BTreeMap::new();
        attributes.record(&mut Fields(&mut fields));
        let parent = context.span(id).and_then(|span| span.parent().map(|parent| parent.name().to_owned()));
        fields.insert("parent".into(), parent.unwrap_or_default());
        fields.insert("id".into(), id.into_u64().to_string());
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push((attributes.metadata().name().to_owned(), fields));
    }

    fn on_record(
        &self,
        id: &tracing::span::Id,
        values: &tracing::span::Record<'_>,
        _context: tracing_subscriber::layer::Context<'_, S>,
    ) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let id = id.into_u64().to_string();
        if let Some((_, fields)) = all.iter_mut().rev().find(|(_, fields)| fields["id"] == id) {
            values.record(&mut Fields(fields));
        }
    }
}

async fn spans_of(config: StackConfig, plan: Vec<Say>) -> Vec<Span> {
    let clock = ManualClock::default();
    let spans = Spans::default();
    let subscriber = tracing_subscriber::registry().with(spans.clone());
    let agent =
        Stack::recommended(&config, &parts(&clock)).wrap(Stub::new("me", "mistral/m", &clock, plan).shared()).unwrap();
    let asked = request("r", "the-prompt-canary");
    let call = async move { agent.respond(asked, Output::none()).await };
    let _ = call.with_subscriber(subscriber).await;
    let all = spans.0.lock().unwrap();
    all.clone()
}

#[tokio::test]
async fn spans_bear_the_names_of_the_conventions_and_no_content() {
    let spans = spans_of(StackConfig::default(), vec![Say::Pieces(vec!["the-answer-canary"])]).await;
    let [(outer, call), (inner, attempt)] = &spans[..] else { panic!("two spans: {spans:?}") };
    assert_eq!((outer.as_str(), inner.as_str()), ("invoke_agent", "chat"));
    assert_eq!(call["otel.name"], "invoke_agent me");
    assert_eq!(call["gen_ai.operation.name"], "invoke_agent");
    assert_eq!(call["gen_ai.provider.name"], "mistral_ai");
    assert_eq!(call["gen_ai.request.model"], "m");
    assert_eq!(call["outcome"], "ok");
    assert_eq!(attempt["parent"], "invoke_agent");
    assert_eq!(attempt["otel.name"], "chat m");
    assert_eq!((&*attempt["gen_ai.usage.input_tokens"], &*attempt["gen_ai.usage.output_tokens"]), ("100", "20"));
    assert!(!format!("{spans:?}").contains("canary"));

    let failed = spans_of(StackConfig::default(), vec![fail(ErrorKind::Blocked)]).await;
    assert_eq!(failed[0].1["error.type"], "blocked");
}

#[tokio::test]
async fn content_is_on_the_span_only_if_the_host_wants_it() {
    let mut config = StackConfig::default();
    config.content = true;
    let spans = spans_of(config, vec![Say::Pieces(vec!["the-answer-canary"])]).await;
    assert!(spans[0].1["gen_ai.input.messages"].contains("the-prompt-canary"));
    assert_eq!(spans[0].1["gen_ai.output.messages"], "the-answer-canary");
}

#[tokio::test]
async fn a_reply_of_the_host_counts_too() {
    let clock = ManualClock::default();
    let parts = parts(&clock);
    let agent = FnAgent::new(agent_id("fn"), |_, _| async {
        Ok(AgentReply { usage: Some(aragora_tests::stub::USED), ..AgentReply::text("x") })
    });
    Trace::new(parts.parts.clone()).wrap(Arc::new(agent)).respond(request("r", "?"), Output::none()).await.unwrap();
    assert_eq!(parts.parts.telemetry.count_of(&names::TOKENS_USED_TOTAL, &["fn", "", "", "input"]), 100);
}
