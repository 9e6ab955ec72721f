//! Budgets and deadlines: what a debate may use, and what becomes of it when that is used up.

use std::time::Duration;

use aragora_core::agents::AgentReply;
use aragora_core::debate::{DebateOptions, Event, GiveUp, Limits, Outcome, Phase, StepWhy, StopCause, Usage, Verdict};
use aragora_core::engine::{Check, DebateBuilder};
use aragora_core::protocols::{Simultaneous, VoteOnlyProtocol};
use aragora_tests::stage::{Played, Stage, ids};

fn used(text: &str, input: u64, output: u64) -> AgentReply {
    AgentReply {
        text: text.into(),
        usage: Some(Usage { input_total: input, output_total: output, ..Usage::default() }),
        ..AgentReply::default()
    }
}

fn seats(stage: &Stage, reply: &AgentReply, n: usize) -> DebateBuilder {
    (0..n).fold(stage.debate("Ship it?"), |debate, i| {
        debate.seat(stage.seat(&format!("s{i}")).reply(reply.clone()).on(Phase::Vote, "CHOICE: A"))
    })
}

fn skipped(played: &Played) -> Vec<(String, GiveUp)> {
    let found = played.log.iter().filter_map(|record| match &record.event {
        Event::TurnSkipped(body) => Some((body.seat.to_string(), body.why)),
        _ => None,
    });
    found.collect()
}

fn replays(stage: &Stage, played: &Played) {
    let report = stage.engine.replay(&played.log, Check::Strict).unwrap();
    assert!(report.matches, "{:?}", report.difference);
}

fn never_early() -> DebateOptions {
    DebateOptions { stop_when: None, stalemate: false, ..DebateOptions::default() }
}

#[tokio::test]
async fn a_step_that_cannot_be_afforded_is_not_begun_and_what_exists_decides() {
    let stage = Stage::new();
    let limits = Limits { calls: Some(4), rounds: 5, ..Limits::default() };
    let debate = seats(&stage, &used("FINAL ANSWER: yes", 1, 1), 3).protocol(Simultaneous::default());
    let played = stage.play(debate.limits(limits).options(never_early())).await;
    let decision = played.decision();
    assert_eq!(decision.stop.cause, StopCause::Budget);
    assert!(decision.stop.detail.starts_with("calls"), "{}", decision.stop.detail);
    assert!(decision.partial);
    assert_eq!((decision.calls.made, decision.rounds_used), (3, 1), "one of three turns is fewer than two");
    assert_eq!((&decision.outcome, decision.supporters.len()), (&Outcome::Decided, 3));
    replays(&stage, &played);
}

#[tokio::test]
async fn seats_beyond_the_budget_are_skipped_and_not_asked() {
    let stage = Stage::new();
    let limits = Limits { calls: Some(2), ..Limits::default() };
    let debate = seats(&stage, &used("FINAL ANSWER: yes", 1, 1), 3).protocol(VoteOnlyProtocol::default());
    let played = stage.play(debate.limits(limits)).await;
    assert_eq!(skipped(&played), [("s2".to_owned(), GiveUp::Budget)]);
    let decision = played.decision();
    assert_eq!((&decision.supporters, &decision.not_asked), (&ids(&["s0", "s1"]), &ids(&["s2"])));
    assert_eq!(decision.calls.made, 2);
    assert!(!decision.vote_only.complete, "one seat was never asked");
    replays(&stage, &played);
}

#[tokio::test]
async fn a_budget_too_small_for_any_turn_decides_nothing() {
    for limits in [
        Limits { calls: Some(1), ..Limits::default() },
        Limits { output_tokens: Some(100), ..Limits::default() },
        Limits { input_tokens: Some(1), ..Limits::default() },
    ] {
        let stage = Stage::new();
        let played = stage.play(seats(&stage, &used("FINAL ANSWER: yes", 1, 1), 3).limits(limits)).await;
        let decision = played.decision();
        assert_eq!((decision.stop.cause, decision.calls.made), (StopCause::Budget, 0));
        assert_eq!((&decision.outcome, decision.verdict), (&Outcome::NoEvidence, Verdict::NoEvidence));
        assert!(decision.partial && decision.answer.is_none());
        assert_eq!(decision.not_asked.len(), 3);
        replays(&stage, &played);
    }
}

