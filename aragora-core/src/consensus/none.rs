use super::choices::Choices;
use super::method::{Finding, Method};
use super::poll::Poll;
use crate::debate::BallotKind;

/// Seeks no decision: the rows show every position, and nothing is said to have won.
#[derive(Debug)]
pub(super) struct Unsought;

impl Method for Unsought {
    fn name(&self) -> &'static str {
        "none"
    }

    fn ballots(&self) -> BallotKind {
        BallotKind::Choice
    }

    fn count(&self, poll: &Poll<'_>) -> Finding {
        Choices::of(poll).unsought()
    }
}
