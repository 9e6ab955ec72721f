//! A debate as a fold over its log.
//!
//! Saving is appending a record, resuming is folding, replaying is folding with recorded agents, forking is folding
//! a prefix. Folding is total: a record that contradicts the state (an answer to an unplanned turn, a second
//! answer, a vote by a non-voter) is `log_corrupt`, never skipped.

mod apply;
mod budget;
mod folded;
mod positions;
mod state;

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::answer::AnswerFormat;
use super::decision::{Decision, Stop};
use super::environment::Limits;
use super::equivalence::Verdicts;
use super::extract::CompiledFormat;
use super::message::Phase;
use super::options::DebateOptions;
use super::prompt::{display_names, nonce};
use super::question::Question;
use super::rule::RuleConfig;
use super::seat::SeatView;
use crate::clock::Timestamp;
use crate::debate::{
    AnalysisKind, BreakpointResolved, ConsensusCheck, CritiqueEvent, DebateStart, ErrorInfo, RoundEnd,
    TricksterIntervention,
};
use crate::ids::{AgentId, DebateId, Digest, MessageId, TurnId};

pub use budget::{Ledger, Spent};
use folded::Folded;
pub use positions::{OptionView, Position, PositionKind};
pub use state::{Ballots, RoundView, StepView, Terminal, TranscriptMessage, TurnState, TurnView, VoteView};

/// Everything a debate's log says, folded. Clones share what is folded until one of them takes in another record.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Transcript {
    folded: Arc<Folded>,
}

impl Deref for Transcript {
    type Target = Folded;
    fn deref(&self) -> &Folded {
        &self.folded
    }
}

impl DerefMut for Transcript {
    fn deref_mut(&mut self) -> &mut Folded {
        Arc::make_mut(&mut self.folded)
    }
}

impl Transcript {
    /// The first event: everything fixed before the first turn.
    pub fn start(&self) -> &DebateStart {
        &self.start
    }

    /// The debate.
    pub fn debate(&self) -> &DebateId {
        &self.start.debate
    }

    /// When it began.
    pub fn started(&self) -> Timestamp {
        self.started
    }

    /// What is to be decided.
    pub fn question(&self) -> &Question {
        &self.start.question
    }

    /// The options it runs with.
    pub fn options(&self) -> &DebateOptions {
        &self.start.options
    }

    /// The deciding rule, edits of a fork included.
    pub fn rule(&self) -> &RuleConfig {
        &self.rule
    }

    /// The limits, edits of a fork included.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The seq the next record will have.
    pub fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// SHA-256 of the newest record's line: names the state this transcript stands at.
    pub fn head(&self) -> Digest {
        self.head
    }

    /// 1 + the number of times the debate was resumed.
    pub fn run(&self) -> u32 {
        self.run
    }

    /// The current round; 0 before the first step.
    pub fn round(&self) -> u32 {
        self.round
    }

    /// All seats in roster order, dropped ones left out.
    pub fn seats(&self) -> impl Iterator<Item = &SeatView> {
        self.seats.iter().filter(|seat| !self.dropped.contains(&seat.id))
    }

    /// The seat of this id, if it takes part.
    pub fn seat(&self, id: &AgentId) -> Option<&SeatView> {
        self.seats().find(|seat| seat.id == *id)
    }

    /// Seats that debate: everybody but judges, unless judges may debate.
    pub fn debaters(&self) -> impl Iterator<Item = &SeatView> {
        let judges_too = self.start.options.judges_may_debate;
        self.seats().filter(move |seat| judges_too || !seat.judges)
    }

    /// Debaters that may still be asked.
    pub fn active(&self) -> impl Iterator<Item = &SeatView> {
        self.debaters().filter(|seat| !self.benched.contains(&seat.id))
    }

    /// Seats with a vote, in roster order: the electorate.
    pub fn eligible(&self) -> impl Iterator<Item = &SeatView> {
        self.seats().filter(|seat| seat.votes)
    }

    /// Whether the seat failed so often that it is asked no more.
    pub fn is_benched(&self, seat: &AgentId) -> bool {
        self.benched.contains(seat)
    }

    /// Failed turns of the seat in a row.
    pub fn failures_in_a_row(&self, seat: &AgentId) -> u32 {
        self.failures.get(seat).copied().unwrap_or(0)
    }

    /// Rounds that began.
    pub fn rounds(&self) -> &[RoundView] {
        &self.rounds
    }

    /// Whether the current round began and nothing was planned in it, as in a fork cut right there.
    pub(crate) fn is_round_empty(&self) -> bool {
        self.round > 0 && !self.steps.iter().any(|step| step.round == self.round)
    }

    /// The same before the current round began.
    pub(crate) fn before_round(&self) -> Self {
        let mut before = self.clone();
        before.rounds.pop();
        before.round = before.round.saturating_sub(1);
        before
    }

    /// Who the seat sees in the current round; everybody before the first.
    pub fn sees(&self, seat: &AgentId, other: &AgentId) -> bool {
        seat == other
            || self.rounds.last().and_then(|round| round.sees.get(seat)).is_none_or(|seen| seen.contains(other))
    }

    /// Steps that began, retries included.
    pub fn steps(&self) -> &[StepView] {
        &self.steps
    }

    /// The step that has not ended.
    pub fn open_step(&self) -> Option<&StepView> {
        self.steps.last().filter(|step| step.end.is_none())
    }

    /// The last step that ended.
    pub fn last_closed_step(&self) -> Option<&StepView> {
        self.steps.iter().rev().find(|step| step.end.is_some())
    }

