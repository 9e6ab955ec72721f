//! The answer normaliser and extractor of the Hendrycks MATH evaluation (arXiv:2103.03874), as published, except
//! that it is total where the original raises.

use std::sync::LazyLock;

use super::extract_boxed::after_boxed;
use super::parse_pattern::Pattern;

/// A TeX answer in the form in which MATH answers are compared.
///
/// ```
/// use aragora_core::debate::math_normalise;
///
/// assert_eq!(math_normalise(r"x = \dfrac12"), r"\frac{1}{2}");
/// assert_eq!(math_normalise("3/4"), r"\frac{3}{4}");
/// ```
pub fn math_normalise(text: &str) -> String {
    let mut s = text.replace('\n', "").replace(r"\!", "").replace(r"\\", r"\");
    s = s.replace("tfrac", "frac").replace("dfrac", "frac").replace(r"\left", "").replace(r"\right", "");
    s = s.replace(r"^{\circ}", "").replace(r"^\circ", "").replace(r"\$", "");
    if let Some(units) = s.find(r"\text{ ") {
        s.truncate(units);
    }
    s = s.replace(r"\%", "").replace(" .", " 0.").replace("{.", "{0.");
    if s.starts_with('.') {
        s.insert(0, '0');
    }
    if let Some((left, right)) = s.split_once('=')
        && !right.contains('=')
        && left.chars().count() <= 2
    {
        s = String::from(right);
    }
    s = braced_roots(&s).replace(' ', "");
    s = braced_fractions(&s);
    if s == "0.5" {
        return r"\frac{1}{2}".to_owned();
    }
    simple_fraction(&s).unwrap_or(s)
}

/// `\sqrt3` as `\sqrt{3}`.
fn braced_roots(text: &str) -> String {
    let mut parts = text.split(r"\sqrt");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(r"\sqrt");
        let mut chars = part.chars();
        match chars.next() {
            Some(first) if first != '{' => {
                out.extend(['{', first, '}']);
                out.push_str(chars.as_str());
            }
            _ => out.push_str(part),
        }
    }
    out
}

/// `\frac12` and `\frac1{2}` as `\frac{1}{2}`. Unchanged as a whole if any of them has less than two characters.
fn braced_fractions(text: &str) -> String {
    let mut parts = text.split(r"\frac");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(r"\frac");
        if part.starts_with('{') {
            out.push_str(part);
            continue;
        }
        let mut chars = part.chars();
        let (Some(upper), Some(lower)) = (chars.next(), chars.next()) else {
            return text.to_owned();
        };
        out.extend(['{', upper, '}']);
        if lower == '{' {
            out.push(lower);
        } else {
            out.extend(['{', lower, '}']);
        }
        out.push_str(chars.as_str());
    }
    out
}

/// `3/4` as `\frac{3}{4}` if both sides are integers in plain form.
fn simple_fraction(text: &str) -> Option<String> {
    let plain = |side: &str| {
        let digits = side.strip_prefix('-').unwrap_or(side);
        let leading_zero = digits.len() > 1 && digits.starts_with('0');
        !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) && !leading_zero && side != "-0"
    };
    let (upper, lower) = text.split_once('/')?;
    (plain(upper) && plain(lower)).then(|| format!(r"\frac{{{upper}}}{{{lower}}}"))
}

/// The answer of a MATH solution as it stands there, and normalised.
pub(super) fn hendrycks(text: &str) -> Option<(String, String)> {
    static NUMBER: LazyLock<Pattern> = LazyLock::new(|| Pattern::new(r"-?[0-9]*\.?[0-9]+"));
    let said = ["The answer is ", "the answer is "].iter().find_map(|words| text.rsplit_once(words));
    let raw = match said {
        Some((_, answer)) => answer.trim().to_owned(),
        None if text.contains("boxed") => math_normalise(&after_boxed(text)?),
        None => NUMBER.find_iter(text).last()?.as_str().to_owned(),
    };
    let answer = raw.strip_suffix('.').unwrap_or(&raw);
    let answer = answer.strip_suffix('/').unwrap_or(answer);
    let mut value = math_normalise(answer);
    if value.contains("boxed") {
        value = after_boxed(&value).map(|inner| math_normalise(&inner)).unwrap_or_default();
    }
    (!value.trim().is_empty()).then_some((raw, value))
}
