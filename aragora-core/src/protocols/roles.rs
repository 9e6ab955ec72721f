use crate::debate::Stance;

const COGNITIVE: [&str; 4] = ["Analyst", "Skeptic", "Lateral Thinker", "Synthesizer"];

/// The cognitive role of a seat: index (seat + round) mod 4, and Synthesizer for seat 0 in the last round.
pub fn cognitive_role(seat: usize, round: u32, last: bool) -> &'static str {
    if last && seat == 0 { COGNITIVE[3] } else { COGNITIVE[(seat + round as usize) % 4] }
}

/// The stance of a seat: affirmative, negative, neutral by (seat + round) mod 3.
pub fn stance(seat: usize, round: u32) -> Stance {
    [Stance::Affirmative, Stance::Negative, Stance::Neutral][(seat + round as usize) % 3]
}
