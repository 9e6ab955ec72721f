//! What a call will cost at most, and what it cost.

use crate::agents::agent::AgentProfile;
use crate::agents::measure::words;
use crate::agents::parts::AgentParts;
use crate::agents::prices::PriceQuery;
use crate::agents::reply::Attempt;
use crate::agents::request::AgentRequest;
use crate::clock::Timestamp;
use crate::debate::{AgentKind, AttemptOutcome, Usage};
use crate::ids::MicroUsd;

/// What a call may use, and the highest price of that over the agent's targets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct Quote {
    /// Estimated input tokens.
    pub input: u64,
    /// The most output tokens.
    pub output: u64,
    /// The price; absent if one of the targets has none.
    pub micros: Option<MicroUsd>,
}

impl Quote {
    /// A quote for these tokens at this price.
    pub const fn new(input: u64, output: u64, micros: Option<MicroUsd>) -> Self {
        Self { input, output, micros }
    }

    /// What this request to this agent may cost.
    pub fn of(parts: &AgentParts, profile: &AgentProfile, request: &AgentRequest) -> Self {
        let input = parts.tokens.input(&profile.model, &profile.id, request);
        let output = u64::from(request.max_output());
        Self { input, output, micros: price(parts, profile, input, output) }
    }
}

/// The highest price over the agent's targets; nothing for those that ask no provider.
pub(crate) fn price(parts: &AgentParts, profile: &AgentProfile, input: u64, output: u64) -> Option<MicroUsd> {
    if profile.free || !matches!(profile.kind, AgentKind::Model | AgentKind::Foreign) {
        return Some(MicroUsd(0));
    }
    let at = parts.parts.clock.now();
    let usage = Usage { input_total: input, output_total: output, ..Usage::default() };
    let of = |provider: &str, model: &str| parts.prices.price(&PriceQuery::new(provider, model, &usage, at));
    if profile.targets.is_empty() {
        return of(&profile.provider, &profile.model);
    }
    profile.targets.iter().try_fold(MicroUsd(0), |highest, target| {
        let (provider, model) = words(target, profile);
        Some(highest.max(of(provider, model)?))
    })
}

/// Tokens and cost of an attempt that broke off or was cancelled before anybody counted: its estimated prompt and what
/// was streamed. `None` for one that no provider worked for.
pub(crate) fn estimated(
    parts: &AgentParts,
    profile: &AgentProfile,
    attempt: &Attempt,
    prompt: u64,
    streamed: usize,
) -> Option<(Usage, Option<MicroUsd>)> {
    if attempt.usage.is_some() || !unfinished(attempt) {
        return None;
    }
    let usage = Usage { input_total: prompt, output_total: (streamed as u64 * 2).div_ceil(7), ..Usage::default() };
    Some((usage, priced(parts, profile, attempt, &usage).map(MicroUsd)))
}

/// What the attempts of a call cost, as the ledger proves: reported and priced ones as they are; one that broke off
/// or was cancelled without a count as its estimated prompt and what was streamed.
pub(super) fn proven(
    parts: &AgentParts,
    profile: &AgentProfile,
    attempts: &[(Attempt, usize)],
    quote: &Quote,
    assumed: impl Fn(Usage) -> u64,
) -> u64 {
    let estimate = |attempt: &Attempt, shown: usize| match attempt.usage {
        Some(usage) => priced(parts, profile, attempt, &usage).unwrap_or_else(|| assumed(usage)),
        None => estimated(parts, profile, attempt, quote.input, shown)
            .map_or(0, |(usage, cost)| cost.map_or_else(|| assumed(usage), |cost| cost.0)),
    };
    attempts.iter().fold(0, |sum: u64, (attempt, shown)| {
        sum.saturating_add(attempt.cost.map_or_else(|| estimate(attempt, *shown), |cost| cost.0))
    })
}

fn priced(parts: &AgentParts, profile: &AgentProfile, attempt: &Attempt, usage: &Usage) -> Option<u64> {
    let (provider, model) = words(&attempt.target, profile);
    let at: Timestamp = attempt.started;
    parts.prices.price(&PriceQuery::new(provider, model, usage, at)).map(|cost| cost.0)
}

/// Whether a provider may have worked for it: refused requests and failed connections cost nothing.
fn unfinished(attempt: &Attempt) -> bool {
    match attempt.outcome {
        AttemptOutcome::Ok | AttemptOutcome::Cancelled => true,
        AttemptOutcome::Failed => matches!(
            attempt.code.as_deref(),
            Some("interrupted" | "timeout" | "malformed_response" | "cancelled" | "deadline_exceeded")
        ),
    }
}
