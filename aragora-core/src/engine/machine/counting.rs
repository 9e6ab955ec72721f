use std::sync::Arc;

use serde_json::json;

use super::input::Command;
use super::{Machine, Then};
use crate::analysis;
use crate::debate::{
    AnalysisEvent, AnalysisKind, BallotKind, CheckScope, ConsensusCheck, Expect, GatePolicy, Outcome, Phase,
    RoundConvergence, RoundEnd, RuleConfig, RuleKind, StepWhy, Stop, StopCause, Tally, VoteStatus, Weight, round6,
};
use crate::error::Result;
use crate::ids::AgentId;
use crate::protocols::{Checkpoint, Count, stop};

impl Machine {
    pub(super) fn end_step(&mut self, why: StepWhy) -> Result<()> {
        let Some(open) = self.open.take() else { return Ok(()) };
        self.last_asks = open.asks;
        let arrived = self.t.open_step().map(|step| step.arrived.clone()).unwrap_or_default();
        self.emit(crate::debate::StepEnd { step: open.step, why, arrived })
    }

    /// Counts where the protocol says so, applies the stopping rules, and plans on.
    pub(super) fn after_step(&mut self) -> Result<()> {
        if self.compare_first(Then::AfterStep) {
            return Ok(());
        }
        if self.ending.is_some() {
            return self.finish_pending();
        }
        // Agents hear of the debate's deadline too, so the last of them may end the step at that very instant; of
        // several causes the deadline comes before whatever the step would lead to.
        if !self.deadline_left() {
            return self.deadline(super::Stopped::default());
        }
        let Some(step) = self.t.last_closed_step().cloned() else { return self.plan() };
        let arrived = self.arrived_with_retries(step.step);
        let min = step.retry_of.and_then(|of| self.t.steps().get(of as usize)).map_or(step.min, |first| first.min);
        if step.end == Some(StepWhy::Budget) {
            return self.finish(Stop::new(
                StopCause::Budget,
                self.t.round(),
                "too few turns of the step could be afforded",
            ));
        }
        if arrived < min && step.end == Some(StepWhy::All) {
            if self.retry_step(step.step)? {
                return Ok(());
            }
            return self.too_few(arrived, min);
        }
        self.last_asks.clear();
        match self.protocol.checkpoint(&self.t) {
            Ok(Some(point)) => {
                if let Some(stop) = self.checkpoint(&point)? {
                    return self.finish(stop);
                }
            }
            Ok(None) => {}
            Err(error) => return self.protocol_failed(error),
        }
        self.plan()
    }

    fn arrived_with_retries(&self, step: u32) -> u32 {
        let steps = self.t.steps();
        let first = steps.get(step as usize).and_then(|s| s.retry_of).unwrap_or(step);
        steps.iter().filter(|s| s.step == first || s.retry_of == Some(first)).map(|s| s.arrived.len() as u32).sum()
    }

    fn too_few(&mut self, arrived: u32, min: u32) -> Result<()> {
        let stop =
            Stop::new(StopCause::QuorumLost, self.t.round(), format!("{arrived} usable replies, {min} are needed"));
        if !self.t.messages().iter().any(|message| message.seat.is_some()) {
            return self.all_failed();
        }
        self.finish(stop)
    }

    fn checkpoint(&mut self, point: &Checkpoint) -> Result<Option<Stop>> {
        match point.scope {
            CheckScope::Gate => self.gate(point),
            CheckScope::Reply => {
                let Some(rule) = point.rule.clone() else { return Ok(None) };
                let tally = self.count(&rule, point)?.1;
                if tally.outcome != Outcome::Decided {
                    return Ok(None);
                }
                let deciding = self.deciding()?.1;
                let stop = stop::consensus(&self.t, &tally, &deciding);
                self.emit(ConsensusCheck { scope: CheckScope::Reply, rule, outcome: tally.outcome.clone(), tally })?;
                Ok(stop)
            }
            CheckScope::Round => {
                let early = point.rule.clone().or_else(|| self.t.options().stop_when.clone());
                let rule = early.clone().unwrap_or_else(|| self.t.rule().clone());
                let tally = self.count(&rule, point)?.1;
                self.emit(ConsensusCheck {
                    scope: CheckScope::Round,
                    rule,
                    outcome: tally.outcome.clone(),
                    tally: tally.clone(),
                })?;
                self.end_round()?;
                let deciding = self.deciding()?.1;
                Ok(early
                    .and_then(|_| stop::consensus(&self.t, &tally, &deciding))
                    .or_else(|| stop::at_round_end(&self.t)))
            }
            CheckScope::Final => Ok(None),
        }
    }

