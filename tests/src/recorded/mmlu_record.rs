//! Reads the DyLAN runs on MMLU: replies, published results, orders, gold letters.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::read::{Read, Unreadable, json, lines, name, stem, text};

/// One question of one file.
#[derive(Clone, Debug)]
pub(super) struct Question {
    /// File and line, for people.
    pub(super) place: String,
    /// `replies[agent][round]`; absent where the agent was not asked.
    pub(super) replies: Vec<Vec<Option<String>>>,
    pub(super) orders: Orders,
    /// The correct letter, where it is known.
    pub(super) gold: Option<String>,
    /// Whether the published run was right.
    pub(super) was_correct: bool,
    /// Published importance, index `round * agents + agent`.
    pub(super) importance: Vec<f64>,
}

/// In which order agents were asked, and shown what others had said.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Orders {
    pub(super) asked: Vec<Vec<usize>>,
    #[serde(default)]
    pub(super) shown: Option<Vec<Vec<Option<Vec<usize>>>>>,
}

/// One file of questions.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) questions: Vec<Question>,
    /// Model calls of all its questions, as published.
    pub(super) calls: u64,
}

/// The correct letters per file.
pub(super) type Gold = BTreeMap<String, Vec<Option<String>>>;

/// The number of agents a folder is named after, `n4` for 4.
pub(super) fn agents_of(folder: &Path) -> Option<usize> {
    name(folder).strip_prefix('n')?.parse().ok().filter(|agents| (2..=64).contains(agents))
}

/// The files of replies of a folder.
pub(super) fn is_replies(name: &str) -> bool {
    name.strip_suffix(".json").is_some_and(|stem| stem.contains("_test"))
}

pub(super) fn read_file(path: &Path, agents: usize, gold: &Gold) -> Read<File> {
    let replies: Vec<Vec<Vec<Option<String>>>> = lines(path)?;
    for (at, seats) in replies.iter().enumerate() {
        let rounds = seats.first().map_or(0, Vec::len);
        if seats.len() != agents || rounds == 0 || seats.iter().any(|said| said.len() != rounds) {
            let found: Vec<usize> = seats.iter().map(Vec::len).collect();
            let reason =
                format!("line {}: rounds {found:?} by agent, expected {agents} agents of equal length", at + 1);
            return Err(Unreadable::new(path, reason));
        }
    }
    let count = replies.len();
    let beside = |extension: &str| path.with_extension(extension);
    let orders: Vec<Orders> = of_length(&beside("order.jsonl"), count, lines(&beside("order.jsonl"))?)?;
    let result = Published::read(&beside("txt"), count)?;
    let letters = letters(path, count, gold)?;
    let rows = replies.into_iter().zip(orders).zip(result.correct).zip(result.importance).zip(letters).enumerate();
    let mut questions = Vec::with_capacity(count);
    for (at, ((((replies, orders), was_correct), importance), gold)) in rows {
        let named = orders.asked.iter().flatten().chain(orders.shown.iter().flatten().flatten().flatten().flatten());
        if let Some(stranger) = named.into_iter().find(|agent| **agent >= agents) {
            let reason = format!("line {}: agent {stranger}, expected 0 to {}", at + 1, agents - 1);
            return Err(Unreadable::new(&beside("order.jsonl"), reason));
        }
        let place = format!("{} line {}", name(path), at + 1);
        questions.push(Question { place, replies, orders, gold, was_correct, importance });
    }
    Ok(File { questions, calls: result.calls })
}

// The gold list of a file has its name without `_test` and without agents and rounds at the end.
fn letters(path: &Path, count: usize, gold: &Gold) -> Read<Vec<Option<String>>> {
    let stem = stem(path);
    let subject = stem.rsplit_once('_').map_or(stem.as_str(), |(subject, _)| subject).replacen("_test", "", 1);
    let file = path.parent().and_then(Path::parent).map_or_else(PathBuf::new, |set| set.join("gold.json"));
    let known = gold.get(&subject).ok_or_else(|| Unreadable::new(&file, format!("no letters for {subject}")))?;
    of_length(&file, count, known.clone())
        .map_err(|wrong| Unreadable { reason: format!("{subject}: {}", wrong.reason), ..wrong })
}

pub(super) fn read_gold(set: &Path) -> Read<Gold> {
    json(&set.join("gold.json"))
}

fn of_length<T>(path: &Path, count: usize, rows: Vec<T>) -> Read<Vec<T>> {
    if rows.len() == count {
        return Ok(rows);
    }
    Err(Unreadable::new(path, format!("{} entries, expected {count}, one per question", rows.len())))
}

/// The `.txt` file as published.
struct Published {
    correct: Vec<bool>,
    calls: u64,
    importance: Vec<Vec<f64>>,
}

impl Published {
    fn read(path: &Path, count: usize) -> Read<Self> {
        let text = text(path)?;
        let mut lines = text.lines();
        let mut next = |what: &str| lines.next().ok_or_else(|| Unreadable::new(path, format!("no line with {what}")));
        let bad = |what: &str, error: &dyn std::fmt::Display| Unreadable::new(path, format!("{what}: {error}"));
        let first = next("results")?;
        // Written by Python: `[True, False] 0.5`.
        let list = first.rsplit_once(' ').map_or(first, |(list, _)| list);
        let list = list.replace("True", "true").replace("False", "false");
        let correct: Vec<bool> = serde_json::from_str(&list).map_err(|error| bad("line 1", &error))?;
        let calls = next("calls")?.split(' ').next().unwrap_or_default();
        let calls = calls.parse().map_err(|error| bad("line 2", &error))?;
        let importance: Vec<Vec<f64>> =
            serde_json::from_str(next("importance")?).map_err(|error| bad("line 3", &error))?;
        Ok(Self { correct: of_length(path, count, correct)?, calls, importance: of_length(path, count, importance)? })
    }
}
