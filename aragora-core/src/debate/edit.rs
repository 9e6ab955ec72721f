//! What a fork changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::environment::Limits;
use super::rule::RuleConfig;
use super::seat::SeatView;
use crate::ids::{AgentId, MessageId, OptionId};

/// What a fork changes before it goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "name", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum Edit {
    /// Another text under the same id, marked as edited.
    ReplaceMessage {
        /// The message.
        message: MessageId,
        /// Its new text.
        text: Arc<str>,
    },
    /// A person's word to all.
    InsertHuman {
        /// Who.
        by: String,
        /// The text.
        text: Arc<str>,
    },
    /// The seat takes part no more.
    DropSeat {
        /// The seat.
        seat: AgentId,
    },
    /// A seat that was not there; the fork's roster must hold its agent.
    AddSeat {
        /// The seat.
        seat: SeatView,
    },
    /// Another decision rule.
    SetRule {
        /// The rule.
        rule: RuleConfig,
    },
    /// Other limits.
    SetLimits {
        /// The limits.
        limits: Limits,
    },
    /// Another belief of a judge or seat.
    SetBelief {
        /// The seat.
        seat: AgentId,
        /// Probabilities by option.
        belief: BTreeMap<OptionId, f64>,
    },
}
