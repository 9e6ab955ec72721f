//! When debates stop and why, and what the protocols do that others do not: synthesis, samples, pruning, warming.

use std::sync::Arc;
use std::time::Duration;

use aragora_core::agents::{AgentProfile, AgentReply, AgentRequest, ScriptStep, ScriptedAgent, Seat};
use aragora_core::clock::ManualClock;
use aragora_core::debate::{
    AgentKind, CheckScope, DebateOptions, Event, Fixed6, GatePolicy, Limits, Outcome, Phase, RuleKind, StopCause,
};
use aragora_core::engine::Engine;
use aragora_core::protocols::{Critique, Dynamic, Sequential, Simultaneous, VoteOnlyProtocol};
use aragora_core::telemetry::Parts;
use aragora_core::{Aragora, ErrorKind};
use aragora_tests::agents::agent_id;
use aragora_tests::rehearsal::{Played, Rehearsal, fails, says};
use serde_json::json;

/// Seats a, b, c, .. that answer by the round: `rounds[round - 1][seat]` is the answer, `!` a failure.
async fn rounds(rounds: &'static [&'static str], options: DebateOptions) -> Played {
    let seats = rounds[0].len();
    let mut rehearsal = Rehearsal::new("Which?");
    for (i, id) in ["a", "b", "c", "d", "e"].into_iter().take(seats).enumerate() {
        rehearsal = rehearsal.seat(id, move |request| match rounds[request.round as usize - 1].as_bytes()[i] {
            b'!' => fails(),
            // Every round says it in other words, so that nobody repeats itself.
            answer => says(format!(
                "{}\nFINAL ANSWER: {}",
                ["one", "two", "three", "four", "five", "six"][request.round as usize - 1],
                char::from(answer)
            )),
        });
    }
    let rehearsal =
        rehearsal.with(|b| b.protocol(Simultaneous::default()).rounds(rounds.len() as u32).options(options));
    rehearsal.play().await.unwrap()
}

fn quiet() -> DebateOptions {
    DebateOptions { stop_when: None, stalemate: false, ..DebateOptions::default() }
}

fn stop(played: &Played) -> (StopCause, u32) {
    let decision = played.decision();
    assert_eq!(decision.stop.cause, played.cause());
    (decision.stop.cause, decision.rounds_used)
}

#[tokio::test]
async fn consensus_stops_as_soon_as_two_thirds_agree() {
    assert_eq!(stop(&rounds(&["xxy", "xxx"], DebateOptions::default()).await), (StopCause::Consensus, 1));
    assert_eq!(stop(&rounds(&["xyz", "xxy", "xxx"], DebateOptions::default()).await), (StopCause::Consensus, 2));
    assert_eq!(stop(&rounds(&["xyz", "xyz"], quiet()).await), (StopCause::MaxRounds, 2));
}

#[tokio::test]
async fn consensus_waits_for_the_first_round_it_may_stop_in() {
    let options = DebateOptions { min_rounds: 3, ..DebateOptions::default() };
    assert_eq!(stop(&rounds(&["xxx", "xxx", "xxx", "xxx"], options).await), (StopCause::Consensus, 3));
}

#[tokio::test]
async fn consensus_needs_the_deciding_rule_to_decide_too() {
    let mut rehearsal = Rehearsal::new("Which?");
    for (id, answer) in [("a", "x"), ("b", "x"), ("c", "y")] {
        rehearsal = rehearsal.seat(id, move |_| says(format!("FINAL ANSWER: {answer}")));
    }
    let options = DebateOptions { stalemate: false, ..DebateOptions::default() };
    let rehearsal = rehearsal.with(|b| {
        let unanimous = RuleKind::Unanimity { ignore_abstain: false };
        b.protocol(Simultaneous::default()).rule(unanimous).options(options)
    });
    let played = rehearsal.play().await.unwrap();
    assert_eq!(stop(&played), (StopCause::MaxRounds, 2));
    assert_ne!(played.decision().outcome, Outcome::Decided);
}

