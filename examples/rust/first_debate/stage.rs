//! The debate while it runs. Seats speak at the same time; on stage one has the floor and the others wait their turn,
//! so that every reply can be read from beginning to end.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use aragora_core::debate::{
    AgentMessage, Ballot, CritiqueEvent, DebateStart, Event, OptionView, Phase, RoundEnd, StepStart, Transcript,
    TurnFailed, VoteEvent, VoteStatus,
};
use aragora_core::engine::{EventData, StreamEvent};
use aragora_core::ids::{OrgId, TurnId};
use aragora_core::{AgentId, Aragora, DebateId, Result};

use crate::advice;
use crate::screen::{Look, Screen, brief};

/// Warnings about how a prompt was laid out or what was reserved, which no reader of the debate misses.
const QUIET: [&str; 2] = ["undelimited_prompt", "overrun"];

pub(crate) struct Stage<'a> {
    aragora: Aragora,
    screen: &'a mut Screen,
    seats: Vec<AgentId>,
    providers: BTreeMap<AgentId, String>,
    /// Turns by id, as planned.
    turns: BTreeMap<TurnId, Speech>,
    /// Who speaks, and who waits to be heard.
    floor: Option<TurnId>,
    waiting: VecDeque<TurnId>,
    /// What can be voted for in this round.
    options: Vec<OptionView>,
    scene: Option<(u32, Phase)>,
    /// Critics of the open step who have objected to nothing yet.
    content: BTreeSet<AgentId>,
    warned: BTreeSet<String>,
}

/// What one seat says in one turn.
struct Speech {
    seat: AgentId,
    phase: Phase,
    /// What has arrived, and how much of it is on the screen.
    heard: String,
    shown: usize,
    /// The recorded reply, once it is there.
    reply: Option<AgentMessage>,
}

impl<'a> Stage<'a> {
    pub(crate) fn new(aragora: Aragora, screen: &'a mut Screen) -> Self {
        Self {
            aragora,
            screen,
            seats: Vec::new(),
            providers: BTreeMap::new(),
            turns: BTreeMap::new(),
            floor: None,
            waiting: VecDeque::new(),
            options: Vec::new(),
            scene: None,
            content: BTreeSet::new(),
            warned: BTreeSet::new(),
        }
    }

    pub(crate) fn interrupted(&mut self) {
        self.say(Look::Warning, "Cancelling the debate (Ctrl-C again leaves at once).");
    }

