//! Participants as the corpus describes them.

use serde::Deserialize;
use serde_json::{Map, Value};

/// A participant.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "seam", rename_all = "snake_case")]
pub enum Participant {
    /// Answers turns.
    Agent(AgentScript),
    /// Says what is asked next.
    Protocol(ProtocolScript),
}

/// An agent's script.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentScript {
    /// Async or plain; Rust knows only one kind.
    #[serde(default, rename = "style")]
    pub _style: Style,
    /// Its id, if not its name.
    #[serde(default)]
    pub id: Option<String>,
    /// Who it is.
    #[serde(default)]
    pub profile: Option<Profile>,
    /// What happens when no item is left.
    #[serde(default)]
    pub at_end: AtEnd,
    /// What it does, call by call.
    pub script: Vec<Item>,
}

/// How `respond` is written.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// An async function.
    #[default]
    Async,
    /// A plain one.
    Plain,
}

/// Who an agent is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct Profile {
    pub provider: String,
    pub model: String,
    pub family: String,
    pub version: String,
}

/// What happens when no item is left.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum AtEnd {
    /// The last one again.
    #[default]
    Repeat,
    /// From the beginning.
    Cycle,
    /// `script_exhausted`.
    Error,
}

/// One call of an agent: a verb and its modifiers.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct Item {
    pub say: Option<String>,
    pub reply: Option<Map<String, Value>>,
    pub stream: Option<Vec<String>>,
    pub ballot: Option<String>,
    pub fail: Option<String>,
    pub hang: Option<bool>,
    pub throw: Option<String>,
    pub wrong_type: Option<bool>,
    pub retry_after_ms: Option<u64>,
    pub phase: Option<String>,
    pub gate: Option<String>,
    pub ignore_cancel: Option<bool>,
}

impl Item {
    /// Whether the core's scripted agent cannot do it.
    pub fn is_foreign(&self) -> bool {
        self.throw.is_some() || self.wrong_type.is_some() || self.gate.is_some() || self.ignore_cancel.is_some()
    }

    /// How many verbs it has; one is right. A failure that follows a stream is part of it.
    pub fn verbs(&self) -> usize {
        let Self { say, reply, stream, ballot, fail, hang, throw, wrong_type, .. } = self;
        let fails = fail.is_some() && stream.is_none();
        let texts = [say.is_some(), reply.is_some(), stream.is_some(), ballot.is_some(), fails];
        let rest = [hang.is_some(), throw.is_some(), wrong_type.is_some()];
        texts.iter().chain(&rest).filter(|there| **there).count()
    }
}

/// A protocol's script.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtocolScript {
    /// Its registered name.
    pub name: String,
    /// Its version.
    #[serde(default)]
    pub version: Option<String>,
    /// Its parameters.
    #[serde(default)]
    pub params: Value,
    /// Voting seats it needs.
    #[serde(default)]
    pub min_seats: Option<usize>,
    /// Voting seats it takes.
    #[serde(default)]
    pub max_seats: Option<usize>,
    /// The most calls.
    #[serde(default)]
    pub planned_calls: Option<PlannedCalls>,
    /// What it asks, by the number of steps so far.
    pub script: Vec<ProtocolItem>,
    /// The member `decide`, if it has one.
    #[serde(default)]
    pub decide: Option<DecideItem>,
}

/// A bound on calls.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct PlannedCalls {
    pub constant: u64,
    pub per_seat: u64,
    pub per_seat_round: u64,
}

/// One answer of `next`.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum ProtocolItem {
    /// A step.
    Ask(AskItem),
    /// The end.
    Finish(FinishItem),
    /// A failure.
    Broken(Broken),
}

/// A step to ask.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskItem {
    /// Its arguments.
    pub ask: AskArgs,
}

/// The arguments of `transcript.ask`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct AskArgs {
    pub phase: String,
    pub instruction: String,
    #[serde(default)]
    pub seats: Option<Vec<String>>,
    #[serde(default)]
    pub round: Option<u32>,
    #[serde(default)]
    pub expect: Option<Value>,
    #[serde(default)]
    pub order: Option<String>,
}

/// The end of the schedule.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct FinishItem {
    pub finish: bool,
}

/// What `decide` does.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum DecideItem {
    /// The default draft.
    Default(DefaultItem),
    /// A failure.
    Broken(Broken),
}

/// The default draft.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct DefaultItem {
    pub default: bool,
}

/// A protocol's failure: one of the three.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct Broken {
    pub throw: Option<String>,
    pub fail: Option<String>,
    pub wrong_type: Option<bool>,
}
