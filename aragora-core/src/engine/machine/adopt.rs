//! A machine that stands where a log ends, built by folding. Used by forks, whose records were made by another debate.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use super::{Machine, OpenStep};
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
