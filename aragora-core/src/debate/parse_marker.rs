//! The double-bracketed markers of published judge prompts: `[[A]]`, `[[B]]`, `[[C]]` for a tie, `[[7]]`.

use std::sync::LazyLock;

use super::fixed::round6;
use super::parse_pattern::Pattern;

/// A pairwise verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    /// The first shown, `[[A]]`.
    A,
    /// The second shown, `[[B]]`.
    B,
    /// `[[C]]`.
    Tie,
}

/// The last pairwise marker of a text; `None` is an invalid verdict.
pub fn parse_pairwise_marker(text: &str) -> Option<Marker> {
    static MARKER: LazyLock<Pattern> = LazyLock::new(|| Pattern::new(r"\[\[([ABC])\]\]"));
    let found = MARKER.captures_iter(text).last()?;
    Some(match found.get(1)?.as_str() {
        "A" => Marker::A,
        "B" => Marker::B,
        _ => Marker::Tie,
    })
}

/// The last rating marker of a text, rounded to six decimals; `None` is an invalid rating. The range is the
/// caller's to check.
pub fn parse_rating_marker(text: &str) -> Option<f64> {
    static RATING: LazyLock<Pattern> = LazyLock::new(|| Pattern::new(r"\[\[([0-9]{1,15}(?:\.[0-9]*)?)\]\]"));
    let found = RATING.captures_iter(text).last()?;
    found.get(1)?.as_str().parse().ok().map(round6)
}

/// What stands in the last marker of a line, if it looks like a label.
pub(super) fn last_marker(line: &str) -> Option<&str> {
    static LABEL: LazyLock<Pattern> = LazyLock::new(|| Pattern::new(r"\[\[([A-Z]{1,2})\]\]"));
    LABEL.captures_iter(line).last().and_then(|found| found.get(1)).map(|label| label.as_str())
}
