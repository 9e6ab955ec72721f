//! What holds for every reply: parsing is total, no label comes from outside the shape, decoration and other
//! people's ballots change nothing, and nothing blank or refused is ever a vote.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use aragora_core::debate::{
    AnswerFormat, Ballot, BallotKind, BallotShape, CompiledFormat, Equivalence, Expect, Extractor, Fixed6, InvalidWhy,
    JsonShape, Label, StopReason, UnparsedPolicy, group, judge_object, math_normalise, normalise, numeric,
    parse_ballot, parse_critiques, parse_pairwise_marker, parse_rating_marker, parse_signals,
};
use aragora_core::ids::OptionId;
use proptest::prelude::*;
use serde_json::{Value, json};

fn shape(kind: BallotKind) -> BallotShape {
    let label = |l: &str| Label { label: l.into(), option: OptionId::new(format!("opt-{l}")).unwrap() };
    BallotShape { kind, labels: ["A", "B", "C"].map(label).into(), may_abstain: true, confidence: true, reason: true }
}

fn kinds() -> impl Strategy<Value = BallotKind> {
    prop_oneof![
        Just(BallotKind::Choice),
        Just(BallotKind::Ranking),
        Just(BallotKind::Approval),
        Just(BallotKind::Scores { lo: Fixed6(0), hi: Fixed6(10_000_000) }),
        Just(BallotKind::Points { total: 10 }),
        Just(BallotKind::Verdict),
    ]
}

fn stops() -> impl Strategy<Value = StopReason> {
    prop_oneof![4 => Just(StopReason::End), 1 => Just(StopReason::Length), 1 => Just(StopReason::Refusal)]
}

