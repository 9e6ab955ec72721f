//! Sealed values are read, and made, by a program that knows nothing but their description.

use crate::context::Context;
use crate::process::{cargo_locked, program, run as start};
use crate::suite::{Outcome, Suite};
use crate::venv;

pub(super) const SUITE: Suite =
    Suite { name: "sealing", about: "another language's library reads what is sealed, and the other way round", run };

const FOLDER: &str = "tests/sealing";

fn run(context: &Context) -> Outcome {
    match venv::environment(context, "sealing", &context.root.join(FOLDER).join("requirements.txt")) {
        Ok(programs) => both_ways(context, &programs).into(),
        Err(reason) => Outcome::Missing(reason),
    }
}

fn both_ways(context: &Context, programs: &std::path::Path) -> Result<(), String> {
    let folder = context.target.join("sealing");
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let (samples, answers) = (folder.join("samples.jsonl"), folder.join("answers.jsonl"));
    let ours = |what: &str, file: &std::path::Path| {
        let mut command = cargo_locked(context, "run");
        command.args(["--package", "aragora-tests", "--bin", "seal_samples", "--", what]).arg(file);
        start(&mut command)
    };
    ours("write", &samples)?;
    let reader = context.root.join(FOLDER).join("read.py");
    start(program(context, programs.join("python")).arg(reader).args([&samples, &answers]))?;
    ours("read", &answers)
}
