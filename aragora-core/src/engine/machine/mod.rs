//! The engine without I/O: inputs in, records and commands out.
//!
//! Everything a debate does is a function of its inputs (replies in order of arrival, timers that fired, people who
//! spoke), so running, resuming and replaying are one piece of code: a replay reads the inputs back from the log and
//! must produce the same bytes.

mod adopt;
mod close;
mod contained;
mod counting;
mod decision;
mod input;
mod plan;
mod reply;
mod request;

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use crate::clock::Timestamp;
use crate::consensus::RuleSet;
use crate::debate::{
    DebateStart, Event, GiveUp, RECORD_VERSION, Record, StepWhy, Stop, StopCause, Terminal, Transcript,
};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::TurnId;
use crate::protocols::{Ask, DebateProtocol};

pub(crate) use input::{AttemptFacts, Command, Input, Resolution, Stopped, TurnError};
pub(crate) use reply::AGENT_WARNING;
pub(crate) use request::build_request;

/// A record with its line, ready to be stored.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) record: Record,
    pub(crate) line: Vec<u8>,
}

#[derive(Debug)]
struct OpenStep {
    step: u32,
    asks: Vec<Ask>,
    queue: VecDeque<usize>,
    running: BTreeSet<TurnId>,
    grace: bool,
    closing: Option<(StepWhy, GiveUp)>,
}

/// What happens once the verdicts of a comparator are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    AfterReply,
    AfterStep,
}

fn holds_free_json(event: &Event) -> bool {
    match event {
        Event::Analysis(_) | Event::Breakpoint(_) => true,
        Event::AgentMessage(body) => body.structured.is_some(),
        Event::ConsensusCheck(body) => body.tally.rows.iter().any(|row| row.extra.is_some()),
        Event::Decision(body) => {
            body.decision.report.is_some() || body.decision.tally.rows.iter().any(|row| row.extra.is_some())
        }
        _ => false,
    }
}

/// Where a fork cut its parent's log inside a batch: the rest of the batch is made again, without what is there.
#[derive(Debug, Default)]
struct Cut {
    /// The last turn that ended, if nothing but its consequences follows.
    turn: Option<TurnId>,
    /// Events after the turn or step that ended last.
    there: VecDeque<Event>,
}

#[derive(Debug)]
pub(crate) struct Machine {
    protocol: Arc<dyn DebateProtocol>,
    rules: RuleSet,
    t: Transcript,
    now: Timestamp,
    open: Option<OpenStep>,
    last_asks: Vec<Ask>,
    waiting: Option<Then>,
    ending: Option<Stop>,
    // What the host raised, for whoever waits for the result; records keep only its code and reason.
    broken: Option<Error>,
    cut: Cut,
    out: Vec<Entry>,
    commands: Vec<Command>,
}

/// What one input led to.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    pub(crate) entries: Vec<Entry>,
    pub(crate) commands: Vec<Command>,
}

impl Machine {
    /// What broke the debate, with its cause.
    pub(crate) fn broken(&self) -> Option<&Error> {
        self.broken.as_ref()
    }

    /// A debate that begins now: produces its first record.
    pub(crate) fn begin(
        start: DebateStart,
        now: Timestamp,
        protocol: Arc<dyn DebateProtocol>,
        rules: RuleSet,
    ) -> Result<(Self, Effects)> {
        let record = Record { v: RECORD_VERSION, seq: 0, at: now, round: 0, event: start.into() };
        let line = record.to_line()?;
        let t = Transcript::begin(&record)?;
        let machine = Self {
            protocol: Arc::new(contained::Contained(protocol)),
            rules,
            t,
            now,
            open: None,
            last_asks: Vec::new(),
            waiting: None,
            ending: None,
            broken: None,
            cut: Cut::default(),
            out: Vec::new(),
            commands: Vec::new(),
        };
        Ok((machine, Effects { entries: vec![Entry { record, line }], commands: Vec::new() }))
    }

    pub(crate) fn transcript(&self) -> &Transcript {
        &self.t
    }

    pub(crate) fn is_done(&self) -> bool {
        self.t.terminal().is_some()
    }

    /// Takes in one input. An error means that the input contradicts the state: a bug of the caller, or a log that
    /// was not produced by this protocol.
    pub(crate) fn handle(&mut self, input: Input, now: Timestamp) -> Result<Effects> {
        self.now = now;
        if self.is_done() {
            return Err(Error::new(ErrorKind::InvalidState, "the debate has ended"));
        }
        match self.act(input) {
            // Found broken in the middle of counting: what was recorded so far stands, and the debate ends.
            Err(error) if error.kind() == ErrorKind::ProtocolFailed && !self.is_done() => {
                self.protocol_failed(error)?;
            }
            done => done?,
        }
        Ok(self.take())
    }

    fn act(&mut self, input: Input) -> Result<()> {
        match input {
            Input::Begin => self.plan()?,
            Input::Replied { turn, result, attempts } => self.replied(&turn, *result, attempts)?,
            Input::GraceOver(stopped) => self.give_up(StepWhy::Quorum, GiveUp::Quorum, stopped)?,
            Input::Stopped(stopped) => {
                let (why, give_up) =
                    self.open.as_ref().and_then(|open| open.closing).unwrap_or((StepWhy::All, GiveUp::Consensus));
                self.give_up(why, give_up, stopped)?;
            }
            Input::Deadline(stopped) => self.deadline(stopped)?,
            Input::Cancel { by, reason, stopped } => self.cancel(by, reason, stopped)?,
            Input::Human(input) => self.human(input)?,
            Input::Resolved(resolution) => self.resolved(resolution)?,
            Input::Verdicts(pairs) => self.verdicts(pairs)?,
            Input::Resumed { config_changed } => self.resumed(config_changed)?,
            Input::Continue => self.go_on()?,
            Input::Edit(edits) => {
                for edit in edits {
                    self.emit(crate::debate::ForkEdit { edit })?;
                }
            }
            Input::Failed(error) => self.fail_debate(&error)?,
        }
        Ok(())
    }

