//! The decision document, built from a transcript and a count.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::counting::leader_of;
use crate::analysis;
use crate::consensus::{RuleSet, supports};
use crate::debate::{
    Answer, Ballot, Ballots, BiasReport, Calls, CastVote, Condition, ConditionKind, Confidence, ConfidenceMethod,
    Convergence, DECISION_SCHEMA, Decision, DecisionUsage, Dissent, Gate, Intervention, OptionView, Outcome, Phase,
    Position, QuorumRule, RuleConfig, RuleKind, RuleUsed, Stop, StopCause, TieBreak, Transcript, TranscriptMessage,
    UNPARSED, Verdict, VoteOnly, VoteRecord, VoteStatus, Weight, round6,
};
use crate::error::Result;
use crate::ids::{AgentId, OptionId};
use crate::protocols::{Count, Draft};

pub(super) fn build(
    t: &Transcript,
    draft: &Draft,
    count: &Count,
    stop: Stop,
    bias: BiasReport,
    rules: &RuleSet,
) -> Result<Decision> {
    let Count(options, tally, votes) = count;
    let positions = t.positions();
    let not_sought_group = (tally.outcome == Outcome::NotSought && options.len() == 1).then(|| options[0].id.clone());
    let winner = match &tally.outcome {
        Outcome::Decided => tally.winners.first().cloned(),
        Outcome::NotSought => not_sought_group,
        _ => None,
    };
    let option = |id: &OptionId| options.iter().find(|option| option.id == *id);
    let synthesis = draft.synthesis.as_ref().and_then(|id| t.message(id)).map(|m| m.text.clone());
    let answer = winner.as_ref().and_then(option).map(|o| Answer { synthesis: synthesis.clone(), ..answer_of(o) });
    let leader = leader_of(tally).0;
    let leading = if answer.is_none() { leader.as_ref().and_then(option).map(answer_of) } else { None };

    let records = vote_records(t, draft, votes);
    let mut lists = Lists::default();
    for record in &records {
        lists.place(record, winner.as_ref());
    }
    // Minority views are measured against the winner, or against the front runner of an undecided debate.
    let against = winner.as_ref().or(leader.as_ref().filter(|_| !matches!(tally.outcome, Outcome::Tie(_))));
    let dissent = against
        .and_then(option)
        .map(|against| dissents(t, against, options, &positions, &records, &lists.supporters))
        .unwrap_or_default();
    let interventions = interventions(t);
    let confidence = confidence(t, &tally.outcome, winner.as_ref(), tally, &records, interventions.len());
    let conditions = conditions(t, winner.as_ref().and_then(option), &dissent, &interventions, stop.round);
    let share = leader_of(tally).1.unwrap_or(0.0);
    let decided = answer.is_some();
    let usable = t.messages().iter().any(|m| m.seat.is_some() && !m.refused()) && tally.outcome != Outcome::NoEvidence;
    let verdict = verdict(usable, decided, share, confidence.value, &dissent, &conditions);
    let gate = gate(decided, confidence.value, &dissent);
    let vote_only = vote_only(t, answer.as_ref(), &stop, rules)?;
    let spent = t.spent();
    let planned = t.start().protocol.planned_calls;
    Ok(Decision {
        schema: DECISION_SCHEMA,
        debate: t.debate().clone(),
        answer,
        leading,
        outcome: tally.outcome.clone(),
        verdict,
        gate,
        partial: matches!(
            stop.cause,
            StopCause::Budget | StopCause::Deadline | StopCause::QuorumLost | StopCause::Cancelled
        ),
        rule: RuleUsed { name: tally.rule.clone(), config: draft.rule.clone() },
        tally: tally.clone(),
        votes: records,
        supporters: lists.supporters,
        dissenters: lists.dissenters,
        abstained: lists.abstained,
        invalid: lists.invalid,
        failed: lists.failed,
        not_asked: lists.not_asked,
        dissent,
        confidence,
        conditions,
        vote_only,
        cruxes: Vec::new(),
        convergence: t
            .round_ends()
            .iter()
            .map(|(round, end)| Convergence {
                round: *round,
                agreement: end.convergence.agreement,
                stability: end.convergence.stability,
                position: end.convergence.position,
            })
            .collect(),
        interventions,
        contribution: draft.contribution.clone(),
        bias,
        diversity: analysis::diversity(&t.eligible().cloned().collect::<Vec<_>>()),
        report: draft.report.clone(),
        usage: DecisionUsage {
            total: spent.total.clone(),
            by_seat: spent.by_seat.clone(),
            inherited: spent.inherited.clone(),
        },
        calls: Calls {
            made: spent.calls,
            failed: spent.failed,
            hedged: spent.hedged,
            planned,
            saved: planned.saturating_sub(spent.calls),
        },
        rounds_used: t.round(),
        stop,
    })
}

