//! Where the prompt is worth caching.

use crate::agents::providers::codec::{Encoded, Voice};
use crate::agents::providers::turns::Turn;
use crate::agents::request::{AgentRequest, PromptCache};
use crate::agents::tokens::ByteCounter;

/// The most points one request may have.
const MOST: usize = 4;
/// The fewest estimated input tokens from which a point pays.
const FEWEST_TOKENS: u64 = 2_048;

/// Where the cache points go.
#[derive(Debug, Default)]
pub(in crate::agents::providers) struct Points {
    /// After the system text.
    pub(in crate::agents::providers) system: bool,
    /// After these messages, by their place among the sent ones.
    messages: Vec<usize>,
}

impl Points {
    pub(in crate::agents::providers) fn of(
        encoded: &mut Encoded,
        voice: &Voice<'_>,
        request: &AgentRequest,
        turns: &[Turn<'_>],
    ) -> Self {
        let auto = request.sampling.prompt_cache == PromptCache::Auto;
        let sent: Vec<_> = turns.iter().flat_map(|turn| &turn.messages).collect();
        let last = sent.len().saturating_sub(1);
        let is_point = |(at, asked): (usize, bool)| (asked || (auto && at == last)).then_some(at);
        let mut messages: Vec<usize> = sent.iter().map(|m| m.cache_point).enumerate().filter_map(is_point).collect();
        if messages.is_empty() || ByteCounter::raw(voice.me, request) < FEWEST_TOKENS {
            return Self::default();
        }
        let system = auto && !request.system.trim().is_empty();
        let room = MOST - usize::from(system);
        if let Some(over @ 1..) = messages.len().checked_sub(room) {
            encoded.warn(
                "cache_point_ignored",
                format!("{MOST} cache points are allowed, the first {over} were left out"),
            );
            messages.drain(..over);
        }
        Self { system, messages }
    }

    pub(super) fn any(&self) -> bool {
        !self.messages.is_empty()
    }

    pub(in crate::agents::providers) fn at(&self, message: usize) -> bool {
        self.messages.contains(&message)
    }
}
