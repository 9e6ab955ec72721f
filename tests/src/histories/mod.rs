//! Histories of many threads, in one process or several: what each call saw, and whether some order of the calls
//! explains all of it.

mod act;
mod check;

use serde::{Deserialize, Serialize};

pub use act::{ACCOUNTS, KEYS, TICKETS, left, prepare, run};
pub use check::{linearizable, one_winner_each, taken_once};

/// What one call to one key was and what it answered. Every written value is written once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Did {
    /// Found this.
    Read(Option<u64>),
    /// Wrote this whatever was there.
    Wrote(u64),
    /// Was to replace the first by the second and did or did not. `None` is no row.
    Swapped(Option<u64>, Option<u64>, bool),
    /// Took what was there away.
    Took(Option<u64>),
}

/// A call, between two moments of one clock, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The key.
    pub key: u64,
    /// When it was made.
    pub from: u64,
    /// When it was answered.
    pub to: u64,
    /// What it did.
    pub did: Did,
}

/// What the threads of one process saw.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// Calls to single keys.
    pub calls: Vec<Call>,
    /// How often money was moved.
    pub moved: u64,
    /// How often it was counted.
    pub counted: u64,
    /// Counts that were wrong, and what else must not be.
    pub faults: Vec<String>,
    /// Tickets that were taken.
    pub tickets: Vec<u64>,
}

impl History {
    /// Adds what another process saw.
    pub fn add(&mut self, mut other: Self) {
        self.calls.append(&mut other.calls);
        self.faults.append(&mut other.faults);
        self.tickets.append(&mut other.tickets);
        self.moved += other.moved;
        self.counted += other.counted;
    }
}
