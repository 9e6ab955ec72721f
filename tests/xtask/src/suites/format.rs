//! One format for all Rust files.

use crate::context::Context;
use crate::process::{cargo, run as start};
use crate::suite::{Outcome, Suite};

pub(super) const SUITE: Suite = Suite { name: "format", about: "every Rust file is formatted", run };

fn run(context: &Context) -> Outcome {
    start(cargo(context, "fmt").args(["--all", "--check"])).into()
}
