//! The policies of agents around an embedder.

use std::sync::Arc;

use async_trait::async_trait;

use super::breaker::Breaker;
use super::budget::{Budgets, Held};
use super::concurrency::Concurrency;
use super::policy::{Call, Policy};
use super::rate_limit::RateLimit;
use super::retry::Retry;
use crate::agents::agent::AgentProfile;
use crate::agents::budget::{Quote, price};
use crate::agents::embed::{CallContext, EmbedTask, Embedder, EmbeddingSpace, Embeddings, Sum, batches, check_texts};
use crate::agents::target::Target;
use crate::error::Result;

/// An embedder behind its budgets and the breaker, retries, pacing and places of its target, in the order in which
/// agents have them: `budget > breaker > retry > rate_limit > concurrency`. Budgets set aside for all texts or refuse
/// before anything is sent; below them every batch of at most 96 texts is one call, so that a failure repeats no more
/// than that.
///
/// ```
/// # use std::sync::Arc;
/// use aragora_core::agents::AgentParts;
/// use aragora_core::agents::layers::GuardedEmbedder;
/// use aragora_core::agents::providers::{ApiKey, ProviderConfig, ProviderHandle};
/// use aragora_core::config::Secret;
///
/// # fn main() -> aragora_core::Result<()> {
/// let config = ProviderConfig::new("openai".parse()?, "text-embedding-3-small");
/// let key = Arc::new(ApiKey(Secret::from("sk-..")));
/// let openai = ProviderHandle::open(&config, key, &AgentParts::system()?)?;
/// let embedder = GuardedEmbedder::new(openai.embedder(None)?, openai.target());
/// # let _ = embedder;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct GuardedEmbedder {
    inner: Arc<dyn Embedder>,
    paid: Option<Paid>,
    breaker: Breaker,
    retry: Retry,
    rate_limit: RateLimit,
    concurrency: Concurrency,
}

/// Budgets, and whose prices they go by.
#[derive(Clone, Debug)]
struct Paid {
    budgets: Budgets,
    profile: AgentProfile,
}

impl GuardedEmbedder {
    /// This embedder under the policies of this target, with their defaults.
    pub fn new(inner: Arc<dyn Embedder>, target: &Arc<Target>) -> Self {
        Self {
            inner,
            paid: None,
            breaker: Breaker::new(target),
            retry: Retry::new(target),
            rate_limit: RateLimit::new(target),
            concurrency: Concurrency::new(target),
        }
    }

    /// With this breaker.
    #[must_use]
    pub fn with_breaker(mut self, breaker: Breaker) -> Self {
        self.breaker = breaker;
        self
    }

    /// With these retries.
    #[must_use]
    pub fn with_retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Within these budgets, at the prices of this profile: that of [`ProviderHandle::profile`] for what a provider
    /// embeds.
    ///
    /// [`ProviderHandle::profile`]: crate::agents::providers::ProviderHandle::profile
    #[must_use]
    pub fn with_budgets(mut self, budgets: Budgets, profile: AgentProfile) -> Self {
        self.paid = Some(Paid { budgets, profile });
        self
    }

    async fn all(&self, texts: &[String], task: EmbedTask, context: &CallContext) -> Result<Embeddings> {
        let mut sum = Sum::default();
        for batch in batches(texts) {
            sum.add_all(self.batch(batch, task, context).await?);
        }
        Ok(sum.into_embeddings(self.space()))
    }

    async fn batch(&self, texts: &[String], task: EmbedTask, context: &CallContext) -> Result<Embeddings> {
        let call = Call::from(context.clone()).with_tokens(estimate(texts), 0);
        let asked = |call: Call| async move {
            let made = self.inner.embed(texts.to_vec(), task, call.context()).await?;
            if let Some(usage) = made.usage {
                call.used(usage.input_total);
            }
            Ok(made)
        };
        let placed = |call: Call| self.concurrency.run(call, asked);
        let paced = |call: Call| self.rate_limit.run(call, placed);
        let repeated = |call: Call| self.retry.run(call, paced);
        self.breaker.run(call, repeated).await
    }
}

#[async_trait]
impl Embedder for GuardedEmbedder {
    fn space(&self) -> EmbeddingSpace {
        self.inner.space()
    }

    async fn embed(&self, texts: Vec<String>, task: EmbedTask, context: CallContext) -> Result<Embeddings> {
        check_texts(&texts)?;
        let Some(Paid { budgets, profile }) = &self.paid else { return self.all(&texts, task, &context).await };
        let parts = budgets.parts();
        let input = estimate(&texts);
        let quote = Quote::new(input, 0, price(parts, profile, input, 0));
        // The caller may book several calls on one output; these budgets settle this one.
        let context = CallContext { output: context.output.ledger(), ..context };
        let mut held = Held::new(profile, quote, context.output.clone());
        for budget in budgets.iter() {
            let reserved = context.bound(&*parts.parts.clock, budget.reserve(&quote, context.deadline)).await?;
            held.add(budget.clone(), reserved);
        }
        held.begin();
        let mut made = self.all(&texts, task, &context).await;
        let warnings = held.settle(made.as_ref().ok().map(|made| (made.cost, made.usage))).await;
        if let Ok(made) = &mut made {
            made.warnings.extend(warnings);
        }
        made
    }
}

// Bytes by 3.5, and 4 per text.
fn estimate(texts: &[String]) -> u64 {
    texts.iter().map(|text| (text.len() as u64 * 2).div_ceil(7) + 4).sum()
}
