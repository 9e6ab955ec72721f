//! Exact numbers for events: integer millionths, and floats rounded half-even to six decimals, so that a log
//! has the same bytes on every platform.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Integer millionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fixed6(pub i64);

impl Fixed6 {
    /// One.
    pub const ONE: Self = Self(1_000_000);

    /// Rounds half-even; `None` for a number that is not finite or does not fit.
    pub fn from_f64(value: f64) -> Option<Self> {
        let scaled = libm::rint(value * 1e6);
        (scaled.is_finite() && scaled.abs() < 9.0e15).then_some(Self(scaled as i64))
    }

    /// The nearest float.
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

impl fmt::Display for Fixed6 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_f64())
    }
}

/// Rounds half-even to six decimals and turns -0 into 0. Not-finite input becomes 0: no event may hold it.
pub fn round6(value: f64) -> f64 {
    let rounded = libm::rint(value * 1e6) / 1e6;
    if rounded.is_finite() && rounded != 0.0 { rounded } else { 0.0 }
}

/// A seed, written as a decimal string because JSON readers lose integers above 2^53.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Seed(pub u64);

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Serialize for Seed {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Seed {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let canonical = text.parse::<u64>().ok().filter(|seed| seed.to_string() == text);
        canonical
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("a seed is a decimal string of an unsigned 64-bit integer"))
    }
}
