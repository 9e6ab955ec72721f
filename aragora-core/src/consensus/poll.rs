use std::borrow::Cow;

use super::electorate::Electorate;
use super::method::Method;
use super::roll::{By, Roll, Slip};
use super::self_vote;
use crate::debate::{Ballot, Basis, CastVote, SelfVote, VoteStatus, Weight};

/// The votes of one question as a bare method counts them: valid, with their final weights, self-votes settled.
#[derive(Debug)]
pub(super) struct Poll<'a> {
    pub(super) electorate: &'a Electorate,
    pub(super) basis: Basis,
    pub(super) papers: Vec<Paper<'a>>,
    /// Votes of eligible seats that are not cast.
    pub(super) others: Vec<&'a CastVote>,
    /// Weight of all eligible seats, in the method's own weights.
    pub(super) eligible: Weight,
}

/// One ballot that counts.
#[derive(Debug)]
pub(super) struct Paper<'a> {
    pub(super) vote: &'a CastVote,
    /// The vote's place in the votes as they were given.
    pub(super) at: usize,
    /// The ballot, without own entries where the policy removes them.
    pub(super) ballot: Cow<'a, Ballot>,
    pub(super) weight: Weight,
    /// Place in the roster; absent for a host user.
    pub(super) seat: Option<usize>,
}

impl<'a> Poll<'a> {
    pub(super) fn open(
        electorate: &'a Electorate,
        roll: &Roll<'a>,
        method: &dyn Method,
        basis: Basis,
        policy: SelfVote,
    ) -> Self {
        let papers = roll.slips.iter().filter_map(|slip| paper(electorate, slip, method, policy)).collect();
        let eligible = electorate.seats.iter().map(|seat| method.seat_weight(seat)).sum();
        Self { electorate, basis, papers, others: roll.others.clone(), eligible }
    }

    /// Seats that abstained.
    pub(super) fn abstained(&self) -> u32 {
        let abstained = self.others.iter().filter(|vote| vote.status == VoteStatus::Abstain);
        u32::try_from(abstained.count()).unwrap_or(u32::MAX)
    }

    /// Weight of everything that counts.
    pub(super) fn counted(&self) -> Weight {
        self.papers.iter().map(|paper| paper.weight).sum()
    }

    /// The whole of which a share is taken. Users are no part of the electorate; where they vote their weight joins
    /// the whole too, or two options could each have more than half of it.
    pub(super) fn whole(&self) -> Weight {
        match self.basis {
            Basis::Electorate => {
                let users = self.papers.iter().filter(|paper| paper.seat.is_none());
                self.eligible + users.map(|paper| paper.weight).sum()
            }
            Basis::Counted => self.counted(),
        }
    }
}

fn paper<'a>(electorate: &Electorate, slip: &Slip<'a>, method: &dyn Method, policy: SelfVote) -> Option<Paper<'a>> {
    let ballot = match policy {
        SelfVote::Exclude => self_vote::without_own(electorate, slip)?,
        _ => Cow::Borrowed(slip.ballot),
    };
    let (seat, weight) = match slip.by {
        By::User(weight) => (None, weight),
        By::Seat(place, voter) => (Some(place), method.vote_weight(method.seat_weight(voter), slip.vote)),
    };
    let halved = policy == SelfVote::Half && self_vote::is_self_vote(electorate, slip);
    let weight = if halved { Weight(weight.0 / 2) } else { weight };
    Some(Paper { vote: slip.vote, at: slip.at, ballot, weight, seat })
}
