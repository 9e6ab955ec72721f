//! Texts as vectors: the seam, and what every embedder here keeps to.

mod hash;
#[cfg(feature = "model2vec")]
mod model2vec;
mod semantic;

use std::fmt;
use std::future::Future;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

pub use self::hash::HashEmbedder;
#[cfg(feature = "model2vec")]
pub use self::model2vec::Model2VecEmbedder;
pub use self::semantic::SemanticComparator;
use super::conduct::{bounded, in_time};
use super::output::Output;
use super::reply::Warning;
use crate::clock::{CancelToken, Clock, Deadline};
use crate::debate::{CostSource, Usage};
use crate::error::{Error, ErrorKind, Result, Violations};
use crate::ids::MicroUsd;

/// The most bytes all texts of one call may have together: 8 MiB.
const MAX_BYTES: usize = 8 << 20;

/// Turns texts into vectors. It may call out; the caller bounds it by the context.
///
/// Vectors arrive in the order of the texts, one per text, all of one length, finite and not all zero, so their cosine
/// is defined. They need not be of length 1.
#[async_trait]
pub trait Embedder: fmt::Debug + Send + Sync {
    /// Where the vectors live. The id is constant; vectors of different ids are never compared.
    fn space(&self) -> EmbeddingSpace;

    /// The vectors of these texts. An empty text is `invalid_request`, a vector out of form `malformed_response`.
    async fn embed(&self, texts: Vec<String>, task: EmbedTask, context: CallContext) -> Result<Embeddings>;
}

/// A space of vectors. Two are the same if their ids are.
#[derive(Clone, Debug, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbeddingSpace {
    /// Its name, e.g. `openai/text-embedding-3-small@512`: everything that makes vectors comparable.
    pub id: String,
    /// The model.
    pub model: String,
    /// The length of its vectors; absent until the first ones have arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dims: Option<u32>,
}

impl PartialEq for EmbeddingSpace {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

/// What vectors are for. Some models make different ones of one text; others ignore it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum EmbedTask {
    /// Texts that will be found.
    #[default]
    Document,
    /// A question that finds them.
    Query,
    /// How alike texts are.
    Similarity,
    /// Sorting into classes.
    Classification,
    /// Sorting into groups that are not known before.
    Clustering,
}

/// What bounds a call that is no turn, and where its attempts are recorded.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct CallContext {
    /// When waiting becomes pointless.
    pub deadline: Option<Deadline>,
    /// Tells the call to stop.
    pub cancel: CancelToken,
    /// Takes one record of every attempt that reached the wire; budgets settle from them.
    pub output: Output,
}

impl CallContext {
    /// No deadline, a token of its own, attempts recorded for nobody.
    pub fn new() -> Self {
        Self { deadline: None, cancel: CancelToken::new(), output: Output::none() }
    }

    /// The same with this deadline.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Deadline) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The same with this token.
    #[must_use]
    pub fn with_cancel(mut self, cancel: CancelToken) -> Self {
        self.cancel = cancel;
        self
    }

    /// The same with attempts recorded here.
    #[must_use]
    pub fn with_output(mut self, output: Output) -> Self {
        self.output = output;
        self
    }

    /// Runs the work until it ends, the token is cancelled or the deadline passes; a deadline in the past begins
    /// nothing.
    pub(crate) async fn bound<T>(&self, clock: &dyn Clock, work: impl Future<Output = Result<T>>) -> Result<T> {
        in_time(clock, &self.cancel, self.deadline)?;
        bounded(clock, &self.cancel, self.deadline, work).await
    }
}

impl Default for CallContext {
    fn default() -> Self {
        Self::new()
    }
}

/// Vectors in the order of their texts.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct Embeddings {
    /// Where they live.
    pub space: EmbeddingSpace,
    /// One per text.
    pub vectors: Vec<Vec<f32>>,
    /// Tokens, all of them input.
    pub usage: Option<Usage>,
    /// Cost; unknown is `None`, never 0.
    pub cost: Option<MicroUsd>,
    /// Where the cost comes from.
    pub cost_source: CostSource,
    /// What a reader should know.
    pub warnings: Vec<Warning>,
}

impl Embeddings {
    /// Vectors made on this machine, which cost nothing.
    pub(crate) fn local(space: EmbeddingSpace, vectors: Vec<Vec<f32>>) -> Self {
        let (cost, cost_source) = (Some(MicroUsd(0)), CostSource::Free);
        Self { space, vectors, usage: None, cost, cost_source, warnings: Vec::new() }
    }
}

