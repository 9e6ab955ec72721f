use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::DebateProtocol;
use super::ask::AskBuilder;
use super::preset::{Preset, PresetRound, preset_step};
use super::step::{AskStep, Checkpoint, Draft, Estimate, ProtocolInfo, Step};
use super::templates::template;
use crate::analysis::{RatedRound, contribution, parse_ratings};
use crate::debate::{
    Ballots, CheckScope, Join, Order, Phase, Role, RuleConfig, RuleKind, Share, StepWhy, Stop, StopCause, TieBreak,
    Transcript, TurnView, delimit, fill, pick, round6, shuffle,
};
use crate::debate::{QuorumRule, TranscriptMessage};
use crate::error::Result;
use crate::ids::{AgentId, MessageId};

/// Rounds that stop with the first reply that completes a threshold, and keep only the best seats from a given round
/// (DyLAN, arXiv:2310.02170).
///
/// A round ends as soon as one answer has more than floor(2n/3) votes, n being the seats active in it. Planned calls:
/// nR, one more from the pruning round if seats are pruned: with keep 2, pruning in round 3 and R = 3, 2n + 3.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Dynamic {
    /// Seats kept from the pruning round on, default 2.
    pub keep: u32,
    /// The first round only the kept seats play, default 3. Seats are pruned only if there are more than 3.
    pub prune_round: u32,
    /// Whether kept seats whose last answers agree finish without another call, default yes.
    pub check_after_prune: bool,
    /// Whether a seat's own previous reply is among those it is shown, default no.
    pub peers_include_self: bool,
    /// Whether a seat's own earlier exchange precedes the prompt, default yes.
    pub history: HistoryPolicy,
    /// Whether the seats of a round see the replies given before theirs in it.
    pub sequential_visibility: bool,
    /// Whether each reply rates what it was shown, as `[[a, b, ...]]`, 1 to 5.
    pub ratings: bool,
    /// The order of asking.
    pub ask_order: AskOrder,
    /// The order in which previous replies are shown.
    pub show_order: AskOrder,
    /// All at once; the reply that completes the threshold cancels the rest.
    pub parallel: bool,
    /// Who ranks before pruning; absent: the first active seat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ranker: Option<AgentId>,
    /// A published layout instead of the library's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preset: Option<Preset>,
}

/// Whether a seat's own earlier exchange precedes the prompt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HistoryPolicy {
    /// It does; the default.
    #[default]
    Own,
    /// It does not.
    None,
}

/// An order of seats.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AskOrder {
    /// Roster order; the default.
    #[default]
    Index,
    /// By the debate's seed, anew each round and, when showing, for each seat.
    Shuffled,
    /// As given.
    Explicit(Orders),
}

/// Given orders, by roster index. What is not given falls back to roster order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Orders {
    /// `asked[round - 1]`: the order of asking.
    pub asked: Vec<Vec<usize>>,
    /// `shown[round - 1][seat]`: the order in which that seat is shown the previous replies.
    pub shown: Vec<Vec<Option<Vec<usize>>>>,
}

impl Default for Dynamic {
    fn default() -> Self {
        Self {
            keep: 2,
            prune_round: 3,
            check_after_prune: true,
            peers_include_self: false,
            history: HistoryPolicy::Own,
            sequential_visibility: false,
            ratings: false,
            ask_order: AskOrder::Index,
            show_order: AskOrder::Index,
            parallel: false,
            ranker: None,
            preset: None,
        }
    }
}

