use std::collections::VecDeque;

use super::input::{Command, Stopped};
use super::request::{digest, reserve};
use super::{Machine, OpenStep};
use crate::agents::Digests;
use crate::debate::{
    AnalysisKind, BreakpointEvent, Order, PlannedAsk, Reserve, RoundStart, StepStart, StepWhy, Stop, StopCause,
    TurnFailed, TurnSkipped, TurnStart, TurnState,
};
use crate::debate::{GiveUp, Phase};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{RequestId, TurnId};
use crate::protocols::{Ask, AskStep, Pause, Step, part_in_round, sees_map};

impl Machine {
    /// Asks the protocol for the next step and acts on it.
    pub(super) fn plan(&mut self) -> Result<()> {
        if !self.deadline_left() {
            return self.deadline(Stopped::default());
        }
        loop {
            let step = match self.next_step() {
                Ok(step) => step,
                Err(error) => return self.protocol_failed(error),
            };
            match step {
                Step::Ask(ask) => match self.accept(&ask) {
                    Ok(()) => return self.begin_step(ask, None),
                    Err(error) => return self.protocol_failed(error),
                },
                Step::Analyse(kinds) => self.analyse(&kinds)?,
                Step::Pause(pause) => return self.pause(pause),
                Step::Finish(mut stop) => {
                    stop.round = self.t.round();
                    return self.finish(stop);
                }
            }
        }
    }

    fn next_step(&self) -> Result<Step> {
        // A fork may begin between a round's start and its first step, which was planned before the round began.
        let before = self.t.is_round_empty().then(|| self.t.before_round());
        let t = before.as_ref().unwrap_or(&self.t);
        let step = self.protocol.next(t)?;
        // A protocol that answers differently the second time would break resume and replay.
        if cfg!(debug_assertions) && self.protocol.next(t)? != step {
            return Err(Error::new(
                ErrorKind::ProtocolFailed,
                "the protocol gave two different steps for one transcript, expected a pure function",
            ));
        }
        Ok(step)
    }

    pub(super) fn protocol_failed(&mut self, error: Error) -> Result<()> {
        self.broken = Some(error.clone());
        let error = match error.kind() {
            ErrorKind::ProtocolFailed | ErrorKind::InvalidConfig => error,
            _ => Error::new(ErrorKind::ProtocolFailed, format!("the protocol failed: {}", error.reason()))
                .caused_by(error),
        };
        self.fail_debate(&error)
    }

    // The contract of `DebateProtocol::next`, checked so that a broken protocol cannot spend or corrupt anything.
    pub(super) fn accept(&self, step: &AskStep) -> Result<()> {
        let broken = |reason: String| Err(Error::new(ErrorKind::ProtocolFailed, reason));
        let round = self.t.round();
        if step.round != round && step.round != round + 1 || step.round == 0 {
            return broken(format!("a step for round {}, expected {} or {}", step.round, round.max(1), round + 1));
        }
        for (i, ask) in step.asks.iter().enumerate() {
            if self.t.seat(&ask.seat).is_none() || self.t.is_benched(&ask.seat) {
                return broken(format!("turn {} asks seat {}, which is absent or benched", ask.turn, ask.seat));
            }
            if self.t.turn(&ask.turn).is_some() || step.asks[..i].iter().any(|other| other.turn == ask.turn) {
                return broken(format!("turn {} is planned twice", ask.turn));
            }
            if let Some(id) =
                ask.shown.iter().find(|id| self.t.message(id).is_none_or(|m| !m.visibility.allows(&ask.seat)))
            {
                return broken(format!("turn {} shows message {id}, which seat {} may not see", ask.turn, ask.seat));
            }
        }
        let asked: u64 = self
            .t
            .steps()
            .iter()
            .filter(|s| s.retry_of.is_none() && s.phase != Phase::Judge)
            .map(|s| s.asks.len() as u64)
            .sum();
        let planned = self.planned_calls();
        if asked + step.asks.len() as u64 > planned {
            return broken(format!(
                "{} calls, the protocol announced at most {planned}",
                asked + step.asks.len() as u64
            ));
        }
        Ok(())
    }

    // What was announced, or what a fork's edits (more rounds, more seats) allow beyond it.
    fn planned_calls(&self) -> u64 {
        let announced = self.t.start().protocol.planned_calls;
        if self.t.start().parent.is_none() {
            return announced;
        }
        let seats = self.t.debaters().count() as u64;
        announced.max(self.protocol.describe().planned_calls(seats, u64::from(self.t.limits().rounds)))
    }

