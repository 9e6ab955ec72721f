//! Lines of a reply: where they stand, and what they are labelled as.

use super::parse_markup::{clean, visible, without_mark};

/// One line of a reply.
#[derive(Clone, Debug)]
pub(super) struct Line<'a> {
    /// As written, without its line end.
    pub(super) raw: &'a str,
    /// Inside a fenced code block, its fences included.
    pub(super) fenced: bool,
    /// Began with `>`.
    pub(super) quoted: bool,
    /// Ended with a line end; only the last line of a reply does not.
    pub(super) ended: bool,
}

impl Line<'_> {
    /// Whether the participant says this itself, and not as a quotation or an example.
    pub(super) fn spoken(&self) -> bool {
        !self.fenced && !self.quoted
    }
}

/// The lines of a text; CR, LF and CRLF end one.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut found = Vec::new();
    let mut fence: Option<(char, usize)> = None;
    let mut rest = text;
    while !rest.is_empty() {
        let end = memchr::memchr2(b'\n', b'\r', rest.as_bytes());
        let raw = &rest[..end.unwrap_or(rest.len())];
        let after = &rest[raw.len()..];
        rest = after.strip_prefix("\r\n").or_else(|| after.strip_prefix(['\n', '\r'])).unwrap_or("");
        let bare = visible(raw);
        let bare = bare.trim();
        let run = fence_run(bare);
        let mut fenced = fence.is_some();
        match (fence, run) {
            (None, Some((mark, length, info))) if mark == '~' || !info.contains('`') => {
                fence = Some((mark, length));
                fenced = true;
            }
            (Some((open, least)), Some((mark, length, ""))) if open == mark && length >= least => fence = None,
            _ => {}
        }
        found.push(Line { raw, fenced, quoted: !fenced && is_quoted(bare), ended: end.is_some() });
    }
    found
}

/// The text a participant says itself.
pub(super) fn spoken(lines: &[Line<'_>]) -> String {
    let own: Vec<&str> = lines.iter().filter(|line| line.spoken()).map(|line| line.raw).collect();
    own.join("\n")
}

/// The mark, its length and what follows, if the line begins with a fence.
fn fence_run(line: &str) -> Option<(char, usize, &str)> {
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let after = line.trim_start_matches(mark);
    let length = line.len() - after.len();
    (length >= 3).then(|| (mark, length, after.trim()))
}

fn is_quoted(line: &str) -> bool {
    let mut rest = line;
    loop {
        if rest.starts_with('>') {
            return true;
        }
        match without_mark(rest) {
            Some(next) => rest = next,
            None => return false,
        }
    }
}

/// The contents of the fenced blocks, first to last. An unclosed block runs to the end.
pub(super) fn fences(lines: &[Line<'_>]) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<Vec<&str>> = None;
    let mut marks = (' ', 0);
    for line in lines.iter().filter(|line| line.fenced) {
        let bare = visible(line.raw);
        let run = fence_run(bare.trim()).map(|(mark, length, info)| (mark, length, info.is_empty()));
        match (&mut open, run) {
            (None, run) => {
                marks = run.map_or(marks, |(mark, length, _)| (mark, length));
                open = Some(Vec::new());
            }
            (Some(block), Some((mark, length, true))) if mark == marks.0 && length >= marks.1 => {
                blocks.push(block.join("\n"));
                open = None;
            }
            (Some(block), _) => block.push(line.raw),
        }
    }
    blocks.extend(open.map(|block| block.join("\n")));
    blocks
}

/// What a label line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topic {
    Choice,
    Ranking,
    Scores,
    Points,
    Approve,
    Abstain,
    Confidence,
    Continue,
    Reason,
    Severity,
}

impl Topic {
    const NAMES: [(&'static str, Self); 18] = [
        ("choice", Self::Choice),
        ("vote", Self::Choice),
        ("my vote", Self::Choice),
        ("my choice", Self::Choice),
        ("final vote", Self::Choice),
        ("final choice", Self::Choice),
        ("ranking", Self::Ranking),
        ("final ranking", Self::Ranking),
        ("scores", Self::Scores),
        ("points", Self::Points),
        ("approve", Self::Approve),
        ("approved", Self::Approve),
        ("abstain", Self::Abstain),
        ("confidence", Self::Confidence),
        ("continue", Self::Continue),
        ("reason", Self::Reason),
        ("reasoning", Self::Reason),
        ("severity", Self::Severity),
    ];

    /// The topic a name stands for, in any case; the members of structured ballots use the same names.
    pub(super) fn named(name: &str) -> Option<Self> {
        if name.len() > 40 {
            return None;
        }
        let words: Vec<&str> = name.split(|c: char| c.is_whitespace() || matches!(c, '_' | '-')).collect();
        let name = words.iter().filter(|word| !word.is_empty()).map(|word| word.to_ascii_lowercase());
        let name = name.collect::<Vec<_>>().join(" ");
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, topic)| *topic)
    }
}

/// A cleaned line that is said by the participant itself.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) text: String,
    /// The label and what follows the colon on the same line.
    pub(super) label: Option<(Topic, String)>,
    pub(super) ended: bool,
}

/// The lines a participant says itself, cleaned, blank ones left out.
pub(super) fn said(lines: &[Line<'_>], wide: bool) -> Vec<Said> {
    let spoken = lines.iter().filter(|line| line.spoken());
    spoken
        .map(|line| {
            let text = clean(line.raw, wide);
            let label = text.split_once(':').and_then(|(name, value)| {
                // Underscores and hyphens separate words in member names only.
                let plain = !name.contains(['_', '-']);
                Some((Topic::named(name).filter(|_| plain)?, value.trim().to_owned()))
            });
            Said { text, label, ended: line.ended }
        })
        .filter(|line| !line.text.is_empty())
        .collect()
}

/// The value of the label line at `at`: the rest of the line, else the next line unless that is labelled itself.
/// Also the index of the line it stands in.
pub(super) fn value_at(said: &[Said], at: usize) -> Option<(&str, usize)> {
    let (_, value) = said.get(at)?.label.as_ref()?;
    if !value.is_empty() {
        return Some((value, at));
    }
    said.get(at + 1).filter(|next| next.label.is_none()).map(|next| (next.text.as_str(), at + 1))
}

/// Indexes of the label lines about a topic, first to last.
pub(super) fn labelled(said: &[Said], topic: Topic) -> Vec<usize> {
    let about = |line: &Said| line.label.as_ref().is_some_and(|(found, _)| *found == topic);
    said.iter().enumerate().filter(|(_, line)| about(line)).map(|(at, _)| at).collect()
}

/// The value of the last label line about a topic that was finished.
pub(super) fn last_value(said: &[Said], topic: Topic, cut: bool) -> Option<&str> {
    let (value, line) = value_at(said, *labelled(said, topic).last()?)?;
    (!cut || said.get(line)?.ended).then_some(value)
}

/// At most so many characters of a text, for warnings.
pub(super) fn excerpt(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect()
}