    pub(super) fn take(&mut self) -> Effects {
        Effects { entries: std::mem::take(&mut self.out), commands: std::mem::take(&mut self.commands) }
    }

    fn emit(&mut self, event: impl Into<Event>) -> Result<()> {
        let event = event.into();
        if self.cut.there.front() == Some(&event) {
            self.cut.there.pop_front();
            return Ok(());
        }
        let round = self.t.round() + u32::from(matches!(event, Event::RoundStart(_)));
        let mut record = Record { v: RECORD_VERSION, seq: self.t.next_seq(), at: self.now, round, event };
        let line = record.to_line()?;
        // Canonical JSON writes 1.0 as 1. A protocol or a reader must see today what they will see after a resume.
        if holds_free_json(&record.event) {
            record = Record::from_line(&line)?;
        }
        self.t.apply_line(&record, &line)?;
        self.out.push(Entry { record, line });
        Ok(())
    }

    /// Records something no protocol of this version causes, so that a suite can show it to one.
    #[cfg(feature = "testing")]
    pub(crate) fn inject(&mut self, event: impl Into<Event>) -> Result<()> {
        self.emit(event)
    }

    fn warn(&mut self, code: &str, turn: Option<&TurnId>, detail: impl Into<String>) -> Result<()> {
        self.emit(crate::debate::WarningEvent { code: code.to_owned(), turn: turn.cloned(), detail: detail.into() })
    }

    fn command(&mut self, command: Command) {
        self.commands.push(command);
    }

    fn deadline_left(&self) -> bool {
        self.now < self.t.started().plus(self.t.limits().deadline)
    }

    fn deadline(&mut self, stopped: Stopped) -> Result<()> {
        if self.open.is_some() {
            self.close_turns(GiveUp::Deadline, &stopped)?;
            self.end_step(StepWhy::Deadline)?;
        }
        if self.t.pause().is_some() {
            self.resolve_pause_by_timeout()?;
        }
        let ms = self.t.limits().deadline.as_millis();
        self.finish(Stop::new(StopCause::Deadline, self.t.round(), format!("{ms} ms have passed since the start")))
    }

    fn cancel(&mut self, by: String, reason: String, stopped: Stopped) -> Result<()> {
        if self.open.is_some() {
            self.close_turns(GiveUp::DebateCancelled, &stopped)?;
            self.end_step(StepWhy::Cancelled)?;
        }
        self.ending = None;
        if self.t.stop().is_none() {
            self.emit(crate::debate::StopEvent { cause: StopCause::Cancelled, detail: format!("cancelled by {by}") })?;
        }
        self.emit(crate::debate::DebateCancelled { by, reason })?;
        self.command(Command::Done);
        Ok(())
    }

    fn fail_debate(&mut self, error: &Error) -> Result<()> {
        if self.open.is_some() {
            self.close_turns(GiveUp::DebateCancelled, &Stopped::default())?;
            self.end_step(StepWhy::Cancelled)?;
        }
        self.emit(crate::debate::DebateFailed { error: error.into() })?;
        self.command(Command::Done);
        Ok(())
    }

    // Another owner: turns that ran are lost and asked again under the same request ids; recorded ones never are.
    fn resumed(&mut self, config_changed: bool) -> Result<()> {
        let lost_turns = self.lost().into_iter().map(|(turn, _)| turn).collect();
        self.emit(crate::debate::DebateResumed { from_seq: self.t.next_seq(), lost_turns, config_changed })?;
        self.go_on()
    }

    // In planned order, so that the log does not depend on a set's order.
    fn lost(&self) -> Vec<(TurnId, crate::ids::AgentId)> {
        let Some(open) = &self.open else { return Vec::new() };
        open.asks
            .iter()
            .filter(|ask| open.running.contains(&ask.turn))
            .map(|ask| (ask.turn.clone(), ask.seat.clone()))
            .collect()
    }

    fn go_on(&mut self) -> Result<()> {
        if let Some(turn) = self.cut.turn.take() {
            self.complete(&turn)?;
        }
        let done = self.go_on_from_here();
        self.cut.there.clear();
        done
    }

    fn go_on_from_here(&mut self) -> Result<()> {
        for (turn, seat) in self.lost() {
            self.emit(crate::debate::TurnCancelled { turn, seat, why: GiveUp::OwnerLost })?;
        }
        if let Some(open) = &mut self.open {
            let mut again: VecDeque<usize> =
                (0..open.asks.len()).filter(|i| open.running.contains(&open.asks[*i].turn)).collect();
            again.extend(open.queue.iter().copied());
            open.queue = again;
            open.running.clear();
            open.grace = false;
            if let Some((why, give_up)) = open.closing {
                // The step was closing when the owner was lost: nothing of it runs any more.
                return self.give_up(why, give_up, Stopped::default());
            }
            return self.proceed();
        }
        if self.waiting.is_some() || self.t.pause().is_some() {
            self.reissue();
            return Ok(());
        }
        if self.t.steps().is_empty() || self.t.is_round_empty() { self.plan() } else { self.after_step() }
    }

    /// Whether the open step is being closed early.
    pub(crate) fn is_closing(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.closing.is_some())
    }

    /// How the debate ended, if it did.
    pub(crate) fn terminal(&self) -> Option<&Terminal> {
        self.t.terminal()
    }
}
