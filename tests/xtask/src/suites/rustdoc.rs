//! The API documentation.

use crate::context::Context;
use crate::process::{WORKSPACE, cargo_locked, run as start};
use crate::suite::{Outcome, Suite};

pub(super) const SUITE: Suite =
    Suite { name: "rustdoc", about: "the API documentation builds without a warning or a dead link", run };

fn run(context: &Context) -> Outcome {
    start(cargo_locked(context, "doc").args(WORKSPACE).arg("--no-deps").env("RUSTDOCFLAGS", "-D warnings")).into()
}
