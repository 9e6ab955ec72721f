//! Functions, scripts, demos, outputs and requests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use aragora_core::ErrorKind;
use aragora_core::agents::{
    Agent, AgentReply, Author, BallotReply, Delta, DemoAgent, DemoStyle, Expect, FnAgent, JsonShape, Output,
    PartialReply, Phase, ScriptEnd, ScriptStep, ScriptedAgent, StopReason, Visibility,
};
use aragora_core::clock::ManualClock;
use aragora_core::debate::{Ballot, BallotKind, BallotShape, Fixed6, Label, parse_ballot};
use aragora_core::ids::OptionId;
use aragora_tests::agents::{Heard, agent_id, message, request};
use proptest::prelude::*;
use serde_json::{Value, json};

fn option(id: &str) -> OptionId {
    OptionId::new(id).unwrap()
}

fn shape(kind: BallotKind) -> BallotShape {
    let label = |label: &str, id: &str| Label { label: label.into(), option: option(id) };
    BallotShape {
        kind,
        labels: vec![label("B", "stay"), label("A", "move"), label("C", "wait")],
        may_abstain: true,
        confidence: true,
        reason: true,
    }
}

async fn say(agent: &impl Agent, id: &str) -> aragora_core::Result<AgentReply> {
    agent.respond(request(id, "Shall we move?"), Output::none()).await
}

#[tokio::test]
async fn a_panicking_function_is_a_failed_agent_with_the_panic_as_cause() {
    let agent = FnAgent::new(agent_id("fn"), |_, _| async {
        if true {
            panic!("out of tea");
        }
        Ok("unreachable")
    });
    let error = say(&agent, "r").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AgentFailed);
    assert_eq!(error.cause().unwrap().to_string(), "out of tea");
}

#[tokio::test]
async fn a_reply_over_four_mebibytes_is_too_large() {
    let agent = FnAgent::new(agent_id("fn"), |_, _| async { Ok("x".repeat((4 << 20) + 1)) });
    assert_eq!(say(&agent, "r").await.unwrap_err().kind(), ErrorKind::ReplyTooLarge);
}

