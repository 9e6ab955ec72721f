use std::sync::Arc;

use serde::Serialize;

use super::Transcript;
use super::state::{TranscriptMessage, TurnState, TurnView, VoteView};
use crate::debate::answer::UNPARSED;
use crate::debate::ballot::{Ballot, CastVote, InvalidWhy, VoteStatus};
use crate::debate::group::group;
use crate::debate::label::{assign_labels, group_labels};
use crate::debate::options::StalePolicy;
use crate::debate::usage::StopReason;
use crate::error::ErrorKind;
use crate::ids::{AgentId, MessageId, OptionId};

/// What a seat's newest answer amounts to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PositionKind {
    /// An answer with this value.
    Answer(Arc<str>),
    /// The seat abstains.
    Abstain,
    /// A reply without an answer.
    Invalid(InvalidWhy),
    /// No reply: failed, late or not asked.
    Missing,
}

/// Where a debating seat stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Position {
    /// The seat.
    pub seat: AgentId,
    /// What its newest answer amounts to.
    pub kind: PositionKind,
    /// The message it is in.
    pub message: Option<MessageId>,
    /// The round of that message; 0 without one.
    pub round: u32,
    /// Stated confidence.
    pub confidence: Option<f64>,
    /// Order of arrival in the debate.
    pub arrival: u32,
    /// What became of the newest turn; anything but `Cast` means that an answer shown is an earlier one.
    pub newest: VoteStatus,
}

impl Position {
    /// The answer's value, also when it is of an earlier round.
    pub fn answer(&self) -> Option<&Arc<str>> {
        match &self.kind {
            PositionKind::Answer(value) => Some(value),
            _ => None,
        }
    }
}

/// An option that can be voted for: a stated one, or a group of equal answers.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OptionView {
    /// Its id: a stated id, or the label of the group.
    pub id: OptionId,
    /// The label shown in prompts.
    pub label: String,
    /// The value that is compared.
    pub value: Arc<str>,
    /// The whole text shown to voters: the first member's reply, or the stated text.
    pub text: Arc<str>,
    /// Whose answer it is, in roster order.
    pub authors: Vec<AgentId>,
    /// The message that text is of; absent for a stated text.
    pub shown: Option<MessageId>,
    /// The members' messages.
    pub messages: Vec<MessageId>,
}

impl Transcript {
    /// Where every debating seat stands, in roster order, by its newest answer, revision or speech.
    pub fn positions(&self) -> Vec<Position> {
        self.debaters().map(|seat| self.position_of(&seat.id, &|_| true)).collect()
    }

    /// Where every debating seat stood after its first independent answer.
    pub fn first_positions(&self) -> Vec<Position> {
        let Some(first) =
            self.steps().iter().find(|step| step.phase.is_position()).map(|step| (step.phase, step.round))
        else {
            return self.debaters().map(|seat| self.position_of(&seat.id, &|_| false)).collect();
        };
        self.debaters().map(|seat| self.position_of(&seat.id, &|turn| (turn.phase, turn.round) == first)).collect()
    }

    /// Where every debating seat stands by what it said in the current round, in its newest phase of positions. Seats
    /// that have not answered in it are missing, also when they have an earlier answer.
    pub fn round_positions(&self) -> Vec<Position> {
        let newest = self.steps().iter().rev().find(|step| step.round == self.round() && step.phase.is_position());
        let newest = newest.map(|step| (step.phase, step.round));
        let within = |turn: &TurnView| Some((turn.phase, turn.round)) == newest;
        self.debaters().map(|seat| self.position_of(&seat.id, &within)).collect()
    }

    fn position_of(&self, seat: &AgentId, within: &dyn Fn(&TurnView) -> bool) -> Position {
        let turns = self
            .turns
            .values()
            .rev()
            .filter(|t| t.seat == *seat && t.phase.is_position() && within(t) && t.state != TurnState::Planned);
        let turns: Vec<&TurnView> = turns.collect();
        let mut position = Position {
            seat: seat.clone(),
            kind: PositionKind::Missing,
            message: None,
            round: 0,
            confidence: None,
            arrival: 0,
            newest: VoteStatus::NotAsked,
        };
        let Some(&newest) = turns.first() else { return position };
        let samples = turns.iter().filter(|turn| (turn.phase, turn.round) == (newest.phase, newest.round)).copied();
        let chosen = self.most_frequent(samples.filter(|turn| turn.state == TurnState::Answered).collect());
        let newest = chosen.unwrap_or(newest);
        let answered = chosen.or_else(|| turns.iter().find(|turn| turn.state == TurnState::Answered).copied());
        let message = answered.and_then(|turn| turn.message.as_ref()).and_then(|id| self.message(id));
        if let Some(message) = message {
            position.kind = Self::kind_of(message);
            position.message = Some(message.id.clone());
            position.round = message.round;
            position.confidence = message.confidence;
            position.arrival = self.order_of(&message.id);
        }
        position.newest = match (&newest.state, &position.kind) {
            (TurnState::Answered, PositionKind::Answer(_)) => VoteStatus::Cast,
            (TurnState::Answered, PositionKind::Abstain) => VoteStatus::Abstain,
            (TurnState::Answered, _) => VoteStatus::Invalid,
            (TurnState::Failed, _) => failed_status(newest),
            _ => VoteStatus::NotAsked,
        };
        position
    }

