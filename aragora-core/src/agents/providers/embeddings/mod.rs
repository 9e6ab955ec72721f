//! Vectors from providers: batches, splitting, and what their answers must look like.

mod wire;

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use url::Url;

use self::wire::EmbeddingWire;
use super::agent::ProviderAgent;
use super::call::{self, Answered};
use super::config::Wire;
use super::endpoint::Unsigned;
use crate::agents::embed::{
    CallContext, EmbedTask, Embedder, EmbeddingSpace, Embeddings, Sum, batches, check_texts, check_vectors,
};
use crate::error::{Error, ErrorKind, Result};
use crate::telemetry::names;

/// A model of a provider that makes vectors.
pub(super) struct ProviderEmbedder {
    agent: Arc<ProviderAgent>,
    wire: EmbeddingWire,
    url: Url,
    dimensions: Option<u32>,
    /// The length of the first vectors that arrived.
    seen: OnceLock<u32>,
}

impl ProviderEmbedder {
    pub(super) fn new(agent: Arc<ProviderAgent>, wire: Wire, dimensions: Option<u32>) -> Result<Self> {
        let provider = agent.endpoint.provider;
        let wire = EmbeddingWire::of(provider, wire).ok_or_else(|| {
            Error::new(ErrorKind::Unsupported, format!("{provider} makes no vectors")).with("provider", provider)
        })?;
        if dimensions == Some(0) {
            return Err(Error::new(ErrorKind::InvalidConfig, "/dimensions: 0, expected at least 1"));
        }
        let url = wire
            .url(&agent.endpoint.base, &agent.endpoint.model)
            .map_err(|reason| Error::new(ErrorKind::InvalidConfig, format!("/base_url: {reason}")))?;
        Ok(Self { agent, wire, url, dimensions, seen: OnceLock::new() })
    }

    fn dims(&self) -> Option<u32> {
        self.dimensions.or_else(|| self.seen.get().copied())
    }

    async fn all(&self, texts: &[String], task: EmbedTask, context: &CallContext) -> Result<Embeddings> {
        let mut sum = Sum::default();
        let mut waiting: VecDeque<&[String]> = batches(texts).into();
        while let Some(batch) = waiting.pop_front() {
            match self.batch(batch, task, context).await {
                Ok(answered) => sum.add(answered.value, answered.draft.usage, answered.cost),
                // The limit of a provider is not always known before: halves are tried, first half first.
                Err(error) if batch.len() > 1 && is_size(&error) => {
                    let (first, second) = batch.split_at(batch.len() / 2);
                    waiting.push_front(second);
                    waiting.push_front(first);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(sum.into_embeddings(self.space()))
    }

    async fn batch(&self, texts: &[String], task: EmbedTask, context: &CallContext) -> Result<Answered<Vec<Vec<f32>>>> {
        let mut body = self.wire.body(&self.agent.endpoint.model, texts, task, self.dimensions);
        body.extend(self.agent.config.extra.iter().map(|(name, value)| (name.clone(), value.clone())));
        let unsigned = Unsigned::new(self.url.clone(), Some(&body.into()))?;
        let parts = self.agent.endpoint.target.parts();
        let began = parts.clock.monotonic();
        let answered = call::ask(&self.agent, &unsigned, &context.output, |document, draft| {
            self.wire.note(document, draft);
            let vectors = self.wire.vectors(document)?;
            check_vectors(&vectors, texts.len(), self.dims())?;
            if let Some(length) = vectors.first().and_then(|vector| u32::try_from(vector.len()).ok()) {
                let first = *self.seen.get_or_init(|| length);
                // Two calls may have raced for the first vectors.
                check_vectors(&vectors, texts.len(), Some(first))?;
            }
            Ok(vectors)
        })
        .await?;
        let took = parts.clock.monotonic().saturating_sub(began);
        parts.telemetry.histogram(&names::EMBEDDING_SECONDS, &[]).observe_seconds(took);
        Ok(answered)
    }
}

impl fmt::Debug for ProviderEmbedder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderEmbedder")
            .field("space", &self.space())
            .field("endpoint", &self.agent.endpoint)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Embedder for ProviderEmbedder {
    fn space(&self) -> EmbeddingSpace {
        let (provider, model) = (self.agent.endpoint.provider, &self.agent.endpoint.model);
        let id = match self.dimensions {
            Some(dims) => format!("{provider}/{model}@{dims}"),
            None => format!("{provider}/{model}"),
        };
        EmbeddingSpace { id, model: model.clone(), dims: self.dims() }
    }

    async fn embed(&self, texts: Vec<String>, task: EmbedTask, context: CallContext) -> Result<Embeddings> {
        check_texts(&texts)?;
        context.bound(&*self.agent.endpoint.clock, self.all(&texts, task, &context)).await
    }
}

fn is_size(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::RequestTooLarge | ErrorKind::ContextTooLong)
}
