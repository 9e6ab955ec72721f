//! What is left out of a prompt that does not fit. Never a silent cut.

use super::options::ContextPolicy;
use super::transcript::TranscriptMessage;
use crate::ids::MessageId;

/// What a policy keeps and drops.
#[derive(Debug)]
pub struct Reduced<'a> {
    /// Messages that stay.
    pub kept: Vec<&'a TranscriptMessage>,
    /// Messages left out.
    pub dropped: Vec<MessageId>,
    /// The visible line that says so.
    pub line: String,
}

/// Applies one policy to the shown messages; `None` if it would drop nothing or calls for another turn.
pub fn reduce<'a>(policy: &ContextPolicy, shown: &[&'a TranscriptMessage]) -> Option<Reduced<'a>> {
    let rounds = match policy {
        ContextPolicy::LastRound => 1,
        ContextPolicy::Window { rounds } => (*rounds).max(1),
        ContextPolicy::Summarise { .. } => return None,
    };
    let newest = shown.iter().map(|m| m.round).max()?;
    let first_kept = newest.saturating_sub(rounds - 1);
    let (kept, dropped): (Vec<_>, Vec<_>) = shown.iter().copied().partition(|m| m.round >= first_kept);
    if dropped.is_empty() {
        return None;
    }
    let mut rounds: Vec<u32> = dropped.iter().map(|m| m.round).collect();
    rounds.dedup();
    let span = match rounds.as_slice() {
        [one] => format!("round {one}"),
        [first, .., last] => format!("rounds {first} to {last}"),
        [] => String::new(),
    };
    let noun = if dropped.len() == 1 { "message" } else { "messages" };
    let line = format!("[{} {noun} of {span} left out]", dropped.len());
    Some(Reduced { kept, dropped: dropped.into_iter().map(|m| m.id.clone()).collect(), line })
}
