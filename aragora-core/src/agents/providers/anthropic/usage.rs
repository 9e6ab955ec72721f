//! Tokens as this vendor counts them.

use serde_json::Value;

use crate::debate::Usage;

/// What was reported so far; a later number replaces an earlier one, an absent one does not.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tokens {
    input: Option<u64>,
    written: Option<u64>,
    read: Option<u64>,
    output: Option<u64>,
    thinking: Option<u64>,
}

impl Tokens {
    pub(super) fn absorb(&mut self, usage: &Value) {
        let number = |pointer: &str| usage.pointer(pointer).and_then(Value::as_u64);
        let update = |own: &mut Option<u64>, found: Option<u64>| *own = found.or(*own);
        update(&mut self.input, number("/input_tokens"));
        update(&mut self.written, number("/cache_creation_input_tokens"));
        update(&mut self.read, number("/cache_read_input_tokens"));
        update(&mut self.output, number("/output_tokens"));
        update(&mut self.thinking, number("/output_tokens_details/thinking_tokens"));
    }

    /// The input reported here is without what was read from or written to a cache.
    pub(super) fn usage(&self) -> Option<Usage> {
        if self.input.is_none() && self.output.is_none() {
            return None;
        }
        let (read, written) = (self.read.unwrap_or(0), self.written.unwrap_or(0));
        Some(Usage {
            input_total: self.input.unwrap_or(0).saturating_add(read).saturating_add(written),
            output_total: self.output.unwrap_or(0),
            cache_read: read,
            cache_write: written,
            reasoning: self.thinking.unwrap_or(0),
        })
    }
}

/// Usage by model where the provider asked several in turn.
pub(super) fn by_model(usage: &Value, answered: &str) -> Vec<(String, Usage)> {
    let iterations = usage.get("iterations").and_then(Value::as_array).into_iter().flatten();
    let part = |iteration: &Value| {
        let mut tokens = Tokens::default();
        tokens.absorb(iteration);
        let model = iteration.get("model").and_then(Value::as_str).unwrap_or(answered);
        Some((model.to_owned(), tokens.usage()?))
    };
    iterations.filter_map(part).collect()
}
