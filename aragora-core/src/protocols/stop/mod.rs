//! Stopping rules, pure. If several hold at once, the first of the documented order is the cause.

mod readiness;
mod stalemate;

use crate::analysis::{Lead, StabilityRule, stability_of_debate};
use crate::debate::{Outcome, Stop, StopCause, Tally, Transcript};

/// The names written to `debate_start.stops` for these options.
pub fn names(t: &crate::debate::DebateOptions) -> Vec<String> {
    let mut on = vec!["budget", "deadline", "max_rounds"];
    let optional = [(t.stop_when.is_some(), "consensus"), (t.stalemate, "stalemate"), (t.stability, "stability"), (t.readiness, "readiness")];
    on.extend(optional.into_iter().filter(|(is_on, _)| *is_on).map(|(_, name)| name));
    on.into_iter().map(str::to_owned).collect()
}

/// Consensus: the early-stop rule is reached, and the deciding rule decides too; else the debate goes on.
pub fn consensus(t: &Transcript, early: &Tally, deciding: &Tally) -> Option<Stop> {
    let reached = early.outcome == Outcome::Decided && deciding.outcome == Outcome::Decided && t.round() >= t.options().min_rounds;
    reached.then(|| {
        let leader = early.winners.first().and_then(|winner| early.rows.iter().find(|row| row.option == *winner));
        let weight = leader.map_or(0.0, |row| row.weight.to_f64());
        Stop::new(StopCause::Consensus, t.round(), format!("weight {weight} of {} counted under {}", early.counted.to_f64(), early.rule))
    })
}

/// Readiness, stability and stalemate, in this order, at the end of a round.
pub fn at_round_end(t: &Transcript) -> Option<Stop> {
    if t.round() < t.options().min_rounds {
        return None;
    }
    let readiness = || if t.options().readiness { readiness::ready(t).or_else(|| readiness::stop_votes(t)) } else { None };
    let stability = || {
        if !t.options().stability {
            return None;
        }
        let trace = stability_of_debate(&leaders(t), t.eligible().count() as u32, StabilityRule::default());
        trace.settled_after.map(|_| Stop::new(StopCause::Stability, t.round(), format!("the distribution of positions moved by {:?}", trace.distances)))
    };
    let stalemate = || if t.options().stalemate { stalemate::stalemate(t) } else { None };
    readiness().or_else(stability).or_else(stalemate)
}

// The leader of each round with its supporters, from the counts at the ends of the rounds. The leader is named by
// its answer, because labels change from round to round.
fn leaders(t: &Transcript) -> Vec<Lead<String>> {
    use crate::debate::CheckScope;
    let mut rounds: Vec<(u32, (String, u32))> = Vec::new();
    for (round, check) in t.checks().iter().filter(|(_, check)| check.scope == CheckScope::Round) {
        let Some(row) = check.tally.rows.iter().max_by(|a, b| a.weight.cmp(&b.weight).then(b.option.cmp(&a.option))) else { continue };
        let name = t.round_ends().iter().find(|(r, _)| r == round).and_then(|(_, end)| end.leader_value.as_deref()).unwrap_or(row.option.as_str()).to_owned();
        rounds.retain(|(r, _)| r != round);
        rounds.push((*round, (name, row.votes)));
    }
    rounds.into_iter().map(|(_, (leader, supporters))| Lead { leader, supporters }).collect()
}
