//! What takes too long for every day: kills and migrations as often as the specification asks.

use crate::context::Context;
use crate::process::{cargo_locked, run};
use crate::servers::Servers;

/// Kills per backend.
const ROUNDS: &str = "100";
/// Rounds of eight processes that migrate one schema.
const MIGRATIONS: &str = "50";
const FEATURES: [&str; 4] = ["--package", "aragora-tests", "--features", "servers,sled"];

/// Runs all of it against servers of its own and says at the end what failed.
pub(crate) fn run_all(context: &Context) -> Result<(), String> {
    run(cargo_locked(context, "build").args(FEATURES).args(["--bin", "kill_test"]))?;
    run(cargo_locked(context, "test").args(FEATURES).args(["--test", "storage_migrations", "--no-run"]))?;
    let servers = Servers::start(context)?;
    let with = |subcommand: &str, words: &[&str]| {
        let mut command = cargo_locked(context, subcommand);
        command.args(FEATURES).args(words).env("ARAGORA_MIGRATE_ROUNDS", MIGRATIONS);
        command.envs(servers.variables());
        run(&mut command)
    };
    let mut failed = Vec::new();
    for backend in ["redb", "sled", "postgres", "redis"] {
        let words = ["--bin", "kill_test", "--", "--backend", backend, "--rounds", ROUNDS];
        failed.extend(with("run", &words).err());
    }
    let words = ["--test", "storage_migrations", "--", "--nocapture", "eight_processes"];
    failed.extend(with("test", &words).err());
    if failed.is_empty() { Ok(()) } else { Err(failed.join("; ")) }
}
