use super::choices::Choices;
use super::method::{Finding, Method};
use super::poll::Poll;
use crate::debate::{BallotKind, Share};

/// At least this share of the weight wins: b·w >= a·counted. Two of three are two thirds.
#[derive(Debug)]
pub(super) struct Supermajority {
    pub(super) share: Share,
}

impl Method for Supermajority {
    fn name(&self) -> &'static str {
        "supermajority"
    }

    fn ballots(&self) -> BallotKind {
        BallotKind::Choice
    }

    fn count(&self, poll: &Poll<'_>) -> Finding {
        Choices::of(poll).by_share(self.share, false)
    }
}