    /// Whether a step of this phase was planned in this round.
    pub fn planned(&self, round: u32, phase: Phase) -> bool {
        self.steps.iter().any(|step| step.round == round && step.phase == phase)
    }

    /// Turns in the order they were planned.
    pub fn turns(&self) -> impl Iterator<Item = &TurnView> {
        self.turns.values()
    }

    /// One turn.
    pub fn turn(&self, id: &TurnId) -> Option<&TurnView> {
        self.turns.get(id)
    }

    /// Everything that was said, in order of arrival.
    pub fn messages(&self) -> &[TranscriptMessage] {
        &self.messages
    }

    /// One message.
    pub fn message(&self, id: &MessageId) -> Option<&TranscriptMessage> {
        self.by_id.get(id).and_then(|index| self.messages.get(*index))
    }

    /// The newest message of a seat in this round and phase, the last repeat winning.
    pub fn said(&self, seat: &AgentId, round: u32, phase: Phase) -> Option<&TranscriptMessage> {
        self.messages.iter().rev().find(|m| m.seat.as_ref() == Some(seat) && m.round == round && m.phase == Some(phase))
    }

    /// Every critique.
    pub fn critiques(&self) -> &[CritiqueEvent] {
        &self.critiques
    }

    /// Votes that were recorded, in order.
    pub fn votes(&self) -> &[VoteView] {
        &self.votes
    }

    /// Counts of the rules, each with its round.
    pub fn checks(&self) -> &[(u32, ConsensusCheck)] {
        &self.checks
    }

    /// Ends of rounds.
    pub fn round_ends(&self) -> &[(u32, RoundEnd)] {
        &self.round_ends
    }

    /// Analyses, each with its round.
    pub fn analyses(&self) -> &[(u32, AnalysisKind, serde_json::Value)] {
        &self.analyses
    }

    /// Challenges of the library, each with its round.
    pub fn interventions(&self) -> &[(u32, TricksterIntervention)] {
        &self.interventions
    }

    /// Warnings by code with their number.
    pub fn warnings(&self) -> &BTreeMap<String, u32> {
        &self.warnings
    }

    /// What was reserved, settled and called.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// What was spent.
    pub fn spent(&self) -> &Spent {
        &self.ledger.spent
    }

    /// Whether this share of this limit was announced already.
    pub(crate) fn alerted(&self, scope: &str, percent: u8) -> bool {
        self.alerts.contains(&(scope.to_owned(), percent))
    }

    /// The breakpoint the debate waits at.
    pub fn pause(&self) -> Option<&str> {
        self.pause.as_deref()
    }

    /// The breakpoints that were answered or timed out, in order. A protocol that pauses looks here for its own, since
    /// it is asked again with a transcript that waits no more.
    pub fn breakpoints(&self) -> &[BreakpointResolved] {
        &self.resolved
    }

    /// Why it ends, once that is known.
    pub fn stop(&self) -> Option<&Stop> {
        self.stop.as_ref()
    }

    /// The decision, once it is recorded.
    pub fn decision(&self) -> Option<&Arc<Decision>> {
        self.decision.as_ref()
    }

    /// The last event, once it is recorded.
    pub fn terminal(&self) -> Option<&Terminal> {
        self.terminal.as_ref()
    }

    /// The answer format, made ready once.
    pub fn format(&self) -> &CompiledFormat {
        self.format
            .get_or_init(|| self.start.question.format.compile().unwrap_or_else(|_| AnswerFormat::default().compiled()))
    }

    /// The names under which participants appear to each other, as [`display_names`](super::display_names) gives them.
    pub(crate) fn names(&self) -> &Arc<BTreeMap<AgentId, String>> {
        self.names.get_or_init(|| Arc::new(display_names(self)))
    }

    /// What marks the borders of other people's words in this debate.
    pub(crate) fn nonce(&self) -> &str {
        self.nonce.get_or_init(|| nonce(self.start.seed, self.debate()))
    }

    /// A comparator's recorded verdict about two answers.
    pub fn verdict(&self, a: &str, b: &str) -> Option<bool> {
        let key = |x: &str, y: &str| (Arc::from(x), Arc::from(y));
        self.verdicts.get(&key(a, b)).or_else(|| self.verdicts.get(&key(b, a))).copied()
    }

    /// The last error of every seat that failed, in roster order.
    pub fn last_errors(&self) -> impl Iterator<Item = (&AgentId, &ErrorInfo)> {
        self.seats().filter_map(|seat| self.errors().filter(|(id, _)| **id == seat.id).last())
    }

    /// Errors of the failed turns, newest last.
    pub fn errors(&self) -> impl Iterator<Item = (&AgentId, &ErrorInfo)> {
        self.turns.values().filter_map(|turn| turn.error.as_ref().map(|error| (&turn.seat, error)))
    }
}

impl Verdicts for Transcript {
    fn equal(&self, a: &str, b: &str) -> Option<bool> {
        self.verdict(a, b)
    }
}

// JSON has no pairs as names, so the verdicts are written as a list.
mod pairs {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serializer};

    type Verdicts = BTreeMap<(Arc<str>, Arc<str>), bool>;

    pub(super) fn serialize<S: Serializer>(verdicts: &Verdicts, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(verdicts.iter().map(|((a, b), same)| (a, b, same)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Verdicts, D::Error> {
        let list = Vec::<(Arc<str>, Arc<str>, bool)>::deserialize(deserializer)?;
        Ok(list.into_iter().map(|(a, b, same)| ((a, b), same)).collect())
    }
}
