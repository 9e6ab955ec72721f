//! Models by the beginning of their names. A row is here only where it changes what is sent.

use super::ModelCaps;
use crate::agents::request::Effort::{self, High, Low, Max, Medium, Minimal, XHigh};

const OFF: Effort = Effort::None;
const OFF_OR_HIGH: &[Effort] = &[OFF, High];

/// What is known of the models whose names begin so.
#[derive(Clone, Copy, Debug)]
struct Row {
    name: &'static str,
    context: u64,
    max_output: u32,
    json_schema: bool,
    forced_tool: bool,
    temperature: bool,
    efforts: Option<&'static [Effort]>,
    thinking_budget: bool,
    system_role: bool,
}

/// A model that takes everything but efforts; 0 is unknown.
const fn plain(name: &'static str, context: u64, max_output: u32) -> Row {
    Row {
        name,
        context,
        max_output,
        json_schema: true,
        forced_tool: true,
        temperature: true,
        efforts: Some(&[]),
        thinking_budget: false,
        system_role: true,
    }
}

/// A model that thinks only when an effort is set, and takes a temperature while it does not.
const fn on_demand(name: &'static str, context: u64, max_output: u32, efforts: &'static [Effort]) -> Row {
    Row { efforts: Some(efforts), ..plain(name, context, max_output) }
}

/// A model that thinks unless told not to, and takes no temperature.
const fn thinking(name: &'static str, context: u64, max_output: u32, efforts: &'static [Effort]) -> Row {
    Row { temperature: false, ..on_demand(name, context, max_output, efforts) }
}

/// A model whose thinking has a budget.
const fn budget(name: &'static str, context: u64, max_output: u32) -> Row {
    Row { efforts: None, thinking_budget: true, ..plain(name, context, max_output) }
}

const fn without_schema(row: Row) -> Row {
    Row { json_schema: false, ..row }
}

const fn without_forced_tool(row: Row) -> Row {
    Row { forced_tool: false, ..row }
}

const fn without_system(row: Row) -> Row {
    Row { system_role: false, json_schema: false, ..row }
}

const TO_HIGH: &[Effort] = &[Low, Medium, High];
const TO_XHIGH: &[Effort] = &[Low, Medium, High, XHigh];
const TO_MAX: &[Effort] = &[Low, Medium, High, XHigh, Max];
const OFF_TO_HIGH: &[Effort] = &[OFF, Low, Medium, High];
const OFF_TO_XHIGH: &[Effort] = &[OFF, Low, Medium, High, XHigh];
const OFF_TO_MAX: &[Effort] = &[OFF, Low, Medium, High, XHigh, Max];
const PRO: &[Effort] = &[Medium, High, XHigh];
const GEMINI: &[Effort] = &[Minimal, Low, Medium, High];

