//! Three numbers about how close the seats are, and one word for them. Text similarity is a signal; agreement of
//! positions alone can end a debate.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::similarity::{Lexicon, Terms};
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
    // Every text is read once, though it is compared with each other seat's and with its seat's previous one.
    let mut lexicon = Lexicon::default();
    let newest: Vec<Terms> = texts.iter().map(|(newest, _)| lexicon.terms(newest)).collect();
    let repeats = texts.iter().zip(&newest);
    let repeats: Vec<f64> =
        repeats.filter_map(|((_, previous), newest)| Some(newest.cosine(&lexicon.terms((*previous)?)))).collect();
    Convergence {
        round,
        agreement: mean_over_pairs(&newest),
        stability: lowest(repeats.into_iter()),
        position: position(groups),
    }
}

/// Mean similarity over pairs of seats, six decimals; 0 where there is no pair.
pub fn agreement(newest: &[&str]) -> f64 {
    let mut lexicon = Lexicon::default();
    mean_over_pairs(&newest.iter().map(|text| lexicon.terms(text)).collect::<Vec<_>>())
}

fn mean_over_pairs(terms: &[Terms]) -> f64 {
    let pairs = terms.iter().enumerate().flat_map(|(i, a)| terms.iter().skip(i + 1).map(move |b| a.cosine(b)));
    let (sum, count) = pairs.fold((0.0, 0u32), |(sum, count), cosine| (sum + cosine, count + 1));
    if count == 0 { 0.0 } else { round6(sum / f64::from(count)) }
}

/// Lowest similarity of a seat's newest text (first) to its previous one, six decimals; 0 where nobody has two.
pub fn stability(newest_and_previous: &[(&str, &str)]) -> f64 {
    lowest(newest_and_previous.iter().map(|(newest, previous)| super::similarity(newest, previous)))
}

fn lowest(similarities: impl Iterator<Item = f64>) -> f64 {
    round6(similarities.reduce(f64::min).unwrap_or(0.0))
}

/// Weight of the largest answer group over the weight of all positions, six decimals; 0 without positions.
pub fn position(groups: &[Weight]) -> f64 {
    let all: Weight = groups.iter().copied().sum();
    let largest = groups.iter().max().copied().unwrap_or_default();
    if all.0 == 0 { 0.0 } else { round6(largest.0 as f64 / all.0 as f64) }
}

/// What the three numbers amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
