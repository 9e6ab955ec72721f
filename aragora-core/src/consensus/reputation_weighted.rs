use super::choices::Choices;
use super::electorate::Voter;
use super::method::{Finding, Method};
use super::poll::Poll;
use crate::debate::{BallotKind, Reputation, Weight};

/// Greatest weight wins, where a seat weighs its own weight times its reputation as read at the start.
#[derive(Debug)]
pub(super) struct ReputationWeighted;

const UNKNOWN_ELO: f64 = 1500.0;

/// clamp(e · k, .1, 5) with e = clamp(1 + .3·(elo - 1500)/500, .5, 2) and k = .5 + calibration, 1 if unknown.
/// Elo 1700 with calibration .8 gives 1.456.
fn factor(reputation: Option<Reputation>) -> Weight {
    let elo = reputation.map(|r| r.elo).filter(|elo| elo.is_finite()).unwrap_or(UNKNOWN_ELO);
    let calibration = reputation.and_then(|r| r.calibration).filter(|c| (0.0..=1.0).contains(c));
    let e = (1.0 + 0.3 * (elo - UNKNOWN_ELO) / 500.0).clamp(0.5, 2.0);
    let k = calibration.map_or(1.0, |score| 0.5 + score);
    Weight::from_f64((e * k).clamp(0.1, 5.0)).unwrap_or(Weight::ONE)
}

impl Method for ReputationWeighted {
    fn name(&self) -> &'static str {
        "reputation_weighted"
    }

    fn ballots(&self) -> BallotKind {
        BallotKind::Choice
    }

    fn seat_weight(&self, seat: &Voter) -> Weight {
        Weight((seat.weight.0.saturating_mul(factor(seat.reputation).0) + 500_000) / 1_000_000)
    }

    fn count(&self, poll: &Poll<'_>) -> Finding {
        Choices::of(poll).by_weight()
    }
}
