//! Requests outside their documented form: one error that lists everything, and nothing persisted.

use std::sync::Arc;
use std::time::Duration;

use aragora_core::agents::{AgentProfile, FnAgent, Seat};
use aragora_core::debate::{
    AgentKind, AnswerFormat, DebateOptions, Document, Extractor, Fixed6, GatePolicy, Grace, Join, Limits, QuorumRule,
    RuleConfig, RuleKind, Share, TieBreak, Topology,
};
use aragora_core::engine::{DebateBuilder, DebateQuery};
use aragora_core::ids::{MicroUsd, OptionId, OrgId};
use aragora_core::protocols::{Registry, VoteOnlyProtocol};
use aragora_core::testing::storage::CountingStorage;
use aragora_core::{Error, ErrorKind, Question};
use aragora_tests::agents::agent_id;
use aragora_tests::stage::Stage;
use serde_json::{Value, json};

fn seated(stage: &Stage, question: Question, seats: usize) -> DebateBuilder {
    let debate = stage.engine.debate(question);
    (0..seats).fold(debate, |debate, i| debate.seat(stage.seat(&format!("s{i}")).reply("FINAL ANSWER: yes")))
}

fn plain() -> Question {
    Question::new("Ship it?")
}

fn pointers(error: &Error) -> Vec<String> {
    let listed: Vec<Value> = serde_json::from_str(&error.context()["violations"]).unwrap();
    assert_eq!(error.context()["count"], listed.len().to_string());
    listed.iter().map(|violation| violation["pointer"].as_str().unwrap().to_owned()).collect()
}

async fn refused(stage: &Stage, debate: DebateBuilder) -> Vec<String> {
    refused_as(ErrorKind::InvalidRequest, stage, debate).await
}

async fn refused_as(kind: ErrorKind, stage: &Stage, debate: DebateBuilder) -> Vec<String> {
    let error = debate.start().await.map(|handle| handle.id().clone()).unwrap_err();
    assert_eq!(error.kind(), kind, "{error:?}");
    assert!(!error.retryable());
    let tenant = OrgId::new("default").unwrap();
    let page = stage.engine.list(&tenant, &DebateQuery::default()).await.unwrap();
    assert!(page.items.is_empty(), "a refused debate left a row behind");
    assert_eq!(stage.engine.activity(), Default::default());
    pointers(&error)
}

#[tokio::test]
async fn every_bound_of_the_question_is_checked_and_the_last_good_value_passes() {
    let option = |i: usize| (OptionId::new(format!("o{i}")).unwrap(), format!("option {i}"));
    let with_options = |n: usize| (0..n).map(option).fold(plain(), |q, (id, text)| q.with_option(id, text));
    let document = |bytes: usize| Document { title: String::new(), text: "x".repeat(bytes).into(), uri: None };
    let with_documents = |n: usize, bytes: usize| (0..n).fold(plain(), |q, _| q.with_document(document(bytes)));
    let bad: Vec<(Question, &str)> = vec![
        (Question::new(""), "/question/text"),
        (Question::new(" \n\t"), "/question/text"),
        (Question::new("x".repeat(100_001)), "/question/text"),
        (Question::new("a\0b"), "/question/text"),
        (plain().with_context("x".repeat(1_000_001)), "/question/context"),
        (with_documents(101, 1), "/question/documents"),
        (with_documents(1, (4 << 20) + 1), "/question/documents"),
        (with_options(25), "/question/options"),
        (with_options(1), "/question/options"),
        (with_options(2).with_option(OptionId::new("o9").unwrap(), "x".repeat(10_001)), "/question/options/2/text"),
        (with_options(2).with_option(OptionId::new("o9").unwrap(), " OPTION  1. "), "/question/options/2/text"),
        (with_options(2).with_option(OptionId::new("o1").unwrap(), "another"), "/question/options/2/id"),
    ];
    for (question, pointer) in bad {
        let stage = Stage::new();
        assert_eq!(refused(&stage, seated(&stage, question, 2)).await, [pointer]);
    }
    let good: Vec<Question> = vec![
        Question::new("x".repeat(100_000)),
        // Characters, not bytes.
        Question::new("ü".repeat(100_000)),
        plain().with_context("x".repeat(1_000_000)),
        with_documents(100, 1),
        with_documents(1, 4 << 20),
        with_options(24),
        with_options(2).with_option(OptionId::new("o9").unwrap(), "x".repeat(10_000)),
    ];
    for question in good {
        let stage = Stage::new();
        let handle = seated(&stage, question, 2).start().await.unwrap();
        handle.cancel("enough");
    }
}

