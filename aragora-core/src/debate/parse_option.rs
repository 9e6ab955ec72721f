//! One option as a voter names it: `B`, `(c)`, `Option B - best evidence`. Anything that could mean two things, or
//! nothing, is no option.

use super::ballot::{Ballot, BallotKind, BallotShape, InvalidWhy};
use crate::ids::OptionId;

/// What a value says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Option(OptionId),
    Abstain,
}

/// The labels a voter was offered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Labels<'a>(pub(super) &'a BallotShape);

const WORDS: [&str; 5] = ["option", "proposal", "answer", "candidate", "response"];
const REASONS: [&str; 3] = ["because", "since", "as"];
const ABSTAIN: [&str; 8] = ["abstain", "i abstain", "no vote", "pass", "none", "neither", "undecided", "n/a"];
const BRACKETS: [(char, char); 15] = [
    ('(', ')'),
    ('[', ']'),
    ('{', '}'),
    ('（', '）'),
    ('［', '］'),
    ('｛', '｝'),
    ('"', '"'),
    ('\'', '\''),
    ('“', '”'),
    ('‘', '’'),
    ('„', '“'),
    ('«', '»'),
    ('‹', '›'),
    ('「', '」'),
    ('『', '』'),
];
/// How many of [`BRACKETS`] are brackets; the others are quotes.
const ROUND_SQUARE_CURLY: usize = 6;

/// Longest text in brackets that is looked at, in characters; keeps the work linear on hostile values.
const MAX_LABEL: usize = 80;

impl<'a> Labels<'a> {
    /// Whether two letters can be a label.
    pub(super) fn wide(self) -> bool {
        self.0.labels.iter().any(|label| label.label.len() > 1)
    }

    pub(super) fn len(self) -> usize {
        self.0.labels.len()
    }

    fn exact(self, token: &str) -> Option<&'a OptionId> {
        self.0.labels.iter().find(|label| label.label == token).map(|label| &label.option)
    }

    fn any_case(self, token: &str) -> Option<&'a OptionId> {
        let ignoring = || self.0.labels.iter().find(|label| label.label.eq_ignore_ascii_case(token));
        self.exact(token).or_else(|| ignoring().map(|label| &label.option))
    }

    /// Whether the token looks like a label, offered or not.
    fn form(self, token: &str) -> bool {
        let most = if self.wide() { 2 } else { 1 };
        (1..=most).contains(&token.len()) && token.bytes().all(|b| b.is_ascii_alphabetic())
    }

    /// A token that must be a label and nothing else, as in rankings and lists.
    pub(super) fn token(self, token: &str) -> Result<OptionId, InvalidWhy> {
        let token = token.trim();
        let token = token.strip_suffix('.').unwrap_or(token).trim_end();
        let token = without_word(token);
        let token = match bracketed(token) {
            Some((inner, "")) => inner.trim(),
            _ => token,
        };
        match self.any_case(token) {
            Some(option) => Ok(option.clone()),
            None if self.form(token) => Err(InvalidWhy::UnknownLabel),
            None => Err(InvalidWhy::Malformed),
        }
    }

    /// The value of a choice line.
    pub(super) fn value(self, value: &str) -> Result<Said, InvalidWhy> {
        let value = value.trim();
        if let Some(option) = self.any_case(value) {
            return Ok(Said::Option(option.clone()));
        }
        if abstains(value) {
            return Ok(Said::Abstain);
        }
        let (option, rest) = self.head(without_word(value))?;
        if self.names_another(option, rest) {
            return Err(InvalidWhy::Conflicting);
        }
        Ok(Said::Option(option.clone()))
    }

    /// The ballot a choice line states. A judge may also say that it is a tie: every option on one rank.
    pub(super) fn choice(self, value: &str) -> Result<Ballot, InvalidWhy> {
        match self.value(value) {
            Ok(Said::Option(option)) => Ok(Ballot::Choice(option)),
            Ok(Said::Abstain) => Ok(Ballot::Abstain { reason: String::new() }),
            Err(_) if self.0.kind == BallotKind::Verdict && same_words(value, "tie") => Ok(self.tie()),
            Err(why) => Err(why),
        }
    }

    /// Every option on one rank.
    pub(super) fn tie(self) -> Ballot {
        Ballot::Ranking(vec![self.0.labels.iter().map(|label| label.option.clone()).collect()])
    }

    /// The label a value begins with, and what follows it.
    fn head(self, value: &str) -> Result<(&'a OptionId, &str), InvalidWhy> {
        if let Some((inner, rest)) = bracketed(value) {
            let inner = inner.trim();
            return match self.any_case(inner) {
                Some(option) => Ok((option, rest)),
                None if self.form(inner) => Err(InvalidWhy::UnknownLabel),
                None => Err(InvalidWhy::Malformed),
            };
        }
        let token = word(value);
        let rest = &value[token.len()..];
        let whole = rest.is_empty();
        let capital = token.bytes().all(|b| b.is_ascii_uppercase());
        let found = if whole { self.any_case(token) } else { self.exact(token) };
        let looks = found.is_some() || (self.form(token) && (whole || capital));
        if !looks || !ends_label(rest) {
            return Err(InvalidWhy::Malformed);
        }
        found.map(|option| (option, rest)).ok_or(InvalidWhy::UnknownLabel)
    }

    /// Whether what follows a label names a second, different one: in brackets, after `or`, `and` or `/`, or in its
    /// place after a comma or dash (`A, B`). Lower-case letters in brackets number reasons and name nothing.
    fn names_another(self, chosen: &OptionId, rest: &str) -> bool {
        let other = |token: &str| self.exact(token).is_some_and(|option| option != chosen);
        let in_brackets = rest.char_indices().any(|(at, c)| {
            BRACKETS[..ROUND_SQUARE_CURLY].iter().any(|(open, _)| *open == c)
                && bracketed(&rest[at..]).is_some_and(|(inner, _)| other(without_word(inner.trim())))
        });
        let next = rest.trim_start_matches(|c: char| c.is_whitespace() || ",;:.-–—+&|".contains(c));
        let listed = next.len() < rest.len() && other(word(next)) && ends_label(&next[word(next).len()..]);
        in_brackets || listed || joined(rest).any(|after| other(label_at(after)))
    }
}