/// Text made of what parsers stumble over, beside arbitrary characters.
fn replies() -> impl Strategy<Value = String> {
    let pieces = [
        "Choice:",
        "choice",
        "VOTE: ",
        "Ranking:",
        "Scores:",
        "Points:",
        "Approve:",
        "abstain",
        "Abstain: ",
        "Confidence:",
        "Reason:",
        "Severity:",
        "Issues:",
        "Final answer:",
        "Answer:",
        "A",
        "B",
        "C",
        "Q",
        "AB",
        " or ",
        " and ",
        "/",
        " > ",
        " = ",
        ", ",
        "\n",
        "\r\n",
        "\r",
        "\n> ",
        "\n- ",
        "\n1. ",
        "\n2) ",
        "```",
        "\n```json\n",
        "~~~",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "\"",
        "'",
        "\\",
        "**",
        "_",
        "__",
        "`",
        ":",
        "：",
        "0.5",
        "85",
        "%",
        "NaN",
        "1e999",
        "-0",
        "null",
        "true",
        "{\"choice\":",
        "\"B\"",
        "[[A]]",
        "[[C]]",
        "[[7]]",
        "\\boxed{",
        "\\frac",
        "\\sqrt",
        "\\text{ ",
        "$",
        "\u{200b}",
        "\u{feff}",
        "\u{202e}",
        "é",
        "ß",
        "İ",
        "𝔄",
        "（",
        "None",
        "True",
        "boxed",
        "The answer is ",
        "because",
        "-",
        "–",
    ];
    let piece = prop_oneof![8 => prop::sample::select(pieces.to_vec()).prop_map(str::to_owned), 1 => "\\PC{0,6}", 1 => any::<String>()];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Every option a ballot names.
fn named(ballot: &Ballot) -> BTreeSet<OptionId> {
    match ballot {
        Ballot::Choice(option) => BTreeSet::from([option.clone()]),
        Ballot::Ranking(ranks) => ranks.iter().flatten().cloned().collect(),
        Ballot::Approval(approved) => approved.clone(),
        Ballot::Scores(scores) => scores.keys().cloned().collect(),
        Ballot::Points(points) => points.keys().cloned().collect(),
        Ballot::Abstain { .. } | Ballot::Invalid { .. } => BTreeSet::new(),
    }
}

/// A format for each extractor, with its name.
static EXTRACTORS: LazyLock<Vec<(&str, CompiledFormat)>> = LazyLock::new(|| {
    let all = [
        Extractor::Structured { pointer: "/answer".into() },
        Extractor::FinalAnswerLine,
        Extractor::AnswerLine,
        Extractor::ChoiceParen { letters: "ABCD".into() },
        Extractor::Boxed,
        Extractor::BracesNumber,
        Extractor::FloatToken,
        Extractor::LastNumber,
        Extractor::HendrycksMath,
        Extractor::Whole,
        Extractor::Regex { pattern: r"(\w)\)".into(), group: 1, last: true, upper: true },
    ];
    let ready = |extractor: Extractor| {
        let format = AnswerFormat {
            extract: vec![extractor.clone()],
            equal: Equivalence::Exact,
            unparsed: UnparsedPolicy::Exclude,
        };
        (extractor.name(), format.compile().unwrap())
    };
    all.into_iter().map(ready).collect()
});

fn why(ballot: &Ballot) -> Option<InvalidWhy> {
    match ballot {
        Ballot::Invalid { why, .. } => Some(*why),
        _ => None,
    }
}

/// Ballots in every form a voter may use, valid for [`shape`], with their kind.
fn ballots() -> impl Strategy<Value = (BallotKind, String)> {
    let choices = [
        "Choice: B",
        "**Choice:** B",
        "Choice: **C** wins",
        "My vote: Option B - best evidence",
        "Vote: abstain",
        "Final choice: (c) because it was tested",
        "Choice: A\nConfidence: 0.8\nReason: tested twice",
        "B",
        "I abstain",
        "Choice: A\nChoice: B",
        "{\"choice\":\"B\"}",
        "{\"choice\":\"A\",\"confidence\":0.5}",
        "Choice:\nB",
        "Abstain: no data",
    ];
    let rankings = [
        "Ranking: A > B = C",
        "Ranking: C, A, B",
        "Ranking:\n1. B\n2. A\n3. C",
        "Ranking: [\"A\",\"B\"]",
        "{\"ranking\":[\"A\",[\"B\",\"C\"]]}",
    ];
    let approvals = ["Approve: A, C", "Approve: []", "Approved: [\"B\"]", "{\"approve\":[\"A\"]}"];
    let scores = ["Scores: A: 7, B: 3", "Scores:\nA: 7\nB: 3\nC: 0", "{\"scores\":{\"A\":7}}"];
    let of = |kind: BallotKind, texts: &'static [&'static str]| {
        prop::sample::select(texts).prop_map(move |text| (kind.clone(), text.to_owned()))
    };
    prop_oneof![
        3 => of(BallotKind::Choice, leak(&choices)),
        1 => of(BallotKind::Ranking, leak(&rankings)),
        1 => of(BallotKind::Approval, leak(&approvals)),
        1 => of(BallotKind::Scores { lo: Fixed6(0), hi: Fixed6(10_000_000) }, leak(&scores)),
    ]
}

