use std::sync::Arc;

use super::input::{AttemptFacts, Command, Stopped, TurnError};
use super::{Machine, Then};
use crate::agents::{AgentReply, MAX_REPLY_BYTES};
use crate::debate::{
    AgentAttempt, AgentMessage, Ballot, Ballots, BudgetAlert, CheckScope, ConsensusCheck, CritiqueEvent, Expect,
    GiveUp, HumanInput, Join, Outcome, ParsedBallot, Phase, SeatBenched, Signals, StepWhy, StopReason, TurnCancelled,
    TurnFailed, TurnSkipped, TurnState, VoteEvent, VoteStatus, parse_ballot, parse_critiques, parse_signals,
    quotes_markers,
};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{AgentId, Digest, MessageId, TurnId};

/// Codes of warnings that came with a reply begin like this, so that a replay can tell them from the engine's own.
pub(crate) const AGENT_WARNING: &str = "agent.";

impl Machine {
    pub(super) fn replied(
        &mut self,
        turn: &TurnId,
        result: Result<AgentReply, TurnError>,
        attempts: Vec<AttemptFacts>,
    ) -> Result<()> {
        let running = self.open.as_mut().is_some_and(|open| open.running.remove(turn));
        if !running {
            return Err(Error::new(ErrorKind::InvalidState, format!("turn {turn} is not running")));
        }
        let seat = self
            .t
            .turn(turn)
            .map(|turn| turn.seat.clone())
            .ok_or_else(|| Error::internal("a running turn is unknown"))?;
        let reserved = self.t.ledger().reserved.get(turn).copied().unwrap_or_default();
        let used = self.attempts(turn, &attempts)?;
        if used.0 > reserved.tokens_in.max(1) * 4 || used.1 > reserved.tokens_out {
            // Input is only estimated, so a small overrun of it is no news.
            self.warn(
                "overrun",
                Some(turn),
                format!(
                    "used {} input and {} output tokens, reserved {} and {}",
                    used.0, used.1, reserved.tokens_in, reserved.tokens_out
                ),
            )?;
        }
        match result.and_then(usable) {
            Ok(reply) => {
                self.answered(turn, &seat, reply, &attempts)?;
                self.forget_prompt(turn);
            }
            Err(failure) => {
                self.emit(TurnFailed {
                    turn: turn.clone(),
                    seat: seat.clone(),
                    error: failure.error,
                    partial_text: failure.partial,
                })?;
                self.bench(&seat)?;
            }
        }
        self.budget_alerts()?;
        if self.compare_first(Then::AfterReply) {
            return Ok(());
        }
        self.after_reply()
    }

    // Only failed turns are asked again, so the prompt of an answered one is memory for nothing.
    fn forget_prompt(&mut self, turn: &TurnId) {
        let asks = self.open.iter_mut().flat_map(|open| &mut open.asks);
        asks.filter(|ask| ask.turn == *turn).for_each(|ask| ask.prompt.messages = Vec::new());
    }

    pub(super) fn attempts(&mut self, turn: &TurnId, attempts: &[AttemptFacts]) -> Result<(u64, u64)> {
        let mut used = (0, 0);
        for (i, a) in attempts.iter().enumerate() {
            used.0 += a.usage.map_or(0, |u| u.input_total);
            used.1 += a.usage.map_or(0, |u| u.output_total);
            self.emit(AgentAttempt {
                turn: turn.clone(),
                n: i as u32 + 1,
                target: a.target.clone(),
                outcome: a.outcome,
                usage: a.usage,
                cost_micros: a.cost,
                cost_source: a.cost_source.clone(),
                latency_ms: a.latency_ms,
                hedge: a.hedge,
                error: a.error.clone(),
            })?;
        }
        Ok(used)
    }

