//! How each style votes. Only what is visible in the request is counted.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{DemoStyle, Dice};
use crate::agents::ballot_reply::BallotReply;
use crate::agents::request::AgentRequest;
use crate::debate::{Ballot, BallotKind, BallotShape, Fixed6, Label};
use crate::ids::OptionId;

/// Words that mark a line as an objection.
const OBJECTIONS: &[&str] =
    &["but", "concern", "doubt", "flaw", "however", "issue", "problem", "risk", "unclear", "weak", "wrong"];

pub(super) fn cast(style: DemoStyle, request: &AgentRequest, shape: &BallotShape, dice: &Dice) -> BallotReply {
    let order = order(style, request, shape, dice);
    let Some(best) = order.first() else {
        return Ballot::Abstain { reason: "there is no option".into() }.into();
    };
    let ballot = match &shape.kind {
        BallotKind::Choice | BallotKind::Verdict => Ballot::Choice(best.clone()),
        BallotKind::Ranking => Ballot::Ranking(order.iter().map(|option| vec![option.clone()]).collect()),
        BallotKind::Approval => Ballot::Approval(order.iter().take(order.len().div_ceil(2)).cloned().collect()),
        BallotKind::Scores { lo, hi } => Ballot::Scores(scores(&order, *lo, *hi)),
        BallotKind::Points { total } => Ballot::Points(points(&order, *total)),
    };
    let confidence = match style {
        DemoStyle::Supportive => 0.85,
        DemoStyle::Critical => 0.7,
        DemoStyle::Balanced => 0.5,
        DemoStyle::Contrarian => 0.6,
    };
    BallotReply::from(ballot).with_confidence(confidence).with_reason(format!("the {} demo view", style.as_str()))
}

// Options best first; equal ones in an order that only seed and request decide.
fn order(style: DemoStyle, request: &AgentRequest, shape: &BallotShape, dice: &Dice) -> Vec<OptionId> {
    let listed = listed(request, shape);
    let mut options: Vec<(i64, u64, OptionId)> = shape
        .labels
        .iter()
        .map(|label| {
            let text = listed.get(&label.label).map(String::as_str);
            let (favour, issues) = counted(request, label, text);
            let merit = match style {
                DemoStyle::Supportive => favour,
                DemoStyle::Critical => -issues,
                DemoStyle::Contrarian => -favour,
                DemoStyle::Balanced => 0,
            };
            (merit, dice.roll(label.option.as_str()), label.option.clone())
        })
        .collect();
    options.sort_by_key(|(merit, tie, option)| (Reverse(*merit), *tie, option.clone()));
    let mut order: Vec<OptionId> = options.into_iter().map(|(_, _, option)| option).collect();
    if style == DemoStyle::Balanced && !order.is_empty() {
        order.sort();
        let turns = usize::try_from(u64::from(request.round) % order.len() as u64).unwrap_or(0);
        order.rotate_left(turns);
    }
    order
}

// How many visible messages favour an option, and how many of their lines object to it. The last message only lists
// the options.
fn counted(request: &AgentRequest, label: &Label, text: Option<&str>) -> (i64, i64) {
    let earlier = request.messages.len().saturating_sub(1);
    let (mut favour, mut issues) = (0, 0);
    for message in request.messages.iter().take(earlier) {
        let mentions = |line: &str| {
            line.contains(&format!("({})", label.label)) || text.is_some_and(|text| line.to_lowercase().contains(text))
        };
        let (mut backed, mut objected) = (false, 0);
        for line in message.text.lines().filter(|line| mentions(line)) {
            let lower = line.to_lowercase();
            let words = || lower.split(|c: char| !c.is_alphanumeric());
            if OBJECTIONS.iter().any(|word| words().any(|w| w.trim_end_matches('s') == *word)) {
                objected += 1;
            } else {
                backed = true;
            }
        }
        favour += i64::from(backed);
        issues += objected;
    }
    (favour, issues)
}

// The text beside each label in the last message, lower case, where it is listed as `(A) text`, `A) text`, `A: text`
// or `A. text`.
fn listed(request: &AgentRequest, shape: &BallotShape) -> BTreeMap<String, String> {
    let Some(last) = request.messages.last() else { return BTreeMap::new() };
    let mut listed = BTreeMap::new();
    for line in last.text.lines() {
        let line = line.trim_start_matches(['-', '*', ' ', '(']);
        for label in &shape.labels {
            let Some(rest) = line.strip_prefix(label.label.as_str()) else { continue };
            let Some(text) = rest.strip_prefix([')', ':', '.']) else { continue };
            let text = text.trim().trim_matches('*').trim().to_lowercase();
            if text.chars().count() > 1 {
                listed.entry(label.label.clone()).or_insert(text);
            }
        }
    }
    listed
}

fn scores(order: &[OptionId], lo: Fixed6, hi: Fixed6) -> BTreeMap<OptionId, Fixed6> {
    let steps = i64::try_from(order.len()).unwrap_or(i64::MAX).max(2) - 1;
    let span = hi.0.saturating_sub(lo.0);
    let score = |place: usize| Fixed6(hi.0 - span / steps * i64::try_from(place).unwrap_or(0).min(steps));
    order.iter().enumerate().map(|(place, option)| (option.clone(), score(place))).collect()
}

// Halves what is left from place to place; the first gets the rest.
fn points(order: &[OptionId], total: u32) -> BTreeMap<OptionId, u32> {
    let mut left = total;
    let mut points = BTreeMap::new();
    for option in order {
        let share = left.div_ceil(2);
        left -= share;
        points.insert(option.clone(), share);
    }
    if let Some(first) = order.first().and_then(|best| points.get_mut(best)) {
        *first += left;
    }
    points
}
