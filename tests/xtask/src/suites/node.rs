//! The npm package: built, checked and packed, then tested as a user gets it, from its tarballs in a clean folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::context::Context;
use crate::model_server;
use crate::npm::npm;
use crate::process::{cargo_locked, program, run as start, run_within};
use crate::suite::{Outcome, Suite};

pub(super) const SUITE: Suite =
    Suite { name: "node", about: "the npm package from its tarballs: types, tests, conformance, examples", run };

const PACKAGE: &str = "aragora-node";

/// Node-API 9, and the parts of the language the face uses.
const OLDEST: (u32, u32) = (20, 3);

/// Compilers, type checks, tests and examples together; each test has a limit of its own.
const LIMIT: Duration = Duration::from_secs(540);

fn run(context: &Context) -> Outcome {
    let missing =
        |reason: &str| Outcome::Missing(format!("{reason}; Node.js {}.{} or newer is needed", OLDEST.0, OLDEST.1));
    match version(context) {
        None => missing("node is not installed"),
        Some(found) if found < OLDEST => missing(&format!("node is {}.{}", found.0, found.1)),
        Some(_) => all(context).into(),
    }
}

fn all(context: &Context) -> Result<(), String> {
    let folder = context.target.join("node");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    install(context, &folder)?;
    let module = build(context)?;
    let mut suite = program(context, "node");
    suite.arg(Path::new(PACKAGE).join("scripts").join("suite.mjs"));
    suite.arg("--module").arg(&module).arg("--work").arg(&folder);
    suite.envs(model_server::variables(&model_server::start()?));
    run_within(&mut suite, LIMIT).map(drop)
}

/// Compilers and linters, as the lock file has them. The file written at the end says that they are all there.
fn install(context: &Context, folder: &Path) -> Result<(), String> {
    let package = context.root.join(PACKAGE);
    let lock = package.join("package-lock.json");
    let wanted = fs::read_to_string(&lock).map_err(|error| format!("{}: {error}", lock.display()))?;
    let mark = folder.join("installed");
    let there = package.join("node_modules").is_dir();
    if there && fs::read_to_string(&mark).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    start(
        program(context, npm()).args(["ci", "--no-audit", "--no-fund", "--loglevel", "error"]).current_dir(&package),
    )?;
    fs::write(&mark, wanted).map_err(|error| format!("{}: {error}", mark.display()))
}

/// The native module: plain cargo in the one target directory, so that nothing is compiled twice.
fn build(context: &Context) -> Result<PathBuf, String> {
    start(cargo_locked(context, "build").args(["--package", PACKAGE, "--lib"]))?;
    let name = format!("{}aragora_node{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    Ok(context.target.join("debug").join(name))
}

fn version(context: &Context) -> Option<(u32, u32)> {
    let output = program(context, "node").arg("--version").output().ok().filter(|output| output.status.success())?;
    parsed(&String::from_utf8_lossy(&output.stdout))
}

fn parsed(said: &str) -> Option<(u32, u32)> {
    let mut parts = said.trim().strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_compared() {
        assert_eq!(parsed("v20.20.2\n"), Some((20, 20)));
        assert!(parsed("v18.19.0").is_some_and(|found| found < OLDEST));
        assert_eq!(parsed("node"), None);
    }
}
