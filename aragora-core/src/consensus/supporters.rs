use crate::debate::Ballot;
use crate::ids::OptionId;

/// Whether a ballot supports an option: chose it, approved it, ranked it first (also tied), or gave it the highest
/// score or points (also jointly). Points of 0 support nothing.
pub fn supports(ballot: &Ballot, option: &OptionId) -> bool {
    match ballot {
        Ballot::Choice(chosen) => chosen == option,
        Ballot::Ranking(tiers) => tiers.first().is_some_and(|tier| tier.contains(option)),
        Ballot::Approval(approved) => approved.contains(option),
        Ballot::Scores(scores) => scores.get(option).is_some_and(|own| scores.values().all(|other| other <= own)),
        Ballot::Points(points) => {
            points.get(option).is_some_and(|&own| own > 0 && points.values().all(|&other| other <= own))
        }
        Ballot::Abstain { .. } | Ballot::Invalid { .. } => false,
    }
}
