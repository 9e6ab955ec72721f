//! When two answers are the same.

use std::fmt;

use icu_casemap::CaseMapper;
use unicode_normalization::UnicodeNormalization as _;

use super::answer::Equivalence;
use super::math::math_normalise;
use super::numeric::{Rational, decimal, near, numeric};

/// Verdicts of a comparator, recorded in the log so that a fold needs no comparator.
pub trait Verdicts {
    /// Whether the comparator found the two answers the same; `None` if it was never asked.
    fn equal(&self, a: &str, b: &str) -> Option<bool>;
}

/// No verdicts: for every equivalence that needs no comparator.
impl Verdicts for () {
    fn equal(&self, _: &str, _: &str) -> Option<bool> {
        None
    }
}

impl<F: Fn(&str, &str) -> Option<bool>> Verdicts for F {
    fn equal(&self, a: &str, b: &str) -> Option<bool> {
        self(a, b)
    }
}

/// An [`Equivalence`] made ready: tolerances as exact numbers.
#[derive(Clone)]
pub struct Equal {
    rule: Equivalence,
    rel: Rational,
    abs: Rational,
}

impl fmt::Debug for Equal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Equal({:?})", self.rule)
    }
}

/// An answer in the form in which it is compared, so that grouping normalises each answer once.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Key {
    Text(String),
    Number(Rational),
    /// Has no form of its kind, e.g. words among numbers; compared as normalised text with its like.
    Other(String),
}

impl Equal {
    /// Makes an equivalence ready.
    pub fn new(rule: &Equivalence) -> Self {
        // The shortest decimal form, because a tolerance of 0.1 means one tenth and not the nearest double.
        let exact = |tolerance: f64| decimal(&tolerance.to_string()).unwrap_or_default();
        let (rel, abs) = match rule {
            Equivalence::Numeric { rel, abs } => (exact(*rel), exact(*abs)),
            _ => Default::default(),
        };
        Self { rule: rule.clone(), rel, abs }
    }

    /// Whether two answers are the same. Reflexive and symmetric; with a tolerance or a comparator not transitive.
    pub fn same(&self, a: &str, b: &str, verdicts: &dyn Verdicts) -> bool {
        a == b || self.same_keys((a, &self.key(a)), (b, &self.key(b)), verdicts)
    }

    pub(super) fn key(&self, text: &str) -> Key {
        let other = || Key::Other(normalise(text));
        match &self.rule {
            Equivalence::Exact | Equivalence::Semantic { .. } | Equivalence::Custom(_) => Key::Text(text.to_owned()),
            Equivalence::Normalised => Key::Text(normalise(text)),
            Equivalence::Numeric { .. } => numeric(text).map_or_else(other, Key::Number),
            Equivalence::Letter => letter(text).map_or_else(other, |letter| Key::Text(letter.to_string())),
            Equivalence::Math => Key::Text(math_normalise(text)),
        }
    }

    pub(super) fn same_keys(
        &self,
        (a, key_a): (&str, &Key),
        (b, key_b): (&str, &Key),
        verdicts: &dyn Verdicts,
    ) -> bool {
        match (&self.rule, key_a, key_b) {
            (Equivalence::Semantic { .. } | Equivalence::Custom(_), ..) => {
                a == b || verdicts.equal(a, b).or_else(|| verdicts.equal(b, a)).unwrap_or(false)
            }
            (_, Key::Number(x), Key::Number(y)) => near(x, y, &self.rel, &self.abs),
            (_, x, y) => x == y,
        }
    }
}

impl Equivalence {
    /// Whether two answers are the same. One with a comparator asks the recorded verdicts in either order; two answers
    /// it never judged are different unless they are the same text. Answers that are no number (no letter) are the
    /// same as others of that sort if their normalised texts are.
    pub fn same(&self, a: &str, b: &str, verdicts: &dyn Verdicts) -> bool {
        Equal::new(self).same(a, b, verdicts)
    }
}

/// NFKC, full case fold, white space collapsed, surrounding quotes, emphasis and `.,;:!?` stripped.
///
/// A point before a digit stays (`.5` is not 5), and a text of such marks only is kept, so that `*` and `+` differ.
///
/// ```
/// use aragora_core::debate::normalise;
///
/// assert_eq!(normalise(" **\u{201c}Straße\u{201d}** "), "strasse");
/// ```
pub fn normalise(text: &str) -> String {
    let folded = if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        let compatible: String = text.nfkc().collect();
        // Folding can undo the normal form, e.g. of U+0345.
        CaseMapper::new().fold_string(&compatible).nfkc().collect()
    };
    let collapsed = folded.split_whitespace().collect::<Vec<_>>().join(" ");
    let mark = |c: char| c.is_whitespace() || is_mark(c);
    let mut start = collapsed.find(|c| !mark(c)).unwrap_or(collapsed.len());
    let number = collapsed[start..].starts_with(|c: char| c.is_ascii_digit());
    if number && collapsed[..start].ends_with('.') {
        start -= 1;
    }
    let inner = collapsed[start..].trim_end_matches(mark);
    if inner.is_empty() { collapsed } else { inner.to_owned() }
}

fn is_mark(c: char) -> bool {
    matches!(
        c,
        '*' | '_'
            | '`'
            | '.'
            | ','
            | ';'
            | ':'
            | '!'
            | '?'
            | '"'
            | '\''
            | '«'
            | '»'
            | '‹'
            | '›'
            | '“'
            | '”'
            | '„'
            | '‟'
            | '‘'
            | '’'
            | '‚'
            | '「'
            | '」'
            | '『'
            | '』'
    )
}

/// The letter of `b`, `(B)`, `B)`, `**B.**`.
pub(super) fn letter(text: &str) -> Option<char> {
    let decoration = |c: char| c.is_whitespace() || is_mark(c) || matches!(c, '(' | ')' | '[' | ']' | '{' | '}');
    let mut rest = text.trim_matches(decoration).chars();
    let only = rest.next().filter(|_| rest.next().is_none());
    only.filter(char::is_ascii_alphabetic).map(|letter| letter.to_ascii_uppercase())
}
