use std::fmt::Debug;

use super::electorate::Voter;
use super::poll::Poll;
use crate::debate::{BallotKind, CastVote, Outcome, Row, Test, TraceLine, Weight};
use crate::ids::OptionId;

/// A bare way of counting: it sees valid ballots with their weights and nothing of quorum, ties or self-votes.
pub(super) trait Method: Debug + Send + Sync {
    /// The rule's name.
    fn name(&self) -> &str;

    /// What it counts.
    fn ballots(&self) -> BallotKind;

    /// What an eligible seat weighs before anything is known about its vote.
    fn seat_weight(&self, seat: &Voter) -> Weight {
        seat.weight
    }

    /// What a vote of a seat of this weight weighs.
    fn vote_weight(&self, seat: Weight, _vote: &CastVote) -> Weight {
        seat
    }

    /// Counts.
    fn count(&self, poll: &Poll<'_>) -> Finding;

    /// What each paper of the poll weighed in [`Self::count`].
    fn weights(&self, poll: &Poll<'_>) -> Vec<Weight> {
        poll.papers.iter().map(|paper| paper.weight).collect()
    }
}

/// What a bare method found.
#[derive(Debug)]
pub(super) struct Finding {
    /// One row per option, in their order.
    pub(super) rows: Vec<Row>,
    /// Weight of the votes that counted.
    pub(super) counted: Weight,
    /// The test the leaders had to pass.
    pub(super) test: Option<Test>,
    /// The winner, or the options that are tied.
    pub(super) winners: Vec<OptionId>,
    /// What follows, before quorum and ties.
    pub(super) outcome: Outcome,
    /// Anything not plain from the rows.
    pub(super) trace: Vec<TraceLine>,
}
