//! Extraction, equivalence and judges' markers against replies real models gave.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};

use aragora_core::debate::{
    AnswerFormat, Ballot, BallotKind, BallotShape, Equal, Equivalence, Extractor, Label, Marker, StopReason,
    UnparsedPolicy, group, parse_ballot, parse_pairwise_marker, parse_rating_marker,
};
use aragora_core::ids::OptionId;
use serde_json::Value;

/// Recorded debates lie beside the repository. Where they are absent the test says so in one line and passes.
fn recorded(set: &str) -> Option<PathBuf> {
    let root = std::env::var_os("ARAGORA_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from);
    let folder = root.join("data/debates").join(set);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no recorded debates at {}", folder.display());
    None
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn files(folder: &Path, wanted: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| wanted(path.file_name().unwrap().to_str().unwrap()));
    found.sort();
    found
}

fn format(extract: Vec<Extractor>, equal: Equivalence, unparsed: UnparsedPolicy) -> AnswerFormat {
    AnswerFormat { extract, equal, unparsed }
}

#[test]
fn math_replies_have_the_recorded_number_of_answers_and_correct_groups() {
    let Some(folder) = recorded("dylan_math") else { return };
    let expected = json(&folder.join("expected.json"));
    let format = format(vec![Extractor::HendrycksMath], Equivalence::Math, UnparsedPolicy::Exclude).compile().unwrap();
    let (mut problems, mut replies, mut answered, mut correct) = (0, 0, 0, 0);
    for path in files(&folder, |name| name.ends_with("_4_3.json")) {
        for (_, row) in json(&path).as_object().unwrap() {
            problems += 1;
            let mut last = Vec::new();
            for context in row[0].as_array().unwrap() {
                let given = context.as_array().unwrap().iter().filter(|message| message["role"] == "assistant");
                let found: Vec<_> =
                    given.map(|message| format.extract(message["content"].as_str().unwrap(), None)).collect();
                replies += found.len();
                answered += found.iter().flatten().count();
                last.extend(found.into_iter().last().flatten().map(|answer| answer.value));
            }
            let values: Vec<&str> = last.iter().map(AsRef::as_ref).collect();
            let groups = group(&values, format.equal(), &());
            // The mode, the earliest of equally large groups.
            let most = groups.iter().map(|g| g.members.len()).max().unwrap_or(0);
            let winner = groups.iter().find(|g| g.members.len() == most);
            correct += usize::from(winner.is_some_and(|g| format.same(&g.value, row[1].as_str().unwrap(), &())));
        }
    }
    println!("{problems} problems, {answered} of {replies} replies with an answer, {correct} correct");
    assert_eq!(expected["problems"], problems);
    assert_eq!((&expected["replies_with_answer"], &expected["replies"]), (&answered.into(), &replies.into()));
    assert_eq!(expected["correct"], correct);
}

#[test]
fn choice_letters_are_found_in_the_recorded_number_of_replies() {
    let Some(folder) = recorded("dylan_mmlu") else { return };
    let expected = json(&folder.join("expected.json"));
    let choice = Extractor::ChoiceParen { letters: "ABCD".into() };
    let format = format(vec![choice], Equivalence::Letter, UnparsedPolicy::Exclude).compile().unwrap();
    for n in ["n2", "n3", "n4", "n7"] {
        let (mut replies, mut parsed) = (0_u64, 0_u64);
        for path in files(&folder.join(n), |name| name.ends_with(".json")) {
            for line in std::fs::read_to_string(&path).unwrap().lines() {
                let seats: Vec<Vec<Option<String>>> = serde_json::from_str(line).unwrap();
                for reply in seats.into_iter().flatten().flatten() {
                    replies += 1;
                    parsed += u64::from(format.extract(&reply, None).is_some());
                }
            }
        }
        println!("{n}: {parsed} of {replies} replies with a letter");
        assert_eq!(
            (expected[n]["replies_parsed"].as_u64(), expected[n]["replies"].as_u64()),
            (Some(parsed), Some(replies))
        );
    }
}

/// Every reply of a council, with the name of its benchmark.
fn council(folder: &Path) -> Vec<(String, Vec<Option<String>>, Value)> {
    let mut runs = Vec::new();
    for path in files(folder, |name| name.starts_with("results_")) {
        let rows = json(&path);
        for row in rows.as_array().unwrap() {
            if row["stage2_data"]["extracted_answers"].is_null() {
                continue;
            }
            let replies = match &row["stage2_data"]["deliberation_responses"] {
                Value::Object(replies) if !replies.is_empty() => replies,
                _ => row["stage1_responses"].as_object().unwrap(),
            };
            let texts = replies.values().map(|text| text.as_str().map(str::to_owned)).collect();
            runs.push((row["benchmark"].as_str().unwrap().to_owned(), texts, row.clone()));
        }
    }
    runs
}

#[test]
fn council_replies_agree_once_markdown_and_units_are_read_away() {
    let Some(folder) = recorded("council_governance") else { return };
    let expected = json(&folder.join("expected.json"));
    let numbers =
        format(vec![Extractor::FinalAnswerLine], Equivalence::Numeric { rel: 0.0, abs: 0.0 }, UnparsedPolicy::Exclude);
    let letters = AnswerFormat { equal: Equivalence::Letter, ..numbers.clone() };
    let (mut replies, mut parsed, mut of_all, mut of_valid, mut ties, mut equal) = (0, 0, 0, 0, 0, 0);
    for (benchmark, texts, row) in council(&folder) {
        let format = if ["GSM8K", "AIMO"].contains(&benchmark.as_str()) { &numbers } else { &letters };
        let format = format.compile().unwrap();
        let answers: Vec<_> =
            texts.iter().filter_map(|text| format.extract(text.as_deref().unwrap_or(""), None)).collect();
        replies += texts.len();
        parsed += answers.len();
        let values: Vec<&str> = answers.iter().map(|answer| answer.value.as_ref()).collect();
        let groups = group(&values, format.equal(), &());
        of_valid += usize::from(groups.len() == 1);
        of_all += usize::from(groups.len() == 1 && answers.len() == texts.len());
        let most = groups.iter().map(|g| g.members.len()).max().unwrap();
        let winners: Vec<_> = groups.iter().filter(|g| g.members.len() == most).collect();
        if winners.len() > 1 {
            ties += 1;
        } else {
            let recorded = row["predicted"].as_str().unwrap_or_default();
            equal += usize::from(format.same(&winners[0].value, recorded, &()));
        }
    }
    println!("{parsed} of {replies} replies parsed, {of_all} runs unanimous, {equal} winners as recorded, {ties} tie");
    assert_eq!((expected["replies_parsed"].clone(), expected["replies"].clone()), (parsed.into(), replies.into()));
    assert_eq!(expected["runs_unanimous_among_all"], of_all);
    assert_eq!(expected["runs_unanimous_among_valid"], of_valid);
    assert_eq!((equal, ties), (29, 1));
}

/// What a judge of two answers is asked for, the first shown being `A`.
fn pair(shown: [&str; 2]) -> BallotShape {
    let label = |(label, option): (&str, &str)| Label { label: label.into(), option: OptionId::new(option).unwrap() };
    let labels = ["A", "B"].into_iter().zip(shown).map(label).collect();
    BallotShape { kind: BallotKind::Verdict, labels, may_abstain: false, confidence: false, reason: true }
}

#[test]
fn pairwise_markers_and_ratings_are_those_recorded() {
    let Some(folder) = recorded("mtbench_pairs") else { return };
    let rows = |name: &str| -> Vec<Value> {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let mut equal = 0;
    for row in rows("gpt-4_pair.jsonl") {
        for (judgement, winner, shown) in
            [("g1_judgment", "g1_winner", ["model_1", "model_2"]), ("g2_judgment", "g2_winner", ["model_2", "model_1"])]
        {
            let verdict = match parse_pairwise_marker(row[judgement].as_str().unwrap()) {
                Some(Marker::A) => shown[0],
                Some(Marker::B) => shown[1],
                Some(Marker::Tie) => "tie",
                None => "error",
            };
            assert_eq!(row[winner], verdict, "question {} {judgement}", row["question_id"]);
            let ballot = parse_ballot(row[judgement].as_str().unwrap(), None, &StopReason::End, &pair(shown)).ballot;
            let counted = match &ballot {
                Ballot::Choice(option) => option.as_str(),
                Ballot::Ranking(_) => "tie",
                _ => "error",
            };
            assert_eq!(row[winner], counted, "question {} {judgement} as a ballot", row["question_id"]);
            equal += 1;
        }
    }
    let mut ratings = 0;
    for row in rows("gpt-4_single.jsonl") {
        let score = match &row["score"] {
            Value::String(text) => text.parse::<f64>().unwrap(),
            number => number.as_f64().unwrap(),
        };
        assert_eq!(parse_rating_marker(row["judgment"].as_str().unwrap()), Some(score));
        ratings += 1;
    }
    assert_eq!((equal, ratings), (150, 160));
}

#[test]
fn grouping_with_a_ready_equivalence_is_the_same_as_with_the_format() {
    let equal = Equal::new(&Equivalence::Numeric { rel: 0.0, abs: 0.0 });
    let answers = ["$18", "18.0", "18 [/OUT]", "** 18**", "3 bolts", "9 * 2 = 18"];
    let groups: Vec<Vec<usize>> = group(&answers, &equal, &()).into_iter().map(|g| g.members).collect();
    assert_eq!(groups, [vec![0, 1, 2, 3], vec![4], vec![5]]);
}
