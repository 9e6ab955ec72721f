//! What was asked for on the command line.

use aragora_core::Question;

pub(crate) const USAGE: &str = "\
usage: cargo run --example first_debate -- [--agents NAMES] [--base-url URL] [QUESTION]
       cargo run --example first_debate -- --check

  --agents NAMES   the models that debate, separated by commas, e.g. anthropic/claude-sonnet-5,openai,mistral;
                   a provider alone means its default model, one model alone takes three seats
  --base-url URL   where they are reached instead of their providers' own addresses; with compatible/<model> any
                   server that speaks the OpenAI chat protocol, e.g. http://localhost:8000/v1
  --check          says which providers are configured, and why one is not

Keys are read from ANTHROPIC_API_KEY, OPENAI_API_KEY, OPENROUTER_API_KEY, MISTRAL_API_KEY, GEMINI_API_KEY, XAI_API_KEY,
DEEPSEEK_API_KEY and GROQ_API_KEY, addresses of local servers from OLLAMA_HOST and LM_STUDIO_HOST. Without --agents the
default models of the providers that have a key debate; without any a recorded debate of real models is replayed if
there is one in ../shared (or ARAGORA_SHARED); otherwise the built-in demo agents speak.";

/// What to do.
pub(crate) enum Asked {
    Debate(Order),
    Check,
    Usage,
    Nonsense(String),
}

/// A debate as it was ordered.
#[derive(Default)]
pub(crate) struct Order {
    /// Names of models; empty: whatever is configured.
    pub(crate) models: Vec<String>,
    pub(crate) base_url: Option<String>,
    pub(crate) question: Option<String>,
}

/// Reads the arguments; the question stands with or without quotes around its words.
pub(crate) fn read(mut arguments: impl Iterator<Item = String>) -> Asked {
    let mut order = Order::default();
    let mut words: Vec<String> = Vec::new();
    while let Some(argument) = arguments.next() {
        let (name, attached) = match argument.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name.to_owned(), Some(value.to_owned())),
            _ => (argument, None),
        };
        match name.as_str() {
            "-h" | "--help" => return Asked::Usage,
            "--check" => return Asked::Check,
            "--agents" | "--base-url" => {
                let Some(value) = attached.or_else(|| arguments.next()) else {
                    return Asked::Nonsense(format!("{name} needs a value"));
                };
                if name == "--agents" {
                    order.models.extend(value.split(',').map(|m| m.trim().to_owned()).filter(|m| !m.is_empty()));
                } else {
                    order.base_url = Some(value);
                }
            }
            option if option.starts_with('-') && words.is_empty() => {
                return Asked::Nonsense(format!("there is no option {option}"));
            }
            _ => words.push(attached.map_or(name.clone(), |value| format!("{name}={value}"))),
        }
    }
    if !words.is_empty() {
        let text = words.join(" ");
        if let Err(error) = Question::new(text.as_str()).violations().into_invalid_request() {
            return Asked::Nonsense(error.reason().to_owned());
        }
        order.question = Some(text);
    }
    Asked::Debate(order)
}
