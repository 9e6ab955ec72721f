//! What models can do: a small table by name, which a host may overrule.

mod table;

use serde::{Deserialize, Serialize};

use crate::agents::request::Effort;

/// What a model can do. Absent means the dialect's permissive default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct ModelCaps {
    /// The window in tokens, prompt and output together.
    pub context: Option<u64>,
    /// The most tokens it writes.
    pub max_output: Option<u32>,
    /// Whether it can be held to a JSON schema.
    pub json_schema: Option<bool>,
    /// Whether it can be made to call one tool.
    pub forced_tool: Option<bool>,
    /// Whether it takes `temperature` and `top_p`. A model that thinks on demand takes them while it does not.
    pub temperature: Option<bool>,
    /// The efforts it takes, weakest first; empty: none. `Effort::None` among them: thinking can be turned off.
    pub efforts: Option<Vec<Effort>>,
    /// Whether effort is told as a budget of tokens, as to models before Claude 4.6 and Gemini 3.
    pub thinking_budget: Option<bool>,
    /// Whether it knows a system role.
    pub system_role: Option<bool>,
    /// `max_tokens` or `max_completion_tokens`.
    pub max_tokens_key: Option<String>,
}

impl ModelCaps {
    /// What the table says about a model of this name, e.g. `claude-sonnet-5`, with or without the vendor and the
    /// date in it. Nothing, where it is not known.
    pub fn of(model: &str) -> Self {
        table::find(model)
    }

    /// These, and where they say nothing the others.
    #[must_use]
    pub fn or(self, others: Self) -> Self {
        Self {
            context: self.context.or(others.context),
            max_output: self.max_output.or(others.max_output),
            json_schema: self.json_schema.or(others.json_schema),
            forced_tool: self.forced_tool.or(others.forced_tool),
            temperature: self.temperature.or(others.temperature),
            efforts: self.efforts.or(others.efforts),
            thinking_budget: self.thinking_budget.or(others.thinking_budget),
            system_role: self.system_role.or(others.system_role),
            max_tokens_key: self.max_tokens_key.or(others.max_tokens_key),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_known_beginning_of_a_name_decides() {
        assert_eq!(ModelCaps::of("claude-opus-4-1-20250805").max_output, Some(32_000));
        assert_eq!(ModelCaps::of("claude-opus-4-8").max_output, Some(128_000));
        assert_eq!(ModelCaps::of("anthropic/claude-opus-4.6"), ModelCaps::of("claude-opus-4-6"));
        assert_eq!(ModelCaps::of("eu.anthropic.claude-sonnet-4-5-v1:0"), ModelCaps::of("claude-sonnet-4-5"));
        assert_eq!(ModelCaps::of("gpt-5-chat-latest").efforts, Some(Vec::new()));
        assert_eq!(ModelCaps::of("somebody/llama"), ModelCaps::default());
    }

    #[test]
    fn what_a_host_says_wins_over_the_table() {
        let host = ModelCaps { context: Some(1), ..ModelCaps::default() };
        let merged = host.or(ModelCaps::of("gpt-4o"));
        assert_eq!((merged.context, merged.max_output), (Some(1), Some(16_384)));
    }
}