const CLAUDE: &[Row] = &[
    without_schema(plain("claude-2", 200_000, 4_096)),
    without_schema(plain("claude-3-", 200_000, 4_096)),
    without_schema(plain("claude-3-5-", 200_000, 8_192)),
    without_schema(budget("claude-3-7-", 200_000, 64_000)),
    without_schema(budget("claude-opus-4", 200_000, 32_000)),
    without_schema(budget("claude-sonnet-4", 200_000, 64_000)),
    budget("claude-opus-4-1", 200_000, 32_000),
    budget("claude-opus-4-5", 200_000, 64_000),
    budget("claude-sonnet-4-5", 200_000, 64_000),
    budget("claude-haiku-4-5", 200_000, 64_000),
    on_demand("claude-opus-4-6", 1_000_000, 128_000, &[OFF, Low, Medium, High, Max]),
    on_demand("claude-sonnet-4-6", 1_000_000, 128_000, &[OFF, Low, Medium, High, Max]),
    thinking("claude-opus-4-7", 1_000_000, 128_000, OFF_TO_MAX),
    thinking("claude-opus-4-8", 1_000_000, 128_000, OFF_TO_MAX),
    thinking("claude-opus-5", 1_000_000, 128_000, OFF_TO_MAX),
    without_forced_tool(thinking("claude-opus-5-5", 1_000_000, 128_000, TO_MAX)),
    thinking("claude-sonnet-5", 1_000_000, 128_000, OFF_TO_MAX),
    without_forced_tool(thinking("claude-sonnet-5-5", 1_000_000, 128_000, OFF_TO_MAX)),
    thinking("claude-haiku-5-5", 1_000_000, 128_000, OFF_TO_MAX),
    thinking("claude-fable-5", 1_000_000, 128_000, TO_MAX),
    without_forced_tool(thinking("claude-fable-5-1", 1_000_000, 128_000, TO_MAX)),
    without_forced_tool(thinking("claude-fable-5-2", 1_000_000, 128_000, TO_MAX)),
    thinking("claude-mythos", 1_000_000, 128_000, TO_MAX),
    without_forced_tool(thinking("claude-mythos-5-1", 1_000_000, 128_000, TO_MAX)),
    without_forced_tool(thinking("claude-mythos-5-2", 1_000_000, 128_000, TO_MAX)),
];

const GPT: &[Row] = &[
    without_schema(plain("gpt-3.5", 16_385, 4_096)),
    without_schema(plain("gpt-4", 8_192, 8_192)),
    without_schema(plain("gpt-4-turbo", 128_000, 4_096)),
    plain("gpt-4o", 128_000, 16_384),
    without_schema(plain("gpt-4o-2024-05-13", 128_000, 4_096)),
    plain("gpt-4.1", 1_047_576, 32_768),
    without_system(thinking("o1-mini", 128_000, 65_536, &[])),
    without_system(thinking("o1-preview", 128_000, 32_768, &[])),
    thinking("o1", 200_000, 100_000, TO_HIGH),
    thinking("o3", 200_000, 100_000, TO_HIGH),
    thinking("o4", 200_000, 100_000, TO_HIGH),
    thinking("gpt-5", 400_000, 128_000, &[Minimal, Low, Medium, High]),
    thinking("gpt-5-pro", 400_000, 128_000, &[High]),
    thinking("gpt-5-codex", 400_000, 128_000, TO_HIGH),
    plain("gpt-5-chat", 128_000, 16_384),
    on_demand("gpt-5.1", 400_000, 128_000, OFF_TO_HIGH),
    thinking("gpt-5.1-chat", 128_000, 16_384, &[Medium]),
    thinking("gpt-5.1-codex", 400_000, 128_000, TO_XHIGH),
    on_demand("gpt-5.2", 400_000, 128_000, OFF_TO_XHIGH),
    thinking("gpt-5.2-chat", 128_000, 16_384, &[Medium]),
    thinking("gpt-5.2-pro", 400_000, 128_000, PRO),
    on_demand("gpt-5.3", 128_000, 16_384, OFF_TO_XHIGH),
    thinking("gpt-5.3-chat", 128_000, 16_384, &[Medium]),
    on_demand("gpt-5.3-codex", 400_000, 128_000, OFF_TO_XHIGH),
    on_demand("gpt-5.4", 1_050_000, 128_000, OFF_TO_XHIGH),
    on_demand("gpt-5.4-mini", 400_000, 128_000, OFF_TO_XHIGH),
    on_demand("gpt-5.4-nano", 400_000, 128_000, OFF_TO_XHIGH),
    thinking("gpt-5.4-pro", 1_050_000, 128_000, PRO),
    thinking("gpt-5.5", 1_000_000, 128_000, OFF_TO_XHIGH),
    thinking("gpt-5.5-pro", 1_000_000, 128_000, PRO),
    thinking("gpt-5.6", 1_050_000, 128_000, OFF_TO_MAX),
    thinking("gpt-6", 1_050_000, 128_000, OFF_TO_MAX),
    thinking("gpt-6-astra", 1_050_000, 128_000, TO_MAX),
    thinking("gpt-6.1-sol", 1_050_000, 128_000, TO_MAX),
    on_demand("gpt-oss", 131_072, 0, TO_HIGH),
];

