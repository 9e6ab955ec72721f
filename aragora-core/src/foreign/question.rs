//! What a protocol in another language may ask about the transcript.

use serde::Deserialize;

use super::json::write;
use crate::debate::{Expect, Order, Phase, RuleConfig, Transcript};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::AgentId;
use crate::protocols::{AskBuilder, Draft};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Question {
    Ask(AskDocument),
    Check(RuleConfig),
    Draft {},
    DisplayName(AgentId),
    Sees {
        seat: AgentId,
        other: AgentId,
    },
    Planned {
        round: u32,
        phase: Phase,
    },
    #[serde(untagged)]
    Read {
        read: Part,
        #[serde(default)]
        from: usize,
    },
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Part {
    Start,
    Question,
    Limits,
    Rule,
    Seats,
    Active,
    Eligible,
    Rounds,
    Steps,
    Turns,
    Messages,
    Critiques,
    Votes,
    Checks,
    RoundEnds,
    Breakpoints,
    Positions,
    Options,
    Spent,
    Stop,
}

/// A step to build: what is asked of whom.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AskDocument {
    phase: Phase,
    instruction: String,
    #[serde(default)]
    seats: Option<Vec<AgentId>>,
    #[serde(default)]
    round: Option<u32>,
    #[serde(default)]
    expect: Option<Expect>,
    #[serde(default)]
    order: Option<Order>,
}

/// Answers a question as JSON.
pub(super) fn about(t: &Transcript, question: &str) -> Result<String> {
    let question: Question = serde_json::from_str(question).map_err(|error| {
        Error::new(ErrorKind::InvalidRequest, format!("not a question about a transcript: {error}"))
    })?;
    match question {
        Question::Read { read, from } => part(t, read, from),
        Question::Ask(ask) => step(t, ask),
        Question::Check(rule) => write(&t.check(&rule)?),
        Question::Draft {} => write(&Draft::newest(t)),
        Question::DisplayName(seat) => write(&t.display_name(&seat)),
        Question::Sees { seat, other } => write(&t.sees(&seat, &other)),
        Question::Planned { round, phase } => write(&t.planned(round, phase)),
    }
}

fn step(t: &Transcript, ask: AskDocument) -> Result<String> {
    let current = t.round().max(1);
    let round = ask.round.unwrap_or(if t.planned(current, ask.phase) { current + 1 } else { current });
    let text = ask.instruction;
    let mut builder = AskBuilder::new(t, ask.phase, round).instruction(move |_| Ok(text.clone()));
    if let Some(seats) = ask.seats {
        t.has_seats(&seats)?;
        builder = builder.seats(seats);
    }
    if let Some(expect) = ask.expect {
        builder = builder.expect(move |_| expect.clone());
    }
    if ask.order == Some(Order::Sequential) {
        builder = builder.sequential();
    }
    write(&builder.build()?)
}

fn part(t: &Transcript, part: Part, from: usize) -> Result<String> {
    match part {
        Part::Start => write(t.start()),
        Part::Question => write(t.question()),
        Part::Limits => write(t.limits()),
        Part::Rule => write(t.rule()),
        Part::Seats => write(&t.seats().collect::<Vec<_>>()),
        Part::Active => write(&t.active().map(|seat| &seat.id).collect::<Vec<_>>()),
        Part::Eligible => write(&t.eligible().map(|seat| &seat.id).collect::<Vec<_>>()),
        Part::Rounds => write(&t.rounds().get(from..).unwrap_or_default()),
        Part::Steps => write(&t.steps().get(from..).unwrap_or_default()),
        Part::Turns => write(&t.turns().skip(from).collect::<Vec<_>>()),
        Part::Messages => write(&t.messages().get(from..).unwrap_or_default()),
        Part::Critiques => write(&t.critiques().get(from..).unwrap_or_default()),
        Part::Votes => write(&t.votes().get(from..).unwrap_or_default()),
        Part::Checks => write(&t.checks().iter().skip(from).map(|(_, check)| check).collect::<Vec<_>>()),
        Part::RoundEnds => write(&t.round_ends().iter().skip(from).map(|(_, end)| end).collect::<Vec<_>>()),
        Part::Breakpoints => write(&t.breakpoints().get(from..).unwrap_or_default()),
        Part::Positions => write(&t.positions()),
        Part::Options => write(&t.option_views()),
        Part::Spent => write(t.spent()),
        Part::Stop => write(&t.stop()),
    }
}
