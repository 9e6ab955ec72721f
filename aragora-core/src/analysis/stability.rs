//! Whether the distribution of positions stopped moving, for one debate. It says nothing about agreement: a debate
//! that settles on a split is stable too.

use super::gamma::{ln_beta, ln_choose};
use crate::debate::round6;

/// When a distribution counts as settled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StabilityRule {
    /// The largest change of the distribution function that is none, default .05.
    pub epsilon: f64,
    /// How many rounds in a row it must hold, default 2.
    pub in_a_row: u32,
}

impl Default for StabilityRule {
    /// The published numbers. Their limit of 10 rounds is the debate's own round limit here.
    fn default() -> Self {
        Self { epsilon: 0.05, in_a_row: 2 }
    }
}

/// What the test saw.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StabilityTrace {
    /// D of rounds 2, 3, ..: the largest change of the distribution function, six decimals.
    pub distances: Vec<f64>,
    /// The first round, from 1, after which the distribution counts as settled.
    pub settled_after: Option<usize>,
}

/// The leading option of a round and how many seats support it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lead<L> {
    /// Which option, by anything that identifies it over rounds.
    pub leader: L,
    /// Supporters, at most the eligible seats.
    pub supporters: u32,
}

/// How much of what was seen before a round still counts in it. With plain sums votes that alternate between 3 and 2
/// of 5 look settled from round 6 on, although they never settle.
const DISCOUNT: f64 = 0.5;
/// Jeffreys' prior.
const PRIOR: f64 = 0.5;

/// The test for one debate of `eligible` seats: F(t) = `BetaBinomial`(n, a + 1/2, b + 1/2), where a and b hold
/// supporters and others of the leader, halved every round; D = the largest difference between F(t) and F(t-1). It
/// is settled once D < epsilon as many rounds in a row as the rule wants; a changed leader starts the count anew.
pub fn stability_of_debate<L: PartialEq>(rounds: &[Lead<L>], eligible: u32, rule: StabilityRule) -> StabilityTrace {
    let (mut a, mut b) = (0.0, 0.0);
    let mut steps = Steps::new(rule);
    let mut leader: Option<&L> = None;
    for round in rounds {
        let supporters = f64::from(round.supporters.min(eligible));
        a = a * DISCOUNT + supporters;
        b = b * DISCOUNT + f64::from(eligible) - supporters;
        let same = leader.is_none_or(|before| *before == round.leader);
        leader = Some(&round.leader);
        steps.push(cumulative(&beta_binomial(eligible, a + PRIOR, b + PRIOR)), same);
    }
    steps.into_trace()
}

/// Distances between one distribution function and the next, and the count of small ones. Shared with the batch test.
#[derive(Debug)]
pub(super) struct Steps {
    rule: StabilityRule,
    before: Option<Vec<f64>>,
    run: u32,
    rounds: usize,
    trace: StabilityTrace,
}

impl Steps {
    pub(super) fn new(rule: StabilityRule) -> Self {
        Self { rule, before: None, run: 0, rounds: 0, trace: StabilityTrace::default() }
    }

    pub(super) fn push(&mut self, now: Vec<f64>, same_leader: bool) {
        self.rounds += 1;
        if let Some(before) = self.before.replace(now) {
            let now = self.before.as_deref().unwrap_or_default();
            let distance = before.iter().zip(now).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max);
            self.trace.distances.push(round6(distance));
            self.run = if same_leader && distance < self.rule.epsilon { self.run + 1 } else { 0 };
            if self.run >= self.rule.in_a_row && self.trace.settled_after.is_none() {
                self.trace.settled_after = Some(self.rounds);
            }
        }
    }

    pub(super) fn into_trace(self) -> StabilityTrace {
        self.trace
    }
}

/// Probabilities of 0..=n successes.
pub(super) fn beta_binomial(n: u32, alpha: f64, beta: f64) -> Vec<f64> {
    let whole = ln_beta(alpha, beta);
    let density = |k: u32| ln_choose(n, k) + ln_beta(f64::from(k) + alpha, f64::from(n - k) + beta) - whole;
    (0..=n).map(|k| libm::exp(density(k))).collect()
}

pub(super) fn cumulative(density: &[f64]) -> Vec<f64> {
    let sums = density.iter().scan(0.0, |sum, p| {
        *sum += p;
        Some(*sum)
    });
    sums.collect()
}
