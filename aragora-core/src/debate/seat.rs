//! The public view of a participant, as the first event keeps it. No secret is in it.

use serde::{Deserialize, Serialize};

use super::message::{Persona, Role, words};
use super::rule::Weight;
use crate::ids::AgentId;

words! {
    /// What kind of participant answers.
    AgentKind {
        /// A language model.
        Model = "model",
        /// A person.
        Human = "human",
        /// A function of the host.
        Function = "function",
        /// A script with fixed replies.
        Scripted = "scripted",
        /// The styled demo without network.
        Demo = "demo",
        /// A recording.
        Recorded = "recorded",
        /// An object of another language.
        Foreign = "foreign",
    }
}

/// One seat as everybody may see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeatView {
    /// The participant.
    pub id: AgentId,
    /// What kind answers.
    pub kind: AgentKind,
    /// Provider, e.g. `openai`, empty if there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub provider: String,
    /// Model as asked for, empty if there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub model: String,
    /// Model lineage, e.g. `claude`; empty means undisclosed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub family: String,
    /// Version of the agent.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// Its part.
    pub role: Role,
    /// Who it is asked to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persona: Option<Persona>,
    /// Its weight in votes.
    pub weight: Weight,
    /// Whether it votes.
    pub votes: bool,
    /// Whether it judges.
    pub judges: bool,
    /// Ratings read once at start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reputation: Option<Reputation>,
}

/// Ratings of a seat, for `reputation_weighted` and judge selection.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reputation {
    /// Elo, 1500 for the unknown.
    pub elo: f64,
    /// Calibration score 0..=1; absent if unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<f64>,
}
