use serde::{Deserialize, Serialize};

use super::DebateProtocol;
use super::ask::AskBuilder;
use super::ballot::vote_step;
use super::step::{Checkpoint, ProtocolInfo, Step};
use crate::debate::{BallotKind, Ballots, CheckScope, Phase, Transcript};
use crate::error::Result;

/// Everybody answers alone; the answers are the votes. The baseline every debate has to beat.
///
/// Planned calls: nk, or n(k + 1) with ballots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct VoteOnlyProtocol {
    /// Answers per seat, default 1; a seat's most frequent answer is its position.
    pub samples: u32,
    /// Adds a vote over the answers, for free texts that never group.
    pub ballots: bool,
}

impl Default for VoteOnlyProtocol {
    fn default() -> Self {
        Self { samples: 1, ballots: false }
    }
}

impl DebateProtocol for VoteOnlyProtocol {
    fn describe(&self) -> ProtocolInfo {
        let ballots = self.ballots;
        let calls = u64::from(self.samples.max(1)) + u64::from(ballots);
        ProtocolInfo::new("vote_only", "1")
            .with_params(serde_json::to_value(self).unwrap_or_default())
            .with_seats(1, 64)
            .with_planned_calls(move |n, _| n * calls)
            .with_estimate(move |e| {
                // A voter sees one answer per seat at most.
                let ballots = if ballots { e.seats * (e.instruction + e.seats * e.answer) } else { 0 };
                e.seats * e.question * calls + ballots
            })
    }

    fn next(&self, t: &Transcript) -> Result<Step> {
        if t.round() == 0 {
            return AskBuilder::new(t, Phase::Answer, 1)
                .alone()
                .repeat(self.samples)
                .template("vote_only.answer", vec![])
                .build();
        }
        if self.ballots && !t.planned(1, Phase::Vote) && t.option_views().len() > 1 {
            return vote_step(t, 1, &BallotKind::Choice);
        }
        Ok(Step::finish())
    }

    fn checkpoint(&self, t: &Transcript) -> Result<Option<Checkpoint>> {
        let last = t.last_closed_step().map(|step| step.phase);
        let ballots = if last == Some(Phase::Vote) { Ballots::Cast } else { Ballots::Positions };
        let counts = !self.ballots || last == Some(Phase::Vote);
        Ok(counts.then(|| Checkpoint { scope: CheckScope::Final, ballots, seats: None, rule: Some(t.rule().clone()) }))
    }
}
