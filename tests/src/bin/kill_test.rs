//! `kill_test --backend redb --rounds 100 [--uri URI]`: runs debates in processes that are killed at random moments and
//! resumed by the next one, and counts what was acknowledged, lost and asked twice. The last line is
//! `N passed, N failed`.
//!
//! `redb`, `sled` and `file` need no URI. `postgres` and `redis` take the servers of
//! `cargo xtask with-servers`, and there every second blow hits the server instead of the process: backends of
//! PostgreSQL are ended or killed, Redis is killed and started again. With a URI of one's own only processes are
//! killed; each round needs a place of its own there, so `{round}` is replaced by its number.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use aragora_core::{Error, ErrorKind, Result};
use aragora_tests::durable::kill::child;
use aragora_tests::durable::kill::rounds::{Program, Server, Verdict, in_peace, kills_of, kills_with_server, survive};

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
    if wanted.backend.is_empty() { Err(wrong()) } else { Ok(wanted) }
}

/// Where the stores of all rounds lie, and who can be hit there.
struct Place {
    // `{place}` is a directory of the round, `{round}` its number.
    uri: String,
    server: Option<Box<dyn Server>>,
}

impl Place {
    fn new(wanted: &Wanted) -> Result<Self> {
        let backend = wanted.backend.as_str();
        match (&wanted.uri, backend) {
            (Some(uri), _) => Ok(Self { uri: uri.clone(), server: None }),
            (None, "redb" | "sled" | "file") => Ok(Self { uri: format!("{backend}:{{place}}/store"), server: None }),
            (None, _) => Self::on_server(backend),
        }
    }

    #[cfg(feature = "servers")]
    fn on_server(backend: &str) -> Result<Self> {
        use aragora_tests::servers::{StruckPostgres, StruckRedis, address, unique, with_options};
        let none = || Error::new(ErrorKind::NotConfigured, "run by `cargo xtask with-servers`, or give a --uri");
        let name: String = unique("kill").chars().take(26).collect();
        match backend {
            "postgres" => {
                let address = address("ARAGORA_TEST_POSTGRES").ok_or_else(none)?;
                let uri = with_options(&address, &format!("aragora.schema={name}_{{round}}"));
                Ok(Self { uri, server: Some(Box::new(StruckPostgres::new(&address))) })
            }
            "redis" => {
                let server = StruckRedis::start().ok_or_else(none)??;
                let uri =
                    with_options(&server.address(), &format!("aragora.only_copy=allow&aragora.ns={name}_{{round}}"));
                Ok(Self { uri, server: Some(Box::new(server)) })
            }
            _ => Err(Error::new(ErrorKind::InvalidRequest, format!("there is no backend {backend}"))),
        }
    }

    #[cfg(not(feature = "servers"))]
    fn on_server(_: &str) -> Result<Self> {
        Err(Error::new(ErrorKind::NotConfigured, "built without the feature `servers` of the tests"))
    }

    fn uri(&self, place: &Path, round: u64) -> String {
        self.uri.replace("{round}", &round.to_string()).replace("{place}", &place.display().to_string())
    }
}

fn run(wanted: &Wanted) -> Result<bool> {
    let io = |error: std::io::Error| Error::new(ErrorKind::Unavailable, error.to_string());
    let path = std::env::current_exe().map_err(io)?;
    let stores = Place::new(wanted)?;
    let program = Program { path: &path, first: &[LIFE], server: stores.server.as_deref() };
    let root = tempfile::tempdir().map_err(io)?;
    let expected = in_peace()?;
    let mut total = Verdict::default();
    let (mut passed, mut failed) = (0, 0);
    for round in 1..=wanted.rounds {
        let place = root.path().join(round.to_string());
        std::fs::create_dir_all(&place).map_err(io)?;
        let uri = stores.uri(&place, round);
        let kills = if program.server.is_some() { kills_with_server(round) } else { kills_of(round) };
        let verdict = survive(&program, &uri, &place.join("notes"), kills, &expected)
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
        total.strikes += verdict.strikes;
        total.acknowledged += verdict.acknowledged;
        total.lost += verdict.lost;
        total.asked_twice += verdict.asked_twice;
        std::fs::remove_dir_all(&place).map_err(io)?;
    }
    let Verdict { lives, strikes, acknowledged, lost, asked_twice, .. } = total;
    say(&format!("{}: {} rounds, {lives} lives, {strikes} blows to the server", wanted.backend, wanted.rounds));
    say(&format!("acknowledged {acknowledged}"));
    say(&format!("lost {lost}"));
    say(&format!("asked twice {asked_twice}"));
    say(&format!("{passed} passed, {failed} failed"));
    Ok(failed == 0)
}

fn say(line: &str) {
    // Whoever reads may have seen enough.
    let _ = writeln!(std::io::stdout(), "{line}");
}