async fn gated(gate: GatePolicy, confidences: [&'static str; 3]) -> Played {
    let mut rehearsal = Rehearsal::new("Which?");
    for (id, confidence) in ["a", "b", "c"].into_iter().zip(confidences) {
        rehearsal = rehearsal.seat(id, move |request| match request.phase {
            Phase::Critique => says("fine"),
            _ => says(format!("CONFIDENCE: {confidence}\nFINAL ANSWER: x")),
        });
    }
    let options = DebateOptions { gate, ..DebateOptions::default() };
    rehearsal.with(|b| b.options(options).rounds(1)).play().await.unwrap()
}

#[tokio::test]
async fn the_gate_ends_a_debate_that_agrees_from_the_start() {
    let sure = ["0.9", "0.8", "0.8"];
    let least = GatePolicy::Confidence { min: Fixed6(800_000) };
    assert_eq!(stop(&gated(GatePolicy::Default, sure).await).0, StopCause::Gate);
    assert_eq!(gated(GatePolicy::Unanimous, sure).await.decision().calls.made, 3);
    assert_eq!(stop(&gated(least, sure).await).0, StopCause::Gate);
    assert_eq!(stop(&gated(least, ["0.9", "0.8", "0.79"]).await).0, StopCause::Consensus);
    let off = gated(GatePolicy::Off, sure).await;
    assert_eq!(stop(&off).0, StopCause::Consensus);
    // One group after revision: positions are the votes, n calls are saved.
    assert_eq!(off.decision().calls.made, 9);
}

async fn signals(value: serde_json::Value, seats: usize, saying: usize, limit: u32, options: DebateOptions) -> Played {
    let mut rehearsal = Rehearsal::new("Which?");
    for (i, id) in ["a", "b", "c", "d"].into_iter().take(seats).enumerate() {
        let value = value.clone();
        rehearsal = rehearsal.seat(id, move |request| {
            let text = format!("{id} {}\nFINAL ANSWER: {id}", request.round);
            let structured = (i < saying).then(|| value.clone());
            says(AgentReply { structured, ..AgentReply::text(text) })
        });
    }
    let rehearsal = rehearsal.with(|b| b.protocol(Simultaneous::default()).rounds(limit).options(options));
    rehearsal.play().await.unwrap()
}

#[tokio::test]
async fn readiness_takes_three_quarters_that_are_sure() {
    let on = || DebateOptions { readiness: true, ..quiet() };
    let sure = json!({"ready": true, "confidence": 0.8});
    assert_eq!(stop(&signals(sure.clone(), 4, 3, 3, on()).await), (StopCause::Readiness, 1));
    assert_eq!(stop(&signals(sure.clone(), 4, 2, 3, on()).await), (StopCause::MaxRounds, 3));
    assert_eq!(stop(&signals(sure, 4, 4, 3, quiet()).await), (StopCause::MaxRounds, 3));
    let unsure = json!({"ready": true, "confidence": 0.79});
    assert_eq!(stop(&signals(unsure, 4, 4, 3, on()).await), (StopCause::MaxRounds, 3));
}

#[tokio::test]
async fn stop_votes_count_among_those_who_said_and_late() {
    let on = || DebateOptions { readiness: true, ..quiet() };
    assert_eq!(stop(&signals(json!({"continue": false}), 4, 1, 4, on()).await), (StopCause::Readiness, 3));
    assert_eq!(stop(&signals(json!({"continue": true}), 4, 1, 4, on()).await), (StopCause::MaxRounds, 4));
}

#[tokio::test]
async fn stability_stops_where_the_vectors_say() {
    let on = || DebateOptions { stability: true, ..quiet() };
    assert_eq!(stop(&rounds(&["xxxxx"; 6], on()).await), (StopCause::Stability, 4));
    assert_eq!(stop(&rounds(&["xxxyz"; 6], on()).await), (StopCause::Stability, 3));
    let alternating = rounds(&["xxxyz", "xxyzw", "xxxyz", "xxyzw", "xxxyz", "xxyzw"], on()).await;
    assert_eq!(stop(&alternating), (StopCause::MaxRounds, 6));
}

#[tokio::test]
async fn three_who_repeat_themselves_are_stuck() {
    let mut rehearsal = Rehearsal::new("Which?");
    for id in ["a", "b", "c"] {
        rehearsal = rehearsal.seat(id, move |_| says(format!("I hold that it is {id}.\nFINAL ANSWER: {id}")));
    }
    let played = rehearsal.with(|b| b.protocol(Simultaneous::default()).rounds(6)).play().await.unwrap();
    assert_eq!(stop(&played), (StopCause::Stalemate, 3));
    // Other words for the same answer are movement.
    assert_eq!(stop(&rounds(&["xyz"; 5], DebateOptions::default()).await), (StopCause::MaxRounds, 5));
}

#[tokio::test]
async fn of_several_causes_the_first_is_named() {
    // Everybody agrees, is ready, repeats itself, and it is the last round: consensus comes first.
    let all = || DebateOptions { readiness: true, stability: true, ..DebateOptions::default() };
    let mut rehearsal = Rehearsal::new("Which?");
    for id in ["a", "b", "c"] {
        let value = json!({"ready": true, "confidence": 1.0});
        rehearsal = rehearsal.seat(id, move |_| {
            says(AgentReply { structured: Some(value.clone()), ..AgentReply::text("FINAL ANSWER: x") })
        });
    }
    let played = rehearsal.with(|b| b.protocol(Simultaneous::default()).rounds(1).options(all())).play().await.unwrap();
    assert_eq!(played.cause(), StopCause::Consensus);
    let played =
        signals(json!({"ready": true, "confidence": 1.0}), 4, 4, 1, DebateOptions { stop_when: None, ..all() }).await;
    assert_eq!(played.cause(), StopCause::Readiness);
}

#[tokio::test]
async fn too_few_usable_seats_end_a_debate_and_none_fails_it() {
    let played = rounds(&["xyz", "x!!", "xxx"], DebateOptions::default()).await;
    assert_eq!(played.cause(), StopCause::QuorumLost);
    let played = rounds(&["!!!"], DebateOptions::default()).await;
    assert_eq!(played.result.as_ref().unwrap_err().kind(), ErrorKind::AllAgentsFailed);
    assert_eq!(played.cause(), StopCause::AllFailed);
}

#[tokio::test]
async fn a_budget_stops_before_the_turns_it_cannot_pay() {
    let mut rehearsal = Rehearsal::new("Which?");
    for id in ["a", "b", "c"] {
        rehearsal = rehearsal.seat(id, move |r: &AgentRequest| says(format!("{}\nFINAL ANSWER: {id}", r.round)));
    }
    let limits = Limits { calls: Some(4), rounds: 3, ..Limits::default() };
    let played = rehearsal.with(|b| b.protocol(Simultaneous::default()).limits(limits)).play().await.unwrap();
    assert_eq!(stop(&played).0, StopCause::Budget);
    assert!(played.decision().partial && played.decision().calls.made <= 4);
}

#[tokio::test]
async fn a_sequential_debate_may_stop_after_any_turn() {
    let mut rehearsal = Rehearsal::new("Which?");
    for id in ["a", "b", "c"] {
        rehearsal = rehearsal.seat(id, move |_| says("FINAL ANSWER: x"));
    }
    let played = rehearsal.with(|b| b.protocol(Sequential::default())).play().await.unwrap();
    assert_eq!((stop(&played), played.decision().calls.made), ((StopCause::Consensus, 1), 2));
    let scopes = played.log.iter().filter_map(|record| match &record.event {
        Event::ConsensusCheck(check) => Some(check.scope),
        _ => None,
    });
    assert_eq!(scopes.collect::<Vec<_>>(), [CheckScope::Reply]);
}

#[tokio::test]
async fn of_several_samples_the_most_frequent_is_the_position() {
    let turn = |request: &AgentRequest| {
        request.id.as_str().rsplit('.').next().and_then(|k| k.parse::<usize>().ok()).unwrap_or(1)
    };
    let sampled = |answers: [&'static str; 3]| {
        move |request: &AgentRequest| match answers[turn(request) - 1] {
            "!" => fails(),
            answer => says(format!("FINAL ANSWER: {answer}")),
        }
    };
    let rehearsal = Rehearsal::new("Which?")
        .seat("a", sampled(["x", "x", "y"]))
        .seat("b", sampled(["y", "z", "y"]))
        // Equally frequent: the earlier one, whatever came last.
        .seat("c", sampled(["y", "z", "!"]));
    let protocol = VoteOnlyProtocol { samples: 3, ballots: false };
    let played = rehearsal.with(|b| b.protocol(protocol)).play().await.unwrap();
    let t = played.transcript();
    let positions: Vec<String> = t.positions().iter().map(|p| p.answer().unwrap().to_string()).collect();
    assert_eq!(positions, ["x", "y", "y"]);
    assert_eq!(stop(&played), (StopCause::Completed, 1));
    assert_eq!(played.decision().answer.as_ref().unwrap().value.as_ref(), "y");
    assert_eq!((played.decision().calls.made, played.decision().calls.planned), (9, 9));
}

fn critic(
    id: &'static str,
    answer: &'static str,
    choice: &'static str,
) -> impl Fn(&AgentRequest) -> ScriptStep + Send + Sync + 'static {
    move |request| match request.phase {
        Phase::Critique => says(json!({"critiques": []}).to_string()),
        Phase::Vote => {
            let text = request.messages.last().unwrap().text.clone();
            let label = text
                .split("Option ")
                .find(|part| part.contains(&format!("ANSWER: {choice}")))
                .and_then(|part| part.split(':').next())
                .unwrap_or("?");
            says(format!("CHOICE: {label}\nREASON: {id} prefers {choice}"))
        }
        Phase::Synthesize => says("Merged: keep, and mind the dissent."),
        _ => says(format!("{id} says so.\nFINAL ANSWER: {answer}")),
    }
}

