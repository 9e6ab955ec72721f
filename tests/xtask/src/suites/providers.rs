//! The bodies we send to providers, as the golden files have them, against the types of the vendors' own SDKs.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::context::Context;
use crate::process::{program, run as start, run_within, works};
use crate::suite::{Outcome, Suite};
use crate::venv::environment;

pub(super) const SUITE: Suite =
    Suite { name: "providers", about: "the vendors' own SDKs take the bodies we send", run };

const FOLDER: &str = "tests/providers/validate";
const GOLDEN: &str = "tests/tests/snapshots";

/// Seconds each, once the SDKs are installed.
const LIMIT: Duration = Duration::from_secs(180);

fn run(context: &Context) -> Outcome {
    if !works(program(context, "python3").arg("--version")) {
        return Outcome::Missing("no python3 is installed".to_owned());
    }
    if !works(program(context, "node").arg("--version")) {
        return Outcome::Missing("node is not installed".to_owned());
    }
    python(context).and_then(|()| javascript(context)).into()
}

fn python(context: &Context) -> Result<(), String> {
    let folder = context.root.join(FOLDER);
    let programs = environment(context, "providers", &folder.join("requirements.txt"))?;
    let mut check = program(context, programs.join("python"));
    check.env("PYTHONDONTWRITEBYTECODE", "1").arg(folder.join("validate.py")).arg(GOLDEN);
    all_passed(&run_within(&mut check, LIMIT)?)
}

fn javascript(context: &Context) -> Result<(), String> {
    let work = installed(context)?;
    let mut check = program(context, "node");
    check.arg(Path::new(FOLDER).join("validate.mjs")).arg(GOLDEN).arg(&work);
    all_passed(&run_within(&mut check, LIMIT)?)
}

/// The folder that holds exactly the packages of the lock file. A file written at the very end marks it as complete.
fn installed(context: &Context) -> Result<PathBuf, String> {
    let folder = context.root.join(FOLDER);
    let work = context.target.join("tools").join("providers-node");
    let said = |error: std::io::Error, path: &Path| format!("{}: {error}", path.display());
    let lock = folder.join("package-lock.json");
    let wanted = fs::read_to_string(&lock).map_err(|error| said(error, &lock))?;
    let mark = work.join("complete");
    if fs::read_to_string(&mark).is_ok_and(|found| found == wanted) {
        return Ok(work);
    }
    fs::create_dir_all(&work).map_err(|error| said(error, &work))?;
    for name in ["package.json", "package-lock.json", ".npmrc"] {
        fs::copy(folder.join(name), work.join(name)).map_err(|error| said(error, &folder.join(name)))?;
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let ci = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"];
    start(program(context, npm).args(ci).current_dir(&work))?;
    fs::write(&mark, wanted).map_err(|error| said(error, &mark))?;
    Ok(work)
}

fn all_passed(output: &str) -> Result<(), String> {
    let last = output.lines().last().unwrap_or_default();
    match last.split_once(" passed, ") {
        Some((count, "0 failed")) if count.parse::<u64>().is_ok_and(|count| count > 0) => Ok(()),
        _ => Err(format!("the last line is {last:?}, expected `N passed, 0 failed`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_count_without_failures_passes() {
        assert_eq!(all_passed("x\n65 passed, 0 failed\n"), Ok(()));
        for wrong in ["", "0 passed, 0 failed", "64 passed, 1 failed", "65 passed, 0 failed, 1 skipped"] {
            assert!(all_passed(wrong).is_err(), "{wrong}");
        }
    }
}
