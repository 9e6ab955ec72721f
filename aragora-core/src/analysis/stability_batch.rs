//! The published stability test: over a batch of items judged in lockstep, not over one debate.

use super::stability::{StabilityRule, StabilityTrace, Steps, beta_binomial, cumulative};

const EM_STEPS: u32 = 200;
const CONVERGED: f64 = 1e-9;

/// The test over a batch. `rounds[t][i]` says how many of the `judges` were on the reference side of item i in round
/// t (the labelled side, or without labels that of the round's majority). Per round a mixture of two Beta-Binomials
/// is fitted; D is the largest change of its distribution function from round to round.
pub fn stability_of_batch(rounds: &[Vec<u32>], judges: u32, rule: StabilityRule) -> StabilityTrace {
    let mut steps = Steps::new(rule);
    for round in rounds {
        steps.push(cumulative(&Mixture::fit(round, judges).density(judges)), true);
    }
    steps.into_trace()
}

/// Two Beta-Binomials and the weight of the first.
#[derive(Clone, Copy, Debug)]
struct Mixture {
    high: Part,
    low: Part,
    weight: f64,
}

#[derive(Clone, Copy, Debug)]
struct Part {
    alpha: f64,
    beta: f64,
}

impl Mixture {
    /// Expectation-maximisation from the items with a majority and the rest; an empty side takes all items.
    fn fit(items: &[u32], n: u32) -> Self {
        // Items are counts 0..=n, so a histogram holds everything and bounds the work per step.
        let mut histogram = vec![0.0; n as usize + 1];
        for &item in items {
            if let Some(count) = histogram.get_mut(item.min(n) as usize) {
                *count += 1.0;
            }
        }
        let side = |majority: bool| -> Vec<f64> {
            let of_side = |s: usize| (2 * s > n as usize) == majority;
            histogram.iter().enumerate().map(|(s, count)| if of_side(s) { *count } else { 0.0 }).collect()
        };
        let (high, low) = (side(true), side(false));
        let (in_high, in_all): (f64, f64) = (high.iter().sum(), histogram.iter().sum());
        let one_sided = in_high <= 0.0 || in_high >= in_all;
        let or_all = |counts: Vec<f64>| if counts.iter().sum::<f64>() > 0.0 { counts } else { histogram.clone() };
        let mut mixture = Self {
            high: Part::of_moments(&or_all(high), n),
            low: Part::of_moments(&or_all(low), n),
            weight: if one_sided { 0.5 } else { in_high / in_all },
        };

        let mut likelihood = f64::NEG_INFINITY;
        for _ in 0..EM_STEPS {
            let next = mixture.step(&histogram, n);
            let reached = next.likelihood(&histogram, n);
            mixture = next;
            if (reached - likelihood).abs() < CONVERGED {
                break;
            }
            likelihood = reached;
        }
        mixture
    }

    fn step(&self, histogram: &[f64], n: u32) -> Self {
        let (high, low) = (self.high.density(n), self.low.density(n));
        let shares = high.iter().zip(&low).map(|(h, l)| {
            let (h, l) = (self.weight * h, (1.0 - self.weight) * l);
            if h + l > 0.0 { h / (h + l) } else { 0.5 }
        });
        let to_high: Vec<f64> = histogram.iter().zip(shares).map(|(count, share)| count * share).collect();
        let to_low: Vec<f64> = histogram.iter().zip(&to_high).map(|(count, high)| count - high).collect();
        let all = histogram.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        let weight = (to_high.iter().sum::<f64>() / all).clamp(1e-6, 1.0 - 1e-6);
        Self { high: Part::of_moments(&to_high, n), low: Part::of_moments(&to_low, n), weight }
    }

    fn density(&self, n: u32) -> Vec<f64> {
        let both = self.high.density(n).into_iter().zip(self.low.density(n));
        both.map(|(high, low)| self.weight * high + (1.0 - self.weight) * low).collect()
    }

    fn likelihood(&self, histogram: &[f64], n: u32) -> f64 {
        let lines = histogram.iter().zip(self.density(n)).filter(|(count, _)| **count > 0.0);
        lines.map(|(count, density)| count * libm::log(density.max(f64::MIN_POSITIVE))).sum()
    }
}

impl Part {
    /// Weighted moments: p = mean/n in [.001, .999], rho = (var/(np(1-p)) - 1)/(n-1) in [1e-4, .999],
    /// alpha = p(1/rho - 1), beta = (1-p)(1/rho - 1).
    fn of_moments(counts: &[f64], n: u32) -> Self {
        let n = f64::from(n.max(1));
        let total = counts.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        let mean = counts.iter().enumerate().map(|(s, count)| s as f64 * count).sum::<f64>() / total;
        let variance =
            counts.iter().enumerate().map(|(s, count)| (s as f64 - mean) * (s as f64 - mean) * count).sum::<f64>()
                / total;
        let p = (mean / n).clamp(0.001, 0.999);
        // One judge has no spread beyond the binomial, whatever is seen.
        let excess = if n > 1.0 { (variance / (n * p * (1.0 - p)) - 1.0) / (n - 1.0) } else { 0.0 };
        let rho = excess.clamp(1e-4, 0.999);
        Self { alpha: p * (1.0 / rho - 1.0), beta: (1.0 - p) * (1.0 / rho - 1.0) }
    }

    fn density(&self, n: u32) -> Vec<f64> {
        beta_binomial(n, self.alpha, self.beta)
    }
}