impl DebateProtocol for Dynamic {
    fn describe(&self) -> ProtocolInfo {
        let (keep, prune) = (u64::from(self.keep), u64::from(self.prune_round));
        let own = self.history == HistoryPolicy::Own;
        let grows = own && self.preset.is_some();
        let seen = u64::from(own || self.peers_include_self);
        ProtocolInfo::new("dynamic", "1")
            .with_params(serde_json::to_value(self).unwrap_or_default())
            .with_planned_calls(move |n, rounds| {
                let full = rounds.min(prune.saturating_sub(1));
                if n > 3.max(keep) && rounds >= prune { full * n + 1 + (rounds - full) * keep } else { n * rounds }
            })
            .with_estimate(move |e| {
                // Of a debate that neither stops early nor prunes: own history, or last answers only.
                let Estimate { question: q, answer: a, instruction: u, seats: n, peers: d, rounds } = e;
                let later = rounds.saturating_sub(1);
                let before = if grows { rounds * later / 2 } else { later };
                n * (rounds * q + before * ((d + seen) * a + u))
            })
    }

    fn next(&self, t: &Transcript) -> Result<Step> {
        let current = t.round().max(1);
        if t.round() == 0 {
            return self.ask(t, 1);
        }
        if self.sequential_visibility && !self.unasked(t, current).is_empty() && !Self::stopped(t) {
            return self.ask(t, current);
        }
        if Self::stopped(t) {
            return Ok(Step::Finish(Stop::new(
                StopCause::Consensus,
                current,
                "an answer passed floor(2n/3) of the seats active in the round",
            )));
        }
        if current >= t.limits().rounds {
            return Ok(Step::Finish(Stop::new(
                StopCause::MaxRounds,
                current,
                format!("{current} of {current} rounds played"),
            )));
        }
        if current + 1 >= self.prune_round {
            if self.prunes(t) && !t.planned(self.prune_round - 1, Phase::Rank) {
                return self.rank(t, current);
            }
            let kept = self.active_in(t, current + 1);
            if current + 1 == self.prune_round && self.check_after_prune && Self::agree(t, &kept)? {
                return Ok(Step::Finish(Stop::new(
                    StopCause::Consensus,
                    current,
                    "the last answers of the kept seats agree",
                )));
            }
        }
        Ok(self.noted(t, self.ask(t, current + 1)?))
    }

    fn checkpoint(&self, t: &Transcript) -> Result<Option<Checkpoint>> {
        let Some(step) = t.last_closed_step().filter(|step| step.phase == Phase::Answer) else { return Ok(None) };
        let round_done = !self.sequential_visibility || self.unasked(t, step.round).is_empty();
        let scope = if round_done { CheckScope::Round } else { CheckScope::Reply };
        let seats = Some(self.active_in(t, step.round));
        Ok(Some(Checkpoint { scope, ballots: Ballots::Round, seats, rule: Some(threshold()) }))
    }

    fn decide(&self, t: &Transcript) -> Result<Draft> {
        let mut rule = RuleConfig::from(RuleKind::Hybrid { rules: vec![floor_rule(), RuleKind::Plurality] });
        rule.quorum = QuorumRule::Count(1);
        rule.ties = TieBreak::FirstSeen;
        let last = if t.planned(t.round(), Phase::Rank) {
            self.active_in(t, t.round() + 1)
        } else {
            self.active_in(t, t.round())
        };
        let contribution = if self.ratings { self.shares(t)? } else { BTreeMap::new() };
        let notes = if self.by_seed(t) { vec![UNUSABLE.into()] } else { Vec::new() };
        Ok(Draft { notes, rule, seats: Some(last), ballots: Ballots::Round, contribution, ..Draft::newest(t) })
    }
}

// The ranking named no usable seats.
const UNUSABLE: &str = "ranking_unusable";

fn floor_rule() -> RuleKind {
    RuleKind::CountAboveFloor { share: Share::TWO_THIRDS }
}

fn threshold() -> RuleConfig {
    RuleConfig { quorum: QuorumRule::Count(1), ..floor_rule().into() }
}

impl Dynamic {
    fn prunes(&self, t: &Transcript) -> bool {
        let n = t.debaters().count();
        n > 3 && n > self.keep as usize
    }