/// Whether the exact words say that somebody abstains.
pub(super) fn abstains(value: &str) -> bool {
    let value = value.trim().trim_end_matches(['.', '!']);
    ABSTAIN.iter().any(|word| same_words(value, word))
}

/// Whether the text is these words, in any case and with any white space between.
pub(super) fn same_words(text: &str, words: &str) -> bool {
    let mut found = text.split_whitespace();
    words.split(' ').all(|word| found.next().is_some_and(|f| f.eq_ignore_ascii_case(word))) && found.next().is_none()
}

/// Without the optional word before a label.
pub(super) fn without_word(value: &str) -> &str {
    let first = word(value);
    let rest = &value[first.len()..];
    let opens = rest.starts_with(|c: char| c.is_whitespace() || BRACKETS.iter().any(|(open, _)| *open == c));
    if opens && WORDS.iter().any(|word| word.eq_ignore_ascii_case(first)) { rest.trim_start() } else { value }
}

/// What stands in the brackets or quotes a text begins with, and what follows them.
fn bracketed(text: &str) -> Option<(&str, &str)> {
    let first = text.chars().next()?;
    let after = &text[first.len_utf8()..];
    BRACKETS.iter().filter(|(open, _)| *open == first).find_map(|(_, close)| {
        let (end, _) = after.char_indices().take(MAX_LABEL).find(|(_, c)| c == close)?;
        Some((&after[..end], &after[end + close.len_utf8()..]))
    })
}

/// The letters and digits a text begins with.
fn word(text: &str) -> &str {
    &text[..text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len())]
}

/// Whether a bare label may end here.
fn ends_label(rest: &str) -> bool {
    let rest = rest.trim_start();
    // En and em dash are how word processors and models write ` - `.
    rest.is_empty()
        || rest.starts_with(['.', ',', ';', ':', '-', '–', '—', '('])
        || REASONS.iter().any(|reason| word(rest).eq_ignore_ascii_case(reason))
}

/// What follows each `or`, `and`, `/` of a text.
fn joined(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        while let Some(c) = rest.chars().next() {
            let token = word(rest);
            if token.is_empty() {
                rest = &rest[c.len_utf8()..];
                if c == '/' {
                    return Some(rest);
                }
            } else {
                rest = &rest[token.len()..];
                if token.eq_ignore_ascii_case("or") || token.eq_ignore_ascii_case("and") {
                    return Some(rest);
                }
            }
        }
        None
    })
}

/// The token that could be a label here; empty if it is part of a longer word such as `A-grade`.
fn label_at(text: &str) -> &str {
    let text = without_word(text.trim_start());
    if let Some((inner, _)) = bracketed(text) {
        return inner.trim();
    }
    let token = word(text);
    let rest = &text[token.len()..];
    let mut after = rest.chars();
    let compound = matches!(after.next(), Some('-' | '\'' | '’')) && after.next().is_some_and(char::is_alphanumeric);
    if compound { "" } else { token }
}