    pub(super) fn begin_step(&mut self, step: AskStep, retry_of: Option<u32>) -> Result<()> {
        let enough = self.t.options().step_min.min(self.t.debaters().count() as u32);
        let usable = self.t.active().count() as u32;
        if step.asks.is_empty() || usable < enough {
            return self.finish(Stop::new(
                StopCause::QuorumLost,
                self.t.round(),
                format!("{usable} usable seats remain, {enough} are needed"),
            ));
        }
        let affordable = match self.affordable(&step) {
            Ok(affordable) => affordable,
            Err(stop) => return self.finish(stop),
        };
        if step.round > self.t.round() {
            self.end_round()?;
            self.begin_round(step.round)?;
        }
        let number = self.t.steps().len() as u32;
        let mut planned = Vec::with_capacity(step.asks.len());
        let mut digests = Digests::default();
        for ask in &step.asks {
            let prompt_digest = digest(&self.t, ask, &mut digests)?;
            planned.push(PlannedAsk {
                turn: ask.turn.clone(),
                seat: ask.seat.clone(),
                role: ask.role.clone(),
                prompt_digest,
                shown: ask.shown.clone(),
                labels: ask.labels.clone(),
                expect: ask.expect.clone(),
                max_output_tokens: ask.max_output_tokens,
                deadline_ms: u64::try_from(ask.deadline.unwrap_or(self.t.limits().turn_timeout).as_millis())
                    .unwrap_or(u64::MAX),
                reserve: reserve(&self.t, ask),
            });
        }
        let (phase, join, order, min) = (step.phase, step.join.clone(), step.order, step.min);
        self.emit(StepStart { step: number, phase, join, order, min, retry_of, asks: planned })?;
        for ask in &step.asks {
            for reduced in &ask.reduced {
                self.emit(reduced.clone())?;
            }
            for note in &ask.notes {
                if !self.t.warnings().contains_key(note.as_ref()) {
                    self.warn(note, Some(&ask.turn), note_detail(note))?;
                }
            }
        }
        let mut queue = VecDeque::new();
        for (i, ask) in step.asks.iter().enumerate() {
            let (turn, seat) = (ask.turn.clone(), ask.seat.clone());
            if ask.too_long {
                let error = Error::new(
                    ErrorKind::ContextTooLong,
                    "the prompt and the output limit together exceed the model's window",
                );
                self.emit(TurnFailed { turn, seat, error: (&error).into(), partial_text: None })?;
                self.bench(&ask.seat.clone())?;
            } else if affordable[i] {
                queue.push_back(i);
            } else {
                self.emit(TurnSkipped { turn, seat, why: GiveUp::Budget })?;
            }
        }
        self.open = Some(OpenStep {
            step: number,
            asks: step.asks,
            queue,
            running: std::collections::BTreeSet::new(),
            grace: false,
            closing: None,
        });
        self.proceed()
    }

    fn begin_round(&mut self, round: u32) -> Result<()> {
        let mut roles = std::collections::BTreeMap::new();
        let mut stances = std::collections::BTreeMap::new();
        for seat in self.t.debaters() {
            let (role, stance) = part_in_round(&self.t, &seat.id, round);
            roles.extend(role.map(|role| (seat.id.clone(), role.to_owned())));
            stances.extend(stance.map(|stance| (seat.id.clone(), stance)));
        }
        let sees = sees_map(&self.t, round);
        self.emit(RoundStart { roles, stances, sees })
    }

    // Which asks the limits allow, in order; an error if fewer than the step needs.
    pub(super) fn affordable(&self, step: &AskStep) -> Result<Vec<bool>, Stop> {
        let mut held: Vec<Reserve> = Vec::new();
        let fits: Vec<bool> = step
            .asks
            .iter()
            .map(|ask| {
                let reserve = reserve(&self.t, ask);
                let fits = self.within_limits(&held, reserve).is_none();
                if fits {
                    held.push(reserve);
                }
                fits
            })
            .collect();
        let affordable = fits.iter().filter(|fits| **fits).count();
        if affordable < (step.min as usize).max(1) {
            let first = step.asks.first().map(|ask| reserve(&self.t, ask)).unwrap_or_default();
            let scope = self.within_limits(&held, first).unwrap_or("calls");
            return Err(Stop::new(
                StopCause::Budget,
                self.t.round(),
                format!(
                    "{scope}: {affordable} of {} turns could be afforded, {} are needed",
                    step.asks.len(),
                    step.min.max(1)
                ),
            ));
        }
        Ok(fits)
    }

