//! How hard a Gemini model thinks: a level since the third generation, a budget of tokens in 2.5, nothing before.

use super::super::codec::Voice;
use super::super::knobs;
use crate::agents::request::Effort;

/// What is sent for an effort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::agents::providers) enum Thinking {
    /// A level by its name.
    Level(&'static str),
    /// Tokens.
    Budget(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Knob {
    Level,
    Budget { least: u32 },
    None,
}

/// What is sent for an effort, and what to say about it where that is not what was asked for. `levels` says that the
/// wire knows levels for every model that thinks.
pub(in crate::agents::providers) fn thinking(
    voice: &Voice<'_>,
    effort: Effort,
    levels: bool,
) -> (Option<Thinking>, Option<String>) {
    let knob = match knob(voice.model) {
        Knob::Budget { .. } if levels => Knob::Level,
        knob => knob,
    };
    let known: &[Effort] = match (&voice.caps.efforts, knob) {
        (Some(efforts), _) => efforts,
        (None, Knob::Level) => &[Effort::Minimal, Effort::Low, Effort::Medium, Effort::High],
        (None, Knob::Budget { .. }) => &[Effort::None, Effort::Minimal, Effort::Low, Effort::Medium, Effort::High],
        (None, Knob::None) => &[],
    };
    // Thinking that cannot be turned off is turned down, and what is more than there is is the most there is.
    let stronger = known.iter().filter(|known| **known >= effort).min();
    let Some(given) = stronger.or_else(|| known.iter().max()).copied() else {
        // A model that does not think does as it is told by being left alone.
        return (None, (effort != Effort::None).then(|| "effort is not supported by this model".into()));
    };
    let thinking = match knob {
        Knob::Budget { least } => Thinking::Budget(budget(given).max(least)),
        Knob::Level | Knob::None => Thinking::Level(level(given)),
    };
    let off = effort == Effort::None && thinking != Thinking::Budget(0);
    let note = (given != effort || off).then(|| {
        let sent = match thinking {
            Thinking::Level(level) => level.to_owned(),
            Thinking::Budget(tokens) => format!("{tokens} tokens"),
        };
        format!("effort {} was sent as {sent}", knobs::word(effort))
    });
    (Some(thinking), note)
}

fn knob(model: &str) -> Knob {
    let name = model.rsplit('/').next().unwrap_or(model);
    let is = |prefixes: &[&str]| prefixes.iter().any(|prefix| name.starts_with(prefix));
    if is(&["gemini-2.5-pro"]) {
        // It cannot stop thinking.
        Knob::Budget { least: 128 }
    } else if is(&["gemini-2.5"]) {
        Knob::Budget { least: 0 }
    } else if is(&["gemini-1", "gemini-2.0", "gemini-pro", "gemma-2", "gemma-3", "learnlm"]) {
        Knob::None
    } else {
        Knob::Level
    }
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

const fn budget(effort: Effort) -> u32 {
    match effort {
        Effort::None => 0,
        Effort::Minimal => 512,
        Effort::Low => 1_024,
        Effort::Medium => 8_192,
        Effort::High | Effort::XHigh | Effort::Max => 24_576,
    }
}
