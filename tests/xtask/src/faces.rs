//! The value types of the other languages, rendered by a program of `aragora-tests` from the core's own.

use std::process::Command;

use crate::context::Context;
use crate::process::{cargo_locked, run};

const FACES: [&str; 4] = ["--package", "aragora-tests", "--features", "faces"];

/// Renders every file again.
pub(crate) fn render(context: &Context) -> Result<(), String> {
    run(command(context, "run").args(["--quiet", "--bin", "render_faces"]))
}

/// Fails when a file is not as it would be rendered, or when the model is not what the core writes.
pub(crate) fn check(context: &Context) -> Result<(), String> {
    run(command(context, "run").args(["--quiet", "--bin", "render_faces", "--", "check"]))?;
    run(command(context, "test").args(["--quiet", "--lib", "--test", "faces_model", "--test", "faces_render"]))?;
    run(command(context, "clippy").args(["--quiet", "--all-targets", "--", "-D", "warnings"]))
}

fn command(context: &Context, subcommand: &str) -> Command {
    let mut command = cargo_locked(context, subcommand);
    command.args(FACES);
    command
}