#[tokio::test]
async fn a_provider_that_reports_more_than_was_set_aside_is_settled_in_full_and_warned_about() {
    let stage = Stage::new();
    let limits = Limits { output_tokens: Some(1_000), max_output_tokens: 100, max_parallel: 1, ..Limits::default() };
    let debate = seats(&stage, &used("FINAL ANSWER: yes", 1, 950), 3).protocol(VoteOnlyProtocol::default());
    let played = stage.play(debate.limits(limits)).await;
    assert_eq!(played.warnings().iter().filter(|code| **code == "overrun").count(), 1);
    assert_eq!(skipped(&played), [("s1".to_owned(), GiveUp::Budget), ("s2".to_owned(), GiveUp::Budget)]);
    let decision = played.decision();
    assert_eq!(decision.usage.total.output, 950);
    assert_eq!(decision.stop.cause, StopCause::Budget, "the budget ended it, not the seats");
    let end = played.log.iter().find_map(|record| match &record.event {
        Event::StepEnd(body) => Some(body.why),
        _ => None,
    });
    assert_eq!(end, Some(StepWhy::Budget));
    replays(&stage, &played);
}

#[tokio::test]
async fn alerts_come_once_each_at_50_75_90_and_100_percent() {
    let stage = Stage::new();
    let limits = Limits { calls: Some(20), rounds: 10, ..Limits::default() };
    let debate = seats(&stage, &used("FINAL ANSWER: yes", 1, 1), 2).protocol(Simultaneous::default());
    let played = stage.play(debate.limits(limits).options(never_early())).await;
    let alerts: Vec<_> = played
        .log
        .iter()
        .filter_map(|record| match &record.event {
            Event::BudgetAlert(body) => Some((body.scope.as_str(), body.percent, body.spent, body.limit)),
            _ => None,
        })
        .collect();
    assert_eq!(
        alerts.iter().map(|alert| (alert.0, alert.1, alert.3)).collect::<Vec<_>>(),
        [("calls", 50, 20), ("calls", 75, 20), ("calls", 90, 20), ("calls", 100, 20)]
    );
    for (_, percent, spent, limit) in alerts {
        assert!(spent * 100 >= u64::from(percent) * limit);
    }
    replays(&stage, &played);
}

#[tokio::test]
async fn a_deadline_cancels_what_runs_and_decides_with_what_exists() {
    let stage = Stage::new();
    let waits = [100, 100, 60_000];
    let mut debate = stage.debate("Ship it?").protocol(VoteOnlyProtocol::default());
    for (i, wait) in waits.iter().enumerate() {
        let seat = stage.seat(&format!("s{i}")).delay(Duration::from_millis(*wait)).reply("FINAL ANSWER: yes");
        debate = debate.seat(seat);
    }
    // The last seat hears of the deadline itself; what it says about it comes at the same instant.
    let played = stage.play(debate.deadline(Duration::from_secs(5))).await;
    let decision = played.decision();
    assert!(decision.partial);
    assert_eq!(decision.stop.cause, StopCause::Deadline);
    assert_eq!((&decision.outcome, decision.supporters.len()), (&Outcome::Decided, 2));
    assert_eq!(played.log.last().unwrap().at.as_millis() - played.log[0].at.as_millis(), 5_000);
    assert_eq!(stage.engine.activity(), Default::default());
    replays(&stage, &played);
}

#[tokio::test]
async fn a_deadline_before_any_answer_decides_nothing() {
    let stage = Stage::new();
    let debate = ["a", "b"].iter().fold(stage.debate("Ship it?"), |debate, name| debate.seat(stage.seat(name).hang()));
    let played = stage.play(debate.deadline(Duration::from_secs(1))).await;
    let decision = played.decision();
    assert_eq!((decision.stop.cause, &decision.outcome), (StopCause::Deadline, &Outcome::NoEvidence));
    assert!(decision.partial && decision.answer.is_none() && decision.supporters.is_empty());
    replays(&stage, &played);
}
