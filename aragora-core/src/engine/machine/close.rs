use std::fmt::Write as _;

use super::Machine;
use super::input::Command;
use crate::consensus::{break_tie, is_breakable};
use crate::crypto::canonical::to_canonical;
use crate::debate::{
    AnalysisEvent, AnalysisKind, Ballot, BallotKind, BallotShape, CheckScope, ConsensusCheck, DebateEnd, DecisionEvent,
    Expect, Join, Label, Order, Outcome, Phase, Prompt, Role, Stop, StopCause, StopEvent, TieBreak, UNDISCLOSED,
    VoteStatus, delimit, diversity, parse_ballot, question_block, told,
};
use crate::error::Result;
use crate::ids::{AgentId, Digest, OptionId};
use crate::protocols::{Ask, AskStep, Count, Draft, system_text};

/// What the seat that breaks ties said.
enum TieVote {
    For(OptionId),
    Unusable,
}

impl Machine {
    /// Ends the debate: counts, breaks a tie by one more turn where the rule says so, and records the decision.
    pub(super) fn finish(&mut self, stop: Stop) -> Result<()> {
        if self.t.terminal().is_some() {
            return Ok(());
        }
        if stop.cause == StopCause::QuorumLost
            && !self.t.messages().iter().any(|message| message.seat.is_some())
            && self.t.errors().next().is_some()
        {
            return self.all_failed();
        }
        self.ending = Some(stop);
        self.finish_pending()
    }

    pub(super) fn finish_pending(&mut self) -> Result<()> {
        let Some(stop) = self.ending.take() else { return Ok(()) };
        let draft = match self.protocol.decide(&self.t) {
            Ok(draft) => draft,
            Err(error) => return self.protocol_failed(error),
        };
        let active = draft.seats.as_ref().map(|seats| seats.len() as u32);
        let mut count = match self.t.count(&draft.rule, draft.ballots, draft.seats.as_deref(), active, &self.rules) {
            Ok(count) => count,
            Err(error) => return self.protocol_failed(error),
        };
        if let TieBreak::Seat(judge) = draft.rule.ties.clone()
            && is_breakable(&count.1)
        {
            match self.tie_ballot(&judge) {
                None if self.may_ask_judge(&stop, &judge) => {
                    self.ending = Some(stop);
                    return self.ask_judge(&judge, &count);
                }
                Some(TieVote::For(chosen)) => {
                    let tally = count.1.clone();
                    count.1 = break_tie(tally, draft.rule.ties.clone(), &chosen)?;
                }
                _ => self.warn("tie_not_broken", None, format!("seat {judge} named no option of the tie"))?,
            }
        }
        if stop.cause == StopCause::QuorumLost {
            // Too few are left to speak for the others, whatever those few said.
            count.1.outcome = Outcome::NoQuorum;
            count.1.winners.clear();
        }
        match self.closing_step(&stop, &count) {
            Ok(Some(step)) => {
                self.ending = Some(stop);
                return self.begin_step(step, None);
            }
            Ok(None) => {}
            Err(error) => return self.protocol_failed(error),
        }
        self.end_round()?;
        self.conclude(stop, &draft, count)
    }

    // A last step that could not be had is left out: it must not change why the debate ended.
    fn closing_step(&mut self, stop: &Stop, count: &Count) -> Result<Option<AskStep>> {
        let winner = count.1.winners.first().filter(|_| count.1.outcome == Outcome::Decided);
        let Some(winner) = winner.and_then(|id| count.0.iter().find(|option| option.id == *id)) else {
            return Ok(None);
        };
        let Some(step) = self.protocol.closing(&self.t, winner)? else { return Ok(None) };
        let enough = self.t.options().step_min.min(self.t.debaters().count() as u32);
        let may = stop.cause != StopCause::QuorumLost
            && self.in_time(stop)
            && !step.asks.is_empty()
            && self.t.active().count() as u32 >= enough
            && self.affordable(&step).is_ok();
        if may {
            self.accept(&step)?;
            return Ok(Some(step));
        }
        if !self.t.warnings().contains_key("closing_skipped") {
            self.warn("closing_skipped", None, format!("the last {} turn could not be asked", step.phase))?;
        }
        Ok(None)
    }

    fn in_time(&self, stop: &Stop) -> bool {
        !matches!(stop.cause, StopCause::Deadline | StopCause::Budget | StopCause::Cancelled) && self.deadline_left()
    }

    fn conclude(&mut self, stop: Stop, draft: &Draft, count: Count) -> Result<()> {
        let counted =
            self.t.checks().iter().any(|(round, check)| *round == self.t.round() && check.scope != CheckScope::Gate);
        if !counted {
            self.emit(ConsensusCheck {
                scope: CheckScope::Final,
                rule: draft.rule.clone(),
                outcome: count.1.outcome.clone(),
                tally: count.1.clone(),
            })?;
        }
        if let Some(tie) = &count.1.tie_break {
            self.warn("tie_broken", None, format!("{:?} were tied, {} was taken", tie.tied, tie.chosen))?;
        }
        self.warn_about(&count)?;
        for note in &draft.notes {
            if !self.t.warnings().contains_key(note.as_ref()) {
                self.warn(note, None, super::plan::note_detail(note))?;
            }
        }
        self.emit(StopEvent::from(stop.clone()))?;
        let bias = self.bias();
        if !bias.chosen_by_position.is_empty() {
            let value = serde_json::to_value(&bias).unwrap_or_default();
            self.emit(AnalysisEvent { kind: AnalysisKind::Bias, value })?;
        }
        if let Some(value) = self.analysis(AnalysisKind::Diversity) {
            self.emit(AnalysisEvent { kind: AnalysisKind::Diversity, value })?;
        }
        if !draft.contribution.is_empty() {
            let value = serde_json::to_value(&draft.contribution).unwrap_or_default();
            self.emit(AnalysisEvent { kind: AnalysisKind::Contribution, value })?;
        }
        let decision = super::decision::build(&self.t, draft, &count, stop, bias, &self.rules)?;
        let decision_digest = Some(Digest::of(to_canonical(&decision)?));
        self.emit(DecisionEvent { decision })?;
        self.emit(DebateEnd { status: "finished".to_owned(), decision_digest })?;
        self.command(Command::Done);
        Ok(())
    }

