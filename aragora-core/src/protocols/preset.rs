//! Published prompt layouts as data: they travel with a recorded set, none is shipped in the crate.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ask::{exceeds_window, seen_in, turn_id};
use super::step::{Ask, AskStep, Step};
use crate::debate::{
    AnswerFormat, Author, Equivalence, Expect, Extractor, Join, Message, Order, Phase, Prompt, Role, Transcript,
    TranscriptMessage, UnparsedPolicy, Visibility, fill_known, told,
};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{AgentId, MessageId};

/// Texts of a published experiment, used byte for byte: nothing is put between the parts, and line breaks and blanks
/// at both ends of every string count. Replies are quoted without escaping, which is recorded as a warning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Preset {
    /// The system message, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The first user message with slots `{question}` and, for choices, `{A}` to `{D}`.
    pub first: String,
    /// Opens the message of a later round.
    pub prefix: String,
    /// Once per shown reply, with slot `{reply}`.
    pub each: String,
    /// Closes the message of a later round.
    pub suffix: String,
    /// How an answer is taken from a reply: a row of the extractor table.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub extractor: String,
}

impl Preset {
    /// Reads one preset, or the named one of a map of presets. Members that are not of a preset are ignored, because
    /// published files carry notes of their own.
    pub fn from_json(text: &str, name: Option<&str>) -> Result<Self> {
        let bad = |reason: String| Error::new(ErrorKind::InvalidConfig, reason);
        let value: serde_json::Value =
            serde_json::from_str(text).map_err(|error| bad(format!("the preset is no JSON: {error}")))?;
        let found = match name {
            Some(name) => value.get(name).cloned().ok_or_else(|| bad(format!("there is no preset {name:?}")))?,
            None => value,
        };
        if found.get("first").is_none() {
            return Err(bad("a preset needs the member \"first\"; a map of presets needs the name of one".into()));
        }
        serde_json::from_value(found).map_err(|error| bad(format!("not a preset: {error}")))
    }

    /// The answer format that goes with the extractor's name: `braces_number`, `float_token`, `hendrycks_math`,
    /// `choice_paren(AD)` or `regex(pattern)` with the last match upper-cased.
    pub fn format(&self) -> Result<AnswerFormat> {
        let (name, argument) = match self.extractor.split_once('(') {
            Some((name, rest)) => (name, rest.strip_suffix(')').unwrap_or(rest)),
            None => (self.extractor.as_str(), ""),
        };
        let numeric = Equivalence::Numeric { rel: 0.0, abs: 0.0 };
        let (extractor, equal) = match name {
            "braces_number" => (Extractor::BracesNumber, numeric),
            "float_token" => (Extractor::FloatToken, numeric),
            "last_number" => (Extractor::LastNumber, numeric),
            "hendrycks_math" => (Extractor::HendrycksMath, Equivalence::Math),
            "choice_paren" => {
                let letters = match argument.as_bytes() {
                    [from @ b'A'..=b'Z', to @ b'A'..=b'Z'] if from < to => (*from..=*to).map(char::from).collect(),
                    _ => argument.to_owned(),
                };
                (Extractor::ChoiceParen { letters }, Equivalence::Letter)
            }
            "regex" => {
                let pattern = argument
                    .strip_suffix(", last")
                    .or_else(|| argument.strip_suffix(",last"))
                    .unwrap_or(argument)
                    .to_owned();
                (Extractor::Regex { pattern, group: 1, last: true, upper: true }, Equivalence::Exact)
            }
            "" => (Extractor::FinalAnswerLine, Equivalence::Normalised),
            other => {
                return Err(Error::new(
                    ErrorKind::InvalidConfig,
                    format!("extractor {other:?} of a preset is unknown"),
                ));
            }
        };
        Ok(AnswerFormat { extract: vec![extractor], equal, unparsed: UnparsedPolicy::Exclude })
    }

    fn first_message(&self, t: &Transcript) -> Arc<str> {
        let question = t.question();
        let mut slots: Vec<(&str, &str)> = vec![("question", &question.text)];
        for (letter, option) in ["A", "B", "C", "D"].into_iter().zip(&question.options) {
            slots.push((letter, &option.text));
        }
        fill_known(&self.first, &slots)
    }

    fn later_message(&self, replies: &[&TranscriptMessage]) -> Arc<str> {
        let mut out = self.prefix.clone();
        for reply in replies {
            out.push_str(&fill_known(&self.each, &[("reply", &reply.text)]));
        }
        out.push_str(&self.suffix);
        out.into()
    }
}