fn panel(protocol: Critique) -> Rehearsal {
    Rehearsal::new("Keep it?")
        .seat("a", critic("a", "keep", "keep"))
        .seat("b", critic("b", "keep", "keep"))
        .seat("c", critic("c", "drop", "drop"))
        .with(|b| b.protocol(protocol).rounds(1))
}

#[tokio::test]
async fn a_synthesis_is_one_more_call_stored_beside_the_answer() {
    let plain = panel(Critique::default()).play().await.unwrap();
    let played = panel(Critique { synthesis: Some(agent_id("b")), ..Critique::default() }).play().await.unwrap();
    let (without, with) = (plain.decision().answer.clone().unwrap(), played.decision().answer.clone().unwrap());
    assert_eq!(with.synthesis.as_deref(), Some("Merged: keep, and mind the dissent."));
    assert_eq!((without.value, without.text, without.synthesis), (with.value, with.text, None));
    assert_eq!(played.decision().calls.made, plain.decision().calls.made + 1);
    assert_eq!(played.decision().calls.planned, plain.decision().calls.planned + 1);
    assert_eq!(stop(&played), stop(&plain));
    let asked = played.asked("b").into_iter().find(|request| request.phase == Phase::Synthesize).unwrap();
    let prompt = asked.messages.last().unwrap().text.clone();
    for part in ["kind=winner>>>\na says so.", "kind=dissent>>>\nc says so.", "c prefers drop"] {
        assert!(prompt.contains(part), "{part}: {prompt}");
    }
}

