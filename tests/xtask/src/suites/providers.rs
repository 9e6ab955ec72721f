//! The bodies we send to providers, as the golden files have them, against the types of the vendors' own SDKs.

use std::path::Path;
use std::time::Duration;

use crate::context::Context;
use crate::npm;
use crate::process::{program, run_within, works};
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
    let work = npm::environment(context, "providers-node", &context.root.join(FOLDER))?;
    let mut check = program(context, "node");
    check.arg(Path::new(FOLDER).join("validate.mjs")).arg(GOLDEN).arg(&work);
    all_passed(&run_within(&mut check, LIMIT)?)
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
