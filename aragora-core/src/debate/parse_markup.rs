//! What a line says without its Markdown.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Captures;

use super::parse_pattern::Pattern;

/// Without characters that cannot be seen; no-break spaces and the full-width colon in their plain form.
pub(super) fn visible(line: &str) -> Cow<'_, str> {
    let odd = |c: char| {
        matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{a0}' | '\u{202f}' | '\u{2007}' | '\u{ff1a}')
    };
    // None of them is ASCII.
    if line.is_ascii() || !line.contains(odd) {
        return Cow::Borrowed(line);
    }
    let plain = line.chars().filter_map(|c| match c {
        '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => None,
        '\u{a0}' | '\u{202f}' | '\u{2007}' => Some(' '),
        '\u{ff1a}' => Some(':'),
        c => Some(c),
    });
    Cow::Owned(plain.collect())
}

/// The line without one leading `>`, `#` or list mark.
pub(super) fn without_mark(line: &str) -> Option<&str> {
    if let Some(rest) = line.strip_prefix(['>', '#']) {
        return Some(rest.trim_start());
    }
    let rest = line.strip_prefix(['-', '*', '+', '•'])?;
    rest.starts_with(char::is_whitespace).then(|| rest.trim_start())
}

fn without_marks(line: &str) -> &str {
    let mut rest = line.trim();
    while let Some(next) = without_mark(rest) {
        rest = next;
    }
    rest
}

/// Whether no mark of emphasis or code stands in the line, as in most.
fn is_plain(line: &str) -> bool {
    memchr::memchr3(b'*', b'_', b'`', line.as_bytes()).is_none()
}

/// Whether the line is an item of a list, with its text.
pub(super) fn list_item(raw: &str) -> Option<String> {
    static NUMBER: LazyLock<Pattern> = LazyLock::new(|| Pattern::new(r"^\d{1,3}[.)]\s+"));
    let plain = visible(raw);
    let line = plain.trim();
    let numbered = NUMBER.find(line).map(|found| &line[found.end()..]);
    numbered.or_else(|| without_mark(line).filter(|_| line.starts_with(['-', '*', '+', '•']))).map(unmarked)
}

/// A line as ballots are read: no decoration at all, a single letter in emphasis or code marks as `(X)`. With
/// `wide`, two capital letters are a label too (more than 24 options).
pub(super) fn clean(raw: &str, wide: bool) -> String {
    static ONE: LazyLock<Pattern> = LazyLock::new(|| emphasised("[A-HJ-NP-Za-hj-np-z]"));
    static TWO: LazyLock<Pattern> = LazyLock::new(|| emphasised("[A-HJ-NP-Za-hj-np-z]|[A-HJ-NP-Z]{2}"));
    let plain = visible(raw);
    let line = without_marks(&plain);
    if is_plain(line) {
        return line.to_owned();
    }
    let pattern: &Pattern = if wide { &TWO } else { &ONE };
    let bracketed = pattern.replace_all(line, |found: &Captures<'_>| {
        let label = found.iter().skip(1).flatten().next().map_or("", |label| label.as_str());
        let before = found.get(0).and_then(|whole| line.get(..whole.start())).unwrap_or_default();
        let enclosed = before.ends_with(['(', '[', '{', '"', '\'']);
        if enclosed { label.to_owned() } else { format!("({label})") }
    });
    let bare: String = bracketed.replace(['*', '`'], "").replace("__", "");
    // A single underscore is a letter inside a word and emphasis anywhere else.
    let mut out = String::with_capacity(bare.len());
    let mut before = None;
    let mut chars = bare.chars().peekable();
    while let Some(c) = chars.next() {
        let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        if c != '_' || (inside(before) && inside(chars.peek().copied())) {
            out.push(c);
        }
        before = Some(c);
    }
    out.trim().to_owned()
}

/// A label between equal marks, e.g. `**C**`.
fn emphasised(label: &str) -> Pattern {
    let marks = [r"\*\*\*", r"\*\*", r"\*", "___", "__", r"\b_", "`+"];
    let forms: Vec<String> = marks
        .iter()
        .map(|mark| format!(r"{mark}\s*({label})\s*{}", if *mark == r"\b_" { r"_\b" } else { mark }))
        .collect();
    Pattern::new(&forms.join("|"))
}

/// How far a closing mark is looked for; keeps the work linear on hostile lines.
const REACH: usize = 1_000;

/// A line as answers are read: decoration gone as Markdown would take it away, so that `2*3*x` and `a_1` stay.
pub(super) fn unmarked(raw: &str) -> String {
    let plain = visible(raw);
    let line = without_marks(&plain);
    if is_plain(line) {
        return line.to_owned();
    }
    let chars: Vec<char> = line.chars().collect();
    let mut keep = vec![true; chars.len()];
    let mut open: Vec<(char, usize, usize)> = Vec::new();
    let mut at = 0;
    while let Some(&mark) = chars.get(at) {
        let run = chars[at..].iter().take_while(|c| **c == mark).count();
        let end = at + run;
        match mark {
            '`' => {
                let close = (end..chars.len().min(end + REACH)).find(|&i| {
                    chars[i] == '`'
                        && chars[i - 1] != '`'
                        && chars[i..].iter().take_while(|c| **c == '`').count() == run
                });
                keep[at..end].fill(false);
                if let Some(close) = close {
                    keep[close..close + run].fill(false);
                    at = close + run;
                    continue;
                }
            }
            '*' | '_' => {
                let before = at.checked_sub(1).and_then(|i| chars.get(i)).copied();
                let after = chars.get(end).copied();
                let opens = after.is_some_and(|c| !c.is_whitespace()) && !before.is_some_and(char::is_alphanumeric);
                let closes = before.is_some_and(|c| !c.is_whitespace()) && !after.is_some_and(char::is_alphanumeric);
                let opener = open.iter().rposition(|(m, _, length)| closes && *m == mark && *length == run);
                if let Some(opener) = opener {
                    let (_, from, length) = open[opener];
                    keep[from..from + length].fill(false);
                    keep[at..end].fill(false);
                    open.truncate(opener);
                } else if opens {
                    if open.len() == REACH {
                        open.clear();
                    }
                    open.push((mark, at, run));
                }
            }
            _ => {}
        }
        at = end;
    }
    let text: String = chars.iter().zip(keep).filter_map(|(c, keep)| keep.then_some(*c)).collect();
    // What is left at the ends was opened or closed on another line.
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_')).to_owned()
}
