//! Who sees whom.

use serde::{Deserialize, Serialize};

/// Who sees whom.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "name", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum Topology {
    /// Everybody sees everybody.
    #[default]
    AllToAll,
    /// The neighbours in roster order; only the one before if directed.
    Ring {
        /// Whether only the seat before is seen.
        #[serde(default)]
        directed: bool,
    },
    /// Spokes see the hub, the hub sees all.
    Star {
        /// Roster index of the hub.
        hub: u32,
    },
    /// max(1, ceil((1 - sparsity)(n - 1))) others, anew each round.
    Sparse {
        /// 0..1, default .5.
        #[serde(default = "half")]
        sparsity: f64,
    },
    /// One other, another in each round.
    RoundRobin,
    /// Row i lists whom seat i sees.
    Custom {
        /// n x n.
        matrix: Vec<Vec<bool>>,
    },
}

fn half() -> f64 {
    0.5
}
