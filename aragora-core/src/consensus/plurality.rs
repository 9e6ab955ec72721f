use super::choices::Choices;
use super::method::{Finding, Method};
use super::poll::Poll;
use crate::debate::BallotKind;

/// Greatest weight above 0 wins.
#[derive(Debug)]
pub(super) struct Plurality;

impl Method for Plurality {
    fn name(&self) -> &'static str {
        "plurality"
    }

    fn ballots(&self) -> BallotKind {
        BallotKind::Choice
    }

    fn count(&self, poll: &Poll<'_>) -> Finding {
        Choices::of(poll).by_weight()
    }
}
