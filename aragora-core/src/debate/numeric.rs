//! Numbers in answers, exactly: no float is involved, so `0.1 + 0.2` and `0.3` are one answer and 1e3 is 1,000.

use num_bigint::BigInt;
use num_rational::Ratio;
use num_traits::{Signed as _, Zero as _};

/// An exact number.
pub type Rational = Ratio<BigInt>;

/// The most digits a number may have, and the largest power of ten: more is hostile, not a number.
const MAX_DIGITS: usize = 1_000;

/// The number a text states: optional sign and currency, digits with thousands groups, decimal point and exponent;
/// `a/b`; `\frac{a}{b}`; any of them in `\boxed{}` or `$..$`. A remainder such as a unit is allowed if it has no
/// digit: `3 bolts` is 3, and `9 * 2 = 18` is no number.
///
/// ```
/// use aragora_core::debate::numeric;
///
/// assert_eq!(numeric("$1,000"), numeric("1e3"));
/// assert_eq!(numeric(r"\frac{1}{2}"), numeric("0.5"));
/// assert_eq!(numeric("9 * 2 = 18"), None);
/// ```
pub fn numeric(text: &str) -> Option<Rational> {
    let (negative, text) = sign_and_currency(text);
    if let Some(boxed) = text.strip_prefix(r"\boxed") {
        let (inner, rest) = braced(boxed.trim_start())?;
        // One box: boxes in boxes are hostile, not a number.
        return if negative || inner.contains(r"\boxed") || !unit(rest) { None } else { numeric(inner) };
    }
    stated(text).map(|number| if negative { -number } else { number })
}

fn stated(text: &str) -> Option<Rational> {
    let (number, rest) = fraction(text).or_else(|| quotient(text))?;
    unit(rest).then_some(number)
}

/// The number of a decimal text such as the shortest form of a float.
pub(super) fn decimal(text: &str) -> Option<Rational> {
    let (negative, text) = sign_and_currency(text);
    let (number, rest) = magnitude(text)?;
    rest.is_empty().then(|| if negative { -number } else { number })
}

fn decoration(c: char) -> bool {
    c.is_whitespace() || matches!(c, '*' | '_' | '`')
}

/// Signs, currency signs and TeX marks in any order, at most one sign.
fn sign_and_currency(text: &str) -> (bool, &str) {
    let mut sign = None;
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(decoration);
        let Some(first) = rest.chars().next() else { break };
        match first {
            '+' | '-' | '\u{2212}' if sign.is_none() => sign = Some(first != '+'),
            '\\' if rest.starts_with(r"\$") || rest.starts_with(r"\(") || rest.starts_with(r"\[") => {
                rest = rest.get(2..).unwrap_or_default();
                continue;
            }
            '$' | '€' | '£' | '¥' | '₹' | '₽' | '₩' | '₿' => {}
            '\\' if !rest[1..].starts_with(|c: char| c.is_alphabetic()) => {}
            _ => break,
        }
        rest = &rest[first.len_utf8()..];
    }
    (sign.unwrap_or(false), rest)
}

/// A remainder without a digit of any script.
fn unit(rest: &str) -> bool {
    !rest.chars().any(char::is_numeric)
}

/// `\frac{a}{b}` with its variants, and what follows.
fn fraction(text: &str) -> Option<(Rational, &str)> {
    let rest = [r"\frac", r"\dfrac", r"\tfrac"].iter().find_map(|name| text.strip_prefix(name))?;
    let (upper, rest) = argument(rest.trim_start())?;
    let (lower, rest) = argument(rest.trim_start())?;
    Some((divided(decimal(upper.trim())?, &decimal(lower.trim())?)?, rest))
}

/// A braced argument, or a single digit as in `\frac12`.
fn argument(text: &str) -> Option<(&str, &str)> {
    braced(text).or_else(|| text.starts_with(|c: char| c.is_ascii_digit()).then(|| text.split_at(1)))
}

/// The content of the braces a text begins with, and what follows them.
pub(super) fn braced(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return Some((&text[1..at], &text[at + 1..])),
            '}' => depth = depth.checked_sub(1)?,
            _ if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// `a/b`, else `a`, and what follows.
fn quotient(text: &str) -> Option<(Rational, &str)> {
    let (upper, rest) = magnitude(text)?;
    let divisor = rest.trim_start().strip_prefix('/').map(str::trim_start);
    match divisor.filter(|divisor| divisor.starts_with(|c: char| c.is_ascii_digit())) {
        Some(divisor) => {
            let (lower, rest) = magnitude(divisor)?;
            Some((divided(upper, &lower)?, rest))
        }
        None => Some((upper, rest)),
    }
}

fn divided(upper: Rational, lower: &Rational) -> Option<Rational> {
    (!lower.is_zero()).then(|| upper / lower)
}

/// Digits with thousands groups, decimal point and exponent, and what follows.
fn magnitude(text: &str) -> Option<(Rational, &str)> {
    let (mut digits, mut rest) = grouped(text);
    let whole = !digits.is_empty();
    let mut decimals = 0;
    if let Some(after) = rest.strip_prefix('.') {
        let fraction = leading_digits(after);
        if whole || !fraction.is_empty() {
            digits.push_str(fraction);
            decimals = fraction.len();
            // `18.` ends a sentence; the point belongs to the number only before a digit.
            rest = if fraction.is_empty() { rest } else { &after[fraction.len()..] };
        }
    }
    if digits.is_empty() || digits.len() > MAX_DIGITS {
        return None;
    }
    let (exponent, rest) = exponent(rest)?;
    let shift = exponent - i64::try_from(decimals).ok()?;
    if shift.unsigned_abs() > MAX_DIGITS as u64 {
        return None;
    }
    let power = BigInt::from(10).pow(shift.unsigned_abs().try_into().ok()?);
    let number = BigInt::parse_bytes(digits.as_bytes(), 10)?;
    let number = if shift < 0 { Ratio::new(number, power) } else { Ratio::from_integer(number * power) };
    Some((number, rest))
}

fn leading_digits(text: &str) -> &str {
    &text[..text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len())]
}

/// The digits of `1,234,567` or `1234`, and what follows.
fn grouped(text: &str) -> (String, &str) {
    let first = leading_digits(text);
    let mut digits = first.to_owned();
    let mut rest = &text[first.len()..];
    if (1..=3).contains(&first.len()) {
        while let Some(after) = rest.strip_prefix(',') {
            let group = leading_digits(after);
            if group.len() != 3 {
                break;
            }
            digits.push_str(group);
            rest = &after[group.len()..];
        }
    }
    (digits, rest)
}

/// The power of ten after `e`, 0 if there is none; `None` if it is beyond reason.
fn exponent(text: &str) -> Option<(i64, &str)> {
    let Some(after) = text.strip_prefix(['e', 'E']) else { return Some((0, text)) };
    let unsigned = after.strip_prefix(['+', '-']).unwrap_or(after);
    let digits = leading_digits(unsigned);
    if digits.is_empty() {
        return Some((0, text));
    }
    let power: i64 = digits.parse().ok().filter(|power| *power <= MAX_DIGITS as i64)?;
    Some((if after.starts_with('-') { -power } else { power }, &unsigned[digits.len()..]))
}

/// Whether two numbers differ by at most `abs`, or by at most `rel` times the larger magnitude.
pub(super) fn near(a: &Rational, b: &Rational, rel: &Rational, abs: &Rational) -> bool {
    let allowed = rel * a.abs().max(b.abs());
    (a - b).abs() <= if allowed > *abs { allowed } else { abs.clone() }
}