    fn answered(&mut self, turn: &TurnId, seat: &AgentId, reply: AgentReply, attempts: &[AttemptFacts]) -> Result<()> {
        let Some(step) = self.t.open_step() else { return Err(Error::internal("a reply without an open step")) };
        let phase = step.phase;
        let arrival = step.arrived.len() as u32;
        let expect = step.asks.iter().find(|ask| ask.turn == *turn).map(|ask| ask.expect.clone()).unwrap_or_default();
        let message = MessageId::trusted(turn.as_str());
        let refused = reply.refusal.is_some() || matches!(reply.stop, StopReason::Refusal | StopReason::ContentFilter);
        let read = read(phase, &expect, &reply.text, reply.structured.as_ref(), &reply.stop);
        let answer = if phase.is_position() && !refused {
            self.t.format().extract(&reply.text, read.value.as_ref())
        } else {
            None
        };
        let sum = attempts.iter().filter_map(|a| a.usage).reduce(crate::debate::Usage::plus);
        let confidence = read.ballot.as_ref().map_or(read.signals.confidence, |ballot| ballot.confidence);
        self.emit(AgentMessage {
            turn: turn.clone(),
            seat: seat.clone(),
            phase,
            kind: phase.message_kind(),
            message,
            text: Arc::from(reply.text.as_str()),
            structured: reply.structured.clone(),
            stop: reply.stop.clone(),
            refusal: reply.refusal.clone(),
            provider: reply.provider.clone(),
            model: reply.model.clone(),
            served: reply.served.clone(),
            usage: sum.or(reply.usage),
            cost_micros: attempts.iter().filter_map(|a| a.cost).reduce(crate::ids::MicroUsd::plus).or(reply.cost),
            arrival,
            answer,
            confidence,
            go_on: read.signals.go_on,
            ready: read.signals.ready,
        })?;
        for warning in &reply.warnings {
            self.warn(&format!("{AGENT_WARNING}{}", warning.code), Some(turn), warning.detail.clone())?;
        }
        self.consequences(turn, seat, phase, &reply.text, &reply.stop, refused, read)
    }

    /// Records what follows from a recorded message that a fork cut off from its consequences.
    pub(super) fn complete(&mut self, turn: &TurnId) -> Result<()> {
        let Some(view) = self.t.turn(turn).cloned() else { return Ok(()) };
        if view.error.is_some() {
            return self.bench(&view.seat);
        }
        let found = view.message.as_ref().and_then(|id| self.t.message(id)).filter(|message| !message.edited).cloned();
        let Some((message, step)) = found.zip(self.t.open_step()) else { return Ok(()) };
        let expect = step.asks.iter().find(|ask| ask.turn == *turn).map(|ask| ask.expect.clone()).unwrap_or_default();
        let read = read(view.phase, &expect, &message.text, message.structured.as_ref(), &message.stop);
        self.consequences(turn, &view.seat, view.phase, &message.text, &message.stop, message.refused(), read)
    }

    #[allow(clippy::too_many_arguments)]
    fn consequences(
        &mut self,
        turn: &TurnId,
        seat: &AgentId,
        phase: Phase,
        text: &str,
        stop: &StopReason,
        refused: bool,
        read: Read,
    ) -> Result<()> {
        if quotes_markers(text, self.t.nonce()) {
            self.warn(
                "injection_suspected",
                Some(turn),
                "the reply quotes the markers around other people's words; it is shown escaped",
            )?;
        }
        if *stop == StopReason::Length {
            self.warn("truncated", Some(turn), "the output limit cut the reply off")?;
        }
        if let Some(parsed) = read.ballot {
            for warning in parsed.warnings {
                self.warn(warning.code, Some(turn), warning.detail)?;
            }
            if phase == Phase::Vote {
                self.vote(turn, seat, parsed.ballot, parsed.confidence, parsed.reason)?;
            }
        } else {
            for warning in read.signals.warnings {
                self.warn(warning.code, Some(turn), warning.detail)?;
            }
        }
        if phase == Phase::Critique && !refused {
            self.critiques(turn, seat, &MessageId::trusted(turn.as_str()), text, read.value.as_ref())?;
        }
        Ok(())
    }

