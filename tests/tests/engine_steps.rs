//! How steps end: joins, stragglers, retries, benches, panics, broken protocols.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aragora_core::agents::{Agent, AgentProfile, AgentReply, AgentRequest, FnAgent, Output, ScriptedAgent};
use aragora_core::debate::{
    AgentKind, DebateOptions, Event, GiveUp, Grace, Join, Outcome, Phase, Record, RuleKind, Share, StepWhy, StopCause,
    StopReason, Transcript, VoteStatus,
};
use aragora_core::engine::{Check, DebateBuilder};
use aragora_core::protocols::{Checkpoint, DebateProtocol, Draft, ProtocolInfo, Simultaneous, Step, VoteOnlyProtocol};
use aragora_core::{Error, ErrorKind, Result};
use aragora_tests::agents::agent_id;
use aragora_tests::stage::{Played, Stage, ids};
use async_trait::async_trait;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

const GRACE: Grace = Grace { at_least_ms: 250, elapsed_thousandths: 500 };

/// Seats that answer yes after so many milliseconds each.
fn after(stage: &Stage, waits: &[u64]) -> DebateBuilder {
    let seat = |i: usize, wait: u64| stage.seat(&format!("s{i}")).delay(ms(wait)).reply("FINAL ANSWER: yes");
    waits.iter().enumerate().fold(stage.debate("Ship it?"), |debate, (i, wait)| debate.seat(seat(i, *wait)))
}

fn voting(debate: DebateBuilder, join: Join) -> DebateBuilder {
    debate.protocol(VoteOnlyProtocol::default()).options(DebateOptions { join, ..DebateOptions::default() })
}

fn at(played: &Played, found: impl Fn(&Event) -> bool) -> Vec<i64> {
    let start = played.log[0].at.as_millis();
    played.log.iter().filter(|record| found(&record.event)).map(|record| record.at.as_millis() - start).collect()
}

fn cancelled(log: &[Record]) -> Vec<(String, GiveUp)> {
    log.iter()
        .filter_map(|record| match &record.event {
            Event::TurnCancelled(body) => Some((body.seat.to_string(), body.why)),
            _ => None,
        })
        .collect()
}

fn failures(log: &[Record]) -> Vec<(String, String)> {
    log.iter()
        .filter_map(|record| match &record.event {
            Event::TurnFailed(body) => Some((body.seat.to_string(), body.error.code.clone())),
            _ => None,
        })
        .collect()
}

fn step_ends(log: &[Record]) -> Vec<StepWhy> {
    log.iter()
        .filter_map(|record| match &record.event {
            Event::StepEnd(body) => Some(body.why),
            _ => None,
        })
        .collect()
}

fn replays(stage: &Stage, played: &Played) {
    let report = stage.engine.replay(&played.log, Check::Strict).unwrap();
    assert!(report.matches, "{:?}", report.difference);
}

#[tokio::test]
async fn a_quorum_gives_stragglers_a_quarter_second_or_half_the_time_elapsed() {
    // The quorum is in after 100 ms: half of that is less than 250 ms.
    for (quorum_at, end) in [(100, 350), (2_000, 3_000)] {
        let stage = Stage::new();
        let debate = voting(after(&stage, &[quorum_at, quorum_at, 60_000]), Join::Quorum { min: 2, grace: GRACE });
        let played = stage.play(debate).await;
        assert_eq!(at(&played, |e| matches!(e, Event::StepEnd(_))), [end]);
        assert_eq!(step_ends(&played.log), [StepWhy::Quorum]);
        assert_eq!(cancelled(&played.log), [("s2".to_owned(), GiveUp::Quorum)]);
        let decision = played.decision();
        assert_eq!((&decision.supporters, &decision.not_asked), (&ids(&["s0", "s1"]), &ids(&["s2"])));
        replays(&stage, &played);
    }
}

#[tokio::test]
async fn a_straggler_that_makes_the_grace_counts_and_ends_the_step_at_once() {
    let stage = Stage::new();
    let played = stage.play(voting(after(&stage, &[100, 100, 340]), Join::Quorum { min: 2, grace: GRACE })).await;
    assert_eq!(at(&played, |e| matches!(e, Event::StepEnd(_))), [340]);
    assert_eq!(played.decision().supporters.len(), 3);
    replays(&stage, &played);
}

