//! Three numbers about how close the seats are, and one word for them. Text similarity is a signal; agreement of
//! positions alone can end a debate.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::similarity::Terms;
use crate::debate::{Convergence, Weight, round6};

/// From this similarity to its own previous text on, a seat repeats itself.
pub const STABLE: f64 = 0.85;

/// Agreement below this, having fallen by more than .1, is divergence.
const LOW: f64 = 0.40;
const FALL: f64 = 0.1;

/// How close the seats are after a round.
///
/// `texts` holds each seat's newest text and its previous one, if there is any; `groups` the weight behind each
/// answer group.
pub fn convergence(round: u32, texts: &[(&str, Option<&str>)], groups: &[Weight]) -> Convergence {
    let newest: Vec<&str> = texts.iter().map(|(newest, _)| *newest).collect();
    let pairs: Vec<(&str, &str)> =
        texts.iter().filter_map(|(newest, previous)| Some((*newest, (*previous)?))).collect();
    Convergence { round, agreement: agreement(&newest), stability: stability(&pairs), position: position(groups) }
}

/// Mean similarity over pairs of seats, six decimals; 0 where there is no pair.
pub fn agreement(newest: &[&str]) -> f64 {
    let terms: Vec<Terms> = newest.iter().map(|text| Terms::of(text)).collect();
    let pairs = terms.iter().enumerate().flat_map(|(i, a)| terms.iter().skip(i + 1).map(move |b| a.cosine(b)));
    let (sum, count) = pairs.fold((0.0, 0u32), |(sum, count), cosine| (sum + cosine, count + 1));
    if count == 0 { 0.0 } else { round6(sum / f64::from(count)) }
}

/// Lowest similarity of a seat's newest text (first) to its previous one, six decimals; 0 where nobody has two.
pub fn stability(newest_and_previous: &[(&str, &str)]) -> f64 {
    let lowest = newest_and_previous.iter().map(|(newest, previous)| super::similarity(newest, previous));
    round6(lowest.reduce(f64::min).unwrap_or(0.0))
}

/// Weight of the largest answer group over the weight of all positions, six decimals; 0 without positions.
pub fn position(groups: &[Weight]) -> f64 {
    let all: Weight = groups.iter().copied().sum();
    let largest = groups.iter().max().copied().unwrap_or_default();
    if all.0 == 0 { 0.0 } else { round6(largest.0 as f64 / all.0 as f64) }
}

/// What the three numbers amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum ConvergenceLabel {
    /// The positions reach the rule that ends the debate.
    Converged,
    /// Agreement fell by more than .1 and is below .40.
    Diverging,
    /// Every seat repeats itself. Without agreement of positions that is a stalemate, not consensus.
    Stable,
    /// Anything else: the answers still move.
    Refining,
}

impl ConvergenceLabel {
    /// The word used in events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Converged => "converged",
            Self::Diverging => "diverging",
            Self::Stable => "stable",
            Self::Refining => "refining",
        }
    }
}

impl fmt::Display for ConvergenceLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word for a round; `reached` says whether its positions pass `stop_when`. The first that fits is taken.
pub fn label(now: &Convergence, before: Option<&Convergence>, reached: bool) -> ConvergenceLabel {
    let fell = before.is_some_and(|before| before.agreement - now.agreement > FALL);
    if reached {
        ConvergenceLabel::Converged
    } else if fell && now.agreement < LOW {
        ConvergenceLabel::Diverging
    } else if now.stability >= STABLE {
        ConvergenceLabel::Stable
    } else {
        ConvergenceLabel::Refining
    }
}
