//! The contribution of each seat, against published importance vectors of recorded debates.

use std::path::{Path, PathBuf};

use aragora_core::analysis::{RatedRound, contribution, parse_ratings};
use serde::Deserialize;

/// The recorded data beside the repository. Tests that need it say so in one line and pass where it is absent.
fn shared(part: &str) -> Option<PathBuf> {
    let root = std::env::var_os("ARAGORA_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from);
    let path = root.join(part);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: no recorded data at {}", path.display());
    None
}

#[derive(Deserialize)]
struct Orders {
    shown: Vec<Vec<Option<Vec<usize>>>>,
    asked: Vec<Vec<usize>>,
}

/// Replies of one question by agent and round.
type Replies = Vec<Vec<Option<String>>>;

/// The last `(X)` with X in A to D, else the last `X)`. No match is an answer of its own here.
fn letter(reply: &str) -> Option<char> {
    let chars: Vec<char> = reply.chars().collect();
    let is_letter = |c: char| ('A'..='D').contains(&c.to_ascii_uppercase());
    let in_parens = chars.windows(3).rev().find(|w| w[0] == '(' && is_letter(w[1]) && w[2] == ')').map(|w| w[1]);
    let closed = || chars.windows(2).rev().find(|w| is_letter(w[0]) && w[1] == ')').map(|w| w[0]);
    in_parens.or_else(closed).map(|c| c.to_ascii_uppercase())
}

/// The largest group of equal answers of a round; of equally large ones that of the reply asked first.
fn winners(answers: &[(usize, Option<char>)], asked: &[usize]) -> Vec<usize> {
    let group = |answer: Option<char>| -> Vec<usize> {
        answers.iter().filter(|(_, other)| *other == answer).map(|(seat, _)| *seat).collect()
    };
    let mut best: Vec<usize> = Vec::new();
    for seat in asked {
        let answer = answers.iter().find(|(other, _)| other == seat).expect("asked seats answered").1;
        let members = group(answer);
        if members.len() > best.len() {
            best = members;
        }
    }
    best
}

fn rounds_of(replies: &Replies, orders: &Orders) -> Vec<RatedRound> {
    let count = replies.iter().map(Vec::len).max().unwrap_or(0);
    let reply = |seat: usize, round: usize| replies[seat].get(round).and_then(Option::as_deref);
    let rated = |round: usize| RatedRound {
        active: (0..replies.len()).filter(|&seat| reply(seat, round).is_some()).collect(),
        shown: orders.shown.get(round).cloned().unwrap_or_default(),
        ratings: (0..replies.len()).map(|seat| reply(seat, round).and_then(parse_ratings)).collect(),
    };
    (0..count).map(rated).collect()
}

/// (questions, questions whose vector is reproduced) of all files of one folder.
fn compare(folder: &Path, seats: usize) -> (usize, usize) {
    let (mut questions, mut equal) = (0, 0);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    for path in files {
        let read = |extension: &str| std::fs::read_to_string(path.with_extension(extension)).unwrap();
        let published = read("txt");
        let vectors: Vec<Vec<f64>> = serde_json::from_str(published.lines().nth(2).unwrap()).unwrap();
        let orders = read("order.jsonl");
        let replies = read("json");
        for ((replies, orders), vector) in replies.lines().zip(orders.lines()).zip(&vectors) {
            let replies: Replies = serde_json::from_str(replies).unwrap();
            let orders: Orders = serde_json::from_str(orders).unwrap();
            let rounds = rounds_of(&replies, &orders);
            let last = orders.asked.len() - 1;
            let answer_of = |&seat: &usize| (seat, replies[seat][last].as_deref().and_then(letter));
            let answers: Vec<(usize, Option<char>)> = rounds[last].active.iter().map(answer_of).collect();
            let found = contribution(seats, &rounds, &winners(&answers, &orders.asked[last]));

            let flat: Vec<f64> = found.importance.concat();
            questions += 1;
            let same = flat.len() == vector.len() && flat.iter().zip(vector).all(|(a, b)| (a - b).abs() < 1e-9);
            equal += usize::from(same);
        }
    }
    (questions, equal)
}

#[test]
fn contributions_equal_the_importance_published_for_1212_debates_of_2_3_and_4_agents() {
    let Some(data) = shared("data/debates/dylan_mmlu") else { return };
    for seats in [2, 3, 4] {
        assert_eq!(compare(&data.join(format!("n{seats}")), seats), (1212, 1212), "{seats} seats");
    }
}

fn round(active: &[usize], ratings: &[Option<&[i64]>]) -> RatedRound {
    RatedRound {
        active: active.to_vec(),
        shown: Vec::new(),
        ratings: ratings.iter().map(|r| r.map(<[i64]>::to_vec)).collect(),
    }
}

#[test]
fn the_winners_of_the_last_active_round_share_one_equally() {
    let found = contribution(3, &[round(&[0, 1, 2], &[]), round(&[], &[])], &[0, 2]);
    assert_eq!(found.importance, [vec![0.5, 0.0, 0.5], vec![0.0; 3]]);
    assert_eq!(found.totals, [0.5, 0.0, 0.5]);
}

#[test]
fn earlier_rounds_are_weighted_by_ratings_from_one_to_five() {
    // 9 counts as 5 and -3 as 0: seat 1 won, so only its ratings matter.
    let rounds = [round(&[0, 1], &[]), round(&[0, 1], &[Some(&[1, 1]), Some(&[9, -3])])];
    assert_eq!(contribution(2, &rounds, &[1]).totals, [1.0, 1.0]);
    let rounds = [round(&[0, 1], &[]), round(&[0, 1], &[None, Some(&[1, 3])])];
    assert_eq!(contribution(2, &rounds, &[1]).importance[0], [0.25, 0.75]);
}

#[test]
fn missing_wrongly_counted_and_all_zero_ratings_are_equal_ratings() {
    for ratings in [None, Some(&[5i64][..]), Some(&[5, 1, 1]), Some(&[0, 0])] {
        let rounds = [round(&[0, 1], &[]), round(&[0, 1], &[ratings, ratings])];
        assert_eq!(contribution(2, &rounds, &[0]).importance[0], [0.5, 0.5], "{ratings:?}");
    }
}

#[test]
fn ratings_follow_the_order_in_which_replies_were_shown() {
    let mut second = round(&[0], &[Some(&[1, 4])]);
    second.shown = vec![Some(vec![2, 1])];
    assert_eq!(contribution(3, &[round(&[0, 1, 2], &[]), second], &[0]).importance[0], [0.0, 0.8, 0.2]);
}

#[test]
fn impossible_seats_are_ignored_instead_of_panicking() {
    let mut second = round(&[0, 9], &[Some(&[5, 5])]);
    second.shown = vec![Some(vec![7, 1])];
    let found = contribution(2, &[round(&[0, 1], &[]), second], &[0, 9, 4]);
    assert_eq!(found.importance[0], [0.0, 0.25]);
    assert!(contribution(0, &[], &[0]).totals.is_empty());
}

#[test]
fn the_last_list_of_ratings_on_one_line_is_read() {
    assert_eq!(parse_ratings("[[1, 2]] and finally [[ 3 ,5, x, 2.5 ]]"), Some(vec![3, 5, 0, 0]));
    assert_eq!(parse_ratings("[[1,\n2]]"), None);
    assert_eq!(parse_ratings("[[1, 2]]\n[[3"), Some(vec![1, 2]));
    assert_eq!(parse_ratings("[[]]"), Some(vec![0]));
    assert_eq!(parse_ratings("[[[4, 5]]"), Some(vec![0, 5]));
    assert_eq!(parse_ratings("[[99999999999999999999, -99999999999999999999]]"), Some(vec![i64::MAX, i64::MIN]));
    assert_eq!(parse_ratings(""), None);
}