    fn vote(
        &mut self,
        turn: &TurnId,
        voter: &AgentId,
        ballot: Ballot,
        confidence: Option<f64>,
        reason: Option<String>,
    ) -> Result<()> {
        if !self.t.eligible().any(|seat| seat.id == *voter) {
            return Ok(());
        }
        let status = match &ballot {
            Ballot::Abstain { .. } => VoteStatus::Abstain,
            Ballot::Invalid { .. } => VoteStatus::Invalid,
            _ => VoteStatus::Cast,
        };
        let self_vote = match &ballot {
            Ballot::Choice(option) => {
                self.t.option_views().iter().any(|view| view.id == *option && view.authors == [voter.clone()])
            }
            _ => false,
        };
        let weight = self.t.seat(voter).map(|seat| seat.weight).unwrap_or_default();
        self.emit(VoteEvent {
            turn: Some(turn.clone()),
            voter: voter.clone(),
            status,
            ballot: Some(ballot),
            confidence,
            weight,
            reason,
            self_vote,
            user_intensity: None,
        })
    }

    // A critique of oneself, of an unknown or of an unseen seat is dropped with a warning.
    fn critiques(
        &mut self,
        turn: &TurnId,
        critic: &AgentId,
        message: &MessageId,
        text: &str,
        value: Option<&serde_json::Value>,
    ) -> Result<()> {
        let names = Arc::clone(self.t.names());
        let mut seen: Vec<AgentId> = Vec::new();
        let shown: Vec<&str> = names.values().map(String::as_str).collect();
        for parsed in parse_critiques(text, value, &shown) {
            for warning in &parsed.warnings {
                self.warn(warning.code, Some(turn), warning.detail.clone())?;
            }
            let target = match &parsed.target {
                Some(name) => names
                    .iter()
                    .find(|(id, shown)| shown.eq_ignore_ascii_case(name.trim()) || id.as_str() == name.trim())
                    .map(|(id, _)| id.clone()),
                None => self.only_target(turn, critic),
            };
            let known = target
                .filter(|target| target != critic && self.t.sees(critic, target) && self.t.seat(target).is_some());
            match known {
                Some(target) if !seen.contains(&target) => {
                    seen.push(target.clone());
                    self.emit(CritiqueEvent {
                        turn: turn.clone(),
                        critic: critic.clone(),
                        target,
                        message: message.clone(),
                        issues: parsed.issues,
                        suggestions: parsed.suggestions,
                        severity: parsed.severity,
                        reasoning: parsed.reasoning,
                    })?;
                }
                _ => {
                    let named = parsed.target.as_deref().unwrap_or("nobody by name");
                    self.warn(
                        "critique_dropped",
                        Some(turn),
                        format!("a critique of {named}: of oneself, of an unknown or unseen seat, or given twice"),
                    )?;
                }
            }
        }
        Ok(())
    }

    // A critique that names nobody is about the one seat there is to criticise, if there is only one.
    fn only_target(&self, turn: &TurnId, critic: &AgentId) -> Option<AgentId> {
        let mut others = self
            .t
            .positions()
            .into_iter()
            .filter(|p| p.seat != *critic && p.message.is_some() && self.t.sees(critic, &p.seat))
            .map(|p| p.seat);
        let first = others.next()?;
        if others.next().is_none() {
            return Some(first);
        }
        // Pairwise askings are about the k-th target.
        let pairwise =
            self.t.start().protocol.params.get("pairwise").and_then(serde_json::Value::as_bool).unwrap_or(false);
        let k = turn.as_str().rsplit('.').next().and_then(|k| k.parse::<usize>().ok()).unwrap_or(1);
        let mut targets = self
            .t
            .positions()
            .into_iter()
            .filter(|p| p.seat != *critic && p.message.is_some() && self.t.sees(critic, &p.seat));
        if pairwise { targets.nth(k.saturating_sub(1)).map(|p| p.seat) } else { None }
    }

