use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::DebateProtocol;
use super::ask::{AskBuilder, seen_in};
use super::ballot::{gate_in_force, unanimous, vote_step};
use super::step::{AskStep, Checkpoint, Draft, Estimate, ProtocolInfo, Step};
use super::templates::instruction;
use crate::debate::{
    BallotKind, Ballots, CheckScope, Expect, GatePolicy, Join, JsonShape, OptionView, Phase, SeatView, Stop, StopCause,
    Transcript, delimit,
};
use crate::error::Result;
use crate::ids::AgentId;

/// Independent answers, then rounds of critique, revision and vote. The default protocol.
///
/// Planned calls: n + 3nR; `pairwise`: n + R(n(n - 1) + 2n); one more with a synthesis.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Critique {
    /// One critique call per target instead of one per critic.
    pub pairwise: bool,
    /// A seat that may merge the winner's members in one more call; it is shown the dissent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub synthesis: Option<AgentId>,
}

impl DebateProtocol for Critique {
    fn describe(&self) -> ProtocolInfo {
        let (pairwise, extra) = (self.pairwise, u64::from(self.synthesis.is_some()));
        ProtocolInfo::new("critique", "1")
            .with_params(serde_json::to_value(self).unwrap_or_default())
            .with_planned_calls(move |n, rounds| {
                extra + if pairwise { n + rounds * (n * n.saturating_sub(1) + 2 * n) } else { n + 3 * n * rounds }
            })
            .with_estimate(|e| {
                // n first answers and n revisions per round stay in the transcript. A critic sees it; a reviser sees it,
                // its own answer again and n - 1 critiques of it; a voter sees only the options, at most n answers.
                let Estimate { question: q, answer: a, instruction: u, seats: n, rounds, .. } = e;
                let round = |r: u64| n * (3 * (q + u) + n * r * a + (n * r * a + n * a) + n * a);
                n * (q + u) + (1..=rounds).map(round).sum::<u64>()
            })
    }

    fn next(&self, t: &Transcript) -> Result<Step> {
        let round = t.round();
        if round == 0 {
            return AskBuilder::new(t, Phase::Answer, 1).alone().template("critique.answer", vec![]).build();
        }
        if !t.planned(round, Phase::Critique) {
            return self.critique(t, round);
        }
        if !t.planned(round, Phase::Revise) {
            return revise(t, round);
        }
        if !t.planned(round, Phase::Vote) && !needs_no_vote(t) {
            return vote_step(t, round, &BallotKind::Choice);
        }
        if round < t.limits().rounds {
            return self.critique(t, round + 1);
        }
        Ok(Step::Finish(Stop::new(StopCause::MaxRounds, round, format!("{round} of {round} rounds played"))))
    }

    fn checkpoint(&self, t: &Transcript) -> Result<Option<Checkpoint>> {
        let Some(step) = t.last_closed_step() else { return Ok(None) };
        let point = |scope, ballots| Some(Checkpoint { scope, ballots, seats: None, rule: None });
        Ok(match step.phase {
            Phase::Answer if gate_in_force(t, GatePolicy::Unanimous) != GatePolicy::Off => {
                point(CheckScope::Gate, Ballots::Positions)
            }
            // The positions are the votes, and n calls are saved.
            Phase::Revise if needs_no_vote(t) => point(CheckScope::Round, Ballots::Positions),
            Phase::Vote => point(CheckScope::Round, Ballots::Cast),
            _ => None,
        })
    }

    fn decide(&self, t: &Transcript) -> Result<Draft> {
        let said = self.synthesis.as_ref().and_then(|seat| t.said(seat, t.round(), Phase::Synthesize));
        let synthesis = said.filter(|message| !message.refused()).map(|message| message.id.clone());
        Ok(Draft { synthesis, ..Draft::newest(t) })
    }

    fn closing(&self, t: &Transcript, winner: &OptionView) -> Result<Option<AskStep>> {
        match &self.synthesis {
            Some(seat) if !t.planned(t.round(), Phase::Synthesize) => synthesize(t, seat, winner),
            _ => Ok(None),
        }
    }
}

impl Critique {
    fn critique(&self, t: &Transcript, round: u32) -> Result<Step> {
        let names = t.names();
        let answered: Vec<AgentId> =
            t.positions().into_iter().filter(|p| p.message.is_some()).map(|p| p.seat).collect();
        let targets = |seat: &SeatView| -> Vec<String> {
            let seen = seen_in(t, &seat.id, round);
            let others =
                answered.iter().filter(|id| **id != seat.id && seen.as_ref().is_none_or(|seen| seen.contains(id)));
            others.filter_map(|id| names.get(id).cloned()).collect()
        };
        let build = |critic: Option<&AgentId>, wanted: &dyn Fn(&SeatView) -> Vec<String>| {
            let builder =
                AskBuilder::new(t, Phase::Critique, round).own_answer(false).expect(|_| Expect::Json(critique_shape()));
            let builder = match critic {
                Some(critic) => builder.seats(vec![critic.clone()]),
                None => builder,
            };
            builder
                .instruction(|seat| {
                    let others = wanted(seat);
                    let others = if others.is_empty() { "the others".to_owned() } else { others.join(", ") };
                    instruction(t, "critique.critique", seat, round, &[("others", &others)])
                })
                .build()
        };
        if !self.pairwise {
            return build(None, &targets);
        }
        // Pairwise: the k-th asking of a critic is about its k-th target.
        let Step::Ask(mut step) = build(None, &targets)? else { return Ok(Step::finish()) };
        let mut asks = Vec::new();
        for ask in step.asks {
            let Some(seat) = t.seat(&ask.seat) else { continue };
            for (k, target) in targets(seat).into_iter().enumerate() {
                let one = |_: &SeatView| vec![target.clone()];
                let Step::Ask(single) = build(Some(&ask.seat), &one)? else { continue };
                if let Some(mut single) = single.asks.into_iter().next() {
                    single.turn = super::ask::turn_id(t, round, Phase::Critique, &ask.seat, k as u32 + 1);
                    asks.push(single);
                }
            }
        }
        // A critic may have no target, so there can be fewer asks than critics.
        step.min = step.min.min(asks.len() as u32);
        step.asks = asks;
        Ok(Step::Ask(step))
    }
}

