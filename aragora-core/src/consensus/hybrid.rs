use std::sync::Arc;

use super::electorate::Electorate;
use super::rule::DecisionRule;
use super::ties::is_breakable;
use crate::debate::{BallotKind, CastVote, Outcome, Tally, TraceLine, Weight};

/// The first of several rules that decides. A tie is passed on to the next rule; ties are broken as configured only
/// when no rule decides.
#[derive(Debug)]
pub(super) struct Hybrid {
    pub(super) first: Member,
    pub(super) rest: Vec<Member>,
}

/// One rule of a hybrid.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// With ties left as they are.
    pub(super) plain: Arc<dyn DecisionRule>,
    /// With ties broken as configured.
    pub(super) casting: Arc<dyn DecisionRule>,
}

impl Hybrid {
    /// The rule whose tally counts, and that tally with an account of the rules before it. If none decides it is the
    /// first whose tie a casting vote would settle, else the last.
    fn run(&self, electorate: &Electorate, votes: &[CastVote]) -> (&dyn DecisionRule, Tally) {
        let mut trace: Vec<TraceLine> = Vec::new();
        let mut breakable: Option<&Member> = None;
        let mut last = &self.first;
        for member in std::iter::once(&self.first).chain(&self.rest) {
            let mut tally = member.plain.tally(electorate, votes);
            if tally.outcome == Outcome::Decided {
                tally.trace.splice(0..0, trace);
                return (member.plain.as_ref(), tally);
            }
            let note = format!("{} did not decide: {}", member.plain.name(), tally.outcome.as_str());
            trace.push(TraceLine { stage: self.name().to_owned(), note });
            breakable = breakable.or_else(|| is_breakable(&tally).then_some(member));
            last = member;
        }
        let rule = breakable.unwrap_or(last).casting.as_ref();
        let mut tally = rule.tally(electorate, votes);
        tally.trace.splice(0..0, trace);
        if breakable.is_none() {
            self.name().clone_into(&mut tally.rule);
        }
        (rule, tally)
    }
}

impl DecisionRule for Hybrid {
    fn name(&self) -> &'static str {
        "hybrid"
    }

    fn ballots(&self) -> BallotKind {
        self.first.plain.ballots()
    }

    fn tally(&self, electorate: &Electorate, votes: &[CastVote]) -> Tally {
        self.run(electorate, votes).1
    }

    fn weights(&self, electorate: &Electorate, votes: &[CastVote]) -> Vec<Weight> {
        self.run(electorate, votes).0.weights(electorate, votes)
    }
}
