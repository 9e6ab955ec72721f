use serde::{Deserialize, Serialize};

use super::DebateProtocol;
use super::ask::AskBuilder;
use super::ballot::gate_in_force;
use super::preset::{Preset, PresetRound, preset_step};
use super::step::{Checkpoint, Estimate, ProtocolInfo, Step};
use crate::debate::{Ballots, CheckScope, GatePolicy, Order, Phase, Stop, StopCause, Transcript};
use crate::error::Result;
use crate::ids::AgentId;

/// Everybody answers alone, then again having seen the others' last answers (Du et al., arXiv:2305.14325).
///
/// Planned calls: nR.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Simultaneous {
    /// Whether everybody is asked at once (default) or, from round 2, in index order with each seeing the newest reply
    /// of every other seat.
    pub sequential_visibility: bool,
    /// The library's own layout, or a published one.
    pub layout: Layout,
}

/// How prompts are laid out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// Shared prefixes: rules, question, transcript, then what differs by seat.
    #[default]
    Shared,
    /// Own history with a published preset's texts, byte for byte.
    Preset(Preset),
}

impl DebateProtocol for Simultaneous {
    fn describe(&self) -> ProtocolInfo {
        let preset = matches!(self.layout, Layout::Preset(_));
        ProtocolInfo::new("simultaneous", "1")
            .with_params(serde_json::to_value(self).unwrap_or_default())
            .with_planned_calls(|n, rounds| n * rounds)
            .with_estimate(move |e| {
                let Estimate { question: q, answer: a, instruction: u, seats: n, .. } = e;
                let (d, r) = (e.peers, e.rounds);
                let pairs = r * r.saturating_sub(1) / 2;
                if preset { n * (r * q + ((d + 1) * a + u) * pairs) } else { n * (r * q + n * a * pairs + r * u) }
            })
    }

    fn next(&self, t: &Transcript) -> Result<Step> {
        let current = t.round().max(1);
        let unasked = |round: u32| -> Vec<AgentId> {
            let asked = |id: &AgentId| {
                t.turns().any(|turn| turn.round == round && turn.seat == *id && turn.phase == Phase::Answer)
            };
            t.active().filter(|seat| !asked(&seat.id)).map(|seat| seat.id.clone()).collect()
        };
        let one_by_one = self.sequential_visibility && current > 1;
        let round = if t.round() == 0 || (one_by_one && !unasked(current).is_empty()) {
            current
        } else if current < t.limits().rounds {
            current + 1
        } else {
            return Ok(Step::Finish(Stop::new(
                StopCause::MaxRounds,
                current,
                format!("{current} of {current} rounds played"),
            )));
        };
        let mut seats = unasked(round);
        if self.sequential_visibility && round > 1 {
            seats.truncate(1);
        }
        match &self.layout {
            Layout::Preset(preset) => Ok(preset_step(
                t,
                preset,
                &PresetRound { round, seats, order: Order::Parallel, ..PresetRound::default() },
            )),
            Layout::Shared if round == 1 => {
                AskBuilder::new(t, Phase::Answer, 1).alone().template("simultaneous.answer", vec![]).build()
            }
            Layout::Shared => {
                // The own answers are in the transcript, under the seat's own label.
                let builder = AskBuilder::new(t, Phase::Answer, round).seats(seats).own_answer(false);
                builder.template("simultaneous.again", vec![]).build()
            }
        }
    }

    fn checkpoint(&self, t: &Transcript) -> Result<Option<Checkpoint>> {
        let round = t.round();
        let open = self.sequential_visibility
            && round > 1
            && t.active().any(|seat| t.said(&seat.id, round, Phase::Answer).is_none());
        if open {
            return Ok(None);
        }
        let gate = round == 1 && gate_in_force(t, GatePolicy::Off) != GatePolicy::Off;
        let scope = if gate { CheckScope::Gate } else { CheckScope::Round };
        Ok(Some(Checkpoint { scope, ballots: Ballots::Positions, seats: None, rule: None }))
    }
}
