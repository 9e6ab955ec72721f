use std::collections::BTreeMap;

use aragora_core::agents::providers::openrouter_id;

fn id(provider: &str, model: &str) -> Option<String> {
    openrouter_id(provider, model, &BTreeMap::new())
}

#[test]
fn models_are_called_as_openrouter_calls_them() {
    for (provider, model, expected) in [
        ("anthropic", "claude-opus-4-6", "anthropic/claude-opus-4.6"),
        ("anthropic", "claude-3-5-sonnet-20241022", "anthropic/claude-3.5-sonnet"),
        ("anthropic", "claude-3-5-haiku-latest", "anthropic/claude-3.5-haiku"),
        ("anthropic", "claude-3-haiku-20240307", "anthropic/claude-3-haiku"),
        ("anthropic", "claude-sonnet-5", "anthropic/claude-sonnet-5"),
        ("anthropic", "claude-sonnet-4-0", "anthropic/claude-sonnet-4"),
        ("anthropic", "claude-sonnet-4-20250514", "anthropic/claude-sonnet-4"),
        ("anthropic", "claude-opus-4-1-20250805", "anthropic/claude-opus-4.1"),
        ("openai", "gpt-5.4", "openai/gpt-5.4"),
        ("openai", "gpt-5.4-2026-03-05", "openai/gpt-5.4"),
        ("openai", "gpt-4o-mini-2024-07-18", "openai/gpt-4o-mini"),
        ("openai", "o3", "openai/o3"),
        ("gemini", "gemini-3-flash-preview", "google/gemini-3-flash-preview"),
        ("xai", "grok-4-1-fast-reasoning", "x-ai/grok-4.1-fast"),
        ("xai", "grok-4-1-fast-non-reasoning", "x-ai/grok-4.1-fast"),
        ("xai", "grok-4.3", "x-ai/grok-4.3"),
        ("mistral", "mistral-large-latest", "mistralai/mistral-large-2512"),
        ("mistral", "mistral-small-latest", "mistralai/mistral-small-2603"),
        ("mistral", "codestral-latest", "mistralai/codestral-2508"),
        ("mistral", "mistral-medium-2508", "mistralai/mistral-medium-2508"),
    ] {
        assert_eq!(id(provider, model).as_deref(), Some(expected), "{provider}/{model}");
    }
}

#[test]
fn without_a_mapping_there_is_no_fallback() {
    for (provider, model) in
        [("mistral", "ministral-latest"), ("openrouter", "openai/gpt-5"), ("ollama", "llama3"), ("openai", "")]
    {
        assert_eq!(id(provider, model), None, "{provider}/{model}");
    }
}

#[test]
fn the_host_knows_better() {
    let host = BTreeMap::from([
        ("anthropic/claude-opus-4-6".to_owned(), "house/opus".to_owned()),
        ("mistral-tiny-latest".to_owned(), "mistralai/tiny".to_owned()),
    ]);
    assert_eq!(openrouter_id("anthropic", "claude-opus-4-6", &host).as_deref(), Some("house/opus"));
    assert_eq!(openrouter_id("mistral", "mistral-tiny-latest", &host).as_deref(), Some("mistralai/tiny"));
    assert_eq!(openrouter_id("openai", "o3", &host).as_deref(), Some("openai/o3"));
}
