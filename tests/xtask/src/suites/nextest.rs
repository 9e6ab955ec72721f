//! Unit, behaviour and property tests.

use crate::context::Context;
use crate::process::{WORKSPACE, cargo, cargo_locked, run as start, works};
use crate::suite::{Outcome, Suite};

pub(super) const SUITE: Suite = Suite { name: "nextest", about: "every test of the workspace passes", run };

/// The newest runner known to build with the workspace's Rust.
const VERSION: &str = "0.9.143";

fn run(context: &Context) -> Outcome {
    if context.shared.is_none() {
        println!("  no recorded material at ../shared or ARAGORA_SHARED: tests that read it say so and pass");
    }
    if let Err(reason) = installed(context) {
        if context.ci {
            return Outcome::Missing(reason);
        }
        println!("!!! cargo-nextest is not here ({reason}): running `cargo test`, without its time limits");
        return start(cargo_locked(context, "test").args(WORKSPACE).args(["--lib", "--bins", "--tests"])).into();
    }
    let profile = if context.ci { "ci" } else { "default" };
    start(cargo_locked(context, "nextest run").args(["--profile", profile]).args(WORKSPACE)).into()
}

fn installed(context: &Context) -> Result<(), String> {
    if works(cargo(context, "nextest").arg("--version")) {
        return Ok(());
    }
    start(cargo(context, "install").args(["--locked", "cargo-nextest", "--version", VERSION]))
}
