use std::sync::Arc;

use aragora_core::ErrorKind;
use aragora_core::agents::layers::{Layer, Shape};
use aragora_core::agents::{
    Agent, AgentReply, Author, Expect, JsonShape, Output, PartialReply, Refusal, StopReason, ToolCall, Usage,
};
use aragora_core::clock::ManualClock;
use aragora_core::debate::{BallotKind, BallotShape, Label};
use aragora_core::ids::MicroUsd;
use aragora_tests::agents::{Heard, agent_id, request};
use aragora_tests::stub::{Say, Stub, USED};
use serde_json::json;

use super::{fail, parts, reply};

fn shaped(plan: Vec<Say>) -> (Stub, Arc<dyn Agent>) {
    let clock = ManualClock::default();
    let stub = Stub::new("me", "p/m", &clock, plan);
    (stub.clone(), Shape::new(parts(&clock).parts).wrap(stub.shared()))
}

fn claim() -> Expect {
    let schema = json!({
        "type": "object",
        "properties": {"claim": {"type": "string"}, "score": {"type": "integer", "minimum": 1}},
        "required": ["claim", "score"],
    });
    Expect::Json(JsonShape { name: "claim".into(), schema: Arc::new(schema), strict: true })
}

fn choice() -> Expect {
    let label = |label: &str| Label { label: label.into(), option: label.parse().unwrap() };
    Expect::Ballot(BallotShape {
        kind: BallotKind::Choice,
        labels: vec![label("A"), label("B")],
        may_abstain: false,
        confidence: false,
        reason: false,
    })
}

#[tokio::test]
async fn a_good_reply_passes_with_its_value() {
    let (stub, agent) = shaped(vec![reply("Here: {\"claim\":\"x\",\"score\":3}")]);
    let mut asked = request("r", "Claim something.");
    asked.expect = claim();
    let reply = agent.respond(asked, Output::none()).await.unwrap();
    assert_eq!(reply.structured, Some(json!({"claim": "x", "score": 3})));
    assert_eq!(stub.asked().len(), 1);
}

#[tokio::test]
async fn a_value_of_another_shape_is_repaired_once() {
    let (stub, agent) = shaped(vec![
        Say::Pieces(vec!["{\"claim\":\"x\",", "\"score\":0}"]),
        Say::Pieces(vec!["{\"claim\":\"x\",\"score\":1}"]),
    ]);
    let mut asked = request("r", "Claim something.");
    asked.expect = claim();
    let heard = Heard::new();
    let reply = agent.respond(asked, Output::resettable(heard.clone())).await.unwrap();
    assert_eq!(reply.structured, Some(json!({"claim": "x", "score": 1})));
    assert_eq!(heard.text(), reply.text, "what was shown before is taken back");
    assert_eq!(reply.usage, Some(Usage::plus(USED, USED)), "both asks were used");
    assert_eq!(reply.cost, Some(MicroUsd(100)));
    let again = &stub.asked()[1];
    assert_eq!(again.id.as_str(), "r/repair-1");
    let said: Vec<(&Author, &str)> = again.messages.iter().skip(1).map(|m| (&m.author, &*m.text)).collect();
    assert_eq!(said[0], (&Author::Agent(agent_id("me")), "{\"claim\":\"x\",\"score\":0}"));
    assert_eq!(said[1].0, &Author::Moderator);
    assert!(said[1].1.contains("/score") && said[1].1.contains("minimum"), "{}", said[1].1);
}

#[tokio::test]
async fn what_stays_wrong_is_an_error_with_the_reply_attached() {
    let (stub, agent) = shaped(vec![reply("no value"), reply("{\"claim\":1}")]);
    let mut asked = request("r", "Claim something.");
    asked.expect = claim();
    let error = agent.respond(asked, Output::none()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidReply);
    assert!(error.context()["wrong"].contains("/claim"), "{error:?}");
    assert!(!error.retryable());
    assert_eq!(PartialReply::of(&error).unwrap().text, "{\"claim\":1}");
    assert_eq!(stub.asked().len(), 2);
}

