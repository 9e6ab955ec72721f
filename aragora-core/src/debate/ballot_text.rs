//! Ballots in plain text: label lines, blocks of lines after a label, judges' markers, or a reply that is nothing
//! but an option.

use std::sync::LazyLock;

use super::ballot::{Ballot, BallotKind, InvalidWhy};
use super::ballot_list::{Given, approval_of, numbers, pair, pairs, ranking, ranking_of};
use super::parse_ballot::{Draft, ParseWarning};
use super::parse_line::{self, Line, Topic, labelled, last_value, said, value_at};
use super::parse_marker::last_marker;
use super::parse_number::yes_or_no;
use super::parse_option::{Labels, Said, abstains, without_word};
use super::parse_pattern::Pattern;
use super::parse_signals::of_lines;
use crate::ids::OptionId;

/// The longest reply that is taken for an option without a label, in characters.
const MAX_BARE: usize = 12;

/// A ballot, and the last line it was read from.
type Found = (Result<Ballot, InvalidWhy>, usize);

/// Reads a ballot from lines. With `cut` the reply ended at its length limit, so the last line may lack its end.
pub(super) fn read(lines: &[Line<'_>], labels: Labels<'_>, cut: bool) -> Draft {
    let said = said(lines, labels.wide());
    let signals = of_lines(&said, cut);
    let mut draft = Draft {
        confidence: signals.confidence,
        go_on: signals.go_on,
        warnings: signals.warnings,
        reason: last_value(&said, Topic::Reason, false).map(str::to_owned),
        ..Draft::invalid(InvalidWhy::NoBallot)
    };
    let mut found: Vec<Found> = match labels.0.kind {
        BallotKind::Verdict => marked(lines, &said, labels).into_iter().collect(),
        _ => Vec::new(),
    };
    if found.is_empty() {
        found = topics(&labels.0.kind)
            .iter()
            .flat_map(|topic| labelled(&said, *topic))
            .map(|at| block(&said, at, labels))
            .collect();
        found.sort_by_key(|(_, line)| *line);
    }
    if found.is_empty() && matches!(labels.0.kind, BallotKind::Scores { .. } | BallotKind::Points { .. }) {
        found.extend(number_lines(&said, 0, labels));
    }
    let abstention = labelled(&said, Topic::Abstain).pop().and_then(|at| abstention(&said, at));
    let earlier: Vec<_> = found.iter().rev().skip(1).map(|(ballot, _)| ballot.clone()).collect();
    draft.ballot = match (found.pop(), abstention) {
        (Some((Ok(Ballot::Abstain { .. }) | Err(_), _)) | None, Some(reason)) => Ok(Ballot::Abstain { reason }),
        (Some(_), Some(_)) => Err(InvalidWhy::Conflicting),
        (Some((ballot, line)), None) if cut && !finished(&said, line, &ballot, labels) => Err(InvalidWhy::Truncated),
        (Some((ballot, _)), None) => ballot,
        (None, None) if cut => Err(InvalidWhy::Truncated),
        (None, None) => whole(&said, labels),
    };
    if draft.ballot.is_ok() && earlier.iter().any(|ballot| ballot.is_ok() && *ballot != draft.ballot) {
        draft.warnings.push(ParseWarning::new("ballot_revised", "an earlier line said something else"));
    }
    draft
}

fn topics(kind: &BallotKind) -> &'static [Topic] {
    match kind {
        BallotKind::Choice | BallotKind::Verdict => &[Topic::Choice],
        BallotKind::Ranking => &[Topic::Ranking],
        BallotKind::Approval => &[Topic::Approve],
        BallotKind::Scores { .. } => &[Topic::Scores],
        BallotKind::Points { .. } => &[Topic::Points, Topic::Scores],
    }
}

/// The reason of an `abstain:` line that means yes. Left blank it means nothing.
fn abstention(said: &[parse_line::Said], at: usize) -> Option<String> {
    let (value, _) = value_at(said, at)?;
    match yes_or_no(value) {
        Some(abstains) => abstains.then(String::new),
        None => Some(value.to_owned()),
    }
}

