//! The worked example of the specification, event by event.

use std::time::Duration;

use aragora_core::agents::{AgentReply, Attempt, FnAgent, TargetId};
use aragora_core::clock::Clock as _;
use aragora_core::debate::{
    AttemptOutcome, Ballot, CheckScope, CostSource, Event, InvalidWhy, Outcome, Phase, Record, StopCause, Verdict,
    VoteStatus,
};
use aragora_core::engine::{Check, DebateBuilder};
use aragora_core::{AgentId, Error, ErrorKind};
use aragora_tests::agents::agent_id;
use aragora_tests::stage::{Played, Stage, ids};
use serde_json::json;

fn of(target: &str, severity: u8) -> serde_json::Value {
    json!({"target": target, "issues": ["too short"], "suggestions": [], "severity": severity, "reasoning": "r"})
}

// Seats a and b answer alike, c otherwise; c fails twice in its layers when it should revise, and refuses to vote.
fn example(stage: &Stage) -> DebateBuilder {
    let vote_for_a = |more: &'static str| {
        move |request: &aragora_core::agents::AgentRequest| {
            let aragora_core::debate::Expect::Ballot(shape) = &request.expect else {
                panic!("a vote asks for a ballot")
            };
            // The option of a and b is the one whose text says keep.
            let said = request.messages.iter().map(|m| m.text.to_string()).collect::<String>();
            let label = shape
                .labels
                .iter()
                .find(|label| {
                    let at = said.find(&format!("Option {}:", label.label)).expect("the option is listed");
                    said[at..].find("keep").unwrap_or(usize::MAX) < said[at..].find("drop").unwrap_or(usize::MAX)
                })
                .expect("one option says keep");
            aragora_core::agents::ScriptStep::reply(format!("CHOICE: {}\n{more}", label.label))
        }
    };
    let a = stage
        .seat("a")
        .on(Phase::Answer, "FINAL ANSWER: keep")
        .on(Phase::Critique, AgentReply::text(json!({"critiques": [of("b", 1), of("c", 3)]}).to_string()))
        .on(Phase::Revise, "FINAL ANSWER: keep")
        .on(Phase::Vote, aragora_core::agents::ScriptStep::by(vote_for_a("CONFIDENCE: 0.9\nREASON: it works")));
    let b = stage
        .seat("b")
        .on(Phase::Answer, "FINAL ANSWER: keep")
        .on(Phase::Critique, AgentReply::text(json!({"critiques": [of("a", 2), of("c", 2)]}).to_string()))
        .on(Phase::Revise, "FINAL ANSWER: keep")
        .on(Phase::Vote, aragora_core::agents::ScriptStep::by(vote_for_a("CONFIDENCE: 85")));
    let clock = stage.clock.clone();
    let c = FnAgent::new(agent_id("c"), move |request, output| {
        let now = clock.now();
        async move {
            match request.phase {
                Phase::Answer => Ok("FINAL ANSWER: drop".to_owned()),
                Phase::Critique => Ok(json!({"critiques": [of("a", 6), of("c", 1)]}).to_string()),
                Phase::Revise => {
                    for _ in 0..2 {
                        output.record(Attempt {
                            target: TargetId::new("test/c"),
                            started: now,
                            outcome: AttemptOutcome::Failed,
                            code: Some("provider_error".into()),
                            usage: None,
                            cost: None,
                            cost_source: CostSource::Unknown,
                            request_id: None,
                            latency: Duration::ZERO,
                            hedge: false,
                        });
                    }
                    Err(Error::new(ErrorKind::ProviderError, "the server answered 500"))
                }
                _ => Ok("I refuse to vote.".to_owned()),
            }
        }
    });
    stage.debate("Keep the old API?").seat(a).seat(b).seat(c)
}

async fn played() -> (Stage, Played) {
    let stage = Stage::new();
    let played = stage.play(example(&stage)).await;
    (stage, played)
}