    /// Benches a seat after so many failed turns in a row.
    pub(super) fn bench(&mut self, seat: &AgentId) -> Result<()> {
        let failures = self.t.failures_in_a_row(seat);
        if failures >= self.t.options().bench_after && !self.t.is_benched(seat) {
            self.emit(SeatBenched { seat: seat.clone(), after_failures: failures })?;
        }
        Ok(())
    }

    fn budget_alerts(&mut self) -> Result<()> {
        let (limits, spent) = (self.t.limits().clone(), self.t.spent());
        let scopes = [
            ("calls", limits.calls, spent.calls),
            ("input_tokens", limits.input_tokens, spent.total.input),
            ("output_tokens", limits.output_tokens, spent.total.output),
            ("cost_micros", limits.cost.map(|cost| cost.0), spent.total.micros.0),
        ];
        for (scope, limit, spent) in scopes {
            let Some(limit) = limit else { continue };
            for percent in [50u8, 75, 90, 100] {
                if u128::from(spent) * 100 >= u128::from(limit) * u128::from(percent) && !self.t.alerted(scope, percent)
                {
                    self.emit(BudgetAlert { scope: scope.to_owned(), percent, spent, limit })?;
                }
            }
        }
        Ok(())
    }

    /// Looks whether the step ends early, and starts what waits.
    pub(super) fn after_reply(&mut self) -> Result<()> {
        let Some(step) = self.t.open_step() else { return Ok(()) };
        let (join, number) = (step.join.clone(), step.step);
        let closing = self.open.as_ref().is_some_and(|open| open.closing.is_some());
        let left = self.open.as_ref().is_some_and(|open| !open.running.is_empty() || !open.queue.is_empty());
        let usable = self.usable_in(number);
        let end = match &join {
            _ if closing => None,
            Join::Consensus(rule) => {
                let asked: Vec<AgentId> = step.asks.iter().map(|ask| ask.seat.clone()).collect();
                let active = asked.len() as u32;
                let count = self.t.count(rule, Ballots::Round, Some(&asked), Some(active), &self.rules)?;
                let decided = count.1.outcome == Outcome::Decided;
                if decided {
                    self.emit(ConsensusCheck {
                        scope: CheckScope::Reply,
                        rule: rule.clone(),
                        outcome: count.1.outcome.clone(),
                        tally: count.1,
                    })?;
                }
                decided.then_some((StepWhy::Consensus, GiveUp::Consensus))
            }
            Join::First if usable >= 1 => Some((StepWhy::Quorum, GiveUp::Quorum)),
            Join::Quorum { min, grace } if usable >= *min && left => {
                let armed = self.open.as_mut().map(|open| std::mem::replace(&mut open.grace, true));
                if armed == Some(false) {
                    self.command(Command::Grace(*grace));
                }
                None
            }
            _ => None,
        };
        match end {
            Some((why, give_up)) => self.close_step(why, give_up),
            None => self.proceed(),
        }
    }

    fn usable_in(&self, step: u32) -> u32 {
        let usable = |id: &MessageId| self.t.message(id).is_some_and(|m| !m.refused());
        self.t
            .turns()
            .filter(|turn| {
                turn.step == step && turn.state == TurnState::Answered && turn.message.as_ref().is_some_and(usable)
            })
            .count() as u32
    }

    // Ends the step although turns run or wait: what runs is stopped first, so that nothing is left behind.
    fn close_step(&mut self, why: StepWhy, give_up: GiveUp) -> Result<()> {
        let Some(open) = &mut self.open else { return Ok(()) };
        open.closing = Some((why, give_up));
        if open.running.is_empty() {
            return self.give_up(why, give_up, Stopped::default());
        }
        self.command(Command::CancelOpen);
        Ok(())
    }

