use std::collections::BTreeSet;

use crate::debate::{OptionView, Reputation, SeatView, Seed, Weight};
use crate::error::Violations;
use crate::ids::{AgentId, OptionId};

/// Who may vote on what.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Electorate {
    /// The eligible seats, in roster order.
    pub seats: Vec<Voter>,
    /// What can be voted for. Rows of a tally come in this order.
    pub options: Vec<Candidate>,
    /// The debate's seed, for `TieBreak::Seeded`.
    pub seed: Seed,
    /// Seats active in the round, for `count_above_floor`; absent means all eligible seats.
    pub active: Option<u32>,
}

/// An eligible seat.
#[derive(Clone, Debug, PartialEq)]
pub struct Voter {
    /// Who.
    pub id: AgentId,
    /// What its vote weighs before a rule changes it.
    pub weight: Weight,
    /// Model lineage, empty if undisclosed.
    pub family: String,
    /// Ratings read once at start, for `reputation_weighted`.
    pub reputation: Option<Reputation>,
}

/// One option of the vote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The option.
    pub option: OptionId,
    /// Who gave this answer; a vote of its only author is a self-vote. Empty for options stated by the question.
    pub authors: Vec<AgentId>,
}

impl Voter {
    /// A seat of undisclosed family without ratings.
    pub fn new(id: AgentId, weight: Weight) -> Self {
        Self { id, weight, family: String::new(), reputation: None }
    }
}

impl From<&SeatView> for Voter {
    fn from(seat: &SeatView) -> Self {
        Self { id: seat.id.clone(), weight: seat.weight, family: seat.family.clone(), reputation: seat.reputation }
    }
}

impl From<&OptionView> for Candidate {
    fn from(option: &OptionView) -> Self {
        Self { option: option.id.clone(), authors: option.authors.clone() }
    }
}

impl Candidate {
    /// An option nobody in the debate wrote.
    pub fn new(option: OptionId) -> Self {
        Self { option, authors: Vec::new() }
    }
}

impl Electorate {
    /// The seats with a vote, in roster order. Judges vote only in rules of their own.
    pub fn of(seats: &[SeatView], options: Vec<Candidate>, seed: Seed) -> Self {
        let seats = seats.iter().filter(|seat| seat.votes).map(Voter::from).collect();
        Self { seats, options, seed, active: None }
    }

    /// Removes every seat of this model lineage, ignoring ASCII case. Undisclosed lineages count as one: the
    /// empty name removes them all.
    #[must_use]
    pub fn exclude_family(mut self, of: &str) -> Self {
        self.seats.retain(|seat| !seat.family.eq_ignore_ascii_case(of));
        self
    }

    /// The weight of all eligible seats.
    pub fn weight(&self) -> Weight {
        self.seats.iter().map(|seat| seat.weight).sum()
    }

    /// Whether this option is the answer of this voter and of nobody else.
    pub fn is_own(&self, voter: &AgentId, option: &OptionId) -> bool {
        let mut authors = self.options.iter().filter(|c| c.option == *option).flat_map(|c| &c.authors).peekable();
        authors.peek().is_some() && authors.all(|author| author == voter)
    }

    /// Seats and options that are there twice.
    pub fn violations(&self) -> Violations {
        let mut v = Violations::new();
        let mut options = BTreeSet::new();
        for (i, candidate) in self.options.iter().enumerate() {
            let reason = format!("option {:?} is there twice", candidate.option.as_str());
            v.check(options.insert(&candidate.option), format!("/options/{i}"), reason);
        }
        let mut seats = BTreeSet::new();
        for (i, seat) in self.seats.iter().enumerate() {
            let reason = format!("seat {:?} is there twice", seat.id.as_str());
            v.check(seats.insert(&seat.id), format!("/seats/{i}"), reason);
        }
        v
    }
}
