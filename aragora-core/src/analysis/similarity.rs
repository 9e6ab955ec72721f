//! Lexical similarity: a signal that two texts use the same words. It never says that they agree.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

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
    let mut lexicon = Lexicon::default();
    lexicon.terms(a).cosine(&lexicon.terms(b))
}

/// Numbers the words of texts that are compared with each other, so that counting terms compares no strings.
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    numbers: HashMap<Box<[u8]>, u32, foldhash::fast::RandomState>,
}

/// The term counts of one text, so that a text compared with many is read once.
#[derive(Debug)]
pub(super) struct Terms {
    // Ascending by term.
    counts: Vec<(u64, u64)>,
    squares: u64,
}

impl Lexicon {
    pub(super) fn terms(&mut self, text: &str) -> Terms {
        let text = lower(text);
        let mut terms: Vec<u64> = Vec::with_capacity(text.len() / 2);
        let mut before = 0;
        let mut add = |word: &[u8]| {
            // Words are numbered from 1, so that a pair, which has a first word in its upper half, is no word.
            let number = self.number(word);
            terms.push(number);
            terms.extend((before > 0).then_some(before << 32 | number));
            before = number;
        };
        if text.is_ascii() {
            let words = text.as_bytes().split(|byte| !byte.is_ascii_alphanumeric());
            words.filter(|word| !word.is_empty()).for_each(&mut add);
        } else {
            words(&text).into_iter().for_each(|word| add(word.as_bytes()));
        }
        terms.sort_unstable();
        let mut counts: Vec<(u64, u64)> = Vec::with_capacity(terms.len());
        for term in terms {
            match counts.last_mut() {
                Some((last, count)) if *last == term => *count += 1,
                _ => counts.push((term, 1)),
            }
        }
        let squares = counts.iter().map(|(_, n)| n * n).sum();
        Terms { counts, squares }
    }

    fn number(&mut self, word: &[u8]) -> u64 {
        let next = self.numbers.len() as u32 + 1;
        let number = match self.numbers.get(word) {
            Some(number) => *number,
            None => *self.numbers.entry(word.into()).or_insert(next),
        };
        number.into()
    }
}

impl Terms {
    /// Sums of integers below 2^53 are exact in any order. Both sides must come from one lexicon.
    pub(super) fn cosine(&self, other: &Self) -> f64 {
        if self.squares == 0 || other.squares == 0 {
            return if self.squares == other.squares { 1.0 } else { 0.0 };
        }
        if self.counts == other.counts {
            return 1.0;
        }
        let mut dot = 0;
        let mut theirs = other.counts.iter().peekable();
        for (term, n) in &self.counts {
            while theirs.next_if(|(other, _)| other < term).is_some() {}
            dot += theirs.next_if(|(other, _)| other == term).map_or(0, |(_, m)| n * m);
        }
        let norm = libm::sqrt(self.squares as f64) * libm::sqrt(other.squares as f64);
        (dot as f64 / norm).min(1.0)
    }
}

fn lower(text: &str) -> String {
    // ASCII is in every normal form already.
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.nfc().collect::<String>().to_lowercase() }
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
    c.is_alphanumeric() || (!c.is_ascii() && is_combining_mark(c))
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
