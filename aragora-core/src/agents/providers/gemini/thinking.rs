//! How hard a Gemini model thinks: a level since the third generation, a budget of tokens before.

use crate::agents::providers::codec::{Encoded, Voice};
use crate::agents::providers::knobs;
use crate::agents::request::{Effort, Sampling};

/// What is sent for an effort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::agents::providers) enum Thinking {
    /// A level by its name.
    Level(&'static str),
    /// Tokens.
    Budget(u32),
}

/// The least a model thinks that cannot stop thinking.
const LEAST: u32 = 128;

/// What is sent for the effort, if one is asked for and the model takes any.
pub(in crate::agents::providers) fn thinking(
    encoded: &mut Encoded,
    voice: &Voice<'_>,
    sampling: &Sampling,
    levels: bool,
) -> Option<Thinking> {
    let asked = sampling.effort?;
    let budget = voice.caps.thinking_budget == Some(true) && !levels;
    let can_stop = voice.caps.efforts.as_ref().is_some_and(|efforts| efforts.contains(&Effort::None));
    if budget && asked == Effort::None && !can_stop {
        encoded.warn("knob_clamped", format!("effort none was sent as {LEAST} tokens"));
        return Some(Thinking::Budget(LEAST));
    }
    let mut given = knobs::effort(asked, voice.caps, encoded)?;
    if voice.caps.efforts.is_none() {
        // A model nobody knows is asked for what all of its kind take.
        let usual = given.clamp(Effort::Minimal, Effort::High);
        if usual != given {
            let words = format!("effort {} was sent as {}", knobs::word(given), knobs::word(usual));
            encoded.warn("knob_clamped", words);
            given = usual;
        }
    }
    if budget {
        return Some(Thinking::Budget(tokens(given)));
    }
    // The least there is a word for.
    if given == Effort::None {
        encoded.warn("knob_clamped", "effort none was sent as minimal");
    }
    Some(Thinking::Level(level(given)))
}

const fn level(effort: Effort) -> &'static str {
    match effort {
        Effort::None | Effort::Minimal => "minimal",
        Effort::Low => "low",
        Effort::Medium => "medium",
        Effort::High => "high",
        Effort::XHigh | Effort::Max => "xhigh",
    }
}

const fn tokens(effort: Effort) -> u32 {
    match effort {
        Effort::None => 0,
        Effort::Minimal => 512,
        Effort::Low => 1_024,
        Effort::Medium => 8_192,
        Effort::High | Effort::XHigh | Effort::Max => 24_576,
    }
}
