//! The host's own prices.

use serde::{Deserialize, Serialize};

use super::{PriceBook, PriceQuery};
use crate::clock::Timestamp;
use crate::error::{Result, Violations};
use crate::ids::MicroUsd;

/// Prices of the host: negotiated rates, models of its own, or what the bundled list does not know. Rows are read in
/// order and the first that matches gives the price.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PriceTable {
    /// The version kept beside every cost.
    pub version: String,
    /// The prices.
    pub rows: Vec<PriceRow>,
}

/// The price of some models, in whole micro-dollars per million tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct PriceRow {
    /// The provider's word, or `*`.
    pub provider: String,
    /// The model; `*` stands for any characters, `?` for one. Compared without regard to ASCII case.
    pub model: String,
    /// Input tokens that touch no cache.
    pub input: u64,
    /// Output tokens, reasoning included.
    pub output: u64,
    /// Input tokens read from a cache, default `input`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_read: Option<u64>,
    /// Input tokens written to a cache, default `input`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write: Option<u64>,
    /// Only calls in this service tier; default any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_tier: Option<String>,
    /// Valid from this instant on, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Valid before this instant, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

impl PriceRow {
    /// These prices per million tokens, at any time and in any tier.
    pub fn new(provider: impl Into<String>, model: impl Into<String>, input: u64, output: u64) -> Self {
        Self {
            provider: provider.into(),
            model: model.into(),
            input,
            output,
            cache_read: None,
            cache_write: None,
            service_tier: None,
            from: None,
            until: None,
        }
    }

    /// With these prices for input read from and written to a cache.
    #[must_use]
    pub fn with_cache(mut self, read: u64, write: u64) -> Self {
        (self.cache_read, self.cache_write) = (Some(read), Some(write));
        self
    }

    /// Only for calls in this service tier.
    #[must_use]
    pub fn in_tier(mut self, tier: impl Into<String>) -> Self {
        self.service_tier = Some(tier.into());
        self
    }

    /// Valid in `[from, until)`.
    #[must_use]
    pub fn valid(mut self, from: Option<Timestamp>, until: Option<Timestamp>) -> Self {
        (self.from, self.until) = (from, until);
        self
    }

    fn applies(&self, query: &PriceQuery<'_>) -> bool {
        (self.provider == "*" || self.provider.eq_ignore_ascii_case(query.provider))
            && glob(self.model.as_bytes(), query.model.as_bytes())
            && self.service_tier.as_deref().is_none_or(|tier| Some(tier) == query.service_tier)
            && self.from.is_none_or(|from| from <= query.at)
            && self.until.is_none_or(|until| query.at < until)
    }

    fn price(&self, query: &PriceQuery<'_>) -> MicroUsd {
        let usage = query.usage;
        let plain = usage.input_total.saturating_sub(usage.cache_read).saturating_sub(usage.cache_write);
        let sum: u128 = [
            (plain, self.input),
            (usage.cache_read, self.cache_read.unwrap_or(self.input)),
            (usage.cache_write, self.cache_write.unwrap_or(self.input)),
            (usage.output_total, self.output),
        ]
        .into_iter()
        .map(|(tokens, rate)| u128::from(tokens) * u128::from(rate))
        .sum();
        MicroUsd(u64::try_from(sum.div_ceil(1_000_000)).unwrap_or(u64::MAX))
    }
}

impl PriceTable {
    /// An empty table of this version.
    pub fn new(version: impl Into<String>) -> Self {
        Self { version: version.into(), rows: Vec::new() }
    }

    /// The same with one more row, read after the others.
    #[must_use]
    pub fn with(mut self, row: PriceRow) -> Self {
        self.rows.push(row);
        self
    }

    /// `invalid_request` with every row that can never apply.
    pub fn validate(&self) -> Result<()> {
        let mut v = Violations::new();
        for (i, row) in self.rows.iter().enumerate() {
            v.check(!row.provider.is_empty(), format!("/rows/{i}/provider"), "empty, expected a provider or *");
            v.check(!row.model.is_empty(), format!("/rows/{i}/model"), "empty, expected a model or a pattern");
            let ends = row.from.zip(row.until).is_none_or(|(from, until)| from < until);
            v.check(ends, format!("/rows/{i}/until"), "not after from");
        }
        v.into_invalid_request()
    }
}

impl PriceBook for PriceTable {
    fn price(&self, query: &PriceQuery<'_>) -> Option<MicroUsd> {
        self.rows.iter().find(|row| row.applies(query)).map(|row| row.price(query))
    }

    fn version(&self) -> String {
        self.version.clone()
    }
}

/// `*` any bytes, `?` one; linear, by going back to the last star only.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(byte) = text.get(t) {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(b'?') => (p, t) = (p + 1, t + 1),
            Some(other) if other.eq_ignore_ascii_case(byte) => (p, t) = (p + 1, t + 1),
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    (p, t) = (at + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).is_some_and(|rest| rest.iter().all(|byte| *byte == b'*'))
}
