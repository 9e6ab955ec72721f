//! `kill_test --backend redb --rounds 100 [--uri URI]`: runs debates in processes that are killed at random moments and
//! resumed by the next one, and counts what was acknowledged, lost and asked twice. The last line is
//! `N passed, N failed`.
//!
//! `redb`, `sled` and `file` need no URI. For a server each round needs a place of its own: `{round}` in the URI is
//! replaced by its number.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use aragora_core::{Error, ErrorKind, Result};
use aragora_tests::durable::kill::child;
use aragora_tests::durable::kill::rounds::{Program, Verdict, in_peace, kills_of, survive};

/// Makes this program a life instead of the one that kills.
const LIFE: &str = "life";

struct Wanted {
    backend: String,
    rounds: u64,
    uri: Option<String>,
}

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = if arguments.first().is_some_and(|first| first == LIFE) {
        child::main(arguments.split_off(1)).map(|()| true)
    } else {
        wanted(&arguments).and_then(|wanted| run(&wanted))
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error:?}");
            ExitCode::from(2)
        }
    }
}

fn wanted(arguments: &[String]) -> Result<Wanted> {
    let usage = "usage: kill_test --backend redb|sled|file|postgres|redis [--rounds N] [--uri URI]";
    let wrong = || Error::new(ErrorKind::InvalidRequest, usage);
    let mut wanted = Wanted { backend: String::new(), rounds: 10, uri: None };
    for pair in arguments.chunks(2) {
        match pair {
            [name, value] if name == "--backend" => wanted.backend.clone_from(value),
            [name, value] if name == "--rounds" => wanted.rounds = value.parse().map_err(|_| wrong())?,
            [name, value] if name == "--uri" => wanted.uri = Some(value.clone()),
            _ => return Err(wrong()),
        }
    }
    let local = ["redb", "sled", "file"].contains(&wanted.backend.as_str());
    if wanted.backend.is_empty() || (!local && wanted.uri.is_none()) { Err(wrong()) } else { Ok(wanted) }
}

fn run(wanted: &Wanted) -> Result<bool> {
    let io = |error: std::io::Error| Error::new(ErrorKind::Unavailable, error.to_string());
    let path = std::env::current_exe().map_err(io)?;
    let program = Program { path: &path, first: &[LIFE] };
    let root = tempfile::tempdir().map_err(io)?;
    let expected = in_peace()?;
    let mut total = Verdict::default();
    let (mut passed, mut failed) = (0, 0);
    for round in 1..=wanted.rounds {
        let place = root.path().join(round.to_string());
        std::fs::create_dir_all(&place).map_err(io)?;
        let uri = uri_of(wanted, &place, round);
        let verdict = survive(&program, &uri, &place.join("notes"), kills_of(round), &expected)
            .unwrap_or_else(|error| Verdict { faults: vec![error.to_string()], ..Verdict::default() });
        say(&format!(
            "round {round}: {} lives, {} acknowledged, {} lost, {} asked twice",
            verdict.lives, verdict.acknowledged, verdict.lost, verdict.asked_twice
        ));
        for fault in &verdict.faults {
            say(&format!("  {fault}"));
        }
        if verdict.passed() {
            passed += 1
        } else {
            failed += 1
        }
        total.lives += verdict.lives;
        total.acknowledged += verdict.acknowledged;
        total.lost += verdict.lost;
        total.asked_twice += verdict.asked_twice;
        std::fs::remove_dir_all(&place).map_err(io)?;
    }
    let Verdict { lives, acknowledged, lost, asked_twice, .. } = total;
    say(&format!("{}: {} rounds, {lives} lives", wanted.backend, wanted.rounds));
    say(&format!("acknowledged {acknowledged}"));
    say(&format!("lost {lost}"));
    say(&format!("asked twice {asked_twice}"));
    say(&format!("{passed} passed, {failed} failed"));
    Ok(failed == 0)
}

fn uri_of(wanted: &Wanted, place: &Path, round: u64) -> String {
    match &wanted.uri {
        Some(uri) => uri.replace("{round}", &round.to_string()),
        None => format!("{}:{}", wanted.backend, place.join("store").display()),
    }
}

fn say(line: &str) {
    // Whoever reads may have seen enough.
    let _ = writeln!(std::io::stdout(), "{line}");
}
