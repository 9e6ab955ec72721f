//! Decision rules, pure: one file per rule, and around each of them the same quorum, ties and self-votes.
//!
//! A file such as `majority.rs` holds a bare counting method and nothing else. What every rule has in
//! common is applied once, in `configured.rs`: who may vote (`electorate`), which votes count (`roll`), whether
//! enough took part (`quorum`), what a vote weighs (`poll`) and what a tie becomes (`ties`). A new rule is one
//! file that implements `Method`, one variant of [`RuleKind`] and one line in `build.rs`.
//!
//! ```
//! use aragora_core::consensus::{Candidate, Electorate, RuleSet, Voter, tally};
//! use aragora_core::debate::{Ballot, CastVote, Outcome, RuleConfig, RuleKind, Seed, VoteStatus, Weight};
//! use aragora_core::ids::{AgentId, OptionId};
//!
//! # fn main() -> aragora_core::Result<()> {
//! let voter = |id: &str| Ok::<_, aragora_core::Error>(Voter::new(AgentId::new(id)?, Weight::ONE));
//! let electorate = Electorate {
//!     seats: vec![voter("ada")?, voter("bob")?, voter("eve")?],
//!     options: vec![Candidate::new(OptionId::new("A")?), Candidate::new(OptionId::new("B")?)],
//!     seed: Seed(7),
//!     active: None,
//! };
//! let vote = |id: &str, option: &str| {
//!     Ok::<_, aragora_core::Error>(CastVote {
//!         voter: AgentId::new(id)?,
//!         status: VoteStatus::Cast,
//!         ballot: Some(Ballot::Choice(OptionId::new(option)?)),
//!         confidence: None,
//!         self_vote: false,
//!         arrival: 0,
//!         user_intensity: None,
//!     })
//! };
//! let votes = [vote("ada", "A")?, vote("bob", "A")?, vote("eve", "B")?];
//! let rule = RuleConfig::from(RuleKind::Majority);
//! let tally = tally(&rule, &electorate, &votes, &RuleSet::default())?;
//! assert_eq!(tally.outcome, Outcome::Decided);
//! assert_eq!(tally.winners, [OptionId::new("A")?]);
//! # Ok(())
//! # }
//! ```
//!
//! [`RuleKind`]: crate::debate::RuleKind

mod build;
mod choices;
mod confidence_weighted;
mod configured;
mod count_above_floor;
mod custom;
mod electorate;
mod hybrid;
mod majority;
mod method;
mod none;
mod plurality;
mod poll;
mod quorum;
mod reputation_weighted;
mod roll;
mod rule;
mod rule_set;
mod self_vote;
mod supermajority;
mod supporters;
mod threshold;
mod ties;
mod unanimity;
mod users;
mod validate;

pub use build::{build, tally};
pub use electorate::{Candidate, Electorate, Voter};
pub use rule::DecisionRule;
pub use rule_set::RuleSet;
pub use supporters::supports;
pub use ties::{break_tie, is_breakable};
pub use validate::violations;