fn answer_of(option: &OptionView) -> Answer {
    Answer {
        option: option.id.clone(),
        value: option.value.clone(),
        text: option.text.clone(),
        author: option.authors.first().filter(|_| !option.messages.is_empty()).cloned(),
        synthesis: None,
    }
}

// One record per eligible seat in roster order; seats outside a restricted electorate were not asked.
fn vote_records(t: &Transcript, draft: &Draft, votes: &[CastVote]) -> Vec<VoteRecord> {
    let reasons = |seat: &AgentId| {
        t.votes()
            .iter()
            .rev()
            .find(|v| v.step.is_some() && v.voter == seat.as_str() && v.round == t.round())
            .and_then(|v| v.reason.clone())
    };
    t.eligible()
        .map(|seat| {
            let vote = votes.iter().find(|vote| vote.voter == seat.id && vote.user_intensity.is_none());
            let status = vote.map_or(VoteStatus::NotAsked, |vote| vote.status);
            let cast = status == VoteStatus::Cast;
            let round = match draft.ballots {
                Ballots::Cast | Ballots::Round if status != VoteStatus::NotAsked => t.round(),
                Ballots::Positions => t
                    .messages()
                    .iter()
                    .rev()
                    .find(|m| m.seat.as_ref() == Some(&seat.id) && m.phase.is_some_and(Phase::is_position))
                    .map_or(0, |m| m.round),
                Ballots::Cast | Ballots::Round => 0,
            };
            VoteRecord {
                voter: seat.id.clone(),
                status,
                ballot: vote.and_then(|vote| vote.ballot.clone()),
                confidence: vote.and_then(|vote| vote.confidence),
                weight: if cast { seat.weight } else { Weight(0) },
                reason: if draft.ballots == Ballots::Cast { reasons(&seat.id) } else { None },
                self_vote: vote.is_some_and(|vote| vote.self_vote),
                round,
            }
        })
        .collect()
}

/// The six lists that partition the eligible seats.
#[derive(Default)]
struct Lists {
    supporters: Vec<AgentId>,
    dissenters: Vec<AgentId>,
    abstained: Vec<AgentId>,
    invalid: Vec<AgentId>,
    failed: Vec<AgentId>,
    not_asked: Vec<AgentId>,
}

impl Lists {
    fn place(&mut self, record: &VoteRecord, winner: Option<&OptionId>) {
        let for_winner =
            || winner.is_some_and(|winner| record.ballot.as_ref().is_some_and(|ballot| supports(ballot, winner)));
        let list = match record.status {
            VoteStatus::Cast if for_winner() => &mut self.supporters,
            VoteStatus::Cast => &mut self.dissenters,
            VoteStatus::Abstain => &mut self.abstained,
            VoteStatus::Invalid => &mut self.invalid,
            VoteStatus::Failed | VoteStatus::TimedOut => &mut self.failed,
            VoteStatus::NotAsked => &mut self.not_asked,
        };
        list.push(record.voter.clone());
    }
}

fn dissents(
    t: &Transcript,
    against: &OptionView,
    options: &[OptionView],
    positions: &[Position],
    records: &[VoteRecord],
    supporters: &[AgentId],
) -> Vec<Dissent> {
    t.seats()
        .filter_map(|seat| {
            let record = records.iter().find(|record| record.voter == seat.id);
            let cast_off = record.is_some_and(|r| {
                r.status == VoteStatus::Cast && !r.ballot.as_ref().is_some_and(|ballot| supports(ballot, &against.id))
            });
            let own = options.iter().find(|option| option.authors.contains(&seat.id));
            let minority = own.is_some_and(|option| option.id != against.id) && !supporters.contains(&seat.id);
            (cast_off || minority).then(|| dissent(t, against, own, positions, record, &seat.id, supporters))
        })
        .collect()
}

