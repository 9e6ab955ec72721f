//! The decision rules against the bare count below them.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use aragora_core::consensus::{Candidate, DecisionRule, Electorate, RuleSet, Voter, build};
use aragora_core::debate::{
    Ballot, CastVote, ConfidenceCurve, Reputation, RuleConfig, RuleKind, Seed, Share, VoteStatus, Weight,
};
use aragora_core::ids::{AgentId, OptionId};

use crate::Result;
use crate::row::{Row, Target};
use crate::timing::{compare, nanos, timed};

const REPEATS: u32 = 200;

/// Nine voters over eight options; the votes fall 5, 2, 1, 1.
pub fn vote() -> Result<(Electorate, Vec<CastVote>)> {
    let options = ["A", "B", "C", "D", "E", "F", "G", "H"];
    let seats = (0..9).map(|n| {
        let reputation = Some(Reputation { elo: 1_500.0 + f64::from(n), calibration: Some(0.8) });
        Ok(Voter { reputation, ..Voter::new(AgentId::new(format!("agent-{n}"))?, Weight::ONE) })
    });
    let candidates = options.iter().map(|id| Ok(Candidate::new(OptionId::new(id)?)));
    let electorate = Electorate {
        seats: seats.collect::<Result<_>>()?,
        options: candidates.collect::<Result<_>>()?,
        seed: Seed(7),
        active: None,
    };
    let votes = electorate.seats.iter().zip(["A", "B", "A", "C", "A", "B", "D", "A", "A"]).map(|(seat, choice)| {
        Ok(CastVote {
            voter: seat.id.clone(),
            status: VoteStatus::Cast,
            ballot: Some(Ballot::Choice(OptionId::new(choice)?)),
            confidence: Some(0.8),
            self_vote: false,
            arrival: 0,
            user_intensity: None,
        })
    });
    let votes = votes.collect::<Result<_>>()?;
    Ok((electorate, votes))
}

/// The weight that prefers each option to each other one: what ranked methods start from, written plainly.
pub fn pairwise(electorate: &Electorate, votes: &[CastVote]) -> Vec<Vec<u128>> {
    let options = &electorate.options;
    let mut table = vec![vec![0; options.len()]; options.len()];
    for vote in votes {
        let seat = electorate.seats.iter().find(|seat| seat.id == vote.voter);
        let (Some(seat), Some(Ballot::Choice(choice))) = (seat, &vote.ballot) else { continue };
        let rank: Vec<usize> = options.iter().map(|option| usize::from(option.option != *choice)).collect();
        for (preferred, row) in table.iter_mut().enumerate() {
            for (other, cell) in row.iter_mut().enumerate() {
                if rank[preferred] < rank[other] {
                    *cell += seat.weight.0;
                }
            }
        }
    }
    table
}

/// Every rule of this version, ready to count.
pub fn rules() -> Result<Vec<(String, Arc<dyn DecisionRule>)>> {
    let kinds = [
        RuleKind::Plurality,
        RuleKind::Majority,
        RuleKind::Supermajority { share: Share::TWO_THIRDS },
        RuleKind::Threshold { share: Share::HALF, strict: true },
        RuleKind::CountAboveFloor { share: Share::TWO_THIRDS },
        RuleKind::Unanimity { ignore_abstain: false },
        RuleKind::ConfidenceWeighted { curve: ConfidenceCurve::Reconcile },
        RuleKind::ReputationWeighted,
        RuleKind::Hybrid { rules: vec![RuleKind::Unanimity { ignore_abstain: false }, RuleKind::Majority] },
        RuleKind::None,
    ];
    kinds
        .into_iter()
        .map(|kind| {
            let name = kind.name().to_owned();
            Ok((name, build(&RuleConfig::from(kind), &RuleSet::default())?))
        })
        .collect()
}

fn repeated(work: impl Fn()) -> Result<Duration> {
    timed(|| {
        (0..REPEATS).for_each(|_| work());
        Ok(())
    })
}

/// One row per rule.
pub fn rows() -> Result<Vec<Row>> {
    let (electorate, votes) = vote()?;
    rules()?
        .into_iter()
        .map(|(name, rule)| {
            let ours = || repeated(|| drop(black_box(rule.tally(&electorate, &votes))));
            let bare = || repeated(|| drop(black_box(pairwise(&electorate, &votes))));
            let pair = compare(100, ours, bare)?;
            Ok(Row::new(
                format!("{name}, 9 voters x 8 options, against their pairwise count"),
                nanos(pair.ours, REPEATS),
                nanos(pair.reference, REPEATS),
                pair.ratio(),
                Target::AtMost(10.0),
            ))
        })
        .collect()
}
