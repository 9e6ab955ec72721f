//! How many tokens a request will be, before anybody has counted them.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::request::{AgentRequest, Effort};
use crate::debate::Expect;
use crate::ids::AgentId;

/// Output tokens a model may write if nobody says.
const MAX_OUTPUT: u32 = 4_096;
/// The same when it thinks: reasoning can eat the whole allowance.
const MAX_OUTPUT_THINKING: u32 = 16_384;
/// Models whose correction is kept.
const MAX_MODELS: usize = 1_024;

/// Estimates tokens. Limits and budgets reserve by it and settle by what was reported.
pub trait TokenCounter: fmt::Debug + Send + Sync {
    /// Input tokens of this request if this agent sends it to this model.
    fn input(&self, model: &str, me: &AgentId, request: &AgentRequest) -> u64;

    /// Takes in what a provider counted for the same request, so that the next estimate is better.
    fn learn(&self, model: &str, me: &AgentId, request: &AgentRequest, reported: u64) {
        let _ = (model, me, request, reported);
    }
}

/// Estimates by bytes: no tables of any vendor, right within a factor of two for most languages, and corrected per
/// model by what providers report.
///
/// `ceil((sum over texts of (ceil(bytes / 3.5) + 4) + ceil(schema bytes / 3.5) + 16) * f)`, where `f` starts at 1 and
/// moves by a fifth of its error with every report, within 0.5..=3.
///
/// ```
/// use aragora_core::agents::ByteCounter;
///
/// assert_eq!(ByteCounter::text("hello"), 2);
/// assert_eq!(ByteCounter::message("hello"), 6);
/// assert_eq!(ByteCounter::message("日本語です"), 9);
/// ```
#[derive(Debug, Default)]
pub struct ByteCounter {
    factors: Mutex<HashMap<String, f64>>,
}

impl ByteCounter {
    /// An estimator that has learnt nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Tokens of a text by itself: bytes / 3.5, rounded up.
    pub fn text(text: &str) -> u64 {
        Self::bytes(text.len())
    }

    /// Tokens of a message: its text and 4 around it.
    pub fn message(text: &str) -> u64 {
        Self::text(text) + 4
    }

    fn bytes(bytes: usize) -> u64 {
        (bytes as u64).saturating_mul(2).div_ceil(7)
    }

    /// The factor by which estimates for this model are corrected.
    pub fn factor(&self, model: &str) -> f64 {
        self.factors().get(model).copied().unwrap_or(1.0)
    }

    pub(super) fn raw(me: &AgentId, request: &AgentRequest) -> u64 {
        let system = Some(request.system.as_str()).filter(|system| !system.is_empty());
        let texts = system.into_iter().chain(request.messages_for(me).map(|message| &*message.text));
        let schema = match &request.expect {
            Expect::Text => 0,
            Expect::Json(shape) => shape.schema.to_string().len(),
            Expect::Ballot(shape) => shape.schema().to_string().len(),
        };
        texts.map(Self::message).fold(Self::bytes(schema) + 16, u64::saturating_add)
    }

    fn factors(&self) -> std::sync::MutexGuard<'_, HashMap<String, f64>> {
        self.factors.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TokenCounter for ByteCounter {
    fn input(&self, model: &str, me: &AgentId, request: &AgentRequest) -> u64 {
        (Self::raw(me, request) as f64 * self.factor(model)).ceil() as u64
    }

    fn learn(&self, model: &str, me: &AgentId, request: &AgentRequest, reported: u64) {
        // Nothing was counted; a report of zero would only drive the factor down.
        if reported == 0 {
            return;
        }
        let seen = reported as f64 / Self::raw(me, request) as f64;
        let mut factors = self.factors();
        if factors.len() >= MAX_MODELS && !factors.contains_key(model) {
            return;
        }
        let factor = factors.entry(model.to_owned()).or_insert(1.0);
        *factor = (*factor + 0.2 * (seen - *factor)).clamp(0.5, 3.0);
    }
}

impl AgentRequest {
    /// The most output tokens its reply may have: what it asks for, else 4,096, or 16,384 for a model that thinks.
    pub fn max_output(&self) -> u32 {
        let thinks = self.sampling.effort.is_some_and(|effort| effort != Effort::None);
        let default = if thinks { MAX_OUTPUT_THINKING } else { MAX_OUTPUT };
        self.sampling.max_output_tokens.unwrap_or(default)
    }
}