const OTHERS: &[Row] = &[
    on_demand("grok-3", 131_072, 0, OFF_TO_HIGH),
    on_demand("grok-3-mini", 131_072, 0, &[OFF, Low, High]),
    on_demand("grok-4-0709", 256_000, 0, OFF_TO_HIGH),
    on_demand("grok-4-fast", 2_000_000, 0, OFF_TO_HIGH),
    on_demand("grok-4-1-fast", 2_000_000, 0, OFF_TO_HIGH),
    on_demand("grok-4.3", 1_000_000, 0, OFF_TO_HIGH),
    on_demand("grok-4.5", 500_000, 0, TO_HIGH),
    on_demand("grok-4.6", 500_000, 0, TO_HIGH),
    on_demand("grok-4.7", 500_000, 0, TO_XHIGH),
    plain("gemini-1", 1_000_000, 8_192),
    plain("gemini-2.0", 1_048_576, 8_192),
    Row { efforts: Some(&[OFF, Minimal, Low, Medium, High]), ..budget("gemini-2.5", 1_048_576, 65_536) },
    Row { efforts: Some(GEMINI), ..budget("gemini-2.5-pro", 1_048_576, 65_536) },
    on_demand("gemini-3", 1_048_576, 65_536, GEMINI),
    on_demand("gemini-3-pro", 1_048_576, 65_536, &[Low, High]),
    on_demand("gemini-3.1-pro", 1_048_576, 65_536, TO_HIGH),
    on_demand("gemini-3.7-flash", 1_048_576, 65_536, TO_HIGH),
    on_demand("gemini-3.8-flash", 1_048_576, 65_536, TO_HIGH),
    plain("mistral-large-2512", 262_144, 0),
    on_demand("mistral-medium-2604", 0, 0, OFF_OR_HIGH),
    on_demand("mistral-medium-3-5", 0, 0, OFF_OR_HIGH),
    on_demand("mistral-medium-3.5", 0, 0, OFF_OR_HIGH),
    on_demand("mistral-small-2603", 262_144, 0, OFF_OR_HIGH),
    on_demand("mistral-small-latest", 262_144, 0, OFF_OR_HIGH),
    plain("codestral", 0, 0),
    plain("magistral", 0, 0),
    plain("ministral", 0, 0),
];

/// What is known of this model: the row whose name is the longest beginning of its own.
pub(super) fn find(model: &str) -> ModelCaps {
    let name = bare(model);
    let rows = [CLAUDE, GPT, OTHERS].into_iter().flatten();
    let best = rows.filter(|row| name.starts_with(row.name)).max_by_key(|row| row.name.len());
    best.map_or_else(ModelCaps::default, Row::caps)
}

// Without what routers and clouds put in front, and with the digits of a version joined as its vendor joins them.
fn bare(model: &str) -> String {
    let name = model.rsplit('/').next().unwrap_or(model).to_ascii_lowercase();
    let Some(at) = name.find("claude-") else { return name };
    name.get(at..).unwrap_or(&name).replace('.', "-")
}

impl Row {
    fn caps(&self) -> ModelCaps {
        ModelCaps {
            context: Some(self.context).filter(|tokens| *tokens > 0),
            max_output: Some(self.max_output).filter(|tokens| *tokens > 0),
            json_schema: Some(self.json_schema),
            forced_tool: Some(self.forced_tool),
            temperature: Some(self.temperature),
            efforts: self.efforts.map(<[Effort]>::to_vec),
            thinking_budget: Some(self.thinking_budget),
            system_role: Some(self.system_role),
            max_tokens_key: None,
        }
    }
}
