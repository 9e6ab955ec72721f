//! Counting choices: rows, leaders and shares, which all rules over choice ballots have in common.

use std::collections::BTreeMap;

use serde_json::json;

use super::method::Finding;
use super::poll::Poll;
use crate::debate::{Ballot, Basis, Outcome, Row, Share, Test, TraceLine, Weight};
use crate::ids::OptionId;

/// The choices of a poll by option.
#[derive(Debug)]
pub(super) struct Choices<'p> {
    poll: &'p Poll<'p>,
    pub(super) rows: Vec<Row>,
}

impl<'p> Choices<'p> {
    pub(super) fn of(poll: &'p Poll<'p>) -> Self {
        #[derive(Default)]
        struct Sum {
            votes: u32,
            weight: Weight,
            users: u32,
            user_weight: Weight,
        }
        let mut sums: BTreeMap<&OptionId, Sum> = BTreeMap::new();
        for paper in &poll.papers {
            let Ballot::Choice(option) = paper.ballot.as_ref() else { continue };
            let sum = sums.entry(option).or_default();
            sum.weight = sum.weight + paper.weight;
            if paper.seat.is_some() {
                sum.votes += 1;
            } else {
                sum.users += 1;
                sum.user_weight = sum.user_weight + paper.weight;
            }
        }
        let rows = poll.electorate.options.iter().map(|candidate| {
            let sum = sums.remove(&candidate.option).unwrap_or_default();
            let extra =
                (sum.users > 0).then(|| json!({ "user_votes": sum.users, "user_weight": sum.user_weight.0 as u64 }));
            Row { option: candidate.option.clone(), votes: sum.votes, weight: sum.weight, extra }
        });
        Self { poll, rows: rows.collect() }
    }

    /// Greatest weight above 0 wins, without a test.
    pub(super) fn by_weight(self) -> Finding {
        let leaders = leaders(&self.rows, |row| row.weight.0);
        self.finding(leaders, None, Vec::new())
    }

    /// Greatest weight wins if it is this share of the poll's basis.
    pub(super) fn by_share(self, share: Share, strict: bool) -> Finding {
        let leaders = leaders(&self.rows, |row| row.weight.0);
        let part = self.best(|row| row.weight);
        let test = test(share, strict, self.poll.basis, part, self.poll.whole());
        self.finding(leaders, Some(test), Vec::new())
    }

    /// Most seats win if they are this share of so many, each counted as one whatever it weighs.
    pub(super) fn by_heads(self, share: Share, strict: bool, of: u32, trace: Vec<TraceLine>) -> Finding {
        let heads = |count: u32| Weight(u128::from(count) * Weight::ONE.0);
        let leaders = leaders(&self.rows, |row| row.votes.into());
        let part = self.best(|row| heads(row.votes));
        let test = test(share, strict, Basis::Electorate, part, heads(of));
        self.finding(leaders, Some(test), trace)
    }

    /// Rows only.
    pub(super) fn unsought(self) -> Finding {
        Finding { outcome: Outcome::NotSought, ..self.finding(Vec::new(), None, Vec::new()) }
    }

    fn best(&self, of: impl Fn(&Row) -> Weight) -> Weight {
        self.rows.iter().map(of).max().unwrap_or_default()
    }

    /// One leader who passed decides, several are a tie, everything else did not reach.
    fn finding(self, leaders: Vec<OptionId>, test: Option<Test>, trace: Vec<TraceLine>) -> Finding {
        let (winners, outcome) = match leaders.as_slice() {
            [_] if test.as_ref().is_none_or(|test| test.passed) => (leaders, Outcome::Decided),
            [] | [_] => (Vec::new(), Outcome::NotReached),
            tied => (tied.to_vec(), Outcome::Tie(tied.to_vec())),
        };
        Finding { counted: self.poll.counted(), rows: self.rows, test, winners, outcome, trace }
    }
}

fn leaders(rows: &[Row], of: impl Fn(&Row) -> u128) -> Vec<OptionId> {
    let best = rows.iter().map(&of).max().unwrap_or(0);
    rows.iter().filter(|row| best > 0 && of(row) == best).map(|row| row.option.clone()).collect()
}

fn test(share: Share, strict: bool, basis: Basis, part: Weight, whole: Weight) -> Test {
    let passed = if strict { share.exceeded_by(part, whole) } else { share.reached_by(part, whole) };
    Test { op: if strict { ">" } else { ">=" }.to_owned(), share, basis, part, whole, passed }
}
