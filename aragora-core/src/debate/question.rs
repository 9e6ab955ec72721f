//! What is to be decided.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::answer::AnswerFormat;
use crate::error::Violations;
use crate::ids::OptionId;

/// The longest question, in characters.
pub(super) const MAX_QUESTION_CHARS: usize = 100_000;
/// The longest context, in characters.
pub(super) const MAX_CONTEXT_CHARS: usize = 1_000_000;
/// The most documents, and their size together in bytes.
pub(super) const MAX_DOCUMENTS: (usize, usize) = (100, 4 << 20);
/// The most stated options, and the longest text of one in characters.
pub(super) const MAX_OPTIONS: (usize, usize) = (24, 10_000);

/// A question with everything the participants are given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The question itself: not blank, at most 100,000 characters, no NUL.
    pub text: Arc<str>,
    /// Background, at most 1,000,000 characters.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub context: Arc<str>,
    /// Stated options, at most 24; empty means that the answers themselves are the options.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<OptionSpec>,
    /// How an answer is taken from a reply and when two answers are the same.
    #[serde(default)]
    pub format: AnswerFormat,
    /// At most 100 documents, 4 MiB together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Document>,
}

/// One stated option.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OptionSpec {
    /// Its id in ballots and decisions.
    pub id: OptionId,
    /// Its text, at most 10,000 characters; texts must differ after normalisation.
    pub text: Arc<str>,
}

/// A document given to every participant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// What it is called in prompts.
    pub title: String,
    /// Its whole text.
    pub text: Arc<str>,
    /// Where it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
}

impl Question {
    /// A question without context, options or documents; answers are compared as normalised text.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Adds background.
    #[must_use]
    pub fn with_context(mut self, context: impl Into<Arc<str>>) -> Self {
        self.context = context.into();
        self
    }

    /// Adds a stated option.
    #[must_use]
    pub fn with_option(mut self, id: OptionId, text: impl Into<Arc<str>>) -> Self {
        self.options.push(OptionSpec { id, text: text.into() });
        self
    }

    /// Sets how answers are taken and compared.
    #[must_use]
    pub fn with_format(mut self, format: AnswerFormat) -> Self {
        self.format = format;
        self
    }

    /// Adds a document.
    #[must_use]
    pub fn with_document(mut self, document: Document) -> Self {
        self.documents.push(document);
        self
    }

    /// Every field outside its documented form.
    pub fn violations(&self) -> Violations {
        let mut v = Violations::new();
        let chars = self.text.chars().count();
        v.check(!self.text.trim().is_empty(), "/text", "the question is blank, expected some text");
        v.check(
            chars <= MAX_QUESTION_CHARS,
            "/text",
            format!("{chars} characters, at most {MAX_QUESTION_CHARS} are allowed"),
        );
        let nul = |text: &str| text.contains('\0');
        v.check(!nul(&self.text), "/text", "contains a NUL character");
        let chars = self.context.chars().count();
        v.check(
            chars <= MAX_CONTEXT_CHARS,
            "/context",
            format!("{chars} characters, at most {MAX_CONTEXT_CHARS} are allowed"),
        );
        v.check(!nul(&self.context), "/context", "contains a NUL character");
        v.check(
            self.documents.len() <= MAX_DOCUMENTS.0,
            "/documents",
            format!("{} documents, at most {} are allowed", self.documents.len(), MAX_DOCUMENTS.0),
        );
        let bytes: usize = self.documents.iter().map(|d| d.title.len() + d.text.len()).sum();
        v.check(
            bytes <= MAX_DOCUMENTS.1,
            "/documents",
            format!("{bytes} bytes together, at most {} are allowed", MAX_DOCUMENTS.1),
        );
        for (i, document) in self.documents.iter().enumerate() {
            v.check(
                !nul(&document.text) && !nul(&document.title),
                format!("/documents/{i}"),
                "contains a NUL character",
            );
        }
        v.check(
            self.options.len() <= MAX_OPTIONS.0,
            "/options",
            format!("{} options, at most {} are allowed", self.options.len(), MAX_OPTIONS.0),
        );
        v.check(self.options.len() != 1, "/options", "one option is no choice, expected none or at least two");
        let mut texts = Vec::new();
        for (i, option) in self.options.iter().enumerate() {
            let chars = option.text.chars().count();
            v.check(
                chars <= MAX_OPTIONS.1,
                format!("/options/{i}/text"),
                format!("{chars} characters, at most {} are allowed", MAX_OPTIONS.1),
            );
            v.check(
                !option.text.trim().is_empty() && !nul(&option.text),
                format!("/options/{i}/text"),
                "is blank or contains a NUL character",
            );
            v.check(
                self.options[..i].iter().all(|o| o.id != option.id),
                format!("/options/{i}/id"),
                format!("option {} is there twice", option.id),
            );
            let normal = super::equivalence::normalise(&option.text);
            v.check(
                !texts.contains(&normal),
                format!("/options/{i}/text"),
                "is the same as an earlier option after normalisation",
            );
            texts.push(normal);
        }
        v.nest("/format", self.format.violations());
        v
    }
}