    fn count(&self, rule: &RuleConfig, point: &Checkpoint) -> Result<Count> {
        let active = point.seats.as_ref().map(|seats| seats.len() as u32);
        self.t.count(rule, point.ballots, point.seats.as_deref(), active, &self.rules)
    }

    // All independent first answers agree: every eligible seat gave one, and they are one group.
    fn gate(&mut self, point: &Checkpoint) -> Result<Option<Stop>> {
        let rule = RuleConfig::from(RuleKind::Unanimity { ignore_abstain: false });
        let count = self.count(&rule, point)?;
        let confident = match self.t.options().gate {
            GatePolicy::Confidence { min } => count
                .2
                .iter()
                .filter(|v| v.status == VoteStatus::Cast)
                .all(|vote| vote.confidence.is_some_and(|c| c >= min.to_f64())),
            _ => true,
        };
        let passed = count.1.outcome == Outcome::Decided && confident && self.t.round() >= self.t.options().min_rounds;
        let answers = count.1.counted.to_f64();
        self.emit(ConsensusCheck { scope: CheckScope::Gate, rule, outcome: count.1.outcome.clone(), tally: count.1 })?;
        Ok(passed.then(|| {
            Stop::new(StopCause::Gate, self.t.round(), format!("all independent answers agree, weight {answers}"))
        }))
    }

    /// What the deciding rule would say now.
    pub(super) fn deciding(&self) -> Result<Count> {
        let draft = self.protocol.decide(&self.t)?;
        let active = draft.seats.as_ref().map(|seats| seats.len() as u32);
        self.t.count(&draft.rule, draft.ballots, draft.seats.as_deref(), active, &self.rules)
    }

    pub(super) fn end_round(&mut self) -> Result<()> {
        let round = self.t.round();
        if round == 0 || self.t.round_ends().last().is_some_and(|(ended, _)| *ended == round) {
            return Ok(());
        }
        let positions = self.t.positions();
        let options = self.t.options_of(&positions);
        let weight = |seat: &AgentId| self.t.seat(seat).map(|seat| seat.weight).unwrap_or_default();
        let groups: Vec<Weight> = options.iter().map(|option| option.authors.iter().map(weight).sum()).collect();
        let texts: Vec<(&str, Option<&str>)> = self
            .t
            .debaters()
            .filter_map(|seat| {
                let mut said = self
                    .t
                    .messages()
                    .iter()
                    .rev()
                    .filter(|m| m.seat.as_ref() == Some(&seat.id) && m.phase.is_some_and(Phase::is_position));
                let newest = said.next()?;
                // Another sample of the same answer is nothing the seat said before.
                let before = said.find(|m| (m.round, m.phase) != (newest.round, newest.phase));
                Some((&*newest.text, before.map(|before| &*before.text)))
            })
            .collect();
        let figures = analysis::convergence(round, &texts, &groups);
        let before = self.t.round_ends().last().map(|(round, end)| convergence_of(*round, &end.convergence));
        let last = self
            .t
            .checks()
            .iter()
            .rev()
            .find(|(checked, check)| *checked == round && check.scope != CheckScope::Gate)
            .map(|(_, check)| &check.tally);
        let (leader, share) = if let Some(tally) = last {
            leader_of(tally)
        } else {
            let largest = options.iter().zip(&groups).max_by(|a, b| a.1.cmp(b.1).then(b.0.id.cmp(&a.0.id)));
            (largest.map(|(option, _)| option.id.clone()), largest.map(|_| figures.position))
        };
        let leader_value = leader
            .as_ref()
            .and_then(|id| options.iter().find(|option| option.id == *id))
            .map(|option| option.value.clone());
        let reached = last.is_some_and(|tally| tally.outcome == Outcome::Decided);
        let label = analysis::label(&figures, before.as_ref(), reached);
        let convergence =
            RoundConvergence { agreement: figures.agreement, stability: figures.stability, position: figures.position };
        let value = json!({"version": 1, "label": label, "agreement": figures.agreement, "stability": figures.stability, "position": figures.position, "texts": texts.len()});
        self.emit(AnalysisEvent { kind: AnalysisKind::Convergence, value })?;
        self.emit(RoundEnd { convergence, leader, leader_value, share })
    }

