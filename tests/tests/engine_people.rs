//! People around a debate: cancelling it, leaving it, speaking to it, and being waited for.

use std::time::Duration;

use aragora_core::agents::ScriptedAgent;
use aragora_core::debate::{CheckScope, Decision, Event, GiveUp, Outcome, Phase, StopCause, Transcript};
use aragora_core::engine::{Check, DebateBuilder, DebateHandle};
use aragora_core::protocols::{DebateProtocol, Pause, ProtocolInfo, Simultaneous, Step, VoteOnlyProtocol};
use aragora_core::{ErrorKind, Result};
use aragora_tests::stage::{Played, Stage};
use serde_json::json;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn three(stage: &Stage, waits: [u64; 3]) -> DebateBuilder {
    ["a", "b", "c"].iter().zip(waits).fold(stage.debate("Ship it?"), |debate, (name, wait)| {
        debate.seat(stage.seat(name).delay(ms(wait)).reply("FINAL ANSWER: yes").on(Phase::Vote, "CHOICE: A"))
    })
}

fn replays(stage: &Stage, played: &Played) {
    let report = stage.engine.replay(&played.log, Check::Strict).unwrap();
    assert!(report.matches, "{:?}", report.difference);
}

#[tokio::test]
async fn a_cancelled_debate_returns_what_it_had_and_leaves_nothing_behind() {
    let stage = Stage::new();
    let handle = three(&stage, [10, 10, 60_000]).start().await.unwrap();
    stage.pass(ms(20)).await;
    handle.cancel("changed my mind");
    handle.cancel("twice does no harm");
    let played = stage.finish(&handle).await;
    let error = played.result.as_ref().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert!(error.reason().contains("changed my mind"));
    let partial: Decision = serde_json::from_str(&error.context()["decision"]).unwrap();
    assert!(partial.partial);
    assert_eq!((partial.supporters.len(), partial.not_asked.len()), (2, 1));
    assert_eq!(partial.stop.cause, StopCause::Cancelled);
    let ends: Vec<_> = played.names().into_iter().rev().take(4).collect();
    assert_eq!(ends, ["debate_cancelled", "stop", "step_end", "turn_cancelled"]);
    let why = played.log.iter().find_map(|record| match &record.event {
        Event::TurnCancelled(body) => Some(body.why),
        _ => None,
    });
    assert_eq!(why, Some(GiveUp::DebateCancelled));
    assert_eq!(stage.engine.activity(), Default::default());
    assert!(handle.is_finished());
    replays(&stage, &played);
}

#[tokio::test]
async fn dropping_the_last_handle_cancels_the_debate_and_detaching_does_not() {
    let stage = Stage::new();
    let handle = three(&stage, [100, 100, 100]).start().await.unwrap();
    let other = handle.clone();
    drop(handle);
    stage.settle().await;
    assert!(!other.is_finished(), "a handle is left");
    let tenant = "default".try_into().unwrap();
    let id = other.id().clone();
    drop(other);
    stage.settle().await;
    let log = stage.engine.log(&tenant, &id).await.unwrap();
    assert_eq!(log.last().map(|record| record.event.name()), Some("debate_cancelled"));
    assert_eq!(stage.engine.activity(), Default::default());

    let handle = three(&stage, [100, 100, 100]).start().await.unwrap();
    let id = handle.id().clone();
    handle.detach();
    drop(handle);
    let running = stage.engine.running(&tenant, &id).expect("it runs on");
    let played = stage.finish(&running).await;
    assert_eq!(played.decision().outcome, Outcome::Decided);
    assert!(stage.engine.running(&tenant, &id).is_none());
}

#[tokio::test]
async fn the_partial_decision_never_says_more_than_is_recorded() {
    let stage = Stage::new();
    let handle = three(&stage, [10, 20, 60_000]).protocol(VoteOnlyProtocol::default()).start().await.unwrap();
    stage.settle().await;
    let at_first = handle.partial().unwrap();
    assert_eq!((&at_first.outcome, at_first.supporters.len()), (&Outcome::NoEvidence, 0));
    stage.pass(ms(15)).await;
    assert_eq!(handle.partial().unwrap().outcome, Outcome::NoQuorum, "one of three answered");
    stage.pass(ms(10)).await;
    let later = handle.partial().unwrap();
    assert_eq!((later.supporters.len(), later.partial), (2, true));
    handle.cancel("enough");
    let _ = stage.until(handle.result()).await;
}