/// The most texts and bytes that are sent at once; a longer text goes alone.
const TEXTS_AT_ONCE: usize = 96;
const BYTES_AT_ONCE: usize = 256 << 10;

/// The texts in parts that may be sent at once.
pub(crate) fn batches(texts: &[String]) -> Vec<&[String]> {
    let mut batches = Vec::new();
    let mut rest = texts;
    while !rest.is_empty() {
        let mut bytes = 0;
        let fits = |text: &&String| {
            bytes += text.len();
            bytes <= BYTES_AT_ONCE
        };
        let count = rest.iter().take(TEXTS_AT_ONCE).take_while(fits).count().max(1);
        let (batch, after) = rest.split_at(count);
        batches.push(batch);
        rest = after;
    }
    batches
}

/// What the parts of one call came to.
#[derive(Debug, Default)]
pub(crate) struct Sum {
    vectors: Vec<Vec<f32>>,
    usage: Option<Usage>,
    cost: Option<(Option<MicroUsd>, CostSource)>,
    warnings: Vec<Warning>,
}

impl Sum {
    pub(crate) fn add(&mut self, vectors: Vec<Vec<f32>>, usage: Option<Usage>, cost: (Option<MicroUsd>, CostSource)) {
        self.vectors.extend(vectors);
        if let Some(more) = usage {
            let usage = self.usage.get_or_insert_default();
            usage.input_total = usage.input_total.saturating_add(more.input_total);
        }
        // One unknown cost makes the whole unknown.
        self.cost = Some(match (self.cost.take(), cost) {
            (None, cost) => cost,
            (Some((Some(a), source)), (Some(b), _)) => (Some(MicroUsd(a.0.saturating_add(b.0))), source),
            _ => (None, CostSource::Unknown),
        });
    }

    pub(crate) fn add_all(&mut self, part: Embeddings) {
        self.add(part.vectors, part.usage, (part.cost, part.cost_source));
        self.warnings.extend(part.warnings);
    }

    pub(crate) fn into_embeddings(self, space: EmbeddingSpace) -> Embeddings {
        // Nothing was asked for, so nothing was sent.
        let (cost, cost_source) = self.cost.unwrap_or((Some(MicroUsd(0)), CostSource::Free));
        Embeddings { space, vectors: self.vectors, usage: self.usage, cost, cost_source, warnings: self.warnings }
    }
}

/// Lists every text that cannot be embedded in one `invalid_request`, before any I/O.
pub(crate) fn check_texts(texts: &[String]) -> Result<()> {
    let mut v = Violations::new();
    for (i, text) in texts.iter().enumerate() {
        v.check(!text.trim().is_empty(), format!("/texts/{i}"), "is empty");
        v.check(!text.contains('\0'), format!("/texts/{i}"), "contains a NUL character");
    }
    let total: usize = texts.iter().map(String::len).sum();
    v.check(total <= MAX_BYTES, "/texts", format!("{total} bytes in total, at most 8 MiB are allowed"));
    v.into_invalid_request()
}

/// Refuses vectors that cannot be compared: wrong in number, of other lengths than `dims` or each other, with numbers
/// that are not finite, or all zero.
pub(crate) fn check_vectors(vectors: &[Vec<f32>], texts: usize, dims: Option<u32>) -> Result<()> {
    let malformed = |reason: String| Err(Error::new(ErrorKind::MalformedResponse, reason));
    if vectors.len() != texts {
        return malformed(format!("{} vectors for {texts} texts", vectors.len()));
    }
    let length = dims.map_or_else(|| vectors.first().map_or(0, Vec::len), |dims| dims as usize);
    for (i, vector) in vectors.iter().enumerate() {
        if vector.len() != length || vector.is_empty() {
            return malformed(format!("vector {i} has {} numbers, expected {length}", vector.len()));
        }
        if !vector.iter().all(|x| x.is_finite()) {
            return malformed(format!("vector {i} holds a number that is not finite"));
        }
        if vector.iter().all(|x| *x == 0.0) {
            return malformed(format!("vector {i} is all zero"));
        }
    }
    Ok(())
}

/// The cosine of two vectors of one space, -1 to 1; `None` where it is not defined.
pub fn cosine(a: &[f32], b: &[f32]) -> Option<f64> {
    if a.len() != b.len() {
        return None;
    }
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum::<f64>();
    let lengths = libm::sqrt(dot(a, a)) * libm::sqrt(dot(b, b));
    let cosine = dot(a, b) / lengths;
    cosine.is_finite().then(|| cosine.clamp(-1.0, 1.0))
}
