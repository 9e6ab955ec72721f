use std::sync::Arc;

use super::confidence_weighted::ConfidenceWeighted;
use super::configured::Configured;
use super::count_above_floor::CountAboveFloor;
use super::custom::Custom;
use super::electorate::Electorate;
use super::hybrid::{Hybrid, Member};
use super::majority::Majority;
use super::method::Method;
use super::none::Unsought;
use super::plurality::Plurality;
use super::reputation_weighted::ReputationWeighted;
use super::rule::DecisionRule;
use super::rule_set::RuleSet;
use super::supermajority::Supermajority;
use super::threshold::Threshold;
use super::unanimity::Unanimity;
use super::validate::structural;
use crate::debate::{CastVote, RuleConfig, RuleKind, Tally, TieBreak, VoteStatus};
use crate::error::{Error, ErrorKind, Result};

/// The rule of a configuration, with its quorum, ties, basis and self-votes applied.
///
/// `invalid_request` with every violation that does not depend on who votes; see [`violations`](super::violations)
/// for the others.
pub fn build(config: &RuleConfig, custom: &RuleSet) -> Result<Arc<dyn DecisionRule>> {
    structural(config, custom).into_invalid_request()?;
    assemble(config, custom)
}

/// One vote by a configured rule.
///
/// `invalid_request` where [`build`] refuses the rule, where a seat or an option is there twice, and where votes were
/// cast although nothing could be voted for.
pub fn tally(config: &RuleConfig, electorate: &Electorate, votes: &[CastVote], custom: &RuleSet) -> Result<Tally> {
    let rule = build(config, custom)?;
    let mut v = electorate.violations();
    let cast = votes.iter().filter(|vote| vote.status == VoteStatus::Cast).count();
    v.check(!electorate.options.is_empty() || cast == 0, "/options", format!("no options, {cast} votes were cast"));
    v.into_invalid_request()?;
    Ok(rule.tally(electorate, votes))
}

fn assemble(config: &RuleConfig, custom: &RuleSet) -> Result<Arc<dyn DecisionRule>> {
    let method: Box<dyn Method> = match &config.rule {
        RuleKind::Plurality => Box::new(Plurality),
        RuleKind::Majority => Box::new(Majority),
        RuleKind::Supermajority { share } => Box::new(Supermajority { share: *share }),
        RuleKind::Threshold { share, strict } => Box::new(Threshold { share: *share, strict: *strict }),
        RuleKind::CountAboveFloor { share } => Box::new(CountAboveFloor { share: *share }),
        RuleKind::Unanimity { ignore_abstain } => Box::new(Unanimity { ignore_abstain: *ignore_abstain }),
        RuleKind::ConfidenceWeighted { curve } => Box::new(ConfidenceWeighted { curve: *curve }),
        RuleKind::ReputationWeighted => Box::new(ReputationWeighted),
        RuleKind::None => Box::new(Unsought),
        RuleKind::Custom { rule: name } => {
            let found = custom
                .get(name)
                .ok_or_else(|| Error::new(ErrorKind::InvalidRequest, format!("no rule {name:?} is registered")))?;
            Box::new(Custom { name: name.clone(), rule: found })
        }
        RuleKind::Hybrid { rules } => {
            let member = |rule: &RuleKind| {
                let casting = RuleConfig { rule: rule.clone(), ..config.clone() };
                let plain = RuleConfig { ties: TieBreak::None, ..casting.clone() };
                Ok(Member { plain: assemble(&plain, custom)?, casting: assemble(&casting, custom)? })
            };
            let Some((first, rest)) = rules.split_first() else {
                return Err(Error::new(ErrorKind::InvalidRequest, "a hybrid of no rules, expected at least one"));
            };
            let rest = rest.iter().map(member).collect::<Result<_>>()?;
            return Ok(Arc::new(Hybrid { first: member(first)?, rest }));
        }
    };
    Ok(Arc::new(Configured::new(config.clone(), method)))
}
