//! The examples in the documentation of the crates.

use crate::context::Context;
use crate::process::{WORKSPACE, cargo_locked, run as start};
use crate::suite::{Outcome, Suite};

pub(super) const SUITE: Suite = Suite { name: "doctests", about: "every example in the API documentation runs", run };

fn run(context: &Context) -> Outcome {
    start(cargo_locked(context, "test").args(WORKSPACE).arg("--doc")).into()
}
