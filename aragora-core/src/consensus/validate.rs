use super::quorum;
use super::rule_set::RuleSet;
use crate::debate::{BallotKind, QuorumRule, RuleConfig, RuleKind, SelfVote};
use crate::error::Violations;

/// Everything about a rule that cannot work with this many eligible seats, by pointer into the configuration.
pub fn violations(config: &RuleConfig, eligible: usize, custom: &RuleSet) -> Violations {
    let mut v = structural(config, custom);
    if let QuorumRule::Count(_) = config.quorum {
        let seats = u32::try_from(eligible).unwrap_or(u32::MAX);
        let needed = quorum::needed(config.quorum, seats);
        let reason = format!("a quorum of {needed}, only {eligible} seats may vote");
        v.check(needed <= seats, "/quorum/count", reason);
    }
    v
}

/// What is wrong whoever votes.
pub(super) fn structural(config: &RuleConfig, custom: &RuleSet) -> Violations {
    let mut v = Violations::new();
    v.nest("/rule", kind(&config.rule, custom));
    if let (Some(SelfVote::Half), Some(ballots)) = (config.self_vote, ballots(&config.rule, custom)) {
        let fits = matches!(ballots, BallotKind::Choice);
        v.check(fits, "/self_vote", format!("half applies to choices, {} counts other ballots", config.rule.name()));
    }
    v
}

fn kind(rule: &RuleKind, custom: &RuleSet) -> Violations {
    let mut v = Violations::new();
    match rule {
        RuleKind::Supermajority { share } | RuleKind::Threshold { share, strict: false } => {
            v.check(share.num() > 0, "/share", format!("at least {share}, which every option reaches"));
        }
        RuleKind::Threshold { share, strict: true } | RuleKind::CountAboveFloor { share } => {
            v.check(share.num() < share.den(), "/share", format!("more than {share}, which nothing exceeds"));
        }
        RuleKind::Hybrid { rules } => {
            v.check(!rules.is_empty(), "/rules", "no rules, expected at least one");
            for (i, rule) in rules.iter().enumerate() {
                let at = format!("/rules/{i}");
                if matches!(rule, RuleKind::Hybrid { .. }) {
                    v.add(at, "a hybrid inside a hybrid, list its rules here instead");
                } else {
                    v.nest(&at, kind(rule, custom));
                }
            }
            let mut kinds = rules.iter().enumerate().filter_map(|(i, rule)| Some((i, rule, ballots(rule, custom)?)));
            if let Some((_, first, wanted)) = kinds.next() {
                for (i, rule, found) in kinds {
                    let reason = format!("{} counts other ballots than {}", rule.name(), first.name());
                    v.check(found == wanted, format!("/rules/{i}"), reason);
                }
            }
        }
        RuleKind::Custom { rule } => {
            let known: Vec<&str> = custom.names().collect();
            let reason =
                format!("no rule {rule:?} is registered with EngineBuilder::rule, known: [{}]", known.join(", "));
            v.check(custom.get(rule).is_some(), "/rule", reason);
        }
        RuleKind::Plurality
        | RuleKind::Majority
        | RuleKind::Unanimity { .. }
        | RuleKind::ConfidenceWeighted { .. }
        | RuleKind::ReputationWeighted
        | RuleKind::None => {}
    }
    v
}

/// What a rule counts, where that is known.
fn ballots(rule: &RuleKind, custom: &RuleSet) -> Option<BallotKind> {
    match rule {
        // Nested hybrids are refused, so only rules that are none are looked into.
        RuleKind::Hybrid { rules } => {
            rules.iter().filter(|rule| !matches!(rule, RuleKind::Hybrid { .. })).find_map(|rule| ballots(rule, custom))
        }
        RuleKind::Custom { rule } => custom.get(rule).map(|rule| rule.ballots()),
        _ => Some(BallotKind::Choice),
    }
}
