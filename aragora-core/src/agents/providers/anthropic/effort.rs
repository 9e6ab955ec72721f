//! How hard the model thinks: an effort, or before Claude 4.6 a budget of tokens.

use serde_json::json;

use super::encode::output_config;
use crate::agents::providers::codec::{Encoded, Voice};
use crate::agents::providers::knobs::{self, word};
use crate::agents::request::{AgentRequest, Effort};

/// What the request says about thinking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thinking {
    /// Nothing, or that there be none.
    Off,
    /// As the model sees fit.
    Adaptive,
    /// Up to a budget.
    Budget,
}

impl Thinking {
    pub(super) const fn is_on(self) -> bool {
        matches!(self, Self::Adaptive | Self::Budget)
    }
}

/// Sets `max_tokens`, `thinking` and the effort.
pub(super) fn set(encoded: &mut Encoded, voice: &Voice<'_>, request: &AgentRequest) -> Thinking {
    let max = knobs::max_output(&request.sampling, voice.caps, encoded);
    encoded.body.insert("max_tokens".into(), max.into());
    let asked = request.sampling.effort;
    let Some(effort) = asked.and_then(|asked| knobs::effort(asked, voice.caps, encoded)) else { return Thinking::Off };
    if effort == Effort::None {
        encoded.set(voice, "thinking", json!({ "type": off(voice.model) }));
        return Thinking::Off;
    }
    if voice.learnt.omitted.contains("thinking") {
        encoded.ignored("thinking");
        level(encoded, voice, effort);
        return Thinking::Off;
    }
    if voice.caps.thinking_budget == Some(true) {
        budget(encoded, voice, max, effort);
        return Thinking::Budget;
    }
    encoded.body.insert("thinking".into(), json!({ "type": "adaptive" }));
    level(encoded, voice, effort);
    Thinking::Adaptive
}

fn level(encoded: &mut Encoded, voice: &Voice<'_>, effort: Effort) {
    if voice.caps.thinking_budget == Some(true) {
        return;
    }
    if voice.learnt.omitted.contains("effort") {
        encoded.ignored("effort");
        return;
    }
    // This wire knows no minimal effort, and unknown models are not listed.
    let effort = effort.max(Effort::Low);
    output_config(&mut encoded.body, "effort", word(effort).into());
}

// The budget comes on top of what is written, and with it must stay below what the model writes.
fn budget(encoded: &mut Encoded, voice: &Voice<'_>, max: u32, effort: Effort) {
    let wanted = match effort {
        Effort::None | Effort::Minimal | Effort::Low => 1_024,
        Effort::Medium => 4_096,
        Effort::High => 8_192,
        Effort::XHigh | Effort::Max => 16_384,
    };
    let most = voice.caps.max_output.unwrap_or(u32::MAX);
    let total = max.saturating_add(wanted).min(most);
    // 1,024 is the least there is.
    let tokens = wanted.min(total.saturating_sub(1)).max(1_024);
    encoded.body.insert("max_tokens".into(), total.max(tokens + 1).into());
    encoded.body.insert("thinking".into(), json!({ "type": "enabled", "budget_tokens": tokens }));
}

// Claude Sonnet 5.5 refuses `disabled` and names this instead.
fn off(model: &str) -> &'static str {
    if model.contains("claude-sonnet-5-5") { "between_tools" } else { "disabled" }
}
