//! How much of what is sent begins with what was sent before: what a provider's prefix cache can save.

use std::sync::{Arc, Mutex, PoisonError};

use aragora_core::agents::{AgentProfile, AgentRequest, FnAgent};
use aragora_core::debate::{AgentKind, DebateOptions};
use aragora_core::engine::Engine;
use aragora_core::ids::AgentId;
use aragora_core::protocols::Simultaneous;

use crate::row::{Row, Target};
use crate::{Result, one_thread, talk};

/// Bytes that the library counts as one token.
const TOKEN: usize = 3;

/// The requests of a debate of five seats over three rounds: question 300 tokens, answers 400, instructions 100.
pub fn requests() -> Result<Vec<AgentRequest>> {
    let seen: Arc<Mutex<Vec<AgentRequest>>> = Arc::default();
    let engine = Engine::in_memory()?;
    let mut options = DebateOptions { templates: [].into(), ..talk::whole_length(3) };
    let system = "Answer briefly. {format}";
    options.templates.insert("system".to_owned(), system.to_owned());
    for name in ["simultaneous.answer", "simultaneous.again"] {
        options.templates.insert(name.to_owned(), padded("Answer the question.", 100 * TOKEN - 17));
    }
    let hint = 110; // The format line and the question's heading count towards the question's 300 tokens.
    let question = aragora_core::Question::new(padded("Which plan is best?", 300 * TOKEN - hint));
    let mut debate = engine.debate(question).protocol(Simultaneous::default()).rounds(3).options(options);
    for n in 1..=5 {
        let id = AgentId::new(format!("agent-{n}"))?;
        let (seen, text) = (seen.clone(), answer(n));
        let agent = FnAgent::new(id.clone(), move |request, _output| {
            seen.lock().unwrap_or_else(PoisonError::into_inner).push(request);
            let text = text.clone();
            async move { Ok(text) }
        });
        debate = debate.seat(agent.with_profile(AgentProfile::new(id, AgentKind::Function)));
    }
    one_thread()?.block_on(async { debate.start().await?.result().await })?;
    let seen = std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(seen)
}

fn answer(n: u32) -> String {
    let end = format!("\nFINAL ANSWER: {n}");
    // The marks around an answer in the transcript take about 110 bytes of its 400 tokens.
    padded(&format!("{n} is best."), 400 * TOKEN - 110 - end.len()) + &end
}

fn padded(start: &str, bytes: usize) -> String {
    let mut text = start.to_owned();
    while text.len() < bytes {
        text.push_str(" because it is so");
    }
    text.truncate(bytes.max(start.len()));
    text
}

fn bytes(request: &AgentRequest) -> Vec<u8> {
    let texts = request.messages.iter().map(|message| &*message.text);
    std::iter::once(request.system.as_str()).chain(texts).collect::<String>().into_bytes()
}

// Everything but the last message.
fn shared(request: &AgentRequest) -> usize {
    let last = request.messages.last().map_or(0, |message| message.text.len());
    bytes(request).len() - last
}

fn common(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

/// The figures of prefixes, over the requests in the order they were sent.
pub fn rows() -> Result<Vec<Row>> {
    let requests = requests()?;
    let sent: Vec<Vec<u8>> = requests.iter().map(bytes).collect();
    if sent.len() != 15 {
        return Err(format!("{} requests, expected 15", sent.len()).into());
    }
    let all: usize = sent.iter().map(Vec::len).sum();
    let again = |known: &dyn Fn(usize, &[u8]) -> usize| -> usize {
        sent.iter().enumerate().map(|(place, prompt)| known(place, prompt)).sum()
    };
    let reused = again(&|place, prompt| sent[..place].iter().map(|earlier| common(earlier, prompt)).max().unwrap_or(0));
    let mut rows = vec![Row::new(
        "input bytes that start with bytes sent before, 5 seats of one model x 3 rounds",
        format!("{reused} B"),
        format!("{all} B sent"),
        reused as f64 / all as f64,
        Target::AtLeast(0.8),
    )];
    for round in 2..=3 {
        let of = |round: u32| {
            requests
                .iter()
                .zip(&sent)
                .find(move |(request, _)| request.round == round && request.id.as_str().ends_with("agent-1"))
        };
        let (Some((before, known)), Some((_, prompt))) = (of(round - 1), of(round)) else {
            return Err("a request of agent-1 is missing".into());
        };
        let (kept, expected) = (common(known, prompt), shared(before));
        rows.push(Row::new(
            format!("a lone seat's prompt of round {round}: what it keeps of its previous one, against S0..S2 of that"),
            format!("{kept} B"),
            format!("{expected} B"),
            kept as f64 / expected as f64,
            Target::Near(1.0, 0.0),
        ));
    }
    Ok(rows)
}
