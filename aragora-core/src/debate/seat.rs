//! The public view of a participant, as the first event keeps it. No secret is in it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::decision::Diversity;
use super::fixed::round6;
use super::message::{Persona, Role, words};
use super::rule::Weight;
use crate::ids::{AgentId, MicroUsd};

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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// The model's window in tokens, prompt and output together; absent if unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context_tokens: Option<u64>,
    /// What its tokens cost at most; only where the debate has a cost limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<SeatPrice>,
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

/// The highest price of a seat's tokens over its targets, in micro-dollars per million, as it stood at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SeatPrice {
    /// Input tokens.
    pub input: u64,
    /// Output tokens.
    pub output: u64,
}

impl SeatPrice {
    /// The price of so many tokens, rounded up.
    pub fn of(self, input: u64, output: u64) -> MicroUsd {
        let sum = u128::from(input) * u128::from(self.input) + u128::from(output) * u128::from(self.output);
        MicroUsd(u64::try_from(sum.div_ceil(1_000_000)).unwrap_or(u64::MAX))
    }
}

/// Ratings of a seat, for `reputation_weighted` and judge selection.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reputation {
    /// Elo, 1500 for the unknown.
    pub elo: f64,
    /// Calibration score 0..=1; absent if unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<f64>,
}

/// The name under which seats without a disclosed model family are counted, all as one.
pub const UNDISCLOSED: &str = "undisclosed";

/// How different the voting seats are: families, providers, the effective number of families (1 / sum of squared
/// shares, the inverse Simpson index) and the largest share. Seats without a provider are in no provider's count.
pub fn diversity(seats: &[SeatView]) -> Diversity {
    let mut families: BTreeMap<String, u32> = BTreeMap::new();
    let mut providers: BTreeMap<String, u32> = BTreeMap::new();
    for seat in seats.iter().filter(|seat| seat.votes) {
        let family = if seat.family.is_empty() { UNDISCLOSED } else { &seat.family };
        *families.entry(family.to_owned()).or_default() += 1;
        if !seat.provider.is_empty() {
            *providers.entry(seat.provider.clone()).or_default() += 1;
        }
    }
    let total: u64 = families.values().map(|&n| u64::from(n)).sum();
    let squares: u64 = families.values().map(|&n| u64::from(n) * u64::from(n)).sum();
    let largest = families.values().max().copied().unwrap_or_default();
    let share = |part: f64, whole: u64| if whole == 0 { 0.0 } else { round6(part / whole as f64) };
    Diversity {
        effective: share((total * total) as f64, squares),
        largest_share: share(f64::from(largest), total),
        families,
        providers,
    }
}
