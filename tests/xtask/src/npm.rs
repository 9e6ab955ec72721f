//! npm packages for tools and mocks: below the target directory, exactly those of a lock file, installed once.

use std::fs;
use std::path::{Path, PathBuf};

use crate::context::Context;
use crate::process::{program, run};

/// npm's own program.
pub(crate) fn npm() -> &'static str {
    if cfg!(windows) { "npm.cmd" } else { "npm" }
}

/// The folder that holds exactly the packages of the lock file in `source`. A file written at the very end marks it as
/// complete; without it they are installed anew.
pub(crate) fn environment(context: &Context, name: &str, source: &Path) -> Result<PathBuf, String> {
    let said = |error: std::io::Error, path: &Path| format!("{}: {error}", path.display());
    let work = context.target.join("tools").join(name);
    let lock = source.join("package-lock.json");
    let wanted = fs::read_to_string(&lock).map_err(|error| said(error, &lock))?;
    let mark = work.join("complete");
    if fs::read_to_string(&mark).is_ok_and(|found| found == wanted) {
        return Ok(work);
    }
    fs::create_dir_all(&work).map_err(|error| said(error, &work))?;
    for file in ["package.json", "package-lock.json", ".npmrc"] {
        fs::copy(source.join(file), work.join(file)).map_err(|error| said(error, &source.join(file)))?;
    }
    let ci = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"];
    run(program(context, npm()).args(ci).current_dir(&work))?;
    fs::write(&mark, wanted).map_err(|error| said(error, &mark))?;
    Ok(work)
}
