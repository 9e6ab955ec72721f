//! The lineage of a model, which counts for diversity: a router's or a host's name must not hide it.

/// Beginnings of names, and the lineage they mean.
const FAMILIES: &[(&str, &str)] = &[
    ("claude", "claude"),
    ("gpt", "gpt"),
    ("chatgpt", "gpt"),
    ("o1", "gpt"),
    ("o3", "gpt"),
    ("o4", "gpt"),
    ("gemini", "gemini"),
    ("gemma", "gemma"),
    ("grok", "grok"),
    ("mistral", "mistral"),
    ("ministral", "mistral"),
    ("mixtral", "mistral"),
    ("magistral", "mistral"),
    ("codestral", "mistral"),
    ("devstral", "mistral"),
    ("pixtral", "mistral"),
    ("deepseek", "deepseek"),
    ("llama", "llama"),
    ("meta-llama", "llama"),
    ("qwen", "qwen"),
    ("qwq", "qwen"),
    ("kimi", "kimi"),
    ("glm", "glm"),
    ("phi", "phi"),
    ("command", "command"),
    ("nova", "nova"),
];

/// The lineage of a model of this name; empty where the name does not tell.
pub(super) fn of(model: &str) -> &'static str {
    let name = model.to_lowercase();
    let last = name.rsplit('/').next().unwrap_or(&name);
    // Hosts write the vendor and a dot before it, e.g. `eu.anthropic.claude-sonnet-4-5-v1:0`.
    let known = |name: &str| FAMILIES.iter().find(|(start, _)| name.starts_with(start)).map(|(_, family)| *family);
    let after_dots = last.char_indices().filter(|(_, c)| *c == '.').filter_map(|(at, _)| last.get(at + 1..));
    std::iter::once(last).chain(after_dots).find_map(known).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn routers_and_hosts_do_not_hide_the_lineage() {
        assert_eq!(of("claude-sonnet-5"), "claude");
        assert_eq!(of("anthropic/claude-opus-4.6"), "claude");
        assert_eq!(of("eu.anthropic.claude-sonnet-4-5-v1:0"), "claude");
        assert_eq!(of("openai/gpt-oss-120b"), "gpt");
        assert_eq!(of("Qwen/QwQ-32B"), "qwen");
        assert_eq!(of("my-deployment-4.1"), "");
    }
}