/// The ballot whose label line is at `at`.
fn block(said: &[parse_line::Said], at: usize, labels: Labels<'_>) -> Found {
    let inline = said.get(at).and_then(|line| line.label.as_ref()).is_some_and(|(_, value)| !value.is_empty());
    let Some((value, line)) = value_at(said, at) else {
        return (Err(InvalidWhy::Malformed), at);
    };
    let listed = (!inline).then(|| tokens(said, at + 1, labels)).filter(|(tokens, _)| !tokens.is_empty());
    match (&labels.0.kind, listed) {
        (BallotKind::Choice | BallotKind::Verdict, _) => (labels.choice(value), line),
        (BallotKind::Ranking, Some((_, last))) if numbered(value).is_none() => {
            // Lines without numbers could be in any order.
            if last > line { (Err(InvalidWhy::Malformed), last) } else { (ranking_of(value, labels), line) }
        }
        (BallotKind::Ranking, _) if !inline && numbered(value).is_some() => numbered_ranking(said, at + 1, labels),
        (BallotKind::Ranking, _) => (ranking_of(value, labels), line),
        (BallotKind::Approval, Some((tokens, last))) => {
            (tokens.into_iter().collect::<Result<_, _>>().map(Ballot::Approval), last)
        }
        (BallotKind::Approval, None) => (approval_of(value, labels), line),
        (kind, _) if inline => {
            let ballot = if abstains(value) {
                Ok(Ballot::Abstain { reason: String::new() })
            } else {
                pairs(value).and_then(|pairs| numbers(kind, pairs, labels))
            };
            (ballot, line)
        }
        (_, _) => number_lines(said, at + 1, labels).unwrap_or((Err(InvalidWhy::Malformed), line)),
    }
}

/// Number and text of `1. A`.
fn numbered(line: &str) -> Option<(usize, &str)> {
    static NUMBERED: LazyLock<Pattern> = LazyLock::new(|| Pattern::new(r"^([0-9]{1,3})[.)]\s*(.+)$"));
    let found = NUMBERED.captures(line)?;
    Some((found.get(1)?.as_str().parse().ok()?, found.get(2)?.as_str()))
}

/// The lines from `from` on that are a label and nothing else, numbered or not, up to the first other one.
fn tokens(said: &[parse_line::Said], from: usize, labels: Labels<'_>) -> (Vec<Result<OptionId, InvalidWhy>>, usize) {
    let mut found = Vec::new();
    let mut last = from;
    for (at, line) in said.iter().enumerate().skip(from) {
        let text = numbered(&line.text).map_or(line.text.as_str(), |(_, text)| text);
        match labels.token(text) {
            Err(InvalidWhy::Malformed) => break,
            token => found.push(token),
        }
        last = at;
    }
    (found, last)
}

/// The lines `1.`, `2.` and so on from `from` on, up to the next label line; other lines between them explain.
fn numbered_ranking(said: &[parse_line::Said], from: usize, labels: Labels<'_>) -> Found {
    let mut ranks = Vec::new();
    let mut last = from;
    for (at, line) in said.iter().enumerate().skip(from).take_while(|(_, line)| line.label.is_none()) {
        let Some((number, text)) = numbered(&line.text) else { continue };
        if number == 1 && !ranks.is_empty() {
            break;
        }
        if number != ranks.len() + 1 {
            return (Err(InvalidWhy::Malformed), at);
        }
        last = at;
        match rank(text, labels) {
            Ok(rank) => ranks.push(rank),
            Err(why) => return (Err(why), at),
        }
    }
    (ranking(ranks), last)
}

/// `A`, `A = B`, or an option with its explanation.
fn rank(text: &str, labels: Labels<'_>) -> Result<Vec<OptionId>, InvalidWhy> {
    let tied: Result<Vec<_>, _> = text.split('=').map(|token| labels.token(token)).collect();
    match tied {
        Err(InvalidWhy::Malformed) => match labels.value(text)? {
            Said::Option(option) => Ok(vec![option]),
            Said::Abstain => Err(InvalidWhy::Malformed),
        },
        tied => tied,
    }
}

