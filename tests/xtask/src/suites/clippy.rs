//! Lints, as errors, over everything that is compiled for any purpose.

use crate::context::Context;
use crate::process::{WORKSPACE, cargo_locked, run as start};
use crate::suite::{Outcome, Suite};

pub(super) const SUITE: Suite = Suite { name: "clippy", about: "no lint fires in any target of the workspace", run };

fn run(context: &Context) -> Outcome {
    let lints = ["--all-targets", "--", "-D", "warnings"];
    start(cargo_locked(context, "clippy").args(WORKSPACE).args(lints)).into()
}