#[tokio::test]
async fn a_script_answers_its_steps_in_order_and_then_fails() {
    let agent = ScriptedAgent::new(agent_id("s"))
        .reply("one")
        .json(json!({ "two": 2 }))
        .fail(ErrorKind::Overloaded)
        .by(|request| ScriptStep::reply(format!("asked {}", request.id)));
    assert_eq!(say(&agent, "1").await.unwrap().text, "one");
    let two = say(&agent, "2").await.unwrap();
    assert_eq!((two.text.as_str(), two.structured), (r#"{"two":2}"#, Some(json!({ "two": 2 }))));
    let three = say(&agent, "3").await.unwrap_err();
    assert!(three.kind() == ErrorKind::Overloaded && three.retryable());
    assert_eq!(say(&agent, "4").await.unwrap().text, "asked 4");
    assert_eq!(say(&agent, "5").await.unwrap_err().kind(), ErrorKind::ScriptExhausted);
    let ids: Vec<String> = agent.requests().iter().map(|r| r.id.to_string()).collect();
    assert_eq!(ids, ["1", "2", "3", "4", "5"]);
}

#[tokio::test]
async fn a_script_repeats_its_last_step_or_begins_again() {
    let script = || ScriptedAgent::new(agent_id("s")).reply("a").reply("b");
    for (agent, expected) in [
        (script().at_end(ScriptEnd::Repeat), ["a", "b", "b", "b"]),
        (script().at_end(ScriptEnd::Cycle), ["a", "b", "a", "b"]),
    ] {
        for text in expected {
            assert_eq!(say(&agent, "r").await.unwrap().text, text);
        }
    }
}

#[tokio::test]
async fn a_script_of_delays_alone_ends_instead_of_going_round() {
    for end in [ScriptEnd::Repeat, ScriptEnd::Cycle] {
        let agent = ScriptedAgent::new(agent_id("s")).delay(Duration::ZERO).at_end(end);
        assert_eq!(say(&agent, "r").await.unwrap_err().kind(), ErrorKind::ScriptExhausted);
    }
}

#[tokio::test]
async fn steps_of_a_phase_are_taken_by_that_phase_only() {
    let agent =
        ScriptedAgent::new(agent_id("s")).reply("free").on(Phase::Vote, "CHOICE: A").on(Phase::Vote, "CHOICE: B");
    let vote = || {
        let mut asked = request("v", "Vote.");
        asked.phase = Phase::Vote;
        agent.respond(asked, Output::none())
    };
    assert_eq!(vote().await.unwrap().text, "CHOICE: A");
    assert_eq!(say(&agent, "r").await.unwrap().text, "free");
    assert_eq!(vote().await.unwrap().text, "CHOICE: B");
    assert_eq!(vote().await.unwrap_err().kind(), ErrorKind::ScriptExhausted);
}

#[tokio::test]
async fn a_delay_passes_on_the_clock_and_never_past_the_deadline() {
    let clock = ManualClock::default();
    let agent = ScriptedAgent::new(agent_id("s"))
        .with_clock(Arc::new(clock.clone()))
        .delay(Duration::from_hours(1))
        .reply("slow")
        .delay(Duration::from_hours(1))
        .reply("too slow");
    let call = tokio::spawn({
        let agent = agent.clone();
        async move { say(&agent, "r").await }
    });
    while clock.sleepers() == 0 {
        tokio::task::yield_now().await;
    }
    clock.advance(Duration::from_hours(1));
    let reply = call.await.unwrap().unwrap();
    assert_eq!((reply.text.as_str(), reply.latency.total), ("slow", Duration::from_hours(1)));

    let mut asked = request("r", "And now?");
    asked.deadline = Some(aragora_core::clock::Deadline::after(&clock, Duration::from_mins(59)));
    let call = tokio::spawn(async move { agent.respond(asked, Output::none()).await });
    while clock.sleepers() < 2 {
        tokio::task::yield_now().await;
    }
    clock.advance(Duration::from_mins(59));
    assert_eq!(call.await.unwrap().unwrap_err().kind(), ErrorKind::DeadlineExceeded);
}

#[tokio::test]
async fn a_broken_stream_keeps_what_was_shown() {
    let agent = ScriptedAgent::new(agent_id("s")).stream_then_fail(["Half", " an"], ErrorKind::Interrupted);
    let heard = Heard::new();
    let error = agent.respond(request("r", "Well?"), Output::live(heard.clone())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert_eq!(PartialReply::of(&error).unwrap().text, "Half an");
    assert_eq!(heard.text(), "Half an");
    assert!(!format!("{error:?}").contains("Half an"), "replies do not belong into logs");
}

#[tokio::test]
async fn concurrent_calls_take_different_steps() {
    let agent = (0..32).fold(ScriptedAgent::new(agent_id("s")), |agent, i| agent.reply(i.to_string()));
    let calls = (0..32).map(|_| say(&agent, "r"));
    let texts: BTreeSet<String> =
        futures_util::future::join_all(calls).await.into_iter().map(|reply| reply.unwrap().text).collect();
    assert_eq!(texts.len(), 32);
}

#[tokio::test]
async fn a_scripted_ballot_is_read_back_as_the_ballot_it_was() {
    let kinds = [
        (BallotKind::Choice, Ballot::Choice(option("stay"))),
        (BallotKind::Choice, Ballot::Abstain { reason: "no idea".into() }),
        (BallotKind::Ranking, Ballot::Ranking(vec![vec![option("wait")], vec![option("move"), option("stay")]])),
        (BallotKind::Ranking, Ballot::Abstain { reason: "no idea".into() }),
        (BallotKind::Approval, Ballot::Approval(BTreeSet::from([option("move"), option("wait")]))),
        (
            BallotKind::Scores { lo: Fixed6(0), hi: Fixed6(10_000_000) },
            Ballot::Scores(BTreeMap::from([(option("stay"), Fixed6(7_500_000)), (option("wait"), Fixed6(3_000_000))])),
        ),
        (BallotKind::Points { total: 10 }, Ballot::Points(BTreeMap::from([(option("stay"), 6), (option("move"), 4)]))),
        (BallotKind::Verdict, Ballot::Choice(option("move"))),
    ];
    for (kind, ballot) in kinds {
        let shape = shape(kind);
        let mut asked = request("v", "Vote.");
        asked.expect = Expect::Ballot(shape.clone());
        let agent = ScriptedAgent::new(agent_id("s")).ballot(BallotReply::from(ballot.clone()).with_confidence(0.5));
        let reply = agent.respond(asked, Output::none()).await.unwrap();
        let read = parse_ballot(&reply.text, reply.structured.as_ref(), &StopReason::End, &shape);
        assert_eq!((read.ballot, read.confidence), (ballot, Some(0.5)), "{}", reply.text);
        // Providers without structured output: the text alone says the same.
        assert_eq!(parse_ballot(&reply.text, None, &StopReason::End, &shape).ballot, agent_ballot(&reply, &shape));
    }
}

fn agent_ballot(reply: &AgentReply, shape: &BallotShape) -> Ballot {
    parse_ballot(&reply.text, reply.structured.as_ref(), &StopReason::End, shape).ballot
}

async fn demo_vote(style: DemoStyle, kind: BallotKind, seed: u64) -> Ballot {
    let shape = shape(kind);
    let mut asked = request("v", "Question: shall we move the office?");
    asked.messages.push(message(Author::Agent(agent_id("p1")), "I say (A): it is closer."));
    asked
        .messages
        .push(message(Author::Agent(agent_id("p2")), "Agreed, (A).\nBut there is a problem with (A): the rent."));
    asked.messages.push(message(Author::Agent(agent_id("p3")), "(B) for me."));
    asked.messages.push(message(Author::Moderator, "Options:\n(B) stay here\n(A) move away\n(C) wait a year"));
    asked.expect = Expect::Ballot(shape.clone());
    let reply = DemoAgent::new(agent_id("demo"), style, seed).respond(asked, Output::none()).await.unwrap();
    agent_ballot(&reply, &shape)
}

#[tokio::test]
async fn demo_styles_vote_as_they_are_documented() {
    for seed in 0..8 {
        let supportive = demo_vote(DemoStyle::Supportive, BallotKind::Choice, seed).await;
        assert_eq!(supportive, Ballot::Choice(option("move")), "two messages favour it");
        let contrarian = demo_vote(DemoStyle::Contrarian, BallotKind::Choice, seed).await;
        assert_eq!(contrarian, Ballot::Choice(option("wait")), "nobody favours it");
        let critical = demo_vote(DemoStyle::Critical, BallotKind::Choice, seed).await;
        assert_ne!(critical, Ballot::Choice(option("move")), "an issue was raised about it");
    }
}

#[tokio::test]
async fn demo_ballots_of_every_kind_are_valid() {
    let kinds = [
        BallotKind::Choice,
        BallotKind::Ranking,
        BallotKind::Approval,
        BallotKind::Scores { lo: Fixed6(-1_000_000), hi: Fixed6(10_000_000) },
        BallotKind::Points { total: 10 },
        BallotKind::Verdict,
    ];
    for kind in kinds {
        for style in [DemoStyle::Supportive, DemoStyle::Critical, DemoStyle::Balanced, DemoStyle::Contrarian] {
            let ballot = demo_vote(style, kind.clone(), 3).await;
            assert!(!matches!(ballot, Ballot::Invalid { .. }), "{kind:?} {style:?}: {ballot:?}");
        }
    }
}

#[tokio::test]
async fn a_balanced_demo_alternates_from_round_to_round() {
    let agent = DemoAgent::new(agent_id("demo"), DemoStyle::Balanced, 1);
    let mut votes = BTreeSet::new();
    for round in 1..=3 {
        let mut asked = request("v", "Vote.");
        asked.round = round;
        asked.expect = Expect::Ballot(shape(BallotKind::Choice));
        votes.insert(agent.respond(asked, Output::none()).await.unwrap().text);
    }
    assert_eq!(votes.len(), 3);
}

#[tokio::test]
async fn a_demo_text_is_the_same_on_every_platform() {
    let agent = DemoAgent::new(agent_id("demo"), DemoStyle::Critical, 42);
    let reply = agent.respond(request("r", "Should the city build a tram line?"), Output::none()).await.unwrap();
    insta::assert_snapshot!(reply.text, @r"
    I have doubts about city build tram line. The evidence is thin and the costs are not counted.

    Final answer: not yet to city build tram line
    ");
    assert_eq!((reply.provider.as_str(), reply.model.as_str()), ("demo", "demo/critical"));
    assert_eq!(reply.cost.map(|cost| cost.0), Some(0));
}

#[tokio::test]
async fn a_demo_answers_a_minimal_instance_of_a_schema() {
    let schema = json!({
        "$defs": { "node": { "type": "object", "properties": { "next": { "$ref": "#/$defs/node" } }, "required": ["next"] } },
        "type": "object",
        "properties": {
            "name": { "type": "string", "minLength": 6 },
            "count": { "type": "integer", "minimum": 3 },
            "share": { "type": "number", "exclusiveMinimum": 0 },
            "kind": { "enum": ["x", "y"] },
            "tags": { "type": "array", "items": { "type": "boolean" }, "minItems": 2 },
            "maybe": { "anyOf": [{ "type": "null" }, { "type": "string" }] },
            "optional": { "type": "string" },
        },
        "required": ["name", "count", "share", "kind", "tags", "maybe"],
    });
    let instance = minimal(schema).await;
    assert_eq!(
        instance,
        json!({ "name": "demooo", "count": 3, "share": 0.5, "kind": "x", "tags": [false, false], "maybe": null })
    );
    let endless = json!({
        "$ref": "#/$defs/node",
        "$defs": { "node": {
            "type": "object",
            "properties": { "a": { "$ref": "#/$defs/node" }, "b": { "$ref": "#/$defs/node" } },
            "required": ["a", "b"],
        } },
    });
    assert!(minimal(endless).await.is_object(), "a schema that refers to itself ends somewhere");
}

async fn minimal(schema: Value) -> Value {
    let mut asked = request("j", "Fill this in.");
    asked.expect = Expect::Json(JsonShape { name: "form".into(), schema: schema.into(), strict: true });
    let agent = DemoAgent::new(agent_id("demo"), DemoStyle::Balanced, 1);
    agent.respond(asked, Output::none()).await.unwrap().structured.unwrap()
}

#[test]
fn every_violation_of_a_request_is_listed_at_once() {
    let me = agent_id("me");
    let mut asked = request(&"x".repeat(257), "Hello\0");
    asked.messages.push(message(Author::Agent(me.clone()), "my own last word"));
    asked.sampling.temperature = Some(2.5);
    asked.sampling.top_p = Some(0.0);
    asked.sampling.max_output_tokens = Some(0);
    asked.sampling.stop = vec!["s".into(); 5];
    asked.metadata = (0..33).map(|i| (i.to_string(), "m".repeat(513))).collect();
    asked.extra.insert("stream".into(), Value::Bool(true));
    let deep = (0..40).fold(json!({}), |inner, _| json!({ "properties": inner }));
    asked.expect = Expect::Json(JsonShape { name: "deep".into(), schema: deep.into(), strict: false });
    let error = asked.validate(&me).unwrap_err();
    let listed: Vec<Value> = serde_json::from_str(&error.context()["violations"]).unwrap();
    let pointers: BTreeSet<&str> = listed.iter().map(|v| v["pointer"].as_str().unwrap()).collect();
    let expected = [
        "/expect/schema",
        "/extra/stream",
        "/id",
        "/messages",
        "/messages/0/text",
        "/metadata",
        "/sampling/max_output_tokens",
        "/sampling/stop",
        "/sampling/temperature",
        "/sampling/top_p",
    ];
    assert_eq!(pointers, BTreeSet::from(expected));
    assert!(request("ok", "Hello").validate(&me).is_ok());
}

#[test]
fn a_request_whose_messages_are_all_hidden_is_refused() {
    let me = agent_id("me");
    let mut asked = request("r", "secret");
    asked.messages[0].visibility = Visibility::Except(BTreeSet::from([me.clone()]));
    assert_eq!(asked.validate(&me).unwrap_err().kind(), ErrorKind::InvalidRequest);
    assert!(asked.validate(&agent_id("other")).is_ok());
}

#[test]
fn what_stays_shown_on_a_live_output_is_warned_about() {
    let heard = Heard::new();
    let output = Output::live(heard.clone());
    output.text("Yes");
    assert!(!output.may_restart());
    let warning = output.finish(&AgentReply::text("No")).unwrap();
    assert_eq!(warning.code, "stream_mismatch");
    assert_eq!(heard.text(), "Yes");
}

#[test]
fn an_observer_hears_what_nobody_else_listens_to() {
    let heard = Heard::new();
    let output = Output::none();
    let observed = output.observed(heard.clone());
    assert!(!observed.wants_text(), "an observer must not change how an agent answers");
    observed.text("a");
    output.text("b");
    observed.reasoning("c");
    assert_eq!(heard.pieces(), [(0, Delta::Text("a".into())), (2, Delta::Reasoning("c".into()))]);
}

proptest! {
    #[test]
    fn whatever_was_shown_a_resettable_output_ends_with_the_reply(
        pieces in prop::collection::vec((".{0,8}", any::<bool>()), 0..8),
        reply in ".{0,24}",
        streams_truly in any::<bool>(),
    ) {
        let heard = Heard::new();
        let output = Output::resettable(heard.clone());
        if streams_truly {
            let half = reply.char_indices().nth(reply.chars().count() / 2).map_or(0, |(at, _)| at);
            output.text(&reply[..half]);
        } else {
            for (piece, reset) in &pieces {
                if *reset { output.reset() }
                output.text(piece);
            }
        }
        prop_assert!(output.finish(&AgentReply::text(reply.clone())).is_none());
        prop_assert_eq!(heard.text(), reply);
        let numbers: Vec<u64> = heard.pieces().iter().map(|(seq, _)| *seq).collect();
        prop_assert!(numbers.iter().copied().eq(0..numbers.len() as u64));
        let resets = heard.pieces().iter().filter(|(_, delta)| *delta == Delta::Reset).count();
        prop_assert!(!streams_truly || resets == 0, "a true stream was taken back");
    }
}