/// The lines `A: 7` from `from` on, up to the next label line.
fn number_lines(said: &[parse_line::Said], from: usize, labels: Labels<'_>) -> Option<Found> {
    let to = said.iter().skip(from).take_while(|line| from == 0 || line.label.is_none()).count() + from;
    let given = said.iter().enumerate().take(to).skip(from).filter_map(|(at, line)| {
        let (label, number) = pair(&line.text)?;
        // `Costs: 3` is no score of anything, `Q: 3` is one of an option nobody offered.
        let names_option = labels.token(label) != Err(InvalidWhy::Malformed);
        let shouted = without_word(label).bytes().all(|b| b.is_ascii_uppercase());
        (names_option && (shouted || labels.token(label).is_ok())).then_some((at, label, Given::Text(number)))
    });
    let given: Vec<_> = given.collect();
    let (last, _, _) = given.last()?;
    let last = *last;
    Some((numbers(&labels.0.kind, given.into_iter().map(|(_, label, number)| (label, number)), labels), last))
}

/// A judge's marker in its own words: the label of an option, or `[[C]]` for a tie of the two others.
fn marked(lines: &[Line<'_>], said: &[parse_line::Said], labels: Labels<'_>) -> Option<Found> {
    let marker = lines.iter().rev().filter(|line| line.spoken()).find_map(|line| last_marker(line.raw))?;
    let ballot = match labels.token(marker) {
        Ok(option) => Ok(Ballot::Choice(option)),
        Err(_) if marker == "C" && labels.len() == 2 => Ok(labels.tie()),
        Err(why) => Err(why),
    };
    // A marker is complete by its own brackets, so the last line counts even when it was cut.
    Some((ballot, said.len()))
}

/// Whether nothing the ballot was read from can be missing its end.
fn finished(said: &[parse_line::Said], line: usize, ballot: &Result<Ballot, InvalidWhy>, labels: Labels<'_>) -> bool {
    let ended = said.get(line).is_none_or(|line| line.ended);
    let named = match ballot {
        Ok(Ballot::Ranking(ranks)) => ranks.iter().map(Vec::len).sum(),
        Ok(Ballot::Scores(scores)) => scores.len(),
        Ok(Ballot::Points(points)) => points.len(),
        Ok(Ballot::Approval(approved)) => approved.len(),
        _ => labels.len(),
    };
    // A list that names fewer options than were offered may go on after the cut, unless something else follows it.
    ended && (named == labels.len() || said.get(line).is_some_and(|l| l.label.is_some()) || line + 1 < said.len())
}

/// A reply that is nothing but an option or the words of an abstention, beside lines about other things.
fn whole(said: &[parse_line::Said], labels: Labels<'_>) -> Result<Ballot, InvalidWhy> {
    let mut rest = Vec::new();
    let mut skip = None;
    for (at, line) in said.iter().enumerate() {
        match &line.label {
            Some((Topic::Confidence | Topic::Continue | Topic::Reason | Topic::Severity | Topic::Abstain, value)) => {
                skip = value.is_empty().then_some(at + 1);
            }
            Some(_) => return Err(InvalidWhy::NoBallot),
            None if skip == Some(at) => {}
            None => rest.push(line.text.as_str()),
        }
    }
    let [only] = rest.as_slice() else {
        return Err(InvalidWhy::NoBallot);
    };
    if abstains(only) {
        return Ok(Ballot::Abstain { reason: String::new() });
    }
    let bare = matches!(labels.0.kind, BallotKind::Choice | BallotKind::Verdict);
    if !bare || only.chars().count() > MAX_BARE {
        return Err(InvalidWhy::NoBallot);
    }
    labels.choice(only).map_err(|why| if why == InvalidWhy::Malformed { InvalidWhy::NoBallot } else { why })
}
