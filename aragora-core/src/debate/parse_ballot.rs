//! From a reply to a ballot. Pure, total, without guessing: what is not clearly a ballot is `Invalid`, never a vote.
//!
//! A JSON object is the only source if there is one (`ballot_json`); otherwise label lines such as `Choice: B`
//! count (`ballot_text`), or a reply that is nothing but an option. Fenced and quoted lines never do.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::ballot::{Ballot, BallotShape, InvalidWhy};
use super::ballot_json;
use super::ballot_text;
use super::fixed::Fixed6;
use super::parse_line::{Line, excerpt, lines};
use super::parse_option::Labels;
use super::resolve;
use super::strict_json::Json;
use super::usage::StopReason;
use crate::ids::OptionId;

/// The longest piece of an unusable reply that a ballot keeps, in characters.
const MAX_RAW: usize = 1_000;

/// Something about a reply that a reader should know and that did not make it invalid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ParseWarning {
    /// `confidence_rejected`, `severity_rejected`, `ballot_revised` or `critique_unstructured`.
    pub code: &'static str,
    /// What was found.
    pub detail: String,
}

impl ParseWarning {
    pub(super) fn new(code: &'static str, found: &str) -> Self {
        Self { code, detail: excerpt(found, 120) }
    }
}

/// What a voter's reply says.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ParsedBallot {
    /// The ballot; `Invalid` whenever the reply is not clearly one. A judge's tie is a ranking with one rank.
    pub ballot: Ballot,
    /// Stated confidence 0..=1, rounded to six decimals.
    pub confidence: Option<f64>,
    /// The stated reason.
    pub reason: Option<String>,
    /// Whether the voter wants the debate to go on.
    #[serde(rename = "continue")]
    pub go_on: Option<bool>,
    /// Whether the voter is ready to decide; from structured output only.
    pub ready: Option<bool>,
    /// Whether some offered options were left unranked or without a score.
    pub partial: bool,
    /// What the reply says it answers; from structured output only.
    pub responds_to: Vec<String>,
    /// A judge's probability per option, normalised to sum 1; empty if not given.
    pub probabilities: BTreeMap<OptionId, Fixed6>,
    /// What a reader should know.
    pub warnings: Vec<ParseWarning>,
}

/// A ballot before the shape's last word: the ballot or why there is none, with what was said beside it.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) ballot: Result<Ballot, InvalidWhy>,
    pub(super) confidence: Option<f64>,
    pub(super) reason: Option<String>,
    pub(super) go_on: Option<bool>,
    pub(super) ready: Option<bool>,
    pub(super) responds_to: Vec<String>,
    pub(super) probabilities: BTreeMap<OptionId, Fixed6>,
    pub(super) warnings: Vec<ParseWarning>,
}

impl Draft {
    pub(super) fn invalid(why: InvalidWhy) -> Self {
        Self {
            ballot: Err(why),
            confidence: None,
            reason: None,
            go_on: None,
            ready: None,
            responds_to: Vec::new(),
            probabilities: BTreeMap::new(),
            warnings: Vec::new(),
        }
    }
}

/// Reads the ballot of a reply. `structured` is the provider's own structured value or what
/// [`Expect::resolve`](super::Expect::resolve) found; without it the text is searched in the same way.
///
/// ```
/// use aragora_core::debate::{Ballot, BallotKind, BallotShape, Label, StopReason, parse_ballot};
///
/// let label = |l: &str, option: &str| Label { label: l.into(), option: option.parse().unwrap() };
/// let shape = BallotShape {
///     kind: BallotKind::Choice,
///     labels: vec![label("A", "ship"), label("B", "wait")],
///     may_abstain: true,
///     confidence: true,
///     reason: true,
/// };
/// let parsed = parse_ballot("> Choice: A\n**Choice:** B\nConfidence: 85 %", None, &StopReason::End, &shape);
/// assert_eq!(parsed.ballot, Ballot::Choice("wait".parse().unwrap()));
/// assert_eq!(parsed.confidence, Some(0.85));
/// ```
pub fn parse_ballot(text: &str, structured: Option<&Value>, stop: &StopReason, shape: &BallotShape) -> ParsedBallot {
    let labels = Labels(shape);
    let draft = if matches!(stop, StopReason::Refusal | StopReason::ContentFilter) {
        Draft::invalid(InvalidWhy::Refused)
    } else {
        match resolve::ballot(shape, text, structured) {
            Json::Value(Value::Object(members)) => ballot_json::read(&members, labels),
            Json::Malformed(_) | Json::Value(_) => Draft::invalid(InvalidWhy::Malformed),
            Json::None => ballot_text::read(&lines(text), labels, *stop == StopReason::Length),
        }
    };
    finish(draft, text, structured, shape)
}

/// Whether the lines hold a valid ballot in text form.
pub(super) fn says_ballot(lines: &[Line<'_>], shape: &BallotShape) -> bool {
    ballot_text::read(lines, Labels(shape), false).ballot.is_ok()
}

fn finish(draft: Draft, text: &str, structured: Option<&Value>, shape: &BallotShape) -> ParsedBallot {
    let why_not = |why| {
        let raw = match structured {
            Some(value) if text.trim().is_empty() => value.to_string(),
            _ => text.to_owned(),
        };
        Ballot::Invalid { raw: excerpt(&raw, MAX_RAW), why }
    };
    let ballot = match draft.ballot {
        Ok(Ballot::Abstain { .. }) if !shape.may_abstain => why_not(InvalidWhy::Malformed),
        Ok(Ballot::Abstain { reason }) if reason.is_empty() => {
            Ballot::Abstain { reason: draft.reason.clone().unwrap_or_default() }
        }
        Ok(ballot) => ballot,
        Err(why) => why_not(why),
    };
    let named = match &ballot {
        Ballot::Ranking(ranks) => Some(ranks.iter().map(Vec::len).sum()),
        Ballot::Scores(scores) => Some(scores.len()),
        _ => None,
    };
    ParsedBallot {
        partial: named.is_some_and(|named: usize| named < shape.labels.len()),
        ballot,
        confidence: draft.confidence,
        reason: draft.reason,
        go_on: draft.go_on,
        ready: draft.ready,
        responds_to: draft.responds_to,
        probabilities: draft.probabilities,
        warnings: draft.warnings,
    }
}
