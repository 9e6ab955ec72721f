//! The PyPI peer of the side-by-side bench, in an environment of its own.

use crate::context::Context;
use crate::process::{program, run as start};
use crate::venv::environment;

const FOLDER: &str = "benches/peers/aragora_debate";

/// Installs the pinned peer once and lets it run this many concurrent debates; the last line is JSON.
pub(crate) fn run(context: &Context, debates: &str) -> Result<(), String> {
    let folder = context.root.join(FOLDER);
    let programs = environment(context, "peers", &folder.join("requirements.txt"))?;
    start(program(context, programs.join("python")).arg(folder.join("run.py")).args(["--debates", debates]))
}
