//! Tokens as vendors of chat completions report them.

use serde_json::Value;

use crate::debate::Usage;

/// What was reported so far; later values replace earlier ones field by field.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tokens {
    prompt: Option<u64>,
    completion: Option<u64>,
    total: Option<u64>,
    cached: Option<u64>,
    written: Option<u64>,
    reasoning: Option<u64>,
}

impl Tokens {
    /// Takes in a `usage` object.
    pub(super) fn absorb(&mut self, usage: &Value) {
        let number = |pointer: &str| {
            let value = usage.pointer(pointer)?;
            value.as_u64().or_else(|| value.as_f64().filter(|n| *n >= 0.0).map(|n| n as u64))
        };
        let cached = ["/prompt_tokens_details/cached_tokens", "/num_cached_tokens", "/prompt_cache_hit_tokens"];
        let update = |own: &mut Option<u64>, found: Option<u64>| *own = found.or(*own);
        update(&mut self.prompt, number("/prompt_tokens"));
        update(&mut self.completion, number("/completion_tokens"));
        update(&mut self.total, number("/total_tokens"));
        update(&mut self.cached, cached.iter().find_map(|pointer| number(pointer)));
        update(&mut self.written, number("/prompt_tokens_details/cache_write_tokens"));
        update(&mut self.reasoning, number("/completion_tokens_details/reasoning_tokens"));
    }

    /// What that amounts to; absent if neither side was counted.
    pub(super) fn usage(self) -> Option<Usage> {
        if self.prompt.is_none() && self.completion.is_none() {
            return None;
        }
        let (prompt, completion) = (self.prompt.unwrap_or(0), self.completion.unwrap_or(0));
        let reasoning = self.reasoning.unwrap_or(0);
        // Some vendors leave thinking out of the completion; the total gives it away.
        let apart =
            reasoning > 0 && self.total == prompt.checked_add(completion).and_then(|sum| sum.checked_add(reasoning));
        Some(Usage {
            input_total: prompt,
            output_total: if apart { completion.saturating_add(reasoning) } else { completion },
            cache_read: self.cached.unwrap_or(0),
            cache_write: self.written.unwrap_or(0),
            reasoning,
        })
    }
}
