//! The conversation as both wires of Gemini models take it.

use serde_json::Value;

use super::shape::is_gemma;
use crate::agents::providers::codec::Voice;
use crate::agents::providers::shape;
use crate::agents::providers::turns::{OPENING, turns};
use crate::agents::request::AgentRequest;

/// The system text, if there is one and the model knows such a role, and the turns as this function writes them.
pub(in crate::agents::providers) fn prompt(
    voice: &Voice<'_>,
    request: &AgentRequest,
    instruction: Option<String>,
    write: impl Fn(bool, &str) -> Value,
) -> (Option<String>, Vec<Value>) {
    let turns = turns(request, voice.me);
    let mut said: Vec<(bool, String)> = turns.iter().map(|turn| (turn.mine, turn.text())).collect();
    if said.first().is_some_and(|(mine, _)| *mine) {
        said.insert(0, (false, OPENING.to_owned()));
    }
    let mut system = Some(shape::system(request, instruction)).filter(|text| !text.trim().is_empty());
    if !voice.caps.system_role.unwrap_or(!is_gemma(voice.model))
        && let (Some((_, first)), Some(text)) = (said.first_mut(), system.take())
    {
        *first = format!("{text}\n\n{first}");
    }
    (system, said.iter().map(|(mine, text)| write(*mine, text)).collect())
}
