//! The library behind Swift and Kotlin, and the sources uniffi makes from it.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fs;
use std::path::{Path, PathBuf};

use crate::context::Context;
use crate::process::{cargo_locked, program, run};

/// Builds the library and the generator; the answer is where the library lies.
pub(crate) fn build(context: &Context) -> Result<PathBuf, String> {
    // The generator first: it is built with a feature the library must not have, and the later one of the two names
    // the file in the profile's folder.
    run(cargo_locked(context, "build").args(["--package", "aragora-ffi", "--features", "cli", "--bin", GENERATOR]))?;
    run(cargo_locked(context, "build").args(["--package", "aragora-ffi", "--lib"]))?;
    Ok(context.target.join("debug").join(format!("{DLL_PREFIX}aragora_ffi{DLL_SUFFIX}")))
}

const GENERATOR: &str = "uniffi-bindgen";

/// Makes the sources of one language into an empty folder.
pub(crate) fn generate(context: &Context, library: &Path, language: &str, into: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", into.display());
    if into.exists() {
        fs::remove_dir_all(into).map_err(failed)?;
    }
    fs::create_dir_all(into).map_err(failed)?;
    let config = context.root.join("aragora-ffi").join("uniffi.toml");
    let mut generator = program(context, context.built(GENERATOR));
    generator.args(["generate", "--library"]).arg(library).args(["--language", language, "--no-format"]);
    run(generator.arg("--config").arg(config).arg("--out-dir").arg(into))
}