    fn stopped(t: &Transcript) -> bool {
        let by_join = t.last_closed_step().is_some_and(|step| step.end == Some(StepWhy::Consensus));
        by_join
            || t.checks().last().is_some_and(|(round, check)| {
                *round == t.round()
                    && check.outcome == crate::debate::Outcome::Decided
                    && *round >= t.options().min_rounds
            })
    }

    fn active_in(&self, t: &Transcript, round: u32) -> Vec<AgentId> {
        let all: Vec<AgentId> = t.active().map(|seat| seat.id.clone()).collect();
        if round < self.prune_round || !self.prunes(t) {
            return all;
        }
        let kept = self.kept(t);
        all.into_iter().filter(|id| kept.contains(id)).collect()
    }

    fn unasked(&self, t: &Transcript, round: u32) -> Vec<AgentId> {
        let asked =
            |id: &AgentId| t.turns().any(|turn| turn.round == round && turn.seat == *id && turn.phase == Phase::Answer);
        self.order(t, round).into_iter().filter(|id| !asked(id)).collect()
    }

    fn order(&self, t: &Transcript, round: u32) -> Vec<AgentId> {
        let mut seats = self.active_in(t, round);
        match &self.ask_order {
            AskOrder::Index => {}
            AskOrder::Shuffled => shuffle(&mut seats, t.start().seed, "ask_order", &format!("r{round}")),
            AskOrder::Explicit(orders) => {
                if let Some(order) = orders.asked.get(round as usize - 1) {
                    arrange(&mut seats, t, order);
                }
            }
        }
        seats
    }

    // Replies of the round before, in the order this seat is shown them.
    fn shown_to(&self, t: &Transcript, seat: &AgentId, round: u32) -> Vec<MessageId> {
        let newest = |id: &AgentId| {
            t.messages().iter().rev().find(|m| m.seat.as_ref() == Some(id) && m.phase == Some(Phase::Answer))
        };
        let before = if self.sequential_visibility { self.active_in(t, round) } else { self.active_in(t, round - 1) };
        let mut others: Vec<AgentId> = before.into_iter().filter(|id| self.peers_include_self || id != seat).collect();
        match &self.show_order {
            AskOrder::Index => {}
            AskOrder::Shuffled => shuffle(&mut others, t.start().seed, "show_order", &format!("r{round}.{seat}")),
            AskOrder::Explicit(orders) => {
                let index = t.debaters().position(|other| other.id == *seat).unwrap_or(usize::MAX);
                if let Some(Some(order)) = orders.shown.get(round as usize - 1).and_then(|seats| seats.get(index)) {
                    arrange(&mut others, t, order);
                }
            }
        }
        others.iter().filter_map(newest).map(|message| message.id.clone()).collect()
    }

    fn ask(&self, t: &Transcript, round: u32) -> Result<Step> {
        let mut seats = self.unasked(t, round);
        let join = if self.sequential_visibility {
            seats.truncate(1);
            Join::All
        } else if round >= t.options().min_rounds {
            Join::Consensus(threshold())
        } else {
            Join::All
        };
        let order = if self.parallel { Order::Parallel } else { Order::Sequential };
        let rate =
            if self.ratings && round > 1 { format!("\n{}", template(t, "dynamic.rate")?) } else { String::new() };
        let min = u32::from(!self.sequential_visibility);
        let peers = |seat: &AgentId| self.shown_to(t, seat, round);
        let Some(preset) = &self.preset else {
            let name = if round == 1 { "dynamic.answer" } else { "dynamic.again" };
            let word = format!("in round {round}");
            let builder = AskBuilder::new(t, Phase::Answer, round)
                .seats(seats)
                .join(join)
                .min(min)
                .own_answer(self.history == HistoryPolicy::Own);
            let builder = builder.instruction(|_| Ok(fill(template(t, name)?, &[("round_word", &word)])? + &rate));
            let builder = if order == Order::Sequential { builder.sequential() } else { builder };
            return if round == 1 { builder.alone() } else { builder.shown(|seat| peers(&seat.id)) }.build();
        };
        let own_history = self.history == HistoryPolicy::Own;
        Ok(preset_step(
            t,
            preset,
            &PresetRound {
                round,
                seats,
                order,
                join: Some(join),
                min: Some(min),
                peers: Some(&peers),
                own_history,
                addition: rate,
            },
        ))
    }

