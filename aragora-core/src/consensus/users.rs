use crate::debate::Weight;

/// What the vote of a host user weighs: half a seat times a factor of its intensity, .5 at 1, 1 at 5 and 2 at 10,
/// linear between. `None` outside 1..=10.
pub(super) fn weight(intensity: u8) -> Option<Weight> {
    let step = u128::from(intensity);
    match intensity {
        1..=5 => Some(Weight(250_000 + (step - 1) * 62_500)),
        6..=10 => Some(Weight(500_000 + (step - 5) * 100_000)),
        _ => None,
    }
}
