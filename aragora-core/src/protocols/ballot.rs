//! The vote over the current answers, shared by every protocol that takes one.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::ask::AskBuilder;
use super::step::Step;
use super::templates::instruction;
use crate::debate::{
    BallotKind, BallotShape, Expect, GatePolicy, Label, OptionView, Phase, Relabel, SeatView, Transcript,
    assign_labels, delimit, voter_order,
};
use crate::error::Result;
use crate::ids::{MessageId, OptionId};

/// One step in which every eligible seat votes over the current options. Authors are not shown.
pub(crate) fn vote_step(t: &Transcript, round: u32, kind: &BallotKind) -> Result<Step> {
    let options = t.option_views();
    let voters = t.eligible().filter(|seat| !t.is_benched(&seat.id)).map(|seat| seat.id.clone()).collect();
    // Of the transcript only what people and the library said: the rest would tell voters whose answer an option is.
    let step = AskBuilder::new(t, Phase::Vote, round)
        .seats(voters)
        .shown(|_| Vec::new())
        .own_answer(false)
        .instruction(|seat| {
            let listed = listed(t, round, &options, seat);
            instruction(t, "vote", seat, round, &[("options", &listed)])
        })
        .expect(|seat| Expect::Ballot(shape(t, round, &options, seat, kind)))
        .labels(|seat| {
            let own = t.options().relabel == Relabel::PerVoter;
            own.then(|| {
                labels(t, round, &options, seat)
                    .into_iter()
                    .map(|label| (label.label, label.option))
                    .collect::<BTreeMap<_, _>>()
            })
        })
        .build()?;
    Ok(match step {
        Step::Ask(mut step) => {
            for ask in &mut step.asks {
                if let Expect::Ballot(shape) = &ask.expect {
                    ask.shown.extend(messages_of(shape, &options));
                }
            }
            Step::Ask(step)
        }
        other => other,
    })
}

// The message each option's text is of, in the order a voter is shown them. Stated options are nobody's message.
fn messages_of(shape: &BallotShape, options: &[OptionView]) -> Vec<MessageId> {
    let of = |label: &Label| options.iter().find(|option| option.id == label.option);
    shape.labels.iter().filter_map(of).filter_map(|option| option.shown.clone()).collect()
}

// The labels of one voter: the same mapping for all unless each voter gets an own one, in an own seeded order.
fn labels(t: &Transcript, round: u32, options: &[OptionView], seat: &SeatView) -> Vec<Label> {
    let seed = t.start().seed;
    let scope = format!("r{round}");
    let shared: Vec<Label> = if t.options().relabel == Relabel::PerVoter {
        let ids: Vec<OptionId> = options.iter().map(|option| option.id.clone()).collect();
        assign_labels(&ids, seed, &format!("{scope}.{}", seat.id))
    } else {
        options.iter().map(|option| Label { label: option.label.clone(), option: option.id.clone() }).collect()
    };
    voter_order(&shared, seed, &seat.id, &scope)
}

fn shape(t: &Transcript, round: u32, options: &[OptionView], seat: &SeatView, kind: &BallotKind) -> BallotShape {
    BallotShape {
        kind: kind.clone(),
        labels: labels(t, round, options, seat),
        may_abstain: true,
        confidence: true,
        reason: true,
    }
}

fn listed(t: &Transcript, round: u32, options: &[OptionView], seat: &SeatView) -> String {
    let nonce = t.nonce();
    let mut out = String::new();
    for label in labels(t, round, options, seat) {
        if let Some(option) = options.iter().find(|option| option.id == label.option) {
            let _ = write!(out, "Option {}:\n{}", label.label, delimit(nonce, "option", round, "answer", &option.text));
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// The gate in force: the debate's option, or what the protocol has by default.
pub(crate) fn gate_in_force(t: &Transcript, own: GatePolicy) -> GatePolicy {
    match t.options().gate {
        GatePolicy::Default => own,
        chosen => chosen,
    }
}

/// Whether every eligible seat holds an answer of one and the same group now.
pub(crate) fn unanimous(t: &Transcript) -> bool {
    let positions = t.positions();
    let options = t.options_of(&positions);
    let votes = t.position_votes(&positions, &options);
    let mut chosen = votes.iter().map(|vote| match &vote.ballot {
        Some(crate::debate::Ballot::Choice(option)) if vote.status == crate::debate::VoteStatus::Cast => Some(option),
        _ => None,
    });
    let Some(Some(first)) = chosen.next() else { return false };
    chosen.all(|option| option == Some(first))
}
