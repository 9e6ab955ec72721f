//! Signs of bias in a vote. Positional and lexical figures, not proof of anything.

use super::gamma::upper_gamma;
use crate::debate::{BiasReport, round6};

/// One vote for one option, as far as bias is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pick {
    /// Where the chosen option stood in the order this voter was shown, from 0; absent if it was shown none.
    pub position: Option<usize>,
    /// Whether it was the voter's own answer and nobody else's.
    pub self_vote: bool,
}

/// How long an answer is, and whether it is of the winning group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextLength {
    /// Characters.
    pub chars: usize,
    /// Whether it won.
    pub won: bool,
}

/// Below this many votes a test of positions says nothing.
const MIN_VOTES: u32 = 5;

/// How often each of the `offered` positions was chosen, with the p of a chi-square test against equal chances;
/// self-votes; mean lengths of winning and losing texts. A position beyond `offered` is not counted.
pub fn bias(offered: usize, picks: &[Pick], texts: &[TextLength]) -> BiasReport {
    let mut chosen = vec![0u32; offered];
    for pick in picks {
        if let Some(count) = pick.position.and_then(|position| chosen.get_mut(position)) {
            *count += 1;
        }
    }
    BiasReport {
        position_p: position_p(&chosen),
        chosen_by_position: chosen,
        self_votes: u32::try_from(picks.iter().filter(|pick| pick.self_vote).count()).unwrap_or(u32::MAX),
        winner_chars: mean_chars(texts, true),
        loser_chars: mean_chars(texts, false),
    }
}

/// Pearson's chi-square with k - 1 degrees of freedom against n/k expected each.
fn position_p(chosen: &[u32]) -> Option<f64> {
    let votes: u32 = chosen.iter().sum();
    if votes < MIN_VOTES || chosen.len() < 2 {
        return None;
    }
    let k = chosen.len() as f64;
    let expected = f64::from(votes) / k;
    let statistic: f64 = chosen.iter().map(|&n| (f64::from(n) - expected) * (f64::from(n) - expected) / expected).sum();
    Some(round6(upper_gamma((k - 1.0) / 2.0, statistic / 2.0)))
}

fn mean_chars(texts: &[TextLength], won: bool) -> Option<f64> {
    let lengths: Vec<u64> = texts.iter().filter(|text| text.won == won).map(|text| text.chars as u64).collect();
    let sum: u64 = lengths.iter().sum();
    (!lengths.is_empty()).then(|| round6(sum as f64 / lengths.len() as f64))
}
