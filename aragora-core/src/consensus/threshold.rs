use super::choices::Choices;
use super::method::{Finding, Method};
use super::poll::Poll;
use crate::debate::{BallotKind, Share};

/// A share of the weight wins, reached or exceeded, cross-multiplied in integers.
#[derive(Debug)]
pub(super) struct Threshold {
    pub(super) share: Share,
    pub(super) strict: bool,
}

impl Method for Threshold {
    fn name(&self) -> &'static str {
        "threshold"
    }

    fn ballots(&self) -> BallotKind {
        BallotKind::Choice
    }

    fn count(&self, poll: &Poll<'_>) -> Finding {
        Choices::of(poll).by_share(self.share, self.strict)
    }
}