#[tokio::test]
async fn every_bound_of_limits_seats_and_tags_is_checked_and_the_last_good_value_passes() {
    let limits = |change: &dyn Fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        limits
    };
    let ms = Duration::from_millis;
    let day = Duration::from_secs(86_400);
    let bad: Vec<(Limits, &str)> = vec![
        (limits(&|l| l.rounds = 0), "/limits/rounds"),
        (limits(&|l| l.rounds = 51), "/limits/rounds"),
        (limits(&|l| l.deadline = ms(999)), "/limits/deadline_ms"),
        (limits(&|l| l.deadline = day + ms(1)), "/limits/deadline_ms"),
        (limits(&|l| l.turn_timeout = Duration::ZERO), "/limits/turn_timeout_ms"),
        (limits(&|l| l.max_output_tokens = 0), "/limits/max_output_tokens"),
        (limits(&|l| l.max_parallel = 0), "/limits/max_parallel"),
    ];
    for (limits, pointer) in bad {
        let stage = Stage::new();
        assert_eq!(refused(&stage, seated(&stage, plain(), 2).limits(limits)).await, [pointer]);
    }
    for limits in [
        limits(&|l| l.rounds = 1),
        limits(&|l| l.rounds = 50),
        limits(&|l| l.deadline = ms(1_000)),
        limits(&|l| l.deadline = day),
    ] {
        let stage = Stage::new();
        seated(&stage, plain(), 2).limits(limits).start().await.unwrap().cancel("enough");
    }
    for seats in [0, 1, 65] {
        let stage = Stage::new();
        assert_eq!(refused(&stage, seated(&stage, plain(), seats)).await, ["/seats"], "{seats} seats");
    }
    for seats in [2, 64] {
        let stage = Stage::new();
        seated(&stage, plain(), seats).start().await.unwrap().cancel("enough");
    }
    let stage = Stage::new();
    let alone = seated(&stage, plain(), 1).protocol(VoteOnlyProtocol::default());
    assert!(stage.play(alone).await.result.is_ok(), "one seat suffices for vote_only");
    let stage = Stage::new();
    let tagged = |n: usize| (0..n).fold(seated(&stage, plain(), 2), |debate, i| debate.tag(format!("t{i}")));
    assert_eq!(refused(&stage, tagged(33)).await, ["/tags"]);
    tagged(32).start().await.unwrap().cancel("enough");
}

#[tokio::test]
async fn duplicate_names_are_refused_ignoring_case_and_never_merged() {
    let stage = Stage::new();
    let debate = ["ada", "bob", "ADA"]
        .iter()
        .fold(stage.debate("Ship it?"), |debate, name| debate.seat(stage.seat(name).reply("yes")));
    assert_eq!(refused(&stage, debate).await, ["/seats/2/id"]);
}

#[tokio::test]
async fn weights_outside_their_range_are_refused() {
    for weight in [0.0, -1.0, 100.5, f64::NAN, f64::INFINITY, 1e-9] {
        let stage = Stage::new();
        let heavy = Seat::from(stage.seat("heavy").reply("yes")).with_weight(weight);
        assert_eq!(refused(&stage, seated(&stage, plain(), 2).seat(heavy)).await, ["/seats/2/weight"], "{weight}");
    }
}

#[tokio::test]
async fn a_judge_that_debates_needs_permission() {
    let stage = Stage::new();
    let judge = || {
        let mut seat = Seat::from(stage.seat("judge").reply("yes"));
        seat.judges = true;
        seat
    };
    assert_eq!(refused(&stage, seated(&stage, plain(), 2).seat(judge())).await, ["/seats/2/judges"]);
    let allowed = DebateOptions { judges_may_debate: true, ..DebateOptions::default() };
    seated(&stage, plain(), 2).seat(judge()).options(allowed).start().await.unwrap().cancel("enough");
}

