use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::budget::Ledger;
use super::state::{RoundView, StepView, Terminal, TranscriptMessage, TurnView, VoteView};
use crate::clock::Timestamp;
use crate::debate::decision::{Decision, Stop};
use crate::debate::environment::Limits;
use crate::debate::extract::CompiledFormat;
use crate::debate::rule::RuleConfig;
use crate::debate::seat::SeatView;
use crate::debate::{
    AnalysisKind, BreakpointResolved, ConsensusCheck, CritiqueEvent, DebateStart, RoundEnd, TricksterIntervention,
};
use crate::ids::{AgentId, Digest, MessageId, TurnId};

/// What a transcript holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Folded {
    pub(super) start: Arc<DebateStart>,
    pub(super) started: Timestamp,
    pub(super) next_seq: u64,
    pub(super) head: Digest,
    pub(super) run: u32,
    pub(super) round: u32,
    pub(super) seats: Vec<SeatView>,
    pub(super) dropped: BTreeSet<AgentId>,
    pub(super) benched: BTreeSet<AgentId>,
    pub(super) failures: BTreeMap<AgentId, u32>,
    pub(super) rule: RuleConfig,
    pub(super) limits: Limits,
    pub(super) rounds: Vec<RoundView>,
    pub(super) steps: Vec<StepView>,
    pub(super) turns: IndexMap<TurnId, TurnView>,
    pub(super) messages: Vec<TranscriptMessage>,
    pub(super) by_id: BTreeMap<MessageId, usize>,
    pub(super) critiques: Vec<CritiqueEvent>,
    pub(super) votes: Vec<VoteView>,
    pub(super) checks: Vec<(u32, ConsensusCheck)>,
    pub(super) round_ends: Vec<(u32, RoundEnd)>,
    pub(super) analyses: Vec<(u32, AnalysisKind, serde_json::Value)>,
    pub(super) interventions: Vec<(u32, TricksterIntervention)>,
    pub(super) guidance: Vec<(u32, String)>,
    pub(super) warnings: BTreeMap<String, u32>,
    #[serde(with = "super::pairs")]
    pub(super) verdicts: BTreeMap<(Arc<str>, Arc<str>), bool>,
    pub(super) alerts: BTreeSet<(String, u8)>,
    pub(super) ledger: Ledger,
    pub(super) pause: Option<String>,
    pub(super) resolved: Vec<BreakpointResolved>,
    pub(super) stop: Option<Stop>,
    pub(super) decision: Option<Arc<Decision>>,
    pub(super) terminal: Option<Terminal>,
    // Made when they are first asked for.
    #[serde(skip)]
    pub(super) format: OnceLock<CompiledFormat>,
    #[serde(skip)]
    pub(super) names: OnceLock<Arc<BTreeMap<AgentId, String>>>,
    #[serde(skip)]
    pub(super) nonce: OnceLock<String>,
}