    /// One figure on demand; `None` where there is nothing to compute it from.
    pub(super) fn analysis(&self, kind: AnalysisKind) -> Option<serde_json::Value> {
        match kind {
            AnalysisKind::Diversity => {
                let seats: Vec<_> = self.t.eligible().cloned().collect();
                serde_json::to_value(analysis::diversity(&seats)).ok()
            }
            AnalysisKind::Bias => serde_json::to_value(self.bias()).ok(),
            AnalysisKind::Convergence => {
                self.t.round_ends().last().and_then(|(_, end)| serde_json::to_value(end.convergence).ok())
            }
            _ => None,
        }
    }

    pub(super) fn bias(&self) -> crate::debate::BiasReport {
        let options = self.t.option_views();
        let mut picks = Vec::new();
        let mut offered = 0;
        for vote in self.t.votes().iter().filter(|v| v.step.is_some() && v.status == VoteStatus::Cast) {
            let step = vote.step.and_then(|step| self.t.steps().get(step as usize));
            let ask = step.and_then(|step| step.asks.iter().find(|ask| ask.seat.as_str() == vote.voter));
            let (Some(Expect::Ballot(shape)), Some(crate::debate::Ballot::Choice(option))) =
                (ask.map(|ask| &ask.expect), &vote.ballot)
            else {
                continue;
            };
            if shape.kind == BallotKind::Choice {
                offered = offered.max(shape.labels.len());
                if let Some(position) = shape.labels.iter().position(|label| label.option == *option) {
                    picks.push(analysis::Pick { position: Some(position), self_vote: vote.self_vote });
                }
            }
        }
        let winners = self.deciding().map(|count| count.1.winners).unwrap_or_default();
        let texts: Vec<analysis::TextLength> = options
            .iter()
            .map(|option| analysis::TextLength {
                chars: option.text.chars().count(),
                won: winners.contains(&option.id),
            })
            .collect();
        analysis::bias(offered, &picks, &texts)
    }

    // With a comparator of the host, new answers are compared before anything is counted.
    pub(super) fn compare_first(&mut self, then: Then) -> bool {
        if self.t.question().format.equal.comparator().is_none() {
            return false;
        }
        let pairs = self.missing_verdicts();
        if pairs.is_empty() {
            return false;
        }
        self.waiting = Some(then);
        self.command(Command::Compare(pairs));
        true
    }

    fn missing_verdicts(&self) -> Vec<(Arc<str>, Arc<str>)> {
        let mut values: Vec<Arc<str>> =
            self.t.positions().iter().chain(&self.t.first_positions()).filter_map(|p| p.answer().cloned()).collect();
        values.extend(self.t.question().options.iter().flat_map(|o| [o.text.clone(), Arc::from(o.id.as_str())]));
        values.sort();
        values.dedup();
        let mut pairs = Vec::new();
        for (i, a) in values.iter().enumerate() {
            for b in &values[i + 1..] {
                if self.t.verdict(a, b).is_none() {
                    pairs.push((a.clone(), b.clone()));
                }
            }
        }
        pairs
    }

