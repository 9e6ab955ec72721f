//! The recorded debates of real models reproduce their published figures, and recorded traffic of providers is read as
//! an independent reader reads it.

use std::path::Path;
use std::time::Duration;

use crate::context::Context;
use crate::process::{WORKSPACE, cargo_locked, program, run as start, run_within};
use crate::suite::{Outcome, Suite};

pub(super) const SUITE: Suite =
    Suite { name: "replay", about: "recorded debates reproduce their figures, recorded traffic is read rightly", run };

/// Several thousand debates, each replayed strictly; minutes, not a quarter of an hour.
const LIMIT: Duration = Duration::from_secs(15 * 60);

/// Beside the recordings of providers: exchanges invented for this repository, which are always here.
const FIXTURES: &str = "tests/fixtures/providers";

fn run(context: &Context) -> Outcome {
    if let Err(reason) = replay(context, "replay_providers", Path::new(FIXTURES)) {
        return Outcome::Failed(reason);
    }
    let Some(shared) = &context.shared else {
        return Outcome::Skipped("no recordings at ../shared or ARAGORA_SHARED; the invented ones passed".to_owned());
    };
    let recorded = [("replay_providers", "data/cassettes/dev"), ("replay_debates", "data/debates")];
    for (name, folder) in recorded.map(|(name, folder)| (name, shared.join(folder))) {
        if !folder.is_dir() {
            return Outcome::Skipped(format!("no recordings at {}", folder.display()));
        }
        if let Err(reason) = replay(context, name, &folder) {
            return Outcome::Failed(reason);
        }
    }
    Outcome::Passed
}

fn replay(context: &Context, name: &str, folder: &Path) -> Result<(), String> {
    start(cargo_locked(context, "build").args(WORKSPACE).args(["--bin", name]))?;
    let output = run_within(program(context, context.built(name)).arg(folder), LIMIT)?;
    let last = output.lines().last().unwrap_or_default();
    let passed = last.split_once(" passed, ").map(|(count, rest)| (count.parse::<u64>(), rest));
    match passed {
        Some((Ok(1..), "0 failed")) => Ok(()),
        _ => Err(format!("{name}: the last line is {last:?}, expected `N passed, 0 failed`")),
    }
}