    // What a reader of the decision should know about how it came to be counted.
    fn warn_about(&mut self, count: &Count) -> Result<()> {
        if count.1.rule == "confidence_weighted" {
            let silent = count.2.iter().filter(|vote| vote.status == VoteStatus::Cast && vote.confidence.is_none());
            let silent: Vec<String> = silent.map(|vote| vote.voter.to_string()).collect();
            if !silent.is_empty() {
                self.warn(
                    "confidence_missing",
                    None,
                    format!("without a usable confidence these weigh .1: {}", silent.join(", ")),
                )?;
            }
        }
        let voters: Vec<_> = self.t.eligible().cloned().collect();
        let families = diversity(&voters).families;
        if let (true, Some((family, _))) = (voters.len() > 1 && families.len() == 1, families.first_key_value())
            && family != UNDISCLOSED
        {
            self.warn(
                "single_model_family",
                None,
                format!("all {} voting seats are of family {family}", voters.len()),
            )?;
        }
        Ok(())
    }

    /// The decision as it would be now: what a cancelled debate hands back.
    pub(crate) fn partial(&self) -> Result<crate::debate::Decision> {
        if let Some(decision) = self.t.decision() {
            return Ok(decision.as_ref().clone());
        }
        let draft = self.protocol.decide(&self.t)?;
        let active = draft.seats.as_ref().map(|seats| seats.len() as u32);
        let count = self.t.count(&draft.rule, draft.ballots, draft.seats.as_deref(), active, &self.rules)?;
        let stop = self
            .t
            .stop()
            .cloned()
            .unwrap_or_else(|| Stop::new(StopCause::Cancelled, self.t.round(), "the debate has not ended"));
        let mut decision = super::decision::build(&self.t, &draft, &count, stop, self.bias(), &self.rules)?;
        decision.partial = true;
        Ok(decision)
    }

    fn may_ask_judge(&self, stop: &Stop, judge: &AgentId) -> bool {
        self.in_time(stop) && self.t.seat(judge).is_some() && !self.t.is_benched(judge) && self.t.round() > 0
    }

    // What the judge said about the tie: nothing yet, no option of it, or one.
    fn tie_ballot(&self, judge: &AgentId) -> Option<TieVote> {
        let step = self
            .t
            .steps()
            .iter()
            .rev()
            .find(|step| step.phase == Phase::Judge && step.asks.iter().any(|ask| ask.seat == *judge))?;
        let message = self.t.messages().iter().find(|m| m.step == Some(step.step));
        let shape = step.asks.iter().find_map(|ask| match &ask.expect {
            Expect::Ballot(shape) => Some(shape),
            _ => None,
        });
        Some(match (message, shape) {
            (Some(message), Some(shape)) => {
                match parse_ballot(&message.text, message.structured.as_ref(), &message.stop, shape).ballot {
                    Ballot::Choice(option) => TieVote::For(option),
                    _ => TieVote::Unusable,
                }
            }
            _ => TieVote::Unusable,
        })
    }

    fn ask_judge(&mut self, judge: &AgentId, count: &Count) -> Result<()> {
        let tied: Vec<_> = match &count.1.outcome {
            Outcome::Tie(tied) => count.0.iter().filter(|option| tied.contains(&option.id)).collect(),
            _ => Vec::new(),
        };
        let round = self.t.round();
        let nonce = self.t.nonce();
        let mut text = String::from("The vote is tied between these answers.\n");
        for option in &tied {
            let _ = write!(
                text,
                "Option {}:
{}",
                option.label,
                delimit(nonce, "option", round, "answer", &option.text)
            );
        }
        text.push_str("Decide between them. Reply with a line CHOICE: and one of the labels, and a line REASON:");
        let shape = BallotShape {
            kind: BallotKind::Choice,
            labels: tied
                .iter()
                .map(|option| Label { label: option.label.clone(), option: option.id.clone() })
                .collect(),
            may_abstain: false,
            confidence: false,
            reason: true,
        };
        let prompt = Prompt {
            system: system_text(&self.t)?.into(),
            messages: vec![told("s1", question_block(&self.t), true), told("s3", text, false)],
        };
        let ask = Ask {
            turn: crate::protocols::turn_id(&self.t, round, Phase::Judge, judge, 1),
            seat: judge.clone(),
            role: Role::Judge,
            prompt,
            shown: Vec::new(),
            labels: None,
            expect: Expect::Ballot(shape),
            max_output_tokens: self.t.limits().max_output_tokens,
            deadline: None,
            reduced: Vec::new(),
            too_long: false,
            notes: Vec::new(),
        };
        self.begin_step(
            AskStep { phase: Phase::Judge, round, asks: vec![ask], order: Order::Sequential, join: Join::All, min: 0 },
            None,
        )
    }
}
