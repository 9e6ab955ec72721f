//! What calls cost: the seam, and the order in which sources are asked.
//!
//! What a provider itself reports comes first and never gets here. Then the host's own [`PriceTable`], then the list
//! that comes with the library ([`BundledPrices`], feature `prices`). Nobody knows: the cost is `None`, never 0.

#[cfg(feature = "prices")]
mod bundled;
mod table;
pub(super) mod usd;

use std::fmt;
use std::sync::Arc;

#[cfg(feature = "prices")]
pub use bundled::BundledPrices;
pub use table::{PriceRow, PriceTable};

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
    /// A plain call at this time.
    pub const fn new(provider: &'a str, model: &'a str, usage: &'a Usage, at: Timestamp) -> Self {
        Self { provider, model, usage, at, service_tier: None, batch: false }
    }

    /// The same in this service tier.
    #[must_use]
    pub const fn in_tier(mut self, tier: Option<&'a str>) -> Self {
        self.service_tier = tier;
        self
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

/// Several books, asked in order; the first that knows a price gives it.
///
/// ```
/// use aragora_core::agents::{PriceRow, PriceTable, Prices};
///
/// let own = PriceTable::new("2026-11").with(PriceRow::new("openai", "gpt-house-*", 2_000_000, 8_000_000));
/// let prices = Prices::known().before(own);
/// # let _ = prices;
/// ```
#[derive(Clone, Debug, Default)]
pub struct Prices(Vec<Arc<dyn PriceBook>>);

impl Prices {
    /// No book yet.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// The list that comes with the library; without the feature `prices` no book.
    pub fn known() -> Self {
        #[cfg(feature = "prices")]
        let known = Self::none().then(BundledPrices::new());
        #[cfg(not(feature = "prices"))]
        let known = Self::none();
        known
    }

    /// The same with this book asked before the others: the host's own prices win.
    #[must_use]
    pub fn before(mut self, book: impl PriceBook + 'static) -> Self {
        self.0.insert(0, Arc::new(book));
        self
    }

    /// The same with this book asked after the others.
    #[must_use]
    pub fn then(mut self, book: impl PriceBook + 'static) -> Self {
        self.0.push(Arc::new(book));
        self
    }
}

impl PriceBook for Prices {
    fn price(&self, query: &PriceQuery<'_>) -> Option<MicroUsd> {
        self.0.iter().find_map(|book| book.price(query))
    }

    fn version(&self) -> String {
        if self.0.is_empty() {
            return NoPrices.version();
        }
        self.0.iter().map(|book| book.version()).collect::<Vec<_>>().join(" + ")
    }
}
