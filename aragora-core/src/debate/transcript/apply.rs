use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;

use super::Transcript;
use super::budget::Ledger;
use super::folded::Folded;
use super::state::{RoundView, StepView, Terminal, TranscriptMessage, TurnState, TurnView, VoteView};
use crate::debate::ballot::{Ballot, VoteStatus};
use crate::debate::decision::Stop;
use crate::debate::message::{Author, MessageKind, Phase, Visibility};
use crate::debate::record::{RECORD_VERSION, Record};
use crate::debate::usage::StopReason;
use crate::debate::{
    AgentMessage, AnalysisKind, DebateStart, Edit, Event, GiveUp, HumanInputKind, StepStart, TurnFailed,
};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{AgentId, Digest, MessageId, OptionId, TurnId};

fn corrupt(seq: u64, reason: impl Into<String>) -> Error {
    Error::new(ErrorKind::LogCorrupt, reason).with("seq", seq)
}

fn readable(record: &Record) -> Result<()> {
    if record.v == RECORD_VERSION {
        return Ok(());
    }
    let reason = format!("record version {}, this library reads {RECORD_VERSION}", record.v);
    Err(Error::new(ErrorKind::UnsupportedVersion, reason).with("seq", record.seq))
}

impl Transcript {
    /// Folds a log from its first record. A log that contradicts itself is `log_corrupt` with the seq.
    pub fn fold<'a>(records: impl IntoIterator<Item = &'a Record>) -> Result<Self> {
        let mut records = records.into_iter();
        let first = records.next().ok_or_else(|| corrupt(0, "the log is empty, expected debate_start"))?;
        let mut transcript = Self::begin(first)?;
        let mut last = first;
        for record in records {
            transcript.step(record)?;
            last = record;
        }
        transcript.head = Digest::of(last.to_line()?);
        Ok(transcript)
    }

    /// Takes in the next record.
    pub fn apply(&mut self, record: &Record) -> Result<()> {
        self.step(record)?;
        self.head = Digest::of(record.to_line()?);
        Ok(())
    }

    /// Takes in the next record whose line is known, which saves writing it again.
    pub(crate) fn apply_line(&mut self, record: &Record, line: &[u8]) -> Result<()> {
        self.step(record)?;
        self.head = Digest::of(line);
        Ok(())
    }

    pub(crate) fn begin(first: &Record) -> Result<Self> {
        readable(first)?;
        let Event::DebateStart(start) = &first.event else {
            return Err(corrupt(
                first.seq,
                format!("the log begins with {}, expected debate_start", first.event.name()),
            ));
        };
        if first.seq != 0 || first.round != 0 {
            return Err(corrupt(
                first.seq,
                format!("the log begins with seq {} in round {}, expected 0 and 0", first.seq, first.round),
            ));
        }
        Ok(Self::from_start(start.as_ref().clone(), first))
    }

    fn from_start(start: DebateStart, first: &Record) -> Self {
        let folded = Folded {
            started: first.at,
            next_seq: 1,
            head: Digest::from([0; 32]),
            run: 1,
            round: 0,
            seats: start.roster.clone(),
            dropped: BTreeSet::new(),
            benched: BTreeSet::new(),
            failures: BTreeMap::new(),
            rule: start.rule.clone(),
            limits: start.environment.limits.clone(),
            rounds: Vec::new(),
            steps: Vec::new(),
            turns: IndexMap::new(),
            messages: Vec::new(),
            by_id: BTreeMap::new(),
            critiques: Vec::new(),
            votes: Vec::new(),
            checks: Vec::new(),
            round_ends: Vec::new(),
            analyses: Vec::new(),
            interventions: Vec::new(),
            guidance: Vec::new(),
            warnings: BTreeMap::new(),
            verdicts: BTreeMap::new(),
            alerts: BTreeSet::new(),
            ledger: Ledger::new(),
            pause: None,
            resolved: Vec::new(),
            stop: None,
            decision: None,
            terminal: None,
            format: OnceLock::new(),
            names: OnceLock::new(),
            nonce: OnceLock::new(),
            start: Arc::new(start),
        };
        Self { folded: Arc::new(folded) }
    }

    pub(crate) fn step(&mut self, record: &Record) -> Result<()> {
        let seq = record.seq;
        if seq != self.next_seq {
            return Err(corrupt(seq, format!("seq {seq} follows {}, expected {}", self.next_seq - 1, self.next_seq)));
        }
        readable(record)?;
        if self.terminal.is_some() {
            return Err(corrupt(seq, format!("{} after the debate ended", record.event.name())));
        }
        let expected = if matches!(record.event, Event::RoundStart(_)) { self.round + 1 } else { self.round };
        if record.round != expected {
            return Err(corrupt(
                seq,
                format!("{} in round {}, expected round {expected}", record.event.name(), record.round),
            ));
        }
        self.take(record).map_err(|error| error.with("seq", seq).with("type", record.event.name()))?;
        self.next_seq = seq + 1;
        if self.start.parent.as_ref().is_some_and(|parent| parent.seq == seq) {
            self.inherit();
        }
        Ok(())
    }

    // A fork's budget starts at zero; what the parent spent is listed apart.
    fn inherit(&mut self) {
        let spent = std::mem::replace(&mut self.ledger, Ledger::new()).spent;
        self.ledger.spent.inherited = Some(spent.total);
        // What ran over there is asked again here, and paid for here.
        for turn in self.turns.values_mut() {
            turn.asked_before = false;
        }
    }

    fn take(&mut self, record: &Record) -> Result<()> {
        let round = self.round;
        let seq = record.seq;
        let bad = |reason: String| Err(corrupt(seq, reason));
        match &record.event {
            Event::DebateStart(_) => return bad("a second debate_start".into()),
            Event::DebateResumed(_) => self.run += 1,
            Event::RoundStart(body) => {
                if self.open_step().is_some() {
                    return bad("a round began while a step was open".into());
                }
                self.round = record.round;
                let (sees, roles, stances) = (body.sees.clone(), body.roles.clone(), body.stances.clone());
                self.rounds.push(RoundView { round: record.round, sees, roles, stances });
            }
            Event::StepStart(body) => self.begin_step(body, record)?,
            Event::TurnStart(body) => {
                let asked = self
                    .steps
                    .last()
                    .and_then(|s| s.asks.iter().find(|ask| ask.turn == body.turn))
                    .map(|ask| ask.reserve);
                let turn = self.turn_in(&body.turn, &body.seat, &[TurnState::Planned])?;
                turn.state = TurnState::Running;
                // A turn asked again after its owner was lost is one call, under one request id.
                let again = std::mem::replace(&mut turn.asked_before, true);
                turn.attempts = 0;
                if !again {
                    self.ledger.spent.calls += 1;
                }
                self.ledger.reserved.insert(body.turn.clone(), asked.unwrap_or_default());
            }
            Event::AgentAttempt(body) => {
                let Some(turn) = self.turns.get_mut(&body.turn).filter(|turn| turn.state == TurnState::Running) else {
                    return bad(format!("an attempt of turn {} that is not running", body.turn));
                };
                if body.n != turn.attempts + 1 {
                    return bad(format!("attempt {} of turn {}, expected {}", body.n, body.turn, turn.attempts + 1));
                }
                turn.attempts = body.n;
                turn.tokens += body.usage.map_or(0, |u| u.input_total.saturating_add(u.output_total));
                turn.micros += body.cost_micros.map_or(0, |cost| cost.0);
                let seat = turn.seat.clone();
                self.ledger.settle(&seat, body.usage, body.cost_micros);
                self.ledger.spent.hedged += u64::from(body.hedge);
            }
            Event::AgentMessage(body) => self.answer(body)?,
            Event::Critique(body) => {
                let known = self
                    .turns
                    .get(&body.turn)
                    .is_some_and(|turn| turn.seat == body.critic && turn.state == TurnState::Answered);
                if !known || self.seat(&body.target).is_none() || !self.by_id.contains_key(&body.message) {
                    return bad(format!(
                        "a critique of {} by {} in turn {}, which is unknown",
                        body.target, body.critic, body.turn
                    ));
                }
                self.critiques.push(body.as_ref().clone());
            }
            Event::Vote(body) => {
                let turn = body.turn.as_ref().and_then(|id| self.turns.get(id)).filter(|turn| turn.seat == body.voter);
                let Some(turn) = turn.filter(|turn| turn.state == TurnState::Answered) else {
                    return bad(format!("a vote of {} without a turn that was answered", body.voter));
                };
                let arrival = turn.message.as_ref().map_or(0, |id| self.order_of(id));
                let step = turn.step;
                if !self.eligible().any(|seat| seat.id == body.voter) {
                    return bad(format!("a vote of {}, which has no vote", body.voter));
                }
                if self.votes.iter().any(|vote| vote.step == Some(step) && vote.voter == body.voter.as_str()) {
                    return bad(format!("a second vote of {}", body.voter));
                }
                self.votes.push(VoteView {
                    step: Some(step),
                    round,
                    voter: body.voter.to_string(),
                    status: body.status,
                    ballot: body.ballot.clone(),
                    confidence: body.confidence,
                    reason: body.reason.clone(),
                    self_vote: body.self_vote,
                    arrival,
                    user_intensity: body.user_intensity,
                });
            }
            Event::TurnFailed(body) => self.fail(body)?,
            Event::TurnCancelled(body) => {
                let lost = body.why == GiveUp::OwnerLost;
                let turn = self.turn_in(&body.turn, &body.seat, &[TurnState::Running])?;
                turn.state = if lost { TurnState::Planned } else { TurnState::Cancelled };
                let reserve = self.ledger.reserved.remove(&body.turn);
                if lost {
                    self.ledger.lost.extend(reserve);
                }
            }
            Event::TurnSkipped(body) => {
                self.turn_in(&body.turn, &body.seat, &[TurnState::Planned])?.state = TurnState::Skipped;
            }
            Event::SeatBenched(body) => {
                if self.seat(&body.seat).is_none() || !self.benched.insert(body.seat.clone()) {
                    return bad(format!("seat {} is unknown or benched already", body.seat));
                }
            }
            Event::HumanInput(body) => match body.kind {
                HumanInputKind::UserVote => {
                    let ballot = OptionId::new(&*body.text).ok().map(Ballot::Choice);
                    let status = if ballot.is_some() { VoteStatus::Cast } else { VoteStatus::Invalid };
                    let (voter, round) = (body.by.clone(), self.round);
                    let (confidence, reason) = (None, None);
                    let user_intensity = Some(body.intensity.unwrap_or(5));
                    self.votes.push(VoteView {
                        step: None,
                        round,
                        voter,
                        status,
                        ballot,
                        confidence,
                        reason,
                        self_vote: false,
                        arrival: 0,
                        user_intensity,
                    });
                }
                HumanInputKind::Guidance => {
                    self.guidance.push((round, body.text.to_string()));
                    self.say(Author::Human(body.by.clone()), MessageKind::Human, &body.text, Visibility::All, seq);
                }
                HumanInputKind::Message | HumanInputKind::Answer => {
                    self.say(Author::Human(body.by.clone()), MessageKind::Human, &body.text, Visibility::All, seq);
                }
            },
            Event::ConsensusCheck(body) => self.checks.push((round, body.as_ref().clone())),
            Event::Analysis(body) => {
                if body.kind == AnalysisKind::Equivalence {
                    self.learn_verdicts(&body.value);
                }
                self.analyses.push((round, body.kind, body.value.clone()));
            }
            Event::TricksterIntervention(body) => {
                let targets = Visibility::Only(body.targets.iter().cloned().collect());
                self.say(Author::Moderator, MessageKind::Intervention, &body.text, targets, seq);
                self.interventions.push((round, body.as_ref().clone()));
            }
            Event::Breakpoint(body) => {
                if self.pause.is_some() {
                    return bad("a breakpoint while another waits".into());
                }
                self.pause = Some(body.id.clone());
            }
            Event::BreakpointResolved(body) => {
                if self.pause.take().as_ref() != Some(&body.id) {
                    return bad(format!("breakpoint {} was resolved and does not wait", body.id));
                }
                self.resolved.push(body.as_ref().clone());
                if let Some(text) = &body.guidance {
                    let by = body.by.clone().unwrap_or_else(|| "host".into());
                    self.say(Author::Human(by), MessageKind::Human, &Arc::from(text.as_str()), Visibility::All, seq);
                }
            }
            Event::BudgetAlert(body) => {
                self.alerts.insert((body.scope.clone(), body.percent));
            }
            Event::Warning(body) => *self.warnings.entry(body.code.clone()).or_default() += 1,
            Event::ForkEdit(body) => self.edit(&body.edit, seq)?,
            Event::StepEnd(body) => {
                let unfinished = self
                    .turns
                    .values()
                    .rev()
                    .take_while(|turn| turn.step == body.step)
                    .any(|turn| matches!(turn.state, TurnState::Planned | TurnState::Running));
                let Some(step) = self.steps.last_mut().filter(|step| step.step == body.step && step.end.is_none())
                else {
                    return bad(format!("step {} ended and was not open", body.step));
                };
                if unfinished || step.arrived != body.arrived {
                    return bad(format!("step {} ended with turns open or another order of arrival", body.step));
                }
                step.end = Some(body.why);
            }
            Event::RoundEnd(body) => {
                if self.round_ends.last().is_some_and(|(round, _)| *round >= self.round) || self.open_step().is_some() {
                    return bad(format!("round {} ended twice or with an open step", self.round));
                }
                self.round_ends.push((round, body.as_ref().clone()));
            }
            Event::Stop(body) => {
                if self.stop.is_some() || self.open_step().is_some() {
                    return bad("a second stop, or a stop with an open step".into());
                }
                self.stop = Some(Stop { cause: body.cause, round, detail: body.detail.clone() });
            }
            Event::Decision(body) => {
                if self.stop.is_none() || self.decision.is_some() {
                    return bad("a decision before the stop, or a second one".into());
                }
                self.decision = Some(Arc::new(body.decision.clone()));
            }
            Event::DebateEnd(_) => {
                if self.decision.is_none() {
                    return bad("the debate ended without a decision".into());
                }
                self.terminal = Some(Terminal::Finished);
            }
            Event::DebateFailed(body) => self.terminal = Some(Terminal::Failed(body.error.clone())),
            Event::DebateCancelled(body) => {
                self.terminal = Some(Terminal::Cancelled { by: body.by.clone(), reason: body.reason.clone() })
            }
            Event::ContextReduced(_)
            | Event::KnowledgeInjected(_)
            | Event::KnowledgeDegraded(_)
            | Event::HollowConsensus(_) => {}
        }
        Ok(())
    }

    fn begin_step(&mut self, body: &StepStart, record: &Record) -> Result<()> {
        let round = self.round;
        let seq = record.seq;
        if self.open_step().is_some()
            || self.stop.is_some()
            || body.step as usize != self.steps.len()
            || self.round == 0
        {
            return Err(corrupt(seq, format!("step {} began out of order", body.step)));
        }
        for ask in &body.asks {
            if self.seat(&ask.seat).is_none() || self.turns.contains_key(&ask.turn) {
                return Err(corrupt(
                    seq,
                    format!("turn {} of seat {} was planned before, or the seat is unknown", ask.turn, ask.seat),
                ));
            }
            self.turns.insert(
                ask.turn.clone(),
                TurnView {
                    id: ask.turn.clone(),
                    seat: ask.seat.clone(),
                    phase: body.phase,
                    round,
                    step: body.step,
                    state: TurnState::Planned,
                    error: None,
                    message: None,
                    attempts: 0,
                    asked_before: false,
                    tokens: 0,
                    micros: 0,
                },
            );
        }
        self.steps.push(StepView {
            step: body.step,
            round,
            phase: body.phase,
            join: body.join.clone(),
            order: body.order,
            min: body.min,
            retry_of: body.retry_of,
            asks: body.asks.clone(),
            arrived: Vec::new(),
            end: None,
            began: record.at.as_millis(),
        });
        Ok(())
    }

    fn turn_in(&mut self, id: &TurnId, seat: &AgentId, states: &[TurnState]) -> Result<&mut TurnView> {
        let open = self.open_step().map(|step| step.step);
        let next = self.next_seq;
        match self.turns.get_mut(id) {
            Some(turn) if turn.seat == *seat && Some(turn.step) == open && states.contains(&turn.state) => Ok(turn),
            Some(turn) => Err(corrupt(
                next,
                format!("turn {id} of seat {seat} is {}, expected {states:?} in the open step", turn.state),
            )),
            None => Err(corrupt(next, format!("turn {id} was never planned"))),
        }
    }

    fn answer(&mut self, body: &AgentMessage) -> Result<()> {
        let round = self.round;
        let arrived = self.open_step().map_or(0, |step| step.arrived.len());
        if body.arrival as usize != arrived || self.by_id.contains_key(&body.message) {
            return Err(corrupt(
                self.next_seq,
                format!("message {} arrived as number {}, expected {arrived}", body.message, body.arrival),
            ));
        }
        let turn = self.turn_in(&body.turn, &body.seat, &[TurnState::Running])?;
        turn.state = TurnState::Answered;
        turn.message = Some(body.message.clone());
        let (step, attempts) = (turn.step, turn.attempts);
        // Without attempt records the message itself carries what was used.
        if attempts == 0 {
            self.ledger.settle(&body.seat, body.usage, body.cost_micros);
        }
        self.ledger.reserved.remove(&body.turn);
        self.failures.remove(&body.seat);
        if let Some(step) = self.steps.last_mut() {
            step.arrived.push(body.turn.clone());
        }
        let place = self.messages.len();
        self.by_id.insert(body.message.clone(), place);
        self.messages.push(TranscriptMessage {
            id: body.message.clone(),
            author: Author::Agent(body.seat.clone()),
            seat: Some(body.seat.clone()),
            turn: Some(body.turn.clone()),
            step: Some(step),
            phase: Some(body.phase),
            kind: body.kind,
            round,
            text: body.text.clone(),
            visibility: Visibility::All,
            structured: body.structured.clone(),
            stop: body.stop.clone(),
            refusal: body.refusal.clone(),
            answer: body.answer.clone(),
            confidence: body.confidence,
            go_on: body.go_on,
            ready: body.ready,
            arrival: body.arrival,
            edited: false,
        });
        Ok(())
    }

    fn fail(&mut self, body: &TurnFailed) -> Result<()> {
        // A prompt that does not fit fails before it is sent, so its turn never ran.
        let turn = self.turn_in(&body.turn, &body.seat, &[TurnState::Running, TurnState::Planned])?;
        turn.state = TurnState::Failed;
        turn.error = Some(body.error.clone());
        self.ledger.reserved.remove(&body.turn);
        self.ledger.spent.failed += 1;
        *self.failures.entry(body.seat.clone()).or_default() += 1;
        Ok(())
    }

    // What is nobody's turn enters the transcript as a message of its own; its id comes from the seq.
    fn say(&mut self, author: Author, kind: MessageKind, text: &Arc<str>, visibility: Visibility, seq: u64) {
        let round = self.round;
        let id = MessageId::trusted(format!("m{seq}"));
        let (place, step) = (self.messages.len(), self.steps.last().map(|step| step.step));
        self.by_id.insert(id.clone(), place);
        self.messages.push(TranscriptMessage {
            id,
            author,
            seat: None,
            turn: None,
            step,
            phase: None,
            kind,
            round,
            text: text.clone(),
            visibility,
            structured: None,
            stop: StopReason::End,
            refusal: None,
            answer: None,
            confidence: None,
            go_on: None,
            ready: None,
            arrival: 0,
            edited: false,
        });
    }

    fn learn_verdicts(&mut self, value: &serde_json::Value) {
        for pair in value.get("pairs").and_then(|pairs| pairs.as_array()).into_iter().flatten() {
            let text = |i: usize| pair.get(i).and_then(|v| v.as_str()).map(Arc::<str>::from);
            if let (Some(a), Some(b), Some(same)) = (text(0), text(1), pair.get(2).and_then(serde_json::Value::as_bool))
            {
                self.verdicts.insert((a, b), same);
            }
        }
    }

    fn edit(&mut self, edit: &Edit, seq: u64) -> Result<()> {
        match edit {
            Edit::ReplaceMessage { message, text } => {
                let format = self.format().clone();
                let place = self.by_id.get(message).copied();
                let Some(entry) = place.and_then(|place| self.messages.get_mut(place)) else {
                    return Err(corrupt(seq, format!("message {message} was edited and does not exist")));
                };
                entry.text = text.clone();
                entry.edited = true;
                entry.structured = None;
                if entry.phase.is_some_and(Phase::is_position) {
                    entry.answer = format.extract(text, None);
                }
            }
            Edit::InsertHuman { by, text } => {
                self.say(Author::Human(by.clone()), MessageKind::Human, text, Visibility::All, seq)
            }
            Edit::DropSeat { seat } => {
                if self.seat(seat).is_none() {
                    return Err(corrupt(seq, format!("seat {seat} was dropped and does not exist")));
                }
                self.dropped.insert(seat.clone());
                self.names = OnceLock::new();
            }
            Edit::AddSeat { seat } => {
                if self.seats.iter().any(|other| other.id == seat.id) {
                    return Err(corrupt(seq, format!("seat {} was added and exists", seat.id)));
                }
                self.seats.push(seat.clone());
                self.names = OnceLock::new();
            }
            Edit::SetRule { rule } => self.rule = rule.clone(),
            Edit::SetLimits { limits } => self.limits = limits.clone(),
            // Beliefs are read by the judged protocols of a later version from the log itself.
            Edit::SetBelief { .. } => {}
        }
        Ok(())
    }
}
