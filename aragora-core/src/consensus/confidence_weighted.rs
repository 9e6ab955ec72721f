use super::choices::Choices;
use super::electorate::Electorate;
use super::method::{Finding, Method};
use super::poll::Poll;
use crate::debate::{BallotKind, CastVote, ConfidenceCurve, Fixed6, TraceLine, Weight};

/// Greatest weight wins, where a vote weighs its seat's weight times a curve of its stated confidence.
#[derive(Debug)]
pub(super) struct ConfidenceWeighted {
    pub(super) curve: ConfidenceCurve,
}

/// A vote without usable confidence weighs a tenth: not nothing, or silence about confidence would be no vote.
const WITHOUT: Fixed6 = Fixed6(100_000);

/// Parsing lets nothing else through; what another program recorded may still hold 85 or NaN.
fn usable(confidence: Option<f64>) -> Option<f64> {
    confidence.filter(|c| (0.0..=1.0).contains(c))
}

impl ConfidenceWeighted {
    /// From confidence to weight in millionths.
    fn factor(&self, confidence: Option<f64>) -> Fixed6 {
        let Some(c) = usable(confidence) else { return WITHOUT };
        match self.curve {
            ConfidenceCurve::Linear => Fixed6::from_f64(c).unwrap_or(WITHOUT),
            // ReConcile, arXiv:2309.13007, section 3.3: below .6, and at it, all confidence is worth the same.
            _ if c >= 1.0 => Fixed6::ONE,
            _ if c >= 0.9 => Fixed6(800_000),
            _ if c >= 0.8 => Fixed6(500_000),
            _ if c > 0.6 => Fixed6(300_000),
            ConfidenceCurve::Reconcile => Fixed6(100_000),
        }
    }

    fn warning(&self, electorate: &Electorate, poll: &Poll<'_>) -> Option<TraceLine> {
        let without = poll.papers.iter().filter(|paper| usable(paper.vote.confidence).is_none());
        let ids: Vec<&str> =
            without.filter_map(|paper| electorate.seats.get(paper.seat?).map(|seat| seat.id.as_str())).collect();
        let note = format!("no usable confidence, weighs {WITHOUT}: {}", ids.join(", "));
        (!ids.is_empty()).then(|| TraceLine { stage: self.name().to_owned(), note })
    }
}

impl Method for ConfidenceWeighted {
    fn name(&self) -> &'static str {
        "confidence_weighted"
    }

    fn ballots(&self) -> BallotKind {
        BallotKind::Choice
    }

    fn vote_weight(&self, seat: Weight, vote: &CastVote) -> Weight {
        let factor = u128::from(self.factor(vote.confidence).0.unsigned_abs());
        Weight((seat.0.saturating_mul(factor) + 500_000) / 1_000_000)
    }

    fn count(&self, poll: &Poll<'_>) -> Finding {
        let mut finding = Choices::of(poll).by_weight();
        finding.trace.extend(self.warning(poll.electorate, poll));
        finding
    }
}
