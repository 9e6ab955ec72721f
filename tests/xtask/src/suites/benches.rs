//! The benches compile. They are run by hand, on a quiet machine: `cargo bench`.

use crate::context::Context;
use crate::process::{WORKSPACE, cargo_locked, run as start};
use crate::suite::{Outcome, Suite};

pub(super) const SUITE: Suite = Suite { name: "benches", about: "the benches compile", run };

fn run(context: &Context) -> Outcome {
    start(cargo_locked(context, "check").args(WORKSPACE).arg("--benches")).into()
}