    pub(crate) async fn show(&mut self, event: &StreamEvent) -> Result<()> {
        match &event.data {
            EventData::Recorded(recorded) => self.recorded(&event.debate_id, event.round.unwrap_or(0), recorded).await,
            EventData::TokenDelta { turn, text } => {
                self.piece(turn, text);
                Ok(())
            }
            EventData::TokenReset { turn } => {
                self.again(turn);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    async fn recorded(&mut self, debate: &DebateId, round: u32, event: &Event) -> Result<()> {
        match event {
            Event::DebateStart(start) => self.cast(start),
            Event::StepStart(step) => {
                if step.phase == Phase::Vote {
                    self.options = on_the_ballot(&self.aragora, debate).await?;
                }
                self.scene(round, step);
            }
            Event::AgentMessage(message) => self.message(message),
            Event::Critique(critique) => self.critique(critique),
            Event::Vote(vote) => self.vote(vote),
            Event::TurnFailed(failed) => self.failed(failed),
            Event::TurnCancelled(turn) => self.leaves(&turn.turn, &format!("is interrupted ({})", turn.why)),
            Event::TurnSkipped(turn) => self.leaves(&turn.turn, &format!("is not asked ({})", turn.why)),
            Event::SeatBenched(seat) => self.say(
                Look::Warning,
                &format!("{} is asked no more after {} failures in a row", seat.seat, seat.after_failures),
            ),
            Event::ContextReduced(cut) => {
                self.say(Look::Warning, &format!("a prompt was too long and was shortened by {}", cut.method));
            }
            Event::BudgetAlert(alert) => {
                let text = format!("{} % of the limit on {} is used", alert.percent, alert.scope);
                self.say(Look::Warning, &text);
            }
            Event::HumanInput(input) => self.say(Look::Bold, &format!("{} says: {}", input.by, input.text)),
            Event::Warning(warning) => self.warning(&warning.code, &warning.detail),
            Event::StepEnd(_) => {
                for critic in std::mem::take(&mut self.content) {
                    let critic = self.painted(&critic);
                    self.screen.line(&format!("  {critic} has no objection"));
                }
            }
            Event::RoundEnd(end) => self.counted(round, end),
            Event::Stop(stop) => self.say(Look::Bold, &format!("The debate stops ({}): {}", stop.cause, stop.detail)),
            _ => {}
        }
        Ok(())
    }

    fn cast(&mut self, start: &DebateStart) {
        self.screen.line("");
        for seat in &start.roster {
            self.seats.push(seat.id.clone());
            self.providers.insert(seat.id.clone(), seat.provider.clone());
            let name = self.painted(&seat.id);
            let model = if seat.model.is_empty() { String::new() } else { format!(", {}", seat.model) };
            self.screen.line(&format!("  {name} ({}{model})", seat.kind));
        }
        self.screen.note(&format!(
            "protocol {}, at most {} rounds and {} calls",
            start.protocol.name, start.environment.limits.rounds, start.protocol.planned_calls
        ));
    }

    fn scene(&mut self, round: u32, step: &StepStart) {
        for ask in &step.asks {
            let speech =
                Speech { seat: ask.seat.clone(), phase: step.phase, heard: String::new(), shown: 0, reply: None };
            self.turns.insert(ask.turn.clone(), speech);
        }
        if self.scene.replace((round, step.phase)) == Some((round, step.phase)) {
            return;
        }
        let what = match step.phase {
            Phase::Answer if round <= 1 => "first answers",
            Phase::Answer => "answers again",
            Phase::Critique => "critiques",
            Phase::Revise => "revised answers",
            Phase::Speech => "speeches",
            Phase::Vote => "the vote",
            Phase::Rank => "ranking the answers",
            other => other.as_str(),
        };
        self.screen.line("");
        self.say(Look::Bold, &format!("Round {round}: {what}"));
        let ballot: Vec<String> = match step.phase {
            Phase::Vote => self.options.iter().map(labelled).collect(),
            _ => Vec::new(),
        };
        for line in ballot {
            self.screen.wrapped(Look::Faint, &line, 2);
        }
    }

    fn piece(&mut self, turn: &TurnId, text: &str) {
        let Some(speech) = self.turns.get_mut(turn).filter(|speech| speech.phase.is_position()) else { return };
        let first = speech.heard.is_empty();
        speech.heard.push_str(text);
        if self.floor.as_ref() == Some(turn) {
            self.speak(turn);
        } else if first {
            self.waiting.push_back(turn.clone());
            self.next();
        }
    }

    fn again(&mut self, turn: &TurnId) {
        if let Some(speech) = self.turns.get_mut(turn) {
            (speech.heard, speech.shown) = (String::new(), 0);
        }
        if self.floor.as_ref() == Some(turn) {
            self.say(Look::Faint, "  (starts again)");
        }
    }

    fn message(&mut self, message: &AgentMessage) {
        let Some(speech) = self.turns.get_mut(&message.turn) else { return };
        if let Some(refusal) = &message.refusal {
            let text = format!("refuses: {}", brief(&refusal.text, 200));
            return self.leaves(&message.turn.clone(), &text);
        }
        if !speech.phase.is_position() {
            // Critiques and ballots are events of their own.
            match speech.phase {
                Phase::Critique => drop(self.content.insert(message.seat.clone())),
                Phase::Vote => {}
                _ => self.say(Look::Plain, &format!("{}: {}", message.seat, brief(&message.text, 200))),
            }
            return;
        }
        let unheard = speech.heard.is_empty();
        if !message.text.starts_with(&speech.heard) {
            // Live pieces were lost because we were slow; the record has everything.
            speech.shown = 0;
        }
        speech.heard = message.text.to_string();
        speech.reply = Some(message.clone());
        if unheard && self.floor.as_ref() != Some(&message.turn) {
            self.waiting.push_back(message.turn.clone());
        }
        if self.floor.as_ref() == Some(&message.turn) {
            self.speak(&message.turn.clone());
        }
        self.next();
    }

    /// Gives the floor to whoever waited longest, until somebody is on it who has not finished.
    fn next(&mut self) {
        while self.floor.is_none() {
            let Some(turn) = self.waiting.pop_front() else { return };
            if let Some(speech) = self.turns.get(&turn) {
                let name = self.painted(&speech.seat);
                self.screen.line("");
                self.screen.line(&name);
            }
            self.floor = Some(turn.clone());
            self.speak(&turn);
        }
    }

    /// Shows what has arrived since; a finished speech leaves the floor.
    fn speak(&mut self, turn: &TurnId) {
        let Some(speech) = self.turns.get_mut(turn) else { return };
        self.screen.stream(&speech.heard[speech.shown..]);
        speech.shown = speech.heard.len();
        let Some(reply) = speech.reply.take() else { return };
        self.screen.end_line();
        let sure = reply.confidence.map_or_else(String::new, |confidence| format!(", confidence {confidence:.2}"));
        let position = match &reply.answer {
            // A whole text stands for itself.
            Some(answer) if answer.extractor == "whole" => sure.trim_start_matches(", ").to_owned(),
            Some(answer) => format!("answers {}{sure}", brief(&answer.value, 80)),
            None => "gives no answer that can be read".to_owned(),
        };
        if !position.is_empty() {
            let text = self.screen.paint(Look::Bold, &format!("  -> {position}"));
            self.screen.line(&text);
        }
        self.floor = None;
    }

    fn critique(&mut self, critique: &CritiqueEvent) {
        self.content.remove(&critique.critic);
        let grade = critique.severity.map_or_else(String::new, |severity| format!(" (severity {severity} of 10)"));
        let (critic, target) = (self.painted(&critique.critic), self.painted(&critique.target));
        self.screen.line(&format!("  {critic} on {target}{grade}"));
        for issue in &critique.issues {
            self.screen.wrapped(Look::Plain, &format!("- {issue}"), 4);
        }
        if critique.issues.is_empty() {
            let said = if critique.reasoning.trim().is_empty() { "no objection" } else { &critique.reasoning };
            self.screen.wrapped(Look::Plain, said, 4);
        }
        for suggestion in &critique.suggestions {
            self.screen.wrapped(Look::Faint, &format!("+ {suggestion}"), 4);
        }
    }

    fn vote(&mut self, vote: &VoteEvent) {
        let choice = match (&vote.ballot, vote.status) {
            (Some(Ballot::Choice(option)), VoteStatus::Cast) => {
                let label = self.options.iter().find(|view| view.id == *option).map(|view| view.label.clone());
                format!("votes {}", label.unwrap_or_else(|| option.to_string()))
            }
            (Some(Ballot::Abstain { .. }), _) => "abstains".to_owned(),
            (Some(Ballot::Invalid { why, .. }), _) => format!("gives no valid ballot ({why})"),
            (_, status) => format!("votes ({status})"),
        };
        let own = if vote.self_vote { ", its own answer" } else { "" };
        let sure = vote.confidence.map_or_else(String::new, |confidence| format!(", confidence {confidence:.2}"));
        let why = vote.reason.as_deref().map_or_else(String::new, |reason| format!(": {}", brief(reason, 160)));
        let voter = self.painted(&vote.voter);
        self.screen.line(&format!("  {voter} {choice}{own}{sure}{why}"));
    }

    fn failed(&mut self, failed: &TurnFailed) {
        let provider = self.providers.get(&failed.seat).map_or("", String::as_str);
        let help = advice::on_code(&failed.error.code, provider);
        let text = format!("cannot answer: {} ({}){help}", failed.error.reason, failed.error.code);
        self.leaves(&failed.turn, &text);
    }

    /// Each kind of oddity once, and none that only concerns the layout of prompts.
    fn warning(&mut self, code: &str, detail: &str) {
        if !QUIET.contains(&code) && self.warned.insert(code.to_owned()) {
            self.say(Look::Warning, &format!("note ({code}): {detail}"));
        }
    }

    fn counted(&mut self, round: u32, end: &RoundEnd) {
        if let (Some(leader), Some(share)) = (&end.leader_value, end.share) {
            let text = format!("After round {round}, {} leads with {:.0} %", brief(leader, 80), share * 100.0);
            self.screen.line("");
            self.say(Look::Faint, &text);
        }
    }

    /// A turn that ends without a reply.
    fn leaves(&mut self, turn: &TurnId, what: &str) {
        let seat = self.turns.get(turn).map_or_else(String::new, |speech| self.painted(&speech.seat));
        self.say(Look::Plain, &format!("{seat} {what}"));
        self.waiting.retain(|other| other != turn);
        if self.floor.as_ref() == Some(turn) {
            self.floor = None;
        }
        self.next();
    }

    fn say(&mut self, look: Look, text: &str) {
        let text = self.screen.paint(look, text);
        self.screen.line(&text);
    }

    fn painted(&self, seat: &AgentId) -> String {
        let index = self.seats.iter().position(|other| other == seat).unwrap_or_default();
        self.screen.paint(Look::Seat(index), seat.as_str())
    }
}

/// What can be voted for. A debate is its log: any state of it is a fold over the records so far.
pub(crate) async fn on_the_ballot(aragora: &Aragora, debate: &DebateId) -> Result<Vec<OptionView>> {
    let log = aragora.debates().log(&OrgId::new("default")?, debate).await?;
    Ok(Transcript::fold(&log)?.option_views())
}

fn labelled(option: &OptionView) -> String {
    format!("{}: {}", option.label, brief(if option.authors.is_empty() { &option.text } else { &option.value }, 160))
}
