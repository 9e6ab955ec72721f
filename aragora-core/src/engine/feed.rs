//! Reads a machine's inputs back from a log and feeds them again: what resuming and replaying have in common.

use std::sync::Arc;

use super::machine::{AGENT_WARNING, AttemptFacts, Command, Entry, Input, Machine, Resolution, Stopped, TurnError};
use crate::agents::{AgentReply, Warning};
use crate::consensus::RuleSet;
use crate::debate::{AgentAttempt, AgentMessage, AnalysisKind, Event, GiveUp, Record, StopCause};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::TurnId;
use crate::protocols::DebateProtocol;

/// Where a log and the debate it should produce part.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Difference {
    /// The first seq that differs.
    pub seq: u64,
    /// RFC 6901 pointer to the first member that differs.
    pub field: String,
    /// What the log holds, as JSON; empty if it ends here.
    pub recorded: String,
    /// What was produced, as JSON; empty if nothing was.
    pub produced: String,
}

/// A machine that stands where the log ends.
#[derive(Debug)]
pub(crate) struct Fed {
    pub(crate) machine: Machine,
    /// Records that belong to the log's last batch and are not in it: the log was cut inside a batch.
    pub(crate) surplus: Vec<Entry>,
    /// What the machine waits for.
    pub(crate) commands: Vec<Command>,
    pub(crate) difference: Option<Difference>,
}

pub(crate) fn feed(records: &[Record], protocol: Arc<dyn DebateProtocol>, rules: RuleSet) -> Result<Fed> {
    let Some(Record { event: Event::DebateStart(start), at, .. }) = records.first() else {
        return Err(Error::new(ErrorKind::LogCorrupt, "the log does not begin with debate_start"));
    };
    let mut feeder = match &start.parent {
        None => {
            let (machine, effects) = Machine::begin(start.as_ref().clone(), *at, protocol, rules)?;
            let mut feeder = Feeder {
                records,
                at: 0,
                machine,
                surplus: Vec::new(),
                commands: Vec::new(),
                begun: false,
                forked: false,
            };
            if let Some(difference) = feeder.compare(effects.entries)? {
                return Ok(feeder.done(Some(difference)));
            }
            feeder
        }
        Some(parent) => {
            let inherited = usize::try_from(parent.seq).unwrap_or(usize::MAX).saturating_add(1);
            if inherited > records.len() {
                let reason =
                    format!("{} records of a fork that took over {inherited}: it was never begun", records.len());
                return Err(Error::new(ErrorKind::LogCorrupt, reason).with("seq", records.len()));
            }
            let machine = Machine::adopt(&records[..inherited], protocol, rules)?;
            Feeder {
                records,
                at: inherited,
                machine,
                surplus: Vec::new(),
                commands: Vec::new(),
                begun: false,
                forked: true,
            }
        }
    };
    while feeder.at < records.len() {
        // What was recorded before an accepted change was made by other code; it is taken over as it stands.
        if matches!(&records[feeder.at].event, Event::DebateResumed(body) if body.config_changed) {
            feeder.adopt()?;
        }
        let (before, seq, now) = (feeder.at, records[feeder.at].seq, records[feeder.at].at);
        let Some(input) = feeder.next_input() else {
            return Ok(feeder.unexplained(seq));
        };
        let effects = match feeder.machine.handle(input, now) {
            Ok(effects) => effects,
            Err(error) if error.kind() == ErrorKind::InvalidState => return Ok(feeder.unexplained(seq)),
            Err(error) => return Err(error),
        };
        feeder.commands.retain(|command| !matches!(command, Command::CancelOpen | Command::Compare(_)));
        feeder.commands.extend(effects.commands);
        if let Some(difference) = feeder.compare(effects.entries)? {
            return Ok(feeder.done(Some(difference)));
        }
        // An input may only leave a command behind; two in a row without a record explain nothing.
        if feeder.at == before
            && !feeder.commands.iter().any(|c| matches!(c, Command::CancelOpen | Command::Compare(_)))
        {
            return Ok(feeder.unexplained(seq));
        }
    }
    Ok(feeder.done(None))
}

struct Feeder<'a> {
    records: &'a [Record],
    at: usize,
    machine: Machine,
    surplus: Vec<Entry>,
    commands: Vec<Command>,
    begun: bool,
    forked: bool,
}

