//! The library behind Swift and Kotlin, and the private sources that are made from it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::context::Context;
use crate::process::{cargo_locked, program, run};

const CONFIG: &str = "aragora-ffi/uniffi.toml";

/// Builds the library and, the first time, the generator; the answer is where the library lies.
pub(crate) fn build(context: &Context) -> Result<PathBuf, String> {
    // The generator first: it is built with a feature the library must not have, and the later one of the two names
    // the file in the profile's folder.
    generator(context)?;
    run(cargo_locked(context, "build").args(["--package", "aragora-ffi", "--lib"]))?;
    let name = format!("{}aragora_ffi{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    Ok(context.target.join("debug").join(name))
}

/// Makes the sources of one language into an empty folder.
pub(crate) fn generate(context: &Context, library: &Path, language: &str, into: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", into.display());
    if into.exists() {
        fs::remove_dir_all(into).map_err(failed)?;
    }
    fs::create_dir_all(into).map_err(failed)?;
    let mut generate = program(context, generator(context)?);
    generate.arg("generate").arg(library).args(["--language", language, "--no-format", "--metadata-no-deps"]);
    run(generate.args(["--config", CONFIG, "--out-dir"]).arg(into))
}

/// The generator, built once per version and kept: it takes two minutes of CPU and never changes with our code.
fn generator(context: &Context) -> Result<PathBuf, String> {
    let manifest =
        fs::read_to_string(context.root.join("aragora-ffi/Cargo.toml")).map_err(|error| error.to_string())?;
    let version = manifest.split("uniffi = { version = \"").nth(1).and_then(|rest| rest.split('"').next());
    let version = version.ok_or("aragora-ffi/Cargo.toml names no version of uniffi")?;
    let kept = context.target.join("tools").join(format!("uniffi-bindgen-{version}{}", std::env::consts::EXE_SUFFIX));
    if !kept.is_file() {
        let arguments = ["--package", "aragora-ffi", "--features", "cli", "--bin", "uniffi-bindgen"];
        run(cargo_locked(context, "build").args(arguments))?;
        let tools = kept.parent().unwrap_or(&context.target);
        fs::create_dir_all(tools).map_err(|error| format!("{}: {error}", tools.display()))?;
        fs::copy(context.built("uniffi-bindgen"), &kept).map_err(|error| format!("{}: {error}", kept.display()))?;
    }
    Ok(kept)
}
