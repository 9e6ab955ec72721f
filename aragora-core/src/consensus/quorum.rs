use super::electorate::Electorate;
use super::roll::Roll;
use crate::debate::{Quorum, QuorumRule};

/// How many of this many eligible seats must cast or abstain.
pub(super) fn needed(rule: QuorumRule, eligible: u32) -> u32 {
    match rule {
        QuorumRule::Half => eligible.min(2).max(eligible.div_ceil(2)),
        QuorumRule::Count(count) => count,
        QuorumRule::Fraction(share) => {
            let product = u64::from(eligible) * u64::from(share.num());
            // A share is at most 1, so the result is at most `eligible`.
            u32::try_from(product.div_ceil(u64::from(share.den()).max(1))).unwrap_or(eligible)
        }
    }
}

/// Who had to take part, and who did.
pub(super) fn count(rule: QuorumRule, electorate: &Electorate, roll: &Roll<'_>) -> Quorum {
    let eligible = u32::try_from(electorate.seats.len()).unwrap_or(u32::MAX);
    let (needed, present) = (needed(rule, eligible), roll.present());
    Quorum { eligible, needed, present, met: present >= needed }
}
