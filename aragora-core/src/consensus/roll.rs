//! Which votes count at all: the one place that looks at statuses, strangers, doubles and unknown options.

use std::collections::{BTreeMap, BTreeSet};

use super::electorate::{Electorate, Voter};
use super::users;
use crate::debate::{Ballot, BallotKind, CastVote, TraceLine, VoteStatus, Weight};
use crate::ids::{AgentId, OptionId};

/// The usable votes, seats in roster order and then users by id, so that nothing depends on the order given.
#[derive(Debug)]
pub(super) struct Roll<'a> {
    pub(super) slips: Vec<Slip<'a>>,
    /// Votes of eligible seats that are not cast: abstained, invalid, failed, late, not asked.
    pub(super) others: Vec<&'a CastVote>,
    pub(super) notes: Vec<TraceLine>,
}

/// One usable vote.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slip<'a> {
    /// Its place in the votes as they were given.
    pub(super) at: usize,
    pub(super) vote: &'a CastVote,
    pub(super) ballot: &'a Ballot,
    pub(super) by: By<'a>,
}

/// Whose vote it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum By<'a> {
    /// An eligible seat and its place in the roster.
    Seat(usize, &'a Voter),
    /// A host user, with the weight its intensity gives.
    User(Weight),
}

impl<'a> Roll<'a> {
    pub(super) fn call(electorate: &'a Electorate, votes: &'a [CastVote], kind: &BallotKind) -> Self {
        let places: BTreeMap<&AgentId, usize> =
            electorate.seats.iter().enumerate().map(|(place, seat)| (&seat.id, place)).collect();
        let known: BTreeSet<&OptionId> = electorate.options.iter().map(|candidate| &candidate.option).collect();
        let mut roll = Self { slips: Vec::new(), others: Vec::new(), notes: Vec::new() };

        let mut order: Vec<(Rank<'a>, By<'a>, usize, &'a CastVote)> = Vec::with_capacity(votes.len());
        for (at, vote) in votes.iter().enumerate() {
            if let Some(intensity) = vote.user_intensity {
                match users::weight(intensity) {
                    Some(weight) => order.push((Rank::User(&vote.voter), By::User(weight), at, vote)),
                    None => roll.set_aside(vote, format!("intensity {intensity}, expected 1 to 10")),
                }
            } else if let Some((place, seat)) =
                places.get(&vote.voter).and_then(|&place| Some((place, electorate.seats.get(place)?)))
            {
                order.push((Rank::Seat(place), By::Seat(place, seat), at, vote));
            }
        }
        order.sort_by_key(|(rank, ..)| *rank);

        for group in order.chunk_by(|a, b| a.0 == b.0) {
            // Which of two votes a voter meant cannot be known here, and neither may count twice.
            let [(_, by, at, vote)] = group else {
                if let [(.., vote), ..] = group {
                    roll.set_aside(vote, format!("{} votes of one voter, expected one", group.len()));
                }
                continue;
            };
            match (vote.status, &vote.ballot) {
                (VoteStatus::Cast, Some(ballot)) => match misfit(ballot, kind, &known) {
                    None => roll.slips.push(Slip { at: *at, vote, ballot, by: *by }),
                    Some(why) => roll.set_aside(vote, why),
                },
                (VoteStatus::Cast, None) => roll.set_aside(vote, "cast without a ballot"),
                _ if matches!(by, By::Seat(..)) => roll.others.push(vote),
                _ => {}
            }
        }
        roll.notes.sort_by(|a, b| a.note.cmp(&b.note));
        roll
    }

    /// Seats that abstained.
    pub(super) fn abstained(&self) -> u32 {
        count(self.others.iter().filter(|vote| vote.status == VoteStatus::Abstain))
    }

    /// Seats that cast a usable vote or abstained.
    pub(super) fn present(&self) -> u32 {
        let cast = self.slips.iter().filter(|slip| matches!(slip.by, By::Seat(..)));
        count(cast).saturating_add(self.abstained())
    }

    fn set_aside(&mut self, vote: &CastVote, why: impl std::fmt::Display) {
        self.notes.push(TraceLine { stage: "roll".to_owned(), note: format!("{} set aside: {why}", vote.voter) });
    }
}

fn count(of: impl Iterator) -> u32 {
    u32::try_from(of.count()).unwrap_or(u32::MAX)
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank<'a> {
    Seat(usize),
    User(&'a AgentId),
}

/// Why a ballot cannot be counted by a rule of this kind. Parsing refuses such ballots; logs written by others and
/// votes built by hand may still hold them.
fn misfit(ballot: &Ballot, kind: &BallotKind, known: &BTreeSet<&OptionId>) -> Option<&'static str> {
    match (kind, ballot) {
        (BallotKind::Choice | BallotKind::Verdict, Ballot::Choice(option)) => strange(known, [option]),
        (BallotKind::Ranking, Ballot::Ranking(tiers)) => {
            let mut seen = BTreeSet::new();
            let once = tiers.iter().flatten().all(|option| seen.insert(option));
            if once { strange(known, seen) } else { Some("an option ranked twice") }
        }
        (BallotKind::Approval, Ballot::Approval(options)) => strange(known, options),
        (BallotKind::Scores { lo, hi }, Ballot::Scores(scores)) => {
            let inside = scores.values().all(|score| (lo..=hi).contains(&score));
            if inside { strange(known, scores.keys()) } else { Some("a score outside the range") }
        }
        (BallotKind::Points { total }, Ballot::Points(points)) => {
            let spent: u64 = points.values().map(|&p| u64::from(p)).sum();
            if spent <= u64::from(*total) { strange(known, points.keys()) } else { Some("more points than there are") }
        }
        _ => Some("a ballot of another kind than the rule counts"),
    }
}

fn strange<'o>(known: &BTreeSet<&OptionId>, named: impl IntoIterator<Item = &'o OptionId>) -> Option<&'static str> {
    named.into_iter().any(|option| !known.contains(option)).then_some("an option that was not offered")
}
