//! The files of the repository.

use std::fs;
use std::path::{Path, PathBuf};

use crate::context::Context;
use crate::process::program;

/// Every file that is tracked or about to be, relative to the root, sorted. Outside a git checkout (an unpacked
/// archive) every file but build output.
pub(crate) fn all(context: &Context) -> Result<Vec<PathBuf>, String> {
    let listed =
        program(context, "git").args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).output();
    let mut files: Vec<PathBuf> = match listed {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout)
            .split('\0')
            .filter(|name| !name.is_empty())
            .map(PathBuf::from)
            .filter(|name| context.root.join(name).is_file())
            .collect(),
        _ => {
            let mut found = Vec::new();
            walk(&context.root, Path::new(""), &mut found)?;
            found
        }
    };
    files.sort();
    files.dedup();
    Ok(files)
}

/// Those with this extension.
pub(crate) fn with_extension<'a>(files: &'a [PathBuf], extension: &'a str) -> impl Iterator<Item = &'a PathBuf> {
    files.iter().filter(move |file| file.extension().is_some_and(|found| found == extension))
}

/// The text of a file, `None` if it is not text.
pub(crate) fn text(context: &Context, file: &Path) -> Result<Option<String>, String> {
    let bytes = fs::read(context.root.join(file)).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(String::from_utf8(bytes).ok())
}

/// The path with forward slashes, for messages and comparisons.
pub(crate) fn shown(file: &Path) -> String {
    file.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

fn walk(root: &Path, below: &Path, found: &mut Vec<PathBuf>) -> Result<(), String> {
    const NOT_OURS: [&str; 4] = [".git", "target", "node_modules", "__pycache__"];
    let folder = root.join(below);
    let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries {
        let entry = entry.map_err(|error| format!("{}: {error}", folder.display()))?;
        let path = below.join(entry.file_name());
        if NOT_OURS.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        if entry.path().is_dir() {
            walk(root, &path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}
