//! Taking an answer from a reply.

use std::sync::{Arc, LazyLock};

use regex::{Regex, RegexBuilder};
use serde_json::Value;

use super::answer::{AnswerFormat, ExtractedAnswer, Extractor, UNPARSED, UnparsedPolicy};
use super::equivalence::{Equal, Verdicts};
use super::extract_boxed::last_boxed;
use super::math::hendrycks;
use super::parse_line::lines;
use super::parse_markup::unmarked;
use super::parse_pattern::Pattern;
use crate::error::{ErrorKind, Result};

/// An [`AnswerFormat`] made ready for many replies: patterns compiled, tolerances exact. Cheap to clone.
#[derive(Clone, Debug)]
pub struct CompiledFormat(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    extract: Vec<Ready>,
    equal: Equal,
    unparsed: UnparsedPolicy,
}

#[derive(Debug)]
struct Ready {
    rule: Extractor,
    pattern: Option<Regex>,
}

/// An answer as it stands in the reply, and the value that is compared.
type Hit = (String, String);

impl AnswerFormat {
    /// Checks the format and makes it ready. Errors: `invalid_request` with every violation.
    pub fn compile(&self) -> Result<CompiledFormat> {
        self.violations().into_result(ErrorKind::InvalidRequest)?;
        Ok(self.compiled())
    }

    /// Takes the answer of one reply; see [`CompiledFormat::extract`]. An extractor whose pattern is invalid finds
    /// nothing. For many replies, [`Self::compile`] once.
    pub fn extract(&self, text: &str, structured: Option<&Value>) -> Option<ExtractedAnswer> {
        self.compiled().extract(text, structured)
    }

    pub(super) fn compiled(&self) -> CompiledFormat {
        let ready = |rule: &Extractor| Ready { rule: rule.clone(), pattern: rule.pattern().and_then(Result::ok) };
        CompiledFormat(Arc::new(Inner {
            extract: self.extract.iter().map(ready).collect(),
            equal: Equal::new(&self.equal),
            unparsed: self.unparsed,
        }))
    }
}

impl CompiledFormat {
    /// Takes the answer of a reply: the first extractor that finds one, in the order of the format. Without
    /// extractors the whole trimmed reply is the answer. `structured` is what
    /// [`Expect::resolve`](super::Expect::resolve) found. A blank reply has no answer.
    pub fn extract(&self, text: &str, structured: Option<&Value>) -> Option<ExtractedAnswer> {
        if self.0.extract.is_empty() {
            return Some(answer("whole", plain(text)?));
        }
        let hit = self.0.extract.iter().find_map(|ready| Some((ready.rule.name(), ready.find(text, structured)?)));
        match (hit, self.0.unparsed) {
            (Some((name, hit)), _) => Some(answer(name, hit)),
            (None, UnparsedPolicy::OwnCandidate) => Some(answer(UNPARSED, (text.trim().to_owned(), String::new()))),
            (None, UnparsedPolicy::Exclude) => None,
        }
    }

    /// Whether two values are the same answer.
    pub fn same(&self, a: &str, b: &str, verdicts: &dyn Verdicts) -> bool {
        self.0.equal.same(a, b, verdicts)
    }

    /// When two values are the same answer, for [`group`](super::group).
    pub fn equal(&self) -> &Equal {
        &self.0.equal
    }
}

fn answer(extractor: &str, (raw, value): Hit) -> ExtractedAnswer {
    ExtractedAnswer { raw: raw.into(), value: value.into(), extractor: extractor.to_owned() }
}

/// A hit whose value is its text, unless that is blank.
fn plain(text: &str) -> Option<Hit> {
    let text = text.trim();
    (!text.is_empty()).then(|| (text.to_owned(), text.to_owned()))
}

impl Extractor {
    /// The pattern of an extractor that needs one, compiled with bounds on size and nesting.
    pub(super) fn pattern(&self) -> Option<std::result::Result<Regex, regex::Error>> {
        let bounded = |pattern: &str| RegexBuilder::new(pattern).size_limit(4 << 20).nest_limit(50).build();
        match self {
            Self::Regex { pattern, .. } => Some(bounded(pattern)),
            Self::ChoiceParen { letters } => {
                let letters: String = letters.chars().filter(char::is_ascii_alphabetic).collect();
                Some(bounded(&format!(r"(?i-u:\(([{letters}])\))|(?i-u:([{letters}])\))")))
            }
            _ => None,
        }
    }
}