fn dissent(
    t: &Transcript,
    against: &OptionView,
    own: Option<&OptionView>,
    positions: &[Position],
    record: Option<&VoteRecord>,
    seat: &AgentId,
    supporters: &[AgentId],
) -> Dissent {
    let chosen = match record.and_then(|r| r.ballot.as_ref()) {
        Some(Ballot::Choice(option)) => Some(option.clone()),
        _ => own.map(|option| option.id.clone()),
    };
    let critiques: Vec<_> =
        t.critiques().iter().filter(|c| c.critic == *seat && against.authors.contains(&c.target)).collect();
    let mut reasons: Vec<String> = record.and_then(|r| r.reason.clone()).into_iter().collect();
    reasons.extend(critiques.iter().flat_map(|c| c.issues.iter().cloned()));
    reasons.dedup();
    let message =
        positions.iter().find(|p| p.seat == *seat).and_then(|p| p.message.as_ref()).and_then(|id| t.message(id));
    let highest =
        critiques.iter().filter_map(|c| c.severity).fold(None, |max: Option<f64>, s| Some(max.map_or(s, |m| m.max(s))));
    let confidence = record.and_then(|r| r.confidence).or_else(|| message.and_then(|m| m.confidence));
    let severity = round6(highest.map(|s| s / 10.0).or_else(|| confidence.map(|c| c / 2.0)).unwrap_or(0.25));
    let since = message.and_then(|m| t.messages().iter().position(|other| other.id == m.id)).unwrap_or(0);
    let rebuttal = t
        .messages()
        .iter()
        .skip(since + 1)
        .find(|m| m.seat.as_ref().is_some_and(|s| supporters.contains(s)) && responds_to(t, m, seat));
    Dissent {
        seat: seat.clone(),
        option: chosen,
        reasons,
        view: message.map_or_else(|| Arc::from(""), |m| m.text.clone()),
        severity,
        acknowledged: rebuttal.is_some(),
        rebuttal: rebuttal.map(|m| m.id.clone()),
        messages: message
            .into_iter()
            .map(|m| m.id.clone())
            .chain(critiques.iter().map(|c| c.message.clone()))
            .collect(),
    }
}

// Structured `responds_to`: a seat's shown name or id, or one of its messages.
fn responds_to(t: &Transcript, message: &TranscriptMessage, seat: &AgentId) -> bool {
    let Some(value) = message.structured.as_ref().and_then(|value| value.get("responds_to")) else { return false };
    let shown = t.display_name(seat);
    let names = |text: &str| {
        text == seat.as_str()
            || text.eq_ignore_ascii_case(&shown)
            || t.messages().iter().any(|m| m.seat.as_ref() == Some(seat) && m.id.as_str() == text)
    };
    match value {
        serde_json::Value::String(text) => names(text),
        serde_json::Value::Array(items) => items.iter().filter_map(|item| item.as_str()).any(names),
        _ => false,
    }
}

fn interventions(t: &Transcript) -> Vec<Intervention> {
    t.interventions()
        .iter()
        .map(|(round, event)| Intervention {
            kind: event.kind.clone(),
            round: *round,
            targets: event.targets.clone(),
            text: event.text.to_string(),
            resolved: round + 2 <= t.round(),
        })
        .collect()
}

fn confidence(
    t: &Transcript,
    outcome: &Outcome,
    winner: Option<&OptionId>,
    tally: &crate::debate::Tally,
    records: &[VoteRecord],
    interventions: usize,
) -> Confidence {
    let Some(winner) = winner.filter(|_| *outcome == Outcome::Decided) else {
        return Confidence { value: 0.0, method: "none".to_owned(), inputs: BTreeMap::new() };
    };
    let penalty = 0.05 * interventions as f64;
    let mut inputs = BTreeMap::from([("interventions".to_owned(), interventions as f64)]);
    let supporters: Vec<f64> = records
        .iter()
        .filter(|r| r.status == VoteStatus::Cast && r.ballot.as_ref().is_some_and(|ballot| supports(ballot, winner)))
        .filter_map(|r| r.confidence)
        .collect();
    let stated = t.options().confidence == ConfidenceMethod::MeanSupporter && !supporters.is_empty();
    let (base, method) = if stated {
        let mean = supporters.iter().sum::<f64>() / supporters.len() as f64;
        inputs.insert("stated".to_owned(), supporters.len() as f64);
        (mean, "mean_supporter")
    } else {
        let weight = tally.rows.iter().find(|row| row.option == *winner).map_or(0.0, |row| row.weight.to_f64());
        let counted = tally.counted.to_f64();
        inputs.insert("winner_weight".to_owned(), round6(weight));
        inputs.insert("counted_weight".to_owned(), round6(counted));
        (if counted > 0.0 { weight / counted } else { 0.0 }, "support_share")
    };
    let value = if interventions > 0 { (base - penalty).max(0.1) } else { base };
    Confidence { value: round6(value), method: method.to_owned(), inputs }
}

