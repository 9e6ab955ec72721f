//! Structured debates between language models, people and functions that end in a decision: the answer, who stands
//! behind it, who dissents and why, and what it cost.
//!
//! A debate in fifteen lines. The seats here are functions; a model, a person or a recording takes a seat the same way.
//!
//! ```
//! use aragora_core::agents::FnAgent;
//! use aragora_core::protocols::Simultaneous;
//! use aragora_core::{AgentId, Aragora, Result};
//!
//! # fn main() -> Result<()> {
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! let aragora = Aragora::in_memory()?;
//! let mut debate = aragora.debate("Do we ship on Friday?").protocol(Simultaneous::default());
//! for (id, view) in [("ada", "no"), ("bob", "no"), ("eve", "yes")] {
//!     debate = debate.seat(FnAgent::new(AgentId::new(id)?, move |_request, _output| async move {
//!         Ok(format!("I looked at the open issues.\nFINAL ANSWER: {view}"))
//!     }));
//! }
//! let decision = debate.start().await?.result().await?;
//! println!("{:?} because of {}", decision.outcome, decision.stop.cause);
//! assert_eq!(decision.answer.map(|answer| answer.value.to_string()).as_deref(), Some("no"));
//! assert_eq!(decision.dissenters, [AgentId::new("eve")?]);
//! # Ok(())
//! # })
//! # }
//! ```
//!
//! Where to look:
//! - [`Aragora`] is what a host holds; [`engine`] runs, resumes, replays and forks debates.
//! - [`agents`] answer, [`protocols`] decide what is asked next, [`consensus`] counts.
//! - [`debate`] is the domain: the event log, the transcript that is a fold over it, ballots, the decision.
//! - [`storage`] is the one seam below everything that is kept, [`testing`] (feature `testing`) has a public suite for
//!   every seam.
//!
//! Protocols are pure, a debate is its event log, and every error says what the caller must do.

pub mod agents;
pub mod analysis;
mod aragora;
pub mod clock;
pub mod config;
pub mod consensus;
pub mod crypto;
pub mod debate;
pub mod engine;
pub mod entropy;
mod env_report;
mod error;
#[cfg(feature = "foreign")]
#[doc(hidden)]
pub mod foreign;
pub mod http;
pub mod ids;
pub mod protocols;
#[cfg(feature = "schema")]
mod schema;
mod start;
pub mod storage;
pub mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;

pub use aragora::Aragora;
pub use debate::{Decision, Question};
pub use env_report::{EnvReport, probe_env, validate_env};
pub use error::{Error, ErrorKind, Result, Violation, Violations};
pub use ids::{AgentId, DebateId};
