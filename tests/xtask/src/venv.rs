//! Python environments for tools and peers: below the target directory, pinned, made once.

use std::fs;
use std::path::{Path, PathBuf};

use crate::context::Context;
use crate::process::{program, run, works};

/// The folder of programs of an environment that holds exactly these requirements (a pip requirements file).
/// A file written at the very end marks it as complete; without it the environment is made anew.
pub(crate) fn environment(context: &Context, name: &str, requirements: &Path) -> Result<PathBuf, String> {
    let wanted = fs::read_to_string(requirements).map_err(|error| format!("{}: {error}", requirements.display()))?;
    let folder = context.target.join("tools").join(name);
    let programs = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let mark = folder.join("complete");
    if fs::read_to_string(&mark).is_ok_and(|installed| installed == wanted) {
        return Ok(programs);
    }
    let python = python(context).ok_or("no python3 is installed")?;
    run(program(context, python).args(["-m", "venv", "--clear"]).arg(&folder))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    run(program(context, programs.join("python")).args(pip).arg(requirements))?;
    fs::write(&mark, wanted).map_err(|error| format!("{}: {error}", mark.display()))?;
    Ok(programs)
}

fn python(context: &Context) -> Option<&'static str> {
    ["python3", "python"].into_iter().find(|name| works(program(context, name).arg("--version")))
}
