//! The domain, pure: what is asked, what is said, what is decided, and the log that holds all of it.

mod answer;
mod ballot;
mod decision;
mod environment;
mod equivalence;
mod event;
mod expect;
mod extract;
mod fixed;
mod group;
mod label;
mod message;
mod options;
mod parse_ballot;
mod parse_critique;
mod parse_line;
mod question;
mod record;
mod rule;
mod seat;
mod transcript;
mod usage;

pub use answer::*;
pub use ballot::*;
pub use decision::*;
pub use environment::{Environment, Limits, RiskTier};
pub use event::*;
pub use expect::{Expect, JsonShape};
pub use fixed::{Fixed6, Seed, round6};
pub use message::{Author, Message, MessageKind, Persona, Phase, Role, Stance, Visibility};
pub use options::*;
pub use question::{Document, OptionSpec, Question};
pub use record::{RECORD_VERSION, Record};
pub use rule::*;
pub use seat::{AgentKind, Reputation, SeatView, UNDISCLOSED, diversity};
pub use usage::*;