#[tokio::test]
async fn rules_that_cannot_work_are_refused_wherever_they_stand() {
    let more_than_there_are = || RuleConfig { quorum: QuorumRule::Count(4), ..RuleKind::Majority.into() };
    let stage = Stage::new();
    assert_eq!(refused(&stage, seated(&stage, plain(), 3).rule(more_than_there_are())).await, ["/rule/quorum/count"]);
    let options = DebateOptions { stop_when: Some(more_than_there_are()), ..DebateOptions::default() };
    let found = refused(&stage, seated(&stage, plain(), 3).options(options)).await;
    assert_eq!(found, ["/options/stop_when/quorum/count"]);
    let options = DebateOptions { join: Join::Consensus(more_than_there_are()), ..DebateOptions::default() };
    let found = refused(&stage, seated(&stage, plain(), 3).options(options)).await;
    assert_eq!(found, ["/options/join/consensus/quorum/count"]);

    let all = Share::WHOLE;
    for rule in [
        RuleKind::Threshold { share: all, strict: true },
        RuleKind::Supermajority { share: Share::new(0, 1).unwrap() },
        RuleKind::Hybrid { rules: Vec::new() },
        RuleKind::Custom { rule: "unheard_of".into() },
    ] {
        let found = refused(&stage, seated(&stage, plain(), 3).rule(rule.clone())).await;
        assert!(found.len() == 1 && found[0].starts_with("/rule/rule"), "{rule:?}: {found:?}");
    }
    let stranger = RuleConfig { ties: TieBreak::Seat(agent_id("stranger")), ..RuleKind::Majority.into() };
    assert_eq!(refused(&stage, seated(&stage, plain(), 3).rule(stranger)).await, ["/rule/ties"]);
    let exactly = RuleConfig { quorum: QuorumRule::Count(3), ..RuleKind::Majority.into() };
    seated(&stage, plain(), 3).rule(exactly).start().await.unwrap().cancel("enough");
}

#[tokio::test]
async fn options_outside_their_range_are_refused() {
    let grace = Grace { at_least_ms: 250, elapsed_thousandths: 500 };
    let options = |change: &dyn Fn(&mut DebateOptions)| {
        let mut options = DebateOptions::default();
        change(&mut options);
        options
    };
    for (options, pointer) in [
        (options(&|o| o.min_rounds = 0), "/options/min_rounds"),
        (options(&|o| o.bench_after = 0), "/options/bench_after"),
        (options(&|o| o.step_min = 0), "/options/step_min"),
        (options(&|o| o.agreement = Some(101)), "/options/agreement"),
        (options(&|o| o.join = Join::Quorum { min: 0, grace }), "/options/join/quorum/min"),
        (options(&|o| o.join = Join::Quorum { min: 4, grace }), "/options/join/quorum/min"),
        (options(&|o| o.topology = Topology::Star { hub: 3 }), "/options/topology/hub"),
        (options(&|o| o.topology = Topology::Sparse { sparsity: 1.0 }), "/options/topology/sparsity"),
        (options(&|o| o.topology = Topology::Sparse { sparsity: f64::NAN }), "/options/topology/sparsity"),
        (options(&|o| o.topology = Topology::Custom { matrix: vec![vec![true; 3]; 2] }), "/options/topology/matrix"),
        (options(&|o| o.gate = GatePolicy::Confidence { min: Fixed6(1_000_001) }), "/options/gate/min"),
    ] {
        let stage = Stage::new();
        assert_eq!(refused(&stage, seated(&stage, plain(), 3).options(options)).await, [pointer]);
    }
}

#[tokio::test]
async fn templates_are_settings_and_refused_as_such_all_at_once() {
    let mut options = DebateOptions::default();
    options.templates.insert("no.such".into(), "x".into());
    options.templates.insert("vote".into(), "{nonsense}".into());
    let stage = Stage::new();
    let debate = seated(&stage, plain(), 3).options(options);
    let pointers = refused_as(ErrorKind::InvalidConfig, &stage, debate).await;
    assert_eq!(pointers, ["/options/templates/no.such", "/options/templates/vote"]);
}

