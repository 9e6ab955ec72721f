//! What becomes of a tie. Breaking one is a casting vote of the smallest weight: it tips an exact half into a
//! majority, and it never makes two of five one.

use super::poll::Poll;
use super::supporters::supports;
use crate::debate::{Outcome, Seed, Tally, TieBreak, TieUse, TraceLine};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{Digest, OptionId};

/// Whether a casting vote would decide this tally: it is a tie, and one vote of the smallest weight would let the
/// tied options pass the rule's test. A seat that breaks ties need not be asked otherwise.
pub fn is_breakable(tally: &Tally) -> bool {
    matches!(tally.outcome, Outcome::Tie(_))
        && tally.test.as_ref().is_none_or(|test| test.share.reached_by(test.part, test.whole))
}

/// The tally after a tie was broken, with the use recorded. `invalid_request` if no casting vote would decide it or
/// the chosen option is not among the tied.
pub fn break_tie(mut tally: Tally, by: TieBreak, chosen: &OptionId) -> Result<Tally> {
    let tied = match &tally.outcome {
        Outcome::Tie(tied) if is_breakable(&tally) => tied.clone(),
        other => {
            let reason = format!("the outcome is {}, expected a tie that a casting vote decides", other.as_str());
            return Err(Error::new(ErrorKind::InvalidRequest, reason));
        }
    };
    if !tied.contains(chosen) {
        let listed: Vec<&str> = tied.iter().map(OptionId::as_str).collect();
        let reason = format!("option {:?} is not tied, expected one of {}", chosen.as_str(), listed.join(", "));
        return Err(Error::new(ErrorKind::InvalidRequest, reason));
    }
    tally.trace.push(line(format!("{} tied options, {chosen} taken by {}", tied.len(), name(&by))));
    tally.winners = vec![chosen.clone()];
    tally.outcome = Outcome::Decided;
    tally.tie_break = Some(TieUse { tied, by, chosen: chosen.clone() });
    Ok(tally)
}

/// Breaks a tie as configured, where that needs nothing but the votes.
pub(super) fn apply(by: &TieBreak, poll: &Poll<'_>, mut tally: Tally) -> Tally {
    let Outcome::Tie(tied) = &tally.outcome else { return tally };
    if *by == TieBreak::None {
        return tally;
    }
    if !is_breakable(&tally) {
        tally.trace.push(line("no casting vote would let the tied options pass the test".to_owned()));
        return tally;
    }
    let chosen = match by {
        TieBreak::FirstSeen => first_by(tied, |option| earliest(poll, option, |paper| paper.vote.arrival)),
        TieBreak::Roster => first_by(tied, |option| earliest(poll, option, |_| 0)),
        TieBreak::Seeded => first_by(tied, |option| lot(poll.electorate.seed, option)),
        TieBreak::Seat(seat) => {
            tally.trace.push(line(format!("left to {seat}, who is asked in one more turn")));
            None
        }
        TieBreak::None => None,
    };
    match chosen.cloned() {
        Some(chosen) => break_tie(tally.clone(), by.clone(), &chosen).unwrap_or(tally),
        None => tally,
    }
}

fn first_by<K: Ord>(tied: &[OptionId], key: impl Fn(&OptionId) -> K) -> Option<&OptionId> {
    tied.iter().min_by_key(|option| key(option))
}

/// The earliest supporter among the seats: by arrival, then by roster. Votes of users have no arrival in the step
/// and no place in the roster; an option that only users support comes last.
fn earliest(
    poll: &Poll<'_>,
    option: &OptionId,
    arrival: impl Fn(&super::poll::Paper<'_>) -> u32,
) -> (bool, Option<(u32, usize)>) {
    let supporters = poll.papers.iter().filter(|paper| supports(&paper.ballot, option));
    let first = supporters.filter_map(|paper| Some((arrival(paper), paper.seat?))).min();
    (first.is_none(), first)
}

/// A lot drawn for one option: it depends on the seed and the option, not on the others or their order.
fn lot(seed: Seed, option: &OptionId) -> Digest {
    Digest::of(format!("tie/{seed}/{option}"))
}

fn name(by: &TieBreak) -> String {
    match by {
        TieBreak::None => "nobody".to_owned(),
        TieBreak::FirstSeen => "order of arrival".to_owned(),
        TieBreak::Roster => "roster order".to_owned(),
        TieBreak::Seeded => "the seed".to_owned(),
        TieBreak::Seat(seat) => seat.to_string(),
    }
}

fn line(note: String) -> TraceLine {
    TraceLine { stage: "ties".to_owned(), note }
}