fn conditions(
    t: &Transcript,
    winner: Option<&OptionView>,
    dissent: &[Dissent],
    interventions: &[Intervention],
    round: u32,
) -> Vec<Condition> {
    let Some(winner) = winner else { return Vec::new() };
    let mut open: Vec<Condition> = dissent
        .iter()
        .map(|d| Condition {
            kind: ConditionKind::Dissent,
            seat: Some(d.seat.clone()),
            detail: format!("{} stands for another answer", d.seat),
        })
        .collect();
    open.extend(interventions.iter().filter(|i| !i.resolved && i.round + 2 > round).map(|i| Condition {
        kind: ConditionKind::UnresolvedIntervention,
        seat: None,
        detail: format!("{} of round {} was not met", i.kind, i.round),
    }));
    for critique in
        t.critiques().iter().filter(|c| winner.authors.contains(&c.target) && c.severity.is_some_and(|s| s >= 7.0))
    {
        let at = t.messages().iter().position(|m| m.id == critique.message).unwrap_or(0);
        let revised = t
            .messages()
            .iter()
            .skip(at + 1)
            .any(|m| m.seat.as_ref() == Some(&critique.target) && m.phase == Some(Phase::Revise));
        if !revised {
            let detail = format!(
                "{} criticised the answer of {} with severity {}",
                critique.critic,
                critique.target,
                critique.severity.unwrap_or_default()
            );
            open.push(Condition { kind: ConditionKind::SevereCritique, seat: Some(critique.critic.clone()), detail });
        }
    }
    open
}

fn verdict(
    usable: bool,
    decided: bool,
    share: f64,
    confidence: f64,
    dissent: &[Dissent],
    conditions: &[Condition],
) -> Verdict {
    if !usable {
        return Verdict::NoEvidence;
    }
    if !decided {
        return if share >= 0.4 { Verdict::NeedsReview } else { Verdict::Rejected };
    }
    let clean = dissent.is_empty() && conditions.is_empty() && confidence >= 0.8;
    if clean { Verdict::Approved } else { Verdict::ApprovedWithConditions }
}

// As `spec` receipts 4 says: PASS iff reached, confidence >= .7 and no unacknowledged dissent of severity >= .6.
fn gate(decided: bool, confidence: f64, dissent: &[Dissent]) -> Gate {
    if !decided {
        return Gate::Fail;
    }
    let grave = dissent.iter().any(|d| !d.acknowledged && d.severity >= 0.6);
    if confidence >= 0.7 && !grave { Gate::Pass } else { Gate::Conditional }
}

// Plurality over the first independent answers, with the same equivalence; ties go to the earliest seat in roster
// order, so that it always names what a plain vote would have taken.
fn vote_only(t: &Transcript, answer: Option<&Answer>, stop: &Stop, rules: &RuleSet) -> Result<VoteOnly> {
    let mut positions = t.first_positions();
    for position in &mut positions {
        let own_candidate = position
            .message
            .as_ref()
            .and_then(|id| t.message(id))
            .and_then(|m| m.answer.as_ref())
            .is_some_and(|a| a.extractor == UNPARSED);
        if own_candidate {
            position.kind = crate::debate::PositionKind::Invalid(crate::debate::InvalidWhy::NoBallot);
            position.newest = VoteStatus::Invalid;
        }
    }
    let options = t.options_of(&positions);
    let votes = t.position_votes(&positions, &options);
    let rule = RuleConfig { quorum: QuorumRule::Count(1), ties: TieBreak::Roster, ..RuleKind::Plurality.into() };
    let electorate = crate::consensus::Electorate {
        seats: t.eligible().map(crate::consensus::Voter::from).collect(),
        options: options.iter().map(crate::consensus::Candidate::from).collect(),
        seed: t.start().seed,
        active: None,
    };
    let tally = crate::consensus::tally(&rule, &electorate, &votes, rules)?;
    let first = t.steps().iter().find(|step| step.phase.is_position()).map(|step| (step.round, step.phase));
    let asked: Vec<_> = t.turns().filter(|turn| Some((turn.round, turn.phase)) == first && turn.asked_before).collect();
    let complete = t.eligible().all(|seat| asked.iter().any(|turn| turn.seat == seat.id));
    let counted = tally
        .winners
        .first()
        .filter(|_| tally.outcome == Outcome::Decided)
        .and_then(|id| options.iter().find(|o| o.id == *id))
        .map(answer_of);
    // Where nothing followed the first answers, the group that stopped the debate is what the vote found: an early stop
    // may have left seats unasked, and replies that count as candidates of their own are no answers of the count above.
    let nothing_followed = t.steps().iter().all(|step| Some((step.round, step.phase)) == first);
    let stopped_early = nothing_followed && (!complete || stop.cause == StopCause::Consensus);
    let found = if stopped_early { answer.cloned() } else { counted };
    let same = match (&found, answer) {
        (Some(a), Some(b)) => a.option == b.option && a.value == b.value || t.format().same(&a.value, &b.value, t),
        // Two searches that found nothing agree on nothing.
        _ => false,
    };
    Ok(VoteOnly {
        answer: found,
        outcome: tally.outcome.clone(),
        tally,
        same_as_decision: same,
        complete,
        calls: asked.len() as u64,
        tokens: asked.iter().map(|turn| turn.tokens).sum(),
        micros: asked.iter().map(|turn| turn.micros).sum(),
    })
}