fn leak(texts: &[&'static str]) -> &'static [&'static str] {
    Vec::leak(texts.to_vec())
}

/// Each line with its content inside the marks, list numbers and labels included.
fn emphasised(text: &str, mark: &str) -> String {
    if text.starts_with('{') {
        return format!("{mark}{text}{mark}");
    }
    text.lines().map(|line| format!("{mark}{line}{mark}")).collect::<Vec<_>>().join("\n")
}

fn quoted(text: &str) -> String {
    text.lines().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn a_ballot_names_only_offered_options_whatever_the_reply(kind in kinds(), text in replies(), stop in stops()) {
        let shape = shape(kind);
        let offered: BTreeSet<OptionId> = shape.labels.iter().map(|label| label.option.clone()).collect();
        let parsed = parse_ballot(&text, None, &stop, &shape);
        prop_assert!(named(&parsed.ballot).is_subset(&offered));
        prop_assert!(parsed.probabilities.keys().all(|option| offered.contains(option)));
        prop_assert!(parsed.confidence.is_none_or(|c| (0.0..=1.0).contains(&c) && c.is_sign_positive()));
        if stop == StopReason::Refusal {
            prop_assert_eq!(why(&parsed.ballot), Some(InvalidWhy::Refused));
        }
        if let Ballot::Invalid { raw, .. } = &parsed.ballot {
            prop_assert!(raw.chars().count() <= 1_000);
        }
        match (&shape.kind, &parsed.ballot) {
            (_, Ballot::Abstain { .. } | Ballot::Invalid { .. })
            | (BallotKind::Choice | BallotKind::Verdict, Ballot::Choice(_))
            | (BallotKind::Ranking | BallotKind::Verdict, Ballot::Ranking(_))
            | (BallotKind::Approval, Ballot::Approval(_)) => {}
            (BallotKind::Scores { lo, hi }, Ballot::Scores(scores)) => {
                prop_assert!(scores.values().all(|score| (lo..=hi).contains(&score)));
            }
            (BallotKind::Points { total }, Ballot::Points(points)) => {
                prop_assert!(points.values().sum::<u32>() <= *total);
            }
            (kind, ballot) => prop_assert!(false, "{kind:?} gave {ballot:?}"),
        }
    }

    #[test]
    fn a_structured_ballot_is_the_same_given_or_found(kind in kinds(), text in replies()) {
        let shape = shape(kind);
        if let Some(found) = Expect::Ballot(shape.clone()).resolve(&text, None) {
            let given = parse_ballot(&text, Some(&found), &StopReason::End, &shape);
            prop_assert_eq!(given, parse_ballot(&text, None, &StopReason::End, &shape));
        }
    }

    #[test]
    fn every_other_parser_is_total(text in replies(), structured in prop::option::of(replies())) {
        let structured = structured.map(Value::String);
        let schema = JsonShape { name: "x".into(), schema: json!({ "type": "object" }).into(), strict: true };
        let _ = (parse_signals(&text, structured.as_ref(), &StopReason::Length), judge_object(&text, None));
        let _ = (Expect::Text.resolve(&text, None), Expect::Json(schema).resolve(&text, None));
        let _ = (parse_pairwise_marker(&text), parse_rating_marker(&text), numeric(&text));
        for critique in parse_critiques(&text, None, &["Agent-1", "A"]) {
            prop_assert!(critique.severity.is_none_or(|s| (0.0..=10.0).contains(&s) && s.is_sign_positive()));
        }
        let once = normalise(&text);
        prop_assert_eq!(normalise(&once), once);
        let _ = math_normalise(&text);
    }

    #[test]
    fn an_answer_is_never_blank_unless_it_stands_for_an_unparsed_reply(text in replies(), structured in prop::option::of(replies())) {
        let structured = structured.map(|answer| json!({ "answer": answer }));
        for (name, format) in EXTRACTORS.iter() {
            if let Some(answer) = format.extract(&text, structured.as_ref()) {
                prop_assert!(!answer.value.trim().is_empty(), "{name} found a blank answer");
                prop_assert_eq!(&answer.extractor, name);
            }
        }
    }

    #[test]
    fn emphasis_quotations_and_fences_change_no_ballot(
        (kind, text) in ballots(),
        (_, other) in ballots(),
        mark in prop::sample::select(vec!["", "*", "**", "***", "_", "__", "`"]),
        quote in 0..3_u8,
        fence in 0..3_u8,
    ) {
        let shape = shape(kind);
        let plain = parse_ballot(&text, None, &StopReason::End, &shape);
        prop_assert!(!matches!(plain.ballot, Ballot::Invalid { .. }), "{text:?} is a ballot");
        let mut wrapped = emphasised(&text, mark);
        for (place, foreign) in [(quote, quoted(&other)), (fence, format!("```\n{other}\n```"))] {
            wrapped = match place {
                0 => wrapped,
                1 => format!("{foreign}\n{wrapped}"),
                _ => format!("{wrapped}\n{foreign}"),
            };
        }
        let found = parse_ballot(&wrapped, None, &StopReason::End, &shape);
        prop_assert_eq!(found, plain, "{}", wrapped);
    }

    #[test]
    fn blank_and_refused_replies_are_no_votes(kind in kinds(), blank in "[ \t\r\n\u{200b}\u{feff}>#*`-]{0,12}", text in replies()) {
        let shape = shape(kind);
        let empty = parse_ballot(&blank, None, &StopReason::End, &shape);
        prop_assert_eq!(why(&empty.ballot), Some(InvalidWhy::NoBallot));
        let stop = StopReason::ContentFilter;
        let refused = parse_ballot(&text, Some(&json!({ "choice": "A" })), &stop, &shape);
        prop_assert_eq!(why(&refused.ballot), Some(InvalidWhy::Refused));
    }

    #[test]
    fn equality_is_reflexive_and_symmetric(a in replies(), b in replies()) {
        let numeric = Equivalence::Numeric { rel: 0.01, abs: 0.5 };
        for equal in [Equivalence::Exact, Equivalence::Normalised, numeric, Equivalence::Letter, Equivalence::Math] {
            prop_assert!(equal.same(&a, &a, &()));
            prop_assert_eq!(equal.same(&a, &b, &()), equal.same(&b, &a, &()));
        }
    }

    #[test]
    fn groups_partition_the_answers_in_order(answers in prop::collection::vec("[ab1]{0,2}\\.?", 0..12)) {
        let answers: Vec<&str> = answers.iter().map(String::as_str).collect();
        let format = AnswerFormat::default().compile().unwrap();
        let groups = group(&answers, format.equal(), &());
        let mut members: Vec<usize> = groups.iter().flat_map(|g| g.members.clone()).collect();
        let firsts: Vec<usize> = groups.iter().map(|g| g.members[0]).collect();
        prop_assert!(firsts.is_sorted());
        members.sort_unstable();
        prop_assert_eq!(members, (0..answers.len()).collect::<Vec<_>>());
        for group in &groups {
            prop_assert!(group.members.iter().all(|i| format.same(answers[*i], &group.value, &())));
        }
    }

    #[test]
    fn what_the_schema_describes_is_read_back(kind in kinds(), pick in 0..3_usize, confidence in 0..=100_u32) {
        let shape = shape(kind.clone());
        let label = ["A", "B", "C"][pick];
        let option = shape.labels[pick].option.clone();
        let (name, value, expected) = match kind {
            BallotKind::Choice => ("choice", json!(label), Ballot::Choice(option)),
            BallotKind::Ranking => ("ranking", json!([label]), Ballot::Ranking(vec![vec![option]])),
            BallotKind::Approval => ("approve", json!([label]), Ballot::Approval([option].into())),
            BallotKind::Scores { .. } => ("scores", json!({ label: 4 }), Ballot::Scores([(option, Fixed6(4_000_000))].into())),
            BallotKind::Points { .. } => ("points", json!({ label: 4 }), Ballot::Points([(option, 4)].into())),
            BallotKind::Verdict => ("verdict", json!(label), Ballot::Choice(option)),
        };
        prop_assert!(shape.schema()["properties"][name].is_object());
        let confidence = f64::from(confidence) / 100.0;
        let reply = json!({ name: value, "confidence": confidence, "reason": "r" });
        let parsed = parse_ballot(&reply.to_string(), None, &StopReason::End, &shape);
        prop_assert_eq!(parsed.ballot, expected);
        prop_assert_eq!((parsed.confidence, parsed.reason.as_deref()), (Some(confidence), Some("r")));
    }
}

#[test]
fn hostile_replies_take_time_in_proportion_to_their_length() {
    let shape = shape(BallotKind::Choice);
    let format = AnswerFormat::default().compile().unwrap();
    let hostile = [
        "{",
        "}",
        "{\"",
        "{\"a\":",
        "(",
        "Choice: B (",
        "`",
        "*a",
        "_a ",
        "` `` ",
        "/",
        " or ",
        "> ",
        "- ",
        "```\n",
        "Choice:\n",
        "Ranking:\n1. A\n",
        "Approve:\nA\n",
        "A: 1\n",
        "[",
        "\\boxed{",
        "Final answer: ",
        "1,000",
        "\u{200b}",
        "[[A]]",
        "\"",
    ];
    // Half a second each without optimisation. Quadratic work would be minutes, which the test runner's limit ends.
    for piece in hostile {
        let text = format!("Choice: B {}", piece.repeat(65_536 / piece.len()));
        for kind in [BallotKind::Choice, BallotKind::Ranking, BallotKind::Approval, BallotKind::Verdict] {
            let _ = parse_ballot(&text, None, &StopReason::End, &BallotShape { kind, ..shape.clone() });
        }
        let _ = (parse_critiques(&text, None, &["Agent-1"]), format.extract(&text, None), judge_object(&text, None));
        let _ = (numeric(&text), normalise(&text), math_normalise(&text));
    }
}