    // The limit that one more reservation would pass.
    fn within_limits(&self, held: &[Reserve], more: Reserve) -> Option<&'static str> {
        let (limits, ledger) = (self.t.limits(), self.t.ledger());
        let sum = |base: u64, part: fn(&Reserve) -> u64| {
            held.iter().chain([&more]).fold(base, |sum, r| sum.saturating_add(part(r)))
        };
        let over = |limit: Option<u64>, total: u64| limit.is_some_and(|limit| total > limit);
        let calls = ledger.spent.calls + held.len() as u64 + 1;
        if over(limits.calls, calls) {
            return Some("calls");
        }
        if over(limits.input_tokens, sum(ledger.input_tokens(), |r| r.tokens_in))
            || over(limits.output_tokens, sum(ledger.output_tokens(), |r| r.tokens_out))
        {
            return Some("tokens");
        }
        over(limits.cost.map(|cost| cost.0), sum(ledger.micros(), |r| r.micros.map_or(0, |m| m.0))).then_some("cost")
    }

    /// Starts what may start, and ends the step once nothing is left of it.
    pub(super) fn proceed(&mut self) -> Result<()> {
        loop {
            let Some(open) = &self.open else { return Ok(()) };
            if open.closing.is_some() {
                return Ok(());
            }
            let order = self.t.open_step().map_or(Order::Parallel, |step| step.order);
            let most = if order == Order::Sequential { 1 } else { self.t.limits().max_parallel as usize };
            if open.running.len() >= most {
                return Ok(());
            }
            let Some(index) = open.queue.front().copied() else { break };
            let Some(ask) = open.asks.get(index).cloned() else { break };
            if let Some(open) = &mut self.open {
                open.queue.pop_front();
            }
            self.start_turn(ask)?;
        }
        if self.open.as_ref().is_some_and(|open| open.running.is_empty() && open.queue.is_empty()) {
            let number = self.open.as_ref().map_or(0, |open| open.step);
            let skipped = self.t.turns().any(|turn| turn.step == number && turn.state == TurnState::Skipped);
            let enough = self.t.open_step().is_some_and(|step| step.arrived.len() as u32 >= step.min.max(1));
            self.end_step(if skipped && !enough { StepWhy::Budget } else { StepWhy::All })?;
            return self.after_step();
        }
        Ok(())
    }

    fn start_turn(&mut self, ask: Ask) -> Result<()> {
        let (turn, seat) = (ask.turn.clone(), ask.seat.clone());
        // What others settled meanwhile may leave no room for this one.
        if self.within_limits(&[], reserve(&self.t, &ask)).is_some() {
            return self.emit(TurnSkipped { turn, seat, why: GiveUp::Budget });
        }
        // A fork may have dropped a seat in the middle of a step.
        if self.t.seat(&seat).is_none() {
            return self.emit(TurnSkipped { turn, seat, why: GiveUp::Human });
        }
        // A repeat in the same step may belong to a seat that was benched since.
        if self.t.is_benched(&seat) {
            return self.emit(TurnSkipped { turn, seat, why: GiveUp::Benched });
        }
        let request_id = RequestId::of(self.t.debate(), &turn);
        self.emit(TurnStart { turn: turn.clone(), seat, request_id })?;
        if let Some(open) = &mut self.open {
            open.running.insert(turn);
        }
        self.command(Command::Ask(Box::new(ask)));
        Ok(())
    }

    pub(super) fn retry_step(&mut self, number: u32) -> Result<bool> {
        let Some(step) = self.t.steps().get(number as usize).cloned() else { return Ok(false) };
        if step.retry_of.is_some() || !self.deadline_left() {
            return Ok(false);
        }
        let failed: Vec<TurnId> = self
            .t
            .turns()
            .filter(|turn| turn.step == number && turn.error.is_some() && !self.t.is_benched(&turn.seat))
            .map(|turn| turn.id.clone())
            .collect();
        let any_retryable = self
            .t
            .turns()
            .any(|turn| failed.contains(&turn.id) && turn.error.as_ref().is_some_and(|error| error.retryable));
        let asks = std::mem::take(&mut self.last_asks);
        if !any_retryable || failed.is_empty() {
            return Ok(false);
        }
        let min = step.min.saturating_sub(step.arrived.len() as u32);
        let mut again = Vec::new();
        for mut ask in asks.into_iter().filter(|ask| failed.contains(&ask.turn)) {
            let repeats = self
                .t
                .turns()
                .filter(|turn| turn.round == step.round && turn.phase == step.phase && turn.seat == ask.seat)
                .count();
            ask.turn = TurnId::trusted(format!("r{}.{}.{}.{}", step.round, step.phase, ask.seat, repeats + 1));
            ask.reduced.clear();
            again.push(ask);
        }
        let retry = AskStep {
            phase: step.phase,
            round: step.round,
            asks: again,
            order: step.order,
            join: step.join.clone(),
            min,
        };
        self.begin_step(retry, Some(number))?;
        Ok(true)
    }

    fn pause(&mut self, pause: Pause) -> Result<()> {
        let deadline_ms = u64::try_from(pause.wait.as_millis()).unwrap_or(u64::MAX);
        self.emit(BreakpointEvent {
            id: pause.id.clone(),
            trigger: pause.trigger,
            snapshot: pause.snapshot,
            level: pause.level.clamp(1, 3),
            deadline_ms,
        })?;
        self.command(Command::Pause { id: pause.id, wait: pause.wait });
        Ok(())
    }

    fn analyse(&mut self, kinds: &[AnalysisKind]) -> Result<()> {
        for kind in kinds {
            if let Some(value) = self.analysis(*kind) {
                self.emit(crate::debate::AnalysisEvent { kind: *kind, value })?;
            }
        }
        Ok(())
    }
}

/// What a protocol's note says at length.
pub(super) fn note_detail(note: &str) -> &'static str {
    match note {
        "undelimited_prompt" => "replies are quoted without markers, as the published texts do",
        "ranking_unusable" => "the ranking named no usable seats, the kept ones were drawn by seed",
        _ => "noted by the protocol",
    }
}
