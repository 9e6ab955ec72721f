//! `SIGKILL` at random and at named moments: what was acknowledged stays, nobody is asked twice, and the decision is
//! the one of an undisturbed run.

use std::path::Path;

use aragora_core::debate::Record;
use aragora_tests::durable::kill::rounds::{Kill, Program, in_peace, kills_of, survive};

fn killed(backend: &str, kills: impl IntoIterator<Item = Kill>, expected: &[Vec<Record>], context: &str) {
    let root = tempfile::tempdir().unwrap();
    let program = Program { path: Path::new(env!("CARGO_BIN_EXE_kill_child")), first: &[], server: None };
    let uri = format!("{backend}:{}", root.path().join("store").display());
    let verdict = survive(&program, &uri, &root.path().join("notes"), kills, expected).unwrap();
    assert!(verdict.passed(), "{backend}, {context}: {verdict:#?}");
    assert!(verdict.acknowledged > 0, "{backend}, {context}: {verdict:#?}");
}

fn again_and_again(backend: &str) {
    let rounds = std::env::var("ARAGORA_KILL_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(10_u64);
    let expected = in_peace().unwrap();
    for round in 1..=rounds {
        killed(backend, kills_of(round), &expected, &format!("round {round}"));
    }
}

fn at_named_records(backend: &str) {
    let expected = in_peace().unwrap();
    for word in ["debate_start", "step_start", "agent_message", "consensus_check", "stop", "decision", "debate_end"] {
        killed(backend, [Kill::At(word), Kill::At("debate_resumed")], &expected, &format!("killed at {word}"));
    }
}

#[test]
fn debates_in_a_file_killed_again_and_again_end_as_if_nothing_happened() {
    again_and_again("file");
}

#[test]
fn debates_in_a_file_killed_right_after_named_records_end_as_if_nothing_happened() {
    at_named_records("file");
}

#[test]
fn debates_in_redb_killed_again_and_again_end_as_if_nothing_happened() {
    again_and_again("redb");
}

#[test]
fn debates_in_redb_killed_right_after_named_records_end_as_if_nothing_happened() {
    at_named_records("redb");
}

#[cfg(feature = "sled")]
#[test]
fn debates_in_sled_killed_again_and_again_end_as_if_nothing_happened() {
    again_and_again("sled");
}

#[cfg(feature = "sled")]
#[test]
fn debates_in_sled_killed_right_after_named_records_end_as_if_nothing_happened() {
    at_named_records("sled");
}
