//! Answers: how one is taken from a reply and when two are the same.

use std::fmt::{self, Debug};
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::message::words;
use crate::error::{Result, Violations};
use crate::ids::AgentId;

/// How an answer is taken from a reply, and when two answers are the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct AnswerFormat {
    /// Tried in order, the first hit wins. Empty: the whole trimmed reply is the answer.
    pub extract: Vec<Extractor>,
    /// When two answers are the same.
    pub equal: Equivalence,
    /// What becomes of a reply without an answer.
    pub unparsed: UnparsedPolicy,
}

impl Default for AnswerFormat {
    fn default() -> Self {
        Self {
            // The whole reply comes last: a debate of free texts must have positions. A list of one's own without
            // it keeps the rule that what is not found is no position.
            extract: vec![
                Extractor::Structured { pointer: "/answer".into() },
                Extractor::FinalAnswerLine,
                Extractor::Whole,
            ],
            equal: Equivalence::Normalised,
            unparsed: UnparsedPolicy::Exclude,
        }
    }
}

words! {
    /// What becomes of a reply in which no answer is found.
    UnparsedPolicy {
        /// It is no position and no vote; the default.
        Exclude = "exclude",
        /// It is an answer of its own, and two such replies agree (as in published DyLAN runs).
        OwnCandidate = "own_candidate",
    }
}

/// A rule that finds an answer in a reply. Pure; named in the event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "name", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum Extractor {
    /// RFC 6901 pointer into the structured value.
    Structured {
        /// The pointer.
        pointer: String,
    },
    /// The last `final answer:` line outside fences.
    FinalAnswerLine,
    /// The last `answer:` line.
    AnswerLine,
    /// The last `(X)`, else the last `X)`, X one of the letters, upper-cased.
    ChoiceParen {
        /// The allowed letters, e.g. `ABCD`.
        letters: String,
    },
    /// The content of the last `\boxed`.
    Boxed,
    /// The first `{...}` with digits, from the last match back; else the last number.
    BracesNumber,
    /// The last token that is a decimal number.
    FloatToken,
    /// The last match of `-?\d*\.?\d+`.
    LastNumber,
    /// The extractor of the Hendrycks MATH evaluation.
    HendrycksMath,
    /// The whole trimmed reply.
    Whole,
    /// A regular expression of at most 1 KiB, linear time.
    Regex {
        /// The pattern.
        pattern: String,
        /// The capture group, 0 for the whole match.
        #[serde(default)]
        group: usize,
        /// Whether the last match counts instead of the first.
        #[serde(default)]
        last: bool,
        /// Whether the value is upper-cased.
        #[serde(default)]
        upper: bool,
    },
}

impl Extractor {
    /// The name used in events.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Structured { .. } => "structured",
            Self::FinalAnswerLine => "final_answer_line",
            Self::AnswerLine => "answer_line",
            Self::ChoiceParen { .. } => "choice_paren",
            Self::Boxed => "boxed",
            Self::BracesNumber => "braces_number",
            Self::FloatToken => "float_token",
            Self::LastNumber => "last_number",
            Self::HendrycksMath => "hendrycks_math",
            Self::Whole => "whole",
            Self::Regex { .. } => "regex",
        }
    }
}

/// When two answers are the same.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "name", rename_all = "snake_case")]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum Equivalence {
    /// Byte for byte.
    Exact,
    /// NFKC, full case fold, white space collapsed, surrounding quotes, emphasis and `.,;:!?` stripped.
    #[default]
    Normalised,
    /// Exact rationals within a tolerance.
    Numeric {
        /// Relative tolerance, 0..1.
        #[serde(default)]
        rel: f64,
        /// Absolute tolerance, >= 0.
        #[serde(default)]
        abs: f64,
    },
    /// One letter, in either case, with or without brackets.
    Letter,
    /// String equality after the Hendrycks MATH normaliser.
    Math,
    /// Alike in meaning: the cosine of the answers' vectors is at least `min`. The verdicts are recorded in the log, so
    /// that a fold needs no embedder.
    Semantic {
        /// The least cosine, above 0 and at most 1.
        min: f64,
        /// Who makes the vectors: `hash` compares letters on this machine, and a model is named as agents name theirs,
        /// e.g. `openai/text-embedding-3-small`.
        #[serde(default = "hash")]
        embedder: String,
    },
    /// The verdicts of a comparator, recorded in the log so that a fold needs no comparator.
    Custom(CustomComparator),
}

fn hash() -> String {
    Equivalence::HASH.to_owned()
}

