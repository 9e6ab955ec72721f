//! Stores on PostgreSQL and Redis, against real servers.

use std::process::Command;

use crate::context::Context;
use crate::process::{cargo, cargo_locked, run as start, works};
use crate::servers::Servers;
use crate::suite::{Outcome, Suite};

pub(super) const SUITE: Suite =
    Suite { name: "servers", about: "stores on PostgreSQL and Redis keep every line of the storage contract", run };

/// Stores in directories too: copies go from every backend to every other.
const FEATURES: &str = "servers,sled";

const TOGETHER: [&str; 12] = [
    "durable_servers",
    "storage_decorators",
    "storage_histories",
    "storage_postgres",
    "storage_postgres_faults",
    "storage_migrations",
    "storage_redis",
    "storage_redis_faults",
    "storage_server_secrets",
    "storage_telemetry",
    "start_rules",
    "storage_copies",
];
/// One after the other: they stop and start the servers, which nobody else must be using.
const ALONE: [&str; 2] = ["storage_postgres_restart", "durable_postgres_struck"];

fn run(context: &Context) -> Outcome {
    let lints = ["--all-targets", "--features", FEATURES, "--", "-D", "warnings"];
    if let Err(reason) = start(cargo_locked(context, "clippy").args(["--package", "aragora-tests"]).args(lints)) {
        return Outcome::Failed(reason);
    }
    // Built before the servers start, so that they wait for nothing.
    let all = [TOGETHER.as_slice(), &ALONE].concat();
    let mut build = selected(context, cargo_locked(context, "test"), &all);
    if let Err(reason) = start(build.arg("--no-run")) {
        return Outcome::Failed(reason);
    }
    let servers = match Servers::start(context) {
        Ok(servers) => servers,
        Err(reason) => return Outcome::Missing(reason),
    };
    let together = tests(context, &servers, &[]).and_then(|()| tests(context, &servers, &TOGETHER));
    together.and_then(|()| ALONE.iter().try_for_each(|name| tests(context, &servers, &[name]))).into()
}

/// The named suites, or with none the library's own tests of what needs the servers' features.
fn tests(context: &Context, servers: &Servers, names: &[&str]) -> Result<(), String> {
    let nextest = works(cargo(context, "nextest").arg("--version"));
    let base = cargo_locked(context, if nextest { "nextest run" } else { "test" });
    let mut command = if names.is_empty() {
        let mut command = base;
        command.args(["--package", "aragora-core", "--lib", "--features", "testing,storage-postgres,storage-redis"]);
        command.arg("storage::");
        command
    } else {
        selected(context, base, names)
    };
    for (variable, value) in servers.variables() {
        command.env(variable, value);
    }
    start(&mut command)
}

fn selected(_: &Context, mut command: Command, names: &[&str]) -> Command {
    command.args(["--package", "aragora-tests", "--features", FEATURES]);
    for name in names {
        command.args(["--test", name]);
    }
    command
}
