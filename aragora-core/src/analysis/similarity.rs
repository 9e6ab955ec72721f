//! Lexical similarity: a signal that two texts use the same words. It never says that they agree.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization as _;

/// The cosine of the term counts of two texts, 0..=1. Terms are lower-cased Unicode words and pairs of adjacent
/// words; punctuation and white space only separate. Two texts without any word are equal, one against another is 0.
///
/// ```
/// use aragora_core::analysis::similarity;
///
/// assert_eq!(similarity("The cache helps.", "the CACHE helps"), 1.0);
/// assert_eq!(similarity("yes", "no"), 0.0);
/// ```
pub fn similarity(a: &str, b: &str) -> f64 {
    Terms::of(a).cosine(&Terms::of(b))
}

/// The term counts of one text, so that a text compared with many is read once.
#[derive(Debug)]
pub(super) struct Terms {
    counts: HashMap<String, u64>,
    squares: u64,
}

impl Terms {
    pub(super) fn of(text: &str) -> Self {
        let text: String = text.nfc().collect::<String>().to_lowercase();
        let words = words(&text);
        let mut counts: HashMap<String, u64> = HashMap::new();
        for word in &words {
            *counts.entry((*word).to_owned()).or_default() += 1;
        }
        for (first, second) in words.iter().zip(words.iter().skip(1)) {
            *counts.entry(format!("{first} {second}")).or_default() += 1;
        }
        let squares = counts.values().map(|&n| n * n).sum();
        Self { counts, squares }
    }

    /// Sums of integers below 2^53 are exact in any order, so hashing order cannot show in the result.
    pub(super) fn cosine(&self, other: &Self) -> f64 {
        if self.squares == 0 || other.squares == 0 {
            return if self.squares == other.squares { 1.0 } else { 0.0 };
        }
        let (small, large) = if self.counts.len() <= other.counts.len() { (self, other) } else { (other, self) };
        let dot: u64 = small.counts.iter().map(|(term, n)| n * large.counts.get(term).copied().unwrap_or(0)).sum();
        let norm = libm::sqrt(self.squares as f64) * libm::sqrt(other.squares as f64);
        if self.counts == other.counts { 1.0 } else { (dot as f64 / norm).min(1.0) }
    }
}

/// Runs of letters, marks and digits. Han and Hiragana write words without spaces between them, so each of their
/// characters is a word, as in Unicode's default word boundaries (UAX #29).
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices() {
        let alone = stands_alone(c);
        if (alone || !in_word(c))
            && let Some(from) = start.take()
        {
            words.extend(text.get(from..at));
        }
        if alone {
            words.extend(text.get(at..at + c.len_utf8()));
        } else if in_word(c) {
            start = start.or(Some(at));
        }
    }
    words.extend(start.and_then(|from| text.get(from..)));
    words
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c)
}

fn stands_alone(c: char) -> bool {
    matches!(u32::from(c), 0x3041..=0x3096 | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x2_0000..=0x3_134F)
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_are_runs_of_letters_marks_and_digits() {
        assert_eq!(words("don't re-use x2, ok"), ["don", "t", "re", "use", "x2", "ok"]);
        assert_eq!(words("  "), Vec::<&str>::new());
    }

    #[test]
    fn scripts_without_spaces_have_one_word_per_character() {
        assert_eq!(words("缓存 ok 有用"), ["缓", "存", "ok", "有", "用"]);
    }
}
