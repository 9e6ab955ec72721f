//! What a provider says a call cost, in micro-dollars.

use serde_json::Value;

use crate::agents::prices::usd::{from_ticks, from_usd};
use crate::ids::MicroUsd;

/// What the usage of a reply says it cost: xAI in ticks, routers in dollars. With the host's own upstream key a
/// router's fee is only a part of what the call costs.
pub(super) fn reported(usage: &Value) -> Option<MicroUsd> {
    if let Some(ticks) = usage.get("cost_in_usd_ticks").and_then(Value::as_u64) {
        return Some(from_ticks(ticks));
    }
    let fee = usage.get("cost").and_then(Value::as_f64)?;
    let own_key = usage.get("is_byok").and_then(Value::as_bool) == Some(true);
    let upstream = usage.pointer("/cost_details/upstream_inference_cost").and_then(Value::as_f64);
    from_usd(fee + upstream.filter(|_| own_key).unwrap_or(0.0))
}