#[tokio::test]
async fn unknown_protocols_and_parameters_are_refused_by_name() {
    let registry = Registry::default();
    assert_eq!(registry.named("no_such", &Value::Null).unwrap_err().kind(), ErrorKind::NotConfigured);
    for name in ["critique", "simultaneous", "sequential", "vote_only", "dynamic"] {
        assert_eq!(registry.named(name, &json!({"colour": 1})).unwrap_err().kind(), ErrorKind::InvalidRequest);
        assert_eq!(registry.named(name, &Value::Null).unwrap().describe().name, name);
    }
    let document = json!({"min_rounds": 1, "colour": "red"});
    assert!(serde_json::from_value::<DebateOptions>(document).is_err(), "unknown options are refused");
}

#[tokio::test]
async fn everything_wrong_is_listed_at_once_and_the_store_is_not_touched() {
    let stage = Stage::new();
    let counting = Arc::new(CountingStorage::new(stage.engine.storage().clone()));
    let engine = aragora_core::engine::Engine::builder()
        .parts(stage.engine.parts().clone())
        .storage(counting.clone())
        .build()
        .unwrap();
    let mut debate = engine.debate(Question::new(" ").with_context("a\0b")).rounds(0).deadline(Duration::ZERO);
    for name in ["ada", "Ada"] {
        debate = debate.seat(Seat::from(stage.seat(name).reply("yes")).with_weight(0.0));
    }
    for i in 0..33 {
        debate = debate.tag(format!("t{i}"));
    }
    let rule = RuleConfig { quorum: QuorumRule::Count(3), ..RuleKind::Majority.into() };
    let options = DebateOptions { step_min: 0, ..DebateOptions::default() };
    let error = debate.rule(rule).options(options).start().await.map(|handle| handle.id().clone()).unwrap_err();
    assert_eq!(
        pointers(&error),
        [
            "/limits/deadline_ms",
            "/limits/rounds",
            "/options/step_min",
            "/question/context",
            "/question/text",
            "/rule/quorum/count",
            "/seats/0/weight",
            "/seats/1/id",
            "/seats/1/weight",
            "/tags",
        ]
    );
    assert_eq!(counting.counts(), Default::default(), "a refused debate reads and writes nothing");
}

#[tokio::test]
async fn a_cost_limit_with_an_unpriced_model_is_refused_before_the_first_call() {
    let stage = Stage::new();
    let asked = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = asked.clone();
    let model = FnAgent::new(agent_id("model"), move |_, _| {
        count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        async { Ok("yes") }
    })
    .with_profile(AgentProfile::new(agent_id("model"), AgentKind::Model));
    let limits = Limits { cost: Some(MicroUsd(1_000_000)), ..Limits::default() };
    let error = seated(&stage, plain(), 2).seat(model).limits(limits).start().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unpriced);
    assert!(error.reason().contains("model"));
    assert_eq!(asked.load(std::sync::atomic::Ordering::Relaxed), 0);
    let tenant = OrgId::new("default").unwrap();
    assert!(stage.engine.list(&tenant, &DebateQuery::default()).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn an_id_that_exists_is_a_conflict_and_the_first_debate_is_not_disturbed() {
    let stage = Stage::new();
    let id = aragora_core::DebateId::new("deb_mine").unwrap();
    let first = stage.play(seated(&stage, plain(), 2).id(id.clone())).await;
    let error = seated(&stage, plain(), 2).id(id.clone()).start().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    let log = stage.engine.log(&OrgId::new("default").unwrap(), &id).await.unwrap();
    assert_eq!(log, first.log);
    assert_eq!(stage.engine.activity(), Default::default());
}

#[tokio::test]
async fn a_broken_answer_format_is_refused() {
    let stage = Stage::new();
    let format = AnswerFormat {
        extract: vec![Extractor::Regex { pattern: "(".into(), group: 0, last: false, upper: false }],
        ..AnswerFormat::default()
    };
    let found = refused(&stage, seated(&stage, plain().with_format(format), 2)).await;
    assert!(found.iter().all(|pointer| pointer.starts_with("/question/format")), "{found:?}");
}
