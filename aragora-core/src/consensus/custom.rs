use std::collections::BTreeSet;
use std::sync::Arc;

use super::electorate::Electorate;
use super::method::{Finding, Method};
use super::poll::Poll;
use super::rule::DecisionRule;
use crate::debate::{BallotKind, CastVote, Outcome, TraceLine, Weight};
use crate::ids::OptionId;

/// A rule of the host. It sees valid ballots and settled weights as the built-in methods do, and beside them the
/// votes of eligible seats that are not cast.
#[derive(Debug)]
pub(super) struct Custom {
    pub(super) name: String,
    pub(super) rule: Arc<dyn DecisionRule>,
}

/// The poll as a host's rule can read it.
fn presented(poll: &Poll<'_>) -> (Electorate, Vec<CastVote>) {
    let mut electorate = poll.electorate.clone();
    let mut votes = Vec::with_capacity(poll.papers.len() + poll.others.len());
    for paper in &poll.papers {
        if let Some(seat) = paper.seat.and_then(|place| electorate.seats.get_mut(place)) {
            seat.weight = paper.weight;
        }
        votes.push(CastVote { ballot: Some(paper.ballot.as_ref().clone()), ..paper.vote.clone() });
    }
    votes.extend(poll.others.iter().copied().cloned());
    (electorate, votes)
}

impl Method for Custom {
    fn name(&self) -> &str {
        &self.name
    }

    fn ballots(&self) -> BallotKind {
        self.rule.ballots()
    }

    fn count(&self, poll: &Poll<'_>) -> Finding {
        let (electorate, votes) = presented(poll);
        let tally = self.rule.tally(&electorate, &votes);
        let mut trace = tally.trace;
        let (winners, outcome) = match consistent(poll.electorate, tally.winners, tally.outcome) {
            Ok(sound) => sound,
            Err(note) => {
                trace.push(TraceLine { stage: self.name.clone(), note });
                (Vec::new(), Outcome::NotReached)
            }
        };
        Finding { rows: tally.rows, counted: tally.counted, test: tally.test, winners, outcome, trace }
    }

    fn weights(&self, poll: &Poll<'_>) -> Vec<Weight> {
        let (electorate, votes) = presented(poll);
        self.rule.weights(&electorate, &votes)
    }
}

/// Winners and outcome of foreign code must say the same thing before anything is decided by them.
fn consistent(
    electorate: &Electorate,
    winners: Vec<OptionId>,
    outcome: Outcome,
) -> Result<(Vec<OptionId>, Outcome), String> {
    let offered = |option: &OptionId| electorate.options.iter().any(|candidate| candidate.option == *option);
    match &outcome {
        Outcome::Decided => match winners.as_slice() {
            [winner] if offered(winner) => Ok((winners, outcome)),
            _ => Err(format!("decided with {} winners, expected one of the options", winners.len())),
        },
        Outcome::Tie(tied) => {
            let distinct: BTreeSet<&OptionId> = tied.iter().collect();
            if distinct.len() > 1 && distinct.len() == tied.len() && tied.iter().all(offered) {
                Ok((tied.clone(), outcome))
            } else {
                Err("a tie without at least two different options on offer".to_owned())
            }
        }
        _ => Ok((Vec::new(), outcome)),
    }
}