#[tokio::test]
async fn a_synthesis_that_fails_or_cannot_be_asked_changes_nothing_else() {
    let rehearsal = Rehearsal::new("Keep it?")
        .seat("a", critic("a", "keep", "keep"))
        .seat(
            "b",
            |request| if request.phase == Phase::Synthesize { fails() } else { critic("b", "keep", "keep")(request) },
        )
        .seat("c", critic("c", "drop", "drop"));
    let protocol = Critique { synthesis: Some(agent_id("b")), ..Critique::default() };
    let played = rehearsal.with(|b| b.protocol(protocol).rounds(1)).play().await.unwrap();
    assert_eq!((stop(&played).0, played.decision().outcome.clone()), (StopCause::Consensus, Outcome::Decided));
    assert_eq!(played.decision().answer.as_ref().unwrap().synthesis, None);
    let nobody = panel(Critique { synthesis: Some(agent_id("zed")), ..Critique::default() }).play().await.unwrap();
    assert_eq!(stop(&nobody).0, StopCause::Consensus);
    assert!(nobody.warnings().contains(&"closing_skipped"));
}

#[tokio::test]
async fn pairwise_critics_are_asked_about_one_target_at_a_time() {
    let played = panel(Critique { pairwise: true, ..Critique::default() }).play().await.unwrap();
    let critiques =
        played.asked("a").into_iter().filter(|request| request.phase == Phase::Critique).collect::<Vec<_>>();
    let t = played.transcript();
    let targets: Vec<String> = ["b", "c"].iter().map(|id| t.display_name(&agent_id(id))).collect();
    assert_eq!(critiques.len(), 2);
    for (request, target) in critiques.iter().zip(targets) {
        let text = &request.messages.last().unwrap().text;
        assert!(text.contains(&format!("Criticise the answers of {target}.")), "{text}");
    }
    // n + R(n(n - 1) + 2n)
    assert_eq!(played.decision().calls.planned, 3 + 6 + 6);
}