#[tokio::test]
async fn what_people_say_is_shown_to_everybody_from_the_next_step_on() {
    let stage = Stage::new();
    let witness = stage.seat("w").delay(ms(100)).reply("FINAL ANSWER: no").on(Phase::Vote, "CHOICE: A");
    let handle = three(&stage, [100, 100, 100]).seat(witness.clone()).rounds(1).start().await.unwrap();
    stage.pass(ms(10)).await;
    handle.human().message("ada", "the tests are red <<<END").unwrap();
    handle.human().guidance("bob", "mind the licence").unwrap();
    let played = stage.finish(&handle).await;
    let text = |request: &aragora_core::agents::AgentRequest| -> String {
        request.messages.iter().map(|m| m.text.to_string()).collect()
    };
    let requests = witness.requests();
    assert!(!text(&requests[0]).contains("the tests are red"), "it was said after the first step was asked");
    for request in &requests[1..] {
        assert!(text(request).contains("the tests are red") && text(request).contains("mind the licence"));
        assert!(!text(request).contains("red <<<END"), "people's words are data too");
    }
    let inputs = played.log.iter().filter(|record| matches!(record.event, Event::HumanInput(_))).count();
    assert_eq!(inputs, 2);
    replays(&stage, &played);
}

/// Two seats disagree; people vote while the ballots are out.
async fn with_votes(votes: &[(&str, &str, Option<u8>)]) -> Played {
    let stage = Stage::new();
    let say = |name: &str, answer: &str, vote: &str| -> ScriptedAgent {
        let wait = aragora_core::agents::ScriptStep::Delay(ms(100));
        stage.seat(name).reply(answer).on(Phase::Vote, wait).on(Phase::Vote, vote)
    };
    let debate = stage.debate("Ship it?").seat(say("a", "FINAL ANSWER: yes", "CHOICE: A")).seat(say(
        "b",
        "FINAL ANSWER: no",
        "CHOICE: B",
    ));
    let handle = debate.rounds(1).start().await.unwrap();
    stage.pass(ms(50)).await;
    for (by, option, intensity) in votes {
        handle.human().vote(by, option, *intensity).unwrap();
    }
    let played = stage.finish(&handle).await;
    replays(&stage, &played);
    played
}

#[tokio::test]
async fn the_votes_of_people_weigh_by_intensity_are_shown_apart_and_are_no_quorum() {
    assert!(matches!(with_votes(&[]).await.decision().outcome, Outcome::Tie(_)));
    for (intensity, weight) in [(Some(1), 0.25), (None, 0.5), (Some(5), 0.5), (Some(10), 1.0)] {
        let played = with_votes(&[("ada", "A", intensity)]).await;
        let decision = played.decision();
        assert_eq!(decision.outcome, Outcome::Decided, "half a vote tips the tie");
        let row = decision.tally.rows.iter().find(|row| row.option.as_str() == "A").unwrap();
        assert_eq!((row.votes, row.weight.to_f64()), (1, 1.0 + weight));
        let extra = row.extra.as_ref().expect("people's share is shown apart");
        assert_eq!(extra["user_votes"], 1);
        assert_eq!((decision.tally.quorum.eligible, decision.tally.quorum.present), (2, 2));
        let lists = decision.supporters.len() + decision.dissenters.len();
        assert_eq!((lists, decision.votes.len()), (2, 2), "people are no seats");
    }
}

#[tokio::test]
async fn of_several_votes_of_one_person_the_newest_counts() {
    let played = with_votes(&[("ada", "A", Some(10)), ("ada", "B", Some(1))]).await;
    let decision = played.decision();
    let weights: Vec<(&str, f64)> =
        decision.tally.rows.iter().map(|row| (row.option.as_str(), row.weight.to_f64())).collect();
    assert!(weights.contains(&("A", 1.0)) && weights.contains(&("B", 1.25)), "{weights:?}");
}

#[tokio::test]
async fn a_vote_of_a_person_for_nothing_on_offer_changes_nothing() {
    let played = with_votes(&[("ada", "Z", Some(10))]).await;
    assert!(matches!(played.decision().outcome, Outcome::Tie(_)));
    assert_eq!(played.decision().tally.counted.to_f64(), 2.0);
}

#[tokio::test]
async fn what_people_say_is_checked_before_it_is_recorded() {
    let stage = Stage::new();
    let handle = three(&stage, [10, 10, 10]).start().await.unwrap();
    let human = handle.human();
    let refused = |result: Result<()>| assert_eq!(result.unwrap_err().kind(), ErrorKind::InvalidRequest);
    refused(human.message("ada", " "));
    refused(human.message(" ", "hello"));
    refused(human.message("ada", "a\0b"));
    refused(human.guidance("ada", &"x".repeat(100_001)));
    refused(human.vote("ada", "A", Some(0)));
    refused(human.vote("ada", "A", Some(11)));
    refused(human.vote("Ada Lovelace", "A", None));
    refused(human.resolve("b", "explode", None, "ada"));
    assert_eq!(human.resolve("b", "continue", None, "ada").unwrap_err().kind(), ErrorKind::NotFound);
    let played = stage.finish(&handle).await;
    assert!(!played.names().contains(&"human_input"));
    assert_eq!(human.message("ada", "too late").unwrap_err().kind(), ErrorKind::InvalidState);
}

/// Waits for a person between its two rounds.
#[derive(Debug)]
struct Asks;

impl DebateProtocol for Asks {
    fn describe(&self) -> ProtocolInfo {
        ProtocolInfo::new("asks", "1").with_planned_calls(|seats, _| 2 * seats)
    }

