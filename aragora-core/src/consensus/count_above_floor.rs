use super::choices::Choices;
use super::method::{Finding, Method};
use super::poll::Poll;
use crate::debate::{BallotKind, Share, TraceLine};

/// Votes > floor(share · n) win, n = seats active in the round (DyLAN, arXiv:2310.02170). Votes are whole numbers,
/// so this is the same as strictly more than the share of them. Heads count, weights do not.
#[derive(Debug)]
pub(super) struct CountAboveFloor {
    pub(super) share: Share,
}

impl Method for CountAboveFloor {
    fn name(&self) -> &'static str {
        "count_above_floor"
    }

    fn ballots(&self) -> BallotKind {
        BallotKind::Choice
    }

    fn count(&self, poll: &Poll<'_>) -> Finding {
        let eligible = u32::try_from(poll.electorate.seats.len()).unwrap_or(u32::MAX);
        let active = poll.electorate.active.unwrap_or(eligible);
        let floor = u64::from(active) * u64::from(self.share.num()) / u64::from(self.share.den()).max(1);
        let note = format!("more than floor({} of {active} active seats) = {floor} votes wanted", self.share);
        let trace = vec![TraceLine { stage: self.name().to_owned(), note }];
        Choices::of(poll).by_heads(self.share, true, active, trace)
    }
}