impl Equivalence {
    /// The embedder of [`Equivalence::Semantic`] that needs no model.
    pub const HASH: &str = "hash";

    /// The name of the comparator whose verdicts decide, where one does.
    pub fn comparator(&self) -> Option<String> {
        match self {
            Self::Custom(custom) => Some(custom.comparator.clone()),
            Self::Semantic { min, embedder } => Some(format!("semantic({embedder}, {min})")),
            Self::Exact | Self::Normalised | Self::Numeric { .. } | Self::Letter | Self::Math => None,
        }
    }
}

/// A comparator of the host, by name; only the name is written to the log.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CustomComparator {
    /// The comparator's name.
    pub comparator: String,
    #[serde(skip)]
    run: Option<Arc<dyn Comparator>>,
}

impl CustomComparator {
    /// Uses this comparator.
    pub fn new(comparator: Arc<dyn Comparator>) -> Self {
        Self { comparator: comparator.name().to_owned(), run: Some(comparator) }
    }

    /// The comparator; absent when read from a log, where its verdicts are recorded.
    pub fn get(&self) -> Option<&Arc<dyn Comparator>> {
        self.run.as_ref()
    }
}

impl PartialEq for CustomComparator {
    fn eq(&self, other: &Self) -> bool {
        self.comparator == other.comparator
    }
}

impl Debug for CustomComparator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CustomComparator({})", self.comparator)
    }
}

/// Says whether two answers are the same. It may call out; the engine runs it and records every verdict.
#[async_trait]
pub trait Comparator: Debug + Send + Sync {
    /// A stable name, written to the log.
    fn name(&self) -> &str;
    /// Whether the two answers are the same.
    async fn equal(&self, a: &str, b: &str) -> Result<bool>;
}

/// What [`ExtractedAnswer::extractor`] says of a reply in which no answer was found and which counts as a candidate of
/// its own.
pub const UNPARSED: &str = "unparsed";

/// An answer taken from a reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExtractedAnswer {
    /// As it stands in the reply.
    pub raw: Arc<str>,
    /// The value that is compared.
    pub value: Arc<str>,
    /// The extractor that found it, `whole` for the whole reply, `unparsed` for an own candidate.
    pub extractor: String,
}

/// The answer of a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The option it won as.
    pub option: crate::ids::OptionId,
    /// The value that was compared, e.g. `42`, or a stated option's id.
    pub value: Arc<str>,
    /// The whole text it came from, or a stated option's text.
    pub text: Arc<str>,
    /// Who gave it first; absent for stated options.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<AgentId>,
    /// A synthesis made of it, beside the original.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub synthesis: Option<Arc<str>>,
}

impl AnswerFormat {
    /// Every field outside its documented form.
    pub fn violations(&self) -> Violations {
        let mut v = Violations::new();
        for (i, extractor) in self.extract.iter().enumerate() {
            let at = format!("/extract/{i}");
            match extractor {
                Extractor::Regex { pattern, group, .. } => {
                    v.check(
                        pattern.len() <= 1_024,
                        &at,
                        format!("a pattern of {} bytes, at most 1024 are allowed", pattern.len()),
                    );
                    match extractor.pattern().unwrap_or_else(|| regex::Regex::new(pattern)) {
                        Ok(regex) => v.check(
                            *group < regex.captures_len(),
                            &at,
                            format!("group {group}, the pattern has {}", regex.captures_len() - 1),
                        ),
                        Err(error) => v.add(&at, format!("not a regular expression: {error}")),
                    }
                }
                Extractor::ChoiceParen { letters } => {
                    v.check(
                        !letters.is_empty() && letters.chars().all(|c| c.is_ascii_alphabetic()),
                        &at,
                        "letters must be one or more of A to Z",
                    );
                }
                Extractor::Structured { pointer } => {
                    v.check(pointer.is_empty() || pointer.starts_with('/'), &at, "an RFC 6901 pointer starts with /")
                }
                _ => {}
            }
        }
        if let Equivalence::Numeric { rel, abs } = self.equal {
            v.check(
                rel.is_finite() && (0.0..1.0).contains(&rel),
                "/equal/rel",
                format!("{rel}, expected 0 to below 1"),
            );
            v.check(abs.is_finite() && abs >= 0.0, "/equal/abs", format!("{abs}, expected at least 0"));
        }
        if let Equivalence::Semantic { min, embedder } = &self.equal {
            v.check(*min > 0.0 && *min <= 1.0, "/equal/min", format!("{min}, expected above 0 and at most 1"));
            v.check(!embedder.trim().is_empty(), "/equal/embedder", "is blank, expected hash or a model");
        }
        v
    }
}