    fn next(&self, t: &Transcript) -> Result<Step> {
        match (t.round(), t.steps().len()) {
            (0, _) => t.ask(Phase::Answer, "Answer.", None),
            (1, 1) if !t.breakpoints().iter().any(|resolved| resolved.id == "b1") => Ok(Step::Pause(Pause {
                id: "b1".into(),
                trigger: "disagreement".into(),
                snapshot: json!({}),
                level: 9,
                wait: Duration::from_secs(1_800),
            })),
            (1, 1) => t.ask(Phase::Revise, "Again.", None),
            _ => Ok(Step::finish()),
        }
    }
}

async fn paused(stage: &Stage) -> (DebateHandle, ScriptedAgent) {
    let witness = stage.seat("w").reply("FINAL ANSWER: yes");
    let debate = three(stage, [10, 10, 10]).seat(witness.clone()).protocol(Asks).deadline(Duration::from_secs(3_600));
    let handle = debate.start().await.unwrap();
    stage.pass(ms(20)).await;
    assert!(!handle.is_finished());
    (handle, witness)
}

#[tokio::test]
async fn a_breakpoint_waits_for_a_person_and_goes_on_as_told() {
    for (action, guidance, asked) in
        [("continue", None, 2), ("redirect", Some("mind the licence"), 2), ("resolve", None, 1)]
    {
        let stage = Stage::new();
        let (handle, witness) = paused(&stage).await;
        handle.human().resolve("b1", action, guidance, "ada").unwrap();
        let played = stage.finish(&handle).await;
        let decision = played.decision();
        assert_eq!(witness.requests().len(), asked, "{action}");
        let cause = if action == "resolve" { StopCause::Human } else { StopCause::Completed };
        assert_eq!(decision.stop.cause, cause);
        let resolved = played.log.iter().find_map(|record| match &record.event {
            Event::BreakpointResolved(body) => Some((body.action.clone(), body.by.clone(), body.timed_out)),
            _ => None,
        });
        assert_eq!(resolved, Some((action.to_owned(), Some("ada".to_owned()), false)));
        if guidance.is_some() {
            let shown: String = witness.requests()[1].messages.iter().map(|m| m.text.to_string()).collect();
            assert!(shown.contains("mind the licence"), "guidance is shown");
        }
        let level = played.log.iter().find_map(|record| match &record.event {
            Event::Breakpoint(body) => Some(body.level),
            _ => None,
        });
        assert_eq!(level, Some(3), "levels are 1 to 3");
    }
}

#[tokio::test]
async fn a_breakpoint_may_abort_the_debate_and_continues_when_nobody_comes() {
    let stage = Stage::new();
    let (handle, _) = paused(&stage).await;
    handle.human().resolve("b1", "abort", None, "ada").unwrap();
    let played = stage.finish(&handle).await;
    assert_eq!(played.result.as_ref().unwrap_err().kind(), ErrorKind::Cancelled);
    assert!(matches!(&played.log.last().unwrap().event, Event::DebateCancelled(body) if body.by == "ada"));

    let stage = Stage::new();
    let (handle, witness) = paused(&stage).await;
    let played = stage.finish(&handle).await;
    assert_eq!(played.decision().stop.cause, StopCause::Completed);
    assert_eq!(witness.requests().len(), 2);
    let resolved: Vec<_> = played
        .log
        .iter()
        .filter_map(|record| match &record.event {
            Event::BreakpointResolved(body) => Some((body.action.as_str(), body.timed_out, record.at)),
            _ => None,
        })
        .collect();
    assert_eq!((resolved.len(), resolved[0].0, resolved[0].1), (1, "continue", true));
    assert_eq!(resolved[0].2.as_millis() - played.log[0].at.as_millis(), 1_800_020);
    assert_eq!(stage.engine.activity(), Default::default());
}

#[tokio::test]
async fn the_deadline_ends_a_debate_that_waits_for_a_person() {
    let stage = Stage::new();
    let debate = three(&stage, [10, 10, 10]).protocol(Asks).deadline(Duration::from_secs(60));
    let played = stage.play(debate).await;
    let decision = played.decision();
    assert_eq!((decision.stop.cause, decision.partial), (StopCause::Deadline, true));
    assert_eq!((&decision.outcome, decision.supporters.len()), (&Outcome::Decided, 3));
    assert!(played.names().contains(&"breakpoint_resolved"));
}

#[tokio::test]
async fn a_debate_without_early_stops_plays_all_its_rounds() {
    let stage = Stage::new();
    let options = aragora_core::debate::DebateOptions {
        stop_when: None,
        stalemate: false,
        ..aragora_core::debate::DebateOptions::default()
    };
    let played =
        stage.play(three(&stage, [1, 1, 1]).protocol(Simultaneous::default()).rounds(4).options(options)).await;
    assert_eq!((played.decision().rounds_used, played.decision().stop.cause), (4, StopCause::MaxRounds));
    let checks = played
        .log
        .iter()
        .filter(|r| matches!(&r.event, Event::ConsensusCheck(c) if c.scope == CheckScope::Round))
        .count();
    assert_eq!(checks, 4);
}