#[tokio::test]
async fn an_empty_text_is_asked_for_again_and_then_an_error() {
    let cut = AgentReply { stop: StopReason::Length, stop_raw: Some("length".into()), ..AgentReply::text(" \n") };
    let (stub, agent) = shaped(vec![Say::Reply(Box::new(cut))]);
    let error = agent.respond(request("r", "Speak."), Output::none()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::EmptyReply);
    assert_eq!(error.context()["stop"], "length");
    let asked = stub.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[1].messages.len(), 2, "nothing is quoted where nothing was said");
}

#[tokio::test]
async fn refusals_filters_pauses_and_tool_calls_pass_untouched() {
    let refusal = Refusal { text: "no".into(), category: None };
    let call = ToolCall { id: "c".into(), name: "f".into(), ..ToolCall::default() };
    for untouched in [
        AgentReply { refusal: Some(refusal), stop: StopReason::Refusal, ..AgentReply::default() },
        AgentReply { stop: StopReason::ContentFilter, ..AgentReply::default() },
        AgentReply { stop: StopReason::Pause, ..AgentReply::text("wait") },
        AgentReply { stop: StopReason::ToolCalls, tool_calls: vec![call], ..AgentReply::default() },
    ] {
        let (stub, agent) = shaped(vec![Say::Reply(Box::new(untouched.clone()))]);
        let mut asked = request("r", "Claim something.");
        asked.expect = claim();
        let got = agent.respond(asked, Output::none()).await.unwrap();
        assert_eq!((got.stop, got.refusal), (untouched.stop, untouched.refusal));
        assert_eq!(stub.asked().len(), 1);
    }
}

#[tokio::test]
async fn an_unreadable_ballot_is_repaired_once_and_then_returned_as_it_is() {
    let (stub, agent) = shaped(vec![reply("I like both."), reply("Still both.")]);
    let mut asked = request("r", "Vote.");
    asked.expect = choice();
    let got = agent.respond(asked, Output::none()).await.unwrap();
    assert_eq!(got.text, "Still both.");
    assert_eq!(stub.asked().len(), 2);

    let (_, agent) = shaped(vec![reply("I like both."), reply("{\"choice\":\"B\"}")]);
    let mut asked = request("r", "Vote.");
    asked.expect = choice();
    assert_eq!(agent.respond(asked, Output::none()).await.unwrap().text, "{\"choice\":\"B\"}");

    let (_, agent) = shaped(vec![reply("I like both."), fail(ErrorKind::Overloaded)]);
    let mut asked = request("r", "Vote.");
    asked.expect = choice();
    let kept = agent.respond(asked, Output::none()).await.unwrap();
    assert_eq!(kept.text, "I like both.", "a failed repair does not take the ballot away");
}

#[tokio::test]
async fn what_was_shown_for_good_is_not_repaired() {
    let (stub, agent) = shaped(vec![Say::Pieces(vec!["no value"])]);
    let mut asked = request("r", "Claim something.");
    asked.expect = claim();
    let heard = Heard::new();
    let error = agent.respond(asked, Output::live(heard.clone())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidReply);
    assert_eq!((stub.asked().len(), heard.text().as_str()), (1, "no value"));
}

#[tokio::test]
async fn a_schema_that_is_none_is_refused_before_anything_is_asked() {
    let (stub, agent) = shaped(vec![reply("{}")]);
    let mut asked = request("r", "Claim something.");
    let schema = Arc::new(json!({"type": "nonsense"}));
    asked.expect = Expect::Json(JsonShape { name: "x".into(), schema, strict: false });
    let error = agent.respond(asked, Output::none()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(stub.asked().is_empty());
}

#[tokio::test]
async fn a_schema_reaches_for_nothing_and_runs_in_bounded_time() {
    let remote = json!({"$ref": "https://example.com/schema.json"});
    let shape = JsonShape { name: "x".into(), schema: Arc::new(remote), strict: false };
    assert_eq!(Expect::Json(shape).check_schema().unwrap_err().kind(), ErrorKind::InvalidRequest);
    let evil = json!({"type": "string", "pattern": "^(a+)+$"});
    let shape = JsonShape { name: "x".into(), schema: Arc::new(evil), strict: false };
    let value = json!(format!("{}!", "a".repeat(40)));
    assert_eq!(shape.violations(&value).len(), 1, "a backtracking matcher would not come back");
}
