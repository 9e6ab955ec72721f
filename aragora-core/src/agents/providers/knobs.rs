//! Sampling knobs as every wire needs them.

use serde_json::Value;

use super::caps::ModelCaps;
use super::codec::{Encoded, Voice};
use crate::agents::request::{Effort, Sampling};

/// Default output limit, and with an effort set, because thinking can eat the whole allowance.
const MAX_OUTPUT: (u32, u32) = (4_096, 16_384);

/// The output limit to send: the caller's, else the default; never more than the model writes.
pub(super) fn max_output(sampling: &Sampling, caps: &ModelCaps, encoded: &mut Encoded) -> u32 {
    let thinks = sampling.effort.is_some_and(|effort| effort != Effort::None || always_thinks(caps));
    let default = if thinks { MAX_OUTPUT.1 } else { MAX_OUTPUT.0 };
    let most = caps.max_output.unwrap_or(u32::MAX);
    match sampling.max_output_tokens {
        Some(asked) if asked > most => {
            encoded.warn("knob_clamped", format!("max_output_tokens {asked} was sent as {most}"));
            most
        }
        Some(asked) => asked,
        None => default.min(most),
    }
}

fn always_thinks(caps: &ModelCaps) -> bool {
    caps.efforts.as_ref().is_some_and(|efforts| !efforts.is_empty() && !efforts.contains(&Effort::None))
}

/// The effort to send, if the model takes any.
pub(super) fn effort(asked: Effort, caps: &ModelCaps, encoded: &mut Encoded) -> Option<Effort> {
    let Some(taken) = &caps.efforts else { return Some(asked) };
    if taken.contains(&asked) {
        return Some(asked);
    }
    // Thinking that cannot be turned off is turned down.
    let above = taken.iter().copied().filter(|effort| *effort > asked).min();
    let nearest = above.or_else(|| taken.iter().copied().filter(|effort| *effort != Effort::None).max());
    match nearest {
        // A model that does not think does as it is told by being left alone.
        None if asked == Effort::None => None,
        Some(effort) => {
            encoded.warn("knob_clamped", format!("effort {} was sent as {}", word(asked), word(effort)));
            Some(effort)
        }
        None => {
            encoded.warn("knob_ignored", "effort is not supported by this model");
            None
        }
    }
}

/// Whether a temperature is taken: not by models that reason, except while they are told not to.
pub(super) fn takes_sampling(voice: &Voice<'_>, effort: Option<Effort>) -> bool {
    let can_stop = voice.caps.efforts.as_ref().is_some_and(|efforts| efforts.contains(&Effort::None));
    let is_gpt = voice.model.rsplit('/').next().unwrap_or(voice.model).starts_with("gpt-");
    match effort {
        Some(Effort::None) if can_stop => true,
        Some(_) if can_stop && is_gpt => false,
        _ => voice.caps.temperature != Some(false),
    }
}

/// Some vendors read a signed 64-bit integer.
pub(super) fn seed(seed: u64) -> u64 {
    seed & (u64::MAX >> 1)
}

/// Written through its shortest decimal form: 0.7 as a float of 32 bits is 0.699999988079071 as one of 64.
pub(super) fn decimal(value: f32) -> Value {
    value.to_string().parse::<f64>().map_or(Value::Null, Value::from)
}

/// The word most vendors use.
pub(super) const fn word(effort: Effort) -> &'static str {
    match effort {
        Effort::None => "none",
        Effort::Minimal => "minimal",
        Effort::Low => "low",
        Effort::Medium => "medium",
        Effort::High => "high",
        Effort::XHigh => "xhigh",
        Effort::Max => "max",
    }
}
