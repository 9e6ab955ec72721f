//! Taking credentials out of text that providers echo.

use secrecy::{ExposeSecret, SecretString};

use crate::error::Error;

/// The most of a provider's message that is kept, in bytes.
const MESSAGE_BYTES: usize = 2 << 10;

/// Replaces words shaped like a key (`sk-`, `AIza`, `xai-`) and cuts at 2 KiB.
pub(super) fn message(text: &str) -> String {
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
    clean.truncate(clean.floor_char_boundary(MESSAGE_BYTES));
    clean
}

/// Replaces the live key, and prefixes of it of at least 8 characters, in every context entry of an error.
pub(super) fn error(error: Error, key: Option<&SecretString>) -> Error {
    let Some(key) = key.map(ExposeSecret::expose_secret).filter(|key| key.len() >= 8) else { return error };
    let entries: Vec<(String, String)> =
        error.context().iter().map(|(name, value)| (name.clone(), without(value, key))).collect();
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
