//! Taking credentials out of text that providers echo.

use crate::config::Secret;
use crate::error::Error;
use crate::http::Headers;

/// The most of a provider's message that is kept, in bytes.
const MESSAGE_BYTES: usize = 2 << 10;

/// Replaces words shaped like a key (`sk-`, `AIza`, `xai-`) and cuts at 2 KiB.
pub(super) fn message(text: &str) -> String {
    let mut clean = shapes(text);
    clean.truncate(clean.floor_char_boundary(MESSAGE_BYTES));
    clean
}

/// Replaces words shaped like a key.
pub(super) fn shapes(text: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '*' | '.');
    let mut clean = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_word) {
        let (before, from) = rest.split_at(start);
        let (word, after) = from.split_at(from.find(|c| !is_word(c)).unwrap_or(from.len()));
        clean.push_str(before);
        let shaped =
            ["sk-", "AIza", "xai-"].iter().any(|prefix| word.len() > prefix.len() + 2 && word.starts_with(prefix));
        clean.push_str(if shaped { "***" } else { word });
        rest = after;
    }
    clean.push_str(rest);
    clean
}

/// Replaces the live key, and prefixes of it of at least 8 characters, in every context entry of an error.
pub(super) fn error(error: Error, key: Option<&Secret>) -> Error {
    each(error, |value| text(value, key))
}

/// [`text_of_headers`] in every context entry of an error.
pub(super) fn headers(error: Error, fields: &Headers) -> Error {
    each(error, |value| text_of_headers(value.to_owned(), fields))
}

/// Replaces the live key and its prefixes.
pub(super) fn text(text: &str, key: Option<&Secret>) -> String {
    key.map_or_else(|| text.to_owned(), |key| live(text, key.expose().trim()))
}

/// Replaces the values of secret header fields: of those that hold a credential by their name also prefixes, of others
/// only the whole value, because words of it may stand in prose.
pub(super) fn text_of_headers(text: String, fields: &Headers) -> String {
    let names = ["authorization", "key", "token", "secret", "cookie", "signature", "credential"];
    let secret = fields.iter().filter(|(name, value)| fields.is_secret(name) && value.len() >= 8);
    secret.fold(text, |text, (name, value)| {
        if names.iter().any(|word| name.contains(word)) {
            live(&text, value.split_once(' ').map_or(value, |(_, token)| token))
        } else {
            text.replace(value, "***")
        }
    })
}

fn live(text: &str, key: &str) -> String {
    if key.len() < 8 { text.to_owned() } else { without(text, key) }
}

fn each(error: Error, clean: impl Fn(&str) -> String) -> Error {
    let entries: Vec<(String, String)> =
        error.context().iter().map(|(name, value)| (name.clone(), clean(value))).collect();
    entries.iter().fold(error, |error, (name, value)| error.with(name, value))
}

fn without(text: &str, key: &str) -> String {
    let Some(head) = key.get(..8) else { return text.replace(key, "***") };
    let mut clean = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(head) {
        let (before, from) = rest.split_at(start);
        clean.push_str(before);
        clean.push_str("***");
        let same: usize = from.chars().zip(key.chars()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum();
        rest = from.get(same..).unwrap_or_default();
    }
    clean.push_str(rest);
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_of_keys_disappear_and_prose_stays() {
        assert_eq!(message("key sk-abc123, ask a sk- friend"), "key ***, ask a sk- friend");
        assert_eq!(message(&"ü".repeat(2_000)).len(), 2 << 10);
    }

    #[test]
    fn the_live_key_and_its_prefixes_disappear() {
        let key = "canary-0123456789";
        assert_eq!(without("bad canary-0123456789!", key), "bad ***!");
        assert_eq!(without("bad canary-012***", key), "bad ******");
        assert_eq!(without("a canary sang", key), "a canary sang");
    }
}