#[tokio::test]
async fn a_quorum_waits_for_usable_replies_only() {
    let stage = Stage::new();
    let refuses = AgentReply { stop: StopReason::Refusal, text: "no".into(), ..AgentReply::default() };
    let debate = after(&stage, &[500, 600])
        .seat(stage.seat("r").delay(ms(10)).reply(refuses))
        .seat(stage.seat("f").delay(ms(20)).fail(ErrorKind::Blocked))
        .seat(stage.seat("late").delay(ms(30_000)).reply("FINAL ANSWER: yes"));
    let played = stage.play(voting(debate, Join::Quorum { min: 2, grace: GRACE })).await;
    assert_eq!(at(&played, |e| matches!(e, Event::StepEnd(_))), [900], "600 ms and half of it as grace");
    replays(&stage, &played);
}

#[tokio::test]
async fn the_first_usable_reply_ends_a_step_that_wants_one() {
    let stage = Stage::new();
    let debate = after(&stage, &[300, 200, 100]).seat(stage.seat("f").fail(ErrorKind::Blocked));
    let debate = debate.protocol(Simultaneous::default()).rounds(1);
    let options = DebateOptions { join: Join::First, step_min: 1, ..DebateOptions::default() };
    let played = stage.play(debate.options(options)).await;
    assert_eq!(at(&played, |e| matches!(e, Event::StepEnd(_))), [100]);
    assert_eq!(cancelled(&played.log), [("s0".to_owned(), GiveUp::Quorum), ("s1".to_owned(), GiveUp::Quorum)]);
    replays(&stage, &played);
}

#[tokio::test]
async fn a_consensus_join_counts_after_every_reply_and_cancels_the_rest() {
    let stage = Stage::new();
    let join = Join::Consensus(RuleKind::CountAboveFloor { share: Share::TWO_THIRDS }.into());
    // floor(2 * 4 / 3) = 2, so the third equal answer decides.
    let played = stage.play(voting(after(&stage, &[400, 300, 200, 100]), join)).await;
    assert_eq!(at(&played, |e| matches!(e, Event::StepEnd(_))), [300]);
    assert_eq!(step_ends(&played.log), [StepWhy::Consensus]);
    assert_eq!(cancelled(&played.log), [("s0".to_owned(), GiveUp::Consensus)]);
    let decision = played.decision();
    assert_eq!((&decision.supporters, &decision.not_asked), (&ids(&["s1", "s2", "s3"]), &ids(&["s0"])));
    assert_eq!(decision.votes[0].status, VoteStatus::NotAsked);
    replays(&stage, &played);
}

/// Answers after its time whatever it is told: it neither hears the token nor minds the deadline.
#[derive(Debug)]
struct Deaf {
    stage: Stage,
    wait: Duration,
}

#[async_trait]
impl Agent for Deaf {
    fn profile(&self) -> AgentProfile {
        AgentProfile::new(agent_id("deaf"), AgentKind::Foreign)
    }

    async fn respond(&self, _: AgentRequest, _: Output) -> Result<AgentReply> {
        use aragora_core::clock::Clock as _;
        self.stage.clock.sleep_until(self.stage.clock.monotonic() + self.wait).await;
        Ok(AgentReply::text("FINAL ANSWER: no"))
    }
}

#[tokio::test]
async fn what_is_answered_after_the_step_is_counted_nowhere() {
    let stage = Stage::new();
    // Its answer comes 100 ms after the others' grace, while the engine still waits for it to stop.
    let debate = after(&stage, &[100, 100]).seat(Deaf { stage: stage.clone(), wait: ms(450) });
    let played = stage.play(voting(debate, Join::Quorum { min: 2, grace: GRACE })).await;
    assert_eq!(cancelled(&played.log), [("deaf".to_owned(), GiveUp::Quorum)]);
    let decision = played.decision();
    assert_eq!(decision.not_asked, ids(&["deaf"]));
    assert!(!played.log.iter().any(|r| matches!(&r.event, Event::AgentMessage(m) if m.seat.as_str() == "deaf")));
    assert_eq!(decision.tally.rows.len(), 1, "its answer is no option");
    replays(&stage, &played);
}

#[tokio::test]
async fn an_agent_that_ignores_its_deadline_is_given_up_a_quarter_second_later() {
    let stage = Stage::new();
    let debate = after(&stage, &[10, 10]).seat(Deaf { stage: stage.clone(), wait: Duration::from_secs(600) });
    let limits = aragora_core::debate::Limits { turn_timeout: ms(5_000), ..Default::default() };
    let played = stage.play(debate.limits(limits).protocol(VoteOnlyProtocol::default())).await;
    assert_eq!(at(&played, |e| matches!(e, Event::TurnFailed(_))), [5_250]);
    assert_eq!(failures(&played.log), [("deaf".to_owned(), "deadline_exceeded".to_owned())]);
    let vote = played.decision().votes.last().unwrap();
    assert_eq!(vote.status, VoteStatus::TimedOut);
    assert_eq!(played.decision().failed, ids(&["deaf"]));
}