    fn rank(&self, t: &Transcript, round: u32) -> Result<Step> {
        let ranker = self.ranker.clone().or_else(|| t.active().next().map(|seat| seat.id.clone()));
        let nonce = t.nonce();
        let mut listed = String::new();
        for (k, message) in ranked(t).into_iter().enumerate() {
            let _ = write!(listed, "Reply {}:\n{}", k + 1, delimit(nonce, "reply", round, "answer", &message.text));
        }
        AskBuilder::new(t, Phase::Rank, round)
            .seats(ranker.into_iter().collect())
            .role(Role::Judge)
            .alone()
            .min(0)
            .join(Join::All)
            .template("dynamic.rank", vec![("options", listed.trim_end().to_owned())])
            .build()
    }

    // The ranking call returns numbers, the last `[a,b]`. Unusable: by seed. A repeated number keeps one seat.
    fn kept(&self, t: &Transcript) -> Vec<AgentId> {
        let candidates: Vec<AgentId> = ranked(t).into_iter().filter_map(|m| m.seat.clone()).collect();
        if let Some(numbers) = self.chosen(t) {
            numbers.into_iter().filter_map(|n| candidates.get(n - 1).cloned()).collect()
        } else {
            let mut pool = candidates;
            let mut kept = Vec::new();
            while kept.len() < self.keep as usize && !pool.is_empty() {
                let at = pick(pool.len() as u64, t.start().seed, "prune", &kept.len().to_string()) as usize;
                kept.push(pool.remove(at));
            }
            kept
        }
    }

    // Whether the ranking was asked for, is over, and named nobody.
    fn by_seed(&self, t: &Transcript) -> bool {
        let asked = |turn: &TurnView| turn.phase == Phase::Rank && turn.round + 1 == self.prune_round;
        let over = t.turns().any(asked) && t.open_step().is_none_or(|step| step.phase != Phase::Rank);
        over && self.chosen(t).is_none()
    }

    fn noted(&self, t: &Transcript, mut step: Step) -> Step {
        if let Step::Ask(AskStep { asks, .. }) = &mut step
            && self.by_seed(t)
            && let Some(first) = asks.first_mut()
        {
            first.notes.push(UNUSABLE.into());
        }
        step
    }

    // The numbers of the ranking reply that are left of it, from 1.
    fn chosen(&self, t: &Transcript) -> Option<Vec<usize>> {
        let reply = t.messages().iter().rev().find(|m| m.phase == Some(Phase::Rank) && m.round + 1 == self.prune_round);
        reply.and_then(|m| chosen_numbers(&m.text, self.keep as usize, ranked(t).len()))
    }

    fn agree(t: &Transcript, kept: &[AgentId]) -> Result<bool> {
        let rule = RuleConfig { quorum: QuorumRule::Count(1), ..RuleKind::Unanimity { ignore_abstain: false }.into() };
        let count = t.count(&rule, Ballots::Round, Some(kept), None, &crate::consensus::RuleSet::default())?;
        Ok(count.1.outcome == crate::debate::Outcome::Decided)
    }

    fn shares(&self, t: &Transcript) -> Result<BTreeMap<AgentId, f64>> {
        let seats: Vec<AgentId> = t.debaters().map(|seat| seat.id.clone()).collect();
        let (rounds, winners) = self.rated_rounds(t)?;
        let totals = contribution(seats.len(), &rounds, &winners).totals;
        Ok(seats.into_iter().zip(totals).map(|(id, total)| (id, round6(total))).collect())
    }

