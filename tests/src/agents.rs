//! Requests and listeners for suites about agents.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aragora_core::agents::{
    AgentRequest, Author, Delta, Expect, Message, Phase, Role, Sampling, TokenSink, Visibility,
};
use aragora_core::clock::CancelToken;
use aragora_core::ids::{AgentId, MessageId, OrgId, RequestId};

/// An agent id that is known to be one.
///
/// # Panics
///
/// If it is none.
#[allow(clippy::expect_used)]
pub fn agent_id(text: &str) -> AgentId {
    AgentId::new(text).expect("the test names a valid agent id")
}

/// A message everybody may see.
///
/// # Panics
///
/// Never: the message's id is a constant.
#[allow(clippy::expect_used)]
pub fn message(author: Author, text: &str) -> Message {
    Message {
        id: MessageId::new("m").expect("a letter is a message id"),
        author,
        text: text.into(),
        visibility: Visibility::All,
        cache_point: false,
    }
}

/// A request for a free text with one message of the moderator.
///
/// # Panics
///
/// Never: the organisation's name is a constant.
#[allow(clippy::expect_used)]
pub fn request(id: &str, text: &str) -> AgentRequest {
    AgentRequest {
        id: RequestId::new(id),
        tenant: OrgId::new("default").expect("a word is an organisation"),
        debate: None,
        round: 1,
        phase: Phase::Answer,
        role: Role::Proposer,
        persona: None,
        system: "Be brief.".into(),
        messages: vec![message(Author::Moderator, text)],
        expect: Expect::Text,
        sampling: Sampling::default(),
        deadline: None,
        cancel: CancelToken::new(),
        metadata: BTreeMap::new(),
        extra: serde_json::Map::new(),
    }
}

/// Keeps everything that was streamed.
#[derive(Debug, Default)]
pub struct Heard(Mutex<Vec<(u64, Delta)>>);

impl Heard {
    /// An empty one to be shared with an output.
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Every piece with its number.
    pub fn pieces(&self) -> Vec<(u64, Delta)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The text since the last reset.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (_, delta) in self.pieces() {
            match delta {
                Delta::Text(piece) => text.push_str(&piece),
                Delta::Reset => text.clear(),
                Delta::Reasoning(_) => {}
            }
        }
        text
    }
}

impl TokenSink for Heard {
    fn push(&self, seq: u64, delta: Delta) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((seq, delta));
    }
}