#[tokio::test]
async fn too_few_replies_are_asked_for_once_more_if_that_can_help() {
    let stage = Stage::new();
    let flaky = |id: &str, kind| stage.seat(id).fail(kind).reply("FINAL ANSWER: yes");
    let debate = stage
        .debate("Ship it?")
        .seat(stage.seat("a").reply("FINAL ANSWER: yes"))
        .seat(flaky("b", ErrorKind::Overloaded))
        .seat(flaky("c", ErrorKind::Blocked));
    let played = stage.play(debate.protocol(VoteOnlyProtocol::default())).await;
    assert_eq!(played.asked()[&Phase::Answer], 5, "three asks, then the two that failed once more");
    let retries: Vec<Option<u32>> = played
        .log
        .iter()
        .filter_map(|record| match &record.event {
            Event::StepStart(body) => Some(body.retry_of),
            _ => None,
        })
        .collect();
    assert_eq!(retries, [None, Some(0)]);
    assert_eq!(played.decision().supporters.len(), 3);
    replays(&stage, &played);
}

#[tokio::test]
async fn too_few_replies_without_a_retryable_error_lose_the_quorum() {
    let stage = Stage::new();
    let debate = stage
        .debate("Ship it?")
        .seat(stage.seat("a").reply("FINAL ANSWER: yes"))
        .seat(stage.seat("b").fail(ErrorKind::Blocked))
        .seat(stage.seat("c").fail(ErrorKind::Blocked));
    let played = stage.play(debate).await;
    let decision = played.decision();
    assert_eq!((decision.stop.cause, &decision.outcome), (StopCause::QuorumLost, &Outcome::NoQuorum));
    assert!(decision.partial && decision.answer.is_none());
    assert_eq!(played.asked()[&Phase::Answer], 3, "nobody is asked again");
    replays(&stage, &played);
}

#[tokio::test]
async fn a_retry_is_made_once_only() {
    let stage = Stage::new();
    let debate = ["a", "b", "c"]
        .iter()
        .fold(stage.debate("Ship it?"), |debate, name| debate.seat(stage.seat(name).fail(ErrorKind::Overloaded)));
    let played = stage.play(debate).await;
    let error = played.result.as_ref().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AllAgentsFailed);
    assert!(error.retryable(), "some cause is retryable");
    assert_eq!(played.asked()[&Phase::Answer], 6);
    for name in ["a", "b", "c"] {
        assert!(error.context()["causes"].contains(&format!("\"agent\":\"{name}\"")), "{error:?}");
    }
    assert!(error.context()["causes"].contains("overloaded"));
    replays(&stage, &played);
}

#[tokio::test]
async fn a_seat_is_benched_after_two_failures_in_a_row_and_a_success_between_resets_the_count() {
    let stage = Stage::new();
    let fails_twice = stage.seat("c").reply("FINAL ANSWER: x").fail(ErrorKind::Blocked);
    let now_and_then = (0..3).fold(stage.seat("d"), |seat, _| seat.reply("FINAL ANSWER: y").fail(ErrorKind::Blocked));
    let mut debate = stage.debate("Ship it?").protocol(Simultaneous::default()).rounds(6);
    for (name, answer) in [("a", "FINAL ANSWER: yes"), ("b", "FINAL ANSWER: no")] {
        debate = debate.seat(stage.seat(name).reply(answer));
    }
    let options = DebateOptions { stalemate: false, ..DebateOptions::default() };
    let played = stage.play(debate.seat(fails_twice.clone()).seat(now_and_then.clone()).options(options)).await;
    let benched: Vec<_> = played
        .log
        .iter()
        .filter_map(|record| match &record.event {
            Event::SeatBenched(body) => Some((body.seat.to_string(), body.after_failures, record.round)),
            _ => None,
        })
        .collect();
    assert_eq!(benched, [("c".to_owned(), 2, 3)]);
    assert_eq!((fails_twice.requests().len(), now_and_then.requests().len()), (3, 6), "a benched seat is not asked");
    replays(&stage, &played);
}

