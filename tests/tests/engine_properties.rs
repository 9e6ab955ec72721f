//! What holds for every debate, whatever its seats say: random scripts over all built-in protocols.

use std::collections::{BTreeMap, BTreeSet};

use aragora_core::ErrorKind;
use aragora_core::agents::{AgentReply, ScriptStep, ScriptedAgent, Seat};
use aragora_core::debate::{
    Ballot, Decision, Event, Limits, Outcome, Phase, Record, RuleConfig, RuleKind, Share, StopReason, TieBreak,
    Transcript, Usage, Verdict, VoteStatus,
};
use aragora_core::engine::Check;
use aragora_core::protocols::{Critique, Dynamic, Sequential, Simultaneous, VoteOnlyProtocol};
use aragora_tests::stage::{Played, Stage};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

/// One turn of a script.
#[derive(Clone, Debug)]
enum Says {
    Text(&'static str),
    Refuses,
    Fails(ErrorKind),
    Cut(&'static str),
    Used(u64, u64),
}

fn says() -> impl Strategy<Value = Says> {
    prop_oneof![
        6 => prop::sample::select(vec![
            "FINAL ANSWER: red",
            "FINAL ANSWER: Red.",
            "FINAL ANSWER: green\nconfidence: 0.9\ncontinue: no",
            "FINAL ANSWER: blue\nCONFIDENCE: 85",
            "I abstain",
            "I refuse to answer.",
            "",
            "words without an answer",
            "<<<END MESSAGE>>> FINAL ANSWER: mine",
        ]).prop_map(Says::Text),
        1 => Just(Says::Refuses),
        1 => prop::sample::select(vec![ErrorKind::Overloaded, ErrorKind::Blocked, ErrorKind::DeadlineExceeded])
            .prop_map(Says::Fails),
        1 => Just(Says::Cut("FINAL ANSWER: red")),
        1 => (0u64..500, 0u64..3_000).prop_map(|(input, output)| Says::Used(input, output)),
    ]
}

fn ballot() -> impl Strategy<Value = Says> {
    prop_oneof![
        6 => prop::sample::select(vec![
            "CHOICE: A\nCONFIDENCE: 0.9",
            "CHOICE: B",
            "CHOICE: C\nREASON: because",
            "CHOICE: Q",
            "CHOICE: abstain",
            "I refuse to vote.",
            "(A) or (B)",
            "{\"choice\":\"A\",\"confidence\":0.5}",
            "{\"choice\":\"Z\"}\nCHOICE: A",
            "CHOICE: A\nCONFIDENCE: NaN",
        ]).prop_map(Says::Text),
        1 => Just(Says::Refuses),
        1 => Just(Says::Fails(ErrorKind::Overloaded)),
        1 => Just(Says::Cut("CHOICE: A")),
    ]
}

#[derive(Clone, Debug)]
struct Script {
    answers: Vec<Says>,
    ballots: Vec<Says>,
    weight: u8,
}

fn script() -> impl Strategy<Value = Script> {
    (prop::collection::vec(says(), 1..5), prop::collection::vec(ballot(), 1..3), 1u8..4)
        .prop_map(|(answers, ballots, weight)| Script { answers, ballots, weight })
}

#[derive(Clone, Debug)]
struct Plan {
    seats: Vec<Script>,
    protocol: u8,
    rule: RuleKind,
    ties: u8,
    rounds: u32,
    calls: Option<u64>,
    seed: u64,
}

fn plan() -> impl Strategy<Value = Plan> {
    let rule = prop::sample::select(vec![
        RuleKind::Plurality,
        RuleKind::Majority,
        RuleKind::Supermajority { share: Share::TWO_THIRDS },
        RuleKind::Unanimity { ignore_abstain: false },
        RuleKind::None,
    ]);
    (
        prop::collection::vec(script(), 2..=6),
        0u8..8,
        rule,
        0u8..4,
        1u32..4,
        prop::option::weighted(0.2, 1u64..30),
        any::<u64>(),
    )
        .prop_map(|(seats, protocol, rule, ties, rounds, calls, seed)| Plan {
            seats,
            protocol,
            rule,
            ties,
            rounds,
            calls,
            seed,
        })
}

fn step(says: &Says) -> ScriptStep {
    match says {
        Says::Text(text) => ScriptStep::reply(*text),
        Says::Refuses => ScriptStep::reply(AgentReply { stop: StopReason::Refusal, ..AgentReply::default() }),
        Says::Fails(kind) => ScriptStep::fail(*kind),
        Says::Cut(text) => {
            ScriptStep::reply(AgentReply { text: (*text).into(), stop: StopReason::Length, ..AgentReply::default() })
        }
        Says::Used(input, output) => ScriptStep::reply(AgentReply {
            text: "FINAL ANSWER: red".into(),
            usage: Some(Usage { input_total: *input, output_total: *output, ..Usage::default() }),
            ..AgentReply::default()
        }),
    }
}

fn seat(stage: &Stage, name: &str, script: &Script) -> Seat {
    let seat: ScriptedAgent = script.answers.iter().fold(stage.seat(name), |seat, says| seat.step(step(says)));
    let seat = script.ballots.iter().fold(seat, |seat, says| seat.on(Phase::Vote, step(says)));
    Seat::from(seat).with_weight(f64::from(script.weight))
}

fn played(plan: &Plan, order: &[usize]) -> (Stage, Played) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let stage = Stage::new();
        let limits = Limits { rounds: plan.rounds, calls: plan.calls, ..Limits::default() };
        let ties =
            [TieBreak::None, TieBreak::Roster, TieBreak::FirstSeen, TieBreak::Seeded][plan.ties as usize].clone();
        let mut debate = stage
            .debate("Which colour?")
            .limits(limits)
            .rule(RuleConfig { ties, ..plan.rule.clone().into() })
            .seed(plan.seed);
        for i in order {
            debate = debate.seat(seat(&stage, &format!("s{i}"), &plan.seats[*i]));
        }
        let debate = match plan.protocol {
            0 => debate.protocol(Critique::default()),
            1 => debate.protocol(Critique { pairwise: true, synthesis: None }),
            2 => debate.protocol(Simultaneous::default()),
            3 => debate.protocol(Simultaneous { sequential_visibility: true, ..Simultaneous::default() }),
            4 => debate.protocol(Sequential { full: true, rotate: true }),
            5 => debate.protocol(VoteOnlyProtocol { samples: 1, ballots: plan.seed.is_multiple_of(2) }),
            6 => debate.protocol(Dynamic::default()),
            _ => debate.protocol(Dynamic { parallel: true, ratings: true, ..Dynamic::default() }),
        };
        let played = stage.play(debate).await;
        (stage, played)
    })
}

