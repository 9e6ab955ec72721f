//! Fuzz targets: any bytes as the answer of a provider. They need the nightly compiler and take as long as one lets
//! them, so that they run only when told for how long.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::context::Context;
use crate::process::{cargo_locked, program, run as start, run_within, works};
use crate::suite::{Outcome, Suite};

pub(super) const SUITE: Suite = Suite { name: "fuzz", about: "no bytes of a provider break an adapter", run };

const FOLDER: &str = "tests/fuzz";
const FIXTURES: &str = "tests/fixtures/providers";

/// How long each target runs.
const SECONDS: &str = "ARAGORA_FUZZ_SECONDS";

const TARGETS: [&str; 7] = ["sse", "classify", "messages", "responses", "chat", "generate", "interactions"];

/// The newest version known to work.
const VERSION: &str = "0.13.2";

fn run(context: &Context) -> Outcome {
    let Some(seconds) = std::env::var(SECONDS).ok().and_then(|text| text.parse::<u64>().ok()) else {
        return Outcome::Skipped(format!("{SECONDS} does not say how long each target runs"));
    };
    if !works(program(context, "cargo").args(["+nightly", "--version"])) {
        return Outcome::Missing("the nightly compiler is not installed".to_owned());
    }
    fuzz(context, seconds).into()
}

fn fuzz(context: &Context, seconds: u64) -> Result<(), String> {
    let tool = installed(context)?;
    let seeds = context.target.join("fuzz-seeds");
    start(cargo_locked(context, "build").args(["--package", "aragora-tests", "--bin", "fuzz_seeds"]))?;
    start(program(context, context.built("fuzz_seeds")).arg(FIXTURES).arg(&seeds))?;
    for target in TARGETS {
        one(context, &tool, &seeds, target, seconds)?;
    }
    Ok(())
}

fn one(context: &Context, tool: &Path, seeds: &Path, target: &str, seconds: u64) -> Result<(), String> {
    // A target that has found nothing yet has no folder, and libFuzzer does not make it.
    let corpus = format!("{FOLDER}/corpus/{target}");
    std::fs::create_dir_all(context.root.join(&corpus)).map_err(|error| format!("{corpus}: {error}"))?;
    let mut command = program(context, tool);
    // What cargo tells its subcommands: which compiler to use.
    command.env("RUSTUP_TOOLCHAIN", "nightly").args(["fuzz", "run", "--fuzz-dir", FOLDER, target]);
    command.arg(&corpus).arg(seeds.join(target)).arg("--");
    command.arg(format!("-max_total_time={seconds}")).args(["-timeout=20", "-max_len=16384", "-print_final_stats=1"]);
    // Half an hour for the first build.
    run_within(&mut command, Duration::from_secs(seconds + 1_800)).map(drop)
}

fn installed(context: &Context) -> Result<PathBuf, String> {
    let root = context.target.join("tools").join("cargo-fuzz");
    let tool = root.join("bin").join(format!("cargo-fuzz{}", std::env::consts::EXE_SUFFIX));
    if !tool.is_file() {
        let mut install = cargo_locked(context, "install");
        start(install.args(["--locked", "cargo-fuzz", "--version", VERSION, "--root"]).arg(&root))?;
    }
    Ok(tool)
}
