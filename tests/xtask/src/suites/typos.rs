//! Spelling. The tool comes from PyPI in seconds; building it would take minutes.

use crate::context::Context;
use crate::process::{program, run as start, works};
use crate::suite::{Outcome, Suite};
use crate::venv::environment;

pub(super) const SUITE: Suite = Suite { name: "typos", about: "no known misspelling in any file", run };

fn run(context: &Context) -> Outcome {
    let typos = if works(program(context, "typos").arg("--version")) {
        "typos".into()
    } else {
        match environment(context, "typos", &context.root.join(".config/typos-requirements.txt")) {
            Ok(programs) => programs.join("typos"),
            Err(reason) => return Outcome::Skipped(format!("typos is not installed and cannot be: {reason}")),
        }
    };
    start(program(context, typos).args(["--config", ".typos.toml"])).into()
}
