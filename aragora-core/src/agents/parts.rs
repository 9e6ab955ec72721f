use std::sync::Arc;

use super::prices::{PriceBook, Prices};
use super::target::Targets;
use super::tokens::{ByteCounter, TokenCounter};
use crate::error::{Error, ErrorKind, Result};
use crate::http::{SystemTransport, Transport};
use crate::storage::Storage;
use crate::telemetry::Parts;

/// What agents of one instance share.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct AgentParts {
    /// Clock, entropy and metrics.
    pub parts: Parts,
    /// Sends requests.
    pub transport: Arc<dyn Transport>,
    /// What calls cost.
    pub prices: Arc<dyn PriceBook>,
    /// How many tokens a request will be.
    pub tokens: Arc<dyn TokenCounter>,
    /// Breakers, limits and latencies.
    pub targets: Arc<Targets>,
    /// Keeps cached replies and budget periods; absent: neither outlives the process.
    pub storage: Option<Arc<dyn Storage>>,
}

impl AgentParts {
    /// These, fresh targets and the prices that come with the library.
    pub fn new(parts: Parts, transport: Arc<dyn Transport>) -> Self {
        let targets = Arc::new(Targets::new(parts.clone()));
        Self {
            parts,
            transport,
            prices: Arc::new(Prices::known()),
            tokens: Arc::new(ByteCounter::new()),
            targets,
            storage: None,
        }
    }

    /// [`AgentParts::new`] with a transport of its own over rustls, made when it is first needed.
    pub fn over(parts: Parts) -> Self {
        Self::new(parts, Arc::new(SystemTransport::new()))
    }

    /// [`AgentParts::over`] the machine's clock and random bytes. `not_configured` without the feature `tls-rustls`.
    pub fn system() -> Result<Self> {
        if cfg!(feature = "tls-rustls") {
            return Ok(Self::over(Parts::system()));
        }
        Err(Error::new(ErrorKind::NotConfigured, "no transport was given and the feature tls-rustls is off"))
    }

    /// The same with these prices.
    #[must_use]
    pub fn with_prices(mut self, prices: Arc<dyn PriceBook>) -> Self {
        self.prices = prices;
        self
    }

    /// The same with this estimator.
    #[must_use]
    pub fn with_tokens(mut self, tokens: Arc<dyn TokenCounter>) -> Self {
        self.tokens = tokens;
        self
    }

    /// The same with this store.
    #[must_use]
    pub fn with_storage(mut self, storage: Arc<dyn Storage>) -> Self {
        self.storage = Some(storage);
        self
    }
}