// One group with every eligible seat in it; or no answer at all, so that there is nothing to vote on.
fn needs_no_vote(t: &Transcript) -> bool {
    unanimous(t) || t.option_views().is_empty()
}

fn revise(t: &Transcript, round: u32) -> Result<Step> {
    let (names, nonce) = (t.names(), t.nonce());
    AskBuilder::new(t, Phase::Revise, round)
        .instruction(|seat| {
            let mut text = String::new();
            for critique in t.critiques().iter().filter(|c| c.target == seat.id) {
                let of_this_round = t.turn(&critique.turn).is_some_and(|turn| turn.round == round);
                if of_this_round {
                    let from = names.get(&critique.critic).map_or("unknown", String::as_str);
                    text.push_str(&delimit(nonce, from, round, "critique", &written(critique)));
                }
            }
            if text.is_empty() {
                text.push_str("(nobody criticised your answer)\n");
            }
            instruction(t, "critique.revise", seat, round, &[("critiques", text.trim_end())])
        })
        .build()
}

// The winner's members, then everything that speaks against them: other answers, and reasons of votes for them.
fn synthesize(t: &Transcript, seat: &AgentId, winner: &OptionView) -> Result<Option<AskStep>> {
    let (round, names, nonce) = (t.round(), t.names(), t.nonce());
    let name = |id: &AgentId| names.get(id).map_or("unknown", String::as_str);
    let mut text = String::new();
    for option in std::iter::once(winner).chain(t.option_views().iter().filter(|option| option.id != winner.id)) {
        let kind = if option.id == winner.id { "winner" } else { "dissent" };
        for message in option.messages.iter().filter_map(|id| t.message(id)) {
            let from = message.seat.as_ref().map_or("unknown", name);
            text.push_str(&delimit(nonce, from, message.round, kind, &message.text));
        }
    }
    for vote in t.votes().iter().filter(|vote| vote.step.is_some() && vote.round == round) {
        let against = vote.ballot.as_ref().is_some_and(|ballot| !crate::consensus::supports(ballot, &winner.id));
        let from = t.seats().find(|seat| seat.id.as_str() == vote.voter).map_or("unknown", |seat| name(&seat.id));
        if let Some(reason) = vote.reason.as_ref().filter(|_| against) {
            text.push_str(&delimit(nonce, from, round, "dissent", reason));
        }
    }
    let step = AskBuilder::new(t, Phase::Synthesize, round)
        .seats(vec![seat.clone()])
        .own_answer(false)
        .join(Join::All)
        .min(0)
        .template("critique.synthesize", vec![("options", text.trim_end().to_owned())])
        .build()?;
    Ok(match step {
        Step::Ask(step) => Some(step),
        _ => None,
    })
}

fn written(critique: &crate::debate::CritiqueEvent) -> String {
    let mut out = String::new();
    if let Some(severity) = critique.severity {
        let _ = writeln!(out, "Severity: {severity}");
    }
    for (title, items) in [("Issues", &critique.issues), ("Suggestions", &critique.suggestions)] {
        if !items.is_empty() {
            let _ = writeln!(out, "{title}:");
            for item in items {
                let _ = writeln!(out, "- {item}");
            }
        }
    }
    out.push_str(&critique.reasoning);
    out.truncate(out.trim_end().len());
    out
}

static CRITIQUES: LazyLock<Arc<Value>> = LazyLock::new(|| {
    let strings = json!({"type": "array", "items": {"type": "string"}});
    let one = json!({
        "type": "object",
        "properties": {
            "target": {"type": "string"}, "issues": strings, "suggestions": strings,
            "severity": {"type": "number"}, "reasoning": {"type": "string"}
        },
        "required": ["target", "issues", "suggestions", "severity", "reasoning"],
        "additionalProperties": false
    });
    Arc::new(json!({
        "type": "object",
        "properties": {"critiques": {"type": "array", "items": one}},
        "required": ["critiques"],
        "additionalProperties": false
    }))
});

fn critique_shape() -> JsonShape {
    JsonShape { name: "critiques".into(), schema: CRITIQUES.clone(), strict: true }
}
