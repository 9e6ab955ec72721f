//! A machine that stands where a log ends, built by folding. Used by forks, whose records were made by another debate.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use super::{Cut, Machine, OpenStep};
use crate::consensus::RuleSet;
use crate::debate::{Event, Phase, Record, Transcript, TurnState};
use crate::error::{Error, ErrorKind, Result};
use crate::protocols::{Ask, DebateProtocol, Step};

impl Machine {
    pub(crate) fn adopt(records: &[Record], protocol: Arc<dyn DebateProtocol>, rules: RuleSet) -> Result<Self> {
        let t = Transcript::fold(records)?;
        if t.stop().is_some() || t.terminal().is_some() {
            return Err(Error::new(ErrorKind::InvalidRequest, "the debate had stopped by then; take an earlier seq"));
        }
        let now = records.last().map(|record| record.at).unwrap_or_default();
        let mut machine = Self {
            protocol: Arc::new(super::contained::Contained(protocol)),
            rules,
            t,
            now,
            open: None,
            last_asks: Vec::new(),
            waiting: None,
            ending: None,
            broken: None,
            cut: cut(records),
            out: Vec::new(),
            commands: Vec::new(),
        };
        machine.open = machine.open_again(records)?;
        if machine.open.is_none() && !machine.t.steps().is_empty() {
            let number = machine.t.steps().len() - 1;
            machine.last_asks = machine.asks_of(records, number)?;
        }
        Ok(machine)
    }

    /// The same protocol and rules on another log.
    pub(crate) fn adopt_again(&self, records: &[Record]) -> Result<Self> {
        Self::adopt(records, self.protocol.clone(), self.rules.clone())
    }

    fn open_again(&self, records: &[Record]) -> Result<Option<OpenStep>> {
        let Some(open) = self.t.open_step() else { return Ok(None) };
        let asks = self.asks_of(records, open.step as usize)?;
        let state = |ask: &Ask| self.t.turn(&ask.turn).map(|turn| turn.state);
        let queue: VecDeque<usize> = (0..asks.len()).filter(|i| state(&asks[*i]) == Some(TurnState::Planned)).collect();
        let running: BTreeSet<_> =
            asks.iter().filter(|ask| state(ask) == Some(TurnState::Running)).map(|ask| ask.turn.clone()).collect();
        Ok(Some(OpenStep { step: open.step, asks, queue, running, grace: false, closing: None }))
    }

    // What the protocol asked in a step, from the transcript as it stood before: of a repeated step, the prompts of
    // the step it repeats.
    fn asks_of(&self, records: &[Record], number: usize) -> Result<Vec<Ask>> {
        let Some(step) = self.t.steps().get(number) else { return Ok(Vec::new()) };
        if step.phase == Phase::Judge {
            return Err(Error::new(ErrorKind::InvalidRequest, "a tie was being broken by then; take an earlier seq"));
        }
        let first = step.retry_of.unwrap_or(step.step);
        let before =
            records.iter().position(|r| matches!(&r.event, Event::StepStart(body) if body.step == first)).unwrap_or(0);
        // The round's own start belongs to the step's batch; the protocol was asked before it.
        let before =
            if before > 0 && matches!(records[before - 1].event, Event::RoundStart(_)) { before - 1 } else { before };
        let before = records[..before]
            .iter()
            .rposition(|r| {
                matches!(
                    r.event,
                    Event::StepEnd(_)
                        | Event::DebateStart(_)
                        | Event::ConsensusCheck(_)
                        | Event::BreakpointResolved(_)
                        | Event::ForkEdit(_)
                        | Event::Analysis(_)
                )
            })
            .unwrap_or(0);
        let prefix = Transcript::fold(&records[..=before])?;
        let Step::Ask(asked) = self.protocol.next(&prefix)? else {
            if step.phase == Phase::Synthesize {
                return Err(Error::new(
                    ErrorKind::InvalidRequest,
                    "the debate was closing by then; take an earlier seq",
                ));
            }
            return Err(Error::new(
                ErrorKind::Nondeterministic,
                format!("the protocol asks nothing where step {first} was recorded"),
            ));
        };
        step.asks
            .iter()
            .map(|planned| {
                let found = asked
                    .asks
                    .iter()
                    .find(|ask| ask.turn == planned.turn)
                    .or_else(|| asked.asks.iter().find(|ask| ask.seat == planned.seat));
                let ask = found.cloned().ok_or_else(|| {
                    Error::new(
                        ErrorKind::Nondeterministic,
                        format!("the protocol does not ask turn {} again", planned.turn),
                    )
                })?;
                Ok(Ask { turn: planned.turn.clone(), ..ask })
            })
            .collect()
    }
}

fn cut(records: &[Record]) -> Cut {
    let ended = |record: &Record| {
        matches!(record.event, Event::AgentMessage(_) | Event::TurnFailed(_) | Event::StepEnd(_) | Event::StepStart(_))
    };
    let Some(last) = records.iter().rposition(ended) else { return Cut::default() };
    // What came from outside is never made again.
    let made = |event: &Event| !matches!(event, Event::ForkEdit(_) | Event::HumanInput(_) | Event::DebateResumed(_));
    let after = records.iter().skip(last + 1).map(|record| &record.event);
    let there: VecDeque<Event> = after.filter(|event| made(event)).cloned().collect();
    let consequence = |event: &Event| {
        matches!(
            event,
            Event::Warning(_) | Event::Vote(_) | Event::Critique(_) | Event::SeatBenched(_) | Event::BudgetAlert(_)
        )
    };
    let turn = match records.get(last).map(|record| &record.event) {
        Some(Event::AgentMessage(body)) => Some(body.turn.clone()),
        Some(Event::TurnFailed(body)) => Some(body.turn.clone()),
        Some(Event::StepEnd(_)) => return Cut { turn: None, there },
        _ => None,
    };
    match turn {
        // Warnings of the agent itself came first and are nothing the engine would make again.
        Some(turn) if there.iter().all(consequence) => {
            let own = there.into_iter().skip_while(|event| match event {
                Event::Warning(body) => body.code.starts_with(super::AGENT_WARNING),
                _ => false,
            });
            Cut { turn: Some(turn), there: own.collect() }
        }
        _ => Cut::default(),
    }
}
