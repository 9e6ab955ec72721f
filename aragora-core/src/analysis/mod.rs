//! Figures about a debate, pure: over plain data, without I/O, clock or randomness. None of them decides anything.
//!
//! Floats go through `libm` and [`round6`](crate::debate::round6), so a figure has the same bytes on every platform;
//! [`contribution()`] alone stays unrounded, for comparison with published values.

mod bias;
mod contribution;
mod convergence;
mod gamma;
mod similarity;
mod stability;
mod stability_batch;

pub use bias::{Pick, TextLength, bias};
pub use contribution::{Contribution, RatedRound, contribution, parse_ratings};
pub use convergence::{ConvergenceLabel, STABLE, agreement, convergence, label, position, stability};
pub use similarity::similarity;
pub use stability::{Lead, StabilityRule, StabilityTrace, stability_of_debate};
pub use stability_batch::stability_of_batch;

pub use crate::debate::diversity;