#[tokio::test]
async fn a_panicking_agent_is_a_failed_turn() {
    let stage = Stage::new();
    #[derive(Debug)]
    struct Panics;
    #[async_trait]
    impl Agent for Panics {
        fn profile(&self) -> AgentProfile {
            AgentProfile::new(agent_id("wild"), AgentKind::Foreign)
        }
        async fn respond(&self, _: AgentRequest, _: Output) -> Result<AgentReply> {
            panic!("a bug of the host")
        }
    }
    let function = FnAgent::new(agent_id("fn"), |_, _| async {
        if true {
            panic!("another bug");
        }
        Ok("")
    });
    let debate = after(&stage, &[1, 1]).seat(Panics).seat(function);
    let played = stage.play(debate.protocol(VoteOnlyProtocol::default())).await;
    let code = "agent_failed".to_owned();
    assert_eq!(failures(&played.log), [("wild".to_owned(), code.clone()), ("fn".to_owned(), code)]);
    assert_eq!(played.decision().supporters.len(), 2);
    assert_eq!(stage.engine.activity(), Default::default());
}

#[tokio::test]
async fn replies_that_are_none_fail_their_turn_and_keep_what_was_said() {
    let stopped = |stop| AgentReply { text: "FINAL ANSWER: no".into(), stop, ..AgentReply::default() };
    for (reply, code, kept) in [
        (stopped(StopReason::Pause), "invalid_reply", Some(16)),
        (stopped(StopReason::ToolCalls), "invalid_reply", Some(16)),
        (AgentReply::text("x".repeat((4 << 20) + 1)), "reply_too_large", Some(4_096)),
        (AgentReply::text("\u{200b}ü".repeat(1 << 20)), "reply_too_large", Some(4_095)),
        (AgentReply::text(" "), "empty_reply", None),
    ] {
        let stage = Stage::new();
        // A foreign agent: nothing of ours looks at its reply before the engine does.
        #[derive(Debug)]
        struct Says(AgentReply);
        #[async_trait]
        impl Agent for Says {
            fn profile(&self) -> AgentProfile {
                AgentProfile::new(agent_id("odd"), AgentKind::Foreign)
            }
            async fn respond(&self, _: AgentRequest, _: Output) -> Result<AgentReply> {
                Ok(self.0.clone())
            }
        }
        let debate = after(&stage, &[1, 1]).seat(Says(reply)).protocol(VoteOnlyProtocol::default());
        let played = stage.play(debate).await;
        let failed = played.log.iter().find_map(|record| match &record.event {
            Event::TurnFailed(body) => Some(body),
            _ => None,
        });
        let failed = failed.expect("the turn failed");
        assert_eq!(failed.error.code, code);
        assert_eq!(failed.partial_text.as_ref().map(|text| text.len()), kept);
        assert_eq!(failed.error.reason.contains("digest"), code == "reply_too_large");
        assert_eq!(played.decision().failed, ids(&["odd"]));
        replays(&stage, &played);
    }
}

#[tokio::test]
async fn a_reply_of_exactly_four_mebibytes_is_kept_whole() {
    let stage = Stage::new();
    let text = "x".repeat(4 << 20);
    let debate = after(&stage, &[1, 1]).seat(stage.seat("long").reply(text.clone()));
    let played = stage.play(debate.protocol(VoteOnlyProtocol::default())).await;
    assert!(played.log.iter().any(|r| matches!(&r.event, Event::AgentMessage(m) if *m.text == *text)));
}

/// What a broken protocol does, and where.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Break {
    PanicInNext,
    PanicInDecide,
    PanicInCheckpoint,
    ErrorInNext,
    ErrorInDecide,
    ErrorInCheckpoint,
    Impure,
    AsksAStranger,
    AsksTwice,
    WrongRound,
    TooManyCalls,
}

#[derive(Debug)]
struct Broken {
    how: Break,
    asked: AtomicU32,
}

impl DebateProtocol for Broken {
    fn describe(&self) -> ProtocolInfo {
        let most = if self.how == Break::TooManyCalls { 1 } else { 100 };
        ProtocolInfo::new("broken", "1").with_planned_calls(move |_, _| most)
    }

    fn next(&self, t: &Transcript) -> Result<Step> {
        if t.round() == 0 && self.how != Break::TooManyCalls {
            return t.ask(Phase::Answer, "Answer.", None);
        }
        match self.how {
            Break::PanicInNext => panic!("next is broken"),
            Break::ErrorInNext => Err(Error::new(ErrorKind::Internal, "next is broken")),
            Break::Impure => {
                let n = self.asked.fetch_add(1, Ordering::Relaxed);
                t.ask(Phase::Answer, &format!("Answer {n}."), None)
            }
            Break::TooManyCalls => t.ask(Phase::Answer, "Answer.", None),
            Break::AsksAStranger | Break::AsksTwice | Break::WrongRound => {
                let Step::Ask(mut step) = t.ask(Phase::Answer, "Answer.", None)? else { return Ok(Step::finish()) };
                match self.how {
                    Break::AsksAStranger => step.asks[0].seat = agent_id("stranger"),
                    Break::AsksTwice => step.asks[1].turn = step.asks[0].turn.clone(),
                    _ => step.round = 9,
                }
                Ok(Step::Ask(step))
            }
            _ => Ok(Step::finish()),
        }
    }

