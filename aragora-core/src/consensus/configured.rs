use super::electorate::Electorate;
use super::method::Method;
use super::poll::Poll;
use super::roll::Roll;
use super::rule::DecisionRule;
use super::{quorum, self_vote, ties};
use crate::debate::{BallotKind, CastVote, Outcome, RuleConfig, Tally, Weight};

/// A bare method with everything all rules have in common around it.
#[derive(Debug)]
pub(super) struct Configured {
    config: RuleConfig,
    method: Box<dyn Method>,
}

impl Configured {
    pub(super) fn new(config: RuleConfig, method: Box<dyn Method>) -> Self {
        Self { config, method }
    }

    fn poll<'a>(&self, electorate: &'a Electorate, roll: &Roll<'a>) -> Poll<'a> {
        let policy = self.config.self_vote.unwrap_or_else(|| self_vote::default_for(&self.ballots()));
        Poll::open(electorate, roll, self.method.as_ref(), self.config.basis, policy)
    }
}

impl DecisionRule for Configured {
    fn name(&self) -> &str {
        self.method.name()
    }

    fn ballots(&self) -> BallotKind {
        self.method.ballots()
    }

    fn tally(&self, electorate: &Electorate, votes: &[CastVote]) -> Tally {
        let roll = Roll::call(electorate, votes, &self.ballots());
        let poll = self.poll(electorate, &roll);
        let quorum = quorum::count(self.config.quorum, electorate, &roll);
        let mut finding = self.method.count(&poll);

        // Rows are kept whatever follows: an undecided vote is shown, never thrown away.
        let barred = match (roll.slips.is_empty(), quorum.met) {
            (true, _) => Some(Outcome::NoEvidence),
            (_, false) => Some(Outcome::NoQuorum),
            _ => None,
        };
        if let Some(outcome) = barred {
            finding.winners.clear();
            finding.outcome = outcome;
        }

        let mut trace = roll.notes.clone();
        trace.append(&mut finding.trace);
        let tally = Tally {
            rule: self.name().to_owned(),
            rows: finding.rows,
            counted: finding.counted,
            electorate: poll.eligible,
            quorum,
            test: finding.test,
            winners: finding.winners,
            outcome: finding.outcome,
            tie_break: None,
            trace,
        };
        ties::apply(&self.config.ties, &poll, tally)
    }

    fn weights(&self, electorate: &Electorate, votes: &[CastVote]) -> Vec<Weight> {
        let roll = Roll::call(electorate, votes, &self.ballots());
        let poll = self.poll(electorate, &roll);
        let mut weights = vec![Weight::default(); votes.len()];
        for (paper, weight) in poll.papers.iter().zip(self.method.weights(&poll)) {
            if let Some(slot) = weights.get_mut(paper.at) {
                *slot = weight;
            }
        }
        weights
    }
}
