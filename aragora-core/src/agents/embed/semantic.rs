//! Answers that mean the same, by the cosine of their vectors.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use super::{CallContext, EmbedTask, Embedder, check_vectors, cosine};
use crate::clock::{Clock, Deadline};
use crate::debate::{Comparator, CustomComparator, Equivalence};
use crate::error::{Error, ErrorKind, Result};

/// How long one comparison may take.
const LIMIT: Duration = Duration::from_secs(60);
/// How many texts keep their vectors.
const KEPT: usize = 1_024;

/// Two answers are the same if the cosine of their vectors is at least `min`. Verdicts are recorded in the debate's
/// log, so a fold needs no embedder.
///
/// ```
/// use std::sync::Arc;
/// use aragora_core::agents::{HashEmbedder, SemanticComparator};
/// use aragora_core::clock::SystemClock;
/// use aragora_core::debate::AnswerFormat;
///
/// # fn main() -> aragora_core::Result<()> {
/// let alike = SemanticComparator::new(Arc::new(HashEmbedder::new()), 0.8, Arc::new(SystemClock::new()))?;
/// let format = AnswerFormat { equal: alike.into(), ..AnswerFormat::default() };
/// # let _ = format;
/// # Ok(())
/// # }
/// ```
pub struct SemanticComparator {
    name: String,
    embedder: Arc<dyn Embedder>,
    min: f64,
    clock: Arc<dyn Clock>,
    // An answer is compared with many others and embedded once.
    known: Mutex<BTreeMap<String, Arc<[f32]>>>,
}

impl SemanticComparator {
    /// Compares by this embedder; `min` is above 0 and at most 1.
    pub fn new(embedder: Arc<dyn Embedder>, min: f64, clock: Arc<dyn Clock>) -> Result<Self> {
        if !(min > 0.0 && min <= 1.0) {
            let reason = format!("a least cosine of {min}, expected above 0 and at most 1");
            return Err(Error::new(ErrorKind::InvalidRequest, reason));
        }
        let name = format!("semantic({}, {min})", embedder.space().id);
        Ok(Self { name, embedder, min, clock, known: Mutex::default() })
    }

    fn vector(&self, text: &str) -> Option<Arc<[f32]>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(text).cloned()
    }

    fn keep(&self, text: String, vector: &Arc<[f32]>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(text, Arc::clone(vector));
    }

    async fn vectors(&self, texts: [&str; 2]) -> Result<[Arc<[f32]>; 2]> {
        let mut found = texts.map(|text| self.vector(text));
        let missing: Vec<String> =
            texts.iter().zip(&found).filter(|(_, found)| found.is_none()).map(|(text, _)| (*text).to_owned()).collect();
        if !missing.is_empty() {
            let context = CallContext::new().with_deadline(Deadline::after(&*self.clock, LIMIT));
            let work = self.embedder.embed(missing.clone(), EmbedTask::Similarity, context.clone());
            let made = context.bound(&*self.clock, work).await?.vectors;
            check_vectors(&made, missing.len(), None)?;
            let mut made = missing.into_iter().zip(made.into_iter().map(Arc::<[f32]>::from));
            for place in found.iter_mut().filter(|place| place.is_none()) {
                if let Some((text, vector)) = made.next() {
                    self.keep(text, &vector);
                    *place = Some(vector);
                }
            }
        }
        match found {
            [Some(a), Some(b)] => Ok([a, b]),
            _ => Err(Error::internal("an answer has no vector after all were made")),
        }
    }
}

impl fmt::Debug for SemanticComparator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SemanticComparator").field("name", &self.name).finish_non_exhaustive()
    }
}

#[async_trait]
impl Comparator for SemanticComparator {
    fn name(&self) -> &str {
        &self.name
    }

    async fn equal(&self, a: &str, b: &str) -> Result<bool> {
        // An empty answer means nothing that could be compared.
        if a == b || a.trim().is_empty() || b.trim().is_empty() {
            return Ok(a.trim() == b.trim());
        }
        let [a, b] = self.vectors([a, b]).await?;
        let cosine = cosine(&a, &b).ok_or_else(|| {
            Error::new(ErrorKind::MalformedResponse, "two vectors of one space cannot be compared with each other")
        })?;
        Ok(cosine >= self.min)
    }
}

impl From<SemanticComparator> for Equivalence {
    fn from(comparator: SemanticComparator) -> Self {
        Self::Custom(CustomComparator::new(Arc::new(comparator)))
    }
}
