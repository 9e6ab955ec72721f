//! The two special functions the analyses need, from `libm`'s log-gamma.

/// ln B(a, b) for a, b > 0.
pub(super) fn ln_beta(a: f64, b: f64) -> f64 {
    libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b)
}

/// ln of n over k.
pub(super) fn ln_choose(n: u32, k: u32) -> f64 {
    -libm::log(f64::from(n) + 1.0) - ln_beta(f64::from(n) - f64::from(k) + 1.0, f64::from(k) + 1.0)
}

const STEPS: u32 = 500;
const CLOSE: f64 = 1e-15;

/// The regularised upper incomplete gamma function Q(a, x) for a > 0, x >= 0 (Numerical Recipes, 6.2).
pub(super) fn upper_gamma(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    let scale = libm::exp(a * libm::log(x) - x - libm::lgamma(a));
    let tail = if x < a + 1.0 { 1.0 - scale * lower_series(a, x) } else { scale * upper_fraction(a, x) };
    tail.clamp(0.0, 1.0)
}

/// Converges fast for x < a + 1.
fn lower_series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum) = (1.0 / a, 1.0 / a);
    for n in 1..STEPS {
        term *= x / (a + f64::from(n));
        sum += term;
        if term < sum * CLOSE {
            break;
        }
    }
    sum
}

/// Converges fast for x >= a + 1; the continued fraction by Lentz's method.
fn upper_fraction(a: f64, x: f64) -> f64 {
    let mut denominator = x + 1.0 - a;
    let (mut above, mut below) = (1e300, 1.0 / denominator);
    let mut fraction = below;
    for n in (1..STEPS).map(f64::from) {
        let numerator = -n * (n - a);
        denominator += 2.0;
        below = 1.0 / (numerator * below + denominator);
        above = denominator + numerator / above;
        fraction *= above * below;
        if (above * below - 1.0).abs() < CLOSE {
            break;
        }
    }
    fraction
}

#[cfg(test)]
mod tests {
    use super::upper_gamma;

    #[test]
    fn chi_square_tails_match_published_tables() {
        // Upper tail of chi-square: (degrees of freedom, critical value, p), NIST handbook 1.3.6.7.4.
        for (df, x, p) in
            [(1.0, 3.841_459, 0.05), (2.0, 5.991_465, 0.05), (5.0, 15.086_272, 0.01), (10.0, 15.987_179, 0.10)]
        {
            assert!((upper_gamma(df / 2.0, x / 2.0) - p).abs() < 1e-7, "{df} {x}");
        }
        // Two degrees of freedom have a closed form.
        for x in [0.1, 1.0, 3.0, 20.0] {
            assert!((upper_gamma(1.0, x / 2.0) - libm::exp(-x / 2.0)).abs() < 1e-14, "{x}");
        }
    }
}
