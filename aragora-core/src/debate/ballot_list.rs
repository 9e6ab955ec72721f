//! Rankings, approvals, scores and points: ballots that name several options.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::Value;

use super::ballot::{Ballot, BallotKind, InvalidWhy};
use super::fixed::Fixed6;
use super::parse_number::decimal;
use super::parse_option::{Labels, abstains, same_words};
use super::parse_pattern::Pattern;
use super::strict_json::{Json, read};
use crate::ids::OptionId;

/// A number of a scores or points ballot as it was given.
#[derive(Clone, Copy, Debug)]
pub(super) enum Given<'a> {
    Json(&'a Value),
    Text(&'a str),
}

impl Given<'_> {
    fn number(self) -> Result<f64, InvalidWhy> {
        let number = match self {
            Self::Json(value) => value.as_f64(),
            Self::Text(text) => decimal(text),
        };
        number.filter(|number| number.is_finite()).ok_or(InvalidWhy::Malformed)
    }
}

/// Ranks in order: no option twice, at least one.
pub(super) fn ranking(ranks: Vec<Vec<OptionId>>) -> Result<Ballot, InvalidWhy> {
    let mut seen = BTreeSet::new();
    if ranks.iter().flatten().any(|option| !seen.insert(option)) {
        return Err(InvalidWhy::Duplicate);
    }
    if seen.is_empty() { Err(InvalidWhy::NoBallot) } else { Ok(Ballot::Ranking(ranks)) }
}

/// `A > B = C`, `A, B, C` or a JSON list.
pub(super) fn ranking_of(value: &str, labels: Labels<'_>) -> Result<Ballot, InvalidWhy> {
    if abstains(value) {
        return Ok(Ballot::Abstain { reason: String::new() });
    }
    if let Some(items) = json_list(value)? {
        return ranking_of_items(&items, labels);
    }
    let value = without_brackets(value);
    let separator = if value.contains('>') { '>' } else { ',' };
    let rank = |part: &str| part.split('=').map(|token| labels.token(token)).collect::<Result<Vec<_>, _>>();
    ranking(value.split(separator).map(rank).collect::<Result<_, _>>()?)
}

/// A JSON list of labels; an inner list holds labels tied with each other.
pub(super) fn ranking_of_items(items: &[Value], labels: Labels<'_>) -> Result<Ballot, InvalidWhy> {
    let rank = |item: &Value| match item {
        Value::String(token) => Ok(vec![labels.token(token)?]),
        Value::Array(tied) => tied.iter().map(|item| token(item, labels)).collect(),
        _ => Err(InvalidWhy::Malformed),
    };
    let ranks: Vec<Vec<OptionId>> = items.iter().map(rank).collect::<Result<_, _>>()?;
    ranking(ranks.into_iter().filter(|rank| !rank.is_empty()).collect())
}

/// A list of labels; `[]` and `none` approve nobody.
pub(super) fn approval_of(value: &str, labels: Labels<'_>) -> Result<Ballot, InvalidWhy> {
    static AND: LazyLock<Pattern> = LazyLock::new(|| Pattern::new(r"(?i),?\s+and\s+|\s*&\s*"));
    let plain = value.trim().trim_end_matches('.');
    // Said of a list, these mean an empty one; said of a choice they are an abstention.
    if same_words(plain, "none") || same_words(plain, "neither") {
        return Ok(Ballot::Approval(BTreeSet::new()));
    }
    if abstains(value) {
        return Ok(Ballot::Abstain { reason: String::new() });
    }
    if let Some(items) = json_list(value)? {
        return approval_of_items(&items, labels);
    }
    let listed = AND.replace_all(without_brackets(value), ",");
    listed.split(',').map(|token| labels.token(token)).collect::<Result<_, _>>().map(Ballot::Approval)
}

/// A JSON list of labels.
pub(super) fn approval_of_items(items: &[Value], labels: Labels<'_>) -> Result<Ballot, InvalidWhy> {
    items.iter().map(|item| token(item, labels)).collect::<Result<_, _>>().map(Ballot::Approval)
}

/// Numbers by label: scores inside the declared range, or whole points up to the total. Nothing is clamped.
pub(super) fn numbers<'a>(
    kind: &BallotKind,
    given: impl IntoIterator<Item = (&'a str, Given<'a>)>,
    labels: Labels<'_>,
) -> Result<Ballot, InvalidWhy> {
    let mut found = BTreeMap::new();
    for (label, number) in given {
        if found.insert(labels.token(label)?, number.number()?).is_some() {
            return Err(InvalidWhy::Duplicate);
        }
    }
    if found.is_empty() {
        return Err(InvalidWhy::NoBallot);
    }
    match kind {
        BallotKind::Scores { lo, hi } => {
            let inside = |score: f64| Fixed6::from_f64(score).filter(|score| (lo..=hi).contains(&score));
            let scores = found.into_iter().map(|(option, score)| Some((option, inside(score)?)));
            scores.collect::<Option<_>>().map(Ballot::Scores).ok_or(InvalidWhy::OutOfRange)
        }
        BallotKind::Points { total } => points(found, *total),
        _ => Err(InvalidWhy::Malformed),
    }
}

fn points(found: BTreeMap<OptionId, f64>, total: u32) -> Result<Ballot, InvalidWhy> {
    let mut points = BTreeMap::new();
    let mut sum = 0_u64;
    for (option, number) in found {
        if number.fract() != 0.0 {
            return Err(InvalidWhy::Malformed);
        }
        if !(0.0..=f64::from(total)).contains(&number) {
            return Err(InvalidWhy::OutOfRange);
        }
        sum += number as u64;
        points.insert(option, number as u32);
    }
    if sum > u64::from(total) { Err(InvalidWhy::OutOfRange) } else { Ok(Ballot::Points(points)) }
}

/// Label and number of `A: 7` or `A = 7`.
pub(super) fn pair(text: &str) -> Option<(&str, &str)> {
    text.split_once([':', '=']).map(|(label, number)| (label.trim(), number.trim()))
}

/// The pairs of `A: 7, B: 3`.
pub(super) fn pairs(value: &str) -> Result<Vec<(&str, Given<'_>)>, InvalidWhy> {
    let value = without_brackets(value);
    let one = |part| pair(part).map(|(label, number)| (label, Given::Text(number))).ok_or(InvalidWhy::Malformed);
    value.split([',', ';']).map(one).collect()
}

fn token(item: &Value, labels: Labels<'_>) -> Result<OptionId, InvalidWhy> {
    labels.token(item.as_str().ok_or(InvalidWhy::Malformed)?)
}

fn json_list(value: &str) -> Result<Option<Vec<Value>>, InvalidWhy> {
    let value = value.trim();
    if !value.starts_with('[') {
        return Ok(None);
    }
    match read(value.strip_suffix('.').unwrap_or(value)) {
        Json::Value(Value::Array(items)) => Ok(Some(items)),
        Json::Malformed(_) => Err(InvalidWhy::Malformed),
        _ => Ok(None),
    }
}

/// Without one pair of brackets around the whole list, as in `[A, B]`.
fn without_brackets(value: &str) -> &str {
    let value = value.trim().trim_end_matches('.');
    let inner = [('[', ']'), ('{', '}'), ('(', ')')]
        .iter()
        .find_map(|(open, close)| value.strip_prefix(*open).and_then(|rest| rest.strip_suffix(*close)));
    inner.filter(|inner| !inner.contains(['[', ']', '{', '}', '(', ')'])).unwrap_or(value)
}