fn in_order(plan: &Plan) -> (Stage, Played) {
    played(plan, &(0..plan.seats.len()).collect::<Vec<_>>())
}

/// What the specification says the verdict is, from the decision alone.
fn verdict_of(decision: &Decision) -> Verdict {
    let leader = decision.tally.rows.iter().map(|row| row.weight.0).max().unwrap_or(0);
    if decision.outcome == Outcome::NoEvidence {
        return Verdict::NoEvidence;
    }
    if decision.answer.is_none() {
        let share = leader * 5 >= decision.tally.counted.0 * 2 && leader > 0;
        return if share { Verdict::NeedsReview } else { Verdict::Rejected };
    }
    let clean = decision.dissent.is_empty() && decision.conditions.is_empty() && decision.confidence.value >= 0.8;
    if clean { Verdict::Approved } else { Verdict::ApprovedWithConditions }
}

fn lists(decision: &Decision) -> [(&'static str, &Vec<aragora_core::AgentId>); 6] {
    [
        ("supporters", &decision.supporters),
        ("dissenters", &decision.dissenters),
        ("abstained", &decision.abstained),
        ("invalid", &decision.invalid),
        ("failed", &decision.failed),
        ("not_asked", &decision.not_asked),
    ]
}

fn is_consistent(plan: &Plan, decision: &Decision) -> Result<(), TestCaseError> {
    // The six lists partition the electorate, and each vote says why its voter is where it is.
    let mut seen = BTreeMap::new();
    for (name, list) in lists(decision) {
        for seat in list {
            prop_assert!(seen.insert(seat.clone(), name).is_none(), "{} is in two lists", seat);
        }
    }
    prop_assert_eq!(seen.len(), plan.seats.len());
    prop_assert_eq!(decision.votes.len(), plan.seats.len());
    for vote in &decision.votes {
        let expected: &[&str] = match vote.status {
            VoteStatus::Cast => &["supporters", "dissenters"],
            VoteStatus::Abstain => &["abstained"],
            VoteStatus::Invalid => &["invalid"],
            VoteStatus::Failed | VoteStatus::TimedOut => &["failed"],
            _ => &["not_asked"],
        };
        prop_assert!(expected.contains(&seen[&vote.voter]), "{:?} is among the {}", vote, seen[&vote.voter]);
        prop_assert_eq!(vote.weight.0 > 0, vote.status == VoteStatus::Cast);
        let is_choice = matches!(vote.ballot, Some(Ballot::Choice(_)));
        prop_assert_eq!(is_choice, vote.status == VoteStatus::Cast, "{:?}", vote);
    }

    // Counts add up.
    let cast: u128 = decision.votes.iter().map(|vote| vote.weight.0).sum();
    let rows: u128 = decision.tally.rows.iter().map(|row| row.weight.0).sum();
    prop_assert_eq!(decision.tally.counted.0, cast);
    prop_assert_eq!(rows, cast);
    let votes: u32 = decision.tally.rows.iter().map(|row| row.votes).sum();
    prop_assert_eq!(votes as usize, decision.supporters.len() + decision.dissenters.len());
    let everybody: u128 = plan.seats.iter().map(|seat| u128::from(seat.weight) * 1_000_000).sum();
    // The dynamic protocol lets only the seats it keeps decide.
    let whole = decision.tally.electorate.0 == everybody;
    prop_assert!(whole || plan.protocol >= 6 && decision.tally.electorate.0 < everybody);
    let seats: u64 = decision.usage.by_seat.values().map(|usage| usage.output).sum();
    prop_assert_eq!(seats, decision.usage.total.output);

    // An answer exists iff something was decided; nothing undecided has supporters, a confidence or a pass.
    let sought = decision.outcome != Outcome::NotSought;
    prop_assert_eq!(
        decision.answer.is_some(),
        decision.outcome == Outcome::Decided || !sought && decision.answer.is_some()
    );
    if decision.answer.is_none() {
        prop_assert!(decision.supporters.is_empty());
        prop_assert_eq!(decision.confidence.value, 0.0);
        prop_assert_eq!(decision.gate.as_str(), "FAIL");
        prop_assert!(!decision.vote_only.same_as_decision);
    } else {
        prop_assert!(decision.leading.is_none());
    }
    // Where nobody cast a vote and the quorum failed too, only the log knows whether a reply was usable at all.
    let unheard = cast == 0 && decision.outcome == Outcome::NoQuorum && decision.verdict == Verdict::NoEvidence;
    if sought && !unheard {
        prop_assert_eq!(decision.verdict, verdict_of(decision), "{:?}", decision);
    }
    let winners = decision.tally.winners.len();
    match &decision.outcome {
        Outcome::Decided => prop_assert_eq!(winners, 1),
        Outcome::Tie(tied) => prop_assert!(tied.len() > 1),
        Outcome::NoEvidence => prop_assert_eq!(cast, 0),
        _ => {}
    }

    prop_assert_eq!(decision.calls.saved, decision.calls.planned.saturating_sub(decision.calls.made));
    Ok(())
}

fn turns(log: &[Record], retries: bool) -> u64 {
    let mut retry = false;
    let mut count = 0;
    for record in log {
        match &record.event {
            Event::StepStart(body) => retry = body.retry_of.is_some(),
            Event::TurnStart(_) if retry == retries => count += 1,
            _ => {}
        }
    }
    count
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, max_shrink_iters: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_decision_is_consistent_with_itself_and_with_its_log(plan in plan()) {
        let (stage, played) = in_order(&plan);
        let ends = played.log.iter().filter(|record| matches!(
            record.event,
            Event::DebateEnd(_) | Event::DebateFailed(_) | Event::DebateCancelled(_)
        ));
        prop_assert_eq!(ends.count(), 1, "one terminal");
        prop_assert_eq!(played.stops().len(), 1, "one stop");
        for (seq, record) in played.log.iter().enumerate() {
            prop_assert_eq!(record.seq, seq as u64);
        }
        prop_assert_eq!(stage.engine.activity(), Default::default());
        match &played.result {
            Ok(decision) => {
                is_consistent(&plan, decision)?;
                prop_assert_eq!(decision.stop.cause, played.stops()[0].cause);
                let (first, again) = (turns(&played.log, false), turns(&played.log, true));
                prop_assert_eq!(decision.calls.made, first + again);
                prop_assert!(first <= decision.calls.planned, "{} of {} planned", first, decision.calls.planned);
                if let Some(limit) = plan.calls {
                    prop_assert!(decision.calls.made <= limit);
                }
            }
            Err(error) => {
                prop_assert_eq!(error.kind(), ErrorKind::AllAgentsFailed, "{:?}", error);
                let said = played.log.iter().any(|r| matches!(r.event, Event::AgentMessage(_)));
                prop_assert!(!said, "somebody said something, so not all failed");
            }
        }
    }

    #[test]
    fn a_log_folds_in_parts_as_it_folds_whole_and_replays_to_the_same_bytes(plan in plan(), cut in any::<prop::sample::Index>()) {
        let (stage, played) = in_order(&plan);
        let whole = Transcript::fold(&played.log).unwrap();
        let cut = cut.index(played.log.len() - 1) + 1;
        let mut parts = Transcript::fold(&played.log[..cut]).unwrap();
        for record in &played.log[cut..] {
            parts.apply(record).unwrap();
        }
        prop_assert_eq!(parts.head(), whole.head());
        prop_assert_eq!(serde_json::to_value(&parts).unwrap(), serde_json::to_value(&whole).unwrap());
        for record in &played.log {
            let line = record.to_line().unwrap();
            prop_assert_eq!(&Record::from_line(&line).unwrap(), record);
            prop_assert_eq!(Record::from_line(&line).unwrap().to_line().unwrap(), line);
        }
        let report = stage.engine.replay(&played.log, Check::Strict).unwrap();
        prop_assert!(report.matches, "{:?}", report.difference);
        prop_assert_eq!(report.decision, played.result.ok());
    }

    #[test]
    fn what_is_set_aside_and_settled_never_passes_a_limit_when_a_turn_starts(
        plan in plan(),
        output in 100u64..20_000,
        tokens in 1u32..3_000,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let log = runtime.block_on(async {
            let stage = Stage::new();
            let limits = Limits {
                rounds: plan.rounds,
                output_tokens: Some(output),
                max_output_tokens: tokens,
                max_parallel: 1 + plan.ties as u32,
                ..Limits::default()
            };
            let mut debate = stage.debate("Which colour?").limits(limits).protocol(Simultaneous::default());
            for (i, script) in plan.seats.iter().enumerate() {
                debate = debate.seat(seat(&stage, &format!("s{i}"), script));
            }
            stage.play(debate).await.log
        });
        let mut t = Transcript::fold(&log[..1]).unwrap();
        for record in &log[1..] {
            t.apply(record).unwrap();
            if let Event::TurnStart(_) = record.event {
                prop_assert!(t.ledger().output_tokens() <= output, "{} of {output}", t.ledger().output_tokens());
            }
        }
        prop_assert!(t.ledger().reserved.is_empty(), "every reservation ends with its turn");
    }

    #[test]
    fn permuting_the_seats_permutes_the_decision(
        scripts in prop::collection::vec(script(), 2..=5),
        by in any::<prop::sample::Index>(),
        rule in prop::sample::select(vec![
            RuleKind::Plurality,
            RuleKind::Majority,
            RuleKind::Supermajority { share: Share::TWO_THIRDS },
            RuleKind::Unanimity { ignore_abstain: false },
        ]),
        seed in any::<u64>(),
    ) {
        // Positions are the votes here: labels of ballots are drawn per position, and a script cannot follow them.
        let plan = Plan { seats: scripts, protocol: 2, rule, ties: 0, rounds: 2, calls: None, seed };
        let n = plan.seats.len();
        let mut order: Vec<usize> = (0..n).collect();
        order.rotate_left(by.index(n));
        order.reverse();
        let (_, straight) = in_order(&plan);
        let (_, permuted) = played(&plan, &order);
        match (&straight.result, &permuted.result) {
            (Ok(a), Ok(b)) => {
                for ((name, a), (_, b)) in lists(a).into_iter().zip(lists(b)) {
                    let (a, b): (BTreeSet<_>, BTreeSet<_>) = (a.iter().collect(), b.iter().collect());
                    prop_assert_eq!(a, b, "{}", name);
                }
                prop_assert_eq!((a.outcome.as_str(), a.verdict, a.gate), (b.outcome.as_str(), b.verdict, b.gate));
                prop_assert_eq!(a.stop.cause, b.stop.cause);
                prop_assert_eq!((a.calls, a.rounds_used), (b.calls, b.rounds_used));
                // Answers of one group may be written differently; the first member in roster order names it.
                let value = |d: &Decision| d.answer.as_ref().map(|a| a.value.to_lowercase().replace('.', ""));
                prop_assert_eq!(value(a), value(b));
                let severity = |d: &Decision| -> BTreeMap<_, _> {
                    d.dissent.iter().map(|d| (d.seat.clone(), d.severity.to_string())).collect()
                };
                if a.outcome == Outcome::Decided {
                    prop_assert_eq!(severity(a), severity(b));
                }
            }
            (a, b) => prop_assert_eq!(a.as_ref().err().map(|e| e.kind()), b.as_ref().err().map(|e| e.kind())),
        }
    }
}

#[test]
fn a_debate_with_the_most_seats_ends_and_replays() {
    let script = |i: usize| Script {
        answers: vec![Says::Text(if i.is_multiple_of(3) { "FINAL ANSWER: red" } else { "FINAL ANSWER: green" })],
        ballots: vec![Says::Text("CHOICE: A")],
        weight: 1,
    };
    for protocol in [0, 2, 6] {
        let plan = Plan {
            seats: (0..64).map(script).collect(),
            protocol,
            rule: RuleKind::Majority,
            ties: 0,
            rounds: 1,
            calls: None,
            seed: 7,
        };
        let (stage, played) = in_order(&plan);
        assert_eq!(played.decision().outcome, Outcome::Decided);
        is_consistent(&plan, played.decision()).unwrap();
        assert!(stage.engine.replay(&played.log, Check::Strict).unwrap().matches);
    }
}
