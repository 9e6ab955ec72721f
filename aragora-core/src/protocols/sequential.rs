use serde::{Deserialize, Serialize};

use super::DebateProtocol;
use super::ask::AskBuilder;
use super::step::{Checkpoint, ProtocolInfo, Step};
use crate::debate::{Ballots, Basis, CheckScope, Phase, Stop, StopCause, Transcript};
use crate::error::Result;
use crate::ids::AgentId;

/// One after the other, each seeing what was said before.
///
/// Planned calls: nR.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Sequential {
    /// Everything said so far instead of the newest message of every other seat.
    pub full: bool,
    /// The order moves on by one seat each round.
    pub rotate: bool,
}

impl Sequential {
    fn order(&self, t: &Transcript, round: u32) -> Vec<AgentId> {
        let mut seats: Vec<AgentId> = t.active().map(|seat| seat.id.clone()).collect();
        if self.rotate && !seats.is_empty() {
            let by = (round as usize - 1) % seats.len();
            seats.rotate_left(by);
        }
        seats
    }

    fn waiting(&self, t: &Transcript, round: u32) -> Option<AgentId> {
        let asked = |id: &AgentId| t.turns().any(|turn| turn.round == round && turn.seat == *id);
        self.order(t, round).into_iter().find(|id| !asked(id))
    }
}

impl DebateProtocol for Sequential {
    fn describe(&self) -> ProtocolInfo {
        let full = self.full;
        ProtocolInfo::new("sequential", "1")
            .with_params(serde_json::to_value(self).unwrap_or_default())
            .with_planned_calls(|n, rounds| n * rounds)
            .with_estimate(move |e| {
                let turns = e.seats * e.rounds;
                // Of the newest messages a turn sees one per seat at most, its own included.
                let shown =
                    if full { turns * turns.saturating_sub(1) / 2 } else { (0..turns).map(|k| k.min(e.seats)).sum() };
                turns * e.question + e.answer * shown
            })
    }

    fn next(&self, t: &Transcript) -> Result<Step> {
        let current = t.round().max(1);
        let (round, seat) = match self.waiting(t, current) {
            Some(seat) => (current, seat),
            None if current < t.limits().rounds => match self.order(t, current + 1).into_iter().next() {
                Some(seat) => (current + 1, seat),
                None => return Ok(Step::finish()),
            },
            None => {
                return Ok(Step::Finish(Stop::new(
                    StopCause::MaxRounds,
                    current,
                    format!("{current} of {current} rounds played"),
                )));
            }
        };
        let builder = AskBuilder::new(t, Phase::Speech, round)
            .seats(vec![seat])
            .min(0)
            .own_answer(false)
            .template("sequential.speech", vec![]);
        if self.full { builder } else { builder.latest() }.build()
    }

    fn checkpoint(&self, t: &Transcript) -> Result<Option<Checkpoint>> {
        let round_done = self.waiting(t, t.round()).is_none();
        let scope = if round_done { CheckScope::Round } else { CheckScope::Reply };
        // Early in a round few have spoken, so a share of the votes so far would call two voices a majority.
        let rule = t.options().stop_when.clone().map(|mut rule| {
            rule.basis = if round_done { rule.basis } else { Basis::Electorate };
            rule
        });
        Ok(Some(Checkpoint { scope, ballots: Ballots::Positions, seats: None, rule }))
    }
}
