//! What a vendor's model is called at OpenRouter.

use std::collections::BTreeMap;

/// Models that follow no rule.
const TABLE: &[(&str, &str, &str)] = &[
    ("mistral", "mistral-large-latest", "mistralai/mistral-large-2512"),
    ("mistral", "mistral-small-latest", "mistralai/mistral-small-2603"),
    ("mistral", "codestral-latest", "mistralai/codestral-2508"),
];

/// The id under which OpenRouter offers this model of this provider: the host's own map first (by
/// `provider/model`, then by model), then a table, then rules. `None` if there is none: then there is no fallback.
///
/// ```
/// use std::collections::BTreeMap;
/// use aragora_core::agents::providers::openrouter_id;
///
/// let none = BTreeMap::new();
/// let id = openrouter_id("anthropic", "claude-opus-4-6", &none);
/// assert_eq!(id.as_deref(), Some("anthropic/claude-opus-4.6"));
/// ```
pub fn openrouter_id(provider: &str, model: &str, host: &BTreeMap<String, String>) -> Option<String> {
    let own = host.get(&format!("{provider}/{model}")).or_else(|| host.get(model));
    if let Some(own) = own {
        return Some(own.clone());
    }
    if let Some((_, _, id)) = TABLE.iter().find(|(whose, which, _)| *whose == provider && *which == model) {
        return Some((*id).to_owned());
    }
    if model.is_empty() || model.contains('/') {
        return None;
    }
    match provider {
        "anthropic" => Some(format!("anthropic/{}", claude(model))),
        "openai" => Some(format!("openai/{}", undated(model))),
        "gemini" => Some(format!("google/{model}")),
        "xai" => Some(format!("x-ai/{}", grok(model))),
        // A `-latest` that is not in the table points somewhere only Mistral knows.
        "mistral" if dated(model) => Some(format!("mistralai/{model}")),
        _ => None,
    }
}

/// `claude-3-5-sonnet-20241022` is `claude-3.5-sonnet`, `claude-opus-4-6` is `claude-opus-4.6`, `claude-sonnet-4-0`
/// is `claude-sonnet-4`.
fn claude(model: &str) -> String {
    let base = model.strip_suffix("-latest").unwrap_or(model);
    let base = match base.rsplit_once('-') {
        Some((base, day)) if digits(day, 8) => base,
        _ => base,
    };
    let parts: Vec<&str> = base.split('-').collect();
    let mut name = String::new();
    let mut version = false;
    for (i, part) in parts.iter().enumerate() {
        let number = (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        // The second number of two in a row is the minor version; `-0` is left out.
        if number && version {
            if *part != "0" {
                name.push('.');
                name.push_str(part);
            }
            version = false;
            continue;
        }
        if i > 0 {
            name.push('-');
        }
        name.push_str(part);
        version = number;
    }
    name
}

/// Without `-YYYY-MM-DD`.
fn undated(model: &str) -> &str {
    let cut = model.len().saturating_sub(11);
    let is_date = |tail: &str| {
        let mut parts = tail.split('-').skip(1);
        tail.starts_with('-')
            && parts.next().is_some_and(|year| digits(year, 4))
            && parts.next().is_some_and(|month| digits(month, 2))
            && parts.next().is_some_and(|day| digits(day, 2))
            && parts.next().is_none()
    };
    match model.split_at_checked(cut) {
        Some((base, tail)) if is_date(tail) && !base.is_empty() => base,
        _ => model,
    }
}

fn grok(model: &str) -> &str {
    if model == "grok-4-1-fast" || model.starts_with("grok-4-1-fast-") { "grok-4.1-fast" } else { model }
}

fn dated(model: &str) -> bool {
    model.rsplit_once('-').is_some_and(|(_, tail)| digits(tail, 4))
}

fn digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
}