#[tokio::test]
async fn the_worked_example_is_recorded_event_by_event_as_specified() {
    let (_, played) = played().await;
    let turn = ["agent_attempt", "agent_message"];
    let mut expected = vec!["debate_start", "round_start", "step_start", "turn_start", "turn_start", "turn_start"];
    expected.extend([turn, turn, turn].concat());
    expected.extend(["step_end", "consensus_check"]);
    expected.extend(["step_start", "turn_start", "turn_start", "turn_start"]);
    expected.extend(["agent_attempt", "agent_message", "critique", "critique"]);
    expected.extend(["agent_attempt", "agent_message", "critique", "critique"]);
    expected.extend(["agent_attempt", "agent_message", "critique", "warning", "step_end"]);
    expected.extend(["step_start", "turn_start", "turn_start", "turn_start"]);
    expected.extend([turn, turn].concat());
    expected.extend(["agent_attempt", "agent_attempt", "turn_failed", "step_end"]);
    expected.extend(["step_start", "turn_start", "turn_start", "turn_start"]);
    expected.extend(["agent_attempt", "agent_message", "vote"]);
    expected.extend(["agent_attempt", "agent_message", "warning", "vote"]);
    expected.extend(["agent_attempt", "agent_message", "vote", "step_end", "consensus_check"]);
    expected.extend(["analysis", "round_end", "stop", "analysis", "analysis", "decision", "debate_end"]);
    assert_eq!(played.names(), expected);
    assert_eq!(played.warnings(), ["critique_dropped", "confidence_rejected"]);
}

#[tokio::test]
async fn the_worked_example_decides_as_specified() {
    let (_, played) = played().await;
    let decision = played.decision();
    assert_eq!(decision.outcome, Outcome::Decided);
    assert_eq!(decision.stop.cause, StopCause::Consensus);
    assert_eq!(decision.stop.round, 1);
    assert_eq!(decision.answer.as_ref().map(|a| &*a.value), Some("keep"));
    assert_eq!(decision.supporters, ids(&["a", "b"]));
    assert_eq!(decision.invalid, ids(&["c"]));
    let empty: [&Vec<AgentId>; 4] = [&decision.dissenters, &decision.abstained, &decision.failed, &decision.not_asked];
    assert!(empty.iter().all(|list| list.is_empty()));
    assert_eq!(decision.verdict, Verdict::ApprovedWithConditions);
    assert_eq!((decision.confidence.value, decision.confidence.method.as_str()), (1.0, "support_share"));
    assert_eq!((decision.calls.made, decision.calls.planned, decision.calls.saved), (12, 21, 9));
    assert_eq!(decision.calls.failed, 1);
    assert!(!decision.partial);

    assert_eq!(decision.dissent.len(), 1);
    let dissent = &decision.dissent[0];
    assert_eq!(dissent.seat, agent_id("c"));
    assert_eq!(&*dissent.view, "FINAL ANSWER: drop", "c dissents by its answer of the Answer phase");
    assert!((dissent.severity - 0.6).abs() < 1e-9, "its highest critique of the winner was 6");

    assert!(decision.vote_only.same_as_decision && decision.vote_only.complete);
    assert_eq!(decision.vote_only.answer.as_ref().map(|a| &*a.value), Some("keep"));
    assert_eq!(decision.vote_only.calls, 3);
}

#[tokio::test]
async fn the_worked_example_counts_two_of_three_with_a_quorum_of_two() {
    let (_, played) = played().await;
    let checks: Vec<_> = played
        .log
        .iter()
        .filter_map(|record| match &record.event {
            Event::ConsensusCheck(body) => Some(body),
            _ => None,
        })
        .collect();
    assert_eq!(checks[0].scope, CheckScope::Gate);
    assert_ne!(checks[0].outcome, Outcome::Decided, "groups of two and one do not pass a gate that wants all");
    let tally = &checks[1].tally;
    assert_eq!(checks[1].scope, CheckScope::Round);
    assert_eq!((tally.counted.to_f64(), tally.electorate.to_f64()), (2.0, 3.0));
    assert_eq!((tally.quorum.needed, tally.quorum.present, tally.quorum.met), (2, 2, true));

    let votes: Vec<(&str, VoteStatus, Option<f64>)> =
        played.decision().votes.iter().map(|vote| (vote.voter.as_str(), vote.status, vote.confidence)).collect();
    assert_eq!(
        votes,
        [("a", VoteStatus::Cast, Some(0.9)), ("b", VoteStatus::Cast, None), ("c", VoteStatus::Invalid, None)]
    );
    let c = played.decision().votes.last().and_then(|vote| vote.ballot.clone());
    assert!(matches!(c, Some(Ballot::Invalid { why: InvalidWhy::NoBallot, ref raw }) if raw == "I refuse to vote."));
}

#[tokio::test]
async fn the_worked_example_replays_to_the_same_bytes_and_repeats_itself() {
    let (stage, first) = played().await;
    let report = stage.engine.replay(&first.log, Check::Strict).unwrap();
    assert!(report.matches, "{:?}", report.difference);
    // Seed, clock and replies are the same: so is everything but the id that was drawn.
    let (_, second) = played().await;
    let shape = |record: &Record| (record.seq, record.at, record.round, record.event.name());
    assert_eq!(first.log.iter().map(shape).collect::<Vec<_>>(), second.log.iter().map(shape).collect::<Vec<_>>());
}
