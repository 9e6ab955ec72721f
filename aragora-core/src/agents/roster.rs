use std::sync::Arc;

use serde::Serialize;

use super::agent::{Agent, AgentProfile};
use super::notice::BreakerState;
use super::target::Targets;
use crate::crypto::canonical::to_canonical;
use crate::debate::{Diversity, Persona, Reputation, Role, SeatView, Weight};
use crate::error::{Result, Violations};
use crate::ids::{AgentId, Digest};

/// One participant's place in a debate.
#[derive(Clone, Debug)]
pub struct Seat {
    /// Who answers.
    pub agent: Arc<dyn Agent>,
    /// The part played when the protocol gives none.
    pub role: Role,
    /// Who it is asked to be.
    pub persona: Option<Persona>,
    /// Above 0, at most 100, default 1.
    pub weight: f64,
    /// Whether it votes, default yes.
    pub votes: bool,
    /// Whether it judges, default no.
    pub judges: bool,
    /// Ratings, where the host has them.
    pub reputation: Option<Reputation>,
}

impl Seat {
    /// A voting seat of weight 1.
    pub fn new(agent: Arc<dyn Agent>) -> Self {
        Self { agent, role: Role::default(), persona: None, weight: 1.0, votes: true, judges: false, reputation: None }
    }

    /// Plays this part.
    #[must_use]
    pub fn with_role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// Is asked to be this person.
    #[must_use]
    pub fn with_persona(mut self, persona: Persona) -> Self {
        self.persona = Some(persona);
        self
    }

    /// Votes with this weight.
    #[must_use]
    pub fn with_weight(mut self, weight: f64) -> Self {
        self.weight = weight;
        self
    }

    /// Takes part without a vote.
    #[must_use]
    pub fn without_vote(mut self) -> Self {
        self.votes = false;
        self
    }

    /// Judges, and does not vote.
    #[must_use]
    pub fn as_judge(mut self) -> Self {
        self.judges = true;
        self.votes = false;
        self
    }

    /// Brings ratings.
    #[must_use]
    pub fn with_reputation(mut self, reputation: Reputation) -> Self {
        self.reputation = Some(reputation);
        self
    }
}

impl<A: Agent> From<A> for Seat {
    fn from(agent: A) -> Self {
        Self::new(Arc::new(agent))
    }
}

impl From<Arc<dyn Agent>> for Seat {
    fn from(agent: Arc<dyn Agent>) -> Self {
        Self::new(agent)
    }
}

/// The ordered, named participants of one debate. Each profile is read once, when the roster is built.
#[derive(Clone, Debug)]
pub struct Roster {
    seats: Arc<[(AgentProfile, Seat)]>,
}

/// Collects seats; every violation is reported at once by [`RosterBuilder::build`].
#[derive(Debug, Default)]
pub struct RosterBuilder {
    seats: Vec<Seat>,
}

impl RosterBuilder {
    /// Adds a seat, or an agent as a voting seat of weight 1.
    #[must_use]
    pub fn seat(mut self, seat: impl Into<Seat>) -> Self {
        self.seats.push(seat.into());
        self
    }

    /// The roster. Ids are unique ignoring ASCII case: a duplicate is refused, never merged.
    pub fn build(self) -> Result<Roster> {
        let roster = Roster::unchecked(self.seats);
        roster.violations().into_invalid_request()?;
        Ok(roster)
    }
}

impl Roster {
    /// A builder.
    pub fn builder() -> RosterBuilder {
        RosterBuilder::default()
    }

    pub(crate) fn unchecked(seats: Vec<Seat>) -> Self {
        Self { seats: seats.into_iter().map(|seat| (seat.agent.profile(), seat)).collect() }
    }

    /// How many seats can be asked now: those that need no target, and those of whose targets, fallbacks included, not
    /// every one's circuit is open. A host is ready where this reaches the quorum.
    pub fn available(&self, targets: &Targets) -> usize {
        let can_be_asked = |(profile, seat): &&(AgentProfile, Seat)| match seat.agent.target() {
            None => profile.targets.is_empty() || profile.targets.iter().any(|id| targets.is_available(id)),
            Some(primary) => {
                primary.breaker_state() != BreakerState::Open
                    || profile.targets.iter().skip(1).any(|id| targets.is_available(id))
            }
        };
        self.seats.iter().filter(can_be_asked).count()
    }

    /// Every seat outside its documented form. How many seats there must be is the protocol's to say.
    pub fn violations(&self) -> Violations {
        let mut v = Violations::new();
        for (i, (profile, seat)) in self.seats.iter().enumerate() {
            let earlier = &self.seats[..i];
            let twice = earlier.iter().any(|(other, _)| other.id.as_str().eq_ignore_ascii_case(profile.id.as_str()));
            v.check(
                !twice,
                format!("/seats/{i}/id"),
                format!("agent {:?} is there twice (ids are compared ignoring case)", profile.id.as_str()),
            );
            let weight = seat.weight;
            let ok = weight.is_finite()
                && weight > 0.0
                && weight <= 100.0
                && Weight::from_f64(weight).is_some_and(|w| w.0 > 0);
            v.check(ok, format!("/seats/{i}/weight"), format!("{weight}, expected above 0 and at most 100"));
        }
        v
    }

    /// The seat of this id.
    pub fn get(&self, id: &AgentId) -> Option<&Seat> {
        self.iter().find(|(profile, _)| profile.id == *id).map(|(_, seat)| seat)
    }

    /// Seats with their profiles, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&AgentProfile, &Seat)> {
        self.seats.iter().map(|(profile, seat)| (profile, seat))
    }

    /// How many seats there are.
    pub fn len(&self) -> usize {
        self.seats.len()
    }

    /// Whether there is no seat.
    pub fn is_empty(&self) -> bool {
        self.seats.is_empty()
    }

    /// The public view, as the first event keeps it.
    pub fn views(&self) -> Vec<SeatView> {
        self.iter()
            .map(|(profile, seat)| SeatView {
                id: profile.id.clone(),
                kind: profile.kind,
                provider: profile.provider.clone(),
                model: profile.model.clone(),
                family: profile.family.clone(),
                version: profile.version.clone(),
                context_tokens: profile.context_tokens,
                price: None,
                role: seat.role.clone(),
                persona: seat.persona.clone(),
                weight: Weight::from_f64(seat.weight).unwrap_or_default(),
                votes: seat.votes,
                judges: seat.judges,
                reputation: seat.reputation,
            })
            .collect()
    }

    /// Families, providers and the largest share among the voting seats.
    pub fn diversity(&self) -> Diversity {
        crate::debate::diversity(&self.views())
    }

    /// SHA-256 over id, kind, provider, model, role, stance, weight and flags in order; no secret.
    pub fn digest(&self) -> Result<Digest> {
        #[derive(Serialize)]
        struct Line<'a> {
            id: &'a AgentId,
            kind: crate::debate::AgentKind,
            provider: &'a str,
            model: &'a str,
            role: &'a Role,
            stance: Option<crate::debate::Stance>,
            weight: Weight,
            votes: bool,
            judges: bool,
        }
        let views = self.views();
        let lines: Vec<Line<'_>> = views
            .iter()
            .map(|v| Line {
                id: &v.id,
                kind: v.kind,
                provider: &v.provider,
                model: &v.model,
                role: &v.role,
                stance: v.persona.as_ref().and_then(|p| p.stance),
                weight: v.weight,
                votes: v.votes,
                judges: v.judges,
            })
            .collect();
        Ok(Digest::of(to_canonical(&lines)?))
    }
}
