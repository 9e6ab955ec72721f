//! Lints, as errors, over everything that is compiled for any purpose.

use crate::context::Context;
use crate::process::{cargo_locked, run as start};
use crate::suite::{Outcome, Suite};

pub(super) const SUITE: Suite = Suite { name: "clippy", about: "no lint fires in any target of the workspace", run };

fn run(context: &Context) -> Outcome {
    let targets = ["--workspace", "--all-targets", "--features", "aragora-core/testing", "--", "-D", "warnings"];
    start(cargo_locked(context, "clippy").args(targets)).into()
}
