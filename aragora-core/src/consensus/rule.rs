use std::fmt::Debug;

use super::electorate::Electorate;
use crate::debate::{BallotKind, CastVote, Tally, VoteStatus, Weight};

/// Turns votes into a tally, purely: the same electorate and the same votes, in any order, give the same tally.
///
/// [`build`](fn@super::build) returns the rules of a configuration; a host adds its own through
/// [`RuleSet`](super::RuleSet). Of a host's rule the library keeps rows, counted weight, test, winners, outcome and
/// trace, and applies quorum, ties and self-votes around it as around every other rule.
pub trait DecisionRule: Debug + Send + Sync {
    /// The name that configurations and tallies call it by.
    fn name(&self) -> &str;

    /// The kind of ballot it counts; a ballot of another kind counts nowhere.
    fn ballots(&self) -> BallotKind;

    /// What the votes amount to. Never panics, whatever the votes are.
    fn tally(&self, electorate: &Electorate, votes: &[CastVote]) -> Tally;

    /// What each vote weighs in [`Self::tally`], in the order of the votes; 0 for what is not counted.
    ///
    /// The default is the seat's own weight, for rules that change no weights.
    fn weights(&self, electorate: &Electorate, votes: &[CastVote]) -> Vec<Weight> {
        let weight_of = |vote: &CastVote| {
            let seat = electorate.seats.iter().find(|seat| seat.id == vote.voter);
            seat.filter(|_| vote.status == VoteStatus::Cast).map(|seat| seat.weight).unwrap_or_default()
        };
        votes.iter().map(weight_of).collect()
    }
}
