//! What calls cost: the seam, and the order in which sources are asked.

use std::fmt;

use crate::clock::Timestamp;
use crate::debate::Usage;
use crate::ids::MicroUsd;

/// What is to be priced.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct PriceQuery<'a> {
    /// The provider billed.
    pub provider: &'a str,
    /// The model that answered.
    pub model: &'a str,
    /// The tokens.
    pub usage: &'a Usage,
    /// When.
    pub at: Timestamp,
    /// The tier the response reports, if it does.
    pub service_tier: Option<&'a str>,
    /// Whether it was a batch call.
    pub batch: bool,
}

impl<'a> PriceQuery<'a> {
    /// A plain call now.
    pub const fn new(provider: &'a str, model: &'a str, usage: &'a Usage, at: Timestamp) -> Self {
        Self { provider, model, usage, at, service_tier: None, batch: false }
    }
}

/// Prices of models. Unknown is `None`, never 0; known is rounded up to a whole micro-dollar per call.
pub trait PriceBook: fmt::Debug + Send + Sync {
    /// What this call costs.
    fn price(&self, query: &PriceQuery<'_>) -> Option<MicroUsd>;

    /// The version of the list, kept beside every cost.
    fn version(&self) -> String;
}

/// No price is known.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoPrices;

impl PriceBook for NoPrices {
    fn price(&self, _query: &PriceQuery<'_>) -> Option<MicroUsd> {
        None
    }

    fn version(&self) -> String {
        "none".to_owned()
    }
}
