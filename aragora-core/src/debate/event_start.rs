//! What the first event holds beside question, roster and options.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::environment::{Limits, RiskTier};
use crate::ids::{DebateId, OrgId, WorkspaceId};

/// Where a debate was forked from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Parent {
    /// The parent.
    pub debate: DebateId,
    /// The last record taken over.
    pub seq: u64,
}

/// The environment without the question, which stands beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Frame {
    /// Bounds.
    pub limits: Limits,
    /// Risk tier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<RiskTier>,
    /// The organisation.
    pub tenant: OrgId,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// A word for ratings and search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Words of the host.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

/// A protocol by name, with what is needed to build it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProtocolRef {
    /// The registered name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its parameters.
    #[serde(default)]
    pub params: Value,
    /// The most calls it can make with this roster.
    pub planned_calls: u64,
}
