//! The two special functions the analyses need, from `libm`'s log-gamma.

/// ln B(a, b) for a, b > 0.
pub(super) fn ln_beta(a: f64, b: f64) -> f64 {
    libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b)
}

/// ln of n over k.
pub(super) fn ln_choose(n: u32, k: u32) -> f64 {
    -libm::log(f64::from(n) + 1.0) - ln_beta(f64::from(n) - f64::from(k) + 1.0, f64::from(k) + 1.0)
}

/// The regularised upper incomplete gamma function Q(a, x) for a > 0, x >= 0: series below a + 1, Lentz's continued
/// fraction above (Numerical Recipes, 6.2).
pub(super) fn upper_gamma(a: f64, x: f64) -> f64 {
    const STEPS: u32 = 500;
    const CLOSE: f64 = 1e-15;
    if x <= 0.0 {
        return 1.0;
    }
    let scale = libm::exp(a * libm::log(x) - x - libm::lgamma(a));
    if x < a + 1.0 {
        let (mut term, mut sum) = (1.0 / a, 1.0 / a);
        for n in 1..STEPS {
            term *= x / (a + f64::from(n));
            sum += term;
            if term < sum * CLOSE {
                break;
            }
        }
        return (1.0 - sum * scale).clamp(0.0, 1.0);
    }
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (1e300, 1.0 / b);
    let mut fraction = d;
    for n in 1..STEPS {
        let n = f64::from(n);
        let an = -n * (n - a);
        b += 2.0;
        d = 1.0 / (an * d + b);
        c = b + an / c;
        let step = c * d;
        fraction *= step;
        if (step - 1.0).abs() < CLOSE {
            break;
        }
    }
    (scale * fraction).clamp(0.0, 1.0)
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
