//! The conversation as wires want it that know two speakers: the model itself and everybody else.

use crate::agents::request::AgentRequest;
use crate::debate::{Author, Message};
use crate::ids::AgentId;

/// What stands before a conversation that would begin with the model's own words.
const CONTEXT: &str = "(context follows)";

/// What one side says until the other does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::agents::providers) struct Turn {
    /// Whether the model itself said it.
    pub(in crate::agents::providers) own: bool,
    pub(in crate::agents::providers) text: String,
}

/// The visible messages as turns that alternate and begin with somebody else: messages of one side that follow each
/// other are joined by a blank line.
pub(in crate::agents::providers) fn alternating(request: &AgentRequest, me: &AgentId) -> Vec<Turn> {
    let author = Author::Agent(me.clone());
    let mut turns: Vec<Turn> = Vec::new();
    let visible: Vec<&Message> = request.messages_for(me).collect();
    // Empty parts are refused, so they go, unless nothing else is there.
    let says_something = |message: &&&Message| !message.text.trim().is_empty();
    let some = visible.iter().any(|message| says_something(&message));
    for message in visible.iter().filter(|message| !some || says_something(message)) {
        let own = message.author == author;
        match turns.last_mut().filter(|turn| turn.own == own) {
            Some(turn) => {
                turn.text.push_str("\n\n");
                turn.text.push_str(&message.text);
            }
            None => turns.push(Turn { own, text: message.text.to_string() }),
        }
    }
    if turns.first().is_some_and(|turn| turn.own) {
        turns.insert(0, Turn { own: false, text: CONTEXT.to_owned() });
    }
    turns
}

/// The system text with an instruction after it, where there is one.
pub(in crate::agents::providers) fn system(request: &AgentRequest, instruction: Option<&str>) -> String {
    match instruction {
        Some(instruction) if request.system.is_empty() => instruction.to_owned(),
        Some(instruction) => format!("{}\n\n{instruction}", request.system),
        None => request.system.clone(),
    }
}
