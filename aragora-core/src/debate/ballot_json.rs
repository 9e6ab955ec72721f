//! Ballots in JSON. The object is the only source: nothing in it is repaired from the text around it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::ballot::{Ballot, BallotKind, InvalidWhy};
use super::ballot_list::{Given, approval_of, approval_of_items, numbers, ranking_of, ranking_of_items};
use super::fixed::Fixed6;
use super::parse_ballot::Draft;
use super::parse_line::Topic;
use super::parse_number::yes_or_no;
use super::parse_option::{Labels, same_words};
use super::parse_signals::of_members;
use crate::ids::OptionId;

/// Reads the ballot object.
pub(super) fn read(members: &Map<String, Value>, labels: Labels<'_>) -> Draft {
    let signals = of_members(members);
    let mut draft = Draft {
        confidence: signals.confidence,
        go_on: signals.go_on,
        ready: signals.ready,
        responds_to: signals.responds_to,
        warnings: signals.warnings,
        reason: about(members, Topic::Reason)
            .find_map(Value::as_str)
            .map(str::trim)
            .filter(|r| !r.is_empty())
            .map(str::to_owned),
        ..Draft::invalid(InvalidWhy::NoBallot)
    };
    let abstention = about(members, Topic::Abstain).find_map(abstention);
    let ballot = stated(members, labels);
    draft.ballot = match (ballot, abstention) {
        (Ok(Ballot::Abstain { .. }) | Err(InvalidWhy::NoBallot), Some(reason)) => Ok(Ballot::Abstain { reason }),
        // Enforced schemas make a voter fill every member in, so an empty list beside an abstention says nothing.
        (Ok(Ballot::Approval(approved)), Some(reason)) if approved.is_empty() => Ok(Ballot::Abstain { reason }),
        (Ok(_), Some(_)) => Err(InvalidWhy::Conflicting),
        (ballot, _) => ballot,
    };
    if labels.0.kind == BallotKind::Verdict && draft.ballot.is_ok() {
        match probabilities(members, labels) {
            Ok(found) => draft.probabilities = found,
            Err(why) => draft.ballot = Err(why),
        }
    }
    draft
}

/// The members about a topic that are not null.
fn about(members: &Map<String, Value>, topic: Topic) -> impl Iterator<Item = &Value> {
    members.iter().filter(move |(name, value)| Topic::named(name) == Some(topic) && !value.is_null()).map(|(_, v)| v)
}

/// The reason of an `abstain` member that means yes.
fn abstention(value: &Value) -> Option<String> {
    match value {
        Value::Bool(true) => Some(String::new()),
        Value::String(text) => match yes_or_no(text) {
            Some(abstains) => abstains.then(String::new),
            None => Some(text.trim().to_owned()).filter(|reason| !reason.is_empty()),
        },
        _ => None,
    }
}

fn stated(members: &Map<String, Value>, labels: Labels<'_>) -> Result<Ballot, InvalidWhy> {
    let kind = &labels.0.kind;
    match kind {
        BallotKind::Choice => agreed(about(members, Topic::Choice).map(|value| choice(value, labels))),
        BallotKind::Verdict => {
            let named = |name: &str| ["verdict", "winner"].iter().any(|known| same_words(name, known));
            let verdicts =
                members.iter().filter(|(name, value)| named(name) && !value.is_null()).map(|(_, value)| value);
            agreed(verdicts.chain(about(members, Topic::Choice)).map(|value| choice(value, labels)))
        }
        BallotKind::Ranking => agreed(about(members, Topic::Ranking).map(|value| match value {
            Value::Array(items) => ranking_of_items(items, labels),
            Value::String(text) => ranking_of(text, labels),
            _ => Err(InvalidWhy::Malformed),
        })),
        BallotKind::Approval => agreed(about(members, Topic::Approve).map(|value| match value {
            Value::Array(items) => approval_of_items(items, labels),
            Value::String(text) => approval_of(text, labels),
            _ => Err(InvalidWhy::Malformed),
        })),
        BallotKind::Scores { .. } | BallotKind::Points { .. } => {
            let topics: &[Topic] = if matches!(kind, BallotKind::Points { .. }) {
                &[Topic::Points, Topic::Scores]
            } else {
                &[Topic::Scores]
            };
            let mut maps = topics.iter().flat_map(|topic| about(members, *topic)).peekable();
            if maps.peek().is_some() {
                return agreed(maps.map(|value| match value {
                    Value::Object(map) => numbers(kind, given(map), labels),
                    _ => Err(InvalidWhy::Malformed),
                }));
            }
            // `Scores: {"A": 7}` in a text: the object is the map itself.
            let signal = |name: &str| ["ready", "responds_to"].contains(&name);
            let bare = members.iter().filter(|(name, _)| Topic::named(name).is_none() && !signal(name));
            numbers(kind, bare.map(|(name, value)| (name.as_str(), Given::Json(value))), labels)
        }
    }
}

fn given(map: &Map<String, Value>) -> impl Iterator<Item = (&str, Given<'_>)> {
    map.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.as_str(), Given::Json(value)))
}

/// The one ballot that all members of a kind state.
fn agreed(ballots: impl Iterator<Item = Result<Ballot, InvalidWhy>>) -> Result<Ballot, InvalidWhy> {
    let mut ballots = ballots;
    let first = ballots.next().unwrap_or(Err(InvalidWhy::NoBallot))?;
    for other in ballots {
        if other? != first {
            return Err(InvalidWhy::Conflicting);
        }
    }
    Ok(first)
}

fn choice(value: &Value, labels: Labels<'_>) -> Result<Ballot, InvalidWhy> {
    let text = value.as_str().ok_or(InvalidWhy::Malformed)?;
    if text.trim().is_empty() { Err(InvalidWhy::NoBallot) } else { labels.choice(text) }
}

/// A judge's probabilities: each 0..=1, together .98..=1.02, then normalised.
fn probabilities(members: &Map<String, Value>, labels: Labels<'_>) -> Result<BTreeMap<OptionId, Fixed6>, InvalidWhy> {
    let named = |name: &str| ["probability", "probabilities"].iter().any(|known| same_words(name, known));
    let Some((_, value)) = members.iter().find(|(name, value)| named(name) && !value.is_null()) else {
        return Ok(BTreeMap::new());
    };
    let stated = value.as_object().ok_or(InvalidWhy::Malformed)?;
    let mut found = BTreeMap::new();
    for (label, share) in stated {
        let share = share.as_f64().ok_or(InvalidWhy::Malformed)?;
        if !(0.0..=1.0).contains(&share) {
            return Err(InvalidWhy::OutOfRange);
        }
        if found.insert(labels.token(label)?, share).is_some() {
            return Err(InvalidWhy::Duplicate);
        }
    }
    let sum: f64 = found.values().sum();
    // Half a millionth on both sides so that .49 + .49 counts as .98 on every platform.
    if !(0.979_999_5..=1.020_000_5).contains(&sum) {
        return Err(InvalidWhy::OutOfRange);
    }
    let normal = found.into_iter().map(|(option, share)| Some((option, Fixed6::from_f64(share / sum)?)));
    normal.collect::<Option<_>>().ok_or(InvalidWhy::Malformed)
}