    /// Ratings and winners in the form [`contribution`] takes, read from a transcript.
    pub fn rated_rounds(&self, t: &Transcript) -> Result<(Vec<RatedRound>, Vec<usize>)> {
        let seats: Vec<AgentId> = t.debaters().map(|seat| seat.id.clone()).collect();
        let index = |id: &AgentId| seats.iter().position(|other| other == id);
        let mut rounds = Vec::new();
        for round in 1..=t.round() {
            let said: Vec<Option<&TranscriptMessage>> =
                seats.iter().map(|id| t.said(id, round, Phase::Answer)).collect();
            let shown = said
                .iter()
                .map(|message| {
                    let turn = message.and_then(|m| m.turn.as_ref())?;
                    let ask = t.steps().iter().flat_map(|step| &step.asks).find(|ask| ask.turn == *turn)?;
                    Some(ask.shown.iter().filter_map(|id| t.message(id)?.seat.as_ref().and_then(index)).collect())
                })
                .collect();
            let ratings = said.iter().map(|message| message.and_then(|m| parse_ratings(&m.text))).collect();
            let active = said.iter().enumerate().filter(|(_, message)| message.is_some()).map(|(i, _)| i).collect();
            rounds.push(RatedRound { active, shown, ratings });
        }
        let draft = Draft { contribution: BTreeMap::new(), ..Dynamic { ratings: false, ..self.clone() }.decide(t)? };
        let count =
            t.count(&draft.rule, draft.ballots, draft.seats.as_deref(), None, &crate::consensus::RuleSet::default())?;
        let winners = count.1.winners.first().and_then(|winner| count.0.iter().find(|option| option.id == *winner));
        let last: Vec<&AgentId> = winners.into_iter().flat_map(|option| &option.authors).collect();
        let winners =
            last.into_iter().filter(|id| t.said(id, t.round(), Phase::Answer).is_some()).filter_map(index).collect();
        Ok((rounds, winners))
    }
}

// The newest replies of the active seats, in roster order: what the ranking numbers count.
fn ranked(t: &Transcript) -> Vec<&TranscriptMessage> {
    t.debaters()
        .filter_map(|seat| {
            t.messages().iter().rev().find(|m| m.seat.as_ref() == Some(&seat.id) && m.phase == Some(Phase::Answer))
        })
        .collect()
}

/// The last `[a,b]` of a ranking reply as distinct numbers 1..=n, at most `keep`; `None` if there is no usable one.
pub(crate) fn chosen_numbers(text: &str, keep: usize, n: usize) -> Option<Vec<usize>> {
    // The last list of that many numbers: what else stands in brackets, as [sic], is no list of numbers.
    let list = |after: &str| -> Option<Vec<usize>> {
        let (inner, _) = after.split_once(']')?;
        let numbers: Option<Vec<usize>> = inner.split(',').map(|part| part.trim().parse().ok()).collect();
        numbers.filter(|numbers| numbers.len() == keep)
    };
    let mut numbers = text.rmatch_indices('[').find_map(|(open, _)| list(&text[open + 1..]))?;
    if numbers.iter().any(|k| !(1..=n).contains(k)) {
        return None;
    }
    let mut seen = Vec::new();
    numbers.retain(|k| {
        !seen.contains(k) && {
            seen.push(*k);
            true
        }
    });
    Some(numbers)
}

// Brings seats into the given order of roster indexes; seats that are not named keep their order at the end.
fn arrange(seats: &mut [AgentId], t: &Transcript, order: &[usize]) {
    let roster: Vec<AgentId> = t.debaters().map(|seat| seat.id.clone()).collect();
    let place = |id: &AgentId| {
        let index = roster.iter().position(|other| other == id).unwrap_or(usize::MAX);
        order.iter().position(|k| *k == index).unwrap_or(usize::MAX)
    };
    seats.sort_by_key(|id| place(id));
}
