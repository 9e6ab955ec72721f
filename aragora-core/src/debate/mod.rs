//! The domain, pure: what is asked, what is said, what is decided, and the log that holds all of it.

mod answer;
mod ballot;
mod ballot_json;
mod ballot_list;
mod ballot_schema;
mod ballot_text;
mod decision;
mod environment;
mod equivalence;
mod event;
mod expect;
mod extract;
mod extract_boxed;
mod fixed;
mod group;
mod label;
mod math;
mod message;
mod numeric;
mod options;
mod parse_ballot;
mod parse_critique;
mod parse_line;
mod parse_marker;
mod parse_markup;
mod parse_number;
mod parse_option;
mod parse_signals;
mod question;
mod record;
mod resolve;
mod rule;
mod seat;
mod shuffle;
mod strict_json;
mod transcript;
mod usage;

pub use answer::*;
pub use ballot::*;
pub use decision::*;
pub use environment::{Environment, Limits, RiskTier};
pub use equivalence::{Equal, Verdicts, normalise};
pub use event::*;
pub use expect::{Expect, JsonShape};
pub use extract::CompiledFormat;
pub use fixed::{Fixed6, Seed, round6};
pub use group::{AnswerGroup, group};
pub use label::{assign_labels, group_labels, label_name, voter_order};
pub use math::math_normalise;
pub use message::{Author, Message, MessageKind, Persona, Phase, Role, Stance, Visibility};
pub use numeric::{Rational, numeric};
pub use options::*;
pub use parse_ballot::{ParseWarning, ParsedBallot, parse_ballot};
pub use parse_critique::{ParsedCritique, parse_critiques};
pub use parse_marker::{Marker, parse_pairwise_marker, parse_rating_marker};
pub use parse_signals::{Signals, parse_signals};
pub use question::{Document, OptionSpec, Question};
pub use record::{RECORD_VERSION, Record};
pub use resolve::judge_object;
pub use rule::*;
pub use seat::{AgentKind, Reputation, SeatView};
pub use shuffle::{pick, shuffle};
pub use usage::*;

pub(crate) fn diversity(_seats: &[SeatView]) -> Diversity {
    Diversity::default()
}
