use super::choices::Choices;
use super::method::{Finding, Method};
use super::poll::Poll;
use crate::debate::{BallotKind, Share};

/// More than half of the weight wins: 2w > counted. One against one is a tie, not a majority.
#[derive(Debug)]
pub(super) struct Majority;

impl Method for Majority {
    fn name(&self) -> &'static str {
        "majority"
    }

    fn ballots(&self) -> BallotKind {
        BallotKind::Choice
    }

    fn count(&self, poll: &Poll<'_>) -> Finding {
        Choices::of(poll).by_share(Share::HALF, true)
    }
}
