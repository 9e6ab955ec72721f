//! Votes for one's own answer: found by the authors of the options, treated by policy.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::electorate::Electorate;
use super::roll::{By, Slip};
use crate::debate::{Ballot, BallotKind, SelfVote};
use crate::ids::OptionId;

/// `Count` for choices, since forbidding them forces a lone dissenter to join the majority; `Exclude` where a voter
/// grades every option, itself included.
pub(super) fn default_for(kind: &BallotKind) -> SelfVote {
    match kind {
        BallotKind::Choice | BallotKind::Approval | BallotKind::Verdict => SelfVote::Count,
        BallotKind::Ranking | BallotKind::Scores { .. } | BallotKind::Points { .. } => SelfVote::Exclude,
    }
}

/// Whether a choice is for the voter's own answer and nobody else's.
pub(super) fn is_self_vote(electorate: &Electorate, slip: &Slip<'_>) -> bool {
    match (slip.by, slip.ballot) {
        (By::Seat(_, seat), Ballot::Choice(option)) => slip.vote.self_vote || electorate.is_own(&seat.id, option),
        _ => false,
    }
}

/// The ballot without the voter's own entries. `None` if it was a choice and nothing is left of it.
pub(super) fn without_own<'a>(electorate: &Electorate, slip: &Slip<'a>) -> Option<Cow<'a, Ballot>> {
    if matches!(slip.ballot, Ballot::Choice(_)) {
        return (!is_self_vote(electorate, slip)).then_some(Cow::Borrowed(slip.ballot));
    }
    let By::Seat(_, seat) = slip.by else { return Some(Cow::Borrowed(slip.ballot)) };
    let own: BTreeSet<&OptionId> =
        electorate.options.iter().map(|c| &c.option).filter(|option| electorate.is_own(&seat.id, option)).collect();
    if own.is_empty() {
        return Some(Cow::Borrowed(slip.ballot));
    }
    let mut ballot = slip.ballot.clone();
    match &mut ballot {
        Ballot::Ranking(tiers) => {
            for tier in tiers.iter_mut() {
                tier.retain(|option| !own.contains(option));
            }
            tiers.retain(|tier| !tier.is_empty());
        }
        Ballot::Approval(options) => options.retain(|option| !own.contains(option)),
        Ballot::Scores(scores) => scores.retain(|option, _| !own.contains(option)),
        Ballot::Points(points) => points.retain(|option, _| !own.contains(option)),
        Ballot::Choice(_) | Ballot::Abstain { .. } | Ballot::Invalid { .. } => {}
    }
    Some(Cow::Owned(ballot))
}
