//! A conversation as vendors want it who demand that two parties take turns.

use crate::agents::request::AgentRequest;
use crate::debate::{Author, Message};
use crate::ids::AgentId;

/// What precedes a conversation that would begin with the model's own words.
pub(super) const OPENING: &str = "(context follows)";

/// What stands between messages that are merged.
pub(super) const BETWEEN: &str = "\n\n";

/// Consecutive messages of one party.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    /// Whether the agent itself speaks.
    pub(super) mine: bool,
    pub(super) messages: Vec<&'a Message>,
}

impl Turn<'_> {
    /// Everything said in it, with blank lines between.
    pub(super) fn text(&self) -> String {
        self.messages.iter().map(|message| &*message.text).collect::<Vec<_>>().join(BETWEEN)
    }
}

/// The visible conversation in turns. Messages without a visible character are left out, because vendors refuse
/// empty parts, unless nothing else is there.
pub(super) fn turns<'a>(request: &'a AgentRequest, me: &'a AgentId) -> Vec<Turn<'a>> {
    let own = Author::Agent(me.clone());
    let says_something = |message: &&Message| !message.text.trim().is_empty();
    let mut turns: Vec<Turn<'a>> = Vec::new();
    let mut all: Vec<&Message> = request.messages_for(me).collect();
    if all.iter().any(says_something) {
        all.retain(says_something);
    }
    for message in all {
        let mine = message.author == own;
        match turns.last_mut() {
            Some(turn) if turn.mine == mine => turn.messages.push(message),
            _ => turns.push(Turn { mine, messages: vec![message] }),
        }
    }
    turns
}
