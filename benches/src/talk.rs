//! The debates that are measured: instant participants with texts of a set length who never agree before the end.

use aragora_core::agents::{AgentRequest, FnAgent};
use aragora_core::debate::{DebateOptions, Limits, Phase, Record};
use aragora_core::engine::{DebateBuilder, Engine};
use aragora_core::ids::{AgentId, OrgId};
use aragora_core::protocols::{Critique, DebateProtocol};

use crate::Result;

/// The question of every debate.
pub const QUESTION: &str = "Should the billing service move from nightly batches to a queue?";

/// Texts of about 300 tokens, as models give when asked for a brief answer with reasons.
pub const REPLY_BYTES: usize = 1_200;

/// So many participants that answer at once.
pub fn seats(count: usize, bytes: usize) -> Result<Vec<FnAgent>> {
    (1..=count)
        .map(|n| {
            let id = format!("agent-{n}");
            let text = answer(&id, bytes);
            Ok(FnAgent::new(AgentId::new(&id)?, move |request, _output| {
                let reply = reply(&request, &text);
                async move { Ok(reply) }
            }))
        })
        .collect()
}

/// A position of this participant's own, of about so many bytes.
pub fn answer(id: &str, bytes: usize) -> String {
    let mut text = format!("{id}: move in two steps.");
    let mut step = 0;
    while text.len() + 32 < bytes {
        step += 1;
        text.push_str(&format!(" Step {step} of {id} is to measure the delay of queue {step} under load."));
    }
    text.push_str(&format!("\nFINAL ANSWER: plan of {id}"));
    text
}

/// What a participant says: its position, one issue with each of the others, a vote for the first option.
pub fn reply(request: &AgentRequest, position: &str) -> String {
    match request.phase {
        Phase::Critique => critiques(request),
        Phase::Vote => "CHOICE: A\nCONFIDENCE: 0.8\nREASON: the clearest steps".to_owned(),
        _ => position.to_owned(),
    }
}

fn critiques(request: &AgentRequest) -> String {
    let last = request.messages.last().map(|message| &*message.text).unwrap_or_default();
    let me = last.strip_prefix("You are ").and_then(|rest| rest.split('.').next()).unwrap_or_default();
    // The instruction names those to criticise after the own name.
    let mut targets: Vec<&str> = last
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
        .filter(|word| word.starts_with("Agent-") && *word != me)
        .collect();
    targets.sort_unstable();
    targets.dedup();
    let one = |target: &str| {
        serde_json::json!({
            "target": target,
            "issues": ["no figure for the delay that is acceptable"],
            "suggestions": ["name the delay at which the fallback takes over"],
            "severity": 4,
            "reasoning": "a fallback without a threshold is never used",
        })
    };
    serde_json::json!({"critiques": targets.into_iter().map(one).collect::<Vec<_>>()}).to_string()
}

/// Options under which every planned round is played.
pub fn whole_length(rounds: u32) -> DebateOptions {
    DebateOptions { min_rounds: rounds, stalemate: false, ..DebateOptions::default() }
}

/// A debate of these participants over so many rounds.
pub fn debate(
    engine: &Engine,
    seats: &[FnAgent],
    protocol: impl DebateProtocol + 'static,
    rounds: u32,
) -> DebateBuilder {
    let limits = Limits { rounds, ..Limits::default() };
    let new = engine
        .debate(aragora_core::Question::new(QUESTION))
        .protocol(protocol)
        .limits(limits)
        .options(whole_length(rounds));
    seats.iter().cloned().fold(new, DebateBuilder::seat)
}

/// The protocol of the comparison with other libraries; `pairwise` makes one call per critic and target.
pub fn critique(pairwise: bool) -> Critique {
    Critique { pairwise, ..Critique::default() }
}

/// The organisation debates belong to unless told otherwise.
pub fn tenant() -> Result<OrgId> {
    Ok(OrgId::new("default")?)
}

/// The log of one debate that is run now.
pub async fn log_of(engine: &Engine, debate: DebateBuilder) -> Result<Vec<Record>> {
    let handle = debate.start().await?;
    handle.result().await?;
    Ok(engine.log(&tenant()?, handle.id()).await?)
}