fn five(ranking: &'static str) -> Rehearsal {
    let mut rehearsal = Rehearsal::new("Which?");
    for id in ["a", "b", "c", "d", "e"] {
        rehearsal = rehearsal.seat(id, move |request| match request.phase {
            Phase::Rank if ranking == "!" => fails(),
            Phase::Rank => says(ranking),
            _ => says(format!("{}\nFINAL ANSWER: {id}", request.round)),
        });
    }
    rehearsal
}

async fn kept(ranking: &'static str) -> (Vec<String>, Played) {
    // One seat agrees with itself, so the check would end the debate before it is asked.
    let protocol = Dynamic { check_after_prune: false, ..Dynamic::default() };
    let played = five(ranking).with(|b| b.protocol(protocol).rounds(3)).play().await.unwrap();
    let t = played.transcript();
    let kept = t.turns().filter(|turn| turn.round == 3).map(|turn| turn.seat.to_string()).collect();
    (kept, played)
}

#[tokio::test]
async fn ranking_keeps_the_two_best_and_says_when_it_could_not() {
    let unusable = "ranking_unusable";
    for (ranking, seats) in
        [("The best are [2,4].", vec!["b", "d"]), ("[1, 5] as argued [sic]", vec!["a", "e"]), ("[3,3]", vec!["c"])]
    {
        let (kept, played) = kept(ranking).await;
        assert_eq!(kept, seats, "{ranking}");
        assert!(!played.warnings().contains(&unusable), "{ranking}");
        assert_eq!(played.decision().calls.planned, 2 * 5 + 3);
        assert_eq!(played.decision().calls.made, 10 + 1 + seats.len() as u64);
    }
    for ranking in ["none is better", "[2,9]", "[1,2,3]", "!"] {
        let (kept, played) = kept(ranking).await;
        assert_eq!(kept.len(), 2, "{ranking}");
        assert_eq!(played.warnings().iter().filter(|code| **code == unusable).count(), 1, "{ranking}");
    }
    assert_eq!(kept("nobody").await.0, kept("whoever").await.0, "the seed alone chooses");
}

