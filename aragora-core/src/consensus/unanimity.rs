use super::choices::Choices;
use super::method::{Finding, Method};
use super::poll::Poll;
use crate::debate::{BallotKind, Share};

/// Every eligible seat cast for one option. Abstained, invalid, failed and unasked seats block; with
/// `ignore_abstain` those that abstained do not. Users neither block nor help.
#[derive(Debug)]
pub(super) struct Unanimity {
    pub(super) ignore_abstain: bool,
}

impl Method for Unanimity {
    fn name(&self) -> &'static str {
        "unanimity"
    }

    fn ballots(&self) -> BallotKind {
        BallotKind::Choice
    }

    fn count(&self, poll: &Poll<'_>) -> Finding {
        let eligible = u32::try_from(poll.electorate.seats.len()).unwrap_or(u32::MAX);
        let excused = if self.ignore_abstain { poll.abstained() } else { 0 };
        Choices::of(poll).by_heads(Share::WHOLE, false, eligible.saturating_sub(excused), Vec::new())
    }
}