    /// Cancels what runs, skips what waits, and ends the step.
    pub(super) fn give_up(&mut self, why: StepWhy, give_up: GiveUp, stopped: Stopped) -> Result<()> {
        if self.open.is_none() {
            return Ok(());
        }
        self.close_turns(give_up, &stopped)?;
        self.end_step(why)?;
        self.after_step()
    }

    pub(super) fn close_turns(&mut self, why: GiveUp, stopped: &Stopped) -> Result<()> {
        let Some(open) = &mut self.open else { return Ok(()) };
        // In planned order, so that the log does not depend on how tasks happened to stop.
        let asks: Vec<(TurnId, AgentId)> = open.asks.iter().map(|ask| (ask.turn.clone(), ask.seat.clone())).collect();
        let running = std::mem::take(&mut open.running);
        let queued: Vec<TurnId> =
            open.queue.drain(..).filter_map(|i| open.asks.get(i).map(|ask| ask.turn.clone())).collect();
        for (turn, seat) in asks {
            if running.contains(&turn) {
                self.attempts(&turn, stopped.get(&turn).map_or(&[], Vec::as_slice))?;
                self.emit(TurnCancelled { turn, seat, why })?;
            } else if queued.contains(&turn) {
                self.emit(TurnSkipped { turn, seat, why })?;
            }
        }
        Ok(())
    }

    pub(super) fn human(&mut self, input: HumanInput) -> Result<()> {
        self.emit(input)
    }
}

/// What was found in a reply.
struct Read {
    value: Option<serde_json::Value>,
    ballot: Option<ParsedBallot>,
    signals: Signals,
}

fn read(phase: Phase, expect: &Expect, text: &str, structured: Option<&serde_json::Value>, stop: &StopReason) -> Read {
    if let Expect::Ballot(shape) = expect
        && matches!(phase, Phase::Vote | Phase::Judge)
    {
        let mut ballot = parse_ballot(text, structured, stop, shape);
        // The ballot holds every signal of its reply; reading the text again would find the same.
        let signals = Signals {
            confidence: ballot.confidence,
            go_on: ballot.go_on,
            ready: ballot.ready,
            responds_to: std::mem::take(&mut ballot.responds_to),
            warnings: Vec::new(),
        };
        return Read { value: None, ballot: Some(ballot), signals };
    }
    Read { value: expect.resolve(text, structured), ballot: None, signals: parse_signals(text, structured, stop) }
}

/// Turns replies that are no answer into failures: blank, too large, paused, asking for tools.
fn usable(reply: AgentReply) -> Result<AgentReply, TurnError> {
    let refused = reply.refusal.is_some() || matches!(reply.stop, StopReason::Refusal | StopReason::ContentFilter);
    if reply.text.len() > MAX_REPLY_BYTES {
        let mut failure = TurnError::new(
            ErrorKind::ReplyTooLarge,
            format!("{} bytes with digest {}, at most 4 MiB are kept", reply.text.len(), Digest::of(&reply.text)),
        );
        let mut cut = 4 << 10;
        while !reply.text.is_char_boundary(cut) {
            cut -= 1;
        }
        failure.partial = Some(Arc::from(&reply.text[..cut]));
        return Err(failure);
    }
    if matches!(reply.stop, StopReason::Pause | StopReason::ToolCalls) {
        let reason = if reply.stop == StopReason::Pause {
            "the provider paused the turn"
        } else {
            "the reply asks for tool calls, which are never run"
        };
        let mut failure = TurnError::new(ErrorKind::InvalidReply, reason);
        failure.partial = (!reply.text.is_empty()).then(|| Arc::from(reply.text.as_str()));
        return Err(failure);
    }
    if reply.text.trim().is_empty() && reply.structured.is_none() && !refused {
        return Err(TurnError::new(ErrorKind::EmptyReply, "the reply holds no text"));
    }
    Ok(reply)
}