impl Ready {
    fn find(&self, text: &str, structured: Option<&Value>) -> Option<Hit> {
        static NUMBER: LazyLock<Pattern> = LazyLock::new(|| Pattern::new(r"-?[0-9]*\.?[0-9]+"));
        match &self.rule {
            Extractor::Structured { pointer } => written(structured?.pointer(pointer)?),
            Extractor::FinalAnswerLine => final_answer(text),
            Extractor::AnswerLine => answer_line(text),
            Extractor::ChoiceParen { .. } => choice_paren(text, self.pattern.as_ref()?),
            Extractor::Boxed => plain(last_boxed(text)?),
            Extractor::BracesNumber => braces_number(text),
            Extractor::FloatToken => float_token(text),
            Extractor::LastNumber => plain(NUMBER.find_iter(text).last()?.as_str()),
            Extractor::HendrycksMath => hendrycks(text),
            Extractor::Whole => plain(text),
            Extractor::Regex { group, last, upper, .. } => {
                let mut found = self.pattern.as_ref()?.captures_iter(text);
                let captures = if *last { found.last() } else { found.next() }?;
                let (raw, value) = plain(captures.get(*group)?.as_str())?;
                Some((raw, if *upper { value.to_uppercase() } else { value }))
            }
        }
    }
}

/// A structured value as text: strings as they are, everything else as JSON; null is no answer.
fn written(value: &Value) -> Option<Hit> {
    match value {
        Value::Null => None,
        Value::String(text) => plain(text),
        other => plain(&other.to_string()),
    }
}

/// The last value `find` sees in the lines outside fences. Quoted lines are somebody else's words as long as there
/// are others; a reply that puts only its conclusion in a quotation block still has one.
fn last_line(text: &str, find: impl Fn(&[String], usize) -> Option<String>) -> Option<Hit> {
    let lines = lines(text);
    let of = |quoted_too: bool| {
        let wanted = lines.iter().filter(|line| line.spoken() || (quoted_too && line.quoted));
        let texts: Vec<String> = wanted.map(|line| unmarked(line.raw)).filter(|line| !line.is_empty()).collect();
        (0..texts.len()).rev().find_map(|at| find(&texts, at))
    };
    of(false).or_else(|| of(true)).and_then(|value| plain(&value))
}

fn final_answer(text: &str) -> Option<Hit> {
    static FINAL: LazyLock<Pattern> = LazyLock::new(|| Pattern::new(r"(?i)final\s+answer\s*(?:is)?\s*:"));
    last_line(text, |lines, at| {
        let line = lines.get(at)?;
        let value = line[FINAL.find_iter(line).last()?.end()..].trim();
        // What was emphasised up to the colon may still have its closing marks here.
        let value = value.trim_start_matches(['*', '_']).trim_start();
        if value.is_empty() { lines.get(at + 1).cloned() } else { Some(value.to_owned()) }
    })
}

fn answer_line(text: &str) -> Option<Hit> {
    last_line(text, |lines, at| {
        let (name, value) = lines.get(at)?.split_once(':')?;
        let value = value.trim();
        (name.trim().eq_ignore_ascii_case("answer") && !value.is_empty()).then(|| value.to_owned())
    })
}

/// The last `(X)`, else the last `X)`; one pass with both alternatives.
fn choice_paren(text: &str, pattern: &Regex) -> Option<Hit> {
    let mut bracketed = None;
    let mut closed = None;
    for found in pattern.captures_iter(text) {
        let whole = found.get(0).map_or("", |m| m.as_str());
        match (found.get(1), found.get(2)) {
            (Some(letter), _) => bracketed = Some((whole, letter.as_str())),
            (None, Some(letter)) => closed = Some((whole, letter.as_str())),
            (None, None) => {}
        }
    }
    let (raw, letter) = bracketed.or(closed)?;
    Some((raw.to_owned(), letter.to_ascii_uppercase()))
}

fn braces_number(text: &str) -> Option<Hit> {
    static BRACES: LazyLock<Pattern> = LazyLock::new(|| Pattern::new(r"\{([0-9.,$]*)\}"));
    static NUMBER: LazyLock<Pattern> = LazyLock::new(|| Pattern::new(r"[0-9]+\.?[0-9]*"));
    let braces: Vec<(&str, &str)> =
        BRACES.captures_iter(text).map(|found| found.extract::<1>()).map(|(raw, [inner])| (raw, inner)).collect();
    if braces.is_empty() {
        return plain(NUMBER.find_iter(text).last()?.as_str());
    }
    let digits = |inner: &str| inner.replace([',', '$'], "");
    braces.iter().rev().map(|(raw, inner)| ((*raw).to_owned(), digits(inner))).find(|(_, value)| !value.is_empty())
}

fn float_token(text: &str) -> Option<Hit> {
    static FLOAT: LazyLock<Pattern> =
        LazyLock::new(|| Pattern::new(r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"));
    let token = text.rsplit(' ').map(str::trim).find(|token| FLOAT.is_match(&token.replace(',', ".")))?;
    Some((token.to_owned(), token.replace(',', ".")))
}