    fn checkpoint(&self, _: &Transcript) -> Result<Option<Checkpoint>> {
        match self.how {
            Break::PanicInCheckpoint => panic!("checkpoint is broken"),
            Break::ErrorInCheckpoint => Err(Error::new(ErrorKind::Internal, "checkpoint is broken")),
            _ => Ok(None),
        }
    }

    fn decide(&self, t: &Transcript) -> Result<Draft> {
        match self.how {
            Break::PanicInDecide => panic!("decide is broken"),
            Break::ErrorInDecide => Err(Error::new(ErrorKind::Internal, "decide is broken")),
            _ => Ok(Draft::newest(t)),
        }
    }
}

#[tokio::test]
async fn a_broken_protocol_fails_its_debate_and_nothing_else() {
    for how in [
        Break::PanicInNext,
        Break::PanicInDecide,
        Break::PanicInCheckpoint,
        Break::ErrorInNext,
        Break::ErrorInDecide,
        Break::ErrorInCheckpoint,
        Break::Impure,
        Break::AsksAStranger,
        Break::AsksTwice,
        Break::WrongRound,
        Break::TooManyCalls,
    ] {
        let stage = Stage::new();
        let debate = after(&stage, &[1, 1]).protocol(Broken { how, asked: AtomicU32::new(0) });
        let played = stage.play(debate).await;
        let error = played.result.as_ref().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ProtocolFailed, "{how:?}: {error:?}");
        assert!(!error.retryable());
        assert_eq!(played.names().last(), Some(&"debate_failed"), "{how:?}");
        let calls = if how == Break::TooManyCalls { 0 } else { 2 };
        assert_eq!(played.asked().values().sum::<usize>(), calls, "{how:?}: a broken step asks nobody");
        assert_eq!(stage.engine.activity(), Default::default());
    }
}

#[tokio::test]
async fn a_panicking_rule_of_the_host_ends_the_debate_with_an_error() {
    #[derive(Debug)]
    struct Wild;
    impl aragora_core::consensus::DecisionRule for Wild {
        fn name(&self) -> &'static str {
            "wild"
        }
        fn ballots(&self) -> aragora_core::debate::BallotKind {
            aragora_core::debate::BallotKind::Choice
        }
        fn tally(
            &self,
            _: &aragora_core::consensus::Electorate,
            _: &[aragora_core::debate::CastVote],
        ) -> aragora_core::debate::Tally {
            panic!("the rule is broken")
        }
    }
    let stage = Stage::new();
    let engine = aragora_core::engine::Engine::builder()
        .parts(stage.engine.parts().clone())
        .rule(Arc::new(Wild))
        .build()
        .unwrap();
    let mut debate = engine.debate("Ship it?".into()).protocol(VoteOnlyProtocol::default());
    for name in ["a", "b"] {
        debate = debate.seat(stage.seat(name).reply("FINAL ANSWER: yes"));
    }
    let handle = debate.rule(RuleKind::Custom { rule: "wild".into() }).start().await.unwrap();
    let error = stage.until(handle.result()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal, "{error:?}");
    assert!(error.reason().contains("the rule is broken"));
    assert_eq!(engine.activity(), Default::default());
}

#[tokio::test]
async fn a_sequential_step_asks_one_after_the_other() {
    let stage = Stage::new();
    let shared: Vec<ScriptedAgent> = (0..3).map(|i| stage.seat(&format!("s{i}"))).collect();
    let debate = shared.iter().fold(stage.debate("Ship it?"), |debate, seat| {
        debate.seat(seat.clone().delay(ms(100)).reply("FINAL ANSWER: yes"))
    });
    let options = DebateOptions { stop_when: None, ..DebateOptions::default() };
    let debate = debate.protocol(aragora_core::protocols::Sequential::default()).options(options).rounds(1);
    let played = stage.play(debate).await;
    assert_eq!(at(&played, |e| matches!(e, Event::TurnStart(_))), [0, 100, 200]);
    let limits = aragora_core::debate::Limits { max_parallel: 2, ..Default::default() };
    let stage = Stage::new();
    let played = stage.play(after(&stage, &[100; 5]).limits(limits).protocol(VoteOnlyProtocol::default())).await;
    assert_eq!(at(&played, |e| matches!(e, Event::TurnStart(_))), [0, 0, 100, 100, 200], "two at a time");
}
