//! What turns cost at most, and what attempts cost of which nobody counted the tokens.

use crate::agents::{AgentParts, AgentProfile, Attempt, estimated, price};
use crate::debate::{AgentKind, CostSource, SeatPrice, SeatView};
use crate::error::{Error, ErrorKind, Result};

/// The window of a model whose own is unknown: up to here vendors charge their plain rate.
const WINDOW: u64 = 200_000;
/// Output tokens a rate is taken from.
const OUTPUT: u64 = 100_000;

/// The highest price of an agent's targets, taken once and kept in the log: a resumed or replayed debate reserves by
/// the same numbers. `None` for an agent that asks no provider.
///
/// Errors: `unpriced` if one of its targets has no price.
fn seat_price(parts: &AgentParts, profile: &AgentProfile) -> Result<Option<SeatPrice>> {
    if !matches!(profile.kind, AgentKind::Model | AgentKind::Foreign) {
        return Ok(None);
    }
    // Long prompts cost more per token with some vendors: the rate is that of a full window.
    let window = profile.context_tokens.unwrap_or(WINDOW).max(1);
    let priced = || {
        let (input, both) = (price(parts, profile, window, 0)?.0, price(parts, profile, window, OUTPUT)?.0);
        let rate = |micros: u64, tokens: u64| {
            u64::try_from((u128::from(micros) * 1_000_000).div_ceil(u128::from(tokens))).unwrap_or(u64::MAX)
        };
        Some(SeatPrice { input: rate(input, window), output: rate(both.saturating_sub(input), OUTPUT) })
    };
    match priced() {
        Some(price) => Ok(Some(price)),
        None => Err(Error::new(ErrorKind::Unpriced, profile.id.as_str())),
    }
}

/// Puts prices on seats. `unpriced` names every seat that has none.
pub(super) fn put_prices<'a>(
    parts: &AgentParts,
    seats: impl Iterator<Item = (&'a mut SeatView, AgentProfile)>,
) -> Result<()> {
    let mut unpriced = Vec::new();
    for (view, profile) in seats {
        match seat_price(parts, &profile) {
            Ok(price) => view.price = price,
            Err(error) => unpriced.push(error.reason().to_owned()),
        }
    }
    if unpriced.is_empty() {
        return Ok(());
    }
    let (count, names) = (unpriced.len(), unpriced.join(", "));
    let verb = if count == 1 { "has" } else { "have" };
    Err(Error::new(ErrorKind::Unpriced, format!("a cost limit is set and {names} {verb} no price")))
}

/// The attempt with an estimate where a provider may have worked for it and nobody counted: the prompt, and what was
/// streamed.
pub(super) fn with_estimate(
    parts: &AgentParts,
    profile: &AgentProfile,
    mut attempt: Attempt,
    prompt: u64,
    streamed: usize,
) -> Attempt {
    if attempt.usage.is_some() || attempt.cost.is_some() {
        return attempt;
    }
    if let Some((usage, cost)) = estimated(parts, profile, &attempt, prompt, streamed) {
        attempt.usage = Some(usage);
        attempt.cost = cost;
        attempt.cost_source = if cost.is_some() { CostSource::Estimate } else { CostSource::Unknown };
    }
    attempt
}
