//! Protocols decide, the engine acts: what to ask next, as a pure function of the transcript.
//!
//! A protocol of one page:
//!
//! ```
//! use aragora_core::debate::{Phase, Transcript};
//! use aragora_core::protocols::{DebateProtocol, ProtocolInfo, Step};
//! use aragora_core::Result;
//!
//! /// Everybody answers once.
//! #[derive(Debug)]
//! struct OneRound;
//!
//! impl DebateProtocol for OneRound {
//!     fn describe(&self) -> ProtocolInfo {
//!         ProtocolInfo::new("one-round", "1").with_planned_calls(|seats, _rounds| seats)
//!     }
//!     fn next(&self, transcript: &Transcript) -> Result<Step> {
//!         if transcript.round() == 0 { transcript.ask(Phase::Answer, "Answer in one line.", None) } else { Ok(Step::finish()) }
//!     }
//! }
//! ```

mod ask;
mod ballot;
mod critique;
mod dynamic;
mod preset;
mod registry;
mod roles;
mod sequential;
mod simultaneous;
mod step;
pub mod stop;
mod templates;
mod topology;
mod vote_only;

use std::fmt::Debug;

pub use ask::AskBuilder;
pub(crate) use ask::{part_in_round, sees_map, system_text, turn_id};
pub use critique::Critique;
pub use dynamic::{AskOrder, Dynamic, HistoryPolicy, Orders};
pub use preset::Preset;
pub use registry::Registry;
pub use roles::{cognitive_role, stance};
pub use sequential::Sequential;
pub use simultaneous::{Layout, Simultaneous};
pub(crate) use step::Count;
pub use step::{Ask, AskStep, Checkpoint, Draft, Estimate, Pause, ProtocolInfo, Step};
pub(crate) use templates::template_faults;
pub use templates::{TEMPLATE_NAMES, builtin_template, template_slots};
pub use topology::sees;
pub use vote_only::VoteOnlyProtocol;

use crate::debate::{OptionView, Transcript};
use crate::error::Result;

/// Decides what a debate does next. Pure: the same transcript gives the same step; no I/O, no clock, and no
/// randomness but the debate's seed.
///
/// `testing::protocol_suite` checks an implementation: purity (twice, and after a serde round trip of the
/// transcript), termination within the planned calls, no ask to an absent or benched seat, only visible messages
/// in `shown`, survival of any failures, no panic on any legal transcript.
pub trait DebateProtocol: Debug + Send + Sync {
    /// Name, version, parameters, seats needed and the most calls it makes.
    fn describe(&self) -> ProtocolInfo;

    /// What to do now. Never called while a step is open: the engine finishes open steps itself.
    fn next(&self, transcript: &Transcript) -> Result<Step>;

    /// What is counted for the decision. Default: the deciding rule over the ballots of the newest vote, or over
    /// the newest positions if none was taken in this round.
    fn decide(&self, transcript: &Transcript) -> Result<Draft> {
        Ok(Draft::newest(transcript))
    }

    /// What to count after the step that just ended, if anything. The engine records the count, ends the round
    /// where the checkpoint says so, and applies the stopping rules. Default: nothing.
    fn checkpoint(&self, transcript: &Transcript) -> Result<Option<Checkpoint>> {
        let _ = transcript;
        Ok(None)
    }

    /// One more step before the decision is written, once the winner is known: a synthesis. Asked again after it;
    /// what it returned goes into [`Draft::synthesis`]. Left out where time or budget forbids it. Default: nothing.
    fn closing(&self, transcript: &Transcript, winner: &OptionView) -> Result<Option<AskStep>> {
        let _ = (transcript, winner);
        Ok(None)
    }

    /// Whether calls may block (true for implementations in other languages); they then run on the blocking pool.
    fn blocking(&self) -> bool {
        false
    }
}
