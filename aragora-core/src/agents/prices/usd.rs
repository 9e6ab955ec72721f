//! US dollars to micro-dollars.

use crate::ids::MicroUsd;

/// US dollars as others write them: rounded to ticks of 1e-10, then up to a whole micro-dollar. `None` for a number
/// that is negative, not finite or absurd.
pub(in crate::agents) fn from_usd(dollars: f64) -> Option<MicroUsd> {
    let ticks = (dollars * 1e10).round();
    // 2^53: beyond it a float is no exact count of ticks.
    (0.0..9_007_199_254_740_992.0).contains(&ticks).then(|| from_ticks(ticks as u64))
}

/// Ticks of 1e-10 US dollars, rounded up.
pub(in crate::agents) fn from_ticks(ticks: u64) -> MicroUsd {
    MicroUsd(ticks.div_ceil(10_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_become_micro_dollars_rounded_up() {
        assert_eq!(from_usd(0.000_252_5), Some(MicroUsd(253)));
        assert_eq!(from_ticks(760_500), MicroUsd(77));
        assert_eq!(from_usd(1.4e-7), Some(MicroUsd(1)));
        assert_eq!(from_usd(0.0), Some(MicroUsd(0)));
        assert_eq!((from_usd(-0.1), from_usd(f64::NAN), from_usd(1e30)), (None, None, None));
    }
}