#[tokio::test]
async fn kept_seats_that_agree_finish_without_another_call() {
    let mut rehearsal = Rehearsal::new("Which?");
    for (id, answer) in [("a", "x"), ("b", "y"), ("c", "x"), ("d", "z")] {
        rehearsal = rehearsal.seat(id, move |request| match request.phase {
            Phase::Rank => says("[1,3]"),
            _ => says(format!("{}\nFINAL ANSWER: {answer}", request.round)),
        });
    }
    let played = rehearsal.with(|b| b.protocol(Dynamic::default()).rounds(3)).play().await.unwrap();
    assert_eq!((stop(&played), played.decision().calls.made), ((StopCause::Consensus, 2), 9));
    assert_eq!(played.decision().answer.as_ref().unwrap().value.as_ref(), "x");
}

#[tokio::test]
async fn the_reply_that_completes_the_threshold_cancels_the_rest() {
    let mut rehearsal = Rehearsal::new("Which?");
    for id in ["a", "b", "c", "d"] {
        rehearsal = rehearsal.seat(id, move |_| if id == "d" { ScriptStep::Hang } else { says("FINAL ANSWER: x") });
    }
    let protocol = Dynamic { parallel: true, ..Dynamic::default() };
    let rehearsal = rehearsal.with(|b| b.protocol(protocol).rounds(3));
    let played = rehearsal.play().await.unwrap();
    assert_eq!((stop(&played), played.decision().calls.made), ((StopCause::Consensus, 1), 4));
    assert_eq!(played.decision().not_asked, [agent_id("d")]);
}

#[tokio::test]
async fn without_agreement_the_first_seen_of_the_most_frequent_wins() {
    let played = five("[2,4]").with(|b| b.protocol(Dynamic::default()).rounds(1)).play().await.unwrap();
    assert_eq!(played.decision().answer.as_ref().unwrap().value.as_ref(), "a");
}

#[tokio::test]
async fn warming_starts_one_seat_per_model_and_changes_no_record() {
    let clock = ManualClock::default();
    let run = async |warm_first: bool| {
        let engine = Engine::builder().parts(Parts::system().with_clock(clock.clone())).build().unwrap();
        let aragora = Aragora::with_engine(engine);
        let seat = |id: &str, model: &str| {
            let profile = AgentProfile {
                provider: "p".into(),
                model: model.into(),
                ..AgentProfile::new(agent_id(id), AgentKind::Scripted)
            };
            ScriptedAgent::new(agent_id(id)).with_profile(profile).with_clock(Arc::new(clock.clone()))
        };
        let slow = seat("a", "m").delay(Duration::from_secs(5)).reply("FINAL ANSWER: x");
        let same = seat("b", "m").reply("FINAL ANSWER: y");
        let other = seat("c", "n").reply("FINAL ANSWER: z");
        let options = DebateOptions { warm_first, ..DebateOptions::default() };
        let handle = aragora
            .debate("Which?")
            .seat(Seat::from(slow))
            .seat(same.clone())
            .seat(other.clone())
            .options(options)
            .protocol(VoteOnlyProtocol::default())
            .seed(7)
            .id("deb_warm".try_into().unwrap())
            .start()
            .await
            .unwrap();
        // What can happen without time passing has happened after this.
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
        let at_once = (same.requests().len(), other.requests().len());
        clock.advance(Duration::from_secs(2));
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
        let after_patience = same.requests().len();
        clock.advance(Duration::from_secs(3));
        let decision = handle.result().await.unwrap();
        let log = aragora.debates().log(&"default".try_into().unwrap(), handle.id()).await.unwrap();
        assert!(aragora.debates().replay(&log, aragora_core::engine::Check::Strict).unwrap().matches);
        let names: Vec<&str> = log.iter().map(|record| record.event.name()).collect();
        (at_once, after_patience, decision.calls.made, names)
    };
    let (at_once, after_patience, calls, mut names) = run(true).await;
    assert_eq!((at_once, after_patience, calls), ((0, 1), 1, 3));
    let (at_once, _, _, mut cold) = run(false).await;
    assert_eq!(at_once, (1, 1));
    names.sort_unstable();
    cold.sort_unstable();
    assert_eq!(names, cold);
}