impl Feeder<'_> {
    fn done(self, difference: Option<Difference>) -> Fed {
        Fed { machine: self.machine, surplus: self.surplus, commands: self.commands, difference }
    }

    fn adopt(&mut self) -> Result<()> {
        self.machine = self.machine.adopt_again(&self.records[..self.at])?;
        Ok(())
    }

    fn unexplained(self, seq: u64) -> Fed {
        let recorded = self
            .records
            .get(self.at)
            .and_then(|record| record.to_line().ok())
            .map(|line| String::from_utf8_lossy(&line).into_owned())
            .unwrap_or_default();
        self.done(Some(Difference { seq, field: String::new(), recorded, produced: String::new() }))
    }

    fn compare(&mut self, produced: Vec<Entry>) -> Result<Option<Difference>> {
        for entry in produced {
            let Some(recorded) = self.records.get(self.at) else {
                self.surplus.push(entry);
                continue;
            };
            // Comparing values first spares writing the recorded line again.
            if *recorded != entry.record && recorded.to_line()? != entry.line {
                return Ok(Some(differ(recorded, &entry)?));
            }
            self.at += 1;
        }
        Ok(None)
    }

    fn next_input(&mut self) -> Option<Input> {
        let rest = &self.records[self.at..];
        let first = &rest.first()?.event;
        if let Event::DebateResumed(body) = first {
            self.begun = true;
            return Some(Input::Resumed { config_changed: body.config_changed });
        }
        if let Event::ForkEdit(_) = first {
            let edits = rest.iter().map_while(|record| match &record.event {
                Event::ForkEdit(body) => Some(body.edit.clone()),
                _ => None,
            });
            return Some(Input::Edit(edits.collect()));
        }
        if let Event::HumanInput(body) = first {
            return Some(Input::Human(body.as_ref().clone()));
        }
        // Time ran out before the debate was admitted: nothing was asked, and what was counted is the end.
        if !self.begun
            && matches!(first, Event::ConsensusCheck(_))
            && let Some(ended @ Input::Deadline(_)) = self.ended()
        {
            return Some(ended);
        }
        // A debate may end before it asked anything. By itself it does so when it begins, e.g. a fork of the last step.
        let from_outside = match first {
            Event::Stop(body) => matches!(body.cause, StopCause::Deadline | StopCause::Cancelled),
            Event::DebateCancelled(_) | Event::DebateFailed(_) => true,
            // A fork that took over running turns may be cancelled before it goes on.
            Event::TurnCancelled(body) => matches!(body.why, GiveUp::Deadline | GiveUp::DebateCancelled),
            Event::TurnSkipped(body) => matches!(body.why, GiveUp::Deadline | GiveUp::DebateCancelled),
            _ => false,
        };
        if !self.begun && !from_outside {
            self.begun = true;
            return Some(if self.forked { Input::Continue } else { Input::Begin });
        }
        match first {
            Event::BreakpointResolved(body) if !(body.timed_out && deadline_follows(rest)) => {
                let body = body.as_ref().clone();
                Some(Input::Resolved(Resolution {
                    id: body.id,
                    action: body.action,
                    guidance: body.guidance,
                    by: body.by,
                    timed_out: body.timed_out,
                }))
            }
            Event::Analysis(body) if body.kind == AnalysisKind::Equivalence => {
                Some(Input::Verdicts(pairs(&body.value)))
            }
            Event::AgentAttempt(body) => self.turn(&body.turn),
            Event::AgentMessage(body) => self.turn(&body.turn),
            Event::TurnFailed(body) => self.turn(&body.turn),
            Event::Warning(body) => self.turn(body.turn.as_ref()?),
            Event::TurnCancelled(body) => Some(self.stopped(body.why)),
            Event::TurnSkipped(body) => Some(self.stopped(body.why)),
            Event::DebateFailed(body) => Some(Input::Failed(body.error.to_error())),
            // The debate ended although nothing was open: time ran out, or somebody cancelled.
            _ => self.ended(),
        }
    }

    // One turn's end: its attempts, then a message or a failure; or it was given up with others.
    fn turn(&self, turn: &TurnId) -> Option<Input> {
        let rest = &self.records[self.at..];
        let mut attempts = Vec::new();
        for record in rest {
            match &record.event {
                Event::AgentAttempt(body) if body.turn == *turn => attempts.push(facts(body)),
                Event::Warning(body) if body.turn.as_ref() == Some(turn) => {}
                Event::AgentMessage(body) if body.turn == *turn => {
                    let reply = reply(body, rest);
                    return Some(Input::Replied { turn: turn.clone(), result: Box::new(Ok(reply)), attempts });
                }
                Event::TurnFailed(body) if body.turn == *turn => {
                    let error = TurnError { error: body.error.clone(), partial: body.partial_text.clone() };
                    return Some(Input::Replied { turn: turn.clone(), result: Box::new(Err(error)), attempts });
                }
                Event::TurnCancelled(body) => return Some(self.stopped(body.why)),
                _ => break,
            }
        }
        None
    }

    fn stopped(&self, why: GiveUp) -> Input {
        let mut stopped = Stopped::new();
        for record in &self.records[self.at..] {
            match &record.event {
                Event::AgentAttempt(body) => stopped.entry(body.turn.clone()).or_default().push(facts(body)),
                Event::TurnCancelled(_) | Event::TurnSkipped(_) | Event::Warning(_) => {}
                _ => break,
            }
        }
        match why {
            GiveUp::Deadline => Input::Deadline(stopped),
            GiveUp::DebateCancelled => self.cancelled(stopped).unwrap_or(Input::Stopped(Stopped::new())),
            GiveUp::Quorum if !self.machine.is_closing() => Input::GraceOver(stopped),
            _ => Input::Stopped(stopped),
        }
    }

    fn ended(&self) -> Option<Input> {
        let cause = self.records[self.at..].iter().find_map(|record| match &record.event {
            Event::Stop(body) => Some(body.cause),
            _ => None,
        })?;
        match cause {
            StopCause::Deadline => Some(Input::Deadline(Stopped::new())),
            StopCause::Cancelled => self.cancelled(Stopped::new()),
            _ => None,
        }
    }

    fn cancelled(&self, stopped: Stopped) -> Option<Input> {
        self.records[self.at..].iter().find_map(|record| match &record.event {
            Event::DebateCancelled(body) => {
                Some(Input::Cancel { by: body.by.clone(), reason: body.reason.clone(), stopped: stopped.clone() })
            }
            Event::DebateFailed(body) => Some(Input::Failed(body.error.to_error())),
            _ => None,
        })
    }
}

