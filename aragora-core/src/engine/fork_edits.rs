//! What is wrong with a fork's edits, all of it at once and before anything is written.

use std::collections::BTreeSet;

use crate::consensus::{self, RuleSet};
use crate::debate::{Edit, Transcript};
use crate::error::Violations;
use crate::ids::{AgentId, MessageId};

const MAX_CHARS: usize = 100_000;

/// Every violation by pointer into the list of edits; edits apply in order, so a seat that was added may be dropped.
pub(super) fn violations(t: &Transcript, edits: &[Edit], rules: &RuleSet) -> Violations {
    let mut v = Violations::new();
    let mut seats: BTreeSet<AgentId> = t.seats().map(|seat| seat.id.clone()).collect();
    let mut voting = t.eligible().map(|seat| seat.id.clone()).collect::<BTreeSet<_>>();
    // A dropped seat keeps its place in the roster: its id is not free again.
    let mut known = t.start().roster.iter().map(|seat| seat.id.clone()).chain(seats.clone()).collect::<BTreeSet<_>>();
    for (i, edit) in edits.iter().enumerate() {
        let at = format!("/edits/{i}");
        match edit {
            Edit::ReplaceMessage { message, text } => {
                v.check(exists(t, message), format!("{at}/message"), format!("there is no message {message}"));
                v.nest(&at, words(text));
            }
            Edit::InsertHuman { by, text } => {
                v.check(!by.trim().is_empty(), format!("{at}/by"), "nobody, expected a speaker");
                v.nest(&at, words(text));
            }
            Edit::DropSeat { seat } => {
                v.check(seats.remove(seat), format!("{at}/seat"), format!("there is no seat {seat}"));
                voting.remove(seat);
            }
            Edit::AddSeat { seat } => {
                let new = known.insert(seat.id.clone());
                v.check(new, format!("{at}/seat/id"), format!("seat {} is or was there already", seat.id));
                seats.insert(seat.id.clone());
                if seat.votes {
                    voting.insert(seat.id.clone());
                }
            }
            Edit::SetRule { rule } => v.nest(&format!("{at}/rule"), consensus::violations(rule, voting.len(), rules)),
            Edit::SetLimits { limits } => v.nest(&format!("{at}/limits"), limits.violations()),
            Edit::SetBelief { seat, belief } => {
                v.check(seats.contains(seat), format!("{at}/seat"), format!("there is no seat {seat}"));
                for (option, p) in belief {
                    v.check(
                        (0.0..=1.0).contains(p),
                        format!("{at}/belief/{option}"),
                        format!("{p}, expected a probability from 0 to 1"),
                    );
                }
            }
        }
    }
    v.check(!voting.is_empty(), "/edits", "no seat with a vote is left");
    v
}

fn exists(t: &Transcript, message: &MessageId) -> bool {
    t.message(message).is_some()
}

fn words(text: &str) -> Violations {
    let mut v = Violations::new();
    let chars = text.chars().count();
    v.check(
        !text.trim().is_empty() && chars <= MAX_CHARS && !text.contains('\0'),
        "/text",
        format!("{chars} characters, expected some text of at most {MAX_CHARS} without NUL"),
    );
    v
}
