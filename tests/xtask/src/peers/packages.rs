//! Our packages in the release profile, installed as a user has them, beside the programs that use them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::context::Context;
use crate::npm::npm;
use crate::process::{cargo_locked, program, run as start};
use crate::venv::environment;

/// The interpreter of an environment that holds our wheel and nothing else.
pub(super) fn python(context: &Context, folder: &Path) -> Result<PathBuf, String> {
    let tools = environment(context, "python", &context.root.join("aragora-py/tests/requirements.txt"))?;
    let wheels = emptied(folder.join("wheels"))?;
    let mut build = program(context, tools.join("maturin"));
    build.args(["build", "--release", "--manifest-path", "aragora-py/Cargo.toml"]);
    build.env("CARGO_TARGET_DIR", &context.target).arg("--interpreter").arg(tools.join("python"));
    start(build.arg("--out").arg(&wheels))?;
    let place = folder.join("ours-python");
    start(program(context, "python3").args(["-m", "venv", "--clear"]).arg(&place))?;
    let interpreter = place.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps"];
    start(program(context, &interpreter).args(pip).args(ending(&wheels, "whl")?))?;
    Ok(interpreter)
}

/// A folder with our npm package installed and the programs and the task of `peers` in it.
pub(super) fn node(context: &Context, peers: &Path) -> Result<PathBuf, String> {
    start(cargo_locked(context, "build").args(["--release", "--package", "aragora-node", "--lib"]))?;
    let package = context.root.join("aragora-node");
    let here = |command: &mut std::process::Command| start(command.current_dir(&package));
    let quiet = ["--no-audit", "--no-fund", "--loglevel", "error"];
    if !package.join("node_modules").is_dir() {
        here(program(context, npm()).arg("ci").args(quiet))?;
    }
    here(program(context, npm()).args(["run", "build"]).args(quiet))?;
    let packed = emptied(peers.join("packed"))?;
    let module = format!("{}aragora_node{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let mut pack = program(context, "node");
    pack.args(["scripts/pack.mjs", "--module"]).arg(context.target.join("release").join(module));
    here(pack.arg("--out").arg(&packed))?;
    let folder = emptied(peers.join("ours-node"))?;
    let described = folder.join("package.json");
    let text = r#"{"name": "ours", "private": true, "type": "module"}"#;
    fs::write(&described, text).map_err(|error| format!("{}: {error}", described.display()))?;
    let mut install = program(context, npm());
    install.args(["install", "--offline"]).args(quiet).args(ending(&packed, "tgz")?);
    start(install.current_dir(&folder))?;
    for name in ["ours.mjs", "load.mjs", "task.json"] {
        fs::copy(peers.join(name), folder.join(name)).map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(folder)
}

fn emptied(folder: PathBuf) -> Result<PathBuf, String> {
    let failed = |error| format!("{}: {error}", folder.display());
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(failed)?;
    }
    fs::create_dir_all(&folder).map_err(failed)?;
    Ok(folder)
}

fn ending(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, String> {
    let listed = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let found = listed.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let found: Vec<PathBuf> = found.filter(|path| path.extension().is_some_and(|is| is == extension)).collect();
    if found.is_empty() { Err(format!("no .{extension} file in {}", folder.display())) } else { Ok(found) }
}
