//! The recorded debates of real models reproduce their published figures.

use std::path::Path;
use std::time::Duration;

use crate::context::Context;
use crate::process::{WORKSPACE, cargo_locked, program, run as start, run_within};
use crate::suite::{Outcome, Suite};

pub(super) const SUITE: Suite =
    Suite { name: "replay", about: "recorded debates of real models reproduce their figures", run };

/// Several thousand debates, each replayed strictly; minutes, not a quarter of an hour.
const LIMIT: Duration = Duration::from_secs(15 * 60);

fn run(context: &Context) -> Outcome {
    match &context.shared {
        Some(shared) if shared.join("data/debates").is_dir() => replay(context, &shared.join("data/debates")).into(),
        _ => Outcome::Skipped("no recorded debates at ../shared or ARAGORA_SHARED".to_owned()),
    }
}

fn replay(context: &Context, debates: &Path) -> Result<(), String> {
    start(cargo_locked(context, "build").args(WORKSPACE).args(["--bin", "replay_debates"]))?;
    let output = run_within(program(context, context.built("replay_debates")).arg(debates), LIMIT)?;
    let last = output.lines().last().unwrap_or_default();
    let passed = last.split_once(" passed, ").map(|(count, rest)| (count.parse::<u64>(), rest));
    match passed {
        Some((Ok(1..), "0 failed")) => Ok(()),
        _ => Err(format!("the last line is {last:?}, expected `N passed, 0 failed`")),
    }
}