fn deadline_follows(rest: &[Record]) -> bool {
    rest.iter().find_map(|record| match &record.event {
        Event::Stop(body) => Some(body.cause == StopCause::Deadline),
        Event::StepStart(_) => Some(false),
        _ => None,
    }) == Some(true)
}

fn facts(body: &AgentAttempt) -> AttemptFacts {
    AttemptFacts {
        target: body.target.clone(),
        outcome: body.outcome,
        usage: body.usage,
        cost: body.cost_micros,
        cost_source: body.cost_source.clone(),
        latency_ms: body.latency_ms,
        hedge: body.hedge,
        error: body.error.clone(),
    }
}

// The reply as its agent gave it, warnings included.
fn reply(body: &AgentMessage, rest: &[Record]) -> AgentReply {
    let after = rest
        .iter()
        .skip_while(|record| !matches!(&record.event, Event::AgentMessage(other) if other.turn == body.turn))
        .skip(1);
    let warnings = after
        .map_while(|record| match &record.event {
            Event::Warning(warning) if warning.turn.as_ref() == Some(&body.turn) => Some(warning),
            _ => None,
        })
        .filter_map(|warning| {
            Some(Warning { code: warning.code.strip_prefix(AGENT_WARNING)?.to_owned(), detail: warning.detail.clone() })
        })
        .collect();
    AgentReply {
        text: body.text.to_string(),
        structured: body.structured.clone(),
        refusal: body.refusal.clone(),
        stop: body.stop.clone(),
        usage: body.usage,
        cost: body.cost_micros,
        provider: body.provider.clone(),
        model: body.model.clone(),
        served: body.served.clone(),
        warnings,
        ..AgentReply::default()
    }
}

fn pairs(value: &serde_json::Value) -> Vec<(Arc<str>, Arc<str>, bool)> {
    let list = value.get("pairs").and_then(|pairs| pairs.as_array());
    list.into_iter()
        .flatten()
        .filter_map(|pair| {
            let text = |i: usize| pair.get(i).and_then(|v| v.as_str()).map(Arc::<str>::from);
            Some((text(0)?, text(1)?, pair.get(2)?.as_bool()?))
        })
        .collect()
}

fn differ(recorded: &Record, produced: &Entry) -> Result<Difference> {
    let left = serde_json::to_value(recorded).map_err(|error| Error::internal(error.to_string()))?;
    let right = serde_json::to_value(&produced.record).map_err(|error| Error::internal(error.to_string()))?;
    let mut field = String::new();
    let (left, right) = first_difference(&left, &right, &mut field);
    Ok(Difference { seq: recorded.seq, field, recorded: left, produced: right })
}

fn first_difference(left: &serde_json::Value, right: &serde_json::Value, at: &mut String) -> (String, String) {
    use serde_json::Value;
    match (left, right) {
        (Value::Object(a), Value::Object(b)) => {
            let names: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for name in names {
                if a.get(name) != b.get(name) {
                    at.push('/');
                    at.push_str(&name.replace('~', "~0").replace('/', "~1"));
                    return first_difference(
                        a.get(name).unwrap_or(&Value::Null),
                        b.get(name).unwrap_or(&Value::Null),
                        at,
                    );
                }
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            for i in 0..a.len().max(b.len()) {
                if a.get(i) != b.get(i) {
                    at.push('/');
                    at.push_str(&i.to_string());
                    return first_difference(a.get(i).unwrap_or(&Value::Null), b.get(i).unwrap_or(&Value::Null), at);
                }
            }
        }
        _ => {}
    }
    (left.to_string(), right.to_string())
}
