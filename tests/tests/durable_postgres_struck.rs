//! Debates whose PostgreSQL is killed. It runs alone, for nobody else's server may be hit.

use std::path::Path;

use aragora_tests::durable::kill::rounds::{Program, in_peace, kills_with_server, survive};
use aragora_tests::servers::{StruckPostgres, address, unique, with_options};

#[test]
fn debates_whose_postgres_is_killed_end_as_if_nothing_happened() {
    let Some(address) = address("ARAGORA_TEST_POSTGRES") else { return };
    let server = StruckPostgres::new(&address);
    let program = Program { path: Path::new(env!("CARGO_BIN_EXE_kill_child")), first: &[], server: Some(&server) };
    let expected = in_peace().unwrap();
    let rounds = std::env::var("ARAGORA_KILL_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(10);
    let mut strikes = 0;
    for round in 1..=rounds {
        let root = tempfile::tempdir().unwrap();
        let uri = with_options(&address, &format!("aragora.schema={}", unique("k")));
        let verdict = survive(&program, &uri, &root.path().join("notes"), kills_with_server(round), &expected).unwrap();
        assert!(verdict.passed() && verdict.acknowledged > 0, "round {round}: {verdict:#?}");
        strikes += verdict.strikes;
    }
    assert!(strikes > 0, "no blow hit the server");
}