    /// Place of a message in the order of arrival, over all steps.
    pub(super) fn order_of(&self, id: &MessageId) -> u32 {
        self.by_id.get(id).map_or(u32::MAX, |index| *index as u32)
    }

    // Of several answers to one question the most frequent, the earlier of equally frequent ones; turns come newest
    // first. Without any answer the newest reply.
    fn most_frequent<'a>(&self, mut answered: Vec<&'a TurnView>) -> Option<&'a TurnView> {
        if answered.len() < 2 {
            return answered.pop();
        }
        let newest = answered.first().copied();
        answered.reverse();
        let value = |turn: &'a TurnView| {
            let message = turn.message.as_ref().and_then(|id| self.message(id))?;
            match Self::kind_of(message) {
                PositionKind::Answer(value) => Some((turn, value)),
                _ => None,
            }
        };
        let answers: Vec<(&TurnView, Arc<str>)> = answered.into_iter().filter_map(value).collect();
        let values: Vec<&str> = answers.iter().map(|(_, value)| &**value).collect();
        let groups = group(&values, self.format().equal(), self);
        let largest = groups.iter().map(|group| group.members.len()).max().unwrap_or(0);
        let first =
            groups.iter().filter(|group| group.members.len() == largest).filter_map(|g| g.members.first()).min();
        first.and_then(|index| answers.get(*index)).map(|(turn, _)| *turn).or(newest)
    }

    fn kind_of(message: &TranscriptMessage) -> PositionKind {
        if message.refused() {
            return PositionKind::Invalid(InvalidWhy::Refused);
        }
        let Some(answer) = &message.answer else {
            let cut = message.stop == StopReason::Length;
            return PositionKind::Invalid(if cut { InvalidWhy::Truncated } else { InvalidWhy::NoBallot });
        };
        // Where a reply without an answer is a candidate of its own, so is one that declines.
        if answer.extractor == UNPARSED {
            return PositionKind::Answer(answer.value.clone());
        }
        // Agents that all decline to answer must not look like agents that agree.
        match crate::debate::decline::declines(&answer.raw) {
            Some(crate::debate::decline::Declines::Abstains) => PositionKind::Abstain,
            Some(crate::debate::decline::Declines::Refuses) => PositionKind::Invalid(InvalidWhy::Refused),
            None => PositionKind::Answer(answer.value.clone()),
        }
    }

    /// The options of the current round: the stated ones, or the groups of the newest answers. Earlier answers of
    /// seats that failed since stay on offer.
    pub fn option_views(&self) -> Vec<OptionView> {
        self.options_of(&self.positions())
    }

    /// The options these positions make.
    pub fn options_of(&self, positions: &[Position]) -> Vec<OptionView> {
        let question = self.question();
        let seed = self.start().seed;
        if !question.options.is_empty() {
            let ids: Vec<OptionId> = question.options.iter().map(|option| option.id.clone()).collect();
            let labels = assign_labels(&ids, seed, "options");
            let mut views: Vec<OptionView> = question
                .options
                .iter()
                .map(|option| OptionView {
                    label: labels.iter().find(|l| l.option == option.id).map_or_else(String::new, |l| l.label.clone()),
                    id: option.id.clone(),
                    value: Arc::from(option.id.as_str()),
                    text: option.text.clone(),
                    authors: Vec::new(),
                    shown: None,
                    messages: Vec::new(),
                })
                .collect();
            for position in positions {
                if let Some(index) = position.answer().and_then(|value| self.stated_option(value)) {
                    views[index].authors.push(position.seat.clone());
                    views[index].messages.extend(position.message.clone());
                }
            }
            return views;
        }
        let answered: Vec<(&Position, &Arc<str>)> =
            positions.iter().filter_map(|p| p.answer().map(|value| (p, value))).collect();
        let values: Vec<&str> = answered.iter().map(|(_, value)| &***value).collect();
        let groups = group(&values, self.format().equal(), self);
        let labels = group_labels(groups.len(), seed, &format!("r{}", self.round()));
        groups
            .into_iter()
            .zip(labels)
            .map(|(group, id)| {
                let members: Vec<&Position> =
                    group.members.iter().filter_map(|i| answered.get(*i).map(|(p, _)| *p)).collect();
                let first = members.first().and_then(|p| p.message.as_ref()).and_then(|m| self.message(m));
                OptionView {
                    label: id.as_str().to_owned(),
                    id,
                    value: group.value,
                    text: first.map_or_else(|| Arc::from(""), |m| m.text.clone()),
                    shown: first.map(|m| m.id.clone()),
                    authors: members.iter().map(|p| p.seat.clone()).collect(),
                    messages: members.iter().filter_map(|p| p.message.clone()).collect(),
                }
            })
            .collect()
    }

    // A stated option is named by its id or by its text.
    fn stated_option(&self, value: &str) -> Option<usize> {
        let question = self.question();
        let equal = |a: &str| self.format().same(a, value, self);
        let options = &question.options;
        options
            .iter()
            .position(|o| o.id.as_str().eq_ignore_ascii_case(value.trim()))
            .or_else(|| options.iter().position(|o| equal(&o.text) || equal(o.id.as_str())))
    }

    /// The positions of the eligible seats as votes over the options, in roster order. A seat whose newest turn
    /// failed has no vote unless [`StalePolicy::Count`] is set.
    pub fn position_votes(&self, positions: &[Position], options: &[OptionView]) -> Vec<CastVote> {
        let stale_counts = self.options().stale == StalePolicy::Count;
        self.eligible()
            .map(|seat| {
                let missing = CastVote {
                    voter: seat.id.clone(),
                    status: VoteStatus::NotAsked,
                    ballot: None,
                    confidence: None,
                    self_vote: false,
                    arrival: 0,
                    user_intensity: None,
                };
                let Some(position) = positions.iter().find(|p| p.seat == seat.id) else { return missing };
                let mut vote = CastVote {
                    confidence: position.confidence,
                    arrival: position.arrival,
                    status: position.newest,
                    ..missing
                };
                let counts = position.newest == VoteStatus::Cast || (stale_counts && position.message.is_some());
                let chosen = options.iter().find(|option| option.authors.contains(&seat.id));
                match (&position.kind, chosen) {
                    (PositionKind::Answer(_), Some(option)) if counts => {
                        vote.status = VoteStatus::Cast;
                        vote.self_vote = option.authors.len() == 1;
                        vote.ballot = Some(Ballot::Choice(option.id.clone()));
                    }
                    (PositionKind::Answer(value), None) if counts => {
                        vote.status = VoteStatus::Invalid;
                        vote.ballot = Some(Ballot::Invalid {
                            raw: value.chars().take(1_000).collect(),
                            why: InvalidWhy::UnknownLabel,
                        });
                    }
                    (PositionKind::Abstain, _) => vote.ballot = Some(Ballot::Abstain { reason: String::new() }),
                    (PositionKind::Invalid(why), _) if position.newest == VoteStatus::Invalid => {
                        let text = position
                            .message
                            .as_ref()
                            .and_then(|id| self.message(id))
                            .map(|m| &*m.text)
                            .unwrap_or_default();
                        vote.ballot = Some(Ballot::Invalid { raw: text.chars().take(1_000).collect(), why: *why });
                    }
                    _ => {}
                }
                vote
            })
            .collect()
    }

    /// The recorded ballots of the newest vote as votes, in roster order, host users last. `None` if no vote was
    /// taken in the current round.
    pub fn cast_votes(&self) -> Option<Vec<CastVote>> {
        use crate::debate::message::Phase;
        let steps: Vec<u32> =
            self.steps().iter().filter(|s| s.phase == Phase::Vote && s.round == self.round()).map(|s| s.step).collect();
        if steps.is_empty() {
            return None;
        }
        let mut votes: Vec<CastVote> = self
            .eligible()
            .map(|seat| {
                let vote = self
                    .votes()
                    .iter()
                    .rev()
                    .find(|v| v.step.is_some_and(|s| steps.contains(&s)) && v.voter == seat.id.as_str());
                let turn = self.turns.values().rev().find(|t| t.seat == seat.id && steps.contains(&t.step));
                let status = match (vote, turn) {
                    (Some(vote), _) => vote.status,
                    (None, Some(turn)) if turn.state == TurnState::Failed => failed_status(turn),
                    _ => VoteStatus::NotAsked,
                };
                CastVote {
                    voter: seat.id.clone(),
                    status,
                    ballot: vote.and_then(|v| v.ballot.clone()),
                    confidence: vote.and_then(|v| v.confidence),
                    self_vote: vote.is_some_and(|v| v.self_vote),
                    arrival: vote.map_or(0, |v| v.arrival),
                    user_intensity: None,
                }
            })
            .collect();
        votes.extend(self.user_votes());
        Some(votes)
    }

    /// Votes of host users in the current round, of each the newest; they weigh apart and never count towards the
    /// quorum.
    pub fn user_votes(&self) -> impl Iterator<Item = CastVote> + '_ {
        let of_round = |v: &VoteView| v.user_intensity.is_some() && v.round == self.round();
        let votes = self.votes();
        let newest = move |(i, v): &(usize, &VoteView)| {
            of_round(v) && !votes[i + 1..].iter().any(|later| of_round(later) && later.voter == v.voter)
        };
        votes.iter().enumerate().filter(newest).filter_map(|(_, v)| {
            let voter = AgentId::new(&v.voter).ok()?;
            Some(CastVote {
                voter,
                status: v.status,
                ballot: v.ballot.clone(),
                confidence: None,
                self_vote: false,
                arrival: 0,
                user_intensity: v.user_intensity,
            })
        })
    }
}

fn failed_status(turn: &TurnView) -> VoteStatus {
    let late = [ErrorKind::DeadlineExceeded.code(), ErrorKind::Timeout.code()];
    match &turn.error {
        Some(error) if late.contains(&error.code.as_str()) => VoteStatus::TimedOut,
        _ => VoteStatus::Failed,
    }
}