/// One round in a preset's layout.
pub(crate) struct PresetRound<'a> {
    /// The round.
    pub(crate) round: u32,
    /// Who is asked, in this order.
    pub(crate) seats: Vec<AgentId>,
    /// All at once or one after the other.
    pub(crate) order: Order,
    /// When the step ends; absent: when all turns have ended.
    pub(crate) join: Option<Join>,
    /// Usable replies needed; absent: the debate's option.
    pub(crate) min: Option<u32>,
    /// Whose messages a seat is shown, in order; absent: every other seat's newest, roster order.
    #[allow(clippy::type_complexity)]
    pub(crate) peers: Option<&'a dyn Fn(&AgentId) -> Vec<MessageId>>,
    /// Whether the own earlier exchange precedes the message.
    pub(crate) own_history: bool,
    /// Appended to the message of later rounds.
    pub(crate) addition: String,
}

impl Default for PresetRound<'_> {
    fn default() -> Self {
        Self {
            round: 1,
            seats: Vec::new(),
            order: Order::Parallel,
            join: None,
            min: None,
            peers: None,
            own_history: true,
            addition: String::new(),
        }
    }
}

pub(crate) fn preset_step(t: &Transcript, preset: &Preset, round: &PresetRound<'_>) -> Step {
    let first = preset.first_message(t);
    let mut asks = Vec::with_capacity(round.seats.len());
    for seat in round.seats.iter().filter_map(|id| t.seat(id)).filter(|seat| !t.is_benched(&seat.id)) {
        let own_newest =
            t.messages().iter().rev().find(|m| m.seat.as_ref() == Some(&seat.id) && m.phase == Some(Phase::Answer));
        let mut messages = vec![told("first", first.clone(), true)];
        let mut shown = Vec::new();
        // A seat without a reply of its own so far (it failed in round 1) is asked the question again, alone.
        if round.round > 1 && (own_newest.is_some() || !round.own_history) {
            if round.own_history {
                own_history(t, preset, &seat.id, &mut messages);
            }
            shown = match round.peers {
                Some(peers) => peers(&seat.id),
                None => others_newest(t, &seat.id, round.round),
            };
            let replies: Vec<&TranscriptMessage> = shown.iter().filter_map(|id| t.message(id)).collect();
            let mut text = preset.later_message(&replies).to_string();
            text.push_str(&round.addition);
            messages.push(told(&format!("round-{}", round.round), text, false));
        }
        let quoted = !shown.is_empty();
        let prompt = Prompt { system: preset.system.as_deref().unwrap_or_default().into(), messages };
        asks.push(Ask {
            turn: turn_id(t, round.round, Phase::Answer, &seat.id, 1),
            seat: seat.id.clone(),
            role: Role::Proposer,
            too_long: exceeds_window(seat, prompt.bytes(), t.limits().max_output_tokens),
            prompt,
            shown,
            labels: None,
            expect: Expect::Text,
            max_output_tokens: t.limits().max_output_tokens,
            deadline: None,
            reduced: Vec::new(),
            notes: if quoted { vec!["undelimited_prompt".into()] } else { Vec::new() },
        });
    }
    let min = round.min.unwrap_or(t.options().step_min).min(asks.len() as u32);
    let join = round.join.clone().unwrap_or_else(|| t.options().join.clone());
    Step::Ask(AskStep { phase: Phase::Answer, round: round.round, asks, order: round.order, join, min })
}

// The seat's earlier exchanges, rendered again from what the log says was shown then.
fn own_history(t: &Transcript, preset: &Preset, seat: &AgentId, messages: &mut Vec<Message>) {
    for reply in t.messages().iter().filter(|m| m.seat.as_ref() == Some(seat) && m.phase == Some(Phase::Answer)) {
        if reply.round > 1 {
            let asked = reply
                .turn
                .as_ref()
                .and_then(|turn| t.steps().iter().flat_map(|step| &step.asks).find(|ask| ask.turn == *turn));
            let replies: Vec<&TranscriptMessage> =
                asked.into_iter().flat_map(|ask| &ask.shown).filter_map(|id| t.message(id)).collect();
            messages.push(told(&format!("round-{}", reply.round), preset.later_message(&replies), false));
        }
        messages.push(Message {
            id: MessageId::trusted(format!("own-{}", reply.round)),
            author: Author::Agent(seat.clone()),
            text: reply.text.clone(),
            visibility: Visibility::All,
            cache_point: false,
        });
    }
}

pub(crate) fn others_newest(t: &Transcript, seat: &AgentId, round: u32) -> Vec<MessageId> {
    let seen = seen_in(t, seat, round);
    t.active()
        .filter(|other| other.id != *seat && seen.as_ref().is_none_or(|seen| seen.contains(&other.id)))
        .filter_map(|other| {
            t.messages().iter().rev().find(|m| m.seat.as_ref() == Some(&other.id) && m.phase == Some(Phase::Answer))
        })
        .map(|m| m.id.clone())
        .collect()
}