    pub(super) fn verdicts(&mut self, pairs: Vec<(Arc<str>, Arc<str>, bool)>) -> Result<()> {
        let comparator = self.t.question().format.equal.comparator().unwrap_or_default();
        let pairs: Vec<_> = pairs.into_iter().map(|(a, b, same)| json!([&*a, &*b, same])).collect();
        self.emit(AnalysisEvent {
            kind: AnalysisKind::Equivalence,
            value: json!({"version": 1, "comparator": comparator, "pairs": pairs}),
        })?;
        // Replies that arrived meanwhile may have brought answers that are not compared yet.
        if !self.missing_verdicts().is_empty() {
            return Ok(());
        }
        match self.waiting.take() {
            Some(Then::AfterReply) => self.after_reply(),
            Some(Then::AfterStep) => self.after_step(),
            None => Ok(()),
        }
    }

    /// Says again what the debate waits for, after another owner took over.
    pub(super) fn reissue(&mut self) {
        if self.waiting.is_some() {
            let pairs = self.missing_verdicts();
            self.command(Command::Compare(pairs));
        }
        if let Some(id) = self.t.pause().map(str::to_owned) {
            self.command(Command::Pause { id, wait: std::time::Duration::from_secs(30 * 60) });
        }
    }

    pub(super) fn resolved(&mut self, resolution: super::input::Resolution) -> Result<()> {
        let super::input::Resolution { id, action, guidance, by, timed_out } = resolution;
        // An answer that crossed with the timeout comes too late to matter.
        if self.t.pause() != Some(id.as_str()) {
            return Ok(());
        }
        let detail = format!("breakpoint {id}: {action}");
        let who = by.clone().unwrap_or_else(|| "host".to_owned());
        self.emit(crate::debate::BreakpointResolved { id, action: action.clone(), guidance, by, timed_out })?;
        match action.as_str() {
            "abort" => self.cancel(who, detail, super::Stopped::default()),
            "resolve" => self.finish(Stop::new(StopCause::Human, self.t.round(), detail)),
            _ => self.plan(),
        }
    }

    pub(super) fn resolve_pause_by_timeout(&mut self) -> Result<()> {
        if let Some(id) = self.t.pause().map(str::to_owned) {
            self.emit(crate::debate::BreakpointResolved {
                id,
                action: "continue".into(),
                guidance: None,
                by: None,
                timed_out: true,
            })?;
        }
        Ok(())
    }

    pub(super) fn all_failed(&mut self) -> Result<()> {
        let causes: Vec<_> = self.t.last_errors().map(|(seat, error)| (seat.to_string(), error.clone())).collect();
        let retryable = causes.iter().any(|(_, error)| error.retryable);
        let listed: Vec<String> = causes.iter().map(|(seat, error)| format!("{seat}: {}", error.code)).collect();
        let reason = format!("no agent gave a usable reply ({})", listed.join(", "));
        self.emit(crate::debate::StopEvent { cause: StopCause::AllFailed, detail: reason.clone() })?;
        let error = crate::debate::ErrorInfo {
            code: crate::error::ErrorKind::AllAgentsFailed.code().into(),
            reason,
            retryable,
            retry_after_ms: None,
        };
        self.emit(crate::debate::DebateFailed { error })?;
        self.command(Command::Done);
        Ok(())
    }
}

fn convergence_of(round: u32, c: &RoundConvergence) -> crate::debate::Convergence {
    crate::debate::Convergence { round, agreement: c.agreement, stability: c.stability, position: c.position }
}

pub(super) fn leader_of(tally: &Tally) -> (Option<crate::ids::OptionId>, Option<f64>) {
    let leader = tally
        .rows
        .iter()
        .max_by(|a, b| a.weight.cmp(&b.weight).then(b.option.cmp(&a.option)))
        .filter(|row| row.weight.0 > 0);
    let share = leader.filter(|_| tally.counted.0 > 0).map(|row| round6(row.weight.to_f64() / tally.counted.to_f64()));
    (leader.map(|row| row.option.clone()), share)
}
